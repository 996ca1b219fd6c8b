"""Which kinds of source let a text be shown elsewhere, with its writer's consent, and why.

One table; what is not in it is not allowed. A text counts under the kind of every source
that brought it and of the site that it is from: all of them have to allow it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from storage.errors import Refused
from storage.praise import Praise


class Policy(NamedTuple):
    """Whether texts of a kind may be shown elsewhere, and the reason."""

    allowed: bool
    why: str


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "files": Policy(
            True, "Your own surveys and letters: said to you, so its writer alone decides."
        ),
        "import": Policy(
            True, "The same, taken in by hand; texts of a site below stay under that site's rule."
        ),
        "sample": Policy(True, "Made up, for practice."),
        "google_play": Policy(
            False,
            "The interface is there to read and answer; what its writer says to you gives no leave"
            " of the store.",
        ),
        "google_business": Policy(
            False,
            "Granted for managing one's own place; its reviews belong on the map.",
        ),
        "reddit": Policy(
            False,
            "What users delete has to go at once, which a page elsewhere cannot promise;"
            " commercial use needs an agreement.",
        ),
        "feeds": Policy(False, "Feeds are there to be read; most forbid showing them elsewhere."),
    }
)
"""By kind of source."""
UNKNOWN = Policy(False, "Nobody has said that its terms allow it.")
SITES: Mapping[str, str] = MappingProxyType(
    {
        "play": "google_play",
        "google": "google_business",
        "reddit": "reddit",
        "appstore": "feeds",
        "feed": "feeds",
        "youtube": "feeds",
    }
)
"""The kind under whose rule a text of a site stands, however it came here."""


def require(text: Praise) -> None:
    """Raise Refused where a text must not be shown elsewhere."""
    rule = of(text)
    if not rule.allowed:
        raise Refused(f"texts from {text.place} are not shown elsewhere: {rule.why}")


def of(text: Praise) -> Policy:
    """Return the strictest rule that a text stands under."""
    site = SITES.get(text.place.partition(":")[0])
    kinds = [*sorted(text.kinds), *((site,) if site else ())]
    rules = [POLICIES.get(kind, UNKNOWN) for kind in kinds] or [UNKNOWN]
    return next((rule for rule in rules if not rule.allowed), rules[0])
