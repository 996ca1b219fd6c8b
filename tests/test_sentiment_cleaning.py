"""Cleaning keeps the way back to the given text, and stays linear."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.cleaning import LONGEST, clean
from sentiment.masking import NAMES, RIVAL, _neutral, mask, terms
from sentiment.phrases import Phrases
from sentiment.vader import vader
from storage.models import Brand


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("It isn’t good", "It isn't good"),
        ("don&#39;t", "don't"),
        ("don&amp;#39;t", "don't"),
        ("fish &amp; chips", "fish & chips"),
        ("&rsquo;&hellip;&nbsp;x", "'... x"),
        ("I &lt;3 it, a < b > c", "I <3 it, a < b > c"),
        ("<p>so <b>good</b>!</p>", " so good! "),
        ("good<br/>bad<script>x()</script>", "good bad x() "),
        ("“great” — really…", '"great"  -  really...'),
        ("𝗴𝗼𝗼𝗱 ｇｏｏｄ ﬁne", "good good fine"),
        ("cafe\u0301 g\u0337o\u0337od", "café good"),
        ("gr\u200beat \u202eevil\u202c", "great evil"),
        ("a\x00b\ud800c\ufffdd", "a b c d"),
        ("❤️ 👍🏽", "❤ 👍🏽"),
        ("&unknown; & &;", "&unknown; & &;"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_what_becomes_of_a_text(given_text: str, cleaned: str) -> None:
    assert clean(given_text).text == cleaned


def test_negation_survives_a_curly_apostrophe() -> None:
    assert vader().compound("this isn’t good") > 0
    assert vader().compound(clean("this isn’t good").text) < 0


def test_a_span_of_the_cleaned_text_is_told_in_the_given_one() -> None:
    text = "<p>I&#39;m &amp; the “ﬁne”<br>cafe\u0301</p>"
    cleaned = clean(text)
    for word, original in (("I'm", "I&#39;m"), ("fine", "ﬁne"), ("café", "cafe\u0301")):
        start = cleaned.text.index(word)
        begin, end = cleaned.given(start, start + len(word))
        assert text[begin:end] == original


pieces = st.sampled_from(
    [
        *"ab &<>;'",
        "&amp;",
        "&#8217;",
        "<b>",
        "</p>",
        "’",
        "ﬁ",
        "e\u0301",
        "\u200b",
        "\x00",
        "…",
        "😁",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=30).map("".join))
def test_offsets_are_in_order_and_plain_letters_keep_their_place(text: str) -> None:
    cleaned = clean(text)
    before = 0
    for at, letter in enumerate(cleaned.text):
        start, end = cleaned.given(at, at + 1)
        assert before <= start <= end <= len(text)
        before = start
        if letter in "ab":
            assert text[start:end] == letter


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_nothing_unprintable_is_left(text: str) -> None:
    for letter in clean(text).text:
        assert letter in "\t\n" or unicodedata.category(letter) not in {"Cc", "Cs"}


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "&", "&amp;", "e\u0301", "\u0301", "a ", "’"])
def test_fifty_million_letters_take_no_time(piece: str) -> None:
    text = piece * (50_000_000 // len(piece))
    start = time.process_time()
    assert len(clean(text).text) <= 2 * LONGEST
    assert time.process_time() - start < 1


BRANDS = (
    Brand("United", terms=("united airlines",), handles=("@united",)),
    Brand("H&M"),
    Brand("McDonald’s", own=False),
)


def masked(text: str) -> str:
    found = Phrases(terms(BRANDS)).find(text)
    names = [(hit.start, hit.end) for hit in found if hit.key in NAMES]
    return mask(text, names, {hit.start for hit in found if hit.key == RIVAL})


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("United is late", "Wwwwww is late"),
        ("UNITED AIRLINES lost it", "WWWWWW WWWWWWWW lost it"),
        ("united's crew, reunited", "wwwwww's crew, reunited"),
        ("@united and @hope_x", "@wwwwww and @wwww_w"),
        ("H&M, h & m, h m", "W&W, w & w, h m"),
        ("at McDonald's", "at VvVvvvvv'v"),
    ],
)
def test_names_are_made_neutral_in_place(text: str, neutral: str) -> None:
    assert masked(text) == neutral
    assert len(neutral) == len(text)


def test_a_name_is_no_praise() -> None:
    assert vader().compound("United lost my bag") > vader().compound(masked("United lost my bag"))
    assert vader().read(masked("@united @Hope United")).hits == 0


def test_no_placeholder_is_a_word_of_the_lexicon() -> None:
    for letter in "wv":
        assert not any(vader().knows(_neutral("n" * size, letter)) for size in range(1, 40))
