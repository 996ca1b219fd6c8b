"""The scorer gives vaderSentiment's own numbers, to the last bit, in linear time."""

from __future__ import annotations

import csv
import json
import random
import time
from collections.abc import Callable, Iterator
from functools import cache
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

from sentiment.vader import KEPT_TOKENS, Vader, vader
from tests.data import shared


@cache
def reference() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def same(text: str) -> None:
    expected = reference().polarity_scores(text)
    assert repr(vader().polarity_scores(text)) == repr(expected), text
    assert repr(vader().compound(text)) == repr(expected["compound"]), text


RULES = [
    "",
    " ",
    "!!!",
    "The plot was good, but the characters are uncompelling and the dialog is not great.",
    "Make sure you :) or :D today! Catch utf-8 emoji such as 💘 and 💋 and 😁",
    "At least it isn't a HORRIBLE book?? It was VERY good!!!",
    "Without a doubt, an excellent idea. With VADER, analysis is the shit, not the least bad.",
    "He is the kiss of death, a bad ass, yeah right; sort of good, just enough fun.",
    "never so good. never this good! without doubt great, so nice this great",
    "no good or great thing. NO problem, no kind of good nor bad",
    "good but good but GOOD but good",
    "😁😁!good💘bad 🆙 now",
    "kind kind of great least at least good very least good",
    "\ud800 good \x00 bad\u2028great\x1cawful",
]


@pytest.mark.parametrize("text", RULES)
def test_rules_and_their_quirks(text: str) -> None:
    same(text)


LEXICON = sorted(reference().lexicon)
PHRASES = [word for phrase in SPECIAL_CASES for word in phrase.split()]
RULE_WORDS = [*BOOSTER_DICT, *NEGATE, *PHRASES, *SPECIAL_CASES]
QUIRKS = ["no", "kind", "of", "so", "this", "never", "without", "doubt", "but", "least", "or"]
QUIRKS += ["at", "very", "nor", "n't"]
PLAIN = ["hotel", "x", "the", "!", "??", "😁", "💘", "©", "‼", "İ", "ǅ", "(", "a.b", "ẞ", "\u3000"]
words = st.one_of(
    st.sampled_from(QUIRKS),
    st.sampled_from(RULE_WORDS),
    st.sampled_from(LEXICON),
    st.sampled_from(PLAIN),
)
dressed = st.builds(
    lambda word, dress, tail: dress(word) + tail,
    words,
    st.sampled_from([str, str, str, str.upper, str.title]),
    st.sampled_from(["", "", "", ",", "!", "?", "...", "😁"]),
)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(dressed, max_size=14), st.sampled_from([" ", " ", "  ", "\t", "\n"]))
def test_any_mixture_of_rule_words(tokens: list[str], space: str) -> None:
    same(space.join(tokens))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    same(text)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["good", "GREAT", "bad", "but", "x"]), min_size=70, max_size=140))
def test_many_equal_values_around_a_but(tokens: list[str]) -> None:
    same(" ".join(tokens))


def test_a_full_cache_changes_nothing() -> None:
    fresh = Vader(dict(reference().lexicon), dict(reference().emojis))
    fresh.read(" ".join(f"w{k}" for k in range(KEPT_TOKENS + 50)))
    text = "not a very good day, but GREAT fun"
    assert fresh.polarity_scores(text) == reference().polarity_scores(text)


def test_hits_count_the_words_of_the_lexicon() -> None:
    assert vader().read("a plain table").hits == 0
    assert vader().read("good, bad and very GOOD").hits == 3
    assert vader().knows("good")
    assert not vader().knows("table")


def test_time_grows_with_the_text_and_not_with_its_square() -> None:
    def growth(make: Callable[[int], str]) -> float:
        small, large = make(20_000), make(200_000)
        return cpu(large) / max(cpu(small), 1e-4)

    assert growth(lambda n: ("great but not bad, LOVE it! " * n)[:n]) < 40
    assert growth(lambda n: "😁" * (n // 10)) < 40


def cpu(text: str) -> float:
    runs = []
    for _ in range(3):
        start = time.process_time()
        vader().polarity_scores(text)
        runs.append(time.process_time() - start)
    return min(runs)


def truth(name: str) -> list[tuple[float, str]]:
    with shared(f"vader/{name}_GroundTruth.txt").open(encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [(float(row[1]), row[2]) for row in rows]


def real_texts() -> Iterator[str]:
    for name in ("tweets", "amazonReviewSnippets"):
        yield from (text for _, text in truth(name))
    for path, column in (("airline/tweets.csv", "text"), ("hotels/reviews.csv", "text")):
        with shared(path).open(encoding="utf-8", newline="") as file:
            yield from (row[column] for row in csv.DictReader(file))
    with shared("play_console/export_b.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from (row["Review Text"] for row in csv.DictReader(file))
    with shared("reddit/comments.jsonl").open(encoding="utf-8") as file:
        yield from (json.loads(line)["data"]["body"] for line in file)
    with shared("uci/amazon_cells_labelled.txt").open(encoding="utf-8") as file:
        yield from (line.split("\t")[0] for line in file)


@pytest.mark.data
def test_a_sample_of_real_texts() -> None:
    texts = sorted({text for text in real_texts() if len(text) < 5_000})
    assert len(texts) > 15_000
    for text in random.Random(7).sample(texts, 4_000):
        same(text)


@pytest.mark.data
@pytest.mark.parametrize(("name", "paper"), [("tweets", 0.881), ("amazonReviewSnippets", 0.565)])
def test_it_agrees_with_people_as_the_paper_says(name: str, paper: float) -> None:
    pairs = [(mean, vader().compound(text)) for mean, text in truth(name)]
    assert correlation(pairs) == pytest.approx(paper, abs=0.03)


def correlation(pairs: list[tuple[float, float]]) -> float:
    n = len(pairs)
    a, b = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    both = sum((x - a) * (y - b) for x, y in pairs)
    return both / sqrt(sum((x - a) ** 2 for x, _ in pairs) * sum((y - b) ** 2 for _, y in pairs))
