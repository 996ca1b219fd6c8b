"""The sample company: who is who, and the story that its history tells.

Everything is invented and every text is composed by this package from its own words.

Pantrelo brings groceries and parcels to the door in one van. People order in the app or
the online shop, may join Pantrelo Plus, and since the launch also cook with Suppertin, a
recipe box in a returnable tin. Larkbasket and Vendroo compete. The story, in days ago:

* 547: an ordinary year begins; feedback grows by half each half year.
* 425: Suppertin starts. Volume and praise jump and settle within six weeks.
* 300: Larkbasket raises fees; its ratings sink for a month and some customers change over.
* 215: Pantrelo opens in Spain; Spanish feedback appears.
* 168: version 5.0 renews the checkout. A payment that is tried again goes out without its
  order key, so the card is charged twice. Support drowns; nobody answers for three weeks.
* 150: version 5.0.3 sends the key; every double charge is refunded, a second support team
  starts, the backlog is answered, and many reviewers raise their stars.
* 120: support is faster than before the crisis, and ratings end above where they began.
* 52: the Play Store feed fails for four days; what was said then is missing, not zero.
* 4: frozen food thaws on the way from the Northgate depot: small so far, and growing.

This module is data. The texts are in the ``*.toml`` beside it, the course of the story in
``phases.py``, the channels in ``outlets.py``; ``history.py``, ``live.py`` and
``deskwork.py`` tell it. Nothing here touches a database or a network.
"""

from __future__ import annotations

from typing import NamedTuple

from dashboard.sample.outlets import OUTLETS
from storage.models import Brand, Kind, Label, Source
from storage.rule_matching import CaseRule

SEED = 20_260
"""Of all that is drawn: the same history on each machine."""
OWN = "Pantrelo"
RIVALS = ("Larkbasket", "Vendroo")

BRANDS: tuple[Brand, ...] = (
    Brand(OWN, True, ("pantrelo", "pantrelo plus", "suppertin"), ("@pantrelo", "#pantrelo")),
    Brand("Larkbasket", False, ("larkbasket",), ("@larkbasket", "#larkbasket")),
    Brand("Vendroo", False, ("vendroo",), ("@vendroo", "#vendroo")),
)

PRODUCTS = ("Pantrelo App", "Pantrelo Shop", "Pantrelo Plus", "Suppertin")

SOURCES: tuple[Source, ...] = tuple(
    Source(
        outlet.id,
        "sample",
        brand=outlet.brand,
        options={"title": outlet.title, "place": outlet.place, "kind": outlet.kind.value},
    )
    for outlet in OUTLETS
)


class Person(NamedTuple):
    """Somebody who works with Earshot: ``role`` is lead, agent or manager."""

    name: str
    role: str


PEOPLE: tuple[Person, ...] = (
    Person("Maren Oduya", "lead"),
    Person("Priya Raman", "agent"),
    Person("Tom Achterberg", "agent"),
    Person("Maeve Tierney", "agent"),
    Person("Aisha Calder", "agent"),
    Person("Jonas Wendrich", "agent"),
    Person("Camille Roussac", "agent"),
    Person("Lucía Ferrando", "agent"),
    Person("Henrik Solvang", "manager"),
)

LEAD, MANAGER = "Maren Oduya", "Henrik Solvang"
TARGETS = (
    (Kind.REVIEW, "rating", 4.3, 60),
    (Kind.SURVEY, "nps", 35.0, 40),
)
"""Kind, measure, value, days until its day."""
ACTIONS = (
    ("Whoever is charged twice gets it back the same day", "billing", 0.12, 148, True),
    ("Support answers on Sundays, too", "service", 0.1, 75, True),
    ("Drivers look at frozen goods at the door", "quality", 0.1, 2, False),
)
"""What, its topic, the size hoped for, registered how many days ago, and whether done then."""

DOUBLE_CHARGE = (
    "charged twice",
    "double charge",
    "double billing",
    "billed me twice",
    "two debits",
    "doppelt abgebucht",
    "doppelten Abbuchung",
    "débité deux fois",
    "double prélèvement",
    "cobrado dos veces",
    "cobro doble",
)
THAWED = ("thawed", "melted", "aufgetaut", "décongelé", "surgelés fondus", "descongelados")

RULES: tuple[CaseRule, ...] = (
    CaseRule(
        "Charged twice",
        kinds=(Kind.REVIEW, Kind.SOCIAL),
        keywords=DOUBLE_CHARGE,
        priority=1,
        due_hours=12,
    ),
    CaseRule(
        "Thawed food",
        kinds=(Kind.REVIEW, Kind.SOCIAL),
        keywords=THAWED,
        priority=2,
        due_hours=48,
    ),
    CaseRule("One or two stars", kinds=(Kind.REVIEW,), max_rating=2, priority=2, due_hours=72),
    CaseRule(
        "Complaint in public",
        kinds=(Kind.SOCIAL,),
        labels=(Label.NEGATIVE,),
        sources=("chirrup",),
        priority=3,
        due_hours=72,
    ),
    CaseRule(
        "Unhappy survey answer",
        kinds=(Kind.SURVEY,),
        labels=(Label.NEGATIVE,),
        priority=4,
        due_hours=120,
    ),
)


class StoryEvent(NamedTuple):
    """One turn of the story, counted back from the day on which the sample was opened."""

    days_ago: int
    text: str


def story() -> tuple[StoryEvent, ...]:
    """Return the turns of the story, oldest first."""
    return (
        StoryEvent(425, "Launch of the recipe box Suppertin: more feedback, and praise"),
        StoryEvent(300, "Larkbasket raises its fees and loses friends"),
        StoryEvent(215, "Pantrelo opens in Spain"),
        StoryEvent(168, "App 5.0: payments that are retried are charged twice; support is swamped"),
        StoryEvent(150, "App 5.0.3 repairs the retry; refunds, apologies, a second support team"),
        StoryEvent(120, "Ratings and NPS recover and end above their old level"),
        StoryEvent(52, "The Play Store feed fails for four days: a gap in the data"),
        StoryEvent(4, "Frozen food from the Northgate depot arrives thawed"),
    )
