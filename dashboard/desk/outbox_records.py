"""What is in the outbox, as a record for programs and as a line for a terminal. Pure."""

from __future__ import annotations

import json

from dashboard.desk.case_records import PREVIEW, plain
from storage.models import Json
from storage.outbox import Channel, Entry


def record(entry: Entry) -> dict[str, Json]:
    """Return an entry as a JSON object; ids are text."""
    return {
        "id": str(entry.id),
        "key": entry.key,
        "channel": entry.channel.value,
        "kind": entry.kind,
        "state": entry.state.value,
        "created_at": entry.created_at.isoformat(),
        "next_at": entry.next_at.isoformat(),
        "attempts": entry.attempts,
        "error": entry.error,
        "actor": entry.actor,
        "case_id": None if entry.case_id is None else str(entry.case_id),
        "mention_id": None if entry.mention_id is None else str(entry.mention_id),
        "source": entry.source,
        "text": told(entry),
        "native_id": entry.native_id,
        "url": entry.url,
    }


def line(entry: Entry) -> str:
    """Return an entry as one line of a list."""
    about = f"case {entry.case_id}" if entry.case_id is not None else entry.kind
    when = f"{entry.next_at:%Y-%m-%d %H:%M:%S} UTC"
    said = plain(told(entry) or "erased")
    preview = said if len(said) <= PREVIEW else said[: PREVIEW - 1] + "…"
    error = f"  ({plain(entry.error)})" if entry.error else ""
    return (
        f"{entry.id:>6}  {entry.state.value:<9}  {entry.channel.value:<5}  {about:<12}  {when}"
        f"  {entry.actor:<12}  {preview}{error}"
    )


def told(entry: Entry) -> str | None:
    """Return what is sent in a line's worth: a reply's text, a mail's or notice's subject."""
    if entry.content is None or entry.channel in (Channel.REPLY, Channel.ACKNOWLEDGEMENT):
        return entry.content
    said = json.loads(entry.content)
    # A notice names a route's target, as mail:ana@acme.example.
    to = said["to"] if entry.channel is Channel.MAIL else said["target"]
    return f"{to}: {said['subject']}"
