"""Telling who raised a topic what was changed: who gets which mail, and what speaks against it.

Everybody gets one mail of the same words, looked at one by one as any answer is before it
leaves. Nothing leaves before a person has seen it and started it. Not here: who raised it
(``storage.told``) and the page.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dashboard import sending
from dashboard.desk import preflight
from dashboard.desk.answers import first_name
from dashboard.desk.preflight import Facts, Finding
from dashboard.reports import wording
from storage import actions, mail_outbox, sources, told, workspace
from storage.errors import InputError, Refused
from storage.mail_outbox import Mail
from storage.people import Person
from storage.told import Raised, Way

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from storage.actions import Action

SUBJECT = "You told us, we changed it"
LONGEST = 2_000
FEWEST = 20
"""Letters that say what was changed: fewer say nothing."""


class Letter(NamedTuple):
    """One mail, and what speaks against sending it."""

    to: Raised
    mail: Mail
    against: tuple[Finding, ...]


class Plan(NamedTuple):
    """Everybody who raised it, and the mails to those who can be reached by one."""

    people: tuple[Raised, ...]
    letters: tuple[Letter, ...]

    @property
    def ways(self) -> Mapping[Way, int]:
        """How many can be told by which way, or why not."""
        return Counter(each.way for each in self.people)

    @property
    def passed(self) -> list[Letter]:
        """The mails that nothing speaks against."""
        return [each for each in self.letters if not each.against]

    @property
    def doubted(self) -> list[Letter]:
        """The mails that may go with a reason: no hard stop among the findings."""
        return [each for each in self.letters if each.against and not each.against[0].hard]


def people(space: Workspace, action: Action) -> list[Raised]:
    """Return everybody who raised the topic of an action."""
    answering = {
        each.id
        for each in sources.all_sources(space.db.reader())
        if each.kind and not isinstance(sending.rules_of(space, each.id), str)
    }
    return told.raised(space.db, action, answering, space.now())


def plan(space: Workspace, action: Action, found: Sequence[Raised], words: str) -> Plan:
    """Write everybody's mail and look at each."""
    letters = []
    company = " and ".join(each.name for each in workspace.brands(space.db.reader()) if each.own)
    for each in found:
        if each.way is Way.MAIL:
            mail = letter(space, action, each, words, company)
            facts = Facts(body(action, each, words, company), each.author, each.lang)
            against = [*_address(each.address), *preflight.findings(facts, space.language)]
            letters.append(Letter(each, mail, tuple(against)))
    return Plan(tuple(found), tuple(letters))


def _address(text: str) -> list[Finding]:
    try:
        mail_outbox.check_address(text)
    except InputError:
        return [Finding("address", "no mail server would take the address", True)]
    return []


def start(space: Workspace, action_id: int, words: str, why: str, actor: Person) -> int:
    """Hand over the mails that passed, with ``why`` also those in doubt; return how many.

    Raises Refused where nothing may leave: in the sample, without a mail server, for an
    action that is not done; InputError for words that say nothing.
    """
    action = actions.get(space.db.reader(), action_id)
    if action.done_on is None or action.withdrawn is not None:
        raise Refused("people are told of what was done: say first when it was")
    if space.is_sample:
        raise Refused(workspace.STAYS)
    if space.settings.mail is None:
        raise Refused("no mail server is named: write [mail] in earshot.toml")
    said = checked(words)
    made = plan(space, action, people(space, action), said)
    chosen = made.passed + (made.doubted if why.strip() else [])
    mails = {each.to.person: each.mail for each in chosen}
    return told.start(
        space.db, action, made.people, mails, said, why.strip()[:500], actor, space.now()
    )


def checked(words: str) -> str:
    """Return what was changed, tidied."""
    said = words.strip()
    if not FEWEST <= len(said) <= LONGEST:
        raise InputError(f"say in {FEWEST} to {LONGEST:,} characters what was changed")
    return said


def body(action: Action, to: Raised, words: str, company: str) -> str:
    """Return the words of somebody's mail."""
    name = first_name(to.author) if to.author != to.address else ""
    topic = action.topic_name[:1].lower() + action.topic_name[1:]
    about = f" {to.brand}'s" if to.brand else ""
    opening = f"Hello {name}," if name else "Hello,"
    when = wording.day(to.day)
    return (
        f"{opening}\n\non {when} you told us about{about} {topic}. We changed something since:"
        f"\n\n{words}\n\nThank you for saying so.\n\n{company}"
    ).rstrip()


def letter(space: Workspace, action: Action, to: Raised, words: str, company: str) -> Mail:
    """Return somebody's mail, with the way to get no further one."""
    said = body(action, to, words, company)
    settings = space.settings.mail
    if settings is None or not settings.public_url:
        end = "If you would rather not hear from us, answer with stop."
        return Mail(to.address, SUBJECT, f"{said}\n\n{end}\n")
    url = f"{settings.public_url}/followup/{told.link(space.db, action.id, to.mention_id)}"
    end = f"Not to hear from us again: {url}"
    shown = "".join(
        f"<p>{html.escape(each).replace(chr(10), '<br>')}</p>" for each in said.split("\n\n")
    )
    link = f'<p><a href="{html.escape(url, quote=True)}">Please do not write to me again</a></p>'
    return Mail(
        to.address,
        SUBJECT,
        f"{said}\n\n{end}\n",
        f"<!doctype html><html><body>{shown}{link}</body></html>",
        headers=(("List-Unsubscribe", f"<{url}>"),),
    )


def summed(made: Plan) -> str:
    """Say how many raised it and how they can be reached."""
    ways = made.ways
    parts = [
        f"{len(made.people):,} raised it",
        f"{len(made.passed):,} get a mail",
        f"{ways[Way.REPLY]:,} a reply at the source",
    ]
    held = ways[Way.STOPPED] + ways[Way.LATELY] + len(made.letters) - len(made.passed)
    rest = [
        (held, "held back"),
        (ways[Way.TOLD], "told already"),
        (ways[Way.NOWHERE], "not reachable"),
    ]
    return ", ".join([*parts, *(f"{count:,} {words}" for count, words in rest if count)])


def reasons(made: Plan) -> list[str]:
    """Say why some are held back, the commonest reason first."""
    against = Counter(each.against[0].words for each in made.letters if each.against)
    ways = {way: made.ways[way] for way in (Way.STOPPED, Way.LATELY) if made.ways[way]}
    told_by = [(count, way.value) for way, count in ways.items()]
    found = [*((count, words) for words, count in against.items()), *told_by]
    return [f"{count:,}: {words}" for count, words in sorted(found, reverse=True)]


def became(found: told.Told) -> str:
    """Say what became of the people who raised it."""
    parts = [f"{found.told:,} of {found.raised:,} told"]
    if found.answered:
        parts.append(f"{found.answered:,} answered at their source since")
    if found.waiting:
        parts.append(f"{found.waiting:,} wait for a reply")
    if found.held:
        parts.append(f"{found.held:,} held back")
    parts.append(f"{found.unreachable:,} not reachable")
    came = f"{found.happier:,} of {found.back:,} who came back are happier"
    return ", ".join(parts) + "; " + (came if found.back else "nobody came back yet") + "."
