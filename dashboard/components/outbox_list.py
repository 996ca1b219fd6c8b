"""What is to leave: replies, mails and notices with their state; trying again, and dropping."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import markup
from dashboard.components import frame, links, notices, session
from dashboard.components.links import Next
from dashboard.data import At
from dashboard.desk.case_records import PREVIEW
from dashboard.desk.outbox_records import told
from storage import outbox, reply_outbox
from storage.outbox import Entry, State
from storage.people import Person

LIMIT = 50
_SHELVES = {
    "Not sent": (State.FAILED,),
    "On the way": (State.PENDING, State.SENDING),
    "Sent": (State.SENT,),
    "Taken back": (State.CANCELLED,),
}
_STATES = {
    State.PENDING: "waits",
    State.SENDING: "leaves now",
    State.SENT: "sent",
    State.FAILED: "not sent",
    State.CANCELLED: "taken back",
}


def shelves(at: At) -> None:
    """Draw what stands in one state, the latest first."""
    counts = outbox.counts(at.db.reader())
    sums = {name: sum(counts[each] for each in states) for name, states in _SHELVES.items()}
    chosen = st.segmented_control(
        "State",
        list(_SHELVES),
        default=next(iter(_SHELVES)),
        format_func=lambda name: f"{name} ({sums[name]:,})",
        required=True,
        key="outbox.shelf",
        label_visibility="collapsed",
    )
    found = outbox.entries(at.db.reader(), states=_SHELVES[chosen], limit=LIMIT)
    if not found:
        why = "Replies, mails and notices stand here until they have left, or could not."
        notices.empty("Nothing here", why, Next(links.QUEUE, "Open the queue →"))
        return
    if not frame.needs_actor():
        st.caption("What failed leaves again under the same id. What waits leaves by itself.")
    for each in found:
        with st.container(border=True):
            row(each, at.zone)
    if sums[chosen] > LIMIT:
        st.caption(f"The latest {LIMIT}; `earshot outbox list` shows all.")


def row(entry: Entry, zone: str) -> None:
    """Draw one entry with what can be done about it."""
    person = session.actor()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(_line(entry, zone), width="stretch")
        if person is None:
            return
        if entry.state is State.FAILED:
            _button("Send it again", f"outbox-again-{entry.id}", _again, entry, person)
        if entry.state in (State.FAILED, State.PENDING):
            _button("Drop it", f"outbox-drop-{entry.id}", _drop, entry, person)


def _button(
    name: str, key: str, act: Callable[[int, Person], None], entry: Entry, person: Person
) -> None:
    st.button(name, key=key, type="tertiary", on_click=act, args=(entry.id, person))


def _line(entry: Entry, zone: str) -> str:
    at = entry.next_at if entry.state is State.PENDING else entry.changed_at
    words = f"{entry.channel.value.capitalize()} {_STATES[entry.state]}, {markup.when(at, zone)}"
    said = told(entry) or "its words were erased"
    facts = [(words, said if len(said) <= PREVIEW else said[: PREVIEW - 1] + "…")]
    return markup.facts([*facts, *([("", entry.error)] if entry.error else [])])


def _again(entry_id: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained():
        reply_outbox.retry(space.db, entry_id, person, space.now())


def _drop(entry_id: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained():
        reply_outbox.cancel(space.db, entry_id, person, space.now())
