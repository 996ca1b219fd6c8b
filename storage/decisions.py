"""Sorts observations into new, changed, past, unchanged: pure, no connection.

A row equal to any stored version is unchanged. A changed one with an older
``updated_at`` than the current version becomes a past version, never the current one.
After 24 changes churn is recorded, not stored (some sources rewrite an item at each
poll; the number is lemon24/reader's).
"""

from __future__ import annotations

import hashlib
from enum import Enum, auto
from typing import NamedTuple

from storage.models import Observation

VERSION_LIMIT = 25
"""The first version and 24 changes."""


class Verdict(Enum):
    """What an observation means for what is stored."""

    NEW = auto()
    CHANGED = auto()
    PAST = auto()
    CHURN = auto()
    UNCHANGED = auto()


class Known(NamedTuple):
    """What is stored of a mention: hashes of all versions, the current one's time."""

    hashes: frozenset[bytes]
    versions: int
    updated_at: int | None


def content_hash(seen: Observation, key: bytes) -> bytes:
    """Return the keyed 16-byte hash of what the customer said; ids and dates excluded."""
    said = "\x1f".join(
        (seen.title, seen.text, repr(seen.rating), repr(seen.nps), repr(seen.csat), repr(seen.ces))
    )
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16, key=key).digest()


def decide(known: Known | None, digest: bytes, updated_at: int | None) -> Verdict:
    """Return what to do with an observation whose content hash is ``digest``."""
    if known is None:
        return Verdict.NEW
    if digest in known.hashes:
        return Verdict.UNCHANGED
    if known.versions >= VERSION_LIMIT:
        return Verdict.CHURN
    if updated_at is not None and known.updated_at is not None and updated_at < known.updated_at:
        return Verdict.PAST
    return Verdict.CHANGED
