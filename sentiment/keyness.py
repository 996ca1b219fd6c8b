"""Which words tell a set of texts from others: to say what an alert is about. Pure.

Signed root of the log-likelihood ratio of the texts that hold a word (Dunning 1993), which also
counts what was never said before. Words of fewer than five texts are never named: they could
point at a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import copysign, log, sqrt

LEAST_TEXTS = 5
LEAST_Z = 3.0
MOST = 6
LONGEST = 2_000
"""Letters of a text that are read."""
_WORD = re.compile(r"[^\W\d_]{3,24}")


def telling(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the words that stand out, the clearest first."""
    now, before = _counted(texts), _counted(others)
    found = []
    for word, count in now.items():
        if count >= LEAST_TEXTS:
            z = _contrast(count, len(texts), before[word], len(others))
            if z >= LEAST_Z:
                found.append((-z, word))
    return [word for _, word in sorted(found)[:MOST]]


def _contrast(a: int, of_a: int, b: int, of_b: int) -> float:
    """Return how many standard deviations a share of texts is above another one, about."""
    usual = (a + b) / (of_a + of_b)
    ratio = 0.0
    for seen, of in ((a, of_a), (b, of_b)):
        for count, share in ((seen, usual), (of - seen, 1 - usual)):
            if count:
                ratio += 2 * count * log(count / (of * share))
    return copysign(sqrt(max(0.0, ratio)), a * of_b - b * of_a)


def _counted(texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(_WORD.findall(text[:LONGEST].lower())))
    return found
