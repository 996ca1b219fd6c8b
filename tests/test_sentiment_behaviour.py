"""What the default model must understand, on templates of our own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from dashboard.bench import templates
from dashboard.bench.templates import Failure, Template
from sentiment.analyser import Vader, best
from storage.models import Analysis, Passage

GROUPS = list(dict.fromkeys(each.group for each in templates.behaviour()))
FOR_ALL, FOR_ONE = 0.08, 0.2


def ours(texts: Sequence[str]) -> list[Analysis]:
    return best(templates.rivals()).analyse([Passage(text) for text in texts])


@cache
def failures() -> tuple[Failure, ...]:
    return tuple(templates.failures(ours, templates.behaviour()))


@pytest.mark.parametrize("group", GROUPS)
def test_each_class(group: str) -> None:
    found = [each for each in failures() if each.template.group == group]
    worst = sorted(found, key=lambda each: -each.share)[:5]
    print([(each.template.text, each.share) for each in worst if each.template.looked_at])
    assert len(found) >= 40
    assert templates.mean_failure(found) <= (0.0 if group == "identity" else FOR_ONE)


def test_the_mean_of_all_classes() -> None:
    assert templates.mean_failure(failures()) <= FOR_ALL


def test_what_was_not_looked_at_is_understood_as_well() -> None:
    unseen = [each for each in failures() if not each.template.looked_at]
    assert len(unseen) > 0.4 * len(failures())
    assert templates.mean_failure(unseen) <= FOR_ALL


def test_vader_alone_fails_far_more_often() -> None:
    def alone(texts: Sequence[str]) -> list[Analysis]:
        return Vader().analyse([Passage(text) for text in texts])

    found = templates.failures(alone, templates.behaviour())
    assert templates.mean_failure(found) > 0.4


@pytest.mark.parametrize("part", ["intent", "urgency"])
def test_purposes_are_told(part: str) -> None:
    for kind, hits in templates.told(ours, part).items():
        assert hits.precision >= 0.85, kind
        assert hits.recall >= 0.85, kind


def test_templates_are_filled_in_turn() -> None:
    assert templates.filled("plain") == ["plain"]
    days = templates.filled("on {day}")
    assert len(days) == len(set(days)) == 4
    assert not any(
        "{" in text for each in templates.behaviour() for text in templates.filled(each.text)
    )
    groups = templates.filled("{group} people and a {thing}")
    assert len(groups) > 30


def test_a_failure_is_the_share_of_wrong_fillings() -> None:
    template = Template("x", "negative", "on {day} it was bad")
    assert templates.failures(ours, [template]) == [Failure(template, 0.0)]
    wrong = Template("x", "positive", "on {day} it was bad")
    assert templates.mean_failure(templates.failures(ours, [wrong])) == 1.0
    same = Template("x", "same", "it was {good}")
    assert templates.mean_failure(templates.failures(ours, [same])) > 0.5
