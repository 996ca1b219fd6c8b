"""Behavioural tests of the default model: templates of our own, filled and judged.

``behaviour.toml`` says what must be understood, ``purposes.toml`` what a writer wants and
what cannot wait. As with real data, half of the templates (SHA-256 from 0 to 7) were looked
at while rules were written, the other half only counted.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from storage.models import Analysis, Brand, Label

Read: TypeAlias = "Callable[[Sequence[str]], list[Analysis]]"
"""A model, from texts to analyses."""

SAME = "same"
"""The expectation that every filling of a template gets the same answer."""
FILLINGS = 8
_SLOT = re.compile(r"\{(\w+)\}")
_ALLOWED = {
    "negative": {Label.NEGATIVE},
    "neutral": {Label.NEUTRAL},
    "positive": {Label.POSITIVE},
    "not negative": {Label.NEUTRAL, Label.POSITIVE},
    "not positive": {Label.NEUTRAL, Label.NEGATIVE},
}
NONE = "none"


class Template(NamedTuple):
    """A text with slots, the class that it belongs to, and what is expected of a model."""

    group: str
    expected: str
    text: str

    @property
    def looked_at(self) -> bool:
        """Whether it was seen while rules were written."""
        return looked_at(self.text)


class Failure(NamedTuple):
    """A template, and the share of its fillings that a model gets wrong."""

    template: Template
    share: float


class Hits(NamedTuple):
    """How often one kind was told rightly, wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Which share of what was told is right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Which share of what is there was told."""
        return self.right / max(self.right + self.missed, 1)


def looked_at(text: str) -> bool:
    """Tell whether a text belongs to the half for looking and tuning."""
    return hashlib.sha256(text.encode()).hexdigest()[0] < "8"


@cache
def behaviour() -> tuple[Template, ...]:
    """Return the templates of every behavioural class."""
    tables = _table("behaviour")
    return tuple(
        Template(group, expected, text)
        for group, expectations in tables.items()
        if group != "slots"
        for expected, texts in expectations.items()
        for text in texts
    )


@cache
def purposes(part: str) -> tuple[Template, ...]:
    """Return the templates for ``intent`` or ``urgency``."""
    kinds = _table("purposes")[part]
    return tuple(Template(part, kind, text) for kind, texts in kinds.items() for text in texts)


def rivals() -> tuple[Brand, ...]:
    """Return the competitors that the templates speak of, as a workspace would have them."""
    return tuple(Brand(name, own=False) for name in _slots()["rival"])


def filled(text: str) -> list[str]:
    """Return a template with its slots filled; one with many fillers gets all of them."""
    names = list(dict.fromkeys(_SLOT.findall(text)))
    if not names:
        return [text]
    slots = _slots()
    most = max(len(slots[name]) for name in names)
    count = most if most > FILLINGS else min(FILLINGS, most if len(names) == 1 else FILLINGS)
    found = []
    for number in range(count):
        filling = text
        for place, name in enumerate(names):
            words = slots[name]
            step = number if place == 0 else 3 * number + 2 * place
            filling = filling.replace(f"{{{name}}}", words[step % len(words)])
        found.append(filling)
    return list(dict.fromkeys(found))


def failures(read: Read, templates: Iterable[Template]) -> list[Failure]:
    """Return for each template how many of its fillings a model gets wrong."""
    return [Failure(each, _failing(read(filled(each.text)), each.expected)) for each in templates]


def _failing(answers: Sequence[Analysis], expected: str) -> float:
    if expected == SAME:
        wrong = sum((a.label, a.score) != (answers[0].label, answers[0].score) for a in answers)
    else:
        wrong = sum(answer.label not in _ALLOWED[expected] for answer in answers)
    return wrong / len(answers)


def mean_failure(found: Sequence[Failure]) -> float:
    """Return the mean over classes of the mean failure of their templates."""
    groups: dict[str, list[float]] = {}
    for each in found:
        groups.setdefault(each.template.group, []).append(each.share)
    return sum(sum(shares) / len(shares) for shares in groups.values()) / max(len(groups), 1)


def told(read: Read, part: str) -> dict[str, Hits]:
    """Return how well a model tells each intent or urgency of the templates."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for template in purposes(part):
        for answer in read(filled(template.text)):
            kinds = _kinds(answer, part)
            wrong.update(kinds - {template.expected})
            (right if template.expected in kinds else missed)[template.expected] += 1
    return {
        kind: Hits(right[kind], wrong[kind], missed[kind])
        for kind in dict.fromkeys(template.expected for template in purposes(part))
    }


def _kinds(answer: Analysis, part: str) -> set[str]:
    if part == "intent":
        return {answer.intent.value if answer.intent else NONE}
    return {flag.urgency.value for flag in answer.urgency} or {NONE}


def _slots() -> dict[str, list[str]]:
    return _table("behaviour")["slots"]


@cache
def _table(name: str) -> dict[str, dict[str, list[str]]]:
    text = (files("dashboard") / "bench" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
