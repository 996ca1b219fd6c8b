"""The worst weeks: found where they stand out by more than weeks stray, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from dashboard import data, filters, news
from sentiment import outstanding
from storage.models import Label
from tests.workspace import NOW, PLAY, open_company, play_review, store

QUIET = [(20 + number % 5, 100) for number in range(26)]


def test_a_crisis_of_some_weeks_is_found_whole() -> None:
    weeks = [*QUIET[:5], (55, 100), (60, 110), (50, 105), *QUIET[8:]]
    found = outstanding.worst(weeks)
    assert found is not None
    assert (found.first, found.last) == (5, 7)
    assert round(found.share, 2) == 0.52
    assert 0.2 <= found.usual <= 0.24


def test_weeks_that_only_stray_have_no_worst_one() -> None:
    draws = Random(7)
    for _ in range(200):
        shares = [0.2 * (1 + 0.2 * draws.gauss(0, 1)) for _ in range(26)]
        weeks = [(sum(draws.random() < share for _ in range(120)), 120) for share in shares]
        found = outstanding.worst(weeks)
        assert found is None or found.share > 0.3


def test_too_little_tells_nothing() -> None:
    assert outstanding.worst([]) is None
    assert outstanding.worst([(9, 10)] * 26) is None
    assert outstanding.worst([*QUIET[:6], (90, 100)]) is None
    assert outstanding.worst([(0, 100)] * 26) is None


def test_the_overview_names_the_worst_weeks_and_its_link_counts_as_it_says(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    monday = NOW - timedelta(days=NOW.weekday(), weeks=12)
    bad = "bad, charged twice"
    reviews = [
        replace(
            play_review(40 * week + n, monday + timedelta(weeks=week, minutes=n)),
            rating=1.0 if n < (30 if week == 3 else 8) else 5.0,
            text=bad,
        )
        for week in range(12)
        for n in range(40)
    ]
    store(db, PLAY, reviews, score=False)
    at = data.at(db, NOW)
    found = news.worst(at)
    assert found is not None
    assert found.words.endswith("75% negative, usually 20%")
    opened = filters.from_params(filters.to_params(found.flt), at.today)
    assert data.count(at, opened) == 40
    assert data.count(at, replace(opened, labels=(Label.NEGATIVE,))) == 30
    db.close()
