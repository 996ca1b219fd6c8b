"""What is learned of lessons, how it is examined, and when it is better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import learned_figures as figures
from sentiment import learned_files, learned_fit
from sentiment.learned_lessons import Group, Studied, Tongues, distinct, groups, steps, tongues
from sentiment.learned_training import Incumbent, Taught, Training
from sentiment.learned_words import read
from storage.models import Analysis, Kind, Label
from tests import lessons as company
from tests.lessons import sayings, study, taught

NOBODY: dict[tuple[str, str], Incumbent] = {}


def train(
    some: list[Group], incumbents: dict[tuple[str, str], Incumbent] = NOBODY
) -> tuple[Training, list[Taught]]:
    training = Training(some, incumbents, seed=3)
    return training, training.run()


def test_what_is_better_on_later_texts_is_worth_promoting() -> None:
    training, (told,) = train(company.groups(taught(sayings(600))))
    assert (told.source, told.lang, told.lessons) == ("shop", "en", 600)
    assert told.examined == 300
    assert told.better
    assert told.made == "shop-en"
    assert "better than the default model" in told.why
    assert set(told.table) == {"learned", "default", "vader", "majority"}
    ours, default = told.table["learned"], told.table["default"]
    assert ours.accuracy > 0.85 > default.accuracy
    assert ours.calibration is not None
    assert ours.calibration < 0.15
    assert told.table["vader"].calibration is None
    made = training.made["shop-en"]
    assert (made.lessons, made.first_at, made.last_at) == (600, 0, 599)


def test_what_cannot_be_learned_is_not_promoted() -> None:
    """Labels that are anybody's guess, and an engine that is as good as can be."""
    guessed = [Analysis(label, 0.0, 0.5, 0.0, "en") for _, label in sayings(500, seed=2)]
    lessons = taught(sayings(500, doubt=1.0), answers=guessed)
    training, (told,) = train(company.groups(lessons))
    assert not told.better
    said = sayings(500, doubt=0)
    perfect = [Analysis(label, 0.0, 0.9, 0.0, "en") for _, label in said]
    training, (told,) = train(company.groups(taught(said, answers=perfect)))
    assert not told.better
    assert not training.made
    assert "by more than chance" in told.why


@pytest.mark.parametrize("n", [1, 40, 150, 299])
def test_too_little_is_said_and_teaches_nothing(n: int) -> None:
    training, (told,) = train(company.groups(taught(sayings(n))))
    assert told.why.startswith("too little")
    assert (told.made, told.table, training.made) == (None, {}, {})


def test_one_label_alone_teaches_nothing() -> None:
    said = [(text, Label.POSITIVE) for text, _ in sayings(400)]
    _, (told,) = train(company.groups(taught(said)))
    assert "fewer than two labels" in told.why


def test_two_labels_are_enough() -> None:
    said = [each for each in sayings(700, doubt=0) if each[1] is not Label.NEUTRAL]
    _, (told,) = train(company.groups(taught(said)))
    assert told.better
    assert told.table["learned"].accuracy > 0.95


def test_a_language_that_the_engine_cannot_read_is_learned() -> None:
    _, (told,) = train(company.groups(taught(sayings(600, lang="de"), lang="de")))
    assert told.better
    assert told.table["default"].accuracy == 0
    assert told.table["learned"].macro_f1 > 0.8


def test_sources_with_little_learn_together() -> None:
    some = [
        each
        for at in range(3)
        for each in taught(sayings(200, seed=at), source=f"shop {at}", start=1_000 * at)
    ]
    alone = taught(sayings(200, seed=8), source="forum", kind=Kind.SOCIAL)
    training, told = train(company.groups([*some, *alone]))
    by = {each.source: each for each in told}
    assert {by[f"shop {at}"].made for at in range(3)} == {"all-review-en"}
    assert all(by[f"shop {at}"].better for at in range(3))
    assert by["forum"].made is None
    assert training.made["all-review-en"].sources == ("shop 0", "shop 1", "shop 2")


def test_a_promoted_model_is_beaten_on_later_texts_only() -> None:
    said = sayings(900)
    training, _ = train(company.groups(taught(said[:500])))
    before = Incumbent(training.made["shop-en"].model, until=499)
    incumbents = {("shop", "en"): before}
    _, (again,) = train(company.groups(taught(said[:520])), incumbents)
    assert again.gain is None
    assert again.compared == 20
    assert again.why.startswith("nothing to compare on: 20 texts are later")
    _, (later,) = train(company.groups(taught(said)), incumbents)
    assert later.against == "promoted"
    assert later.compared == 400
    assert not later.better


