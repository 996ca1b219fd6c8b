"""What becomes of a mention: turns of a chat, owner replies, edits, deletion.

Pure; gives the states through which a mention goes, each with its time. What the team did
at its desk in the last weeks is planned in ``plans.py`` and shows here as a reply only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from dashboard.sample import writing
from dashboard.sample.births import NOTHING, Mention, pen_for
from dashboard.sample.grammar import Subject
from dashboard.sample.outlets import Form
from dashboard.sample.phases import FIX
from storage.models import Kind, Observation

_SHOWN_AFTER = timedelta(hours=13)
"""Stores publish a reply the next day; so it is never seen before the desk's own step,
even where the desk's steps are played half a day at a time."""


class State(NamedTuple):
    """How a mention looked from a moment on."""

    at: datetime
    seen: Observation


class Tale(NamedTuple):
    """A mention and all that became of it; ``gone`` is when its author deleted it."""

    mention: Mention
    states: tuple[State, ...]
    gone: datetime | None = None


def reply_text(rng: Random, mention: Mention, at: datetime, agent: str = "") -> str:
    """Return what the company answers to a mention at a time; ``agent`` signs it."""
    lang = mention.seen.lang or "en"
    known = at >= _fix_after(mention) or mention.aspect != "double"
    subject = NOTHING._replace(aspect=mention.aspect if known else "support")
    pen = pen_for(rng, lang, "Pantrelo", subject, mention.setting.ago)
    if agent:
        pen.values["agent"] = agent
    pen.values["who"] = mention.who
    return writing.reply(pen, mention.mood, mention.seen.kind is Kind.SOCIAL)


def answered(seen: Observation, text: str, at: datetime) -> Observation:
    """Return the mention with the owner's reply beside it."""
    return replace(seen, reply_text=text, reply_at=at)


def _fix_after(mention: Mention) -> datetime:
    """Return when the crisis ended, seen from this mention."""
    return mention.setting.at + timedelta(days=mention.setting.ago - FIX)


def _reply_lag(rng: Random, mention: Mention) -> timedelta | None:
    """Return how long the company took to reply in public, None where it never did."""
    ago, mood, now = mention.setting.ago, mention.mood, mention.setting.phase
    if now.crisis > 0.3 and ago > FIX:
        draw = rng.random()
        if draw < 0.06:
            return timedelta(hours=30 + rng.random() * 60)
        if draw < 0.66 and mood < 0:
            return _fix_after(mention) - mention.setting.at + timedelta(days=rng.random() * 9 + 0.3)
        return None
    odds = (0.70, 0.34, 0.22)[mood + 1] + 0.2 * now.healed * (mood < 1)
    if rng.random() > odds:
        return None
    return timedelta(hours=1.5 + rng.expovariate(1 / (24 - 13 * now.healed)))


def _second_thought(rng: Random, mention: Mention) -> tuple[timedelta, float] | None:
    """Return when an author changes the review and by how many stars, mostly never."""
    rating, ago = mention.seen.rating, mention.setting.ago
    if rating is None:
        return None
    draw = rng.random()
    if mention.aspect == "double" and rating <= 2:
        if draw > 0.34:
            return None
        wait = max(ago - FIX, 0.0) + 1 + rng.expovariate(1 / 5)
        return timedelta(days=wait), min(5.0 - rating, 2 + int(rng.random() * 3))
    if rating <= 3 and mention.own and draw < 0.05:
        return timedelta(days=2 + rng.expovariate(1 / 6)), 1 + int(rng.random() * 2)
    if rating >= 4 and ago > 60 and draw > 0.99:
        return timedelta(days=3 + rng.expovariate(1 / 12)), -2.0
    return None


def edit(rng: Random, mention: Mention, seen: Observation, at: datetime, by: float) -> Observation:
    """Return the review as its author left it at a later time, by so many stars changed."""
    ago = mention.setting.ago - (at - mention.setting.at) / timedelta(days=1)
    subject = Subject(mention.aspect, ("support",), ("delivery",))
    pen = pen_for(rng, seen.lang or "en", seen.brand or "", subject, ago)
    text = writing.edited(pen, seen.text, by > 0)
    return replace(seen, text=text, rating=(seen.rating or 0) + by, updated_at=at)


def conversation(rng: Random, mention: Mention) -> tuple[State, ...]:
    """Return a chat as it grows: the customer's lines as text, the agent's as reply."""
    at, seen = mention.setting.at, mention.seen
    slow = 1 + 9 * mention.setting.phase.crisis
    unit = 60.0 if seen.place == "tickets" else 1.0
    more, agent, end = mention.turns
    states = [State(at, seen)]
    if rng.random() < 0.6:
        at += timedelta(minutes=unit * (1 + rng.random() * 6))
        seen = replace(seen, text=f"{seen.text}\n{more}", updated_at=at)
        states.append(State(at, seen))
    at += timedelta(minutes=unit * slow * (2 + rng.expovariate(1 / 9)))
    seen = replace(answered(seen, agent, at), updated_at=at)
    states.append(State(at, seen))
    if rng.random() < 0.75:
        at += timedelta(minutes=unit * (1 + rng.random() * 8))
        seen = replace(seen, text=f"{seen.text}\n{end}", updated_at=at)
        states.append(State(at, seen))
    return tuple(states)


def afterlife(rng: Random, mention: Mention, reply_at: datetime | None, agent: str) -> Tale:
    """Return the whole tale. ``reply_at`` is set where the desk has planned the reply."""
    setting, seen = mention.setting, mention.seen
    if mention.turns:
        return Tale(mention, conversation(rng, mention))
    states = [State(setting.at, seen)]
    public = seen.kind is Kind.REVIEW or setting.outlet.form is Form.MICRO
    if not (public and mention.own):
        gone = _deletion(rng, mention) if seen.kind is Kind.SOCIAL else None
        return Tale(mention, tuple(states), gone)
    shown_at = reply_at + _SHOWN_AFTER if reply_at else None
    if reply_at is None and not agent:
        lag = _reply_lag(rng, mention)
        shown_at = reply_at = setting.at + lag if lag else None
    changes = [(shown_at, 0.0)] if shown_at else []
    second = _second_thought(rng, mention)
    if second:
        changes.append((setting.at + second[0], second[1]))
    for at, by in sorted(changes):
        if by:
            seen = edit(rng, mention, seen, at, by)
        elif reply_at:
            seen = answered(seen, reply_text(rng, mention, reply_at, agent), reply_at)
        states.append(State(at, seen))
    return Tale(mention, tuple(states), _deletion(rng, mention))


def _deletion(rng: Random, mention: Mention) -> datetime | None:
    odds = 0.011 if mention.mood < 0 else 0.004
    if rng.random() > odds:
        return None
    return mention.setting.at + timedelta(days=1 + rng.expovariate(1 / 12))
