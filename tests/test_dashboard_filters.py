"""The filter in the URL: both directions, and what a strange address does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from dashboard import filters, periods
from storage.models import Intent, Kind, Label, Mark, MentionFilter, Urgency

TODAY = date(2026, 11, 21)

days = st.dates(filters.EARLIEST, filters.LATEST)
texts = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=40
)
moments = st.datetimes(datetime(1991, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))
names = st.lists(texts, max_size=4, unique=True).map(tuple)
names_or_none = st.lists(st.just("") | texts, max_size=4, unique=True).map(tuple)


@st.composite
def chosen(draw: st.DrawFn) -> MentionFilter:
    """Any filter that the bar can express."""
    start, end = draw(st.none() | days), draw(st.none() | days)
    if start and end and start > end:
        start, end = end, start
    return MentionFilter(
        start=start,
        end=end,
        kinds=draw(st.lists(st.sampled_from(Kind), unique=True).map(tuple)),
        brands=draw(names_or_none),
        sources=draw(names),
        products=draw(names_or_none),
        topics=draw(names),
        labels=draw(st.lists(st.sampled_from(Label), unique=True).map(tuple)),
        langs=draw(names_or_none),
        intents=draw(st.lists(st.sampled_from(Intent), unique=True).map(tuple)),
        urgency=draw(st.lists(st.sampled_from(Urgency), unique=True).map(tuple)),
        disagrees=draw(st.booleans()),
        text=draw(st.just("") | texts),
        places=draw(names),
        marks=draw(st.lists(st.sampled_from(Mark), unique=True).map(tuple)),
        unanswered=draw(st.booleans()),
        since=draw(st.none() | moments),
    )


@given(chosen())
def test_a_filter_comes_back_from_its_address(flt: MentionFilter) -> None:
    params = filters.to_params(flt)
    assert filters.from_params(params, TODAY) == flt
    assert filters.problems(params) == []


@given(chosen())
def test_a_filter_comes_back_from_the_characters_of_a_link(flt: MentionFilter) -> None:
    link = filters.query_string(filters.to_params(flt))
    assert filters.from_params(parse_qs(link, keep_blank_values=True), TODAY) == flt


@given(st.dictionaries(st.sampled_from(filters.NAMES), st.lists(st.text(max_size=30), max_size=5)))
def test_any_address_becomes_some_filter(params: dict[str, list[str]]) -> None:
    flt = filters.from_params(params, TODAY)
    again = filters.from_params(filters.to_params(flt), TODAY)
    assert again == flt
    assert all(isinstance(each, str) for each in filters.problems(params))


def test_no_address_is_the_last_thirty_days() -> None:
    assert filters.from_params({}, TODAY) == MentionFilter(
        start=TODAY - timedelta(days=30), end=TODAY
    )


def test_a_preset_moves_with_the_day() -> None:
    params = {"period": ["7d"]}
    assert filters.from_params(params, TODAY).start == date(2026, 11, 14)
    assert filters.from_params(params, TODAY + timedelta(days=1)).start == date(2026, 11, 15)


def test_days_given_the_wrong_way_round_are_turned() -> None:
    flt = filters.from_params({"from": ["2026-02-01"], "to": ["2026-01-01"]}, TODAY)
    assert (flt.start, flt.end) == (date(2026, 1, 1), date(2026, 2, 1))


def test_what_is_not_understood_is_named_and_left_out() -> None:
    params = {
        "period": ["fortnight"],
        "kind": ["review", "rumour"],
        "label": ["angry"],
        "urgency": ["legal", "soon"],
        "stars": ["agree"],
        "from": ["0001-01-01"],
        "brand": ["a" * 1000, "Acme", "x\x00y"],
    }
    flt = filters.from_params(params, TODAY)
    assert flt.kinds == (Kind.REVIEW,)
    assert flt.labels == ()
    assert flt.urgency == (Urgency.LEGAL,)
    assert not flt.disagrees
    assert flt.brands == ("Acme",)
    assert flt.start == TODAY - timedelta(days=30)
    found = filters.problems(params)
    assert [each.partition("=")[0] for each in found] == [
        *("period", "kind", "label", "urgency", "stars", "from", "brand", "brand")
    ]
    assert max(map(len, found)) <= filters.LONGEST


def test_lone_surrogates_never_reach_the_database() -> None:
    assert filters.from_params({"brand": ["\ud800"], "q": ["\udfff"]}, TODAY).brands == ()


def test_a_flood_of_values_is_capped_and_said() -> None:
    params = {"brand": [f"b{i}" for i in range(500)]}
    assert len(filters.from_params(params, TODAY).brands) == filters.VALUES_KEPT
    assert filters.problems(params) == [f"more than {filters.VALUES_KEPT} of brand"]


def test_own_leaves_out_what_belongs_to_pages() -> None:
    assert filters.own({"mention": ["7"], "brand": ["A"], "q": []}) == {"brand": ["A"]}


def test_presets_are_all_in_the_bar() -> None:
    for key in periods.PRESETS:
        assert filters.preset({"period": [key]}) == key
    assert filters.preset({"from": ["2026-01-01"], "period": ["7d"]}) == "custom"
