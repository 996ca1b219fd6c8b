"""Rules by which a message is acknowledged without a person: which exist, whom they reached.

A rule is off until a lead switches it on, and counts for cases that open from then on. Not
here: whether a message meets one (``dashboard.desk.acknowledging``), handing it to the outbox
(``acknowledging``).
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from storage import people, revisions, rules
from storage.case_checks import words
from storage.database import Database
from storage.errors import InputError, NotFound, Refused
from storage.models import Intent, Urgency
from storage.outbox import Channel
from storage.people import Person
from storage.rule_candidates import CANDIDATES, Candidate
from storage.rule_matching import CaseRule
from storage.times import millis, moment

NAME_LIMIT, TEXT_LIMIT, TEXTS = 60, 2_000, 8
LATEST = timedelta(hours=1)
"""What would leave later than this after its time is not sent: the moment is over."""
LEGAL_WORDS = (
    "lawyer*", "attorney*", "solicitor*", "court", "sue", "suing", "lawsuit*", "legal action",
    "police", "ombudsman", "injur*", "Anwalt*", "Rechtsanwalt*", "Gericht", "Klage", "verklage*",
    "Polizei", "avocat*", "tribunal", "porter plainte",
)  # fmt: skip
"""Words of a message that a person has to read first, unless a rule says otherwise."""

_LEFT = (
    "a.left_out IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM outbox o WHERE o.id = a.entry_id AND o.state = 'cancelled')"
)


@dataclass(frozen=True, slots=True)
class AckRule:
    """Acknowledges cases whose message meets ``when`` and none of the exclusions.

    ``texts`` are wordings that take turns; ``delay_minutes`` counts from the opening of the
    case. A person gets one in ``once_in_days``; all get at most ``per_day`` in 24 hours.
    """

    name: str
    texts: tuple[str, ...]
    when: CaseRule = field(default_factory=lambda: CaseRule(""))
    delay_minutes: int = 30
    per_day: int = 50
    once_in_days: int = 7
    not_intents: tuple[Intent, ...] = (Intent.COMPLAINT, Intent.LEAVING, Intent.SPAM)
    not_urgency: tuple[Urgency, ...] = tuple(Urgency)
    not_words: tuple[str, ...] = LEGAL_WORDS
    not_tiers: tuple[str, ...] = ()


class StoredAck(NamedTuple):
    """A rule and since when it is on, None while it is off."""

    id: int
    rule: AckRule
    on_since: datetime | None


class Due(NamedTuple):
    """A case that a rule may acknowledge; ``person`` is None where nobody is named."""

    case_id: int
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    author: str
    brand: str
    person: bytes | None
    mention: Candidate


def stored(conn: sqlite3.Connection) -> list[StoredAck]:
    """Return every rule by name."""
    rows = conn.execute("SELECT id, definition, on_since FROM acknowledgement_rules ORDER BY name")
    return [StoredAck(id_, _read(text), on and moment(on)) for id_, text, on in rows]


def get(conn: sqlite3.Connection, name: str) -> StoredAck:
    """Return the rule of a name."""
    found = next((e for e in stored(conn) if e.rule.name.casefold() == name.casefold()), None)
    if found is None:
        raise NotFound(f"there is no rule for acknowledgements {name!r}")
    return found


def save(conn: sqlite3.Connection, rule: AckRule, actor: Person, now: datetime) -> None:
    """Add or change a rule in the caller's transaction; it is off afterwards.

    A change of what is sent by itself is read and switched on anew.
    """
    _must_lead(actor)
    checked = _checked(rule)
    people.of_rule(conn, checked.name, now)
    known = conn.execute(
        "SELECT id FROM acknowledgement_rules WHERE name = ?", (checked.name,)
    ).fetchone()
    if known is not None:
        _off(conn, known[0], actor, now)
    conn.execute(
        # Never a number that had a rule before: what that one sent would count as this one's.
        "INSERT INTO acknowledgement_rules (id, name, definition, actor_id, at) VALUES ((SELECT"
        " 1 + max((SELECT ifnull(max(id), 0) FROM acknowledgement_rules),"
        " (SELECT ifnull(max(rule_id), 0) FROM acknowledgements))),?,?,?,?)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name,"
        " definition = excluded.definition, actor_id = excluded.actor_id, at = excluded.at",
        (checked.name, json.dumps(asdict(checked), sort_keys=True), actor.id, millis(now)),
    )
    revisions.bump(conn, "settings")


def switch_on(conn: sqlite3.Connection, name: str, actor: Person, now: datetime) -> None:
    """Let a rule acknowledge what opens from now on."""
    _must_lead(actor)
    found = get(conn, name)
    if found.on_since is None:
        conn.execute(
            "UPDATE acknowledgement_rules SET on_since = ? WHERE id = ?", (millis(now), found.id)
        )
        revisions.bump(conn, "settings")


def switch_off(
    conn: sqlite3.Connection, actor: Person, now: datetime, *, name: str | None = None
) -> int:
    """Stop one rule, or every rule, at once; return how many waiting ones will not leave."""
    _must_lead(actor)
    found = stored(conn) if name is None else [get(conn, name)]
    stopped = sum(_off(conn, each.id, actor, now) for each in found)
    revisions.bump(conn, "settings")
    return stopped


def remove(conn: sqlite3.Connection, name: str, actor: Person, now: datetime) -> None:
    """Take a rule away; what it sent stays recorded under its name."""
    _must_lead(actor)
    found = get(conn, name)
    _off(conn, found.id, actor, now)
    conn.execute("DELETE FROM acknowledgement_rules WHERE id = ?", (found.id,))
    revisions.bump(conn, "settings")


def _off(conn: sqlite3.Connection, rule_id: int, actor: Person, now: datetime) -> int:
    conn.execute("UPDATE acknowledgement_rules SET on_since = NULL WHERE id = ?", (rule_id,))
    done = conn.execute(
        "UPDATE outbox SET state = 'cancelled', changed_by = ?, changed_at = ?"
        " WHERE channel = ? AND state = 'pending' AND id IN"
        " (SELECT entry_id FROM acknowledgements WHERE rule_id = ?)",
        (actor.id, millis(now), Channel.ACKNOWLEDGEMENT.value, rule_id),
    )
    if done.rowcount:
        revisions.bump(conn, "queue")
    return done.rowcount


def waiting(db: Database, now: datetime, rule: StoredAck) -> list[Due]:
    """Return cases that opened under a rule, whose delay is over and that nothing was sent to."""
    if rule.on_since is None:
        return []
    until = now - timedelta(minutes=rule.rule.delay_minutes)
    since = max(rule.on_since, until - LATEST)
    where = (
        "c.opened_at BETWEEN ? AND ? AND c.closed_at IS NULL AND c.answered_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM acknowledgements a WHERE a.case_id = c.id)"
    )
    return list(_due(db, where, (millis(since), millis(until))))


def opened(db: Database, since: datetime, until: datetime, limit: int) -> list[Due]:
    """Return the newest cases that opened in a period, in their order, whatever became of them."""
    where = (
        "c.id IN (SELECT n.id FROM cases n WHERE n.opened_at BETWEEN ? AND ?"
        " ORDER BY n.opened_at DESC LIMIT ?)"
    )
    return list(_due(db, where, (millis(since), millis(until), limit)))


def _due(db: Database, where: str, args: tuple[int, ...]) -> Iterator[Due]:
    conn, key = db.reader(), db.key("acknowledgement")
    rows = conn.execute(
        "SELECT c.id, c.mention_id, c.opened_at, c.answered_at, c.closed_at,"
        " ifnull(i.author, ''), b.name, substr(p.key, 1, instr(p.key || ':', ':') - 1)"
        " FROM cases c JOIN mentions m ON m.id = c.mention_id JOIN places p ON p.id = m.place_id"
        " JOIN slices s ON s.id = m.slice_id JOIN brands b ON b.id = s.brand_id"
        " LEFT JOIN identities i ON i.mention_id = m.id"
        f" WHERE m.deleted_at IS NULL AND m.erased_at IS NULL AND {where}"
        " ORDER BY c.opened_at, c.id",
        args,
    ).fetchall()
    ids = json.dumps([row[1] for row in rows])
    sql = f"{CANDIDATES} WHERE m.id IN (SELECT value FROM json_each(?))"
    mentions = {row[0]: Candidate(*row) for row in conn.execute(sql, (ids,))}
    for case_id, mention_id, opened_at, answered, closed, author, brand, site in rows:
        person = hmac.digest(key, f"{site}\0{author}".encode(), "sha256") if author else None
        ended = answered and moment(answered), closed and moment(closed)
        at = moment(opened_at)
        yield Due(case_id, at, *ended, author, brand, person, mentions[mention_id])


def reached(conn: sqlite3.Connection, person: bytes, since: datetime) -> bool:
    """Say whether somebody got an acknowledgement since a time, by any rule."""
    row = conn.execute(
        f"SELECT 1 FROM acknowledgements a WHERE person = ? AND at > ? AND {_LEFT} LIMIT 1",
        (person, millis(since)),
    ).fetchone()
    return row is not None


def count(conn: sqlite3.Connection, rule_id: int, since: datetime | None = None) -> int:
    """Return how many a rule sent, or is to send, since a time (None: ever)."""
    row = conn.execute(
        f"SELECT count(*) FROM acknowledgements a WHERE rule_id = ? AND at > ? AND {_LEFT}",
        (rule_id, -1 if since is None else millis(since)),
    ).fetchone()
    return int(row[0])


def left_out(conn: sqlite3.Connection, rule_id: int, since: datetime) -> Counter[str]:
    """Return for which reasons a rule sent nothing, and how often."""
    rows = conn.execute(
        "SELECT left_out, count(*) FROM acknowledgements WHERE rule_id = ? AND at > ?"
        " AND left_out IS NOT NULL GROUP BY 1",
        (rule_id, millis(since)),
    )
    return Counter(dict(rows.fetchall()))


def _checked(rule: AckRule) -> AckRule:
    """Return a rule as it can be kept; say what is wrong with it."""
    name = " ".join(words(rule.name, "a name", NAME_LIMIT).split())
    texts = tuple(words(each, "the text", TEXT_LIMIT) for each in rule.texts)
    if not 1 <= len(texts) <= TEXTS:
        raise InputError(f"give 1 to {TEXTS} wordings, this has {len(texts)}")
    for what, number, least, most in (
        ("delay in minutes", rule.delay_minutes, 1, 7 * 24 * 60),
        ("number a day", rule.per_day, 1, 10_000),
        ("days between two to the same person", rule.once_in_days, 1, 366),
    ):
        if not least <= number <= most:
            raise InputError(f"the {what} must lie between {least} and {most}, not {number}")
    return replace(rule, name=name, texts=texts)


def _must_lead(actor: Person) -> None:
    if not actor.leads:
        raise Refused(f"{actor.name} does not lead; only a lead changes what is sent by itself")


def _read(text: str) -> AckRule:
    found: Mapping[str, Any] = json.loads(text)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }
    values["when"] = rules.read(found["when"])
    values["not_intents"] = tuple(map(Intent, found["not_intents"]))
    values["not_urgency"] = tuple(map(Urgency, found["not_urgency"]))
    return AckRule(**values)
