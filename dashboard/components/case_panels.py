"""The other things to do with a case: one button each, its fields in a panel below.

A panel and not a menu, so that every step has a key and fits a phone.
"""

from __future__ import annotations

import streamlit as st

from dashboard import case_markup, data, markup
from dashboard.components import case_actions, case_beside, case_send, notices, session
from dashboard.components.case_actions import field, typed
from dashboard.data import At
from storage import cases
from storage.case_lists import Item
from storage.case_model import (
    Approval,
    Approve,
    AskApproval,
    Case,
    Claim,
    Dismiss,
    Note,
    Resolve,
    SendBack,
)
from storage.errors import InputError
from storage.models import Label
from storage.people import Person, Role

_PANELS = {
    "ask": ("Ask a colleague", "a"),
    "snooze": ("Snooze", "s"),
    "label": ("Wrong label", "w"),
    "dismiss": ("Dismiss", "d"),
    "more": ("More", "m"),
}
_PANEL = "desk.panel"
_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


def buttons(item: Item, person: Person) -> None:
    """Draw a button for each thing to do."""
    case = item.case
    for name, (label, key) in _PANELS.items():
        st.button(
            label, key=field(case, f"panel-{name}"), shortcut=key, on_click=_turn, args=(name,)
        )
        if name == "snooze":
            st.button(
                "Not us",
                key=field(case, "not-us"),
                shortcut="x",
                on_click=_not_us,
                args=(case, person),
            )


def _turn(name: str) -> None:
    st.session_state[_PANEL] = None if st.session_state.get(_PANEL) == name else name


def panel(at: At, item: Item, person: Person) -> None:
    """Draw the fields of what was chosen."""
    chosen = st.session_state.get(_PANEL)
    if chosen is None:
        return
    draw = {
        "ask": _ask,
        "snooze": _snooze,
        "label": _label,
        "dismiss": _dismiss,
        "more": case_beside.draw,
    }
    with st.container(border=True, key="case-panel"):
        draw[str(chosen)](at, item, person)


def _ask(at: At, item: Item, person: Person) -> None:
    case = item.case
    team = _team(at, person)
    if not team:
        st.caption("Nobody else is in the team yet; add colleagues on the page Team.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Whom", list(team), key=field(case, "ask-whom"), width=200)
        st.text_input("Question", key=field(case, "ask-text"), placeholder="What should they say?")
    with st.container(horizontal=True):
        st.button("Ask", key=field(case, "ask-now"), on_click=_asked, args=(case, person))
        st.button(
            "Ask a lead to approve",
            key=field(case, "ask-approval"),
            on_click=_approval,
            args=(case, person),
        )
        st.button(
            "Hand it over", key=field(case, "ask-hand"), on_click=_hand, args=(case, person, team)
        )


def _asked(case: Case, person: Person) -> None:
    with notices.explained():
        text = typed(case, "ask-text")
        if not text.strip():
            raise InputError("type the question first")
        whom = typed(case, "ask-whom")
        space = session.workspace()
        cases.act(space.db, case.id, Note(actor=person, text=f"@{whom} {text}"), space.now())
        st.session_state[_PANEL] = None


def _approval(case: Case, person: Person) -> None:
    with notices.explained():
        case_actions.keep_typing(case, person)
        text = typed(case, "ask-text")
        told = f"Case {case.id} waits for approval."
        case_actions.leave(case, person, AskApproval(actor=person, text=text), told)


def _hand(case: Case, person: Person, team: dict[str, Person]) -> None:
    st.session_state[field(case, "to")] = typed(case, "ask-whom")
    case_actions.hand_on(case, person, team)


def _snooze(at: At, item: Item, person: Person) -> None:
    case = item.case
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, choice in (("Tomorrow", "tomorrow"), ("Friday", "friday"), ("4 hours", "4h")):
            st.button(
                label,
                key=field(case, f"snooze-{choice}"),
                on_click=case_actions.snooze,
                args=(case, person, choice),
            )
        st.date_input(
            "Until a date",
            None,
            at.today,
            key=field(case, "snooze-date"),
            on_change=_until_date,
            args=(case, person),
        )


