"""Labels and languages as people and exports write them."""

from __future__ import annotations

import re

from collectors.tables.vocabulary import normal
from storage.models import Label

_LABELS = {
    Label.NEGATIVE: "negative neg negativ negatif negativo negativa bad schlecht",
    Label.NEUTRAL: "neutral neu neutre neutro neutra mixed gemischt",
    Label.POSITIVE: "positive pos positiv positif positivo positiva good gut",
}
LABELS = {
    "-1": Label.NEGATIVE,
    "-1.0": Label.NEGATIVE,
    "0": Label.NEUTRAL,
    "0.0": Label.NEUTRAL,
    "1": Label.POSITIVE,
    "1.0": Label.POSITIVE,
    "+1": Label.POSITIVE,
    "-": Label.NEGATIVE,
    "+": Label.POSITIVE,
    **{word: label for label, words in _LABELS.items() for word in words.split()},
}

_CODE = re.compile(r"([a-z]{2,3})(?:[-_@.].*)?$")
_LANGUAGES = {
    "en": "eng english englisch anglais ingles",
    "de": "deu ger german deutsch allemand aleman",
    "fr": "fra fre french franzosisch francais frances",
    "es": "spa spanish spanisch espagnol espanol castellano",
    "it": "ita italian italienisch italiano italien",
    "pt": "por portuguese portugiesisch portugues portugais",
    "nl": "nld dut dutch niederlandisch nederlands",
    "pl": "pol polish polnisch polski",
    "ru": "rus russian russisch",
    "ja": "jpn japanese japanisch",
    "zh": "zho chi chinese chinesisch",
    "ko": "kor korean koreanisch",
    "ar": "ara arabic arabisch",
    "tr": "tur turkish turkisch turkce",
    "sv": "swe swedish schwedisch svenska",
    "da": "dan danish danisch dansk",
    "no": "nor nb nn norwegian norwegisch norsk",
    "fi": "fin finnish finnisch suomi",
    "cs": "ces cze czech tschechisch",
    "he": "iw heb hebrew",
    "id": "in ind indonesian",
    "yi": "ji yid yiddish",
    "hi": "hin hindi",
    "uk": "ukr ukrainian ukrainisch",
}
_NAMED = {word: code for code, words in _LANGUAGES.items() for word in words.split()}


def label_of(text: str) -> Label | None:
    """Return the label that a word or number stands for, None where it stands for none."""
    return LABELS.get(text.strip().lower()) or LABELS.get(normal(text))


def language_of(text: str) -> str | None:
    """Return ISO 639-1 of a code or a name of a language, None where it is neither."""
    name = normal(text.replace("_", "-").split("-")[0])
    if name in _NAMED:
        return _NAMED[name]
    match = _CODE.match(name)
    return match[1] if match and len(match[1]) == 2 else None
