"""The queue as a list: what is most urgent first, with one button to take the next."""

from __future__ import annotations

import streamlit as st

from dashboard import case_markup, data, markup
from dashboard.components import case_actions, frame, notices, session
from dashboard.data import At
from storage.case_lists import Item
from storage.case_model import Case, Claim
from storage.errors import NotFound
from storage.models import CaseState
from storage.people import Person

PAGE = 20
_SHOWN = {
    "open": "To do",
    "mine": "Mine",
    "waiting": "Put aside",
    "answered": "Answered",
    "closed": "Closed",
}


def workload(at: At) -> None:
    """Say how much there is to do."""
    st.html(markup.line(case_markup.workload(data.load(at))))


def queue(at: At) -> None:
    """Draw the list that the address asks for."""
    person = session.actor()
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = _choice()
        if person is not None:
            st.button(
                "Take the next",
                key="queue.next",
                type="primary",
                on_click=case_actions.claim_next,
                args=(person,),
            )
    frame.needs_actor()
    items = _items(at, shown, person)
    if not items:
        _nothing(at, shown)
    names = dict(data.choices(at).topics)
    for item in items[:PAGE]:
        _case(at, item, names, person)
    _turn(items)


def _choice() -> str:
    shown = st.query_params.get("show", "open")
    shown = shown if shown in _SHOWN else "open"
    if st.session_state.get("queue.show") != shown:
        st.session_state["queue.show"] = shown
    st.segmented_control(
        "Show",
        list(_SHOWN),
        format_func=lambda key: _SHOWN[key],
        key="queue.show",
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )
    return shown


def _chosen() -> None:
    st.query_params.from_dict({"show": st.session_state["queue.show"]})


def _items(at: At, shown: str, person: Person | None) -> list[Item]:
    after = _after(at)
    if shown == "closed":
        return data.closed(at, before=after, limit=PAGE + 1)
    if shown == "mine":
        owner = person.id if person else -1
        return data.queue(at, states=(), owner_id=owner, after=after, limit=PAGE + 1)
    states = {
        "open": (CaseState.NEW, CaseState.CLAIMED),
        "waiting": (CaseState.WAITING,),
        "answered": (CaseState.SENDING, CaseState.ANSWERED),
    }[shown]
    return data.queue(at, states=states, owner_id=None, after=after, limit=PAGE + 1)


def _after(at: At) -> Case | None:
    text = st.query_params.get("after", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    try:
        return data.case(at, int(text)).case
    except NotFound:
        return None


def _case(at: At, item: Item, names: dict[str, str], person: Person | None) -> None:
    case = item.case
    with st.container(border=True, horizontal=True, wrap=False, vertical_alignment="bottom"):
        st.html(case_markup.head(case, at.now) + markup.card(item.mention, at.zone, names))
        with st.container(gap="small", width="content"):
            st.button(
                "Look", key=f"look-{case.id}", on_click=case_actions.open_case, args=(case.id,)
            )
            if person is not None and case.state is CaseState.NEW and not case.gone:
                claim = Claim(
                    actor=person, version=case.version, mention_version=case.mention_version
                )
                st.button(
                    "Claim",
                    key=f"claim-{case.id}-{case.version}",
                    on_click=case_actions.claim,
                    args=(case.id, claim),
                )


def _turn(items: list[Item]) -> None:
    with st.container(horizontal=True, horizontal_alignment="center"):
        if "after" in st.query_params:
            st.button("First page", key="queue.first", on_click=_first)
        if len(items) > PAGE:
            last = items[PAGE - 1].case.id
            st.button("More", key="queue.more", on_click=_more, args=(last,))


def _first() -> None:
    st.query_params.pop("after", None)


def _more(case_id: int) -> None:
    st.query_params["after"] = str(case_id)


def _nothing(at: At, shown: str) -> None:
    if shown == "open":
        notices.empty("Nothing to do", "Every case is answered, put aside or closed.")
    elif shown == "mine" and session.actor() is None:
        notices.empty("Whose?", "Choose your name under “Working as” first.")
    else:
        notices.empty("None", "There is no case here at the moment.")
