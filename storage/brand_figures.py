"""What can be compared between brands: sites that were looked at alike for all of them.

A site is the first part of a place ("appstore" of "appstore:acme"). It is alike when every
brand has a source there, or one source reads it whole for all, and each of these was read
before the period began, to its end, and about as often. Not here: the numbers
(``queries.breakdown`` over the sources named here).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from storage.times import millis, moment

FEWER = 2.0
"""One brand may be looked at so many times as often as another before it counts as unlike."""
GRACE_MS = 2 * 86_400_000
"""A source still counts as read to the end of a period when its last success was so long before."""
_SEARCHES = ("search", "query", "q")
_NOT_POLLED = ("import", "files")


class Site(NamedTuple):
    """One site: its sources, and why it cannot be compared ('' where it can)."""

    name: str
    sources: tuple[str, ...]
    why: str


class _Polled(NamedTuple):
    """A source with how it was read in a period."""

    key: str
    brand: str | None
    site: str
    searches: bool
    first: int | None
    last: int | None
    times: int


def brand_order(conn: sqlite3.Connection) -> list[str]:
    """Every brand by when it was first known: the order that fixes their colours."""
    return [name for (name,) in conn.execute("SELECT name FROM brands WHERE id > 0 ORDER BY id")]


def sites(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Site]:
    """Every site that is polled, comparable ones first, with why the others are not."""
    brands = brand_order(conn)
    by_site: dict[str, list[_Polled]] = {}
    for each in _polled(conn, millis(start), millis(end)):
        by_site.setdefault(each.site, []).append(each)
    found = [
        Site(
            name, tuple(each.key for each in group), _why(group, brands, millis(start), millis(end))
        )
        for name, group in by_site.items()
    ]
    return sorted(found, key=lambda site: (site.why != "", site.name))


def _polled(conn: sqlite3.Connection, start: int, end: int) -> Iterable[_Polled]:
    rows = conn.execute(
        "SELECT o.id, o.key, o.brand, o.options, (SELECT p.key FROM places p JOIN mentions m"
        " ON m.place_id = p.id WHERE m.id = (SELECT max(mention_id) FROM sightings"
        " WHERE source_id = o.id)) FROM sources o WHERE o.id > 0 AND o.removed_at IS NULL"
        f" AND o.kind NOT IN ({', '.join('?' * len(_NOT_POLLED))}) ORDER BY o.key",
        _NOT_POLLED,
    ).fetchall()
    read = "SELECT {} FROM polls WHERE source_id = ? AND ended_at IS NOT NULL AND error IS NULL"
    for source_id, key, brand, options, place in rows:
        first, last, times = (
            conn.execute(f"{read.format(what)} {more}", (source_id, *args)).fetchone()
            for what, more, args in (
                ("started_at", "ORDER BY started_at LIMIT 1", ()),
                ("started_at", "AND started_at <= ? ORDER BY started_at DESC LIMIT 1", (end,)),
                ("count(*)", "AND started_at BETWEEN ? AND ?", (start, end)),
            )
        )
        chosen = json.loads(options or "{}")
        yield _Polled(
            key,
            brand or None,
            (place or key).partition(":")[0],
            any(chosen.get(name) for name in _SEARCHES),
            first[0] if first else None,
            last[0] if last else None,
            times[0],
        )


def _why(group: Sequence[_Polled], brands: Sequence[str], start: int, end: int) -> str:
    """Say why a site cannot be compared, '' where it can."""
    searching = [each.key for each in group if each.brand is None and each.searches]
    if searching:
        return f"{searching[0]} only looks for chosen words"
    whole = [each for each in group if each.brand is None]
    missing = [name for name in brands if not whole and all(each.brand != name for each in group)]
    if missing:
        return f"no source for {', '.join(missing)}"
    for each in group:
        if each.first is None or each.last is None:
            return f"{each.key} was never read"
        if each.first > start:
            since = moment(each.first)
            return f"{each.key} is only read since {since.day} {since:%b %Y}"
        if each.last < end - GRACE_MS:
            until = moment(each.last)
            return f"{each.key} was last read on {until.day} {until:%b %Y}"
    return _unlike(group, brands) if not whole else ""


def _unlike(group: Sequence[_Polled], brands: Sequence[str]) -> str:
    times = {name: max(each.times for each in group if each.brand == name) for name in brands}
    often, seldom = max(times, key=times.__getitem__), min(times, key=times.__getitem__)
    if times[often] > FEWER * max(times[seldom], 1):
        return f"{often} was read {times[often]:,} times, {seldom} {times[seldom]:,} times"
    return ""
