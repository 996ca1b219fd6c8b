"""Texts as a learned model reads them: a list of words and signs, the same in any language.

Links, handles and brand names become one word each, figures keep only their length, and
stretched words are cut, so that what is learned is how people speak and not of whom.
Scripts without spaces are read sign by sign. It is not a scorer and knows no lexicon.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sentiment import masking
from sentiment.cleaning import clean
from sentiment.phrases import Phrases
from storage.models import Brand

VERSION = 2
LINK, NAME = "<link>", "<name>"
TITLE = "^"
"""Stands before the words of a title: there they say what the whole comes to."""
LONGEST_TITLE = 80
KEPT_TOKENS = 50_000
LONGEST_KEPT = 48

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# Vowel signs are no letters for Python, and would cut words in two.
_SIGNS = "\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
_SPACED = rf"(?:(?![{_UNSPACED}])[^\W\d_]|[{_SIGNS}])+"
_BEFORE = r"https?://\S+|www\.\S+|@\w+|"
_AFTER = r"|\d+(?:[.,:]\d+)*|[:;=8][-o*']?[)\](\[dDpP/\\|]{1,3}|<3|([!?.])\1*|[^\w\s]"
_PLAIN = re.compile(rf"{_BEFORE}[A-Za-z]+(?:'[A-Za-z]+)*{_AFTER}")
_TOKEN = re.compile(rf"{_BEFORE}[{_UNSPACED}]|{_SPACED}(?:'{_SPACED})*{_AFTER}")
_STRETCHED = re.compile(r"(.)\1{2,}")
_MASKED = re.compile(r"[wW]{2,}")
_FIGURE = re.compile(r"\d")


class _Normal(dict[str, str]):
    """Token as it stands in the text → the word that is learned."""

    __slots__ = ()

    def __missing__(self, token: str) -> str:
        word = _normal(token)
        if len(token) <= LONGEST_KEPT:
            if len(self) >= KEPT_TOKENS:
                self.clear()
            self[token] = word
        return word


_WORDS = _Normal()


def words(text: str) -> list[str]:
    """Return the words and signs of a text that was cleaned and masked."""
    pattern = _PLAIN if text.isascii() else _TOKEN
    return [_WORDS[match[0]] for match in pattern.finditer(text)]


def read(text: str, brands: tuple[Brand, ...] = ()) -> list[str]:
    """Return the words of a text as it was given, with the names of these brands masked.

    Those of a title, a short first line above the rest, are there once more and marked.
    """
    masked = _masked(clean(text).text, brands)
    title, line, _ = masked.partition("\n")
    marked = [TITLE + word for word in words(title)] if line and len(title) <= LONGEST_TITLE else []
    return [*words(masked), *marked]


def placed(text: str, brands: tuple[Brand, ...] = ()) -> list[tuple[str, int, int]]:
    """Return the same words without a title's marked ones, each with its span in the text."""
    cleaned = clean(text)
    masked = _masked(cleaned.text, brands)
    pattern = _PLAIN if masked.isascii() else _TOKEN
    return [(_WORDS[match[0]], *cleaned.given(*match.span())) for match in pattern.finditer(masked)]


def _masked(plain: str, brands: tuple[Brand, ...]) -> str:
    spans = [(hit.start, hit.end) for hit in _names(brands).find(plain)] if brands else ()
    return masking.mask(plain, spans)


@lru_cache(maxsize=8)
def _names(brands: tuple[Brand, ...]) -> Phrases:
    return Phrases(masking.terms(brands))


def is_word(word: str) -> bool:
    """Tell a word of a language from signs, figures and what stands for a name."""
    return word[0].isalpha()


def _normal(token: str) -> str:
    if token[0] == "@" and len(token) > 1:
        return NAME
    if token[0].isdigit():
        return _FIGURE.sub("0", token)[:8]
    if token.startswith(("http", "www.")) and ("://" in token or token.startswith("www.")):
        return LINK
    if _MASKED.fullmatch(token):
        return NAME
    return _STRETCHED.sub(r"\1\1\1", token.casefold())[:64]
