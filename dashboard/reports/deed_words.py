"""How a summary tells what was done, whether it worked, and who was told. Pure."""

from __future__ import annotations

from dashboard import proof
from dashboard.reports import wording
from dashboard.reports.deeds import Deed
from sentiment.effects import Verdict
from storage.told import Told

HEAD = ("We did", "You said", "Since", "Beyond what changed elsewhere", "Told", "Verdict")
KINDS = {Verdict.WORKS: "good", Verdict.WORSE: "bad"}


def verdict(deed: Deed) -> str:
    """Say the verdict in few words; one that was registered too late is none."""
    effect = deed.judged.effect
    if effect is None:
        return "not judged"
    if deed.judged.action.late:
        return "registered too late"
    if effect.verdict is not Verdict.MORE:
        return effect.verdict.value
    if effect.weeks_more is None:
        return "cannot be told"
    weeks = "week" if effect.weeks_more == 1 else "weeks"
    return f"needs {effect.weeks_more:,} more {weeks}"


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
    return f"{name} {wording.moved_by(effect.value, measure)} ({low} to {high})"


def told(found: Told | None) -> str:
    """Say how many of those who raised it know."""
    if found is None:
        return "nobody yet"
    parts = f"{found.told:,} of {found.raised:,}, {found.unreachable:,} not reachable"
    return f"{parts}; {found.happier:,} of {found.back:,} back happier" if found.back else parts


def rows(deeds: tuple[Deed, ...]) -> list[tuple[str, ...]]:
    """Return the rows of the table under `HEAD`."""
    found: list[tuple[str, ...]] = []
    for deed in deeds:
        action = deed.judged.action
        assert action.done_on is not None
        what = action.title + (" (new)" if deed.new else "")
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
    who = "Those who raised it are not told yet." if deed.told is None else ""
    return who or f"Told: {told(deed.told)}."