def _until_date(case: Case, person: Person) -> None:
    day = st.session_state.get(field(case, "snooze-date"))
    if day is not None:
        case_actions.snooze(case, person, day.isoformat())


def _not_us(case: Case, person: Person) -> None:
    command = Dismiss(actor=person, version=case.version, reason="not us")
    case_actions.leave(case, person, command, f"Case {case.id} dismissed: not us.")


def _dismiss(at: At, item: Item, person: Person) -> None:
    case = item.case
    del at
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Why will nobody answer?",
            ["nothing to answer", "answered before", "spam", "duplicate"],
            key=field(case, "reason"),
            accept_new_options=True,
            width=280,
        )
        st.button(
            "Dismiss it", key=field(case, "dismiss"), on_click=_dismissed, args=(case, person)
        )


def _dismissed(case: Case, person: Person) -> None:
    command = Dismiss(actor=person, version=case.version, reason=typed(case, "reason"))
    case_actions.leave(case, person, command, f"Case {case.id} dismissed.")


def _label(at: At, item: Item, person: Person) -> None:
    del at
    st.segmented_control(
        "Right label",
        [each.value for each in _LABELS],
        key=field(item.case, "label"),
        on_change=_labelled,
        args=(item, person),
        help="Your label counts before the customer's own mark and the model's.",
    )


def _labelled(item: Item, person: Person) -> None:
    choice = typed(item.case, "label")
    if choice:
        with notices.explained():
            mention = item.mention
            space = session.workspace()
            space.label(mention.id, mention.version, Label(choice), person.name)
            st.session_state[_PANEL] = None


def of_another(at: At, item: Item, person: Person) -> None:
    """Draw what may be done with a case that a colleague has: a note, and a lead's steps."""
    case = item.case
    with st.container(border=True):
        if case.approval is Approval.ASKED and person.leads:
            _approving(case, person)
        if case.draft:
            st.html(markup.quote(case.draft))
        case_beside.note(case, person)
        if person.leads:
            command = Claim(
                actor=person,
                version=case.version,
                mention_version=case.mention_version,
                take_over=True,
            )
            st.button(
                "Take over",
                key=field(case, "take-over"),
                on_click=case_actions.act,
                args=(case.id, command),
            )


def _approving(case: Case, person: Person) -> None:
    st.markdown("**Wait for your approval**")
    st.text_input("What should change", key=field(case, "back-note"))
    with st.container(horizontal=True):
        st.button(
            "Approve",
            key=field(case, "approve"),
            type="primary",
            on_click=case_actions.leave,
            args=(case, person, Approve(actor=person, version=case.version), "Approved."),
        )
        st.button("Send back", key=field(case, "back"), on_click=_sent_back, args=(case, person))


def _sent_back(case: Case, person: Person) -> None:
    command = SendBack(actor=person, version=case.version, note=typed(case, "back-note"))
    case_actions.act(case.id, command)


def closing(at: At, item: Item, person: Person) -> None:
    """Draw what closes a case whose answer stands already."""
    case = item.case
    with st.container(border=True):
        st.html(markup.facts(case_markup.ended(case, at.zone)))
        case_send.closing(at, item)
        st.button("Close", key=field(case, "resolve"), on_click=_closed, args=(case, person))


def _closed(case: Case, person: Person) -> None:
    cause, action = typed(case, "cause"), typed(case, "action")
    command = Resolve(actor=person, root_cause=cause, action=action)
    case_actions.leave(case, person, command, f"Case {case.id} closed.")


def _team(at: At, person: Person) -> dict[str, Person]:
    return {
        each.name: each
        for each in data.team(at)
        if each.id != person.id and each.role is not Role.VIEWER
    }
