"""Reads ``earshot.toml``: what it declares, checked, with the nearest name for a slip.

Only reading: what the browser edits lives in the database, and secrets come from the
environment or from ``.streamlit/secrets.toml``, never from here.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from dashboard import report_settings, secret_file
from dashboard.setting_keys import (
    KEYS,
    each_of,
    known,
    nearest,
    strings,
    table_of,
    tables,
    typed,
)
from storage import mail_outbox, targets
from storage.errors import ConfigError, InputError
from storage.models import Brand, Intent, Kind, Label, Source, Topic, Urgency
from storage.report_schedules import Schedule
from storage.rule_matching import CaseRule
from storage.targets import Target

DEFAULT_EVERY = 900.0


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mails leave; ``public_url`` is empty where customers cannot reach this machine.

    ``sender`` is the address alone; ``name`` stands before it in what people see.
    """

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    follow_up: bool = False
    public_url: str = ""
    name: str = ""

    @property
    def shown(self) -> str:
        """The sender as people see it: with its name, where it has one."""
        return str(Address(self.name, addr_spec=self.sender))


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
    reports: tuple[Schedule, ...] = ()


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
    known("", raw)
    network = table_of(raw, "network")
    known("network", network)
    audit = table_of(raw, "audit")
    known("audit", audit)
    heads = typed(audit, "heads", str, None)
    zone = raw.get("timezone")
    if zone is not None and zone not in available_timezones():
        near = nearest(str(zone), available_timezones())
        raise ConfigError(f"timezone = {zone!r} is unknown{near}; use a name like Europe/Berlin")
    return Settings(
        zone,
        typed(network, "allow_private", bool, False),
        each_of(raw, "brand", "name", _brand),
        each_of(raw, "source", "id", _source),
        _topics(raw),
        typed(raw, "taxonomy", str, None),
        each_of(raw, "rule", "name", _rule),
        _targets(raw),
        secrets,
        None if heads is None else folder / Path(heads).expanduser(),
        _mail(raw),
        each_of(raw, "report", "name", report_settings.report),
    )


def _mail(raw: dict[str, Any]) -> MailSettings | None:
    if "mail" not in raw:
        return None
    table = table_of(raw, "mail")
    known("mail", table)
    security = typed(table, "security", str, "starttls")
    if security not in ("starttls", "tls", "none"):
        raise ConfigError(f'mail.security = {security!r} must be "starttls", "tls" or "none"')
    url = typed(table, "public_url", str, "")
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError(f"mail.public_url = {url!r} must begin with https://")
    host = typed(table, "host", str)
    name, sender = _sender(typed(table, "sender", str))
    return MailSettings(
        host=host,
        sender=sender,
        port=typed(table, "port", int, 587),
        security=security,
        username=typed(table, "username", str, ""),
        follow_up=typed(table, "follow_up", bool, False),
        public_url=url.rstrip("/"),
        name=name,
    )


def _sender(text: str) -> tuple[str, str]:
    """Return name and address of a sender such as Acme Care <care@acme.example>."""
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    try:
        mail_outbox.check_address(address)
    except InputError as error:
        raise ConfigError(
            f"mail.sender = {text!a} is no mail address; write care@example.org, or"
            " 'Acme Care <care@example.org>', a name with a comma in double quotes"
        ) from error
    if not name.isprintable():
        raise ConfigError(f"the name in mail.sender = {text!a} has a line break or a control sign")
    return name, address


def _brand(raw: dict[str, Any]) -> Brand:
    known("brand", raw)
    return Brand(
        typed(raw, "name", str),
        typed(raw, "own", bool, True),
        strings(raw, "terms"),
        strings(raw, "handles"),
    )


def _source(raw: dict[str, Any]) -> Source:
    options = {key: value for key, value in raw.items() if key not in KEYS["source"]}
    return Source(
        id=typed(raw, "id", str),
        kind=typed(raw, "kind", str),
        brand=typed(raw, "brand", str, None),
        product=typed(raw, "product", str, None),
        every=seconds(raw.get("every", DEFAULT_EVERY)),
        options=options,
        origin="file",
        enabled=typed(raw, "enabled", bool, True),
    )


def _topic(raw: dict[str, Any]) -> Topic:
    known("topic", raw)
    key = typed(raw, "key", str)
    parent = typed(raw, "parent", str, None)
    return Topic(key, typed(raw, "name", str, key), strings(raw, "terms"), parent)


def _topics(raw: dict[str, Any]) -> tuple[Topic, ...]:
    """Return the declared topics; each parent is one of them, and none is its own."""
    topics: tuple[Topic, ...] = each_of(raw, "topic", "key", _topic)
    parents = {topic.key: topic.parent for topic in topics}
    for topic in topics:
        above, seen = topic.parent, {topic.key}
        while above is not None:
            if above not in parents:
                near = nearest(above, parents)
                raise ConfigError(f"[[topic]] parent = {above!r} is no topic's key{near}")
            if above in seen:
                raise ConfigError(f"[[topic]] {topic.key!r} would be part of itself")
            seen.add(above)
            above = parents[above]
    return topics


def _rule(raw: dict[str, Any]) -> CaseRule:
    known("rule", raw)
    try:
        kinds = tuple(Kind(value) for value in strings(raw, "kinds"))
        labels = tuple(Label(value) for value in strings(raw, "labels"))
        intents = tuple(Intent(value) for value in strings(raw, "intents"))
        urgency = tuple(Urgency(value) for value in strings(raw, "urgency"))
    except ValueError as error:
        raise ConfigError(f"rule {raw.get('name')!r}: {error}") from error
    return CaseRule(
        typed(raw, "name", str),
        kinds,
        typed(raw, "max_rating", float, None),
        max_nps=typed(raw, "max_nps", int, None),
        with_text=typed(raw, "with_text", bool, False),
        labels=labels,
        intents=intents,
        urgency=urgency,
        topics=strings(raw, "topics"),
        keywords=strings(raw, "keywords"),
        langs=strings(raw, "langs"),
        sources=strings(raw, "sources"),
        places=strings(raw, "places"),
        tiers=strings(raw, "tiers"),
        customers=strings(raw, "customers"),
        min_reach=typed(raw, "min_reach", int, None),
        own_only=typed(raw, "own_only", bool, True),
        priority=typed(raw, "priority", int, 3),
        due_hours=typed(raw, "due_hours", float, 24.0),
    )


def _targets(raw: dict[str, Any]) -> tuple[Target, ...]:
    found = tuple(map(_target, tables(raw, "target")))
    if len({each[:2] for each in found}) < len(found):
        raise ConfigError("[[target]] gives one figure two targets; keep one a kind and measure")
    return found


def _target(raw: dict[str, Any]) -> Target:
    known("target", raw)
    measure, day = typed(raw, "measure", str), raw.get("by")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ConfigError(f"[[target]] by = {day!r} must be a day without quotes, like 2026-12-31")
    try:
        kind = Kind(typed(raw, "kind", str))
        value = typed(raw, "value", float) / targets.SHOWN.get(measure, 1)
        return targets.checked(Target(kind, measure, value, day, typed(raw, "owner", str)))
    except (ValueError, InputError) as error:
        raise ConfigError(f"[[target]]: {error}") from error


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
