"""`earshot verify`: clean after all that the product does, and blind to no change of bytes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils

from storage import audit, cases, rules, verify
from storage.database import Database
from storage.models import Label
from storage.people import person
from storage.recast import add_label, recast
from storage.rollups import Delta
from storage.schema import places as places_schema
from storage.slices import Slices
from storage.times import millis
from storage.workspace import set_timezone
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, open_company, play_review, store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a company with open cases of which one is claimed."""
    folder = tmp_path_factory.mktemp("company")
    database = company(folder)
    rules.open_cases(database, None, NOW)
    with database.write() as conn:
        anna = person(conn, "Anna", NOW)
    cases.claim_next(database, anna, NOW)
    database.close()
    return folder


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of the company."""
    shutil.copytree(made, tmp_path / "db")
    database = Database(tmp_path / "db" / "earshot.db", create=False, writer=1)
    yield database
    database.close()


def findings(db: Database) -> list[verify.Finding]:
    """What verify finds."""
    return list(verify.verify(db.path, db.key("audit")).findings)


def break_(db: Database, sql: str) -> None:
    """Change the file behind the product's back."""
    with closing(sqlite3.connect(db.path, isolation_level=None)) as conn:
        for (trigger,) in conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        assert conn.execute(sql).rowcount != 0, sql


def test_what_the_product_wrote_agrees(db: Database) -> None:
    assert findings(db) == []
    ran = earshot("verify", "--db", db.path)
    assert ran.code == 0
    assert "Everything agrees." in ran.text
    assert "42 mentions" in ran.text


def test_it_agrees_after_edits_deletions_labels_replies_and_a_new_timezone(db: Database) -> None:
    at = NOW + timedelta(hours=1)
    edited = play_review(10, NOW, text="It got worse, bad courier")
    store(db, PLAY, [edited, play_review(11, NOW, text="")], now=at)
    store(db, PLAY, [], gone=[("play:com.acme", "gp-12")], now=at)
    store(db, PLAY, [play_review(12, NOW, text="back again")], now=at)
    store(db, PLAY, [], gone=[("play:com.acme", "gp-13"), ("play:com.acme", "gp-10")], now=at)
    with db.write() as conn:
        wanted = conn.execute("SELECT id FROM mentions WHERE deleted_at IS NULL LIMIT 3").fetchall()
        delta = Delta(Slices(conn))
        for (mention_id,) in wanted:
            add_label(conn, mention_id, Label.NEUTRAL, "Anna", millis(at))
        recast(conn, Slices(conn), delta, [row[0] for row in wanted])
        delta.write(conn)
        set_timezone(conn, "America/New_York")
    assert findings(db) == []


def test_a_file_from_before_cells_by_place_gets_them(db: Database) -> None:
    with closing(sqlite3.connect(db.path, isolation_level=None)) as conn:
        for table in ("rollup_place_day", "rollup_place_month", "place_slices"):
            conn.execute(f"DROP TABLE {table}")
        places_schema.m016_places(sqlite_utils.Database(conn))
    assert findings(db) == []


