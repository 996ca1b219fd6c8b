"""The chain of case events: every edit, insertion, deletion and cut tail is found."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import kept_heads
from storage import audit, cases, people
from storage.case_model import Claim, Dismiss, Note, SaveDraft
from storage.case_projection import differences
from storage.database import Database
from storage.errors import ConfigError, InputError
from storage.people import EARSHOT
from tests.desk import NOW, with_cases

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Three cases with ten events, some with words."""
    db = with_cases(tmp_path, 3)
    with db.write() as conn:
        ana = people.person(conn, "Ana", NOW)
    for case_id in (1, 2):
        cases.act(db, case_id, Claim(actor=ana), NOW)
        cases.act(db, case_id, SaveDraft(actor=ana, text=f"Dear customer {case_id}"), NOW)
    cases.act(db, 1, Dismiss(actor=ana, reason="asked twice"), NOW)
    cases.act(db, 3, Note(actor=ana, text="wait for Ben"), NOW)
    cases.act(db, 3, Note(actor=ana, text="Ben is away"), NOW)
    return db


def check(db: Database, *heads: audit.Head) -> list[audit.Finding]:
    return audit.check(db.reader(), db.key("audit"), heads)


def tamper(db: Database, *statements: str) -> None:
    """Change the file as somebody with a SQLite shell would, guards removed."""
    conn = sqlite3.connect(db.path, isolation_level=None)
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert conn.execute(statement).rowcount > 0
    conn.close()


def test_an_untouched_chain_is_clean(db: Database) -> None:
    head = audit.head(db.reader())
    assert head.seq == 10
    assert check(db) == []
    assert check(db, head, audit.read_head(head.text), audit.Head(0, audit.GENESIS)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_events SET at = at + 1 WHERE seq = 1",
        "DELETE FROM case_events",
        "INSERT INTO case_events SELECT 12, case_id, type, actor_id, at, case_version, mention_id,"
        " mention_version, data, digest, hmac FROM case_events WHERE seq = 10",
        "INSERT OR REPLACE INTO case_events SELECT * FROM case_events WHERE seq = 3",
        "UPDATE event_content SET content = '{}'",
    ],
)
def test_the_database_refuses_changes(db: Database, statement: str) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match=r"append-only|head|written once"),
        db.write() as conn,
    ):
        conn.execute(statement)
    assert check(db) == []


EDITS = [
    ("case_id", "2"),
    ("type", "'released'"),
    ("actor_id", "0"),
    ("at", "at + 1"),
    ("case_version", "case_version + 1"),
    ("mention_id", "(SELECT max(id) FROM mentions)"),
    ("mention_version", "7"),
    ("data", "'{\"lease_until\":1}'"),
    ("digest", "zeroblob(31)"),
    ("digest", "randomblob(32)"),
    ("hmac", "randomblob(32)"),
    ("hmac", "zeroblob(0)"),
]


@pytest.mark.parametrize(("column", "value"), EDITS)
@pytest.mark.parametrize("seq", [4, 5])
def test_every_edited_column_is_found(db: Database, seq: int, column: str, value: str) -> None:
    tamper(db, f"UPDATE case_events SET {column} = {value} WHERE seq = {seq}")
    assert seq in {finding.seq for finding in check(db)}


@pytest.mark.parametrize(
    ("statements", "seq", "words"),
    [
        (['UPDATE event_content SET content = \'{"text":""}\' WHERE seq = 5'], 5, "changed"),
        (["UPDATE event_content SET salt = zeroblob(16) WHERE seq = 5"], 5, "changed"),
        (["DELETE FROM event_content WHERE seq = 5"], 5, "no erasure says so"),
        (["INSERT INTO event_content VALUES (4, x'00', '{}')"], 4, "nobody wrote"),
        (["INSERT INTO event_content VALUES (99, x'00', '{}')"], 99, "without their event"),
        (["DELETE FROM case_events WHERE seq = 4"], 5, "4 to 4 are missing"),
        (["DELETE FROM case_events WHERE seq < 3"], 3, "1 to 2 are missing"),
        (["DELETE FROM case_events WHERE seq > 8"], 8, "tail was cut"),
        (["DELETE FROM audit_head"], None, "head of the chain is missing"),
        (["UPDATE audit_head SET count = 9"], 10, "does not belong"),
        (["UPDATE audit_head SET hmac = zeroblob(32)"], 10, "does not belong"),
        (
            [
                "INSERT INTO case_events SELECT 11, case_id, type, actor_id, at, case_version,"
                " mention_id, mention_version, data, digest, hmac FROM case_events WHERE seq = 10",
            ],
            11,
            "seal is wrong",
        ),
        (
            [
                "UPDATE case_events SET seq = -1 WHERE seq = 6",
                "UPDATE case_events SET seq = 6 WHERE seq = 7",
                "UPDATE case_events SET seq = 7 WHERE seq = -1",
            ],
            6,
            "seal is wrong",
        ),
    ],
)
def test_insertions_deletions_and_cuts_are_found(
    db: Database, statements: list[str], seq: int | None, words: str
) -> None:
    tamper(db, *statements)
    found = check(db)
    assert any(each.seq == seq and words in each.words for each in found), found


