"""Which column holds which field: the best match of names, checked against the values.

Pure: columns in, a mapping out. Each field gets at most one column and each column at
most one field; ``text`` may be written in several columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from collectors.tables.fits import FITS
from collectors.tables.profiles import Profile
from collectors.tables.vocabulary import (
    ASKED,
    ENTITIES,
    FIELDS,
    NOT_PUBLISHED,
    NOT_TEXT,
    RANKS,
    TEXT_PAIRS,
    VOTES,
    normal,
)

MAX_TEXTS = 12
DOUBTED = ("rating", "nps", "csat", "ces", "published_at")
NPS_MARKS = frozenset({"NPS", "nps", "Net Promoter Score"})
"""A column of nothing else says what the column ``score`` beside it is."""
NPS_GROUP = re.compile(r"\bnps (group|category|segment|type|gruppe)\b|\b(group|category|segment)$")
_NOTE = re.compile(r"\s*[(\[][^()]*[)\]]\s*$")


class Column(NamedTuple):
    """One column: its unique name, the question behind it if any, and its values' look."""

    name: str
    question: str
    profile: Profile


class Guess(NamedTuple):
    """Columns by field, and further columns whose text belongs to ``text``.

    ``doubtful`` are fields without a column although one is called like them.
    """

    fields: dict[str, str]
    more_text: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, str], ...] = ()


class _Match(NamedTuple):
    score: float
    field: str
    column: str


class _Beside(NamedTuple):
    """What the other columns say of a column that is called ``score``."""

    nps: bool
    votes: bool


def guess(
    columns: Sequence[Column], given: Mapping[str, Sequence[str]], *, survey: bool = False
) -> Guess:
    """Give every field its best column; what is given stays and is not guessed anew.

    An empty given list means that the field has no column.
    """
    fields = {field: names[0] for field, names in given.items() if names}
    taken = {name for names in given.values() for name in names}
    open_fields = [f for f in FIELDS if f not in given]
    beside = _Beside(
        any(c.profile.values and c.profile.values <= NPS_MARKS for c in columns),
        any(normal(c.name.rpartition(".")[2]) in VOTES for c in columns),
    )
    matches = [
        _Match(score, field, column.name)
        for column in columns
        if column.name not in taken
        for field in open_fields
        if (score := _score(field, column, beside)) > 0
    ]
    for match in sorted(matches, key=lambda m: -m.score):
        if match.field not in fields and match.column not in taken:
            fields[match.field] = match.column
            taken.add(match.column)
    more = tuple(given.get("text", ())[1:])
    if "text" in open_fields:
        more = _pair(columns, fields, taken)
    by_name = "text" in fields
    _by_values(columns, fields, taken, open_fields)
    if "text" in open_fields and not more and (survey or _is_survey(fields)):
        more = _open_answers(columns, fields, taken, by_name=by_name)
    if "reply_at" in open_fields and "reply_text" not in fields:
        fields.pop("reply_at", None)
    doubtful = tuple(
        (field, column.name)
        for field in DOUBTED
        for column in columns
        if field in open_fields
        and field not in fields
        and column.name not in taken
        and column.profile.filled
        and _name_score(field, column.name) > 90
    )
    return Guess({f: fields[f] for f in FIELDS if f in fields}, more, doubtful)


def _is_survey(fields: Mapping[str, str]) -> bool:
    return any(score in fields for score in ("nps", "csat", "ces"))


def _score(field: str, column: Column, beside: _Beside) -> float:
    """Return how well a column's names fit a field; 0 where its values rule it out."""
    names = [n for n in (column.name, column.question) if n]
    name = max((_name_score(field, n) for n in names), default=0.0)
    plain = [normal(n.rpartition(".")[2]) for n in names]
    if "score" in plain and field == "rating" and beside.votes:
        return 0.0
    if "score" in plain and field == "nps" and beside.nps:
        name = max(name, 70.0)
    if field == "nps" and any(NPS_GROUP.search(n) for n in plain):
        return 0.0
    if name <= 0 or not FITS[field](column.profile, name):
        return 0.0
    return name + 5 * column.profile.share


def _name_score(field: str, name: str) -> float:
    if name == "#":
        return 80.0 if field == "id" else 0.0
    plain = normal(name)
    ranks = RANKS[field]
    for form in (plain, normal(_NOTE.sub("", name))):
        if form in ranks:
            return ranks[form]
    *owners, last = name.split(".")
    if owners and normal(last) in ranks and not ENTITIES & set(normal(" ".join(owners)).split()):
        return ranks[normal(last)] * 0.9 - len(owners)
    asked = ASKED.get(field)
    if asked and asked.search(plain):
        return 60.0 if field != "text" else 50.0
    return 0.0


def is_named(field: str, name: str) -> bool:
    """Say whether a column's name alone speaks for a field."""
    return _name_score(field, name) > 0


def _by_values(
    columns: Sequence[Column], fields: dict[str, str], taken: set[str], wanted: Iterable[str]
) -> None:
    """Find what no name told: stars written as stars, the only dates, the longest text."""
    for field, fits, rank in _SHAPES:
        free = [c for c in columns if c.name not in taken and fits(c.profile)]
        if field in fields or field not in wanted or not free:
            continue
        if (never := _NEVER.get(field)) is not None:
            free = [c for c in free if not never.search(normal(c.name))]
        best = max(free, key=lambda c: rank(c.profile), default=None)
        if best is not None:
            fields[field] = best.name
            taken.add(best.name)


_NEVER = {"text": NOT_TEXT, "published_at": NOT_PUBLISHED}
_SHAPES: tuple[tuple[str, Callable[[Profile], bool], Callable[[Profile], float]], ...] = (
    ("rating", lambda p: p.written_marks > 0.9, lambda p: p.share),
    ("published_at", lambda p: p.filled > 0 and p.dates > 0.9, lambda p: p.share),
    ("text", lambda p: _is_written(p, 3), lambda p: p.length * p.share),
)


def _is_written(p: Profile, words: float) -> bool:
    """Whether people wrote this: several words, hardly ever the same ones."""
    plain = max(p.numbers, p.dates, p.links, p.written_marks) < 0.3
    return plain and p.filled > 0 and p.words >= words and (p.unique > 0.3 or p.distinct > 200)


def _open_answers(
    columns: Sequence[Column], fields: dict[str, str], taken: set[str], *, by_name: bool
) -> tuple[str, ...]:
    """Return the further open answers of a survey, in the order of the file."""
    free = [
        c.name
        for c in columns
        if c.name not in taken
        and (_is_written(c.profile, 1.2) or (_asks_text(c) and _is_written(c.profile, 0)))
        and not NOT_TEXT.search(normal(c.question or c.name))
    ][:MAX_TEXTS]
    if "text" in fields and not by_name:
        free = [c.name for c in columns if c.name in {fields["text"], *free}]
    if free and ("text" not in fields or not by_name):
        fields["text"] = free.pop(0)
    taken.update(free)
    return tuple(free)


def _asks_text(column: Column) -> bool:
    return any(ASKED["text"].search(normal(n)) for n in (column.name, column.question) if n)


def _pair(columns: Sequence[Column], fields: dict[str, str], taken: set[str]) -> tuple[str, ...]:
    """Return the second box of reviews that are written in two, such as pros and cons."""
    free = {normal(column.name): column.name for column in columns if column.name not in taken}
    for first, second in TEXT_PAIRS:
        if first in free and second in free:
            more = [free[first], free[second]]
            taken.update(more)
            if "text" not in fields:
                fields["text"] = more.pop(0)
            return tuple(more)
    return ()
