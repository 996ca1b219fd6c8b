"""The language of a text, and when to say that it is not known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.language import LOOKED_AT, declared, detect


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The app is slow and it does not open any more", "en"),
        ("very good app", "en"),
        ("crashes all the time", "en"),
        ("Die App stürzt ständig ab, sehr ärgerlich", "de"),
        ("super schlecht", "de"),
        ("Très déçu, le colis n'est jamais arrivé", "fr"),
        ("Muy mala atención, no vuelvo a comprar", "es"),
        ("pessimo servizio, non funziona", "it"),
        ("Номер грязный, персонал грубый", "ru"),
        ("部屋はとても清潔でした", "ja"),
        ("التطبيق سيئ جدا", "ar"),
        ("hi @nice_person see https://example.com/the/and/for", None),
    ],
)
def test_languages(text: str, lang: str | None) -> None:
    assert detect(text).lang == lang


@pytest.mark.parametrize("text", ["", "   ", "12345", "👍👍", "!!! ...", ":)", "@handle #tag"])
def test_without_letters_nothing_is_known(text: str) -> None:
    guess = detect(text)
    assert guess.lang is None
    assert guess.english
    assert not detect(text, "de").english


@pytest.mark.parametrize("text", ["Great", "Bad service", "Good", "Nice app"])
def test_short_english_may_be_read(text: str) -> None:
    guess = detect(text)
    assert guess.english
    assert guess.lang in {None, "en"}


def test_a_declared_language_decides_only_where_the_text_does_not() -> None:
    english = "The room was clean and the staff were kind"
    assert detect(english, "de").lang == "en"
    assert detect("Super Service", "de") == ("de", False)
    assert detect("Super Service", "en") == ("en", True)
    assert detect("Die App stürzt ständig ab, sehr ärgerlich", "en").lang == "de"


@pytest.mark.parametrize(
    ("said", "code"),
    [("en", "en"), ("en-US", "en"), ("de_AT", "de"), (" FR ", "fr"), ("zh-Hant", "zh")]
    + [(None, None), ("", None), ("english", None), ("x", None), ("1a", None)],
)
def test_what_sources_declare(said: str | None, code: str | None) -> None:
    assert declared(said) == code


def test_only_the_beginning_is_looked_at() -> None:
    text = "The room was clean and the staff were kind. " * 20
    assert detect(text + "Aber nicht sehr und ich war mit der" * 50) == detect(text[:LOOKED_AT])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=5)))
def test_any_text_gets_an_answer(text: str, hint: str | None) -> None:
    guess = detect(text, hint)
    assert guess.lang is None or len(guess.lang) == 2
