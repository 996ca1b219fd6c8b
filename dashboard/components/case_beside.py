"""What is done with a case now and then: tags, notes, tickets, merging, the clock, giving back."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import case_data
from dashboard.components import case_actions, notices
from dashboard.components.case_actions import field, typed
from dashboard.data import At
from storage.case_lists import Item
from storage.case_model import Case, HandOff, Merge, Note, Pause, Release, Resume, Tag
from storage.errors import InputError
from storage.people import Person


def draw(at: At, item: Item, person: Person) -> None:
    """Draw all of it."""
    case = item.case
    _tags(case, person)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Note for colleagues; @name tells them", key=field(case, "note"))
        st.button(
            "Leave the note", key=field(case, "note-now"), on_click=_note, args=(case, person)
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Ticket elsewhere", key=field(case, "ticket"), placeholder="https://…")
        st.text_input("Who has it", key=field(case, "ticket-owner"), width=140)
        st.date_input("Until", None, key=field(case, "ticket-due"), width=140)
        st.button(
            "Hand off", key=field(case, "ticket-now"), on_click=_off, args=(case, person, at.zone)
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Same as case number",
            case_data.open_cases_of(at, item.mention),
            None,
            key=field(case, "into"),
            accept_new_options=True,
            placeholder="of this person, or a number",
            width=260,
        )
        st.button("Merge", key=field(case, "merge"), on_click=_merge, args=(case, person))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if case.paused_at is None:
            st.text_input("Stop the clock because", key=field(case, "pause"))
            st.button("Stop", key=field(case, "pause-now"), on_click=_pause, args=(case, person))
        else:
            resume = Resume(actor=person, version=case.version)
            st.button(
                "Let the clock run on",
                key=field(case, "resume"),
                on_click=case_actions.act,
                args=(case.id, resume),
            )
        if case.owner_id == person.id:
            told = f"Case {case.id} given back."
            st.button(
                "Give it back",
                key=field(case, "release"),
                on_click=case_actions.leave,
                args=(case, person, Release(actor=person), told),
            )


def _tags(case: Case, person: Person) -> None:
    st.multiselect(
        "Tags",
        list(case.tags),
        list(case.tags),
        key=field(case, f"tags-{case.version}"),
        accept_new_options=True,
        on_change=_tagged,
        args=(case, person),
    )


def _tagged(case: Case, person: Person) -> None:
    tags = tuple(st.session_state[field(case, f"tags-{case.version}")])
    case_actions.act(case.id, Tag(actor=person, tags=tags))


def note(case: Case, person: Person) -> None:
    """Draw the field for words to colleagues."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Note for colleagues; @name tells them", key=field(case, "note"))
        key = field(case, "note-now")
        st.button("Leave the note", key=key, on_click=_note, args=(case, person))


def _note(case: Case, person: Person) -> None:
    case_actions.act(case.id, Note(actor=person, text=typed(case, "note")))


def _off(case: Case, person: Person, zone: str) -> None:
    day = st.session_state.get(field(case, "ticket-due"))
    due = None
    if day is not None:
        due = datetime.combine(day, time(17), ZoneInfo(zone)).astimezone(UTC)
    owner = typed(case, "ticket-owner")
    command = HandOff(actor=person, url=typed(case, "ticket"), owner=owner, due_at=due)
    case_actions.act(case.id, command)


def _merge(case: Case, person: Person) -> None:
    text = typed(case, "into").strip()
    with notices.explained():
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise InputError("type the number of the case that stays")
        told = f"Case {case.id} merged into case {text}."
        case_actions.leave(case, person, Merge(actor=person, into=int(text)), told)


def _pause(case: Case, person: Person) -> None:
    case_actions.act(case.id, Pause(actor=person, reason=typed(case, "pause")))