def test_an_empty_workspace_agrees(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    assert findings(db) == []
    db.close()


REVIEWS = "(SELECT m.id FROM mentions m JOIN slices s ON s.id = m.slice_id WHERE s.kind = 'review')"
"""Mentions of which each has a rating, a text and a score."""


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        (f"UPDATE mentions SET rating = rating + 1 WHERE id = (SELECT min(id) FROM {REVIEWS})",
         "mentions"),
        ("UPDATE mentions SET score = 1 WHERE id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE mentions SET day = day + 1 WHERE id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE mentions SET published_at = published_at + 60000"
         " WHERE id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE mentions SET replied = 1 - replied WHERE id = (SELECT min(id) FROM mentions)",
         "mentions"),
        ("UPDATE mentions SET topics = '1,2' WHERE id = (SELECT max(id) FROM mentions)",
         "topics"),
        ("UPDATE mentions SET slice_id = (SELECT slice_id FROM mentions ORDER BY id DESC LIMIT 1)"
         " WHERE id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE mentions SET version = 9 WHERE id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE scores SET label = 'neutral', unsure = 0", "mentions"),
        ("UPDATE scores SET score = score + 1", "mentions"),
        ("UPDATE scores SET mention_id = mention_id + 1"
         " WHERE mention_id = (SELECT max(mention_id) FROM scores)", "file"),
        ("INSERT INTO labels SELECT NULL, id, version, 'neutral', 'x', 1 FROM mentions",
         "mentions"),
        ("INSERT INTO labels SELECT NULL, id, 7, 'neutral', 'x', 1 FROM mentions", "orphans"),
        ("DELETE FROM replies", "mentions"),
        ("DELETE FROM identities WHERE mention_id = (SELECT min(id) FROM mentions)", "mentions"),
        ("DELETE FROM sightings WHERE mention_id = (SELECT min(id) FROM mentions)", "mentions"),
        ("UPDATE identities SET place_id = 1000 WHERE mention_id = (SELECT min(id) FROM mentions)",
         "mentions"),
        ("DELETE FROM mention_topics WHERE position ="
         " (SELECT min(position) FROM mention_topics)", "topics"),
        ("INSERT INTO mention_topics SELECT 2, slice_id, position, id FROM mentions"
         " WHERE topics = ''", "topics"),
        ("UPDATE scores SET signs = ''", "mentions"),
        ("DELETE FROM mention_signs WHERE position ="
         " (SELECT min(position) FROM mention_signs)", "signs"),
        ("UPDATE mention_signs SET sign = sign * 64", "signs"),
        ("DELETE FROM search_docsize WHERE id = (SELECT min(id) FROM search_docsize)", "search"),
        ("INSERT INTO search (rowid, title, text) VALUES (5, 'of', 'nobody')", "search"),
        ("INSERT INTO search (search) VALUES ('delete-all')", "search"),
        ("DELETE FROM scores", "orphans"),
        ("UPDATE versions SET version = version + 1", "orphans"),
        ("UPDATE rollup_day SET n = n + 1 WHERE day = (SELECT min(day) FROM rollup_day)",
         "rollups"),
        ("UPDATE rollup_month SET replied = replied + 1", "rollups"),
        ("DELETE FROM rollup_day WHERE slice_id = (SELECT max(slice_id) FROM rollup_day)",
         "rollups"),
        ("INSERT INTO rollup_month SELECT 9, slice_id, month,"
         " 1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 FROM rollup_month LIMIT 1", "rollups"),
        ("UPDATE rollup_place_day SET n = n + 1", "rollups"),
        ("UPDATE rollup_place_month SET replied = replied + 1", "rollups"),
        ("DELETE FROM rollup_place_day WHERE topic_id > 0", "rollups"),
        ("UPDATE place_slices SET place_id = place_id + 1000", "rollups"),
        ("UPDATE slices SET product_id = 0 WHERE grouping = 2", "rollups"),
        ("UPDATE cases SET priority = priority + 1", "cases"),
        ("UPDATE case_events SET at = at + 1 WHERE seq = 2", "audit"),
        ("DELETE FROM case_events WHERE seq = (SELECT max(seq) FROM case_events)", "audit"),
        ("UPDATE mentions SET erased_at = 1 WHERE id = (SELECT min(id) FROM mentions)", "erasure"),
        ("UPDATE mentions SET deleted_at = 1 WHERE id = (SELECT min(id) FROM mentions)", "erasure"),
    ],
)  # fmt: skip
def test_a_change_behind_its_back_is_found(db: Database, sql: str, check: str) -> None:
    break_(db, sql)
    found = findings(db)
    assert check in {each.check for each in found}, found


def test_many_differences_are_told_in_part(db: Database) -> None:
    break_(db, "UPDATE scores SET score = score + 1")
    found = [each.words for each in findings(db) if each.check == "mentions"]
    assert len(found) == verify.LIMIT + 1
    assert found[-1] == "and more of this kind"


def test_json_says_what_was_looked_at(db: Database) -> None:
    ran = earshot("verify", "--db", db.path, "--json")
    assert ran.json["ok"] is True
    assert ran.json["counted"]["mentions"] == 42
    break_(db, "UPDATE scores SET score = score + 1")
    ran = earshot("verify", "--db", db.path, "--json")
    assert ran.code == 1
    assert "differences found" in ran.err
    assert ran.json["ok"] is False
    assert ran.json["findings"][0]["check"] == "mentions"


def test_a_head_kept_elsewhere_shows_a_rollback(db: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    db.checkpoint()
    for suffix in ("", ".key"):
        shutil.copy(f"{db.path}{suffix}", f"{copy}{suffix}")
    with db.write() as conn:
        boris = person(conn, "Boris", NOW)
    cases.claim_next(db, boris, NOW)
    heads = tmp_path / "heads.txt"
    heads.write_text(earshot("verify", "--db", db.path, "--print-head").text)
    assert earshot("verify", "--db", db.path, "--head", heads).code == 0
    assert earshot("verify", "--db", copy).code == 0
    ran = earshot("verify", "--db", copy, "--head", heads)
    assert ran.code == 1
    assert "kept outside" in ran.text
    heads.write_text("nonsense")
    assert earshot("verify", "--db", copy, "--head", heads).code == 2
    assert audit.read_head("3:" + "00" * 32).seq == 3


def test_a_damaged_file_is_told_in_words(db: Database) -> None:
    db.checkpoint()
    db.close()
    raw = bytearray(db.path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 6_000] = b"\xff" * 6_000
    db.path.write_bytes(raw)
    ran = earshot("verify", "--db", db.path, "--json")
    assert ran.code == 1
    if ran.out:
        assert json.loads(ran.out)["ok"] is False
