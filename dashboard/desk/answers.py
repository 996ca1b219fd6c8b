"""Filling templates, choosing those that fit, and assembling a suggested answer. Pure.

Nothing here is sent by itself: a person reads every word first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from storage.models import Label
from storage.templates import SNIPPET, Template

SIGNATURE = 60
"""Letters up to which what follows the last dash is taken for a signature."""
VARIABLE = re.compile(r"\{(\w{1,40})\}")
_NAMELIKE = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}", re.UNICODE)

_TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "sir", "dr", "prof", "professor", "herr", "frau"),
        *("dipl", "ing", "mag", "monsieur", "madame", "mme", "mlle", "mademoiselle"),
        *("señor", "señora", "sr", "sra", "signor", "signora", "sig"),
    }
)
_COMPANIES = frozenset(
    {"gmbh", "ag", "kg", "ltd", "limited", "inc", "llc", "plc", "corp", "sarl", "bv", "srl"}
)


class Occasion(NamedTuple):
    """What is known of the message that is answered; topics by their names as shown."""

    author: str
    lang: str
    negative: bool
    topics: tuple[str, ...]
    praised: tuple[str, ...]
    blamed: tuple[str, ...]
    earlier: int
    agent: str
    brand: str


class _Words(NamedTuple):
    hello: str
    stranger: str
    thanks: tuple[str, ...]
    praise: tuple[str, ...]
    sorry: tuple[str, ...]
    again: str
    after: tuple[str, ...]
    something: str
    join: str


_EN = _Words(
    "Hello {}",
    "Hello",
    ("thank you for taking the time to write", "thank you for telling us", "thanks for writing"),
    (
        "We are glad that you liked {}.",
        "It is good to hear that {} was right for you.",
        "Your kind words about {} made our day.",
    ),
    (
        "We are sorry about {}.",
        "What you tell of {} should not have happened, and we are sorry.",
        "We are sorry that {} let you down.",
    ),
    "We remember that you wrote to us before.",
    (
        "We have passed it on to the people who can change it.",
        "Our team looks into it today.",
        "We will use it to do better.",
    ),
    "your experience",
    "and",
)
_DE = _Words(
    "Hallo {}",
    "Hallo",
    ("danke für Ihre Nachricht", "danke, dass Sie sich die Zeit nehmen", "danke für das Feedback"),
    (
        "Schön, dass Ihnen {} gefallen hat.",
        "Ihr Lob zu {} freut uns sehr.",
        "Wir freuen uns, dass {} gepasst hat.",
    ),
    (
        "Es tut uns leid, dass {} nicht gut war.",
        "Was Sie über {} schreiben, sollte nicht vorkommen.",
        "Wir bedauern den Ärger mit {}.",
    ),
    "Wir wissen, dass Sie uns schon einmal geschrieben haben.",
    (
        "Wir haben es an die richtige Stelle weitergegeben.",
        "Unser Team sieht es sich heute an.",
        "Wir nutzen es, um besser zu werden.",
    ),
    "Ihre Erfahrung",
    "und",
)
_FR = _Words(
    "Bonjour {}",
    "Bonjour",
    (
        "merci pour votre message",
        "merci d'avoir pris le temps de nous écrire",
        "merci pour cet avis",
    ),
    (
        "Nous sommes heureux que vous ayez apprécié ceci : {}.",
        "Vos mots gentils nous font très plaisir : {}.",
        "Cela nous réjouit, surtout pour ceci : {}.",
    ),
    (
        "Nous sommes désolés pour ce problème : {}.",
        "Ce que vous nous racontez n'aurait pas dû arriver : {}.",
        "Nous regrettons cette mauvaise expérience : {}.",
    ),
    "Nous savons que vous nous avez déjà écrit.",
    (
        "Nous l'avons transmis aux personnes qui peuvent y remédier.",
        "Notre équipe s'en occupe aujourd'hui.",
        "Nous en tirerons les leçons.",
    ),
    "votre expérience",
    "et",
)
_LANGS = {"en": _EN, "de": _DE, "fr": _FR}


def known(occasion: Occasion) -> dict[str, str]:
    """Return the variables that can be filled from what is known."""
    said = _LANGS.get(occasion.lang, _EN)
    found = {
        "name": first_name(occasion.author),
        "agent": occasion.agent,
        "brand": occasion.brand,
        "topic": occasion.topics[0] if occasion.topics else "",
        "complaint": _listed(occasion.blamed or occasion.topics, said) or said.something,
        "praise": _listed(occasion.praised or occasion.topics, said) or said.something,
    }
    return {name: value for name, value in found.items() if value}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the variables that have a value; a greeting without a name stays a greeting."""
    if "name" not in values:
        text = re.sub(r"[ ,]*\{name\}", "", text)
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def unfilled(text: str) -> list[str]:
    """Return the variables that still stand in a text."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def first_name(author: str) -> str:
    """Return how to address somebody: the given name of what looks like a person's name.

    Titles are passed over; what is left of "Herr Müller" is a family name and is not taken.
    """
    parts = author.split()
    titles = list(itertools.takewhile(_is_title, parts))
    rest = parts[len(titles) :]
    shown = " ".join(rest)
    if not _NAMELIKE.fullmatch(shown) or not shown[0].isupper() or "." in rest[0][:-1]:
        return ""
    if rest[-1].casefold().rstrip(".") in _COMPANIES:
        return ""
    return "" if titles and len(rest) == 1 else rest[0]


def _is_title(word: str) -> bool:
    return word.casefold().rstrip(".") in _TITLES


def fitting(
    templates: Sequence[Template], occasion: Occasion, topic_keys: Collection[str], last: str | None
) -> list[Template]:
    """Return the templates that fit, the best first; the one used last comes last."""
    wanted = "sorry" if occasion.negative else "thanks"
    right = [t for t in templates if t.lang in ("", occasion.lang or "en")]
    right = [t for t in right if not t.topic or t.topic in topic_keys]

    def rank(template: Template) -> tuple[bool, bool, bool, str]:
        other_tone = bool(template.tone) and template.tone != wanted
        return template.name == last, not template.topic, other_tone, template.name

    other = {"sorry": "thanks", "thanks": "sorry"}[wanted]
    return sorted((t for t in right if t.tone not in (other, SNIPPET)), key=rank)


def snippets(
    templates: Sequence[Template], occasion: Occasion, topic_keys: Collection[str]
) -> list[Template]:
    """Return the facts that fit, those of the message's topics first."""
    right = [t for t in templates if t.tone == SNIPPET and t.lang in ("", occasion.lang or "en")]
    right = [t for t in right if not t.topic or t.topic in topic_keys]
    return sorted(right, key=lambda each: (not each.topic, each.name))