def test_the_same_lessons_and_seed_make_the_same_bytes() -> None:
    some = company.groups(taught(sayings(400)))
    (first, told), (second, again) = train(some), train(some)
    assert told == again
    assert learned_files.dump(first.made["shop-en"].model) == learned_files.dump(
        second.made["shop-en"].model
    )


def test_stars_and_time_are_no_features() -> None:
    """The same texts at other times and of other people make the same model."""
    said = sayings(400)
    moved = [each._replace(at=each.at * 7 + 5) for each in taught(said)]
    (first, _), (second, _) = train(company.groups(taught(said))), train(company.groups(moved))
    assert learned_files.dump(first.made["shop-en"].model) == learned_files.dump(
        second.made["shop-en"].model
    )


def test_copies_are_taken_once_wherever_they_stand() -> None:
    texts = ["The lamp squeaks", "the  LAMP squeaks!!!", "@acme the lamp squeaks", "It purrs", "?"]
    given = [
        each._replace(at=9 - at)
        for at, each in enumerate(taught([(t, Label.NEGATIVE) for t in texts]))
    ]
    kept = distinct(Studied(each, read(each.text)) for each in given)
    assert [each.lesson.text for each in kept] == ["It purrs", "@acme the lamp squeaks"]


def test_steps_cover_the_later_part_once() -> None:
    group = Group("shop", "en", Kind.REVIEW, study(taught(sayings(601))))
    for lessons in (601, 10_000, 90_000):
        shares = steps(lessons)
        examined = [each for share in shares for each in group.between(*share)]
        assert [*group.before(shares[0][0]), *examined] == group.studied


def test_hardly_spoken_languages_are_mistakes() -> None:
    told = tongues(
        [("a", "de")] * 95 + [("a", "nl"), ("a", None)] + [("b", "de"), ("b", "en")] + [("c", None)]
    )
    assert told["a"] == Tongues("de", frozenset({"de"}))
    assert [told["a"].group(lang) for lang in ("de", "nl", None)] == ["de", "de", "de"]
    assert [told["b"].group(lang) for lang in ("de", "en", "fr", None)] == ["de", "en", "fr", None]
    assert told["c"].group(None) is None
    said = sayings(4)
    some = [*taught(said[:3], lang="de", source="a"), *taught(said[3:], lang=None, source="a")]
    assert [len(each.studied) for each in groups(study(some), told)] == [4]


LABELLED = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-1, 2), st.integers(-1, 2)), min_size=1
)


@given(LABELLED)
def test_macro_f1_is_the_known_one(answers: list[tuple[int, int, int]]) -> None:
    from sklearn.metrics import f1_score

    truth, told, other = (np.array(column) for column in zip(*answers, strict=True))
    wanted = f1_score(truth, told, labels=sorted(set(truth)), average="macro", zero_division=0)
    assert figures.macro_f1(truth, told) == pytest.approx(wanted)
    gain = figures.gain(truth, told, other, 1)
    assert gain.value == pytest.approx(wanted - figures.macro_f1(truth, other))
    assert gain == figures.gain(truth, told, other, 1)
    assert gain.low <= gain.high


def test_a_gain_is_real_where_chance_cannot_make_it() -> None:
    truth = np.array([0, 1, 2] * 40)
    wrong = np.where(np.arange(120) % 2, truth, (truth + 1) % 3)
    assert figures.gain(truth, truth, wrong, 1).real
    assert not figures.gain(truth, truth, truth, 1).real
    slightly = truth.copy()
    slightly[0] = 1
    assert not figures.gain(truth, truth, slightly, 1).real


def test_calibration_error_by_hand() -> None:
    right = np.array([1.0, 0.0, 1.0, 1.0])
    assert figures.calibration_error(right, np.array([0.75, 0.75, 0.95, 1.0])) == pytest.approx(
        (2 * 0.25 + 0.05) / 4
    )
    found = figures.figures(np.array([0, 1]), np.array([0, 0]), np.array([0.9, 0.4]))
    assert found.coverage[0] == (0.5, 1.0)
    assert found.coverage[-1] == (1.0, 0.5)
    assert found.sure == 0.5
    assert figures.figures(np.zeros(0, int), np.zeros(0, int)).n == 0


def test_calibration_finds_how_much_too_sure_values_are() -> None:
    draw = np.random.default_rng(5)
    sharp = draw.normal(size=(4_000, 3)) * 2
    likely = np.exp(sharp) / np.exp(sharp).sum(axis=1, keepdims=True)
    sides = np.array([draw.choice(3, p=row) for row in likely])
    temperature, shift = learned_fit.calibration(sharp * 3 + [1.0, 0.0, 0.0], sides)
    assert temperature == pytest.approx(3, rel=0.1)
    assert shift[0] - shift[1] == pytest.approx(-1 / 3, abs=0.15)
