"""Figures are pure, valid plotly, carry what they count, and show foreign names inertly."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly import graph_objects as go

from dashboard import figures, periods, theme
from dashboard.figures import Figure
from storage.coverage import Gap
from storage.models import Label, Sums
from storage.queries import Group, Point

TODAY = date(2026, 11, 21)
START = TODAY - timedelta(days=30)
BARS = periods.bars(START, TODAY, TODAY, "day")
ZONE = "Europe/Berlin"
POINTS = [
    Point(bar.start, Sums(n=6, negative=2, neutral=1, positive=2, unscored=1))
    for i, bar in enumerate(BARS)
    if i % 4
]
EVIL = "<b>x</b><a href='http://phish.example'>y</a> %{customdata[0]} ![p](http://t.example/i.png)"


def _gap(start: datetime, hours: float, source: str = "shop") -> Gap:
    return Gap(source, start, start + timedelta(hours=hours), "time-out")


def _named(figure: Figure, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in figure["data"] if each.get("name") == name)
    return found


@pytest.mark.parametrize("draw", [figures.volume, figures.shares])
@pytest.mark.parametrize("points", [POINTS, []])
def test_figures_over_time_are_valid_and_json(draw: Any, points: list[Point]) -> None:
    gap = _gap(datetime(2026, 11, 10, tzinfo=UTC), 5)
    figure = draw(points, BARS, [gap], ZONE)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)


def test_no_bars_is_still_a_figure() -> None:
    go.Figure(figures.volume([], [], [], ZONE))
    go.Figure(figures.shares([], [], [], ZONE))
    go.Figure(figures.groups([], {}))


def test_every_mention_stands_in_exactly_one_piece() -> None:
    figure = figures.volume(POINTS, BARS, [], ZONE)
    drawn = sum(sum(trace["y"]) for trace in figure["data"])
    assert drawn == sum(point.sums.n for point in POINTS)
    for label in (Label.NEGATIVE, Label.UNSCORED):
        pieces = _named(figure, label.value)
        assert sum(pieces["y"]) == sum(getattr(p.sums, label.value) for p in POINTS)
        assert pieces["marker"]["color"] == theme.LABELS[label]
        assert pieces["customdata"][0] == [
            BARS[0].start.isoformat(),
            BARS[0].end.isoformat(),
            label,
        ]


def test_days_without_mentions_are_zero_not_left_out() -> None:
    trace = _named(figures.volume(POINTS, BARS, [], ZONE), "negative")
    assert len(trace["x"]) == len(BARS)
    assert trace["y"][0] == 0


def test_unfinished_bars_are_pale() -> None:
    opacity = _named(figures.volume(POINTS, BARS, [], ZONE), "negative")["marker"]["opacity"]
    assert opacity[-1] < opacity[-2] == 1.0


def test_gaps_are_hatched_where_they_were_in_local_time() -> None:
    gaps = [
        _gap(datetime(2026, 11, 10, 0, tzinfo=UTC), 5),
        _gap(datetime(2026, 11, 10, 3, tzinfo=UTC), 4, "social"),
        _gap(datetime(2026, 11, 15, 0, tzinfo=UTC), 0.1),
        _gap(datetime(2025, 1, 1, tzinfo=UTC), 24),
    ]
    hatch = _named(figures.volume(POINTS, BARS, gaps, ZONE), "not collected")
    assert hatch["x"] == ["2026-11-10T01:00:00", "2026-11-15T01:00:00"]
    assert hatch["width"][0] == 7 * 3_600_000
    assert hatch["width"][1] > 0.1 * 3_600_000, "short gaps stay visible"
    assert hatch["marker"]["pattern"]["shape"] == "/"


def test_shares_keep_every_mention_in_the_denominator() -> None:
    line = _named(figures.shares(POINTS, BARS, [], ZONE), "negative")
    assert line["y"][0] is None
    assert line["y"][1] == pytest.approx(2 / 6)
    assert "n 6" in line["text"][1]
    assert line["marker"]["symbol"][-1] == "circle-open"


def test_a_running_step_says_so_and_shares_wait_for_enough_of_it() -> None:
    assert BARS[-1].running
    assert not BARS[-2].running
    figure = figures.shares(POINTS, BARS, [], ZONE)
    assert [each["text"] for each in figure["layout"]["annotations"]] == ["so far"]
    assert _named(figure, "negative")["y"][-1] is None, "6 of today are too few for a share"
    enough = [*POINTS[:-1], Point(TODAY, Sums(n=25, negative=5, positive=20))]
    line = _named(figures.shares(enough, BARS, [], ZONE), "negative")
    assert line["y"][-1] == pytest.approx(0.2)
    assert "not over yet" in line["text"][-1]
    past = periods.bars(START, TODAY, TODAY + timedelta(days=1), "day")
    assert figures.volume(POINTS, past, [], ZONE)["layout"]["annotations"] == []


def test_groups_say_count_and_share_and_are_largest_first_from_the_top() -> None:
    found = [Group(f"g{i}", Sums(n=20 - i, negative=5, positive=15 - i)) for i in range(14)]
    figure = figures.groups(found, {"g0": "The first"})
    go.Figure(figure)
    assert figure["layout"]["yaxis"]["ticktext"][-1] == "The first"
    assert len(figure["layout"]["yaxis"]["ticktext"]) == figures.GROUPS_SHOWN
    words = next(each for each in figure["data"] if each.get("mode") == "text")
    assert words["text"][-1] == " 20 · 25% neg."


def test_names_from_outside_are_letters_only() -> None:
    figure = figures.groups([Group(EVIL, Sums(n=1, negative=1))], {})
    shown = json.dumps(
        [figure["layout"], [each.get("hovertemplate") for each in figure["data"]]]
    ) + str([each["customdata"][0][2] for each in figure["data"] if "customdata" in each])
    assert "<b>" not in shown
    assert "<a " not in shown
    assert "&lt;b&gt;" in shown
    assert EVIL not in str([each.get("hovertemplate") for each in figure["data"]])
    assert figure["data"][0]["customdata"][0][0] == EVIL, "the key itself is carried unchanged"


@given(st.text(max_size=60))
def test_no_name_opens_a_tag(name: str) -> None:
    figure = figures.groups([Group(name, Sums(n=1, positive=1))], {})
    assert "<" not in str(figure["layout"]["yaxis"]["ticktext"])


def test_what_a_figure_shows_can_be_heard() -> None:
    words = figures.spoken(BARS, POINTS)
    assert words.startswith("138 mentions from 2026-10-22 to 2026-11-21")
    assert figures.spoken([], []) == "No mentions."
