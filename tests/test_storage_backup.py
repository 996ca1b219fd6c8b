"""Backups are whole while others write; restoring brings nothing erased back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage import backup, privacy, queries, verify
from storage.database import Database, key_path
from storage.errors import ConfigError, InputError
from storage.models import MentionFilter
from storage.people import EARSHOT
from storage.privacy import Wanted
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, company, open_company, play_review, store


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A company."""
    (tmp_path / "live").mkdir()
    database = company(tmp_path / "live")
    yield database
    database.close()


def opened(path: Path, key_of: Database) -> Database:
    """Open a copy with the key of the original."""
    if not key_path(path).exists():
        shutil.copy(key_path(key_of.path), key_path(path))
    return Database(path, create=False)


def test_a_backup_is_one_whole_file_that_only_its_owner_can_read(
    db: Database, tmp_path: Path
) -> None:
    ran = earshot("backup", tmp_path / "b.db", "--db", db.path)
    assert ran.code == 0, ran.err
    assert "42 mentions" in ran.text
    assert "key" in ran.text
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.db", "live"]
    assert (tmp_path / "b.db").stat().st_mode & 0o077 == 0
    copy = opened(tmp_path / "b.db", db)
    assert queries.totals(copy.reader(), MentionFilter()) == queries.totals(
        db.reader(), MentionFilter()
    )
    assert not verify.verify(copy.path, copy.key("audit")).findings
    copy.close()


