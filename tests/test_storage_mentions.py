"""What storing a batch does to mentions, versions, rollups and the search index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import (
    listing,
    mentions,
    polls,
    queries,
    scores,
    sources,
    verify_rollups,
    workspace,
)
from storage.database import Database
from storage.models import (
    Analysis,
    Batch,
    Kind,
    Label,
    MentionFilter,
    Observation,
    Origin,
    Precision,
    Saved,
    Source,
    Topic,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEED = Source("feed", "feeds")
OTHER = Source("other", "feeds")
EVERYTHING = MentionFilter()


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(tmp_path / "t.db")
    with made.write() as conn:
        sources.save(conn, FEED, NOW)
        sources.save(conn, OTHER, NOW)
        workspace.save_topics(conn, [Topic("price", "Price", ()), Topic("staff", "Staff", ())])
    return made


def said(native: str, text: str = "fine", **more: object) -> Observation:
    fields = {"published_at": NOW - timedelta(days=1), "rating": 4.0} | more
    return Observation(place="shop", native_id=native, kind=Kind.REVIEW, text=text, **fields)  # type: ignore[arg-type]


def store(db: Database, *seen: Observation, source: Source = FEED, **more: object) -> Saved:
    now = more.pop("now", NOW)
    assert isinstance(now, datetime)
    poll = polls.begin(db, source.id, now, "test")
    saved = mentions.store_batch(db, source, poll, Batch(seen, **more), now)  # type: ignore[arg-type]
    polls.end(db, poll, now)
    return saved


def score(db: Database, label: Label = Label.POSITIVE, topics: tuple[str, ...] = ("price",)) -> int:
    waiting = scores.pending(db.reader(), 1000)
    answer = Analysis(label, 0.5, 0.9, 0.5, "en", topics=topics)
    return scores.save(db, "m-1", [(each, answer) for each in waiting], NOW)


def consistent(db: Database) -> bool:
    with closing(sqlite3.connect(db.path)) as conn:
        return list(verify_rollups.differences(conn)) == []


def test_a_batch_is_new_then_unchanged_then_changed(db: Database) -> None:
    assert store(db, said("1"), said("2")) == Saved(new=2)
    assert store(db, said("1"), said("2")) == Saved(unchanged=2)
    assert store(db, said("1", "worse now", rating=1.0)) == Saved(changed=1)
    detail = listing.detail(db.reader(), listing.page(db.reader(), EVERYTHING)[0].id)
    assert [each.number for each in detail.versions][-1] in (1, 2)
    assert consistent(db)


def test_what_equals_any_stored_version_is_unchanged(db: Database) -> None:
    store(db, said("1", "a"))
    store(db, said("1", "b"))
    assert store(db, said("1", "a")) == Saved(unchanged=1)
    assert listing.page(db.reader(), EVERYTHING)[0].text == "b"


def test_an_older_version_never_becomes_the_current_one(db: Database) -> None:
    store(db, said("1", "new", updated_at=NOW - timedelta(hours=1)))
    assert store(db, said("1", "old", updated_at=NOW - timedelta(hours=5))).changed == 1
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert (row.text, row.version) == ("new", 1)
    assert len(listing.detail(db.reader(), row.id).versions) == 2


def test_two_routes_to_one_place_count_once(db: Database) -> None:
    store(db, said("1"))
    assert store(db, said("1"), source=OTHER) == Saved(unchanged=1)
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert listing.detail(db.reader(), row.id).seen_by == ("feed", "other")
    assert queries.count(db.reader(), EVERYTHING) == 1


def test_churn_is_counted_and_not_stored(db: Database) -> None:
    for i in range(40):
        store(db, said("1", f"text {i}"))
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert len(listing.detail(db.reader(), row.id).versions) == 25
    assert db.reader().execute("SELECT edits FROM churn").fetchone() == (15,)


def test_a_deletion_leaves_the_figures_and_erases_the_text(db: Database) -> None:
    store(db, said("1", "a secret word"), said("2"))
    score(db)
    assert store(db, gone=(("shop", "1"), ("shop", "never"))) == Saved(gone=1)
    assert queries.count(db.reader(), EVERYTHING) == 1
    assert listing.page(db.reader(), MentionFilter(text="secret")) == []
    assert consistent(db)
    assert store(db, said("1", "back again")) == Saved(changed=1)
    assert queries.count(db.reader(), EVERYTHING) == 2
    assert consistent(db)


def test_scores_move_a_mention_from_unscored_to_its_label(db: Database) -> None:
    store(db, said("1", rating=None), said("2", rating=2.0))
    before = queries.total(db.reader(), EVERYTHING)
    assert (before.unscored, before.negative) == (1, 1)
    assert score(db) == 2
    after = queries.total(db.reader(), EVERYTHING)
    assert (after.unscored, after.negative, after.positive) == (0, 1, 1)
    assert (after.stars, after.model, after.score_n) == (1, 1, 2)
    assert [(g.key, g.sums.n) for g in queries.breakdown(db.reader(), EVERYTHING, "topic")] == [
        ("price", 2)
    ]
    assert consistent(db)


def test_a_new_version_waits_for_its_own_score(db: Database) -> None:
    store(db, said("1", rating=None))
    score(db)
    store(db, said("1", "other words", rating=None))
    assert queries.total(db.reader(), EVERYTHING).unscored == 1
    score(db, Label.NEGATIVE, ("staff",))
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert (row.label, row.origin, row.topics) == (Label.NEGATIVE, Origin.MODEL, ("staff",))
    assert queries.count(db.reader(), MentionFilter(topics=("price",))) == 0
    assert consistent(db)


def test_a_human_label_wins_over_stars(db: Database) -> None:
    store(db, said("1", rating=1.0))
    store(db, said("1", rating=1.0, label=Label.POSITIVE))
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert (row.label, row.origin) == (Label.POSITIVE, Origin.HUMAN)
    assert consistent(db)


def test_an_owner_reply_counts_and_is_kept(db: Database) -> None:
    store(db, said("1"))
    assert store(db, said("1", reply_text="Thank you", reply_at=NOW)) == Saved(changed=1)
    assert store(db, said("1", reply_text="Thank you", reply_at=NOW)) == Saved(unchanged=1)
    assert queries.total(db.reader(), EVERYTHING).replied == 1
    assert consistent(db)


def test_hostile_values_are_refused_beside_good_ones(db: Database) -> None:
    bad = [
        said("nan", rating=float("nan")),
        said("six", rating=6.0),
        said("nps", nps=11),
        said("", "no id"),
        said("huge", "x" * 1_000_001),
    ]
    assert store(db, *bad, said("good")) == Saved(new=1, refused=5)
    reasons = [each.reason for each in polls.refusals(db.reader(), 1)]
    assert len(reasons) == 5
    assert all(reasons)


@pytest.mark.parametrize("text", ["a\x00b", "lone \ud800 half", "‮evil", "'; DROP TABLE x"])
def test_any_text_can_be_stored_and_found_again(db: Database, text: str) -> None:
    store(db, said("1", text + " marker"))
    assert len(listing.page(db.reader(), MentionFilter(text="marker"))) == 1
    assert consistent(db)


@pytest.mark.parametrize("query", ['"', "AND", "a OR", "*", "(", "col:x", "-", "marker NOT", ""])
def test_any_search_text_is_answered(db: Database, query: str) -> None:
    store(db, said("1", "marker"))
    assert len(listing.page(db.reader(), MentionFilter(text=query))) in (0, 1)


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_impossible_dates_count_at_first_sight(db: Database, year: int) -> None:
    store(db, said("1", published_at=datetime(year, 1, 1, tzinfo=UTC)))
    row = listing.page(db.reader(), EVERYTHING)[0]
    assert (row.published_at, row.precision) == (NOW, Precision.ESTIMATED.value)


def test_a_day_counts_on_that_day_in_every_timezone(db: Database) -> None:
    with db.write() as conn:
        workspace.set_timezone(conn, "Pacific/Auckland")
    when = datetime(2026, 3, 1, tzinfo=UTC)
    store(db, said("1", published_at=when, precision=Precision.DAY))
    store(db, said("2", published_at=when + timedelta(hours=23)))
    with db.write() as conn:
        workspace.set_timezone(conn, "America/Los_Angeles")
    points = queries.trend(db.reader(), EVERYTHING, "day")
    assert [(p.start, p.sums.n) for p in points] == [(date(2026, 3, 1), 2)]
    with db.write() as conn:
        workspace.set_timezone(conn, "Pacific/Auckland")
    days = [p.start for p in queries.trend(db.reader(), EVERYTHING, "day")]
    assert days == [date(2026, 3, 1), date(2026, 3, 2)]
    assert consistent(db)


def test_cursor_and_poll_commit_with_the_batch(db: Database) -> None:
    store(db, said("1"), cursor={"after": 7}, expected=3)
    assert sources.cursor(db.reader(), "feed") == {"after": 7}
    row = db.reader().execute("SELECT new, expected, ended_at IS NOT NULL FROM polls").fetchone()
    assert row == (1, 3, 1)


def test_a_failed_batch_leaves_nothing_behind(db: Database) -> None:
    poll = polls.begin(db, "feed", NOW, "test")
    broken = Batch((said("1"), said("2", extra={"x": object()})), cursor={"after": 1})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        mentions.store_batch(db, FEED, poll, broken, NOW)
    assert queries.count(db.reader(), EVERYTHING) == 0
    assert sources.cursor(db.reader(), "feed") is None
    assert db.reader().execute("SELECT new FROM polls").fetchone() == (0,)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["store", "score", "gone"]),
        st.integers(0, 4),
        st.sampled_from(["good", "bad", "ugly"]),
        st.sampled_from([None, 1.0, 3.0, 5.0]),
        st.integers(0, 3),
    ),
    max_size=25,
)


@given(MOVES)
@settings(max_examples=40)
def test_rollups_equal_a_recount_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, int, str, float | None, int]]
) -> None:
    db = Database(tmp_path_factory.mktemp("h") / "t.db")
    with db.write() as conn:
        sources.save(conn, FEED, NOW)
        workspace.save_topics(conn, [Topic("price", "Price", ()), Topic("staff", "Staff", ())])
    labels = (Label.POSITIVE, Label.NEGATIVE, Label.NEUTRAL, Label.UNSCORED)
    alive: set[int] = set()
    for what, which, text, rating, day in moves:
        if what == "score":
            score(db, labels[which % 4], (("price",), ("staff",), ("price", "staff"), ())[day])
        elif what == "gone":
            store(db, gone=(("shop", str(which)),))
            alive.discard(which)
        else:
            store(db, said(str(which), text, rating=rating, published_at=NOW - timedelta(days=day)))
            alive.add(which)
    assert consistent(db)
    assert queries.count(db.reader(), EVERYTHING) == len(alive)
    assert len(listing.page(db.reader(), EVERYTHING)) == len(alive)
    for label in Label:
        chosen = MentionFilter(labels=(label,))
        assert queries.count(db.reader(), chosen) == len(listing.page(db.reader(), chosen))
    db.close()
