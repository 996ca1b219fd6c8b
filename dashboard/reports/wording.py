"""How the summary speaks: names, units and sentences for its numbers. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboard.reports import speech
from dashboard.reports.changes import Way
from dashboard.reports.model import Summary
from dashboard.reports.speech import number, say
from sentiment.metrics import Change
from storage.models import Kind, Measure

KINDS = {
    Kind.REVIEW: "Reviews",
    Kind.SURVEY: "Survey answers",
    Kind.SOCIAL: "Social posts",
    Kind.ARTICLE: "Articles",
    Kind.CONVERSATION: "Conversations",
}
DASH = "–"


class Unit(NamedTuple):
    """How a measure is spoken: its name, factor, decimals, unit, and which way is good."""

    name: str
    factor: float
    digits: int
    suffix: str
    good_when_low: bool = False


UNITS = {
    "mentions": Unit("Mentions", 1, 0, ""),
    "rating": Unit("Average rating", 1, 2, ""),
    "nps": Unit("NPS", 1, 0, ""),
    "csat": Unit("CSAT", 1, 0, " %"),
    "ces": Unit("Customer effort (CES)", 1, 2, ""),
    "sentiment": Unit("Sentiment", 1, 2, ""),
    "negative_share": Unit("Negative share", 100, 1, " %", good_when_low=True),
    "response_rate": Unit("Response rate", 100, 1, " %"),
    "topic_share": Unit("Share of mentions", 100, 1, " %"),
    "brand_share": Unit("Share of mentions", 100, 1, " %"),
    "unscored": Unit("Not scored", 100, 1, " %", good_when_low=True),
    "unsure": Unit("Not sure", 100, 1, " %", good_when_low=True),
    "in_time": Unit("Answered in time", 100, 0, " %"),
}

MEANINGS = {
    "Average rating": "mean of the stars given, 1–5",
    "NPS": "share of 9–10 minus share of 0–6 among answers, −100 to 100",
    "CSAT": "share of 4 and 5 among satisfaction answers of 1–5",
    "Customer effort (CES)": "mean agreement that it was easy, 1–7",
    "Negative share": "negative ones among all mentions, also those that are unsure or unscored",
    "Response rate": "mentions with a reply of ours that shows at the source",
    "Range": "where the true figure lies in 19 weeks of 20, as far as chance alone decides",
    "Real change": "a difference whose own range leaves out zero, with 20 answers on both sides",
    "Would show": "the smallest true change that four of five such weeks would tell from chance",
    "Impact": "the figure of all minus that of those who do not raise the topic",
    "First response": "median hours from opening to answer; what still waits counts as longest",
}


def figure(value: float | None, name: str) -> str:
    """Say a value of a measure, with its unit."""
    if value is None:
        return DASH
    unit = UNITS[name]
    return f"{number(value * unit.factor, unit.digits)}{unit.suffix}"


def kind(of: Kind) -> str:
    """Name a kind of mentions."""
    return say(KINDS[of])


def kinds(of: Kind) -> str:
    """Name a kind of mentions within a sentence."""
    return speech.inline(kind(of))


def name(measure: str) -> str:
    """Name a measure."""
    return say(UNITS[measure].name)


def inline(measure: str) -> str:
    """Name a measure within a sentence."""
    return speech.inline(name(measure))


def verdict(change: Change) -> str:
    """Say what can be said of a change, in words."""
    return judged(change.verdict)


def between(measure: Measure) -> str:
    """Say the range of a measure."""
    if measure.low is None or measure.high is None:
        return ""
    unit = UNITS[measure.name]
    low, high = (number(x * unit.factor, unit.digits) for x in (measure.low, measure.high))
    return say("{low} to {high}", low=low, high=f"{high}{unit.suffix}")


def difference(change: Change) -> str:
    """Say how much a measure moved, with its sign."""
    if change.difference is None:
        return DASH
    return moved_by(change.difference, change.name)


def moved_by(value: float, name: str) -> str:
    """Say a difference of a measure, with its sign."""
    return f"{'+' if value >= 0 else '−'}{size_of(value, name)}"


def moved(change: Change) -> str:
    """Say a change in a table whose head says points."""
    if change.difference is None:
        return DASH
    unit = UNITS[change.name]
    sign = "+" if change.difference >= 0 else "−"
    return f"{sign}{number(abs(change.difference) * unit.factor, unit.digits)}"


def is_good(change: Change) -> bool | None:
    """Say whether a real change is a good one; None where nothing really changed."""
    if not change.real or change.difference is None:
        return None
    return (change.difference > 0) is not UNITS[change.name].good_when_low


def way(found: Way) -> str:
    """Say how a figure came from what it was to what it is."""
    then, now = (figure(each, found.measure) for each in (found.then, found.now))
    told = f"{KINDS[found.kind]}: {inline(found.measure)}"
    if found.then == found.now and not any(part.difference for part in found.parts):
        return f"{told} {now}, as it was"
    parts = ", ".join(
        f"{part.cause.value} {moved_by(part.difference, found.measure)} ({part.mentions:,})"
        for part in found.parts
        if part.difference
    )
    return f"{told} {now}, was {then}" + (f": {parts}" if parts else "")


def hours(value: float | None) -> str:
    """Say a number of hours."""
    if value is None:
        return DASH
    return f"{number(value * 60)} min" if value < 1 else f"{number(value, 1)} h"


def day(when: date) -> str:
    """Say a day."""
    return speech.day(when)


def moment(when: datetime | None, timezone: str) -> str:
    """Say a moment in the reporting timezone."""
    if when is None:
        return say("never")
    local = when.astimezone(ZoneInfo(timezone))
    return f"{day(local.date())}, {speech.clock(local)}"


def period(report: Summary) -> str:
    """Say which days the report counts."""
    return days(report.start, report.end)


def days(first: date, last: date) -> str:
    """Say from which day to which."""
    return f"{day(first)} – {day(last)}"


def size_of(value: float, name: str) -> str:
    """Say how large a difference of a measure is, without a sign."""
    unit = UNITS[name]
    size = number(abs(value) * unit.factor, unit.digits)
    return say("{n} points", n=size) if unit.suffix else size


def judged(words: str) -> str:
    """Say a verdict that numbers came with; how few there were is a number in it."""
    told, bracket, few = words.partition(" (")
    return f"{say(told)}{bracket}{few}"
