"""What cannot wait: mentions that speak of danger, law or leaked data and have no answer.

Their alerts are critical: they pass any budget, digest and quiet hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import urgent
from storage.alerts import Alert, Severity, Sign, scope_of
from storage.database import Database

YOUNG = timedelta(days=3)
"""What was said longer ago raises no alert for itself: a first import must not."""
ONE_BY_ONE = 20
"""Urgent mentions of a kind that have an alert each."""
CRITICAL = Severity.CRITICAL


def serious(db: Database, now: datetime) -> list[tuple[Sign, datetime]]:
    """Return a sign for each mention that cannot wait, with when it was said.

    Beyond ONE_BY_ONE of a kind the rest share one sign: an incident that everybody speaks
    of is one cause.
    """
    found: list[tuple[Sign, datetime]] = []
    for kind in urgent.SERIOUS:
        rows = [row for row in urgent.unanswered(db.reader(), now) if row.kinds[0] is kind]
        name = kind.value.replace("_", " ")
        for row in rows[:ONE_BY_ONE]:
            also = [each.value.replace("_", " ") for each in row.kinds[1:]]
            about = " and ".join([name, *also])
            words = f"{row.source}: a {row.kind.value} speaks of {about}; nobody has answered it"
            found.append(
                (
                    Sign(kind.value, scope_of(mention=str(row.id)), words, severity=CRITICAL),
                    row.said_at,
                )
            )
        if rest := rows[ONE_BY_ONE:]:
            words = f"{len(rest)} more mentions speak of {name}; nobody has answered them"
            latest = max(row.said_at for row in rest)
            found.append((Sign(kind.value, "", words, {"observed": len(rest)}, CRITICAL), latest))
    return found


def new_or_lasting(
    serious: Sequence[tuple[Sign, datetime]], lasting: Sequence[Alert], now: datetime
) -> list[Sign]:
    """Leave out what was said too long ago to raise an alert and never raised one."""
    raised = {alert.cause for alert in lasting}
    return [sign for sign, at in serious if now - at <= YOUNG or sign.cause in raised]