def added(text: str, snippet: str) -> str:
    """Return an answer with a fact behind its last sentence, before its signature."""
    if not text.strip():
        return snippet
    body, dash, signed = text.rstrip().rpartition(" – ")
    if dash and len(signed) <= SIGNATURE:
        return f"{body.rstrip()} {snippet} – {signed}"
    return f"{text.rstrip()} {snippet}"


def suggested(occasion: Occasion, recent: Collection[str]) -> str:
    """Assemble an answer from what was praised and blamed; never one of the ``recent`` texts."""
    taken = {_plain(each) for each in recent}
    found = _assembled(occasion, 0)
    for turn in range(27):
        found = _assembled(occasion, turn)
        if _plain(found) not in taken:
            return found
    return found


def _assembled(occasion: Occasion, turn: int) -> str:
    said = _LANGS.get(occasion.lang, _EN)
    name = first_name(occasion.author)
    hello = said.hello.format(name) if name else said.stranger
    parts = [f"{hello}, {said.thanks[turn % 3]}."]
    if occasion.earlier:
        parts.append(said.again)
    if occasion.praised or not occasion.negative:
        what = _listed(occasion.praised or occasion.topics, said) or said.something
        parts.append(said.praise[turn // 3 % 3].format(what))
    if occasion.blamed or occasion.negative:
        what = _listed(occasion.blamed or occasion.topics, said) or said.something
        parts.append(said.sorry[turn // 3 % 3].format(what))
        parts.append(said.after[turn // 9 % 3])
    signed = ", ".join(each for each in (occasion.agent, occasion.brand) if each)
    return " ".join(parts) + (f" – {signed}" if signed else "")


def _listed(topics: Sequence[str], said: _Words) -> str:
    shown = [each if said is _DE else each.lower() for each in topics[:2]]
    return f" {said.join} ".join(shown)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def sides(opinions: Sequence[tuple[str, Label]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the topics that were praised and those that were blamed, in their order."""
    good = dict.fromkeys(topic for topic, label in opinions if label is Label.POSITIVE)
    bad = dict.fromkeys(topic for topic, label in opinions if label is Label.NEGATIVE)
    return tuple(good), tuple(bad)
