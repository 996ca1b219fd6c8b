"""Notices in words of our own. Pure."""

from __future__ import annotations

from storage.notices import Notice, NoticeKind

WORDS = {
    NoticeKind.ASSIGNED: "given to you",
    NoticeKind.TAKEN: "taken over from you",
    NoticeKind.SENT_BACK: "sent back to you",
    NoticeKind.APPROVED: "your draft is approved",
    NoticeKind.APPROVAL: "waits for your approval",
    NoticeKind.MENTIONED: "you are named in a note",
    NoticeKind.ANSWERED: "the customer wrote again",
    NoticeKind.GONE: "the text was deleted at its source",
    NoticeKind.REOPENED: "opened again",
    NoticeKind.DUE: "due in half an hour",
    NoticeKind.LATE: "late, and nobody answered",
}


def line(notice: Notice) -> str:
    """Return a notice as one line of a mail."""
    return f"Case {notice.case_id}: {WORDS[notice.kind]} ({notice.by}, {notice.at:%H:%M} UTC)"
