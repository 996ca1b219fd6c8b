"""Erasing: nothing is left in any byte of the file, figures stay, nothing comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from storage import (
    cases,
    listing,
    mentions,
    polls,
    privacy,
    queries,
    residue,
    rules,
    scores,
    verify,
)
from storage.case_model import Case, Claim, Note, RecordReply, Reopen, Resolve, SaveDraft
from storage.database import Database, open_reader
from storage.errors import Busy, Conflict, Corrupt
from storage.models import Batch, Kind, MentionFilter, Observation
from storage.people import Person, person
from storage.privacy import Wanted
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, REDDIT, analysis, answer, company, play_review, store

SECRET = "Quaxelbrunft zerstörte mein Frühstück, bad"
"""A text whose words nobody else uses."""
ONE = replace(
    play_review(7, NOW - timedelta(hours=2), text=SECRET),
    title="Wimpelkraxe",
    native_id="gp:SECRET-0001",
    author="Zephyrine Quandt",
    url="https://play.example/secret-0001",
    rating=1.0,
    reply_text="Dear Zephyrine, sorry about the Frühstück",
    extra={"device": "Blorbphone"},
)
WORDS = [
    *("Quaxelbrunft", "quaxelbrunft", "Frühstück", "fruhstuck", "Wimpelkraxe", "wimpelkraxe"),
    *("SECRET-0001", "secret-0001", "Zephyrine", "zephyrine", "Quandt", "Blorbphone"),
    *("Kwyjibo draft", "kwyjibo", "Kwyjibo note", "Kwyjibo cause", "Kwyjibo action"),
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A company with one review that was edited, replied to and worked on."""
    database = company(tmp_path)
    store(database, PLAY, [ONE])
    store(database, PLAY, [replace(ONE, text=f"{SECRET} Kwyjibo edit")], now=NOW)
    rules.open_cases(database, None, NOW)
    work(database)
    store(database, PLAY, [play_review(900 + n, NOW) for n in range(50)])
    yield database
    database.close()


def secret_id(db: Database) -> int:
    """Id of the one review."""
    found = privacy.find(db.reader(), Wanted(native_id=ONE.native_id))
    assert len(found) == 1
    return found[0]


def work(db: Database) -> None:
    """Write a draft, a note, a reply and a resolution for its case."""
    anna = actor(db)
    mention_id = secret_id(db)
    case = cases.of_mention(db.reader(), mention_id)
    if case is None:
        case = cases.open_by_hand(db, mention_id, anna, NOW, priority=1, due_at=NOW)
    elif not case.is_open:
        case = cases.act(db, case.id, Reopen(actor=anna), NOW)
    for command in (
        Claim(actor=anna),
        SaveDraft(actor=anna, text="Kwyjibo draft: dear Zephyrine"),
        Note(actor=anna, text="Kwyjibo note"),
        RecordReply(actor=anna, url="https://play.example/secret-0001#r", text="Kwyjibo reply"),
        Resolve(actor=anna, root_cause="Kwyjibo cause", action="Kwyjibo action"),
    ):
        done: Case = cases.act(db, case.id, command, NOW)
        assert done.id == case.id


def actor(db: Database) -> Person:
    """The person who erases."""
    with db.write() as conn:
        return person(conn, "Anna", NOW)


def erase(db: Database, *ids: int) -> privacy.Receipt:
    """Erase the one review, or others."""
    return privacy.erase(db, ids or [secret_id(db)], "mentions", actor(db), NOW)


def in_bytes(db: Database) -> set[str]:
    """Which of the words are anywhere in the database's files."""
    files = [each for each in db.path.parent.iterdir() if not each.name.endswith(".key")]
    raw = b"".join(each.read_bytes() for each in files)
    return {word for word in WORDS if word.encode() in raw}


def figures(db: Database) -> object:
    """All that pages and reports count, over every filter that matters here."""
    conn = db.reader()
    filters = (
        MentionFilter(),
        MentionFilter(kinds=(Kind.REVIEW,)),
        MentionFilter(topics=("delivery",)),
        MentionFilter(topics=("delivery", "price")),
        MentionFilter(start=date(2026, 11, 1), end=date(2026, 11, 30)),
    )
    return [
        (
            queries.totals(conn, flt),
            queries.breakdown(conn, flt, "topic"),
            len(list(listing.every(conn, flt))),
        )
        for flt in filters
    ]


def test_no_byte_of_it_is_left_and_figures_stay(db: Database) -> None:
    db.checkpoint()
    assert {"Quaxelbrunft", "Zephyrine", "SECRET-0001", "Blorbphone", "Kwyjibo note"} <= in_bytes(
        db
    )
    before = figures(db)
    receipt = erase(db)
    assert in_bytes(db) == set()
    assert figures(db) == before
    assert (receipt.mentions, receipt.versions, receipt.replies, receipt.cases) == (1, 2, 1, 1)
    assert receipt.actor == "Anna"
    assert receipt.done_at == NOW
    assert not verify.verify(db.path, db.key("audit")).findings


