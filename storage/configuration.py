"""What is set and moves figures: timezone, whose a brand is, which look-alikes are excluded.

Each as it stood at a moment, so that the past is counted as it was then and a change of
settings can be told from one of facts. Not here: who set it (``setting_events``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from storage import workspace
from storage.bursts import STANDINGS, UNDONE, State
from storage.models import Standing
from storage.times import millis


class Configuration(NamedTuple):
    """Settings that move figures; ``own`` is by brand id, ``excluded`` holds mentions."""

    timezone: str
    own: Mapping[int, bool]
    excluded: frozenset[int]

    def counts(self, brand_id: int) -> bool:
        """Say whether what is said of a brand is ours; of none named it is."""
        return brand_id == 0 or self.own.get(brand_id, True)


def timezone(conn: sqlite3.Connection) -> str:
    """Return the timezone by which the file counts days now, also on a connection of the past."""
    return _present(conn)[0]


def note(conn: sqlite3.Connection, now: datetime) -> None:
    """Keep how settings stand, in the transaction of whatever may have changed them."""
    zone, own = _present(conn)
    last = conn.execute(
        "SELECT timezone, own FROM figure_settings ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if last is not None and (last[0], _own(last[1])) == (zone, own):
        return
    conn.execute(
        "INSERT INTO figure_settings (at, timezone, own) VALUES (?, ?, ?)",
        (0 if last is None else millis(now), zone, json.dumps(own)),
    )


def at(conn: sqlite3.Connection, moment: datetime) -> Configuration:
    """Return the settings of a moment; a brand that came later counts as it does now.

    Asks the file itself, also on a connection of the past.
    """
    zone, own = _present(conn)
    row = conn.execute(
        "SELECT timezone, own FROM figure_settings WHERE at <= ? AND EXISTS"
        " (SELECT 1 FROM figure_settings WHERE at > ?) ORDER BY id DESC LIMIT 1",
        (millis(moment), millis(moment)),
    ).fetchone()
    if row is not None:
        zone, own = row[0], own | _own(row[1])
    return Configuration(zone, own, excluded(conn, moment))


def own_names(conn: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return the names of our brands as they are and as they ever were; () where all were ours."""
    names: dict[int, str] = dict(conn.execute("SELECT id, name FROM main.brands WHERE id > 0"))
    rows = conn.execute("SELECT own FROM figure_settings ORDER BY id DESC")
    found = [_present(conn)[1], *(_own(row[0]) for row in rows)]
    told = []
    for own in found:
        known = {names[id_]: is_own for id_, is_own in own.items() if id_ in names}
        ours = tuple(sorted(name for name, is_own in known.items() if is_own))
        told.append(() if all(known.values()) else ours)
    return list(dict.fromkeys(told))


def excluded(conn: sqlite3.Connection, moment: datetime) -> frozenset[int]:
    """Return the mentions that a person had excluded at a moment.

    A decision is on those that were part of a burst when it was made.
    """
    events: dict[int, list[tuple[str, int]]] = {}
    for burst_id, kind, when in conn.execute(
        "SELECT burst_id, type, at FROM burst_events WHERE at <= ? ORDER BY id", (millis(moment),)
    ):
        events.setdefault(burst_id, []).append((kind, when))
    found: set[int] = set()
    for burst_id, history in events.items():
        state, since = _decided(history)
        if STANDINGS[state] is Standing.EXCLUDED:
            rows = conn.execute(
                "SELECT mention_id FROM burst_members WHERE burst_id = ? AND joined_at <= ?",
                (burst_id, since),
            )
            found.update(row[0] for row in rows)
    return frozenset(found)


def _decided(history: list[tuple[str, int]]) -> tuple[State, int]:
    """Return what holds after some events of a burst, and since when."""
    stack, since = [State.SUSPICIOUS], 0
    for kind, when in history:
        if kind == UNDONE:
            stack.pop()
        elif kind in set(State):
            stack.append(State(kind))
        else:
            continue
        since = when
    return stack[-1], since


def _present(conn: sqlite3.Connection) -> tuple[str, dict[int, bool]]:
    row = conn.execute("SELECT value FROM main.meta WHERE key = 'timezone'").fetchone()
    own = conn.execute("SELECT id, own FROM main.brands")
    zone = workspace.DEFAULT_TIMEZONE if row is None else str(row[0])
    return zone, {id_: bool(is_own) for id_, is_own in own}


def _own(text: str) -> dict[int, bool]:
    return {int(id_): bool(is_own) for id_, is_own in json.loads(text).items()}
