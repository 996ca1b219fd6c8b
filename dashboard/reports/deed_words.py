"""How a summary tells what was done, whether it worked, and who was told. Pure."""

from __future__ import annotations

from dashboard import proof
from dashboard.reports import wording
from dashboard.reports.deeds import Deed
from dashboard.reports.speech import number, say
from sentiment.effects import Verdict
from storage.told import Told

HEAD = ("We did", "You said", "Since", "Beyond what changed elsewhere", "Told", "Verdict")
KINDS = {Verdict.WORKS: "good", Verdict.WORSE: "bad"}


def verdict(deed: Deed) -> str:
    """Say the verdict in few words; one that was registered too late is none."""
    effect = deed.judged.effect
    if effect is None:
        return say("not judged")
    if deed.judged.action.late:
        return say("registered too late")
    if effect.verdict is not Verdict.MORE:
        return say(effect.verdict.value)
    if effect.weeks_more is None:
        return say("cannot be told")
    if effect.weeks_more == 1:
        return say("needs 1 more week")
    return say("needs {n} more weeks", n=number(effect.weeks_more))


def kind(deed: Deed) -> str:
    """Return whether the verdict is good, bad or none."""
    effect = deed.judged.effect
    if effect is None or deed.judged.action.late:
        return "none"
    return KINDS.get(effect.verdict, "none")


def size(deed: Deed) -> str:
    """Say the effect with its range."""
    effect, measure = deed.judged.effect, deed.judged.action.measure
    if effect is None or effect.value is None or effect.low is None or effect.high is None:
        return wording.DASH
    low, high = (wording.moved_by(each, measure) for each in (effect.low, effect.high))
    name = wording.inline(measure)
    span = say("{low} to {high}", low=low, high=high)
    return f"{name} {wording.moved_by(effect.value, measure)} ({span})"


def told(found: Told | None) -> str:
    """Say how many of those who raised it know."""
    if found is None:
        return say("nobody yet")
    known = say(
        "{told} of {raised}, {n} not reachable",
        told=number(found.told),
        raised=number(found.raised),
        n=number(found.unreachable),
    )
    if found.answered:
        known += f", {say('{n} answered at their source', n=number(found.answered))}"
    if not found.back:
        return known
    back = number(found.happier), number(found.back)
    return f"{known}; {say('{happier} of {back} back happier', happier=back[0], back=back[1])}"


def rows(deeds: tuple[Deed, ...]) -> list[tuple[str, ...]]:
    """Return the rows of the table under `HEAD`."""
    found: list[tuple[str, ...]] = []
    for deed in deeds:
        action = deed.judged.action
        assert action.done_on is not None
        what = action.title + (f" ({say('new')})" if deed.new else "")
        since = wording.day(action.done_on)
        cells = (what, action.topic_name, since, size(deed), told(deed.told), verdict(deed))
        found.append(cells)
    return found


def lines(deeds: tuple[Deed, ...]) -> list[str]:
    """Say what the first page says: what is new, and what is proven or became worse."""
    said = []
    for deed in deeds:
        action = deed.judged.action
        if deed.new:
            said.append(f"{action.topic_name}: {action.title}. {_known(deed)}")
        elif kind(deed) != "none":
            said.append(f"{action.topic_name}: {action.title}. {proof.said(deed.judged)}")
    return said


def _known(deed: Deed) -> str:
    who = say("Those who raised it are not told yet.") if deed.told is None else ""
    return who or say("Told: {told}.", told=told(deed.told))
