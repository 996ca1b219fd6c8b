"""The people who talk: pseudonymous handles, some of whom turn up in several places.

A regular is one of a few hundred persons with one handle everywhere; everybody else is
somebody once. Names are made from word lists and are nobody's.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

from dashboard.sample.outlets import Form

_REGULARS = {"en": 320, "de": 60, "fr": 40, "es": 30}
_FIRST = {
    "en": "Alice Ben Carla Dev Esme Finn Grace Hugo Imani Jack Keira Liam Mona Nate Orla Pete "
    "Quinn Ruth Seb Tess Uma Vic Wren Zane Hattie Omar Nuala Rhys Bex Leon",
    "de": "Anke Bernd Clara Dirk Elif Frank Greta Heiko Ines Jan Katja Lars Mira Nils Olga Paul "
    "Rieke Sven Tanja Uwe",
    "fr": "Anaïs Bruno Chloé Denis Elise Farid Hélène Inès Jules Karim Léa Marc Noé Océane Paul",
    "es": "Ana Bruno Carmen Diego Elena Félix Inés Jorge Laura Mateo Nuria Óscar Pilar Raúl",
}
_ADJECTIVES = {
    "en": "quiet rainy little mossy late salty sunny tiny brisk dusty copper velvet northern "
    "hungry sleepy wandering paper crooked blue marmalade",
    "de": "kleine stille bunte flinke müde wilde frostige rote",
    "fr": "petite grande vieille jolie rapide calme verte douce",
    "es": "verde alegre veloz grande tranquila dulce libre",
}
_NOUNS = {
    "en": "otter kettle fern magpie teapot badger lantern heron biscuit pebble willow button "
    "turnip harbour sparrow thistle walnut compass puddle radish",
    "de": "amsel wolke birne ameise laterne muschel tanne kirsche",
    "fr": "loutre plume cerise tortue lanterne abeille noisette feuille",
    "es": "nube ardilla cereza tortuga lechuza abeja almendra hoja",
}
_PAPERS = ("The Daily Crate", "Basket Business", "Parcel Post Weekly", "Market Lane Review")
_BLOGS = ("Last Mile Notes", "Shelf Life", "The Slot", "Counter Culture Retail")


@lru_cache(maxsize=16)
def _listed(kind: str, lang: str) -> tuple[str, ...]:
    table = {"first": _FIRST, "adjective": _ADJECTIVES, "noun": _NOUNS}[kind]
    return tuple(table[lang].split())


def _one(rng: Random, options: tuple[str, ...]) -> str:
    return options[int(rng.random() * len(options))]


def _handle(rng: Random, lang: str) -> str:
    style, number = rng.random(), int(rng.random() * 990) + 2
    first, noun = _one(rng, _listed("first", lang)), _one(rng, _listed("noun", lang))
    adjective = _one(rng, _listed("adjective", lang))
    if style < 0.45:
        return f"{adjective}_{noun}{number}"
    if style < 0.7:
        return f"{first.lower()}.{noun}{number % 100}"
    if style < 0.85:
        return f"{noun}{number}"
    return f"{adjective.capitalize()}{noun.capitalize()}{number % 10}"


def author(rng: Random, seed: int, form: Form, lang: str) -> tuple[str, str]:
    """Return how the author signs in such a place, and how a reply would greet them."""
    regular = rng.random() < 0.12
    number = int(rng.random() * (_REGULARS[lang] if regular else 90_000))
    if form is Form.ARTICLE:
        return _one(rng, _PAPERS if rng.random() < 0.6 else _BLOGS), ""
    if form in (Form.NPS, Form.CSAT, Form.CES, Form.CHAT):
        base = 10_000 if regular else 20_000
        return f"customer {base + number}", _one(rng, _listed("first", lang))
    own = Random(seed * 1_000_003 + number * 31 + len(lang)) if regular else rng
    first = _one(own, _listed("first", lang))
    handle = _handle(own, lang)
    if form is Form.SITE or (form is Form.STORE and rng.random() < 0.3):
        initial = chr(ord("A") + int(own.random() * 24))
        return f"{first} {initial}.", first
    return handle, handle
