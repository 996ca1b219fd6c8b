"""Which column holds which field: the best match of names, checked against the values.

Pure: columns in, a mapping out. Each field gets at most one column and each column at
most one field; ``text`` may be written in several columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from collectors.tables.profiles import Profile
from collectors.tables.vocabulary import (
    ASKED,
    ENTITIES,
    FIELDS,
    NOT_TEXT,
    RANKS,
    TEXT_PAIRS,
    normal,
)

MAX_TEXTS = 12
_NOTE = re.compile(r"\s*[(\[][^()]*[)\]]\s*$")


class Column(NamedTuple):
    """One column: its unique name, the question behind it if any, and its values' look."""

    name: str
    question: str
    profile: Profile


class Guess(NamedTuple):
    """Columns by field, and further columns whose text belongs to ``text``."""

    fields: dict[str, str]
    more_text: tuple[str, ...] = ()


class _Match(NamedTuple):
    score: float
    field: str
    column: str


def guess(
    columns: Sequence[Column], given: Mapping[str, Sequence[str]], *, survey: bool = False
) -> Guess:
    """Give every field its best column; what is given stays and is not guessed anew.

    An empty given list means that the field has no column.
    """
    fields = {field: names[0] for field, names in given.items() if names}
    taken = {name for names in given.values() for name in names}
    open_fields = [f for f in FIELDS if f not in given]
    matches = [
        _Match(score, field, column.name)
        for column in columns
        if column.name not in taken
        for field in open_fields
        if (score := _score(field, column)) > 0
    ]
    for match in sorted(matches, key=lambda m: -m.score):
        if match.field not in fields and match.column not in taken:
            fields[match.field] = match.column
            taken.add(match.column)
    by_name = "text" in fields
    _by_values(columns, fields, taken, open_fields)
    more = tuple(given.get("text", ())[1:])
    if "text" in open_fields:
        more = _texts(columns, fields, taken, survey=survey or _is_survey(fields), by_name=by_name)
    if "reply_at" in open_fields and "reply_text" not in fields:
        fields.pop("reply_at", None)
    return Guess({f: fields[f] for f in FIELDS if f in fields}, more)


def _is_survey(fields: Mapping[str, str]) -> bool:
    return any(score in fields for score in ("nps", "csat", "ces"))


def _score(field: str, column: Column) -> float:
    """Return how well a column's names fit a field; 0 where its values rule it out."""
    name = max((_name_score(field, n) for n in (column.name, column.question) if n), default=0.0)
    if name <= 0 or not _FITS[field](column.profile, name):
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


def _is_id(p: Profile, score: float) -> bool:
    return p.filled > 0 and p.share >= 0.5 and p.unique >= (0.5 if score > 90 else 0.99)


def _is_date(p: Profile, _: float) -> bool:
    return not p.filled or max(p.dates, p.epochs) >= 0.25


def _is_rating(p: Profile, score: float) -> bool:
    return not p.filled or (p.marks >= 0.25 and p.words < 6 and (score > 50 or _in_stars(p)))


def _in_stars(p: Profile) -> bool:
    """A ``score`` may count up-votes: it is a rating only if all values are like stars."""
    return p.written_marks > 0.9 or (
        p.marks > 0.9 and p.distinct <= 20 and all(len(v) <= 3 and v[:1] != "-" for v in p.values)
    )


def _is_step(name: str) -> Callable[[Profile, float], bool]:
    def fits(p: Profile, score: float) -> bool:
        if not p.filled:
            return score > 90
        yes_or_no = p.distinct <= 2 and p.filled > 10 and p.values <= {"0", "1"}
        return p.steps[name] >= (0.25 if score > 90 else 0.6) and not yes_or_no

    return fits


def _is_text(p: Profile, _: float) -> bool:
    return not p.filled or not (
        p.numbers > 0.8 or p.dates > 0.8 or p.links > 0.8 or p.written_marks > 0.8
    )


def _is_name(p: Profile, score: float) -> bool:
    # "name" with few values is what was reviewed, not who reviewed it.
    many = score > 50 or p.distinct > 50 or p.unique > 0.3
    return p.filled > 0 and p.dates < 0.5 and p.links < 0.5 and p.words < 8 and many


def _never(_profile: Profile, _score: float) -> bool:
    return False


def _is_short(p: Profile, _: float) -> bool:
    return p.filled > 0 and p.dates < 0.5 and p.links < 0.5 and p.words < 20


def _is_link(p: Profile, _: float) -> bool:
    return p.filled > 0 and p.links >= 0.5


def _is_language(p: Profile, _: float) -> bool:
    return not p.filled or (p.numbers < 0.5 and p.words < 3)


_FITS: dict[str, Callable[[Profile, float], bool]] = {
    "id": _is_id,
    "title": _is_text,
    "text": _is_text,
    "author": _is_name,
    "published_at": _is_date,
    "updated_at": _is_date,
    "rating": _is_rating,
    "nps": _is_step("nps"),
    "csat": _is_step("csat"),
    "ces": _is_step("ces"),
    "label": _never,
    "brand": _is_short,
    "product": _is_short,
    "place": _is_short,
    "url": _is_link,
    "lang": _is_language,
    "reply_text": _is_text,
    "reply_at": _is_date,
}


def _by_values(
    columns: Sequence[Column], fields: dict[str, str], taken: set[str], wanted: Iterable[str]
) -> None:
    """Find what no name told: stars written as stars, the only dates, the longest text."""
    for field, fits, rank in _SHAPES:
        free = [c for c in columns if c.name not in taken and fits(c.profile)]
        if field in fields or field not in wanted or not free:
            continue
        if field == "text":
            free = [c for c in free if not NOT_TEXT.search(normal(c.name))]
        best = max(free, key=lambda c: rank(c.profile), default=None)
        if best is not None:
            fields[field] = best.name
            taken.add(best.name)


_SHAPES: tuple[tuple[str, Callable[[Profile], bool], Callable[[Profile], float]], ...] = (
    ("rating", lambda p: p.written_marks > 0.9, lambda p: p.share),
    ("published_at", lambda p: p.filled > 0 and p.dates > 0.9, lambda p: p.share),
    ("text", lambda p: _is_written(p, 3), lambda p: p.length * p.share),
)


def _is_written(p: Profile, words: float) -> bool:
    """Whether people wrote this: several words, hardly ever the same ones."""
    plain = max(p.numbers, p.dates, p.links, p.written_marks) < 0.3
    return plain and p.filled > 0 and p.words >= words and (p.unique > 0.3 or p.distinct > 200)


def _texts(
    columns: Sequence[Column],
    fields: dict[str, str],
    taken: set[str],
    *,
    survey: bool,
    by_name: bool,
) -> tuple[str, ...]:
    """Return further columns of text: two-box reviews, and every open answer of a survey."""
    pair = _pair(columns, fields, taken)
    if pair or not survey:
        return pair
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
    by_name = {normal(column.name): column.name for column in columns}
    for first, second in TEXT_PAIRS:
        if first in by_name and second in by_name and by_name[second] not in taken:
            if fields.get("text") == by_name[first] or by_name[first] in taken:
                continue
            more = [by_name[first], by_name[second]]
            if "text" not in fields:
                fields["text"] = more.pop(0)
            taken.update((by_name[first], by_name[second]))
            return tuple(more)
    return ()
