"""What is true of the whole file: timezone, sample mark, brands, products, places, topics.

Names become small ids here. A change of timezone is recorded and rebuilds the rollups.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from storage import revisions, rollups
from storage.errors import ConfigError, Refused
from storage.models import Brand, Topic
from storage.times import Calendar

DEFAULT_TIMEZONE = "UTC"


class StoredBrand(NamedTuple):
    """A brand and where it comes from; what ``earshot.toml`` declares is read-only here."""

    brand: Brand
    origin: str


def meta(conn: sqlite3.Connection, key: str) -> str | None:
    """Return one workspace value, None where it was never set."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(conn: sqlite3.Connection, key: str, value: str) -> None:
    """Set one workspace value."""
    conn.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (key, value),
    )
    revisions.bump(conn, "settings")


def timezone(conn: sqlite3.Connection) -> str:
    """Return the reporting timezone's IANA name."""
    return meta(conn, "timezone") or DEFAULT_TIMEZONE


def calendar(conn: sqlite3.Connection) -> Calendar:
    """Return the calendar of the reporting timezone."""
    return Calendar(timezone(conn))


def set_timezone(conn: sqlite3.Connection, name: str) -> None:
    """Change the reporting timezone: every day is counted anew, in this transaction."""
    if name == timezone(conn):
        return
    try:
        days = Calendar(name)
        days.day(0)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"timezone {name!r} is unknown; use a name like Europe/Berlin") from error
    set_meta(conn, "timezone", name)
    rows = conn.execute("SELECT id, published_at FROM mentions WHERE precision <> 'day'").fetchall()
    conn.executemany(
        "UPDATE mentions SET day = ? WHERE id = ?", [(days.day(at), id_) for id_, at in rows]
    )
    rollups.rebuild(conn)
    revisions.bump(conn, "facts")


STAYS = "in the sample nothing leaves; use your own data for that"


def is_sample(conn: sqlite3.Connection) -> bool:
    """Say whether this file holds the sample company."""
    return meta(conn, "sample") == "1"


def brand_id(conn: sqlite3.Connection, name: str | None) -> int:
    """Return a brand's id, making it if need be.

    Where no brand was configured every brand met is ours; else an unknown one is not.
    A mention without a brand is ours if there is exactly one brand of ours to choose.
    """
    if not name:
        rows = conn.execute("SELECT id FROM brands WHERE own AND id > 0 LIMIT 2").fetchall()
        return int(rows[0][0]) if len(rows) == 1 else 0
    row = conn.execute("SELECT id FROM brands WHERE name = ?", (name,)).fetchone()
    if row is None:
        configured = conn.execute("SELECT 1 FROM brands WHERE terms <> '[]' LIMIT 1").fetchone()
        row = conn.execute(
            "INSERT INTO brands (name, own) VALUES (?, ?) RETURNING id",
            (name, 0 if configured else 1),
        ).fetchone()
    return int(row[0])


def named_id(conn: sqlite3.Connection, table: str, column: str, name: str) -> int:
    """Return the id of a product or place by name, making it if need be."""
    row = (
        conn.execute(f"SELECT id FROM {table} WHERE {column} = ?", (name,)).fetchone()
        or conn.execute(
            f"INSERT INTO {table} ({column}) VALUES (?) RETURNING id", (name,)
        ).fetchone()
    )
    return int(row[0])


def save_brands(conn: sqlite3.Connection, brands: Iterable[Brand], origin: str) -> None:
    """Add or change brands. Terms always include the name itself."""
    for brand in map(with_name, brands):
        conn.execute(
            "INSERT INTO brands (name, own, terms, handles, origin) VALUES (?,?,?,?,?)"
            " ON CONFLICT (name) DO UPDATE SET own = excluded.own, terms = excluded.terms,"
            " handles = excluded.handles, origin = excluded.origin",
            (
                brand.name,
                int(brand.own),
                json.dumps(brand.terms),
                json.dumps(brand.handles),
                origin,
            ),
        )
    revisions.bump(conn, "settings")


def with_name(brand: Brand) -> Brand:
    """Return the brand with its own name among its terms, as it is stored."""
    return replace(brand, terms=tuple(dict.fromkeys([brand.name.lower(), *brand.terms])))


def brands(conn: sqlite3.Connection) -> list[Brand]:
    """Return all brands by name."""
    rows = conn.execute("SELECT name, own, terms, handles FROM brands WHERE id > 0 ORDER BY name")
    return [
        Brand(name, bool(own), tuple(json.loads(terms)), tuple(json.loads(handles)))
        for name, own, terms, handles in rows
    ]


def own_brands(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Our brands, with '' for what names none; empty where nobody else's are watched."""
    found = brands(conn)
    if all(brand.own for brand in found):
        return ()
    return (*(brand.name for brand in found if brand.own), "")


def stored_brands(conn: sqlite3.Connection) -> list[StoredBrand]:
    """Return all brands by name, each with its origin."""
    origins = dict(conn.execute("SELECT name, origin FROM brands"))
    return [StoredBrand(brand, str(origins[brand.name])) for brand in brands(conn)]


def change_brand(conn: sqlite3.Connection, brand: Brand) -> None:
    """Add or change a brand of the database; one that the file declares is refused."""
    row = conn.execute("SELECT origin FROM brands WHERE name = ?", (brand.name,)).fetchone()
    if row is not None and row[0] == "file":
        raise Refused(f"the brand {brand.name!r} is declared in earshot.toml; change it there")
    save_brands(conn, [brand], "database")


def save_topics(conn: sqlite3.Connection, topics: Iterable[Topic]) -> dict[str, int]:
    """Add or rename topics; ids are permanent. Return id by key."""
    conn.executemany(
        "INSERT INTO topics (key, name, terms) VALUES (?,?,?) ON CONFLICT (key) DO UPDATE"
        " SET name = excluded.name, terms = excluded.terms"
        " WHERE name <> excluded.name OR terms <> excluded.terms",
        [(t.key, t.name, json.dumps(t.terms)) for t in topics],
    )
    return dict(conn.execute("SELECT key, id FROM topics"))
