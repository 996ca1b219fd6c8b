"""The left side of the desk: four shelves, a sieve, the cases, and several at once."""

from __future__ import annotations

import streamlit as st

from dashboard import case_data, case_markup, data
from dashboard.components import case_actions, desk_bulk, desk_views, notices, session
from dashboard.data import At
from storage.case_lists import Item
from storage.people import Person
from storage.shelves import COUNTED, Shelf

PAGE = 20
BESIDE = 8
"""Cases of the list while one is open beside it: each costs a millisecond of every click."""
_TITLES = {Shelf.MINE: "Mine", Shelf.NEW: "New", Shelf.WAITING: "Waiting", Shelf.DONE: "Done"}
_NOTHING = {
    Shelf.MINE: ("Nothing of yours", "Press N to take the most urgent new one."),
    Shelf.NEW: ("Nothing new", "Every open case is in somebody's hands."),
    Shelf.WAITING: ("Nothing waits", "Put aside, asked or sent cases of yours wait here."),
    Shelf.DONE: ("Nothing done yet", "Closed cases are kept here."),
}


def draw(at: At, chosen: int | None) -> None:
    """Draw the shelves and the cases of the one that is chosen."""
    person = session.actor()
    shelf = _shelf(at, person)
    sieve = desk_views.sieve()
    shown = st.session_state.get("desk.shown", PAGE if chosen is None else BESIDE)
    items = case_data.shelf(at, shelf, person, sieve=sieve, limit=shown + 1)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if person is not None:
            st.button(
                "Next",
                key="queue.next",
                type="primary",
                shortcut="n",
                on_click=case_actions.claim_next,
                args=(person,),
                help="Take the most urgent case that nobody holds",
            )
        _step(items, chosen)
        desk_views.draw(at, person)
        picking = person is not None and shelf is not Shelf.DONE and desk_bulk.switch()
    if picking and person is not None:
        desk_bulk.bar(at, items[:shown], person)
    if not items:
        notices.empty(*_NOTHING[shelf])
    for item in items[:shown]:
        _item(at, item, chosen, picking)
    if len(items) > shown:
        st.button("More", key="queue.more", on_click=_more, args=(shown,))


def _shelf(at: At, person: Person | None) -> Shelf:
    counts = {each: case_data.shelf_count(at, each, person) for each in (Shelf.MINE, Shelf.NEW)}
    counts[Shelf.WAITING] = case_data.shelf_count(at, Shelf.WAITING, person)
    usual = Shelf.MINE if counts[Shelf.MINE] else Shelf.NEW
    asked = st.query_params.get("show", "")
    shelf = Shelf(asked) if asked in set(Shelf) else usual
    if st.session_state.get("queue.show") != shelf.value:
        st.session_state["queue.show"] = shelf.value
    st.segmented_control(
        "Show",
        [each.value for each in _TITLES],
        format_func=lambda key: _title(Shelf(key), counts),
        key="queue.show",
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )
    return shelf


def _title(shelf: Shelf, counts: dict[Shelf, int]) -> str:
    if shelf not in counts:
        return _TITLES[shelf]
    number = f"{COUNTED}+" if counts[shelf] >= COUNTED else str(counts[shelf])
    return f"{_TITLES[shelf]} {number}"


def _chosen() -> None:
    st.query_params["show"] = st.session_state["queue.show"]
    st.session_state.pop("desk.shown", None)


def _more(shown: int) -> None:
    st.session_state["desk.shown"] = shown + PAGE


def _step(items: list[Item], chosen: int | None) -> None:
    """Go up and down the list by keyboard."""
    ids = [item.case.id for item in items]
    if not ids:
        return
    at = ids.index(chosen) if chosen in ids else None
    with st.container(key="desk-steps", horizontal=True, gap="small", width="content"):
        for label, key, step in (("↑", "k", -1), ("↓", "j", 1)):
            to = 0 if at is None else min(max(at + step, 0), len(ids) - 1)
            st.button(
                label,
                key=f"desk-step-{key}",
                shortcut=key,
                on_click=case_actions.open_case,
                args=(ids[to],),
                help="Open the one above" if step < 0 else "Open the one below",
            )


def _item(at: At, item: Item, chosen: int | None, picking: bool) -> None:
    case = item.case
    names = dict(data.choices(at).topics)
    name = "desk-item-open" if case.id == chosen else "desk-item"
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        if picking:
            st.checkbox(
                f"Choose case {case.id}",
                key=desk_bulk.picked(case.id),
                label_visibility="collapsed",
                width="content",
            )
        with st.container(key=f"{name}-{case.id}", border=True, gap=None):
            st.html(case_markup.row(item, at.now, at.zone, names))
            st.button(
                f"Open case {case.id}",
                key=f"look-{case.id}",
                on_click=case_actions.open_case,
                args=(case.id,),
            )
