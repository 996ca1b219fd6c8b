"""One case to work on: what was said, who else is here, the answer, and what may be done."""

from __future__ import annotations

import streamlit as st

from dashboard import case_data, case_markup, data, markup
from dashboard.components import (
    case_actions,
    case_draft,
    case_panels,
    case_send,
    case_templates,
    frame,
    mention_detail,
    notices,
    session,
)
from dashboard.components.case_actions import field
from dashboard.data import At
from storage.case_lists import Item
from storage.case_model import Case
from storage.errors import NotFound
from storage.models import CaseState
from storage.people import Person, Role


def chosen() -> int | None:
    """Return the id of the case that the address names, None where it names none."""
    text = st.query_params.get("case", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def case(at: At, case_id: int) -> None:
    """Draw a case; every action is bound to its id and to what was seen."""
    with st.container(key="case-back"):
        st.button("← List", key="case.back", type="tertiary", on_click=_back)
    try:
        item = data.case(at, case_id)
    except NotFound:
        notices.empty("There is no such case", "The link is wrong.")
        return
    person = session.actor()
    if person is not None:
        case_data.notices_read(at, person, case_id)
    with st.container(key="case-top"):
        st.html(case_markup.head(item.case, at.now))
    _elsewhere(at, item.case)
    detail = data.mention(at, item.mention.id)
    mention_detail.said(at, detail)
    case_draft.beside(case_id, person)
    if person is None:
        frame.needs_actor()
    elif not item.case.is_open:
        _ended(at, item.case, person)
    elif person.role is not Role.VIEWER:
        _open(at, item, person)
    _around(at, item)


def _elsewhere(at: At, case: Case) -> None:
    """Say where else it is being worked on, with the way there."""
    if case.ticket_url is None and case.merged_into is None:
        return
    with st.container(border=True):
        st.html(markup.facts(case_markup.elsewhere(case, at.zone)))
        url = markup.safe_url(case.ticket_url or "")
        if url:
            st.link_button("Open the ticket", url)
        if case.merged_into is not None:
            st.button(
                f"Open case {case.merged_into}",
                key=field(case, "merged"),
                on_click=case_actions.open_case,
                args=(case.merged_into,),
            )


def _back() -> None:
    case_actions.open_case(None)


def _open(at: At, item: Item, person: Person) -> None:
    """Draw what may be done with an open case, by who has it."""
    case = item.case
    if case.state in (CaseState.SENDING, CaseState.ANSWERED):
        st.html(markup.line(case_markup.held(case, at.now, at.zone)))
        if case.state is CaseState.ANSWERED and case.owner_id == person.id:
            case_panels.closing(at, item, person)
        return
    if _anothers(at, case, person):
        st.html(markup.line(case_markup.held(case, at.now, at.zone)))
        case_panels.of_another(at, item, person)
        return
    with st.container(border=True, key="case-answer"):
        case_draft.write(item, person)
        case_templates.offer(at, item, person)
        case_send.by_hand(item, person)
        case_send.closing(at, item)
        with st.container(horizontal=True, gap="small", key="case-buttons"):
            case_send.button(at, item, person)
            st.button(
                "Save",
                key=field(case, "save"),
                on_click=case_actions.save_draft,
                args=(case, person),
            )
            case_panels.buttons(item, person)
        case_send.warned(item, person)
        case_panels.panel(at, item, person)


def _anothers(at: At, case: Case, person: Person) -> bool:
    """Say whether somebody else has it now."""
    if case.owner_id is None or case.owner_id == person.id:
        return False
    if case.state is CaseState.WAITING:
        return case.snooze_until is not None and case.snooze_until > at.now
    return case.lease_until is not None and case.lease_until > at.now


def _ended(at: At, case: Case, person: Person) -> None:
    with st.container(border=True):
        came = case_markup.came_of_it(case_data.outcomes_of(at, case.id), at.zone)
        st.html(markup.facts([*case_markup.ended(case, at.zone), *came]))
        if case.gone:
            return
        st.text_input("Reason", key=field(case, "reason"), placeholder="Why again? (may be empty)")
        st.button(
            "Reopen", key=field(case, "reopen"), on_click=case_actions.reopen, args=(case, person)
        )


def _around(at: At, item: Item) -> None:
    """Draw the person's other messages and what happened to the case."""
    others = case_data.same_person(at, item.mention)
    if others:
        box = st.expander(
            f"More of this person ({len(others)})", key="case.person", on_change="rerun"
        )
        if box.open:
            names = dict(data.choices(at).topics)
            for row in others:
                box.html(markup.card(row, at.zone, names))
    with st.container(border=True):
        st.markdown("**History**")
        st.html(case_markup.history(data.history(at, item.case.id), at.zone))
