"""Every key of ``earshot.toml`` with its meaning, and the checks of what is written there.

A slip is refused with the nearest known name. Not here: what the tables mean
(``settings``, ``report_settings``).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from storage.errors import ConfigError

KEYS: dict[str, dict[str, str]] = {
    "": {
        "timezone": "reporting timezone, an IANA name; default UTC",
        "network": "table, see below",
        "audit": "table, see below",
        "brand": "one [[brand]] table a brand",
        "mail": "table, see below",
        "source": "one [[source]] table a source",
        "target": "one [[target]] table a target of a figure",
        "taxonomy": "built-in taxonomy to start from: `earshot topics starters`; default general",
        "topic": "one [[topic]] table a topic; any replaces the built-in taxonomy",
        "rule": "one [[rule]] table a case rule; any replaces the built-in rules",
        "report": "one [[report]] table a summary that is mailed by itself",
    },
    "network": {"allow_private": "true lets sources live on loopback or private addresses"},
    "audit": {
        "heads": "file to which the audit chain's head is added daily; keep it apart from the data"
    },
    "mail": {
        "host": "mail server (SMTP) by which mails leave",
        "port": "its port; default 587",
        "security": '"starttls", "tls" or "none"; default starttls',
        "username": "sign-in there, with EARSHOT_MAIL_PASSWORD; none by default",
        "sender": "address that mails come from, as `care@example.org` or `Acme Care <…>`",
        "follow_up": "true asks customers with a known address whether it was sorted out",
        "public_url": "address under which customers reach /followup, for links in mails",
    },
    "brand": {
        "name": "as shown",
        "own": "false for a competitor; default true",
        "terms": "words matched and masked before scoring",
        "handles": "account names, masked too",
    },
    "source": {
        "id": "permanent id",
        "kind": "feeds, reddit, files, …",
        "brand": "brand of what it brings",
        "product": "product of what it brings",
        "every": 'interval: "15m", "2h", "1d"; default 15m',
        "enabled": "false pauses it",
    },
    "target": {
        "kind": "review, survey, social, article, conversation",
        "measure": "rating, nps, csat, ces, negative_share",
        "value": "in the unit that pages show: stars, points, per cent",
        "by": "the day, like 2026-12-31",
        "owner": "who answers for it",
    },
    "topic": {
        "key": "permanent key",
        "name": "as shown",
        "terms": "words and phrases",
        "parent": "key of the topic that this one is part of",
    },
    "rule": {
        "name": "as shown",
        "kinds": "review, survey, social, article, conversation",
        "max_rating": "stars, at most",
        "max_nps": "NPS answer, at most",
        "with_text": "true leaves out marks without a word",
        "labels": "negative, neutral, positive, unsure, unscored",
        "intents": "complaint, question, suggestion, praise, leaving, spam",
        "urgency": "safety, legal, data_leak, repeated_contact",
        "topics": "topic keys, any of",
        "keywords": "words, any of",
        "langs": "ISO 639-1, any of",
        "sources": "source ids, any of",
        "places": "places (site:listing), any of",
        "tiers": "tiers of known customers, any of",
        "customers": 'columns of known customers, any of: "region=north"',
        "min_reach": "votes, likes, views or followers, at least, where the source tells them",
        "own_only": "only mentions of own brands; default true",
        "priority": "1 (most urgent) to 5",
        "due_hours": "hours from when the item could first be seen",
    },
    "report": {
        "name": "as shown",
        "every": '"week" or "month"; default week',
        "on": '"monday" to "sunday", or 1 to 28 of a month; default the first day',
        "at": 'time of that day in the reporting timezone; default "07:00"',
        "to": "addresses that get the summary of all of ours",
        "recipient": "one [[report.recipient]] table for whoever gets a part of it",
        "locale": "how dates and numbers are written: en-GB, en-US, de, es, fr; default en-GB",
        "enabled": "false pauses it",
    },
    "recipient": {
        "to": "address; it needs no account",
        "brands": "only these of our brands; default all",
        "places": "only these places (site:listing); default all",
        "locale": "as for the report, for this address",
    },
}
"""Every key of the file with its meaning, table by table; documented and tested."""


def each_of(
    raw: dict[str, Any], table: str, key: str, make: Callable[[dict[str, Any]], Any]
) -> tuple[Any, ...]:
    """Make one thing per ``[[table]]``; the same name twice is refused."""
    rows = tables(raw, table)
    names = [row.get(key) for row in rows]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"[[{table}]] {key} = {twice!r} is there twice")
    return tuple(make(row) for row in rows)


def tables(raw: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """Return the tables of a name, none where there is none."""
    rows = raw.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"write [[{table}]] with two brackets, once for each {table}")
    return rows


_MISSING = object()


def typed(raw: Mapping[str, Any], key: str, kind: type, default: Any = _MISSING) -> Any:
    """Return a value of a type; ConfigError where it is missing or of another one."""
    value = raw.get(key, default)
    if value is _MISSING:
        raise ConfigError(f"{key} is missing in {dict(raw)!r}")
    if key not in raw:
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ConfigError(f"{key} = {value!r} must be of type {kind.__name__}")
    return value


def strings(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of strings, empty where there is none."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(f'{key} = {value!r} must be a list of strings, like ["a", "b"]')
    return tuple(value)


def table_of(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table, empty where there is none."""
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{name} must be a table, like {name}.allow_private = true")
    return value


def known(table: str, raw: Mapping[str, Any]) -> None:
    """Refuse a key that the table does not have."""
    for key in raw:
        if key not in KEYS[table]:
            where = f" in [{table}]" if table else ""
            raise ConfigError(f"unknown key {key!r}{where}{nearest(key, KEYS[table])}")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint at the name that was probably meant, '' where none is near."""
    found = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else ""
