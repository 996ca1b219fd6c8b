"""Columns of the list of customers as a filter, a condition of rules and a dimension of figures.

"COLUMN=VALUE" names what a column holds: ``tier``, ``owner`` (who looks after them), ``name``,
``value`` as an order of magnitude ("100 to 999"), or any further column of the file. Only an
exact key ties a customer to what the same name said.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from storage.errors import InputError


class Sql(NamedTuple):
    """A part of a statement and its parameters."""

    sql: str
    args: tuple[str | int, ...] = ()


OWNER = "(SELECT u.name FROM people u WHERE u.id = k.owner_id)"
BAND = (
    "CASE WHEN k.value IS NULL THEN '' WHEN k.value < 0 THEN 'below 0'"
    " WHEN k.value < 10 THEN '0 to 9' WHEN k.value < 100 THEN '10 to 99'"
    " WHEN k.value < 1000 THEN '100 to 999' WHEN k.value < 10000 THEN '1000 to 9999'"
    " WHEN k.value < 100000 THEN '10000 to 99999' ELSE '100000 and more' END"
)
_OWN = {"tier": "k.tier", "owner": OWNER, "value": BAND, "name": "k.name"}
SHOWN = 100
"""Values of a column that a list offers, at most."""


def parted(text: str) -> tuple[str, str]:
    """Return column and value of "COLUMN=VALUE"."""
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise InputError(f"say COLUMN=VALUE, like tier=gold, instead of {text!a}")
    return column.strip(), value.strip()


def value_of(column: str) -> Sql:
    """Return what a column holds of a customer ``k``, as an expression."""
    if column in _OWN:
        return Sql(_OWN[column])
    inside = "(SELECT j.value FROM json_each(k.extra) j WHERE j.key = ?)"
    return Sql(inside, (column,))


def of_mentions(chosen: Iterable[str]) -> Sql:
    """Condition on mentions ``m``, behind ANDs: of each column one of the values; '' for none."""
    wanted: dict[str, list[str]] = {}
    for each in chosen:
        column, value = parted(each)
        wanted.setdefault(column, []).append(value)
    sql, args = "", list[str | int]()
    for column, values in wanted.items():
        held = value_of(column)
        sql += (
            " AND m.id IN (SELECT i.mention_id FROM customers k CROSS JOIN identities i"
            " ON i.author = k.key AND i.author <> ''"
            f" WHERE {held.sql} IN (SELECT value FROM json_each(?)))"
        )
        args += [*held.args, json.dumps(values)]
    return Sql(sql, tuple(args))


def columns(conn: sqlite3.Connection) -> dict[str, list[str]]:
    """Return every column that holds something with its values, the first hundred of each."""
    found: dict[str, list[str]] = {}
    for name in ("tier", "owner", "value"):
        held = _OWN[name]
        rows = conn.execute(
            f"SELECT DISTINCT {held} FROM customers k WHERE ifnull({held}, '') <> ''"
            f" ORDER BY {'k.value' if name == 'value' else 1} LIMIT {SHOWN}"
        )
        values = list(dict.fromkeys(str(value) for (value,) in rows))
        found |= {name: values} if values else {}
    for name, value in conn.execute(
        "SELECT DISTINCT j.key, j.value FROM customers c, json_each(c.extra) j"
        " WHERE j.value <> '' ORDER BY 1, 2"
    ):
        values = found.setdefault(str(name), [])
        if len(values) < SHOWN:
            values.append(str(value))
    return found


def known(conn: sqlite3.Connection, column: str) -> str:
    """Return a column that customers have; refuse any other with the names of those."""
    names = {*_OWN, *columns(conn)}
    if column not in names:
        known = ", ".join(sorted(names))
        raise InputError(f"the list of customers has no column {column!a}; known: {known}")
    return column
