"""Brands in words: what somebody typed of them, checked, and how one is shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from dashboard import markup
from storage.errors import InputError
from storage.models import Brand
from storage.workspace import StoredBrand

LONGEST = 80
MOST = 100


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a list written with commas or lines, each once."""
    found = [" ".join(each.split()) for each in re.split(r"[,;\n]", text)]
    kept = tuple(dict.fromkeys(each for each in found if each))
    long = next((each for each in kept if len(each) > LONGEST), None)
    if long is not None:
        raise InputError(f"{long[:20]!r}… is longer than {LONGEST} characters")
    if len(kept) > MOST:
        raise InputError(f"these are {len(kept)} words; at most {MOST} are kept")
    return kept


def new(name: str, known: Collection[str]) -> Brand:
    """Return a new brand of that name; InputError where it has none or it is taken."""
    if not name.strip():
        raise InputError("a brand needs a name")
    if not name.isprintable():
        raise InputError("the name holds characters that cannot be shown")
    if name.casefold() in known:
        raise InputError(f"there is already a brand {name!r}")
    return Brand(name)


def card(stored: StoredBrand) -> str:
    """Return a brand as HTML; every word is escaped."""
    brand = stored.brand
    whose = "ours" if brand.own else "competitor"
    mark = markup.chip("from earshot.toml") if stored.origin == "file" else ""
    return (
        f'<div class="es-row"><span class="es-title">{markup.said(brand.name)}</span>'
        f"{markup.chip(whose)}{mark}</div>"
        + markup.facts([("Words", ", ".join(brand.terms)), ("Handles", ", ".join(brand.handles))])
    )


def told(brand: Brand) -> str:
    """Return a brand in words, as its changes are recorded."""
    whose = "ours" if brand.own else "a competitor"
    return ", ".join([whose, *brand.terms, *brand.handles])
