"""The life of an alert: what signals and people do to it. Pure: no database, no clock.

open → acknowledged or snoozed → resolved. One alert stands for one cause for as long as
the cause lasts, also after somebody resolved it; only when things have been normal for a
while may the same cause open a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from storage.alerts import Alert, AlertState, Moved, Opened, Seen, Sign, Transition
from storage.errors import InputError, Refused

CALM = timedelta(hours=1)
"""How long a cause must be unseen to be over: a value that flaps is one alert."""
LONGEST_SNOOZE = timedelta(days=366)


def transitions(
    alerts: Sequence[Alert],
    signs: Sequence[Sign],
    now: datetime,
    *,
    calm: timedelta = CALM,
    unknown: Collection[str] = (),
) -> list[Transition]:
    """Return what the present signs do to the alerts whose cause lasts.

    ``unknown`` names causes that could not be looked at this time (too few numbers, a
    source that failed): not seen is not the same as normal.
    """
    lasting = {alert.cause: alert for alert in alerts if alert.normal_at is None}
    found: list[Transition] = []
    present: dict[str, Sign] = {}
    for sign in signs:
        present.setdefault(sign.cause, sign)
    for cause, sign in present.items():
        alert = lasting.get(cause)
        found.append(Opened(sign) if alert is None else Seen(alert, sign))
    for cause, alert in lasting.items():
        over = cause not in present and cause not in unknown and now - alert.last_seen_at >= calm
        if over:
            found.append(Moved(alert, AlertState.RESOLVED, normal=True))
        elif _slept_out(alert, now):
            found.append(Moved(alert, AlertState.OPEN))
    return found


def acknowledge(alert: Alert) -> Moved | None:
    """Somebody has seen it and looks after it."""
    if alert.state is AlertState.ACKNOWLEDGED:
        return None
    _must_last(alert)
    return Moved(alert, AlertState.ACKNOWLEDGED)


def snooze(alert: Alert, until: datetime, now: datetime) -> Moved:
    """Be quiet until a time; it opens again then if the cause still lasts."""
    _must_last(alert)
    if not now < until <= now + LONGEST_SNOOZE:
        raise InputError("snooze until a time between now and one year from now")
    return Moved(alert, AlertState.SNOOZED, until)


def resolve(alert: Alert) -> Moved | None:
    """Somebody is done with it; the same cause stays silent until it was over."""
    if alert.state is AlertState.RESOLVED:
        return None
    return Moved(alert, AlertState.RESOLVED)


def _must_last(alert: Alert) -> None:
    if alert.state is AlertState.RESOLVED:
        raise Refused(
            f"alert {alert.id} is resolved ({alert.actor}, {alert.changed_at:%Y-%m-%d %H:%M} UTC)"
        )


def _slept_out(alert: Alert, now: datetime) -> bool:
    return (
        alert.state is AlertState.SNOOZED
        and alert.snooze_until is not None
        and alert.snooze_until <= now
    )
