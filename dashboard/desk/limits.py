"""How long an answer may be where it will stand, as the sites say. Pure."""

from __future__ import annotations

_LIMITS = {"play": 350, "appstore": 5970, "google": 4096, "reddit": 10_000, "trustpilot": 4096}
"""Characters, by the first word of a place: Google Play, App Store, Business Profile, Reddit."""


def of(place: str) -> int | None:
    """Return the most characters that an answer at a place may have, None if not known."""
    return _LIMITS.get(place.partition(":")[0].lower())
