"""Reads ``earshot.toml``: what it declares, checked, with the nearest name for a slip.

Only reading: what the browser edits lives in the database, and secrets come from the
environment or from ``.streamlit/secrets.toml``, never from here.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from dashboard import secret_file
from storage import targets
from storage.errors import ConfigError, InputError
from storage.models import Brand, Intent, Kind, Label, Source, Topic, Urgency
from storage.rule_matching import CaseRule
from storage.targets import Target

DEFAULT_EVERY = 900.0

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
        "sender": "address that mails come from",
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
        "own_only": "only mentions of own brands; default true",
        "priority": "1 (most urgent) to 5",
        "due_hours": "hours from when the item could first be seen",
    },
}
"""Every key of the file with its meaning, table by table; documented and tested."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mails leave; ``public_url`` is empty where customers cannot reach this machine."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    follow_up: bool = False
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``earshot.toml`` declares; empty where there is no file."""

    timezone: str | None = None
    allow_private: bool = False
    brands: tuple[Brand, ...] = ()
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    taxonomy: str | None = None
    rules: tuple[CaseRule, ...] = ()
    targets: tuple[Target, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    audit_heads: Path | None = None
    mail: MailSettings | None = None


def load(path: Path) -> Settings:
    """Read the file at ``path``; a missing one declares nothing.

    Raises ConfigError with file, table and key for anything wrong.
    """
    secrets = _secrets(path)
    if not path.exists():
        return Settings(secrets=secrets)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return _settings(raw, secrets, path.absolute().parent)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def seconds(value: object) -> float:
    """Turn "15m", "2h", "1d", "30s" or a number of seconds into seconds, at least 1."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", str(value))
        if not match:
            raise ConfigError(f'every = {value!r} is not an interval; write "15m", "2h" or "1d"')
        found = float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]]
    if not 1 <= found <= 366 * 86_400:
        raise ConfigError(f"every = {value!r} must lie between 1 second and a year")
    return found


def _settings(raw: dict[str, Any], secrets: Mapping[str, str], folder: Path) -> Settings:
    _known("", raw)
    network = _table(raw, "network")
    _known("network", network)
    audit = _table(raw, "audit")
    _known("audit", audit)
    heads = _typed(audit, "heads", str, None)
    zone = raw.get("timezone")
    if zone is not None and zone not in available_timezones():
        near = _nearest(str(zone), available_timezones())
        raise ConfigError(f"timezone = {zone!r} is unknown{near}; use a name like Europe/Berlin")
    return Settings(
        zone,
        _typed(network, "allow_private", bool, False),
        _each(raw, "brand", "name", _brand),
        _each(raw, "source", "id", _source),
        _topics(raw),
        _typed(raw, "taxonomy", str, None),
        _each(raw, "rule", "name", _rule),
        _targets(raw),
        secrets,
        None if heads is None else folder / Path(heads).expanduser(),
        _mail(raw),
    )


def _mail(raw: dict[str, Any]) -> MailSettings | None:
    if "mail" not in raw:
        return None
    table = _table(raw, "mail")
    _known("mail", table)
    security = _typed(table, "security", str, "starttls")
    if security not in ("starttls", "tls", "none"):
        raise ConfigError(f'mail.security = {security!r} must be "starttls", "tls" or "none"')
    url = _typed(table, "public_url", str, "")
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError(f"mail.public_url = {url!r} must begin with https://")
    return MailSettings(
        host=_typed(table, "host", str),
        sender=_typed(table, "sender", str),
        port=_typed(table, "port", int, 587),
        security=security,
        username=_typed(table, "username", str, ""),
        follow_up=_typed(table, "follow_up", bool, False),
        public_url=url.rstrip("/"),
    )


def _brand(raw: dict[str, Any]) -> Brand:
    _known("brand", raw)
    return Brand(
        _typed(raw, "name", str),
        _typed(raw, "own", bool, True),
        _strings(raw, "terms"),
        _strings(raw, "handles"),
    )


def _source(raw: dict[str, Any]) -> Source:
    options = {key: value for key, value in raw.items() if key not in KEYS["source"]}
    return Source(
        id=_typed(raw, "id", str),
        kind=_typed(raw, "kind", str),
        brand=_typed(raw, "brand", str, None),
        product=_typed(raw, "product", str, None),
        every=seconds(raw.get("every", DEFAULT_EVERY)),
        options=options,
        origin="file",
        enabled=_typed(raw, "enabled", bool, True),
    )


def _topic(raw: dict[str, Any]) -> Topic:
    _known("topic", raw)
    key = _typed(raw, "key", str)
    parent = _typed(raw, "parent", str, None)
    return Topic(key, _typed(raw, "name", str, key), _strings(raw, "terms"), parent)


