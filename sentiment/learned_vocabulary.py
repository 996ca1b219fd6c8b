"""The n-grams that a learned model knows, and texts as counts of them.

A vocabulary keeps words, pairs of words and, where asked for, pieces of words (3 to 5
letters, so that endings and typos are read too). Only what at least ``AUTHORS`` different
people wrote is kept (see `learned_people`). Everything is numpy arrays: 100,000 reviews
have millions of pairs, which as strings would not fit into memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

SHORTEST_PIECE, LONGEST_PIECE = 3, 5
KEPT_WORDS = 50_000
AT_ONCE = 2_000
"""Texts counted in one step, which bounds memory."""

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = NDArray[np.int32]
Small: TypeAlias = NDArray[np.float32]


class Counts(NamedTuple):
    """N-grams of texts: those of text ``i`` are ``columns[starts[i]:starts[i + 1]]``, in order."""

    starts: Ints
    columns: Columns
    counts: Small

    @property
    def texts(self) -> int:
        """How many texts were counted."""
        return len(self.starts) - 1


class Vocabulary:
    """Words, pairs and pieces in the order of their columns; remembers the pieces of words."""

    def __init__(self, words: Sequence[str], pairs: Ints, pieces: Sequence[str]) -> None:
        self.words = tuple(words)
        self.pairs = pairs
        self.pieces = tuple(pieces)
        self._index = {word: number for number, word in enumerate(self.words)}
        first = len(self.words) + len(pairs)
        self._pieces = _Pieces({piece: first + n for n, piece in enumerate(self.pieces)})

    def __reduce__(self) -> tuple[type[Vocabulary], tuple[object, ...]]:
        return Vocabulary, (self.words, self.pairs, self.pieces)

    @property
    def spoken(self) -> int:
        """Number of columns that are words and pairs; pieces come after them."""
        return len(self.words) + len(self.pairs)

    @property
    def size(self) -> int:
        """Number of columns."""
        return self.spoken + len(self.pieces)

    def knows(self, word: str) -> bool:
        """Tell whether a word is kept."""
        return word in self._index

    def counts(self, texts: Sequence[Sequence[str]]) -> Counts:
        """Return the n-grams of texts, each given as its words."""
        parts = [
            self._counted(texts[start : start + AT_ONCE])
            for start in range(0, max(len(texts), 1), AT_ONCE)
        ]
        lengths = np.concatenate([lengths for lengths, _, _ in parts])
        return Counts(
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            np.concatenate([columns for _, columns, _ in parts]),
            np.concatenate([counts for _, _, counts in parts]),
        )

    def _counted(self, texts: Sequence[Sequence[str]]) -> tuple[Ints, Columns, Small]:
        """Return how many different n-grams each text has, which, and how often."""
        flat = [word for text in texts for word in text]
        rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        size = max(self.size, 1)
        ids = np.fromiter((self._index.get(word, -1) for word in flat), np.int64, len(flat))
        codes = [rows[ids >= 0] * size + ids[ids >= 0]]
        if len(ids) > 1 and len(self.pairs):
            codes.append(self._paired(rows, ids, size))
        if self.pieces and flat:
            found = [self._pieces[word] for word in flat]
            codes.append(
                np.repeat(rows, [len(each) for each in found]) * size + np.concatenate(found)
            )
        unique, counts = distinct(np.concatenate(codes))
        lengths = np.bincount(unique // size, minlength=len(texts))
        return lengths, (unique % size).astype(np.int32), counts.astype(np.float32)

    def _paired(self, rows: Ints, ids: Ints, size: int) -> Ints:
        pairs = ids[:-1] * len(self.words) + ids[1:]
        at = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        good = (ids[:-1] >= 0) & (ids[1:] >= 0) & (rows[:-1] == rows[1:])
        good &= self.pairs[at] == pairs
        found: Ints = rows[:-1][good] * size + len(self.words) + at[good]
        return found


class _Pieces(dict[str, Ints]):
    """Word → columns of its pieces."""

    def __init__(self, columns: dict[str, int]) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, word: str) -> Ints:
        found = [self._columns[each] for each in pieces(word) if each in self._columns]
        columns = np.array(found, np.int64)
        if len(self) >= KEPT_WORDS:
            self.clear()
        self[word] = columns
        return columns


def pieces(word: str) -> list[str]:
    """Return the pieces of a word, of which those at its ends carry a space."""
    padded = f" {word} "
    return [
        padded[start : start + size]
        for size in range(SHORTEST_PIECE, min(LONGEST_PIECE, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    ]


def distinct(codes: Ints) -> tuple[Ints, Ints]:
    """Return each code once, in ascending order, and how often it was given.

    ``np.unique`` hashes integers since numpy 2.3, which takes ten times as long here.
    """
    ordered = np.sort(codes)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))
