"""The bell: what somebody should know, each a link to its case."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup
from dashboard.components import links, session
from dashboard.data import At
from storage import notices
from storage.notices import NoticeKind
from storage.people import Person

WORDS = {
    NoticeKind.ASSIGNED: "given to you",
    NoticeKind.TAKEN: "taken over from you",
    NoticeKind.SENT_BACK: "sent back to you",
    NoticeKind.APPROVED: "your draft is approved",
    NoticeKind.APPROVAL: "waits for your approval",
    NoticeKind.MENTIONED: "you are named in a note",
    NoticeKind.ANSWERED: "the customer wrote again",
    NoticeKind.GONE: "the text was deleted at its source",
    NoticeKind.DUE: "due in half an hour",
}


def draw(at: At) -> None:
    """Draw the bell of whoever works here."""
    person = session.actor()
    if person is None:
        return
    number = data.unread(at, person)
    label = f"🔔 {number}" if number else "🔔"
    box = st.popover(label, key="bell", on_change="rerun", help="What you should know")
    if not box.open:
        return
    with box:
        found = data.notices_of(at, person)
        if not found:
            st.caption("Nothing yet: what colleagues give or ask you will stand here.")
        for each in found:
            # Words of ours only: a link's label is read as markup.
            mark = "" if each.read else "● "
            st.page_link(
                links.QUEUE,
                label=f"{mark}Case {each.case_id}: {WORDS[each.kind]}",
                query_params={"case": str(each.case_id)},
            )
            st.html(markup.line(f"{each.by}, {markup.ago(each.at, at.now)}"))
        if number:
            st.button("All read", key="bell.read", on_click=_read, args=(person,))


def _read(person: Person) -> None:
    space = session.workspace()
    notices.read(space.db, person.id, space.now())
