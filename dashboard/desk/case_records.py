"""A case and its history as a record for programs and as lines for a terminal. Pure.

What customers wrote is hostile: on a terminal, nothing but printable characters.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from storage.case_lists import Item
from storage.case_model import Case, Recorded
from storage.listing import MentionRow
from storage.models import Json
from storage.times import moment

PREVIEW = 60


def record(item: Item) -> dict[str, Json]:
    """Return a case with its mention as one flat JSON object; ids are text."""
    return _of_case(item.case) | _of_mention(item.mention)


def event_record(event: Recorded) -> dict[str, Json]:
    """Return one event as a JSON object."""
    return {
        "seq": str(event.seq),
        "case_id": str(event.case_id),
        "type": event.event.type.value,
        "actor": event.actor,
        "at": event.event.at.isoformat(),
        "case_version": event.case_version,
        "mention_version": event.event.mention_version,
        "data": {name: _readable(name, value) for name, value in event.event.data.items()},
        "content": None if event.erased else dict(event.event.content),
        "erased": event.erased,
    }


def line(item: Item, now: datetime, zone: tzinfo) -> str:
    """Return a case as one line of a list."""
    case, mention = item
    late = " late" if case.is_open and case.due_at < now else ""
    due = f"{case.due_at.astimezone(zone):%d %b %H:%M}{late}"
    said = plain(mention.title or mention.text)
    preview = said if len(said) <= PREVIEW else said[: PREVIEW - 1] + "…"
    owner = case.owner or "–"
    return (
        f"{case.id:>6}  {case.state.value:<9}  P{case.priority}  {due:<17}  {owner:<12}  "
        f"{' · '.join(case.reasons)}  {preview}"
    )


def page(item: Item, now: datetime, zone: tzinfo) -> list[str]:
    """Return a case as the lines that one person needs to work on it."""
    case, mention = item
    found = [
        f"case {case.id}, {case.state.value}, priority {case.priority}, version {case.version}",
        f"why      {' · '.join(case.reasons)} (rule: {case.rule or 'opened by hand'})",
        f"due      {_time(case.due_at, zone)}{' (late)' if _late(case, now) else ''}",
        *_held(case, zone),
        f"from     {plain(mention.author) or 'nobody named'}, {mention.source},"
        f" {_time(mention.published_at, zone)}",
        f"at       {plain(mention.url) or '–'}",
        f"text     version {mention.version}{' (changed meanwhile)' if case.changed else ''}",
    ]
    found += [f"  {plain(each)}" for each in (mention.title, *mention.text.splitlines()) if each]
    if case.draft:
        found.append(f"draft    by {case.draft_by}")
        found += [f"  {plain(each)}" for each in case.draft.splitlines()]
    return found + _ended(case, zone)


def event_line(event: Recorded, zone: tzinfo) -> str:
    """Return one event as a line."""
    told = "erased" if event.erased else " · ".join(event.event.content.values())
    return (
        f"{event.seq:>6}  {_time(event.event.at, zone)}  {event.actor:<12}  "
        f"{event.event.type.value:<18}  {plain(told)}"
    ).rstrip()


def plain(text: str) -> str:
    """Return a text in one line without anything that a terminal would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _readable(name: str, value: Json) -> Json:
    """Return stored times of an event as everybody else writes them."""
    if isinstance(value, int) and name.endswith(("_at", "until")):
        return moment(value).isoformat()
    return value


def _held(case: Case, zone: tzinfo) -> list[str]:
    if case.snooze_until is not None:
        return [f"aside    until {_time(case.snooze_until, zone)}"]
    if case.owner is None:
        return ["held     by nobody"]
    until = f" until {_time(case.lease_until, zone)}" if case.lease_until else ""
    return [f"held     by {case.owner}{until}"]


def _ended(case: Case, zone: tzinfo) -> list[str]:
    found = []
    if case.reply_url:
        found.append(f"reply    {plain(case.reply_url)}")
    if case.closed_at is not None:
        found.append(f"closed   {_time(case.closed_at, zone)}, {case.outcome}")
    for name, value in (
        ("cause", case.root_cause),
        ("action", case.action),
        ("reason", case.reason),
    ):
        if value:
            found.append(f"{name:<8} {plain(value)}")
    return found


def _late(case: Case, now: datetime) -> bool:
    return case.is_open and case.due_at < now


def _time(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _of_case(case: Case) -> dict[str, Json]:
    return {
        "id": str(case.id),
        "mention_id": str(case.mention_id),
        "version": case.version,
        "mention_version": case.mention_version,
        "state": case.state.value,
        "changed": case.changed,
        "priority": case.priority,
        "rule": case.rule,
        "reasons": list(case.reasons),
        "opened_at": _iso(case.opened_at),
        "due_at": _iso(case.due_at),
        "owner": case.owner,
        "lease_until": _iso(case.lease_until),
        "snooze_until": _iso(case.snooze_until),
        "draft": case.draft,
        "draft_by": case.draft_by,
        "answered_at": _iso(case.answered_at),
        "reply_url": case.reply_url,
        "root_cause": case.root_cause,
        "action": case.action,
        "reason": case.reason,
        "closed_at": _iso(case.closed_at),
        "outcome": case.outcome,
        "approval": None if case.approval is None else case.approval.value,
        "tags": list(case.tags),
        "paused_at": _iso(case.paused_at),
        "merged_into": None if case.merged_into is None else str(case.merged_into),
        "acknowledged_at": _iso(case.acknowledged_at),
        "ticket_url": case.ticket_url,
        "ticket_owner": case.ticket_owner,
        "ticket_due_at": _iso(case.ticket_due_at),
    }


def _of_mention(mention: MentionRow) -> dict[str, Json]:
    return {
        "kind": mention.kind.value,
        "source": mention.source,
        "place": mention.place,
        "brand": mention.brand,
        "product": mention.product,
        "published_at": _iso(mention.published_at),
        "author": mention.author,
        "rating": mention.rating,
        "nps": mention.nps,
        "label": mention.label.value,
        "score": mention.score,
        "lang": mention.lang,
        "topics": list(mention.topics),
        "title": mention.title,
        "text": mention.text,
        "url": mention.url,
    }
