"""The words, emoji and phrases that carry an opinion, and what they are worth.

VADER's lexicon, changed and extended by ``lexicon.toml``. What a word is worth in a
sentence is not decided here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sentiment import vader
from sentiment.grammar import words as listed_words
from sentiment.patterns import Pattern, compiled


class Lexicon(NamedTuple):
    """Values on VADER's scale, by word, emoticon and emoji; phrases; typing errors."""

    words: dict[str, float]
    emoticons: dict[str, float]
    emoji: dict[str, float]
    typos: dict[str, str]
    names: frozenset[str]
    patterns: tuple[Pattern, ...]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon in use."""
    own = tomllib.loads((files("sentiment") / "lexicon.toml").read_text(encoding="utf-8"))
    known = vader.vader().words()
    words = {word: value for word, value in known.items() if word[0].isalpha()}
    emoticons = {word: value for word, value in known.items() if not word[0].isalpha()}
    for group in own["silent"].values():
        for word in group.split():
            words.pop(word, None)
    for word, value in own["words"].items():
        words[word] = value
    emoji = {**vader.vader().signs(), **own["emoji"]}
    phrases = [
        compiled(text, text, value)
        for table in own["phrases"].values()
        for text, value in table.items()
    ]
    cues = [compiled(text, f"@{cue}") for cue, texts in own["cues"].items() for text in texts]
    typos = dict(_typos(own["typing"]["words"].split(), words))
    names = frozenset(own["names"]["words"].split())
    return Lexicon(words, emoticons, emoji, typos, names, (*phrases, *cues))


def _typos(meant: Iterable[str], words: dict[str, float]) -> Iterator[tuple[str, str]]:
    """Yield likely typing errors of common words; an error that is a word itself is none."""
    valid = {*words, *VALID}
    for word in meant:
        for error in _errors(word):
            if error != word and error not in valid:
                yield error, word


def _errors(word: str) -> Iterator[str]:
    size = len(word)
    for at in range(size - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    single = "".join(a for a, b in zip(word, word[1:] + " ", strict=True) if a != b)
    if size >= 5:
        yield single
        for at in range(1, size):
            yield word[:at] + word[at] + word[at:]
            yield single[:at] + single[at : at + 1] + single[at:]
            for vowel in _VOWELS:
                yield word[:at] + vowel + word[at:]
                if size >= 6 and word[at] in _VOWELS:
                    yield word[:at] + vowel + word[at + 1 :]
    if size >= 6:
        for at in range(1, size - 1):
            yield word[:at] + word[at + 1 :]


_VOWELS = "aeiou"
VALID = listed_words(
    "think thunk stack stick stock bring lives lived exiting exited specious expansive butter "
    "bitter batter betters greet blend blind blond garage socks testy rally cashed crush "
    "crushed crushes great fond fund tone bets greta trail untied thank best bests hopping "
    "coping hoping later latter lovely lively lonely prefect pleas pleased united untidy diary "
    "dairy quite quiet rued wrote worth thinks tanks sacred scared baring staring starring "
    "planed planned tiny tinny super supper fuller filed filled poled polled bated batted caned "
    "canned rated ratted moping mopping daring sating slow slows solid heath health heated "
    "hated"
)


@cache
def digest() -> str:
    """Return a fingerprint of the words in use, as part of a model's id."""
    data = (files("sentiment") / "lexicon.toml").read_bytes()
    return hashlib.sha256(data + vader.digest().encode()).hexdigest()[:12]
