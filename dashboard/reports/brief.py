"""The page that a manager reads in one minute: sentences of what is worth knowing. Pure.

Numbers come from ``weekly``; of figures and topics only what is more than chance.
"""

from __future__ import annotations

from dashboard.reports import deed_words, goal_words
from dashboard.reports.model import Headline, Topic, TopicImpact, Weekly, moved
from dashboard.reports.wording import KINDS, figure, inline, size_of
from sentiment.decomposition import Split
from sentiment.metrics import Change


def brief(report: Weekly) -> list[tuple[str, list[str]]]:
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
    return [(heading, lines) for heading, lines in told if lines]


def _spoken(report: Weekly) -> list[str]:
    said = [_topic(topic) for up in (True, False) for topic in moved(report.topics, up=up)]
    said += [_worse(topic) for topic in report.topics]
    said += [_pull(each) for each in report.impacts]
    return [each for each in said if each]


def _pull(each: TopicImpact) -> str:
    """Say what pulls a figure down; what lifts it is in the table."""
    if not each.impact.real or each.impact.value > 0:
        return ""
    size = size_of(-each.impact.value, each.measure)
    return f"{each.name} pulls {inline(each.measure)} of {KINDS[each.kind].lower()} down by {size}."


def _decisions(report: Weekly) -> list[str]:
    """Say what somebody has to decide: late cases, and topics that really became worse."""
    told = goal_words.decisions(report.goals)
    late = report.queue.overdue
    if late:
        cases = "One case is" if late == 1 else f"{late:,} cases are"
        told.append(f"{cases} overdue: who answers, and by when?")
    for topic in report.topics:
        if topic.negative.real and (topic.negative.difference or 0) > 0:
            told.append(f"{topic.name}: who looks for the cause?")
    return told


def _worse(topic: Topic) -> str:
    change = topic.negative
    if not change.real:
        return ""
    way = "worse" if (change.difference or 0) > 0 else "better"
    now, before = (figure(each.value, "negative_share") for each in (change.now, change.before))
    return f"{topic.name} is spoken of {way}: {now} of it negative, {before} before."


def _headline(headline: Headline, change: Change, split: Split | None) -> str:
    if not change.real:
        return ""
    way = "up" if (change.difference or 0) > 0 else "down"
    now, before = (figure(each.value, change.name) for each in (change.now, change.before))
    why = f": {split.verdict}" if split is not None and split.segments > 1 else ""
    return f"{KINDS[headline.kind]}: {inline(change.name)} is {way} to {now} from {before}{why}."


def _topic(topic: Topic) -> str:
    change = topic.share
    if not change.real:
        return ""
    way = "more" if (change.difference or 0) > 0 else "less"
    now, before = (figure(each.value, "topic_share") for each in (change.now, change.before))
    return f"{topic.name} is spoken of {way} often: in {now} of mentions, {before} before."


def _nothing(report: Weekly) -> str:
    if not report.headlines:
        return "Nothing was said this week."
    compared = any(each.before is not None for each in report.headlines)
    return (
        "No figure moved by more than chance." if compared else "There is no week to compare with."
    )


def _queue(report: Weekly) -> str:
    queue = report.queue
    return (
        f"Queue: {queue.opened:,} cases opened, {queue.answered:,} answered,"
        f" {queue.resolved:,} resolved; {queue.open:,} open at the end, {queue.overdue:,} overdue."
    )


def _coverage(report: Weekly) -> list[str]:
    silent = sorted({gap.source for gap in report.gaps})
    told = []
    if silent:
        told.append(
            f"Not read for part of the week: {', '.join(silent)}. Figures may miss mentions."
        )
    if not report.finished:
        told.append("The week is not over: only its complete days are counted.")
    return told
