"""Which n-grams a vocabulary keeps: those that at least ``AUTHORS`` different people wrote.

What one person said cannot be read out of a model then, also after that person's words
were erased. A text without an author counts as a person of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sentiment.learned_vocabulary import Ints, Vocabulary, distinct, pieces

AUTHORS = 5
MOST = 200_000
"""N-grams kept of each sort, those of most people first."""
AT_ONCE = 2_000_000
"""Words looked at in one step, which bounds memory."""


def learn(
    texts: Sequence[Sequence[str]], authors: Sequence[str], *, with_pieces: bool
) -> Vocabulary:
    """Return the vocabulary of texts, each given as its words, by these authors."""
    order, owners = _by_author(authors)
    types: dict[str, int] = {}
    flat = np.array(
        [types.setdefault(word, len(types)) for at in order for word in texts[at]], np.int64
    )
    sizes = np.array([len(texts[at]) for at in order], np.int64)
    owner = np.repeat(owners, sizes)
    names = list(types)
    support = _support(owner, flat, len(names))
    # In the order of the alphabet: that of first appearance would be somebody's sentence.
    kept = np.array(sorted(_kept(support), key=names.__getitem__), np.int64)
    number = np.full(len(names), -1, np.int64)
    number[kept] = np.arange(len(kept))
    pairs = _pairs(owner, number[flat], _last(sizes, len(flat)), len(kept))
    chosen = _chosen_pieces(owner, flat, names, support) if with_pieces else []
    return Vocabulary([names[at] for at in kept], pairs, chosen)


def _by_author(authors: Sequence[str]) -> tuple[Ints, Ints]:
    """Return an order that brings together what one person wrote, and who wrote each."""
    seen: dict[str, int] = {}
    owners = np.array(
        [seen.setdefault(name or f"\0{at}", len(seen)) for at, name in enumerate(authors)],
        np.int64,
    )
    order = np.argsort(owners, kind="stable")
    return order, owners[order]


def _last(sizes: Ints, length: int) -> NDArray[np.bool_]:
    """Return which words are the last of their text."""
    last = np.zeros(length, bool)
    last[np.cumsum(sizes[sizes > 0]) - 1] = True
    return last


def _kept(support: Ints) -> Ints:
    """Return which n-grams are kept, in their old order."""
    enough = np.flatnonzero(support >= AUTHORS)
    most = enough[np.argsort(-support[enough], kind="stable")[:MOST]]
    return np.sort(most)


def _support(owner: Ints, codes: Ints, size: int) -> Ints:
    """Return by how many people each code was written; ``owner`` is in ascending order."""
    total = np.zeros(size, np.int64)
    for start, end in _blocks(owner):
        unique, _ = distinct(owner[start:end] * size + codes[start:end])
        total += np.bincount(unique % size, minlength=size)
    return total


def _blocks(owner: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of about ``AT_ONCE`` that cut nobody's words in two."""
    start = 0
    while start < len(owner):
        end = min(start + AT_ONCE, len(owner))
        if end < len(owner):
            whole = int(np.searchsorted(owner, owner[end], "left"))
            end = whole if whole > start else int(np.searchsorted(owner, owner[end], "right"))
        yield start, end
        start = end


def _pairs(owner: Ints, ids: Ints, last: NDArray[np.bool_], words: int) -> Ints:
    """Return the kept pairs as sorted codes; both words of a kept pair are kept."""
    if len(ids) < 2:
        return np.zeros(0, np.int64)
    good = (ids[:-1] >= 0) & (ids[1:] >= 0) & ~last[:-1]
    found = ids[:-1][good] * words + ids[1:][good]
    unique, counts = distinct(found)
    often = unique[counts >= AUTHORS]
    if not len(often):
        return often
    at = np.minimum(np.searchsorted(often, found), len(often) - 1)
    here = often[at] == found
    kept: Ints = often[_kept(_support(owner[:-1][good][here], at[here], len(often)))]
    return kept


def _chosen_pieces(owner: Ints, flat: Ints, names: Sequence[str], support: Ints) -> list[str]:
    """Return the kept pieces.

    A piece of a word of enough people is of enough people itself; only those that stand
    in rare words alone have to be counted.
    """
    types: dict[str, int] = {}
    found = [
        np.array([types.setdefault(each, len(types)) for each in dict.fromkeys(pieces(name))])
        for name in names
    ]
    sizes = np.array([len(each) for each in found], np.int64)
    joined = np.concatenate(found) if found else np.zeros(0, np.int64)
    spread = np.repeat(support, sizes)
    safe = np.bincount(joined[spread >= AUTHORS], minlength=len(types)) > 0
    rare = support[flat] < AUTHORS
    people, words = owner[rare], flat[rare]
    starts = np.cumsum(sizes) - sizes
    several = _support(
        np.repeat(people, sizes[words]), _slices(joined, starts[words], sizes[words]), len(types)
    )
    people_at_most = np.bincount(joined, spread, minlength=len(types)).astype(np.int64)
    kept = _kept(np.where(safe | (several >= AUTHORS), people_at_most, 0))
    listed = list(types)
    return sorted(listed[at] for at in kept)


def _slices(joined: Ints, starts: Ints, sizes: Ints) -> Ints:
    """Return ``joined[start:start + size]`` of every pair, one after the other."""
    ends = np.cumsum(sizes)
    shift = np.repeat(starts - (ends - sizes), sizes)
    found: Ints = joined[np.arange(len(shift)) + shift]
    return found
