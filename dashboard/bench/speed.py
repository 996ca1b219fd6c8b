"""How fast texts are scored and understood, and that time grows with the text alone.

Against vaderSentiment itself, in turns, on texts made from a seed whose words carry
sentiment as often as those of real posts and reviews.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial

from dashboard.bench.clocks import interleaved, spent
from dashboard.bench.corpus import Corpus
from dashboard.bench.table import Figure, Goal, Section
from sentiment import analyser, reference
from sentiment.cleaning import LONGEST
from sentiment.vader import vader
from storage.models import Passage

CHARACTERS = 400_000
"""Scored per figure and round: a second's work for the original."""
RIVAL = "vaderSentiment 3.3.2, polarity_scores in a loop; all four figures equal"
EMOJI = 1_000
BIG = 1_000_000
GROWTH = 8
"""How much longer a long text is than the one whose time it must stay in proportion to."""


def section(rounds: int = 5, characters: int = CHARACTERS, big: int = BIG) -> Section:
    """Measure VADER's figures, hostile texts, and the whole analysis."""
    return Section(
        "speed",
        "One core, processor time, warm; VADER is all four figures of polarity_scores, analysis is"
        f" everything that `earshot analyze` tells. Median of {rounds}, in turns.",
        (
            *_exact(rounds, characters),
            _emoji(rounds),
            *_growth(rounds, big),
            *_analysis(rounds, characters),
        ),
        inspect.getsource(reference.loop),
    )


def _exact(rounds: int, characters: int) -> list[Figure]:
    corpus = Corpus()
    found = []
    for length, goal in ((100, 5.0), (1_100, 15.0)):
        texts = [corpus.text(length) for _ in range(characters // length)]
        took = _against_the_original(texts, rounds)
        found.append(
            Figure(
                f"VADER, texts of {length:,} characters",
                len(texts) / took["ours"],
                "/s",
                len(texts) / took["theirs"],
                RIVAL,
                Goal(goal, least=True),
            )
        )
    return found


def _against_the_original(texts: Sequence[str], rounds: int) -> dict[str, float]:
    ours, theirs = vader(), reference.original()
    for text in texts:
        # Equal before fast; this also warms both.
        assert ours.polarity_scores(text) == theirs.polarity_scores(text)
    return interleaved(
        {
            "theirs": partial(_took, lambda: [theirs.polarity_scores(text) for text in texts]),
            "ours": partial(_took, lambda: [ours.polarity_scores(text) for text in texts]),
        },
        rounds,
    )


def _emoji(rounds: int) -> Figure:
    took = _against_the_original(["\U0001f600" * EMOJI], min(rounds, 2))
    name = f"VADER, texts of {EMOJI:,} emoji"
    return Figure(name, 1 / took["ours"], "/s", 1 / took["theirs"], RIVAL)


def _growth(rounds: int, big: int) -> list[Figure]:
    """Return what long texts take, and that over eight times an eighth of them."""
    found: list[Figure] = []
    for name, run, size in (("VADER", _vader, big), ("analysis", _analyse, min(big, LONGEST))):
        text = Corpus().text(size)[:size]
        took = interleaved(
            {
                "part": partial(_took, partial(run, text[: size // GROWTH])),
                "whole": partial(_took, partial(run, text)),
            },
            rounds,
        )
        per_letter = took["whole"] / took["part"] / GROWTH
        title = f"{name}, a text of {size:,} characters"
        found += [
            Figure(title, took["whole"] * 1_000, "ms"),
            Figure(f"{title}, per letter against an eighth", per_letter, "×", goal=Goal(2)),
        ]
    return found


def _vader(text: str) -> None:
    vader().polarity_scores(text)


def _analyse(text: str) -> None:
    analyser.best().analyse([Passage(text)])


def _analysis(rounds: int, characters: int) -> list[Figure]:
    corpus, model = Corpus(), analyser.best()
    found = []
    for length, goal in ((100, Goal(2_000, least=True)), (1_100, None)):
        passages = [Passage(corpus.text(length)) for _ in range(characters // length)]
        model.analyse(passages)
        took = interleaved({"ours": partial(_took, partial(model.analyse, passages))}, rounds)
        name = f"analysis, texts of {length:,} characters"
        found.append(Figure(name, len(passages) / took["ours"], "/s", goal=goal))
    return found


def _took(run: Callable[[], object]) -> float:
    with spent() as it:
        run()
    return it.cpu
