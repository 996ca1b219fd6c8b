"""One day of the sample company: everything that was said on it, and what became of it.

Pure and independent of other days, so that the desk's weeks can be told without the rest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import NamedTuple

from dashboard.sample.afterlife import Tale, afterlife
from dashboard.sample.births import Mention, Setting, answer, birth
from dashboard.sample.outlets import OUTLETS, Form, Outlet
from dashboard.sample.phases import OUTAGE, phase, volume
from dashboard.sample.plans import Plan, plan
from dashboard.sample.polling import Timetable, timetable

_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 8, 8, 9, 8, 8, 8, 9, 11, 13, 14, 13, 10, 6, 3)


def _cumulated() -> tuple[float, ...]:
    total = float(sum(_HOURS))
    return tuple(sum(_HOURS[: hour + 1]) / total for hour in range(24))


_CUMULATED = _cumulated()


class Told(NamedTuple):
    """A tale and the desk's plan for it, if it has one."""

    tale: Tale
    plan: Plan | None


class Calendar(NamedTuple):
    """What every day needs to know: the seed, the opening, and when sources are polled."""

    seed: int
    now: datetime
    polls: dict[str, Timetable]

    def setting(self, outlet: Outlet, at: datetime) -> Setting:
        """Return the setting of something said at a moment."""
        ago = max(0.0, (self.now - at).total_seconds() / 86_400)
        return Setting(self.seed, outlet, at, ago, phase(int(ago)))


def calendar(seed: int, now: datetime) -> Calendar:
    """Return the calendar of a sample company that is opened at ``now``."""
    return Calendar(seed, now, {outlet.id: timetable(outlet, now) for outlet in OUTLETS})


def count(rng: Random, mean: float) -> int:
    """Draw from a Poisson distribution (by Knuth's way; means are small)."""
    limit, product, drawn = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        drawn += 1
    return drawn


def _moment(rng: Random, midnight: datetime) -> datetime:
    hour = bisect_left(_CUMULATED, rng.random())
    return midnight + timedelta(seconds=min(hour, 23) * 3600 + int(rng.random() * 3600))


def day(calendar: Calendar, days_ago: int) -> Iterator[Told]:
    """Tell everything that begins on the day so many days before the opening."""
    midnight = calendar.now.replace(hour=0, minute=0, second=0, microsecond=0)
    midnight -= timedelta(days=days_ago)
    for number, outlet in enumerate(OUTLETS):
        rng = Random(f"{calendar.seed}/{midnight.toordinal()}/{outlet.id}")
        expected = volume(outlet, phase(days_ago), midnight.weekday())
        for index in range(count(rng, expected)):
            at = _moment(rng, midnight)
            native_id = f"{midnight.toordinal()}{number:02d}{index:03d}"
            setting = calendar.setting(outlet, at)
            mention = birth(rng, setting, native_id)
            if at <= calendar.now and not _unheard(setting):
                yield _told(calendar, rng, mention)
                if outlet.form is Form.FORUM:
                    yield from _thread(calendar, rng, mention)


def _unheard(setting: Setting) -> bool:
    name, start, end = OUTAGE
    return setting.outlet.id == name and end < setting.ago <= start


def _thread(calendar: Calendar, rng: Random, post: Mention) -> Iterator[Told]:
    """Tell the comments below a post, at any depth."""
    above = [post]
    for index in range(count(rng, 2.6 + 2.5 * (post.mood < 0))):
        parent = above[0] if rng.random() < 0.6 else rng.choice(above)
        at = parent.setting.at + timedelta(minutes=4 + rng.expovariate(1 / 420))
        if at > calendar.now:
            continue
        native_id = f"{post.seen.native_id}c{index}"
        setting = calendar.setting(post.setting.outlet, at)
        mention = answer(rng, parent, setting, native_id)
        above.append(mention)
        yield _told(calendar, rng, mention)


def _told(calendar: Calendar, rng: Random, mention: Mention) -> Told:
    polls = calendar.polls[mention.setting.outlet.id]
    first = polls.seen(mention.setting.at)
    found = plan(mention, polls.good[first]) if first < len(polls.good) else None
    if found is None:
        return Told(afterlife(rng, mention, None, ""), None)
    agent = found.actor.split(" ")[0]
    return Told(afterlife(rng, mention, found.reply, agent), found)
