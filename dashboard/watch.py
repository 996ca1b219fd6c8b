"""Looks for what is out of the ordinary in a workspace and opens, keeps or ends alerts.

Brings together the figures (storage), the signals (sentiment) and the life of alerts
(desk). The last complete day is compared with the same weekday's own past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.desk import alerts as life
from dashboard.wiring import Workspace
from sentiment import signals
from storage import alerts, coverage, queries, urgent, workspace
from storage.alerts import Alert, Sign, Transition
from storage.models import Kind, MentionFilter, Sums

HISTORY = timedelta(weeks=10)
IMPORTED = "import"
YOUNG = timedelta(days=3)
"""What was said longer ago raises no alert for itself: a first import must not."""
ONE_BY_ONE = 20
"""Urgent mentions of a kind that have an alert each."""
_DAILY = ("volume", "quiet", "negative_share", "rating_drop")


def look(space: Workspace) -> list[Alert]:
    """Look once; return the alerts that opened. The sample's past is looked at, too."""
    now = space.now()
    unknown: set[str] = set()
    signs = [*_silent(space, now), *_series(space, now, unknown)]
    serious = _serious(space, now)

    def decide(lasting: Sequence[Alert]) -> list[Transition]:
        seen = [*signs, *_new_or_lasting(serious, lasting, now)]
        return life.transitions(lasting, seen, now, unknown=unknown)

    return alerts.update(space.db, decide, now)


def look_at_urgent(space: Workspace) -> list[Alert]:
    """Look only for what passes any budget and quiet hours; cheap enough after each batch."""
    now = space.now()
    serious = _serious(space, now)
    if not serious and not any(each.urgent for each in alerts.lasting(space.db.reader())):
        return []

    def decide(lasting: Sequence[Alert]) -> list[Transition]:
        mine = [alert for alert in lasting if alert.urgent]
        return life.transitions(mine, _new_or_lasting(serious, mine, now), now)

    return alerts.update(space.db, decide, now)


def _serious(space: Workspace, now: datetime) -> list[tuple[Sign, datetime]]:
    """Return a sign for each mention that cannot wait, with when it was said.

    Beyond ONE_BY_ONE of a kind the rest share one sign: an incident that everybody speaks
    of is one cause.
    """
    found: list[tuple[Sign, datetime]] = []
    for kind in urgent.SERIOUS:
        rows = [row for row in urgent.unanswered(space.db.reader(), now) if row.kinds[0] is kind]
        name = kind.value.replace("_", " ")
        for row in rows[:ONE_BY_ONE]:
            also = [each.value.replace("_", " ") for each in row.kinds[1:]]
            about = " and ".join([name, *also])
            words = f"{row.source}: a {row.kind.value} speaks of {about}; nobody has answered it"
            found.append((Sign(kind.value, f"mention={row.id}", words), row.said_at))
        if rest := rows[ONE_BY_ONE:]:
            words = f"{len(rest)} more mentions speak of {name}; nobody has answered them"
            latest = max(row.said_at for row in rest)
            found.append((Sign(kind.value, "", words, {"observed": len(rest)}), latest))
    return found


def _new_or_lasting(
    serious: Sequence[tuple[Sign, datetime]], lasting: Sequence[Alert], now: datetime
) -> list[Sign]:
    """Leave out what was said too long ago to raise an alert and never raised one."""
    raised = {alert.cause for alert in lasting}
    return [sign for sign, at in serious if now - at <= YOUNG or sign.cause in raised]


def _silent(space: Workspace, now: datetime) -> Iterator[Sign]:
    for health in coverage.health(space.db.reader(), now):
        source = health.source
        if not source.enabled or source.kind == IMPORTED or health.last_poll_at is None:
            continue
        since = health.last_success_at or health.failing_since or health.last_poll_at
        found = signals.silent(source.id, since, timedelta(seconds=source.every), now)
        if found:
            words = f"{found.words}: {health.error}" if health.error else found.words
            yield _sign(found, f"source={source.id}", words)


def _series(space: Workspace, now: datetime, unknown: set[str]) -> Iterator[Sign]:
    """Volume, negative share and rating of own brands, in all and by source.

    Where the last day has a gap nothing can be said: its causes go to ``unknown``.
    """
    conn = space.db.reader()
    zone = ZoneInfo(space.timezone)
    last = now.astimezone(zone).date() - timedelta(days=1)
    own = tuple(brand.name for brand in workspace.brands(conn) if brand.own)
    broken = _gap_days(space, last, zone)
    base = MentionFilter(start=last - HISTORY, end=last, brands=own)
    for source in ("", *coverage.choices(conn).sources):
        flt = base if not source else MentionFilter(base.start, last, (), own, (source,))
        history = _days(queries.trend(conn, flt, "day"), last, broken.get(source, set()))
        scope = f"source={source}" if source else ""
        if last in broken.get(source, set()):
            unknown |= {alerts.cause(what, scope) for what in _DAILY}
            continue
        where = f"{source}: " if source else "All sources: "
        for signal in (signals.volume, signals.negative_share):
            found = signal(history[:-1], history[-1])
            if found:
                yield _sign(found, scope, where + found.words)
        stars = MentionFilter(flt.start, last, (Kind.REVIEW,), own, flt.sources)
        history = _days(queries.trend(conn, stars, "day"), last, broken.get(source, set()))
        found = signals.rating_drop(history[:-1], history[-1])
        if found:
            yield _sign(found, scope, where + found.words)


def _days(points: Sequence[queries.Point], last: date, broken: set[date]) -> list[signals.Day]:
    """Every day up to ``last``, also those on which nothing was said."""
    sums = {point.start: point.sums for point in points}
    first = min(sums, default=last)
    count = (last - first).days + 1
    days = [first + timedelta(days=i) for i in range(count)]
    return [signals.Day(day, sums.get(day, Sums()), day not in broken) for day in days]


def _gap_days(space: Workspace, last: date, zone: ZoneInfo) -> dict[str, set[date]]:
    """Days on which a source could not be read; under '' those of any source."""
    start = datetime.combine(last - HISTORY, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    found: dict[str, set[date]] = {"": set()}
    for gap in coverage.gaps(space.db.reader(), start, end):
        first, until = gap.start.astimezone(zone).date(), gap.end.astimezone(zone).date()
        days = {first + timedelta(days=i) for i in range((until - first).days + 1)}
        found.setdefault(gap.source, set()).update(days)
        found[""] |= days
    return found


def _sign(found: signals.Signal, scope: str, words: str) -> Sign:
    numbers = {
        "observed": found.observed,
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "p": found.p,
    }
    return Sign(found.what, scope, words, numbers)
