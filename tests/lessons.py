"""Lessons of a made-up company whose customers speak in words that no lexicon knows."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sentiment import learned_lessons as lessons
from sentiment import learned_words
from sentiment.analyser import Lexicon
from sentiment.learned_lessons import Lesson, Studied
from storage.models import Analysis, Kind, Label, Origin, Passage

ENGINE = Lexicon(topics=())

SIDES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
_FELT = {
    Label.NEGATIVE: ("it squeaks", "the hinge jams", "back in the box", "three weeks so far"),
    Label.NEUTRAL: ("which colour is it", "it is the large one", "came with a cable"),
    Label.POSITIVE: ("it purrs", "the hinge glides", "ordered another", "next day already"),
}
_ABOUT = ("the lamp", "the kettle", "the drawer", "my parcel", "the second chair", "this toaster")
_END = ("since monday", "in the kitchen", "for my aunt", "with the new lid", "in blue", "")
_GERMAN = {
    Label.NEGATIVE: ("es klemmt und quietscht", "ging zurück", "seit drei Wochen nichts"),
    Label.NEUTRAL: ("welche Farbe hat das", "es ist die große", "kam mit Kabel"),
    Label.POSITIVE: ("läuft wie am Schnürchen", "gleich noch eine bestellt", "am nächsten Tag da"),
}
_GERMAN_ABOUT = ("die Lampe", "der Kessel", "die Schublade", "mein Paket", "der zweite Stuhl")
_GERMAN_END = ("seit Montag", "in der Küche", "für meine Tante", "in Blau", "")


def sayings(
    n: int, *, seed: int = 1, lang: str = "en", doubt: float = 0.1
) -> list[tuple[str, Label]]:
    """Return texts with labels, of which a share of ``doubt`` is anybody's guess."""
    draw = Random(f"{seed} {lang}")
    felt, about, end = (
        (_FELT, _ABOUT, _END) if lang == "en" else (_GERMAN, _GERMAN_ABOUT, _GERMAN_END)
    )
    found = []
    for number in range(n):
        label = draw.choices(SIDES, (5, 2, 3))[0]
        said = (
            f"{draw.choice(about)}, {draw.choice(felt[label])} {draw.choice(end)} {_name(number)}"
        )
        if draw.random() < doubt:
            label = draw.choice(SIDES)
        found.append((said, label))
    return found


def _name(number: int) -> str:
    """Return a word of its own for each text, so that none is a copy of another."""
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 20)
        letters += "bcdfghklmnprstvwxzjq"[digit]
    return f"y{letters}"


def taught(
    said: Sequence[tuple[str, Label]],
    *,
    source: str = "shop",
    lang: str | None = "en",
    kind: Kind = Kind.REVIEW,
    start: int = 0,
    answers: Sequence[Analysis] | None = None,
) -> list[Lesson]:
    """Return lessons in time order, each by an author of its own."""
    analyses = answers or ENGINE.analyse([Passage(text, lang) for text, _ in said])
    return [
        Lesson(text, label, Origin.STARS, source, kind, lang, f"a{at}", start + at, analysis)
        for at, ((text, label), analysis) in enumerate(zip(said, analyses, strict=True))
    ]


def study(given: Sequence[Lesson]) -> list[Studied]:
    """Return distinct lessons with their words."""
    return lessons.distinct(Studied(each, learned_words.read(each.text)) for each in given)


def groups(given: Sequence[Lesson]) -> list[lessons.Group]:
    """Return the groups of lessons."""
    spoken = lessons.tongues((each.source, each.lang) for each in given)
    return lessons.groups(study(given), spoken)
