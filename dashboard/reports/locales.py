"""The locales in which a summary is written. Pure."""

from __future__ import annotations

import difflib

from storage.errors import InputError

DEFAULT = "en-GB"
NAMES = {
    "en-GB": "English (UK)",
    "en-US": "English (US)",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
}
"""By BCP 47 tag."""


def known(tag: str) -> str:
    """Return a locale by its tag; one with a country that is not listed is its language's."""
    folded = {each.lower(): each for each in NAMES} | {"en": DEFAULT}
    asked = tag.strip().replace("_", "-").lower()
    found = folded.get(asked) or folded.get(asked.partition("-")[0])
    if found is None:
        near = difflib.get_close_matches(asked, list(folded), 1)
        hint = f"; did you mean {folded[near[0]]!r}?" if near else ""
        raise InputError(f"{tag!a} is no locale of a summary{hint} ({', '.join(NAMES)})")
    return found
