"""Templates to begin with, until a team has its own: English and German, by tone."""

from __future__ import annotations

from storage.templates import BUILT_IN, Template


def _made(name: str, lang: str, tone: str, text: str) -> Template:
    return Template(BUILT_IN, name, "", lang, tone, text)


STARTERS = (
    _made(
        "Sorry, and what we do",
        "en",
        "sorry",
        "Hello {name}, thank you for telling us about this. We are sorry about {complaint}. "
        "We have passed it to the people who can change it. – {agent}, {brand}",
    ),
    _made(
        "Ask for details",
        "en",
        "question",
        "Hello {name}, we are sorry about {complaint} and would like to look into it. "
        "Could you tell us when it happened? – {agent}, {brand}",
    ),
    _made(
        "Thank you",
        "en",
        "thanks",
        "Hello {name}, thank you for your kind words about {praise}. We have shared them with "
        "the team. – {agent}, {brand}",
    ),
    _made(
        "Entschuldigung",
        "de",
        "sorry",
        "Hallo {name}, danke für die Rückmeldung. Es tut uns leid, dass {complaint} nicht gut "
        "war. Wir haben es weitergegeben. – {agent}, {brand}",
    ),
    _made(
        "Danke",
        "de",
        "thanks",
        "Hallo {name}, danke für das Lob zu {praise}. Wir haben es im Team geteilt. "
        "– {agent}, {brand}",
    ),
)
