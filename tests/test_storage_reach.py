"""Reach: stored where a source tells it, a condition of rules, looked at again as it grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage import cases, reach, rules
from storage.models import Kind, Observation
from storage.rule_matching import CaseRule
from tests.desk import NOW, open_database, review, store

FAR = [CaseRule("Far", min_reach=100)]


def post(score: int) -> Observation:
    return replace(review(1), kind=Kind.SOCIAL, rating=None, extra={"score": str(score)})


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ({"score": "7"}, 7),
        ({"Like Count": "1,204", "views": "12"}, 1204),
        ({"followers_count": "88"}, 88),
        ({"score": "-3", "likes": "many", "karma": "", "version": "900"}, 0),
        ({"views": "9" * 40}, 0),
    ],
)
def test_the_greatest_number_that_tells_a_reach(extra: dict[str, str], found: int) -> None:
    assert reach.told(extra) == found


def test_what_takes_off_opens_a_case_though_its_text_stays(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    store(db, [post(60)])
    assert rules.open_cases(db, FAR, NOW) == 0
    store(db, [post(110)])  # has not doubled
    assert not rules.waiting(db.reader())
    store(db, [post(130)])
    assert rules.open_cases(db, FAR, NOW) == 1
    assert "reach 130" in cases.load(db.reader(), 1).reasons
    store(db, [post(500)], pending=0)
    assert not rules.waiting(db.reader())
    db.close()
