"""What somebody says about columns (``rating=Stars``), checked against the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from collectors.tables.headers import Header
from collectors.tables.vocabulary import FIELDS, normal
from storage.errors import InputError


def resolve(mapping: Mapping[str, str | Sequence[str]], header: Header) -> dict[str, list[str]]:
    """Turn a mapping as people write it into names of columns; InputError names the nearest."""
    given: dict[str, list[str]] = {}
    for name, wanted in mapping.items():
        if name not in FIELDS:
            raise InputError(f"there is no field {name!r}{_nearest(name, FIELDS)}")
        listed = [wanted] if isinstance(wanted, str) else list(wanted)
        if len(listed) > 1 and name != "text":
            raise InputError(f"the field {name!r} takes one column, not {len(listed)}")
        given[name] = [_column(column, header) for column in listed if column.strip()]
    return given


def _column(wanted: str, header: Header) -> str:
    plain = " ".join(wanted.split())
    folded = plain.casefold()
    names, questions = header.names, header.questions
    for wish, forms in (
        (plain, names),
        (folded, [name.casefold() for name in names]),
        (folded, [question.casefold() for question in questions]),
        (normal(plain), [normal(name) for name in names]),
    ):
        if wish and wish in forms:
            return names[forms.index(wish)]
    raise InputError(f"there is no column {wanted!r}{_nearest(wanted, names)}")


def _nearest(name: str, known: Sequence[str]) -> str:
    lowered = {k.casefold(): k for k in reversed(known)}
    close = get_close_matches(name.casefold(), lowered, 1, 0.5)
    if close:
        return f": did you mean {lowered[close[0]]!r}?"
    shown = ", ".join(known[:20])
    return f": there are {shown}{' …' if len(known) > 20 else ''}"