def test_it_never_overwrites(db: Database, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("mine")
    ran = earshot("backup", tmp_path / "b.db", "--db", db.path)
    assert ran.code == 2
    assert (tmp_path / "b.db").read_text() == "mine"
    assert earshot("backup", tmp_path / "none" / "b.db", "--db", db.path).code == 2


def test_a_folder_gets_a_file_by_its_time(db: Database, tmp_path: Path) -> None:
    ran = earshot("backup", tmp_path, "--json", "--db", db.path)
    assert ran.code == 0
    made = Path(ran.json["path"])
    assert made.parent == tmp_path
    assert made.name.startswith("earshot-20")
    assert ran.json["mentions"] == 42


def test_it_is_of_one_moment_while_others_write(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    written = threading.Event()
    batches = 0

    def progress(done: int, total: int) -> None:
        nonlocal batches
        if done % 25 == 0 and batches < 8:
            batches += 1
            first = 1_000 * batches
            store(db, PLAY, [play_review(first + n, NOW) for n in range(40)])
            written.set()

    done = backup.back_up(db, tmp_path / "b.db", progress)
    assert written.is_set()
    assert done.mentions == 42
    assert queries.count(db.reader(), MentionFilter()) == 42 + 40 * batches
    copy = opened(tmp_path / "b.db", db)
    assert not verify.verify(copy.path, copy.key("audit")).findings
    copy.close()


def test_restoring_keeps_the_old_file_aside(db: Database, tmp_path: Path) -> None:
    backup.back_up(db, tmp_path / "b.db")
    store(db, PLAY, [play_review(500, NOW)])
    db.close()
    ran = earshot("restore", tmp_path / "b.db", "--json", "--db", db.path)
    assert ran.code == 0, ran.err
    assert ran.json["mentions"] == 42
    assert ran.json["erased_again"] == 0
    now, aside = Database(db.path, create=False), opened(Path(ran.json["aside"]), db)
    assert queries.count(now.reader(), MentionFilter()) == 42
    assert queries.count(aside.reader(), MentionFilter()) == 43
    for each in (now, aside):
        assert not verify.verify(each.path, each.key("audit")).findings
        each.close()
    assert not [each for each in db.path.parent.iterdir() if each.name.startswith(".restore")]


def test_what_was_erased_since_is_erased_again_and_stays_out(db: Database, tmp_path: Path) -> None:
    store(db, PLAY, [play_review(700, NOW, text="Quaxelbrunft")])
    backup.back_up(db, tmp_path / "b.db")
    assert b"Quaxelbrunft" in (tmp_path / "b.db").read_bytes()
    privacy.erase(
        db, privacy.find(db.reader(), Wanted(native_id="gp-700")), "native_id", EARSHOT, NOW
    )
    db.close()
    done = backup.restore(db.path, tmp_path / "b.db", NOW)
    assert done.erased_again == 1
    assert b"Quaxelbrunft" not in db.path.read_bytes()
    again = Database(db.path, create=False)
    before = queries.totals(again.reader(), MentionFilter())
    store(again, PLAY, [play_review(700, NOW, text="Quaxelbrunft")])
    assert queries.totals(again.reader(), MentionFilter()) == before
    assert not verify.verify(again.path, again.key("audit")).findings
    again.close()


def test_a_kept_list_serves_where_the_database_is_lost(db: Database, tmp_path: Path) -> None:
    store(db, PLAY, [play_review(700, NOW, text="Quaxelbrunft")])
    backup.back_up(db, tmp_path / "b.db")
    store(db, PLAY, [play_review(701, NOW)], now=NOW + timedelta(hours=1))
    privacy.erase(
        db, privacy.find(db.reader(), Wanted(native_id="gp-700")), "native_id", EARSHOT, NOW
    )
    kept = tmp_path / "erased.json"
    kept.write_text(earshot("erase", "--list", "--db", db.path).text)
    assert "gp-700" not in kept.read_text()
    db.close()
    db.path.write_bytes(b"broken" * 1_000)
    ran = earshot("restore", tmp_path / "b.db", "--db", db.path)
    assert ran.code == 1
    assert "--erasures" in ran.err
    ran = earshot("restore", tmp_path / "b.db", "--erasures", kept, "--db", db.path)
    assert ran.code == 0, ran.err
    assert "1 mentions that were erased since were erased again" in ran.text
    assert b"Quaxelbrunft" not in db.path.read_bytes()
    db.path.unlink()
    ran = earshot("restore", tmp_path / "b.db", "--db", db.path)
    assert ran.code == 0
    assert "Nothing is known of erasures" in ran.text
    kept.write_text("[]")
    assert earshot("restore", tmp_path / "b.db", "--erasures", kept, "--db", db.path).code == 2


def test_it_is_refused_while_somebody_has_it_open(db: Database, tmp_path: Path) -> None:
    backup.back_up(db, tmp_path / "b.db")
    db.reader().execute("SELECT count(*) FROM mentions").fetchone()
    ran = earshot("restore", tmp_path / "b.db", "--db", db.path)
    assert ran.code == 1
    assert "stop `earshot up`" in ran.err
    store(db, PLAY, [play_review(500, NOW)])
    assert queries.count(db.reader(), MentionFilter()) == 43


def test_what_is_no_backup_is_refused(db: Database, tmp_path: Path) -> None:
    db.close()
    text, other, newer = (tmp_path / name for name in ("text", "other.db", "newer.db"))
    text.write_text("not a database at all" * 100)
    with closing(sqlite3.connect(other)) as conn:
        conn.execute("CREATE TABLE x (y)")
    shutil.copy(db.path, newer)
    with closing(sqlite3.connect(newer)) as conn:
        conn.execute("PRAGMA user_version = 999")
    for source in (text, other, newer, db.path):
        with pytest.raises(InputError):
            backup.restore(db.path, source, NOW)
    assert earshot("restore", tmp_path / "none", "--db", db.path).code == 2


def test_the_key_must_be_there_and_be_the_right_one(db: Database, tmp_path: Path) -> None:
    backup.back_up(db, tmp_path / "b.db")
    elsewhere = tmp_path / "new" / "earshot.db"
    elsewhere.parent.mkdir()
    with pytest.raises(ConfigError, match="backups do not contain it"):
        backup.restore(elsewhere, tmp_path / "b.db", NOW)
    key_path(elsewhere).write_text("0" * 64)
    with pytest.raises(ConfigError, match="does not belong"):
        backup.restore(elsewhere, tmp_path / "b.db", NOW)
    assert [each.name for each in elsewhere.parent.iterdir()] == ["earshot.db.key"]
    shutil.copy(key_path(db.path), key_path(elsewhere))
    assert backup.restore(elsewhere, tmp_path / "b.db", NOW).aside is None
    moved = Database(elsewhere, create=False)
    assert queries.count(moved.reader(), MentionFilter()) == 42
    moved.close()


def test_places_met_after_the_backup_keep_their_numbers(db: Database, tmp_path: Path) -> None:
    """Tombstones name a place by its number; a new place must not take that number."""
    backup.back_up(db, tmp_path / "b.db")
    late = replace(play_review(1, NOW), place="play:later", native_id="x")
    store(db, PLAY, [late])
    privacy.erase(db, privacy.find(db.reader(), Wanted(native_id="x")), "native_id", EARSHOT, NOW)
    db.close()
    backup.restore(db.path, tmp_path / "b.db", NOW)
    again = Database(db.path, create=False)
    store(again, PLAY, [replace(late, place="play:other"), late])
    rows = again.reader().execute("SELECT key FROM places ORDER BY id").fetchall()
    assert [row[0] for row in rows][-2:] == ["play:later", "play:other"]
    assert queries.count(again.reader(), MentionFilter()) == 43
    again.close()


def test_an_empty_workspace_can_be_copied_and_put_back(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    backup.back_up(db, tmp_path / "b.db")
    db.close()
    assert backup.restore(db.path, tmp_path / "b.db", NOW).mentions == 0
