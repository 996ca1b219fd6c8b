"""The past as it was: what was counted at a moment is counted again later, whatever came since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage import past, queries, recast
from storage.database import Database
from storage.models import Label, MentionFilter
from storage.rollups import Delta
from storage.slices import Slice, Slices
from storage.times import millis
from tests.workspace import NOW, PLAY, SURVEY, analyse, answer, open_company, play_review, store

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
PERIOD = MentionFilter(start=FIRST, end=LAST)
STEPS = ("review", "answer", "edit", "old", "reply", "label", "gone", "score", "later")


def told(db: Database, number: int, at: datetime, **changes: object) -> None:
    seen = replace(play_review(number, NOW - timedelta(days=number)), **changes)  # type: ignore[arg-type]
    store(db, PLAY, [seen], now=at, score=False)


def label(db: Database, number: int, at: datetime) -> None:
    """Say what a mention is, as a person does."""
    with db.write() as conn:
        row = conn.execute(
            "SELECT id FROM mentions WHERE deleted_at IS NULL ORDER BY id LIMIT 1 OFFSET ?",
            (number,),
        ).fetchone()
        if row is None:
            return
        chosen = (Label.NEGATIVE, Label.POSITIVE, Label.NEUTRAL)[number % 3]
        recast.add_label(conn, row[0], chosen, "Zoe", millis(at))
        slices = Slices(conn)
        delta = Delta(slices)
        recast.recast(conn, slices, delta, [row[0]])
        delta.write(conn)


def act(db: Database, step: str, number: int, at: datetime) -> None:
    """Let one thing happen at a moment."""
    deeds: dict[str, Callable[[], None]] = {
        "review": lambda: told(db, number, at),
        "answer": lambda: store(db, SURVEY, [answer(number, NOW)], now=at, score=False),
        "edit": lambda: told(db, number, at, text=f"changed, bad {at}", rating=1.0, updated_at=at),
        "old": lambda: told(db, number, at, text=f"old {at}", updated_at=NOW - timedelta(days=40)),
        "reply": lambda: told(db, number, at, reply_text=f"We mended it {at}"),
        "label": lambda: label(db, number, at),
        "gone": lambda: store(
            db, PLAY, [], gone=[("play:com.acme", f"gp-{number + 8}")], now=at, score=False
        ),
        "score": lambda: analyse(db, at),
        "later": lambda: told(db, number + 8, at),
    }
    deeds[step]()


def counted(db: Database) -> dict[int, tuple[Slice, int, tuple[object, ...]]]:
    """Every mention as it counts now."""
    conn = db.reader()
    slices = Slices(conn)
    return {
        mention_id: (slices.get(slice_id), version, tuple(values))
        for mention_id, slice_id, version, *values in conn.execute(
            "SELECT id, slice_id, version, rating, nps, csat, ces, score, replied, topics"
            " FROM mentions WHERE deleted_at IS NULL"
        )
    }


def known(db: Database, at: datetime) -> dict[int, tuple[Slice, int, tuple[object, ...]]]:
    """Every mention as it is said to have counted at a moment."""
    return {
        each.id: (each.slice, each.version, each[9:16])
        for each in past.mentions(db.reader(), at, FIRST, LAST)
    }


@example([("review", 1), ("edit", 1), ("score", 1), ("old", 1), ("score", 1), ("reply", 1)])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), min_size=1, max_size=18))
def test_what_was_counted_then_is_counted_again(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        db = open_company(Path(folder))
        seen = []
        removed: set[int] = set()
        for number, (step, which) in enumerate(steps):
            at = NOW + timedelta(hours=number)
            if step == "gone":
                removed.add(which)
            if step == "later" and which in removed:
                continue  # what came back is seen as never gone
            act(db, step, which, at)
            seen.append((at, counted(db), queries.totals(db.reader(), PERIOD)))
        for at, facts, totals in seen:
            assert known(db, at) == facts
            with past.known_at(db.path, at, FIRST, LAST) as conn:
                assert queries.totals(conn, PERIOD) == totals
        db.close()


def test_only_the_days_asked_for_and_the_oldest_are_there(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    store(db, PLAY, [play_review(n, NOW - timedelta(days=30 * n)) for n in range(5)])
    with past.known_at(db.path, NOW + timedelta(days=1), FIRST, LAST) as conn:
        found = conn.execute("SELECT count(*), min(day) FROM mentions").fetchone()
        first = db.reader().execute("SELECT min(day) FROM mentions").fetchone()[0]
        assert found == (2, first)
        assert sum(each.n for each in queries.totals(conn, PERIOD).values()) == 1
    with past.known_at(db.path, NOW - timedelta(days=400), FIRST, LAST) as conn:
        assert conn.execute("SELECT count(*) FROM mentions").fetchone() == (0,)
    assert db.reader().execute("SELECT count(*) FROM mentions").fetchone() == (5,)
    db.close()


def test_the_last_fact_before_a_moment(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    store(db, PLAY, [play_review(1, NOW)], now=NOW)
    store(db, PLAY, [play_review(2, NOW)], now=NOW + timedelta(hours=5))
    assert past.last_fact(db.reader(), NOW + timedelta(hours=1)) == NOW
    assert past.last_fact(db.reader(), NOW - timedelta(days=900)) is None
    db.close()
