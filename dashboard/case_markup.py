"""HTML and words for cases, as ``markup`` is for mentions: pure, everything escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard import markup
from storage.case_lists import Item, Load
from storage.case_model import Approval, Case, EventType, Recorded
from storage.models import CaseState
from storage.outcomes import Outcome

PREVIEW = 140
AT_RISK = timedelta(hours=1)
"""From so long before its due time a case is marked."""
_APPROVALS = {
    Approval.ASKED: "waits for approval",
    Approval.APPROVED: "approved",
    Approval.SENT_BACK: "sent back",
}
_DONE = {
    EventType.OPENED: "opened",
    EventType.CLAIMED: "claimed",
    EventType.EXTENDED: "still working on it",
    EventType.RELEASED: "given back",
    EventType.DRAFTED: "draft saved",
    EventType.QUEUED: "reply on its way",
    EventType.UNSENT: "reply taken back",
    EventType.SEND_FAILED: "reply not posted",
    EventType.REPLIED: "reply recorded",
    EventType.ANSWERED_ELSEWHERE: "answer found at the source",
    EventType.RESOLVED: "resolved",
    EventType.DISMISSED: "dismissed",
    EventType.SNOOZED: "put aside",
    EventType.REOPENED: "reopened",
    EventType.TRANSFERRED: "handed on",
    EventType.NOTED: "note",
    EventType.MENTION_CHANGED: "the customer changed the text",
    EventType.MENTION_GONE: "the text was deleted at its source",
    EventType.ERASED: "erased",
    EventType.APPROVAL_ASKED: "approval asked for",
    EventType.APPROVED: "draft approved",
    EventType.SENT_BACK: "draft sent back",
    EventType.PAUSED: "clock stopped",
    EventType.RESUMED: "clock runs on",
    EventType.TAGGED: "tagged",
    EventType.HANDED_OFF: "handed off to another system",
    EventType.MERGED: "merged into another case",
    EventType.REPRIORITISED: "urgency changed by a rule",
    EventType.ACKNOWLEDGED: "acknowledged by itself",
    EventType.UNDONE: "last step taken back",
}


def head(case: Case, now: datetime) -> str:
    """Return the line above a case: urgency, due time, who has it, why it is here."""
    parts = [f'<span class="es-chip">P{case.priority}</span>', _due(case, now), _state(case, now)]
    parts += [markup.chip(reason) for reason in case.reasons]
    if case.acknowledged_at is not None and case.answered_at is None:
        parts.append(markup.chip(f"acknowledged {markup.ago(case.acknowledged_at, now)}"))
    if case.changed:
        parts.append('<span class="es-bad">text changed since</span>')
    if case.gone:
        parts.append('<span class="es-bad">deleted at its source</span>')
    return f'<div class="es-row">{"".join(parts)}</div>'


def row(item: Item, now: datetime, zone: str, names: Mapping[str, str]) -> str:
    """Return a case as the list of the desk shows it: why and until when, who, what."""
    case, mention = item
    topics = [names.get(each, each) for each in mention.topics[:2]]
    why = list(dict.fromkeys([*(names.get(each, each) for each in case.reasons), *topics]))
    why += [f"#{tag}" for tag in case.tags]
    parts = [f"<strong>{' · '.join(map(markup.said, why))}</strong>", _due_at(case, now, zone)]
    if case.changed:
        parts.append('<span class="es-bad">text changed</span>')
    if case.approval is not None:
        parts.append(markup.chip(_APPROVALS[case.approval]))
    if case.paused_at is not None:
        parts.append(markup.chip("clock stopped"))
    if case.ticket_url is not None:
        parts.append(markup.chip("ticket"))
    if not case.is_open:
        parts.append(markup.chip(case.outcome or "closed"))
    said = mention.text or "no words"
    if mention.title and not said.startswith(mention.title):
        said = f"{mention.title}: {said}"
    cut = said if len(said) <= PREVIEW else said[: PREVIEW - 1] + "…"
    who = mention.author or "nobody named"
    return (
        f'<div class="es-row">{"".join(parts)}</div>'
        f'<div class="es-text es-two">{markup.said(cut)}</div>'
        f'<div class="es-meta"><span>{markup.said(who)}</span>'
        f"<span>{markup.said(mention.source)}</span></div>"
    )


def elsewhere(case: Case, zone: str) -> list[tuple[str, str]]:
    """Return where else a case is being worked on, as names with values."""
    due = markup.when(case.ticket_due_at, zone) if case.ticket_due_at else ""
    merged = "" if case.merged_into is None else f"case {case.merged_into}"
    return [
        ("Ticket", case.ticket_url or ""),
        ("With", case.ticket_owner or ""),
        ("Until", due),
        ("Merged into", merged),
    ]


def workload(load: Load) -> str:
    """Say how much there is to do."""
    return (
        f"{load.new:,} new · {load.claimed:,} in work · {load.waiting:,} put aside · "
        f"{load.answered:,} answered · {load.overdue:,} late"
    )


def held(case: Case, now: datetime, zone: str) -> str:
    """Say in words who has a case, and until when."""
    if case.state is CaseState.WAITING:
        return f"{case.owner} put it aside until {markup.when(case.snooze_until, zone)}."
    if case.owner is None:
        return "Nobody has claimed it."
    if case.lease_until is None or case.lease_until <= now:
        return f"{case.owner} had it, but has not been seen since; you may claim it."
    return f"{case.owner} has it until {markup.when(case.lease_until, zone)}."


def ended(case: Case, zone: str) -> list[tuple[str, str]]:
    """Return how a case ended, as names with values."""
    return [
        ("Reply", case.reply_url or ""),
        ("Answered", markup.when(case.answered_at, zone) if case.answered_at else ""),
        ("Closed", markup.when(case.closed_at, zone) if case.closed_at else ""),
        ("Outcome", case.outcome or ""),
        ("Root cause", case.root_cause or ""),
        ("Action", case.action or ""),
        ("Reason", case.reason or ""),
    ]


def came_of_it(found: Sequence[Outcome], zone: str) -> list[tuple[str, str]]:
    """Return what came of a reply, as names with values."""
    rows = []
    for each in found:
        what = markup.words(each.what)
        if each.before is not None and each.after is not None:
            what = f"{what}, {each.before:g} → {each.after:g}★"
        rows.append(("Came of it", f"{what}, {markup.when(each.at, zone)}"))
    return rows


def history(events: Sequence[Recorded], zone: str) -> str:
    """Return what happened to a case, the latest first; of drafts only the last."""
    last_draft = max((e.seq for e in events if e.event.type is EventType.DRAFTED), default=0)
    rows = [
        (markup.when(each.event.at, zone), _told(each))
        for each in reversed(events)
        if each.event.type is not EventType.EXTENDED
        and (each.event.type is not EventType.DRAFTED or each.seq == last_draft)
    ]
    return markup.facts(rows)


def _told(each: Recorded) -> str:
    words = "erased" if each.erased else " · ".join(each.event.content.values())
    done = f"{each.actor}: {_DONE[each.event.type]}"
    return f"{done} – {words}" if words else done


def _due_at(case: Case, now: datetime, zone: str) -> str:
    """Say when an open case is due as the clock on the wall will show it."""
    if not case.is_open or case.state in (CaseState.ANSWERED, CaseState.SENDING):
        return ""
    if case.state is CaseState.WAITING and case.snooze_until and case.snooze_until > now:
        return markup.chip(f"until {markup.when(case.snooze_until, zone)}")
    if case.due_at < now:
        late = markup.ago(case.due_at, now).removesuffix(" ago")
        return f'<span class="es-bad">{html.escape(late)} late</span>'
    local, today = case.due_at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    shown = f"{local:%H:%M}" if local.date() == today.date() else f"{local:%a %H:%M}"
    if local - today > timedelta(days=6):
        shown = f"{local.day} {local:%b}"
    if case.due_at - now < AT_RISK:
        return f'<span class="es-bad">due {shown}, in {markup.ago(case.due_at, now)[3:]}</span>'
    return f'<span class="es-due">due {shown}</span>'


def _due(case: Case, now: datetime) -> str:
    if not case.is_open or case.state is CaseState.ANSWERED:
        return ""
    if case.due_at < now:
        late = markup.ago(case.due_at, now).removesuffix(" ago")
        return f'<span class="es-bad">{html.escape(late)} late</span>'
    return f'<span class="es-due">due {html.escape(markup.ago(case.due_at, now))}</span>'


def _state(case: Case, now: datetime) -> str:
    if case.state is CaseState.CLAIMED and case.lease_until and case.lease_until > now:
        return markup.chip(f"with {case.owner}")
    if case.state is CaseState.WAITING:
        return markup.chip(f"put aside by {case.owner}")
    return markup.chip("new" if case.state is CaseState.CLAIMED else case.state.value)
