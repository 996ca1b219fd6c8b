"""What the team does with a mention that needs an answer, in the last six weeks.

Pure: the fate of a mention follows from its identity, its age and when it was first seen.
``deskwork.py`` puts these plans in order of time; ``days.py`` shows their replies at the
source.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from dashboard.sample.births import Mention
from dashboard.sample.company import PEOPLE, RULES
from dashboard.sample.outlets import Form
from storage.models import Kind

DESK_DAYS = 42
"""How far back the desk's own history goes; before that, replies were made at the source."""
PLANNED_DAYS = DESK_DAYS + 4
"""What was said a little earlier is first seen within the desk's weeks."""

_LEAD = PEOPLE[0].name
_SPEAKERS = {"de": "Jonas Wendrich", "fr": "Camille Roussac", "es": "Lucía Ferrando"}
_AGENTS = tuple(person.name for person in PEOPLE if person.role == "agent")[:4]

_CAUSES = {
    "delivery": ("late or missed delivery", "route reviewed with the depot"),
    "app": ("defect in the app", "reported to the app team with device and version"),
    "billing": ("wrong invoice line", "invoice corrected"),
    "support": ("slow answer", "case taken over and finished by one person"),
    "quality": ("fresh goods below standard", "credited, picker checklist changed"),
    "price": ("price or fee not understood", "explained, fee table linked"),
    "packaging": ("bag or box failed", "credited, packing note sent to the depot"),
    "refund": ("refund not booked", "refund booked the same day"),
    "choice": ("item out of stock or swapped", "substitutions switched off for the customer"),
    "tin": ("recipe box incomplete", "missing part sent"),
    "plus": ("membership not cancelled", "membership ended, fee returned"),
    "double": ("payment sent twice by the 5.0 checkout", "second payment returned"),
    "fixed": ("payment sent twice by the 5.0 checkout", "explained what was repaired"),
    "thaw": ("cool chain broken at Northgate", "credited, cool packs checked at loading"),
}


class DeskStep(NamedTuple):
    """One thing that a person did with one mention, to be played as a case command.

    ``action`` is claim, reply, resolve or dismiss; ``text`` is the reply or the reason to
    dismiss; ``root_cause`` and ``remedy`` come with resolve.
    """

    at: datetime
    mention: tuple[str, str]
    actor: str
    action: str
    text: str = ""
    root_cause: str = ""
    remedy: str = ""


class Plan(NamedTuple):
    """Who takes a mention, and when; a missing time means that it has not been done."""

    actor: str = ""
    claim: datetime | None = None
    reply: datetime | None = None
    resolve: datetime | None = None
    dismiss: datetime | None = None


def certain(mention: Mention) -> bool:
    """Say whether a rule surely opens a case, whatever a model thinks of the text."""
    seen = mention.seen
    if not mention.own or seen.kind not in (Kind.REVIEW, Kind.SOCIAL):
        return False
    if seen.rating is not None and seen.rating <= 2:
        return True
    text = f"{seen.title}\n{seen.text}".lower()
    return any(word.lower() in text for rule in RULES for word in rule.keywords)


def possible(mention: Mention) -> bool:
    """Say whether a rule may open a case, should the model call the text negative."""
    seen, form = mention.seen, mention.setting.outlet.form
    if not mention.own:
        return False
    survey = seen.kind is Kind.SURVEY and (bool(seen.text) or mention.mood <= 0)
    return survey or form is Form.MICRO or certain(mention)


def working(at: datetime) -> datetime:
    """Return the next moment at which somebody is at the desk (Monday to Saturday, 7–19)."""
    if at.hour >= 19:
        at = (at + timedelta(days=1)).replace(hour=7)
    elif at.hour < 7:
        at = at.replace(hour=7)
    return at + timedelta(days=1) if at.weekday() == 6 else at


def _left(rng: Random, mention: Mention, age: float) -> bool:
    """Say whether nobody has taken it yet: the young ones, and a few forgotten ones."""
    draw = rng.random()
    if not mention.seen.text:
        return False
    if not certain(mention):
        return age < 3 and mention.mood < 0 and draw < 0.8
    return draw < (0.93 if age < 3 else 0.22 if 3.4 < age < 12 else 0.0)


def plan(mention: Mention, first_seen: datetime) -> Plan | None:
    """Return what the team does with a mention; None where it is not the desk's."""
    setting = mention.setting
    if setting.ago > PLANNED_DAYS or not possible(mention):
        return None
    rng = Random(f"{setting.seed}/desk/{mention.seen.place}/{mention.seen.native_id}")
    age = setting.ago - (first_seen - setting.at) / timedelta(days=1)
    if _left(rng, mention, age):
        return Plan(actor="-")
    actor = _SPEAKERS.get(mention.seen.lang or "", "") or rng.choice(_AGENTS)
    if rng.random() < 0.06:
        actor = _LEAD
    lag = timedelta(hours=rng.expovariate(1 / (45 if rng.random() < 0.06 else 5)))
    claim = working(first_seen + timedelta(minutes=4) + lag)
    if mention.mood > 0 or not mention.seen.text or rng.random() < 0.04:
        return Plan(actor, claim, dismiss=claim + timedelta(minutes=1 + rng.random() * 4))
    reply = claim + timedelta(minutes=6 + rng.expovariate(1 / 20))
    resolve = working(reply + timedelta(hours=0.5 + rng.expovariate(1 / 12)))
    return Plan(actor, claim, reply, resolve)


def _reason(mention: Mention) -> str:
    """Return why nothing is to be done."""
    if not mention.seen.text:
        return "a score without a comment, nothing to answer"
    return "praise, nothing to do" if mention.mood > 0 else "known case of the same person"


def steps(found: Plan, mention: Mention, text: str) -> list[DeskStep]:
    """Return the steps of a plan, ``text`` being the reply that was given."""
    key = (mention.seen.place, mention.seen.native_id)
    made: list[DeskStep] = []
    if found.claim:
        made.append(DeskStep(found.claim, key, found.actor, "claim"))
    if found.dismiss:
        made.append(DeskStep(found.dismiss, key, found.actor, "dismiss", _reason(mention)))
    if found.reply:
        made.append(DeskStep(found.reply, key, found.actor, "reply", text))
    if found.resolve:
        cause, remedy = _CAUSES[mention.aspect]
        made.append(
            DeskStep(found.resolve, key, found.actor, "resolve", "", cause, remedy),
        )
    return made
