"""The page that a manager reads in one minute: sentences of what is worth knowing. Pure.

Numbers come from ``counting``; of figures and topics only what is more than chance.
"""

from __future__ import annotations

from dashboard.reports import deed_words, goal_words, wording
from dashboard.reports.model import Headline, Summary, Topic, TopicImpact, moved
from dashboard.reports.span_words import per
from dashboard.reports.speech import number, say
from dashboard.reports.wording import figure, inline, kind, kinds, size_of
from sentiment.decomposition import Split
from sentiment.metrics import Change


def brief(report: Summary) -> list[tuple[str, list[str]]]:
    """Say on one page what is worth knowing: headings with sentences, none without.

    Of figures and topics only what is more than chance.
    """
    changed = [
        _headline(each, change, split)
        for each in report.headlines
        for change, split in zip(each.changes, each.splits, strict=True)
    ]
    told = [
        ("What changed", [each for each in changed if each] or [_nothing(report)]),
        ("Targets", goal_words.lines(report.goals)),
        ("What was spoken of", _spoken(report)),
        ("What we did", [_queue(report), *deed_words.lines(report.deeds)]),
        ("Needs a decision", _decisions(report)),
        ("Keep in mind", _coverage(report)),
    ]
    return [(say(heading), lines) for heading, lines in told if lines]


def _spoken(report: Summary) -> list[str]:
    said = [_topic(topic) for up in (True, False) for topic in moved(report.topics, up=up)]
    said += [_worse(topic) for topic in report.topics]
    said += [_pull(each) for each in report.impacts]
    return [each for each in said if each]


def _pull(each: TopicImpact) -> str:
    """Say what pulls a figure down; what lifts it is in the table."""
    if not each.impact.real or each.impact.value > 0:
        return ""
    size = size_of(-each.impact.value, each.measure)
    return say(
        "{topic} pulls {measure} of {kind} down by {size}.",
        topic=each.name,
        measure=inline(each.measure),
        kind=kinds(each.kind),
        size=size,
    )


def _decisions(report: Summary) -> list[str]:
    """Say what somebody has to decide: late cases, and topics that really became worse."""
    told = goal_words.decisions(report.goals)
    late = report.queue.overdue
    if late:
        one = say("One case is overdue: who answers, and by when?")
        many = say("{n} cases are overdue: who answers, and by when?", n=number(late))
        told.append(one if late == 1 else many)
    for topic in report.topics:
        if topic.negative.real and (topic.negative.difference or 0) > 0:
            told.append(say("{topic}: who looks for the cause?", topic=topic.name))
    return told


def _worse(topic: Topic) -> str:
    change = topic.negative
    if not change.real:
        return ""
    now, before = (figure(each.value, "negative_share") for each in (change.now, change.before))
    way = (
        "{topic} is spoken of worse: {now} of it negative, {before} before."
        if (change.difference or 0) > 0
        else "{topic} is spoken of better: {now} of it negative, {before} before."
    )
    return say(way, topic=topic.name, now=now, before=before)


def _headline(headline: Headline, change: Change, split: Split | None) -> str:
    if not change.real:
        return ""
    now, before = (figure(each.value, change.name) for each in (change.now, change.before))
    way = (
        "{kind}: {measure} is up to {now} from {before}{why}."
        if (change.difference or 0) > 0
        else "{kind}: {measure} is down to {now} from {before}{why}."
    )
    why = ""
    if split is not None and split.segments > 1:
        why = f": {wording.judged(split.verdict)}"
    about = kind(headline.kind), inline(change.name)
    return say(way, kind=about[0], measure=about[1], now=now, before=before, why=why)


def _topic(topic: Topic) -> str:
    change = topic.share
    if not change.real:
        return ""
    now, before = (figure(each.value, "topic_share") for each in (change.now, change.before))
    way = (
        "{topic} is spoken of more often: in {now} of mentions, {before} before."
        if (change.difference or 0) > 0
        else "{topic} is spoken of less often: in {now} of mentions, {before} before."
    )
    return say(way, topic=topic.name, now=now, before=before)


def _nothing(report: Summary) -> str:
    if not report.headlines:
        return per(report.span, "Nothing was said this week.", "Nothing was said this month.")
    compared = any(each.before is not None for each in report.headlines)
    if compared:
        return say("No figure moved by more than chance.")
    none = "There is no week to compare with.", "There is no month to compare with."
    return per(report.span, *none)


def _queue(report: Summary) -> str:
    queue = report.queue
    return say(
        "Queue: {opened} cases opened, {answered} answered, {resolved} resolved; {open} open at the"
        " end, {overdue} overdue.",
        opened=number(queue.opened),
        answered=number(queue.answered),
        resolved=number(queue.resolved),
        open=number(queue.open),
        overdue=number(queue.overdue),
    )


def _coverage(report: Summary) -> list[str]:
    silent = sorted({gap.source for gap in report.gaps})
    told = []
    if silent:
        told.append(
            say(
                "Not read for part of the time: {sources}. Figures may miss mentions.",
                sources=", ".join(silent),
            )
        )
    if not report.finished:
        told.append(
            per(
                report.span,
                "The week is not over: only its complete days are counted.",
                "The month is not over: only its complete days are counted.",
            )
        )
    return told
