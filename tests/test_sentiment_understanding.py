"""The rules beneath the default model, one by one, and what they cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment import patterns, signs
from sentiment.analyser import best
from sentiment.lexicon import lexicon
from sentiment.opinions import label
from sentiment.scoring import confidence, score
from sentiment.tokens import Token, read
from sentiment.tokens import starts as beginnings
from sentiment.understanding import understand
from sentiment.vader import vader
from storage.models import Brand, Label, Passage

RIVAL = [Brand("Acme", True, ("acme app",)), Brand("Bolt", False)]


def says(text: str) -> Label:
    return best(RIVAL).analyse([Passage(text)])[0].label


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The soup, to be honest, was not, in my opinion, good.", Label.NEGATIVE),
        ("I don't know why it is so bad.", Label.NEGATIVE),
        ("I don't know how anybody could like it.", Label.NEGATIVE),
        ("Not clean, quiet or cheap.", Label.NEGATIVE),
        ("It was not dirty and the staff were lovely.", Label.POSITIVE),
        ("The soup was okay, the fish wasn't good.", Label.NEGATIVE),
        ("I expected chaos, which it wasn't.", Label.POSITIVE),
        ("It was lovely until they changed the recipe.", Label.NEGATIVE),
        ("It was awful when we first came, now it is lovely.", Label.POSITIVE),
        ("Would I go again? In a heartbeat!", Label.POSITIVE),
        ("Would be lovely to hear from you.", Label.NEUTRAL),
        ("The only lovely thing was the view.", Label.NEGATIVE),
        ("Bolt is nicer than Acme.", Label.NEGATIVE),
        ("Acme is nicer than Bolt.", Label.POSITIVE),
        ("Bolt is nicer than Zentro.", Label.POSITIVE),
        ("Thanks for breaking my phone.", Label.NEGATIVE),
        ("Thanks for repairing my broken phone.", Label.POSITIVE),
        ("Lovely, stuck in the lift again.", Label.NEGATIVE),
        ("Lovely view, and the lift is never stuck.", Label.POSITIVE),
        ("Joy works at the desk.", Label.NEUTRAL),
        ("😡😡😡😡", Label.NEGATIVE),
        ("It cost $3.50 at 8 a.m. in the U.S. on Main St. near No. 5.", Label.NEUTRAL),
    ],
)
def test_rules(text: str, told: Label) -> None:
    assert says(text) is told


def test_the_words_that_made_a_score_are_told_in_the_given_text() -> None:
    text = "😁 The “soup” was <b>lovely</b> &amp; warm, but I waited 40 minutes for my drink"
    reasons = best().explain(Passage(text))
    assert all(text[each.start : each.end] == each.text for each in reasons)
    words = {each.text: each.value for each in reasons}
    assert words["lovely"] > 0
    assert words["waited 40 minutes"] < 0
    assert [each.start for each in reasons] == sorted(each.start for each in reasons)
    assert best().explain(Passage("Das war super schlecht, nie wieder")) == ()


def test_a_score_has_the_label_of_its_balance() -> None:
    assert score(0, 0) == 0
    for good in (0.0, 0.2, 0.6, 1.0, 3.0, 40.0):
        for bad in (0.0, 0.2, 0.6, 1.0, 3.0, 40.0):
            told = label(score(good, bad))
            assert -1 <= score(good, bad) <= 1
            assert 0 <= confidence(told, good, bad, False) <= 1
    # More of the same never says less.
    praise = [score(good / 4, 2.0) for good in range(100)]
    assert praise == sorted(praise)
    blame = [score(2.0, bad / 4) for bad in range(100)]
    assert blame == sorted(blame, reverse=True)


def test_strength_and_capitals_add_and_reduce() -> None:
    def value(text: str) -> float:
        good, bad = understand(text).balance
        return good - bad

    assert value("It was very nice") > value("It was nice") > value("It was slightly nice") > 0
    assert value("It was NICE") > value("It was nice")
    assert value("It was niiiice") > value("It was nice")
    assert value("It was very bad") < value("It was bad") < value("It was slightly bad") < 0


def placed(text: str, words: list[Token]) -> list[tuple[int, int]]:
    """Return the span of each word."""
    starts = beginnings(text, len(words))
    return [(at, at + word.size) for at, word in zip(starts, words, strict=True)]


def test_words_are_found_where_they_stand() -> None:
    text = "Thiiiis is sooo good!! 3hrs late,\n#NeverAgain @you http://x.org/y :-) ok👍👍 and/or"
    words = read(text)
    places = placed(text, words)
    told = {word.word: text[slice(*place)] for word, place in zip(words, places, strict=True)}
    assert told["soo"] == "sooo"
    assert told["3"] == "3"
    assert told["hrs"] == "hrs"
    assert told["never"] == "Never"
    assert told["<name>"] == "@you"
    assert told["<link>"] == "http://x.org/y"
    assert told[":-)"] == ":-)"
    assert told["👍"] == "👍"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_read_and_placed(text: str) -> None:
    words = read(text)
    for start, end in placed(text, words):
        assert 0 <= start <= end <= len(text)
    answer = best(RIVAL).analyse([Passage(text, "en")])[0]
    if answer.purpose:
        assert 0 <= answer.purpose.start < answer.purpose.end <= len(text)


PIECES = ["not, ", "but good ", "good, bad, ", "I don't think ", "far from ", "was it good? no. "]
PIECES += ["on hold for 3 hours ", "great, another delay ", "Bolt is better than you ", "if "]
PIECES += [
    "although the staff ",
    "😁",
    "lawyer my lawyer ",
    "never ",
    "a/b",
    "n't",
    '"',
    "thanks for ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        passage = Passage((piece * (size // len(piece) + 1))[:size], "en", None, ("staff", "it"))
        best(RIVAL).analyse([passage])
        start = time.process_time()
        best(RIVAL).analyse([passage])
        return time.process_time() - start

    # The best of several: a collection of garbage or a busy machine only ever adds.
    small = max(min(seconds(2_000) for _ in range(3)), 1e-3)
    assert min(seconds(20_000) for _ in range(5)) < 45 * small


@pytest.mark.parametrize(
    ("pattern", "text", "end"),
    [
        ("on hold", "on hold", 2),
        ("on hold", "on a hold", -1),
        ("waiting|waited for", "waited for", 2),
        ("waiting ~2 <n> <time>", "waiting now for 3 hours", 5),
        ("waiting ~1 <n> <time>", "waiting now for 3 hours", -1),
        ("waiting ~3 <n>", "waiting not for 3", -1),
        ("ask (me|us)? for", "ask us for", 3),
        ("ask (me|us)? for", "ask for", 2),
        ("(the|my)? refund*", "refunding", 1),
        ("(the|my)? refund*", "my refund", 2),
        ("deliver* late", "delivery late", 2),
    ],
)
def test_patterns(pattern: str, text: str, end: int) -> None:
    words = text.split()
    index = patterns.Index([patterns.compiled(pattern, "key")])
    starts = index.starts(words[0])
    assert starts
    entries = starts.followed.get(words[1], starts.alone) if len(words) > 1 else starts.alone
    ends = [patterns.end(entry, words, 0, len(words)) for entry in entries]
    assert max(ends, default=-1) == end
    assert index.starts("elsewhere") is None


def test_lists_are_well_formed() -> None:
    words = lexicon()
    assert all(-4 <= value <= 4 for value in words.words.values())
    assert all(-4 <= pattern.value <= 4 for pattern in words.patterns)
    assert not set(words.typos) & set(words.words)
    texts = [pattern.text for pattern in words.patterns if pattern.key[0] != "@"]
    assert len(texts) == len(set(texts))
    assert {pattern.key for pattern in signs.listed()} >= {"!safety", "!legal", "!leaving"}


def test_who_somebody_is_moves_no_score() -> None:
    known = vader().words()
    people = {"straight", "blind", "god", "faith", "rich", "nerd", "gay", "muslim", "jewish"}
    assert not people & set(lexicon().words)
    assert people & set(known)