def test_it_shows_as_erased_and_no_search_finds_it(db: Database) -> None:
    mention_id = secret_id(db)
    erase(db)
    found = listing.detail(db.reader(), mention_id)
    assert found.erased_at == NOW
    assert found.native_id == found.row.author == found.row.text == found.row.url == ""
    assert queries.count(db.reader(), MentionFilter(text="Quaxelbrunft")) == 0
    case = cases.of_mention(db.reader(), mention_id)
    assert case is not None
    assert (case.draft, case.action, case.reply_url) == (None, None, None)
    assert (case.root_cause or "").startswith("erased")


def test_the_next_poll_does_not_bring_it_back(db: Database) -> None:
    erase(db)
    before = figures(db)
    poll = polls.begin(db, PLAY.id, NOW, "test")
    saved = mentions.store_batch(db, PLAY, poll, Batch((ONE,)), NOW)
    assert saved.refused == 1
    assert figures(db) == before
    assert in_bytes(db) == set()


def test_all_of_one_author_even_where_pages_were_split(tmp_path: Path) -> None:
    """Rows that grew and moved leave copies behind, which only looking finds."""
    db = company(tmp_path)
    for wave in range(3):
        batch: list[Observation] = []
        for n in range(120):
            base = play_review(
                1_000 + n, NOW - timedelta(hours=n), text=f"other text {n} " * (wave + 2)
            )
            hers = replace(
                base,
                native_id=f"her-{n}",
                author="Zephyrine Quandt",
                text=f"Quaxelbrunft {n} " * (3 + wave * (n % 9)),
                title="",
                extra={},
            )
            batch += [base, hers]
        store(db, PLAY, batch, now=NOW + timedelta(hours=wave))
    ids = privacy.find(db.reader(), Wanted(author="zephyrine quandt"))
    assert len(ids) == 120
    erase(db, *ids)
    assert in_bytes(db) == set()
    raw = db.path.read_bytes()
    assert b"her-" not in raw
    assert not verify.verify(db.path, db.key("audit")).findings
    db.close()


def test_finding_by_author_url_source_and_place(db: Database) -> None:
    conn = db.reader()
    twin = replace(ONE, place="reddit", native_id="t3_x", url="", text="other", kind=Kind.SOCIAL)
    store(db, REDDIT, [replace(twin, rating=None)])
    mention_id = secret_id(db)
    by_author = privacy.find(conn, Wanted(author="Zephyrine Quandt"))
    assert len(by_author) == 2
    for wanted in (
        Wanted(author="Zephyrine Quandt", source="play"),
        Wanted(author="Zephyrine Quandt", place="play:com.acme"),
        Wanted(url=ONE.url),
        Wanted(mentions=(mention_id,)),
    ):
        assert privacy.find(conn, wanted) == [mention_id]
    erase(db, *by_author)
    assert privacy.find(conn, Wanted(mentions=(mention_id,))) == []
    with pytest.raises(Conflict):
        erase(db, mention_id)


def test_marks_without_a_word_keep_their_label(db: Database) -> None:
    row = (
        db.reader().execute("SELECT mention_id FROM identities WHERE native_id = 's-11'").fetchone()
    )
    before = figures(db)
    erase(db, row[0])
    assert figures(db) == before
    assert not verify.verify(db.path, db.key("audit")).findings
    assert answer(11, NOW).text == ""


def test_what_was_deleted_at_its_source_can_be_erased_too(db: Database) -> None:
    mention_id = secret_id(db)
    store(db, PLAY, [], gone=[(ONE.place, ONE.native_id)], now=NOW)
    erase(db, mention_id)
    assert in_bytes(db) == set()
    assert not verify.verify(db.path, db.key("audit")).findings


def test_answers_to_it_forget_whom_they_answered(db: Database) -> None:
    child = replace(ONE, native_id="child", parent=ONE.native_id, author="x", text="y", url="")
    store(db, PLAY, [replace(child, title="", reply_text="", extra={})])
    erase(db)
    assert in_bytes(db) == set()
    assert privacy.find(db.reader(), Wanted(native_id="child"))


def test_cursors_forget_the_id(db: Database) -> None:
    with db.write() as conn:
        conn.execute(
            "UPDATE sources SET cursor = ? WHERE key = 'play'",
            (
                '{"heads": ["a", "gp:SECRET-0001"], "recent": "x gp:SECRET-0001 y",'
                ' "reused": {"gp:SECRET-0001": "1"}, "after": "gp:SECRET-0001", "n": 3}',
            ),
        )
    erase(db)
    assert in_bytes(db) == set()
    (cursor,) = db.reader().execute("SELECT cursor FROM sources WHERE key = 'play'").fetchone()
    assert cursor == '{"heads": ["a"], "recent": "x y", "reused": {}, "after": "", "n": 3}'