def test_a_cut_tail_with_its_head_moved_back_shows_only_against_an_outside_head(
    db: Database,
) -> None:
    head = audit.head(db.reader())
    tamper(
        db,
        "DELETE FROM event_content WHERE seq > 8",
        "DELETE FROM case_events WHERE seq > 8",
        "UPDATE audit_head SET seq = 8, count = 8,"
        " hmac = (SELECT hmac FROM case_events WHERE seq = 8)",
    )
    assert check(db) == []
    found = check(db, head)
    assert [each.words for each in found] == [
        "a head kept outside knows event 10; the chain ends at 8"
    ]
    assert "kept outside (event 10)" in audit.describe(db.reader(), [head])
    assert "rollback of the whole file" in audit.describe(db.reader())


def test_a_chain_forged_with_another_key_is_found(db: Database) -> None:
    outside = audit.head(db.reader())._replace(hmac=bytes(32))
    assert [each.seq for each in check(db, outside)] == [10]
    found = audit.check(db.reader(), b"another key", ())
    assert {each.seq for each in found} == set(range(1, 11))


@pytest.mark.parametrize("erased", [False, True])
def test_changed_bytes_at_200_places_are_found(db: Database, erased: bool) -> None:
    """Any bit of a stored event that flips is found, whatever it makes of the record."""
    key, luck = db.key("audit"), random.Random(7)
    if erased:
        cases.erase(db, [cases.load(db.reader(), 2).mention_id], EARSHOT, NOW)
    # The last seal stands in the chain's head, too.
    count = int(db.reader().execute("SELECT count(*) - 1 FROM case_events").fetchone()[0])
    rows = db.reader().execute("SELECT hmac FROM case_events LIMIT ?", (count,))
    seals = [row[0] for row in rows]
    assert check(db) == []
    db.checkpoint()
    db.close()
    whole = db.path.read_bytes()
    for _ in range(200):
        # A record ends with its seal; the shortest one has 100 bytes before it.
        place = whole.index(luck.choice(seals)) + luck.randrange(-100, 32)
        changed = bytearray(whole)
        changed[place] ^= 1 << luck.randrange(8)
        db.path.write_bytes(changed)
        conn = sqlite3.connect(f"file:{db.path}?mode=ro", uri=True)
        assert audit.check(conn, key) != [], place
        conn.close()


def test_heads_kept_daily_show_a_database_that_was_rolled_back(
    db: Database, tmp_path: Path
) -> None:
    kept = tmp_path / "apart" / "heads.txt"
    with pytest.raises(ConfigError, match=r"audit\.heads"):
        kept_heads.keep(db, kept)
    kept.parent.mkdir()
    assert not kept_heads.keep(db, None)
    db.checkpoint()
    old = db.path.read_bytes()
    for _ in range(2):
        assert kept_heads.keep(db, kept)
    with db.write() as conn:
        ana = people.known(conn, "Ana")
    cases.act(db, 3, Note(actor=ana, text="one more"), NOW)
    assert kept_heads.keep(db, kept)
    heads = [audit.read_head(line) for line in kept.read_text().splitlines()]
    assert [each.seq for each in heads] == [10, 11]
    assert check(db, *heads) == []
    key = db.key("audit")
    db.close()
    db.path.write_bytes(old)
    conn = sqlite3.connect(db.path)
    assert audit.check(conn, key) == []
    assert [each.seq for each in audit.check(conn, key, heads)] == [11]
    conn.close()


@pytest.mark.parametrize(
    "change",
    [
        "type = 'sold'",
        "type = 'claimed'",
        "data = '{}'",
        "data = 'no json'",
        'data = \'{"priority":"x","reasons":1,"rule":1,"due_at":1}\'',
    ],
)
def test_events_that_make_no_sense_are_told_not_thrown(db: Database, change: str) -> None:
    tamper(db, f"UPDATE case_events SET {change} WHERE seq = 1")
    assert "cannot be replayed" in differences(db.reader())[-1]


def test_the_chain_survives_an_erasure(db: Database) -> None:
    conn = db.reader()
    before = audit.head(conn)
    wanted = [cases.load(conn, case_id).mention_id for case_id in (2, 3)]
    assert cases.erase(db, wanted, EARSHOT, NOW) == 2
    assert check(db, before) == []
    assert differences(conn) == []
    left = [row[0] for row in conn.execute("SELECT content FROM event_content ORDER BY seq")]
    assert left == ['{"text":"Dear customer 1"}', '{"reason":"asked twice"}']
    tamper(db, "DELETE FROM event_content WHERE seq = 5")
    assert [each.seq for each in check(db)] == [5]


@pytest.mark.parametrize("text", ["", "x", "3", "3:zz", "3:00", ":" + "00" * 32, "-1:" + "00" * 32])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no head"):
        audit.read_head(text)
