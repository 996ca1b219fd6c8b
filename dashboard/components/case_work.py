"""One case to work on: the mention on the left, on the right what may be done with it."""

from __future__ import annotations

import streamlit as st

from dashboard import case_markup, data, markup
from dashboard.components import case_actions, frame, mention_detail, notices, session
from dashboard.components.case_actions import SNOOZES, field
from dashboard.data import At
from storage.case_lists import Item
from storage.case_model import Case, Claim, Heartbeat, Release
from storage.errors import NotFound
from storage.models import CaseState
from storage.people import Person

BEAT = 60.0
"""Seconds between two signs of life of an open page; a lease lasts thirty minutes."""


def chosen() -> int | None:
    """Return the id of the case that the address names, None where it names none."""
    text = st.query_params.get("case", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def case(at: At, case_id: int) -> None:
    """Draw a case; every action is bound to its id and to what was seen."""
    with st.container(horizontal=True):
        st.button("← Queue", key="case.back", type="tertiary", on_click=_back)
        person = session.actor()
        if person is not None:
            st.button(
                "Take the next →",
                key="case.next",
                type="tertiary",
                on_click=case_actions.claim_next,
                args=(person,),
            )
    try:
        item = data.case(at, case_id)
    except NotFound:
        notices.empty("There is no such case", "The link is wrong.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        mention_detail.said(at, data.mention(at, item.mention.id))
        with st.container(border=True):
            st.markdown("**History**")
            st.html(case_markup.history(data.history(at, case_id), at.zone))
    with right:
        _work(at, item)


def _back() -> None:
    st.query_params.pop("case", None)


def _work(at: At, item: Item) -> None:
    case = item.case
    person = session.actor()
    with st.container(border=True):
        st.html(case_markup.head(case, at.now))
        st.html(markup.facts(case_markup.ended(case, at.zone)))
        if case.is_open:
            st.html(markup.line(case_markup.held(case, at.now, at.zone)))
        if person is None:
            frame.needs_actor()
        elif not case.is_open:
            _reopening(case, person)
        elif case.owner_id != person.id or case.state is CaseState.WAITING:
            _claiming(at, case, person)
    if person is not None and case.is_open:
        if case.owner_id == person.id and case.state is not CaseState.WAITING:
            _keep(case.id, person)
            _writing(at, case, person, markup.safe_url(item.mention.url))
            _resolving(at, case, person)
        _leaving(at, case, person)


def _claiming(at: At, case: Case, person: Person) -> None:
    if case.gone:
        return
    leased = case.lease_until is not None and case.lease_until > at.now
    taken = leased and case.owner_id != person.id
    if taken and not person.leads:
        return
    command = Claim(
        actor=person,
        version=case.version,
        mention_version=case.mention_version,
        take_over=taken,
    )
    st.button(
        "Take over" if taken else "Claim",
        key=f"claim-{case.id}-{case.version}",
        type="primary",
        on_click=case_actions.act,
        args=(case.id, command),
    )


@st.fragment(run_every=BEAT)
def _keep(case_id: int, person: Person) -> None:
    """Prolong the lease for as long as the page is open."""
    case_actions.beat(case_id, Heartbeat(actor=person))


def _writing(at: At, case: Case, person: Person, url: str | None) -> None:
    key = field(case, "draft")
    if case.state is CaseState.ANSWERED:
        with st.container(border=True):
            st.caption("Recorded as answered; resolve it below, or take the next.")
            st.text(case.draft or "")
        return
    _adopt(case, person, key)
    with st.container(border=True):
        st.text_area(
            "Your reply",
            key=key,
            height=180,
            persist_state="session",
            on_change=case_actions.save_draft,
            args=(case, person),
            help="Kept as a draft whenever you leave the field or press Ctrl+Enter.",
        )
        st.caption("Post it where the customer wrote, then record it here.")
        if url:
            st.link_button("Open where the customer wrote", url, type="tertiary")
        st.text_input("Where it stands", key=field(case, "url"), placeholder="https://…")
        with st.container(horizontal=True):
            st.button(
                "Record reply",
                key=field(case, "record"),
                type="primary",
                on_click=case_actions.record_reply,
                args=(case, person),
            )
            st.button(
                "Save draft",
                key=field(case, "save"),
                on_click=case_actions.save_draft,
                args=(case, person),
            )


def _adopt(case: Case, person: Person, key: str) -> None:
    """Begin with the stored draft; what another wrote meanwhile replaces an older text here."""
    seen = f"{key}-seen"
    another = case.draft_by != person.name and st.session_state.get(seen) != case.draft_seq
    if key not in st.session_state or (another and case.draft_seq is not None):
        st.session_state[key] = case.draft or ""
    st.session_state[seen] = case.draft_seq


def _resolving(at: At, case: Case, person: Person) -> None:
    with st.container(border=True):
        st.selectbox(
            "Root cause",
            data.root_causes(at),
            index=None,
            key=field(case, "cause"),
            accept_new_options=True,
            placeholder="What was wrong? Choose or type",
        )
        st.text_input("Action", key=field(case, "action"), placeholder="What was done about it?")
        st.button(
            "Resolve",
            key=field(case, "resolve"),
            on_click=case_actions.resolve,
            args=(case, person),
        )


def _leaving(at: At, case: Case, person: Person) -> None:
    """Offer the ways to be rid of a case without answering it."""
    mine = case.owner_id == person.id
    leased = case.lease_until is not None and case.lease_until > at.now
    if leased and not mine and not person.leads:
        return
    box = st.expander("Not now, or not me", key=field(case, "leave"), on_change="rerun")
    if not box.open:
        return
    with box:
        st.pills(
            "Put aside for",
            list(SNOOZES),
            format_func=lambda key: SNOOZES[key],
            key=field(case, "snooze"),
            on_change=case_actions.snooze,
            args=(case, person),
        )
        team = {each.name: each for each in data.team(at) if each.id != case.owner_id}
        st.selectbox(
            "Hand on to",
            list(team),
            index=None,
            key=field(case, "to"),
            placeholder="Choose a colleague",
            on_change=case_actions.hand_on,
            args=(case, person, team),
        )
        if mine:
            release = Release(actor=person, version=case.version)
            st.button(
                "Give back",
                key=field(case, "release"),
                on_click=case_actions.act,
                args=(case.id, release),
            )
        st.text_input("Reason", key=field(case, "reason"), placeholder="Why nobody will answer")
        st.button(
            "Dismiss",
            key=field(case, "dismiss"),
            on_click=case_actions.dismiss,
            args=(case, person),
        )


def _reopening(case: Case, person: Person) -> None:
    st.text_input("Reason", key=field(case, "reason"), placeholder="Why again? (may be empty)")
    st.button(
        "Reopen", key=field(case, "reopen"), on_click=case_actions.reopen, args=(case, person)
    )
