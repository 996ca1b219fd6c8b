"""Finds near-copies among texts: 64-byte sketches, compared without reading a text again.

A sketch holds one byte of each of 64 minimum hashes over the text's five-letter shingles
(Broder 1997; one byte each: Li and König, "b-Bit Minwise Hashing", WWW 2010): the share of
equal bytes estimates the Jaccard similarity of two texts' shingles with a standard error
of at most 0.0625. Candidates share three neighbouring bytes (21 bands of 3). Pure; not
here: which groups are suspicious (``bursts``) and where sketches are kept (storage).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

VERSION = 1
SIZE = 64
"""Bytes of a sketch."""
SHINGLE = 5
SHORTEST = 30
"""Letters below which two people may well say the same by chance."""
LONGEST = 4_000
ALIKE = 0.35
"""Estimated similarity from which two texts count as copies or of one template.

Set on planted templates with four changed words and on real reviews that were looked at: below
0.35 unlike reviews begin to meet, above it templates fall apart.
"""
ALIKE_SHORT, SHORT = 0.8, 60
"""Texts up to SHORT letters must be this alike: a shared phrase is most of them."""

Sketches = NDArray[np.uint8]
"""Shape (texts, SIZE); the last byte of a row is replaced by its length class."""

_BAND = 3
_LENGTHS = 4
"""The last byte tells the length in steps of so many letters, up to 255 steps."""
_NEAR = (1, 2, 4)
"""Each text is compared with those so many places before it in its bucket, and the first."""
_CHANCE = 1 / 256
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_SHARED = re.compile(r"\s*RT\b")


class Pair(NamedTuple):
    """Two texts by their place in the list, and how alike they are (0–1)."""

    a: int
    b: int
    alike: float


def plain(text: str) -> str:
    """Return what is compared: letters in lower case, digits as 0, no links nor names."""
    words = _WORD.findall(_NOISE.sub(" ", text[:LONGEST]).casefold())
    return _DIGIT.sub("0", " ".join(words))


def comparable(text: str) -> bool:
    """Say whether a text is long enough, and its author's own: not one passed on as such."""
    return len(plain(text)) >= SHORTEST and not _SHARED.match(text)


def sketch(texts: Sequence[str]) -> Sketches:
    """Return the sketches of comparable texts, shape (texts, SIZE)."""
    found = np.empty((len(texts), SIZE), np.uint8)
    said = [plain(text) for text in texts]
    lengths = np.array([len(each) for each in said])
    if not len(lengths):
        return found
    codes = np.frombuffer("".join(said).encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE + 1, np.uint64)
    with np.errstate(over="ignore"):
        for at in range(SHINGLE):
            hashes = hashes * _PRIME + codes[at : len(codes) - SHINGLE + 1 + at]
        hashes = _mixed(hashes)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    within = np.arange(len(hashes))
    ends = np.repeat(starts + lengths - SHINGLE, lengths)[: len(hashes)]
    hashes = np.where(within <= ends, hashes, _HIGHEST)
    for at, factor in enumerate(_FACTORS):
        with np.errstate(over="ignore"):
            least = np.minimum.reduceat(hashes * factor | (hashes == _HIGHEST) * _HIGHEST, starts)
            found[:, at] = (_mixed(least) >> np.uint64(56)).astype(np.uint8)
    found[:, -1] = np.minimum(lengths // _LENGTHS, 255)
    return found


def pairs(sketches: Sketches, fresh: NDArray[np.bool_]) -> list[Pair]:
    """Return near-copies of which at least one is fresh: enough of them to join all groups.

    Within a bucket a text is held against a few others, not against all, so that a
    thousand copies cost a thousand comparisons.
    """
    if len(sketches) < 2 or not fresh.any():
        return []
    keys: list[NDArray[np.int64]] = []
    for band in range(0, SIZE - _BAND, _BAND):
        keys.append(_candidates(sketches[:, band : band + _BAND], fresh))
    both = np.unique(np.concatenate(keys))
    a, b = both // len(sketches), both % len(sketches)
    alike = similarity(sketches[a], sketches[b])
    keep = alike >= _least(sketches[a], sketches[b])
    return [
        Pair(int(x), int(y), round(float(s), 3))
        for x, y, s in zip(a[keep], b[keep], alike[keep], strict=True)
    ]


def similarity(a: Sketches, b: Sketches) -> NDArray[np.float64]:
    """Return the estimated Jaccard similarity of texts, row by row."""
    equal = (a[:, :-1] == b[:, :-1]).mean(axis=1)
    alike: NDArray[np.float64] = np.clip((equal - _CHANCE) / (1 - _CHANCE), 0.0, 1.0)
    return alike


def _least(a: Sketches, b: Sketches) -> NDArray[np.float64]:
    shorter = np.minimum(a[:, -1], b[:, -1]).astype(np.int64) * _LENGTHS
    return np.where(shorter <= SHORT, ALIKE_SHORT, ALIKE)


def _candidates(band: Sketches, fresh: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return pairs of texts with one band equal, each as a · n + b with a < b."""
    n = len(band)
    key = band[:, 0].astype(np.int64) << 16 | band[:, 1].astype(np.int64) << 8 | band[:, 2]
    order = np.argsort(key, kind="stable")
    runs = key[order]
    first = np.concatenate([[True], runs[1:] != runs[:-1]])
    head = order[np.maximum.accumulate(np.where(first, np.arange(n), 0))]
    found = [(head, order)]
    for back in _NEAR:
        same = runs[back:] == runs[:-back]
        found.append((order[:-back][same], order[back:][same]))
    a = np.concatenate([each[0] for each in found])
    b = np.concatenate([each[1] for each in found])
    wanted = (a != b) & (fresh[a] | fresh[b])
    a, b = a[wanted], b[wanted]
    return np.asarray(np.minimum(a, b) * n + np.maximum(a, b), np.int64)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return well mixed 64-bit numbers (the finaliser of MurmurHash3)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


_PRIME = np.uint64(1_099_511_628_211)
_HIGHEST = np.uint64(2**64 - 1)
_FACTORS = _mixed(np.arange(1, SIZE, dtype=np.uint64)) | np.uint64(1)
