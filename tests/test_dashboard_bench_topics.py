"""The figures of look-alikes: they count what was planted, and nothing without the texts."""

from __future__ import annotations

from pathlib import Path

from dashboard.bench import topics
from sentiment import discovery


def test_without_the_reviews_nothing_is_measured(tmp_path: Path) -> None:
    assert topics.section(tmp_path, tmp_path / "nothing").figures == ()


def test_planted_texts_are_varied_and_their_own() -> None:
    planted = topics._planted()
    words = discovery.common("en")[1]
    assert all(len(sentences) == 4 for sentences in planted["topics"].values())
    assert not {name.split()[-1] for name in planted["topics"]} & words
    assert len(planted["attacks"]) == len(set(planted["attacks"])) == 6
