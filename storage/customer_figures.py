"""What customers of each kind say and how their cases went, by any column of their list."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from storage import facts
from storage.customer_columns import known, value_of
from storage.measures import folded
from storage.models import MentionFilter
from storage.queries import Group
from storage.slices import Grouping
from storage.times import millis


class Waiting(NamedTuple):
    """The cases of one value of a column in a period; '' stands for all other people."""

    value: str
    opened: int
    answered: int
    overdue: int


def breakdown(conn: sqlite3.Connection, flt: MentionFilter, column: str) -> list[Group]:
    """Sums per value of a column, most mentions first; '' is everybody without one."""
    held = value_of(known(conn, column))
    base = facts.found(conn, flt)
    joined = (
        " LEFT JOIN identities i ON i.mention_id = m.id AND i.author <> ''"
        " LEFT JOIN customers k ON k.key = i.author WHERE "
    )
    each = base.sql.replace(" WHERE ", joined, 1)
    labels = {
        slice_id: (label, origin)
        for slice_id, label, origin in conn.execute(
            "SELECT id, label, origin FROM slices WHERE grouping = ?", (int(Grouping.FULL),)
        )
    }
    found: dict[str, list[tuple[str, str, list[int]]]] = {}
    for value, slice_id, *cell in conn.execute(
        f"SELECT ifnull({held.sql}, ''), m.slice_id, {facts.SUMS}{each} GROUP BY 1, 2",
        (*held.args, *base.args),
    ):
        found.setdefault(value, []).append((*labels[slice_id], cell))
    groups = [Group(value, folded(cells)) for value, cells in found.items()]
    return sorted(groups, key=lambda group: (-group.sums.n, group.key))


def waiting(
    conn: sqlite3.Connection, column: str, start: datetime, end: datetime
) -> dict[str, Waiting]:
    """Return the cases that opened in a period by the value of a column."""
    held = value_of(known(conn, column))
    rows = conn.execute(
        f"SELECT ifnull({held.sql}, ''), count(*), count(c.answered_at),"
        " sum(c.answered_at IS NULL AND c.closed_at IS NULL AND c.due_at < ?)"
        " FROM cases c LEFT JOIN identities i ON i.mention_id = c.mention_id AND i.author <> ''"
        " LEFT JOIN customers k ON k.key = i.author"
        " WHERE c.opened_at >= ? AND c.opened_at < ? GROUP BY 1",
        (*held.args, millis(end), millis(start), millis(end)),
    )
    return {row[0]: Waiting(*row) for row in rows}
