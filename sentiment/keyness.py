"""Which words tell a set of texts from others: to say what an alert is about. Pure.

Weighted log-odds of the texts that hold a word (Monroe, Colaresi and Quinn 2008), with the
other texts as the prior. Words of fewer than five texts are never named: they could point
at a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt

LEAST_TEXTS = 5
LEAST_Z = 2.0
MOST = 6
LONGEST = 2_000
"""Letters of a text that are read."""
_WORD = re.compile(r"[^\W\d_]{3,24}")


def telling(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the words that stand out, the clearest first."""
    now, before = _counted(texts), _counted(others)
    prior = len(others) + 1.0
    found = []
    for word, count in now.items():
        if count < LEAST_TEXTS:
            continue
        usual = (before[word] + 0.5) / prior
        a, b = count + usual * 10, before[word] + usual * 10
        odds = log(a / (len(texts) + 10 - a + 1)) - log(b / (len(others) + 10 - b + 1))
        z = odds / sqrt(1 / a + 1 / b)
        if z >= LEAST_Z:
            found.append((-z, word))
    return [word for _, word in sorted(found)[:MOST]]


def _counted(texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(_WORD.findall(text[:LONGEST].lower())))
    return found
