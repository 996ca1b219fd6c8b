"""Texts that are hardly any, or far too much: analysed, explained and learned from."""

from __future__ import annotations

import json

import pytest

from sentiment import analyser, learned_words
from sentiment.learned_choice import Chosen, Promoted
from sentiment.learned_lessons import Tongues
from sentiment.learned_training import Training
from storage.models import Analysis, Label, Passage
from tests.command_line import earshot
from tests.lessons import SIDES, groups, sayings, taught

TEXTS = {
    "empty": "",
    "blanks": " \t\n\u3000",
    "one emoji": "😀",
    "a thousand emoji": "😡👍" * 500,
    "one letter": "a",
    "no letters": "12345 !!! ??? 3.50 % -- :-(",
    "signs": "…«»!?¡¿",
    "mixed scripts": "Отличный service, 最高 but der Kundendienst ist مرحبا slow",
    "right to left": "\u202eevil سيء جدا\u202c",
    "unseen": "\u200b\u200d\ufeff\u2060",
    "controls": "bad\x00service\x1b[31m\x07",
    "half a letter": "good \ud83d service",
    "marks": "t" + "\u0301" * 3_000 + "errible",
    "one long word": "good" * 250_000,
    "one megabyte": "the service was not good, but " * 33_000,
    "a megabyte of lines": "no\n" * 330_000,
    "tags": "<b>" * 20_000 + "bad" + "&amp;" * 20_000,
}
TARGETS = ("service", "", "最高", "\x00")


def sane(text: str, said: Analysis) -> None:
    assert said.label in {*SIDES, Label.UNSCORED}
    assert (said.score is None) == (said.label is Label.UNSCORED)
    assert said.score is None or -1 <= said.score <= 1
    assert -1 <= said.compound <= 1
    assert 0 <= said.confidence <= 1
    assert said.confidence < 0.5 or not said.unsure
    assert [each.target for each in said.targets] == list(TARGETS)
    spans = [(each.start, each.end) for each in said.opinions]
    spans += [(each.start, each.end) for each in said.urgency]
    spans += [(said.purpose.start, said.purpose.end)] if said.purpose else []
    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("lang", [None, "en", "zz"])
def test_any_text_gets_an_answer(name: str, lang: str | None) -> None:
    passage = Passage(TEXTS[name], lang, 1.0, TARGETS)
    model = analyser.best()
    (said,) = model.analyse([passage])
    sane(passage.text, said)
    for each in model.explain(passage):
        assert passage.text[each.start : each.end] == each.text
    (said,) = analyser.Vader().analyse([passage])
    sane(passage.text, said)


@pytest.mark.parametrize("name", ["empty", "blanks", "no letters", "signs", "unseen"])
def test_where_nothing_is_said_nothing_is_claimed(name: str) -> None:
    (said,) = analyser.best().analyse([Passage(TEXTS[name])])
    assert said.unsure or said.label is Label.UNSCORED or "(" in TEXTS[name]
    assert said.lang is None


def test_the_command_answers_each_line() -> None:
    lines = [json.dumps({"text": text}) for text in TEXTS.values()]
    done = earshot("analyze", stdin="\n".join(lines) + "\n")
    assert done.code == 0
    assert len(done.lines) == len(TEXTS)
    assert all("sentiment" in each for each in done.lines)


def test_bad_texts_are_learned_from_and_judged() -> None:
    bad = [(text, SIDES[at % 3]) for at, text in enumerate(TEXTS.values()) if len(text) < 100_000]
    long = [(TEXTS["one megabyte"], Label.NEGATIVE), (TEXTS["one long word"], Label.POSITIVE)]
    said = sayings(320, doubt=0.02)
    lessons = taught([*said[:200], *bad, *long, *bad, *said[200:]])
    training = Training(groups(lessons), {})
    (told,) = training.run()
    assert told.better
    (made,) = training.made.values()
    tongues = Tongues("en", frozenset({"en"}))
    model = Chosen(analyser.best(), (Promoted("m-1", "d", "shop", "en", 320, tongues, made.model),))
    for text in TEXTS.values():
        passage = Passage(text, "en", None, TARGETS, source="shop")
        (answer,) = model.analyse([passage])
        sane(text, answer)
        if answer.model is None:
            assert not learned_words.read(text) or answer.lang != "en"
        else:
            assert answer.label in SIDES
            for each in model.explain(passage, answer.model):
                assert text[each.start : each.end] == each.text
