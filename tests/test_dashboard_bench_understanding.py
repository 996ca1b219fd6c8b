"""The figures of what texts say: how they are computed, and that they are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.bench import datasets, understanding
from dashboard.bench.table import missed
from dashboard.bench.templates import looked_at
from storage.models import Label
from tests.data import shared

N, Z, P = Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE


def test_accuracy_and_macro_f1() -> None:
    assert understanding.accuracy([N, N, Z, P], [N, P, Z, P]) == 0.75
    assert understanding.macro_f1([N, Z, P], [N, Z, P]) == 1
    assert understanding.macro_f1([N, N, Z, P], [N, N, N, N]) == pytest.approx(0.8 / 3 * 5 / 6)
    assert understanding.macro_f1([N, Z, P], [Label.UNSCORED, Z, P]) == pytest.approx(2 / 3)


def test_calibration_error() -> None:
    assert understanding.calibration_error([1.0, 1.0, 0.0], [True, True, False]) == 0
    assert understanding.calibration_error([0.9, 0.9], [True, False]) == pytest.approx(0.4)


def test_without_the_texts_templates_are_measured_alone(tmp_path: Path) -> None:
    section = understanding.section(tmp_path / "nothing")
    assert not missed([section])
    assert {figure.name.partition(" ")[0] for figure in section.figures} == {
        "behaviour,",
        "identity",
        "intent",
        "urgency",
    }


@pytest.mark.data
def test_only_texts_that_nobody_looked_at_are_measured() -> None:
    place = shared("airline").parent
    items = [*datasets.posts(place), *datasets.reviews(place)]
    texts = [item.text for item in items] + [each.text for each in datasets.sentences(place)]
    assert len(texts) > 3_000
    assert not any(map(looked_at, [*texts, *datasets.foreign(place)]))


@pytest.mark.data
def test_every_goal_is_met() -> None:
    section = understanding.section(shared("airline").parent, training=False)
    assert not missed([section])
    values = {figure.name: figure.value for figure in section.figures}
    assert values["airline posts, expected calibration error"] < 0.06
    assert values["hotel reviews, expected calibration error"] < 0.06
    assert values["airline posts, share told surely"] > 0.65
    assert values["airline posts, accuracy where sure"] > 0.78
