"""The sample company's live story: the same however it is cut, lively, then calm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.sample import company
from dashboard.sample.history import SampleBatch
from dashboard.sample.live import LIVELY_MINUTES, live

SEED = 2024
OPENED = datetime(2026, 9, 24, 10, 17, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def new(batches: list[SampleBatch]) -> dict[tuple[str, str], SampleBatch]:
    found: dict[tuple[str, str], SampleBatch] = {}
    for batch in batches:
        for seen in batch.observations:
            found.setdefault((seen.place, seen.native_id), batch)
    return found


@settings(max_examples=25, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 3600), max_size=6).map(sorted),
    watched=st.booleans(),
)
def test_any_way_of_cutting_an_hour_gives_the_same_items(cuts: list[int], watched: bool) -> None:
    opened = OPENED if watched else None
    marks = [OPENED, *(OPENED + timedelta(seconds=cut) for cut in cuts), OPENED + HOUR]
    pieces = [
        batch for since, until in pairwise(marks) for batch in live(SEED, since, until, opened)
    ]
    assert pieces == list(live(SEED, OPENED, OPENED + HOUR, opened))


def test_items_come_in_order_within_the_interval_and_from_known_sources() -> None:
    batches = list(live(SEED, OPENED, OPENED + 3 * HOUR))
    times = [batch.at for batch in batches]
    assert times == sorted(times)
    assert times[0] > OPENED
    assert times[-1] <= OPENED + 3 * HOUR
    assert {batch.source_id for batch in batches} <= {source.id for source in company.SOURCES}
    for batch in batches:
        assert bool(batch.observations) != bool(batch.gone)
        for seen in batch.observations:
            assert seen.published_at is not None
            assert seen.published_at <= batch.at


def test_a_watcher_sees_a_few_new_mentions_a_minute_and_some_are_bad() -> None:
    found = new(list(live(SEED, OPENED, OPENED + 2 * HOUR)))
    assert 1.5 * 120 < len(found) < 4 * 120
    ratings = [b.observations[0].rating for b in found.values() if b.observations[0].rating]
    assert 0.05 < sum(rating <= 2 for rating in ratings) / len(ratings) < 0.4


def test_mentions_are_answered_edited_and_deleted_after_they_were_born() -> None:
    batches = list(live(SEED, OPENED, OPENED + 12 * HOUR, None))
    born: dict[tuple[str, str], datetime] = {}
    replied = edited = gone = comments = 0
    for batch in batches:
        for seen in batch.observations:
            key = (seen.place, seen.native_id)
            comments += seen.parent is not None
            if key in born:
                assert batch.at > born[key]
                replied += bool(seen.reply_text)
                edited += seen.updated_at is not None
            born.setdefault(key, batch.at)
        gone += len(batch.gone)
    assert replied > 50
    assert edited > 20
    assert gone > 0
    assert comments > 20


def test_it_calms_down_after_the_first_half_hour_so_that_no_alarm_goes_off() -> None:
    lively = new(list(live(SEED, OPENED, OPENED + timedelta(minutes=LIVELY_MINUTES), OPENED)))
    day = new(list(live(SEED, OPENED + HOUR, OPENED + 25 * HOUR, OPENED)))
    assert len(lively) > 40
    assert 40 < len(day) < 160


def test_nothing_is_said_before_the_sample_was_opened() -> None:
    assert not list(live(SEED, OPENED - 5 * HOUR, OPENED, OPENED))
    after = list(live(SEED, OPENED, OPENED + 8 * HOUR, OPENED))
    born: set[tuple[str, str]] = set()
    for batch in after:
        assert all(seen.published_at and seen.published_at > OPENED for seen in batch.observations)
        assert set(batch.gone) <= born
        born |= {(seen.place, seen.native_id) for seen in batch.observations}


def test_each_source_can_be_asked_alone() -> None:
    whole = list(live(SEED, OPENED, OPENED + HOUR))
    for source in company.SOURCES:
        alone = list(live(SEED, OPENED, OPENED + HOUR, source_id=source.id))
        assert alone == [batch for batch in whole if batch.source_id == source.id]


def test_other_seeds_tell_other_stories() -> None:
    one = new(list(live(SEED, OPENED, OPENED + HOUR)))
    two = new(list(live(SEED + 1, OPENED, OPENED + HOUR)))
    assert [b.observations for b in one.values()] != [b.observations for b in two.values()]
