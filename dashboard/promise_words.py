"""Promises, business hours and approvals as people read and type them. Pure."""

from __future__ import annotations

from storage.approvals import ApprovalRule
from storage.clocks import DAY, Calendar, Policy
from storage.errors import InputError

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def promise(policy: Policy) -> str:
    """Say what a policy promises."""
    parts = [policy.source or "any source"]
    parts += [f"tier {policy.tier}"] if policy.tier else []
    parts += [f"priority {policy.priority}"] if policy.priority is not None else []
    length = f"{policy.minutes / 60:g} h" if policy.minutes % 30 == 0 else f"{policy.minutes} min"
    return f"{', '.join(parts)}: within {length}" + (
        f" of {policy.calendar}" if policy.calendar else ", day and night"
    )


def hours(calendar: Calendar) -> str:
    """Say when a team is there."""
    parts = []
    for day, periods in sorted(calendar.periods.items()):
        told = " and ".join(f"{_clock(a)}–{_clock(b)}" for a, b in periods)
        parts.append(f"{_DAYS[day]} {told}")
    off = f", {len(calendar.holidays)} holidays" if calendar.holidays else ""
    return f"{', '.join(parts)} ({calendar.timezone}{off})"


def approval(rule: ApprovalRule) -> str:
    """Say whose answers wait."""
    parts = [f"role {rule.role.value}" if rule.role else ""]
    parts.append(f"at most {rule.max_stars:g}★" if rule.max_stars else "")
    parts.append(f"from {rule.source}" if rule.source else "")
    return ", ".join(filter(None, parts))


def read_hours(text: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Read "Mon-Fri 09:00-12:00 13:00-17:30; Sat 10:00-14:00"."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for part in text.replace("–", "-").split(";"):
        words = part.split()
        if not words:
            continue
        periods = tuple(sorted(_period(each) for each in words[1:]))
        if not periods:
            raise InputError(f"say hours after {words[0]!a}, like 09:00-17:00")
        for day in _days(words[0]):
            found[day] = periods
    return found


def _days(text: str) -> range:
    first, _, last = text.title().partition("-")
    if first not in _DAYS or (last and last not in _DAYS):
        raise InputError(f"{text!a} is no day; say Mon, Tue, Wed, Thu, Fri, Sat, Sun or Mon-Fri")
    start = _DAYS.index(first)
    return range(start, (_DAYS.index(last) if last else start) + 1)


def _period(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    return _minute(start), _minute(end)


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and (minute or "0").isdigit()):
        raise InputError(f"{text!a} is no time; say 09:00")
    found = int(hour) * 60 + int(minute or 0)
    if found > DAY:
        raise InputError(f"{text!a} is no time of a day")
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