def test_the_same_words_of_somebody_else_are_no_residue(db: Database) -> None:
    store(db, PLAY, [replace(ONE, native_id="other", author="y", url="", reply_text="")])
    assert erase(db).done_at == NOW


def test_there_is_no_receipt_while_old_pages_are_read(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residue, "BUSY_TIMEOUT_MS", 50)
    with closing(open_reader(db.path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM mentions").fetchone()
        with pytest.raises(Busy, match="--finish"):
            erase(db)
        assert [each.done_at for each in privacy.receipts(db.reader())] == [None]
        other.execute("COMMIT")
    later = NOW + timedelta(minutes=5)
    finished = privacy.finish(db, later)
    assert [each.done_at for each in finished] == [later]
    assert in_bytes(db) == set()
    assert privacy.finish(db, later) == []


def test_bytes_that_stay_forbid_the_receipt(db: Database, tmp_path: Path) -> None:
    """Bytes outside of any table stand for a copy that nobody thought of."""
    with db.write() as conn:
        conn.execute("CREATE TABLE unknown (x TEXT)")
        conn.execute("INSERT INTO unknown VALUES (?)", (SECRET,))
    with pytest.raises(Corrupt, match="no receipt"):
        erase(db)
    assert [each.done_at for each in privacy.receipts(db.reader())] == [None]


def test_stale_pages_are_cured_by_writing_the_file_anew(db: Database) -> None:
    with closing(sqlite3.connect(db.path, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete=OFF")
        careless.execute("CREATE TABLE once (x TEXT)")
        careless.execute("INSERT INTO once VALUES (?)", (SECRET * 400,))
        careless.execute("DROP TABLE once")
    assert erase(db).done_at == NOW
    assert in_bytes(db) == set()


def test_replaying_tombstones_erases_again(db: Database, tmp_path: Path) -> None:
    db.checkpoint()
    copy = tmp_path / "copy"
    copy.mkdir()
    for suffix in ("", ".key"):
        (copy / f"earshot.db{suffix}").write_bytes(Path(f"{db.path}{suffix}").read_bytes())
    erase(db)
    digests = [row[0] for row in db.reader().execute("SELECT digest FROM tombstones")]
    old = Database(copy / "earshot.db", create=False)
    added, receipt = privacy.replay(old, digests, actor(old), NOW)
    assert added == 1
    assert receipt is not None
    assert receipt.mentions == 1
    assert in_bytes(old) == set()
    assert privacy.replay(old, digests, actor(old), NOW) == (0, None)
    old.close()


def test_an_analysis_that_ends_after_the_erasure_brings_no_words_back(db: Database) -> None:
    late = replace(ONE, native_id="late", text=f"late {SECRET}")
    store(db, PLAY, [late], score=False)
    waiting = scores.pending(db.reader(), 100)
    erase(db, *privacy.find(db.reader(), Wanted(author="Zephyrine Quandt")))
    scores.save(db, "test-1", [(each, analysis(each.passage.text)) for each in waiting], NOW)
    db.checkpoint()
    assert in_bytes(db) == set()
    assert not verify.verify(db.path, db.key("audit")).findings


def test_command_line_shows_first_and_erases_on_yes(db: Database) -> None:
    mention_id = secret_id(db)
    shown = earshot("erase", "--author", "Zephyrine Quandt", "--db", db.path)
    assert shown.code == 0
    assert "Would erase 1 mentions with 2 versions and 1 replies" in shown.text
    assert "Nothing was changed" in shown.text
    assert secret_id(db) == mention_id
    dry = earshot("erase", "--mention", mention_id, "--dry-run", "--json", "--db", db.path).json
    assert dry["dry_run"] is True
    assert dry["items"][0]["id"] == str(mention_id)
    assert earshot("erase", "--mention", mention_id, "--yes", "--db", db.path).code == 2
    ran = earshot(
        "erase", "--mention", mention_id, "--yes", "--as", "Anna", "--json", "--db", db.path
    )
    assert ran.code == 0, ran.err
    assert ran.json["mentions"] == 1
    assert ran.json["done_at"]
    assert in_bytes(db) == set()
    again = earshot("erase", "--mention", mention_id, "--yes", "--as", "Anna", "--db", db.path)
    assert again.code == 2
    assert "erased before" in again.err
    listed = earshot("erase", "--receipts", "--json", "--db", db.path)
    assert [each["receipt"] for each in listed.lines] == [ran.json["receipt"]]


@pytest.mark.parametrize(
    "options",
    [[], ["--author", "x", "--url", "y"], ["--author", "x", "--yes", "--dry-run", "--as", "a"]],
)
def test_command_line_refuses_what_is_unclear(db: Database, options: list[str]) -> None:
    assert earshot("erase", *options, "--db", db.path).code == 2
