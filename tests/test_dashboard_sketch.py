"""A sketch shows what its figure shows, as a picture in which nothing runs."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from dashboard import figures, periods, sketch, theme
from storage.models import Label, Sums
from storage.queries import Point

TODAY = date(2026, 11, 21)
BARS = periods.bars(TODAY - timedelta(days=9), TODAY, TODAY, "day")
POINTS = [Point(bar.start, Sums(n=30, negative=10, positive=20)) for bar in BARS[:8]]
NS = "{http://www.w3.org/2000/svg}"


def drawn(name: str) -> ET.Element:
    figure = getattr(figures, name)(POINTS, BARS, [], "Europe/Berlin")
    found = re.fullmatch(r"!\[spoken\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", _told(figure))
    assert found
    return ET.fromstring(base64.b64decode(found[1]))


def _told(figure: figures.Figure) -> str:
    return sketch.markdown(figure, "spoken")


def test_bars_are_stacked_as_high_as_they_count() -> None:
    negative, positive = drawn("volume").iter(f"{NS}path")
    assert negative.get("fill") == theme.LABELS[Label.NEGATIVE]
    boxes = [
        [float(each) for each in re.findall(r"[\d.]+", box)]
        for path in (negative, positive)
        for box in path.get("d", "").split("z")[:-1]
    ]
    assert len(boxes) == 16, "eight days of two labels"
    for low, high in zip(boxes[:8], boxes[8:], strict=True):
        assert high[3] == pytest.approx(2 * low[3], abs=0.02)
        assert high[1] + high[3] == pytest.approx(low[1], abs=0.02), "one stands on the other"


def test_lines_break_where_nothing_is_known_and_days_are_named() -> None:
    root = drawn("shares")
    lines = [each.get("d", "") for each in root.iter(f"{NS}path")]
    assert [line.count("L") for line in lines] == [7, 7]
    words = [each.text for each in root.iter(f"{NS}text")]
    assert "12 Nov" in words
    assert "0%" in words


def test_nothing_at_all_is_still_a_picture() -> None:
    ET.fromstring(sketch.svg(figures.volume([], BARS, [], "UTC")))
    ET.fromstring(sketch.svg(figures.shares([], BARS, [], "UTC")))
