"""Beginnings of answers: by topic, language and tone, with their use and what came after.

A template's words are the team's own; ``{name}`` in braces is a variable that has to be
filled. Where none is stored, the dashboard offers built-in ones. Not here: filling them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from storage import revisions
from storage.case_checks import words
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.models import Intent
from storage.people import Person, Role
from storage.rollups import topic_ids
from storage.signs import INTENTS
from storage.slices import Grouping
from storage.times import millis

NAME_LIMIT, TEXT_LIMIT = 80, 4_000
SNIPPET = "snippet"
"""The tone of what is added to an answer instead of beginning one: a fact that the team knows."""
BUILT_IN = 0
"""Id of a template that is not stored."""


class Template(NamedTuple):
    """A beginning of an answer; an empty topic or language fits any."""

    id: int
    name: str
    topic: str
    lang: str
    tone: str
    text: str


class TemplateUse(NamedTuple):
    """How a template did: how often it was begun with, and what came of those cases.

    ``closed`` were closed, ``reopened`` opened again later, ``better`` changed their text or
    stars after the answer.
    """

    name: str
    used: int
    closed: int
    reopened: int
    better: int


class Question(NamedTuple):
    """A topic about which customers ask, and for which no template is there."""

    topic: str
    asked: int


def templates(conn: sqlite3.Connection) -> list[Template]:
    """Return the templates that are not retired, by name."""
    rows = conn.execute(
        "SELECT id, name, topic, lang, tone, text FROM templates WHERE retired_at IS NULL"
        " ORDER BY name"
    )
    return [Template(*row) for row in rows]


def save(conn: sqlite3.Connection, template: Template, actor: Person, now: datetime) -> None:
    """Add a template, or change the one of that name: the old words stay for the record."""
    _may_write(actor)
    name = words(template.name, "a name", NAME_LIMIT)
    text = words(template.text, "the text of the template", TEXT_LIMIT)
    conn.execute(
        "UPDATE templates SET retired_at = ? WHERE name = ? AND retired_at IS NULL",
        (millis(now), name),
    )
    conn.execute(
        "INSERT INTO templates (name, topic, lang, tone, text, actor_id, at)"
        " VALUES (?,?,?,?,?,?,?)",
        (name, template.topic, template.lang, template.tone, text, actor.id, millis(now)),
    )
    revisions.bump(conn, "settings")


def retire(conn: sqlite3.Connection, name: str, actor: Person, now: datetime) -> None:
    """Take a template out of use; what was begun with it stays counted."""
    _may_write(actor)
    found = conn.execute(
        "UPDATE templates SET retired_at = ? WHERE name = ? AND retired_at IS NULL",
        (millis(now), name),
    )
    if found.rowcount == 0:
        raise NotFound(f"there is no template {name!r}")
    revisions.bump(conn, "settings")


def used(db: Database, name: str, case_id: int, actor: Person, now: datetime) -> None:
    """Note that an answer began with a template."""
    with db.write() as conn:
        conn.execute(
            "INSERT INTO template_uses (name, case_id, actor_id, at) VALUES (?,?,?,?)",
            (name, case_id, actor.id, millis(now)),
        )


def uses(conn: sqlite3.Connection) -> list[TemplateUse]:
    """Return how each template did, the most used first."""
    rows = conn.execute(
        "SELECT u.name, count(*), sum(c.outcome = 'resolved'), sum(EXISTS (SELECT 1"
        " FROM case_events e WHERE e.case_id = u.case_id AND e.type = 'reopened' AND e.at > u.at)),"
        " sum(EXISTS (SELECT 1 FROM versions v JOIN versions w ON w.mention_id = v.mention_id"
        " AND w.version = v.version - 1 WHERE v.mention_id = c.mention_id"
        " AND v.learned_at > u.at AND v.rating > w.rating))"
        " FROM template_uses u JOIN cases c ON c.id = u.case_id GROUP BY u.name"
        " ORDER BY 2 DESC, 1"
    )
    return [TemplateUse(*row) for row in rows]


def latest(conn: sqlite3.Connection, actor: Person) -> str | None:
    """Return the name of the template with which somebody began last."""
    row = conn.execute(
        "SELECT name FROM template_uses WHERE actor_id = ? ORDER BY id DESC LIMIT 1", (actor.id,)
    ).fetchone()
    return None if row is None else str(row[0])


def unanswered(conn: sqlite3.Connection, now: datetime, days: int = 90) -> list[Question]:
    """Return topics that customers asked about lately and no template is for, most asked first."""
    # The list by sign is read slice by slice, each from the wanted time on.
    rows = conn.execute(
        "SELECT m.topics, count(*) FROM slices s CROSS JOIN mention_signs x ON x.sign = ?"
        " AND x.slice_id = s.id AND x.position >= ? CROSS JOIN mentions m ON m.id = x.mention_id"
        " WHERE s.grouping = ? AND m.deleted_at IS NULL AND m.topics <> '' GROUP BY m.topics",
        (INTENTS[Intent.QUESTION], int((now - timedelta(days=days)).timestamp()) << 31)
        + (int(Grouping.FULL),),
    ).fetchall()
    answered = {key for (key,) in conn.execute(_TOPICS_ANSWERED)}
    names: dict[int, str] = dict(conn.execute("SELECT id, key FROM topics"))
    asked: Counter[str] = Counter()
    for topics, count in rows:
        for topic in topic_ids(topics):
            asked[names[topic]] += count
    found = [Question(key, count) for key, count in asked.items() if key not in answered]
    return sorted(found, key=lambda each: (-each.asked, each.topic))


_TOPICS_ANSWERED = "SELECT topic FROM templates WHERE retired_at IS NULL"


def _may_write(actor: Person) -> None:
    if actor.role in (Role.VIEWER, Role.MANAGER):
        raise Refused(f"{actor.name} may look but not change templates")
