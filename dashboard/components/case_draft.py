"""The answer to a case while it is being written: the field, who else is here, templates.

Both fragments run without the page: typing never redraws anything else.
"""

from __future__ import annotations

import streamlit as st

from dashboard import markup
from dashboard.components import case_actions, draft_field, session
from dashboard.components.case_actions import field
from dashboard.components.draft_field import Field
from dashboard.desk import limits
from storage import cases, writing
from storage.case_lists import Item
from storage.case_model import Case, Heartbeat
from storage.errors import EarshotError
from storage.people import Person
from storage.times import millis

EVERY = 3.0
"""Seconds between two looks at who else is here."""


def write(item: Item, person: Person) -> None:
    """Draw the field in which the answer is written."""
    _field(item.case, item.mention.version, item.mention.place, person)


def put(case: Case, person: Person, text: str, version: int) -> None:
    """Write a whole text into the field, as a template does."""
    space = session.workspace()
    writing.keep(space.db, case.id, person, text, space.now(), mention_version=version)
    st.session_state[field(case, "put")] = st.session_state.get(field(case, "put"), 0) + 1


@st.fragment
def _field(case: Case, version: int, place: str, person: Person) -> None:
    conn = session.workspace().db.reader()
    found = writing.current(conn, case.id)
    now = cases.load(conn, case.id)
    mine = found is not None and found.person_id == person.id
    draft_field.draw(
        Field(
            id=field(case, person.name),
            label="Your answer",
            text=found.text if found is not None and mine else now.draft or "",
            put=st.session_state.get(field(case, "put"), 0),
            stamp=millis(found.at) if found is not None and mine else millis(now.last_at),
            version=version,
            store=f"earshot-draft-{case.id}-{case.opened_at:%s}-{person.id}",
            placeholder="Write here, or begin with a template below. It is kept as you type.",
            limit=limits.of(place),
        ),
        field(case, "draft"),
        lambda: _keep(case, person),
    )
    refused = st.session_state.get(field(case, "refused"))
    if refused:
        st.html(markup.line(f"Not kept: {refused} Your words stay in this browser."))


def _keep(case: Case, person: Person) -> None:
    try:
        case_actions.keep_typing(case, person)
    except EarshotError as error:
        st.session_state[field(case, "refused")] = str(error)
    else:
        st.session_state.pop(field(case, "refused"), None)


def beside(case_id: int, person: Person | None) -> None:
    """Show live who else looks or writes, and say that somebody is here."""
    _beside(case_id, person)


@st.fragment(run_every=EVERY)
def _beside(case_id: int, person: Person | None) -> None:
    space = session.workspace()
    now = space.now()
    if person is not None:
        _look(case_id, person)
    conn = space.db.reader()
    others = [
        each
        for each in writing.here(conn, case_id, now)
        if person is None or each.person_id != person.id
    ]
    for each in others:
        what = "is writing …" if each.typing else "looks at this, too."
        st.html(markup.line(f"{each.name} {what}"))
    found = writing.current(conn, case_id)
    if found is not None and (person is None or found.person_id != person.id):
        st.html(markup.quote(found.text))


def _look(case_id: int, person: Person) -> None:
    """Say every ten seconds that somebody is here; the holder's lease goes on with it."""
    space = session.workspace()
    now, key = space.now(), f"case-{case_id}-looked"
    last = st.session_state.get(key)
    if last is not None and (now - last).total_seconds() < 9:
        return
    st.session_state[key] = now
    writing.look(space.db, case_id, person, now)
    case_actions.beat(case_id, Heartbeat(actor=person))