def _topics(raw: dict[str, Any]) -> tuple[Topic, ...]:
    """Return the declared topics; each parent is one of them, and none is its own."""
    topics: tuple[Topic, ...] = _each(raw, "topic", "key", _topic)
    parents = {topic.key: topic.parent for topic in topics}
    for topic in topics:
        above, seen = topic.parent, {topic.key}
        while above is not None:
            if above not in parents:
                near = _nearest(above, parents)
                raise ConfigError(f"[[topic]] parent = {above!r} is no topic's key{near}")
            if above in seen:
                raise ConfigError(f"[[topic]] {topic.key!r} would be part of itself")
            seen.add(above)
            above = parents[above]
    return topics


def _rule(raw: dict[str, Any]) -> CaseRule:
    _known("rule", raw)
    try:
        kinds = tuple(Kind(value) for value in _strings(raw, "kinds"))
        labels = tuple(Label(value) for value in _strings(raw, "labels"))
        intents = tuple(Intent(value) for value in _strings(raw, "intents"))
        urgency = tuple(Urgency(value) for value in _strings(raw, "urgency"))
    except ValueError as error:
        raise ConfigError(f"rule {raw.get('name')!r}: {error}") from error
    return CaseRule(
        _typed(raw, "name", str),
        kinds,
        _typed(raw, "max_rating", float, None),
        max_nps=_typed(raw, "max_nps", int, None),
        with_text=_typed(raw, "with_text", bool, False),
        labels=labels,
        intents=intents,
        urgency=urgency,
        topics=_strings(raw, "topics"),
        keywords=_strings(raw, "keywords"),
        langs=_strings(raw, "langs"),
        sources=_strings(raw, "sources"),
        places=_strings(raw, "places"),
        tiers=_strings(raw, "tiers"),
        customers=_strings(raw, "customers"),
        own_only=_typed(raw, "own_only", bool, True),
        priority=_typed(raw, "priority", int, 3),
        due_hours=_typed(raw, "due_hours", float, 24.0),
    )


def _targets(raw: dict[str, Any]) -> tuple[Target, ...]:
    found = tuple(map(_target, _tables(raw, "target")))
    if len({each[:2] for each in found}) < len(found):
        raise ConfigError("[[target]] gives one figure two targets; keep one a kind and measure")
    return found


def _target(raw: dict[str, Any]) -> Target:
    _known("target", raw)
    measure, day = _typed(raw, "measure", str), raw.get("by")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ConfigError(f"[[target]] by = {day!r} must be a day without quotes, like 2026-12-31")
    try:
        kind = Kind(_typed(raw, "kind", str))
        value = _typed(raw, "value", float) / targets.SHOWN.get(measure, 1)
        return targets.checked(Target(kind, measure, value, day, _typed(raw, "owner", str)))
    except (ValueError, InputError) as error:
        raise ConfigError(f"[[target]]: {error}") from error


def _each(
    raw: dict[str, Any], table: str, key: str, make: Callable[[dict[str, Any]], Any]
) -> tuple[Any, ...]:
    """Make one thing per ``[[table]]``; the same name twice is refused."""
    rows = _tables(raw, table)
    names = [row.get(key) for row in rows]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"[[{table}]] {key} = {twice!r} is there twice")
    return tuple(make(row) for row in rows)


def _tables(raw: dict[str, Any], table: str) -> list[dict[str, Any]]:
    rows = raw.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"write [[{table}]] with two brackets, once for each {table}")
    return rows


_MISSING = object()


def _typed(raw: Mapping[str, Any], key: str, kind: type, default: Any = _MISSING) -> Any:
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


def _strings(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(f'{key} = {value!r} must be a list of strings, like ["a", "b"]')
    return tuple(value)


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{name} must be a table, like {name}.allow_private = true")
    return value


def _known(table: str, raw: Mapping[str, Any]) -> None:
    for key in raw:
        if key not in KEYS[table]:
            where = f" in [{table}]" if table else ""
            raise ConfigError(f"unknown key {key!r}{where}{_nearest(key, KEYS[table])}")


def _nearest(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _secrets(config: Path) -> Mapping[str, str]:
    """EARSHOT_* that were typed, then of ``.streamlit/secrets.toml``, then the environment."""
    found = secret_file.read(config)
    file = config.parent / ".streamlit" / "secrets.toml"
    if file.exists():
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise ConfigError(f"{file} cannot be read: {error}") from error
        found |= {key: str(value) for key, value in table.items() if key.startswith("EARSHOT_")}
    return found | {key: value for key, value in os.environ.items() if key.startswith("EARSHOT_")}
