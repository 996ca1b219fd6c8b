"""The lead's view: who has how much, how long answers take, and what flatters the clock."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import case_data, data, markup
from dashboard.components import case_actions, charts, links, notices, session
from dashboard.data import At
from storage import cases, clocks, desk_figures, shelves
from storage.case_model import Transfer
from storage.desk_figures import Workload
from storage.errors import EarshotError
from storage.people import Person
from storage.shelves import Shelf

DAYS = 30
_COLUMN = "workload.column"


def draw(at: At) -> None:
    """Draw the page."""
    person = session.actor()
    found = case_data.workloads(at)
    new = case_data.shelf_count(at, Shelf.NEW, None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.line(f"{new} new cases that nobody has."), width="stretch")
        if person is not None and person.leads and new:
            st.button("Share evenly", key="workload.share", on_click=_share, args=(at, person))
    case_actions.undo_bar()
    with st.grid("auto", min_column_width=300, gap="small"):
        for each in found:
            _colleague(at, each, person)
    _speed(at)
    _integrity(at)


def _colleague(at: At, load: Workload, person: Person | None) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        late = f'<span class="es-bad">{load.overdue} late</span>' if load.overdue else ""
        facts = f"{load.open} open · {load.waiting} waiting · {load.answered} answered in 7 days"
        st.html(
            f'<div class="es-title">{markup.said(load.name)}</div><div class="es-row">'
            f"<span>{facts}</span>{late}{markup.chip('away') if load.away else ''}</div>",
            width="stretch",
        )
        if person is None or not (person.leads or person.id == load.person_id):
            return
        if person.leads and not load.away:
            _assign(at, load, person)
        word = "Back" if load.away else "Away"
        st.button(
            word,
            key=f"away-{load.person_id}",
            on_click=_back if load.away else _leave,
            args=(at, load.person_id, person),
            help=None if load.away else "What they hold returns to the queue",
        )


def _assign(at: At, load: Workload, person: Person) -> None:
    """Offer to give somebody the most urgent new cases."""
    key = f"assign-{load.person_id}"
    box = st.popover("Assign…", key=key, on_change="rerun")
    if not box.open:
        return
    with box:
        st.number_input("So many of the new, most urgent first", 1, 50, 5, key=f"{key}-many")
        st.button("Give them", key=f"{key}-go", on_click=_give, args=(at, load, person))


def _give(at: At, load: Workload, person: Person) -> None:
    many = int(st.session_state[f"assign-{load.person_id}-many"])
    _hand_out(at, person, {load.person_id: 0}, many)
    st.session_state[f"assign-{load.person_id}"] = False


def _leave(at: At, who: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained():
        clocks.leave(space.db, _person(at, who), person, space.now())


def _back(at: At, who: int, person: Person) -> None:
    with notices.explained():
        clocks.back(session.workspace().db, _person(at, who), person)


def _person(at: At, person_id: int) -> Person:
    return next(each for each in data.team(at) if each.id == person_id)


def _share(at: At, person: Person) -> None:
    """Give every new case to whoever is here and has least."""
    here = desk_figures.workloads(at.db.reader(), at.now, at.now)
    _hand_out(at, person, {each.person_id: each.open for each in here if not each.away}, 200)


def _hand_out(at: At, person: Person, load: dict[int, int], many: int) -> None:
    """Give new cases, the most urgent first, each to whoever has least."""
    space, conn = session.workspace(), at.db.reader()
    team = {each.id: each for each in data.team(at)}
    done: list[tuple[int, int]] = []
    with notices.explained():
        for item in shelves.items(conn, Shelf.NEW, None, space.now(), limit=many):
            to = min(load, key=lambda each: (load[each], each), default=None)
            if to is None:
                break
            try:
                cases.act(space.db, item.case.id, Transfer(actor=person, to=team[to]), space.now())
            except EarshotError:
                continue  # somebody took it meanwhile
            load[to] += 1
            done.append((item.case.id, item.case.version))
        case_actions.offer_undo(f"{len(done)} cases shared.", done, person)


def _speed(at: At) -> None:
    columns = case_data.columns(at)
    column = st.session_state.get(_COLUMN, "tier")
    told = case_data.speed(at, column if column in columns else "tier", DAYS)
    if told is None:
        return
    st.header("How long until an answer", anchor=False)
    st.html(markup.line(told.words))
    charts.chart(told.curve, key="workload.curve", alt=told.words, narrow=_nothing)
    if not columns:
        return
    st.selectbox("Apart by", columns, key=_COLUMN, width=240)
    for name, words in told.groups:
        st.html(markup.line(f"{name or 'others'}: {words}"))


def _nothing(mark: list[Any]) -> None:
    """Return no filter: a mark of this curve stands for a share, not for some mentions."""


def _integrity(at: At) -> None:
    box = st.expander("What flatters the clock", key="workload.flatters", on_change="rerun")
    if not box.open:
        return
    found = case_data.suspicions(at, DAYS)
    with box:
        if not found:
            st.caption("No stopped clock while a customer waited, no closing without an answer.")
        for each in found[:20]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(f"{each.kind}, by {each.by}"), width="stretch")
                st.page_link(
                    links.QUEUE,
                    label=f"Case {each.case_id}",
                    query_params={"case": str(each.case_id)},
                )
        if len(found) > 20:
            st.caption(f"and {len(found) - 20} more")
