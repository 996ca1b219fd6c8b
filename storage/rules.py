"""Case rules at work: which are stored, and opening cases for the mentions that meet them.

Matching is pure and in ``rule_matching``. A mention waits for rules whenever something
stored of it changed; one transaction looks at a batch of them, opens, updates or closes
their cases and takes them off the list, so that a crash repeats nothing and loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from storage import cases, customers, revisions
from storage import topics as taxonomy
from storage.case_model import (
    AnsweredElsewhere,
    AnyCommand,
    Case,
    MentionChanged,
    MentionGone,
    Open,
    Reprioritise,
    Transfer,
)
from storage.clocks import Promise, PromiseTime
from storage.database import Database
from storage.errors import ConfigError, NotFound, Refused
from storage.models import (
    Intent,
    Json,
    Kind,
    Label,
    Urgency,
)
from storage.people import EARSHOT, Role, people
from storage.recast import ALL_HISTORY, RULES
from storage.rule_candidates import CANDIDATES, Candidate, subject
from storage.rule_matching import DEFAULT_RULES, CaseRule, best
from storage.times import millis, moment

HISTORY_DAYS = 14
"""Older mentions open no case: the first import must not greet a team with a mountain."""

_DUE = CANDIDATES + "WHERE m.pending IN (2, 6) AND m.pending > 0 LIMIT ?"


class StoredRule(NamedTuple):
    """A rule and where it comes from; what ``earshot.toml`` declares is read-only here."""

    rule: CaseRule
    origin: str
    enabled: bool


def open_cases(
    db: Database,
    rules: Sequence[CaseRule] | None,
    now: datetime,
    *,
    history_days: int = HISTORY_DAYS,
    limit: int = 1000,
    promised: PromiseTime = lambda _: None,
) -> int:
    """Apply the rules (None: the stored ones) to all that waits; return how many cases opened.

    ``promised`` says by when an answer is due where the team promised a time.

    Cases of mentions that changed, vanished or were answered at their source follow suit.
    Each batch of ``limit`` mentions is a transaction of its own.
    """
    total = 0
    while True:
        looked_at, opened = _batch(db, rules, now, history_days, limit, promised)
        total += opened
        if looked_at < limit:
            return total


def waiting(conn: sqlite3.Connection) -> bool:
    """Say whether any mention waits for the rules."""
    row = conn.execute(
        "SELECT 1 FROM mentions WHERE pending IN (2, 6) AND pending > 0 LIMIT 1"
    ).fetchone()
    return row is not None


def _batch(
    db: Database,
    rules: Sequence[CaseRule] | None,
    now: datetime,
    history_days: int,
    limit: int,
    promised: PromiseTime,
) -> tuple[int, int]:
    """Look at one batch; return how many mentions and how many cases opened."""
    if not waiting(db.reader()):
        return 0, 0
    oldest = millis(now - timedelta(days=history_days))
    opened = 0
    with db.write() as conn:
        key = db.key("audit")
        chosen = present(conn, active(conn) if rules is None else tuple(rules))
        due = [Candidate(*row) for row in conn.execute(_DUE, (limit,)).fetchall()]
        topics: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
        for each in due:
            command = wanted(chosen, each, topics, oldest, promised)
            if each.case_id is not None:
                _follow(conn, key, each, command, now)
                continue
            if command is not None:
                case = cases.act_on(conn, key, None, command, now)
                _return_to_owner(conn, key, case, now)
                opened += 1
        conn.executemany(
            "UPDATE mentions SET pending = pending & ? WHERE id = ?",
            [(~(RULES | ALL_HISTORY), each.id) for each in due],
        )
    return len(due), opened


def present(conn: sqlite3.Connection, rules: Sequence[CaseRule]) -> tuple[CaseRule, ...]:
    """Return rules that ask for merged topics by the topic that took each over."""
    merged = taxonomy.merged(conn)
    if not merged:
        return tuple(rules)
    return tuple(
        replace(rule, topics=tuple(dict.fromkeys(merged.get(each, each) for each in rule.topics)))
        for rule in rules
    )


def wanted(
    rules: Sequence[CaseRule],
    due: Candidate,
    topics: Mapping[int, str],
    oldest: int,
    promised: PromiseTime,
) -> Open | None:
    """Return the command that opens a case, None where none should be."""
    old = due.published_at < oldest and not due.pending & ALL_HISTORY
    if due.gone or due.replied or old:
        return None
    found = best(rules, subject(due, topics))
    if found is None:
        return None
    seen = moment(due.first_seen_at)
    by = promised(Promise(due.source, due.tier or "", found.rule.priority, seen))
    return Open(
        actor=EARSHOT,
        mention=due.id,
        at_version=due.version,
        priority=found.rule.priority,
        due_at=by or seen + timedelta(hours=found.rule.due_hours),
        rule=found.rule.name,
        reasons=found.reasons or (found.rule.name,),
    )


def _return_to_owner(
    conn: sqlite3.Connection, key: bytes, case: Case | None, now: datetime
) -> None:
    """Give a further message of the same person to whoever answered them last."""
    assert case is not None
    owner = customers.usual_owner(conn, case.mention_id)
    to = None if owner is None else next((p for p in people(conn) if p.id == owner), None)
    if to is not None and to.role is not Role.VIEWER:
        cases.act_on(conn, key, case, Transfer(actor=EARSHOT, to=to), now)


def _follow(
    conn: sqlite3.Connection, key: bytes, due: Candidate, ranked: Open | None, now: datetime
) -> None:
    """Tell a mention's case what became of the mention; a closed case stays as it is.

    ``ranked`` is what the rules would open for the text as it is now: the reasons follow it.
    """
    case = cases.of_mention(conn, due.id)
    assert case is not None
    changed = due.version > case.mention_version
    for command in _news(case, due):
        case = cases.act_on(conn, key, case, command, now) or case
    if changed and ranked is not None and case.rule:
        cases.act_on(conn, key, case, reprioritised(case, ranked), now)


def reprioritised(case: Case, ranked: Open) -> Reprioritise:
    """Return the command that ranks an open case as the rules would now.

    What was promised stays where the urgency does.
    """
    same = (case.priority, case.rule) == (ranked.priority, ranked.rule)
    return Reprioritise(
        actor=EARSHOT,
        priority=ranked.priority,
        due_at=case.due_at if same else ranked.due_at,
        rule=ranked.rule,
        reasons=ranked.reasons,
    )


def _news(case: Case, due: Candidate) -> list[AnyCommand]:
    if due.gone:
        return [MentionGone(actor=EARSHOT)]
    found: list[AnyCommand] = []
    if due.version > case.mention_version:
        found.append(MentionChanged(actor=EARSHOT, to_version=due.version))
    if due.replied:
        found.append(AnsweredElsewhere(actor=EARSHOT))
    return found


def active(conn: sqlite3.Connection) -> tuple[CaseRule, ...]:
    """Return the rules that count: the enabled ones, the defaults where none is stored."""
    stored = stored_rules(conn)
    if not stored:
        return DEFAULT_RULES
    return tuple(each.rule for each in stored if each.enabled)


def stored_rules(conn: sqlite3.Connection) -> list[StoredRule]:
    """Return every stored rule, those of the file first, each in its order."""
    rows = conn.execute(
        "SELECT definition, origin, enabled FROM case_rules"
        " ORDER BY origin <> 'file', position, name"
    )
    return [StoredRule(read(json.loads(text)), origin, bool(on)) for text, origin, on in rows]


def save(conn: sqlite3.Connection, rule: CaseRule, *, enabled: bool = True) -> None:
    """Add or change a rule of the database; one that the file declares is refused."""
    _must_be_ours(conn, rule.name)
    _write(conn, rule, "database", _next_position(conn), enabled)
    revisions.bump(conn, "settings")


def adopt_defaults(conn: sqlite3.Connection) -> None:
    """Store the built-in rules where none is stored, so that a change of one keeps the others."""
    if not stored_rules(conn):
        for position, rule in enumerate(DEFAULT_RULES):
            _write(conn, rule, "database", position, True)


def restore(conn: sqlite3.Connection, before: Iterable[StoredRule]) -> None:
    """Make the rules of the database those that they were, to undo a change."""
    conn.execute("DELETE FROM case_rules WHERE origin = 'database'")
    for position, each in enumerate(before):
        _must_be_ours(conn, each.rule.name)
        _write(conn, each.rule, "database", position, each.enabled)
    revisions.bump(conn, "settings")


def remove(conn: sqlite3.Connection, name: str) -> None:
    """Remove a rule of the database; its cases stay."""
    if _must_be_ours(conn, name) is None:
        raise NotFound(f"there is no case rule {name!r}")
    conn.execute("DELETE FROM case_rules WHERE name = ?", (name,))
    revisions.bump(conn, "settings")


def sync_file(conn: sqlite3.Connection, declared: Iterable[CaseRule]) -> None:
    """Make the rules from the file those that it declares now."""
    wanted = list(declared)
    names = [rule.name for rule in wanted]
    if len(set(names)) < len(names):
        raise ConfigError("two case rules have the same name")
    before = conn.execute("SELECT * FROM case_rules WHERE origin = 'file'").fetchall()
    conn.execute(
        "DELETE FROM case_rules WHERE origin = 'file' AND name NOT IN (SELECT value"
        " FROM json_each(?))",
        (json.dumps(names),),
    )
    for position, rule in enumerate(wanted):
        _write(conn, rule, "file", position, True)
    after = conn.execute("SELECT * FROM case_rules WHERE origin = 'file'").fetchall()
    if before != after:
        revisions.bump(conn, "settings")


def _must_be_ours(conn: sqlite3.Connection, name: str) -> str | None:
    row = conn.execute("SELECT origin FROM case_rules WHERE name = ?", (name,)).fetchone()
    if row is not None and row[0] == "file":
        raise Refused(f"the case rule {name!r} is declared in earshot.toml; change it there")
    return None if row is None else str(row[0])


def _next_position(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT coalesce(max(position), -1) + 1 FROM case_rules").fetchone()
    return int(row[0])


def _write(
    conn: sqlite3.Connection, rule: CaseRule, origin: str, position: int, enabled: bool
) -> None:
    conn.execute(
        "INSERT INTO case_rules (name, position, definition, origin, enabled) VALUES (?,?,?,?,?)"
        " ON CONFLICT (name) DO UPDATE SET definition = excluded.definition,"
        " origin = excluded.origin, enabled = excluded.enabled,"
        " position = iif(excluded.origin = 'file', excluded.position, position)",
        (rule.name, position, json.dumps(asdict(rule), sort_keys=True), origin, int(enabled)),
    )


_ENUMS: dict[str, type[StrEnum]] = {
    "kinds": Kind,
    "labels": Label,
    "intents": Intent,
    "urgency": Urgency,
}


def read(found: Mapping[str, Json]) -> CaseRule:
    """Return the rule of a definition; fields of later versions are not ours to read."""
    known = {each.name for each in fields(CaseRule)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name in known
    }
    for name, kind in _ENUMS.items():
        if name in values:
            values[name] = tuple(kind(each) for each in values[name])
    return CaseRule(**values)
