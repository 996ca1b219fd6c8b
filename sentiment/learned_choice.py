"""The analyser that knows which learned model counts where, and the default elsewhere.

A model is promoted for one source and language. Texts of a known source get that
source's model or the default: what one source taught does not count for another. Texts of
no known source get the model of their language that learned from most texts.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from sentiment import learned_words, masking
from sentiment.analyser import HIGH_STARS, LOW_STARS, Reason
from sentiment.learned import Judgement, Learned
from sentiment.learned_lessons import Tongues
from storage.models import Analysis, Brand, Label, Passage

VERSION = 1
TELLING, LEAST_TELLING = 0.2, 0.1
"""Words are shown that move a score at least so much of what the most telling one does."""


class Engine(Protocol):
    """What a learned model stands on: an analyser that tells all the rest."""

    @property
    def model_id(self) -> str:
        """Name and digest of everything that its answers depend on."""
        ...

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis for each passage, in order."""
        ...


class Promoted(NamedTuple):
    """A learned model that counts for a source and language.

    The same model may be promoted for several. ``tongues`` are the languages of the source
    as they were when it learned.
    """

    name: str
    digest: str
    source: str
    lang: str
    lessons: int
    tongues: Tongues
    model: Learned


@dataclass(frozen=True)
class Chosen:
    """The engine, with learned models in place of its labels where one is promoted."""

    engine: Engine
    promoted: tuple[Promoted, ...]
    brands: tuple[Brand, ...] = ()

    @property
    def model_id(self) -> str:
        """The id of the engine: what a learned model said carries that model's own."""
        return self.engine.model_id

    def analyse(self, passages: Sequence[Passage]) -> list[Analysis]:
        """Return one analysis for each passage, in order."""
        said = self.engine.analyse(passages)
        turns: defaultdict[str, list[int]] = defaultdict(list)
        words: dict[int, list[str]] = {}
        for at, (passage, analysis) in enumerate(zip(passages, said, strict=True)):
            asked = self._asked(passage.source, analysis.lang)
            if asked is None:
                continue
            words[at] = learned_words.read(passage.text, self.brands)
            if words[at] and asked.model.reads(asked.lang, analysis.lang, words[at]):
                turns[asked.name].append(at)
        for name, places in turns.items():
            promoted = self._named[name]
            told = promoted.model.judge(
                [passages[at].text for at in places],
                [words[at] for at in places],
                [said[at] for at in places],
            )
            for at, judgement in zip(places, told, strict=True):
                said[at] = self._merged(promoted, judgement, said[at], passages[at].rating)
        return said

    def explain(self, passage: Passage, model: str) -> tuple[Reason, ...]:
        """Return the words that made a learned model's score, in order; empty if not known.

        ``model`` is the id that the score carries.
        """
        asked = next((each for each in self.promoted if self.model_ids[each.name] == model), None)
        places = learned_words.placed(passage.text, self.brands)
        if asked is None or not places:
            return ()
        (said,) = self.engine.analyse([passage])
        words = learned_words.read(passage.text, self.brands)
        moved = asked.model.moved(passage.text, words, said)
        most = max(map(abs, moved.values()))
        return tuple(
            Reason(start, end, passage.text[start:end], round(value, 2))
            for word, start, end in places
            if abs(value := moved.get(word, 0.0)) > TELLING * most and abs(value) > LEAST_TELLING
        )

    def _asked(self, source: str | None, lang: str | None) -> Promoted | None:
        """Return the model to ask about a text, which may not know enough of its words."""
        if source is None:
            return self._by_lang.get(lang)
        tongues = self._tongues.get(source)
        return self._by_group.get((source, tongues.group(lang))) if tongues else None

    @cached_property
    def _named(self) -> dict[str, Promoted]:
        return {each.name: each for each in self.promoted}

    @cached_property
    def _by_group(self) -> dict[tuple[str, str | None], Promoted]:
        return {(each.source, each.lang): each for each in self.promoted}

    @cached_property
    def _tongues(self) -> dict[str, Tongues]:
        return {each.source: each.tongues for each in self.promoted}

    @cached_property
    def _by_lang(self) -> dict[str | None, Promoted]:
        """The model of most lessons for each language, and of all for texts of no known one."""
        ordered = sorted(self.promoted, key=lambda each: (each.lessons, each.name))
        found: dict[str | None, Promoted] = {each.lang: each for each in ordered}
        if ordered:
            found[None] = ordered[-1]
        return found

    @cached_property
    def model_ids(self) -> dict[str, str]:
        """The id that scores carry, by the name of the model."""
        depends = [VERSION, learned_words.VERSION, self.engine.model_id]
        depends.append(sorted({term for term, _ in masking.terms(self.brands)}))
        return {
            each.name: f"{each.name}-{_digest([*depends, each.digest])}" for each in self.promoted
        }

    def _merged(
        self, promoted: Promoted, told: Judgement, said: Analysis, rating: float | None
    ) -> Analysis:
        """Return the engine's analysis with the learned model's label in it."""
        return replace(
            said,
            label=told.label,
            score=told.score,
            confidence=told.confidence,
            unsure=told.unsure,
            lang=promoted.lang,
            disagrees=not told.unsure and _disagrees(told.label, rating),
            model=self.model_ids[promoted.name],
        )


def _disagrees(label: Label, rating: float | None) -> bool:
    if rating is None:
        return False
    wrong = Label.POSITIVE if rating <= LOW_STARS else Label.NEGATIVE
    return label is wrong and not LOW_STARS < rating < HIGH_STARS


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
