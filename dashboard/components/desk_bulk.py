"""Several cases at once: assign, tag, dismiss; what was done can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import data
from dashboard.components import case_actions, notices, session
from dashboard.data import At
from storage import cases
from storage.case_lists import Item
from storage.case_model import AnyCommand, Case, Dismiss, Tag, Transfer
from storage.errors import EarshotError
from storage.people import Person, Role


def picked(case_id: int) -> str:
    """Return the key of a case's box."""
    return f"pick-{case_id}"


def switch() -> bool:
    """Draw the switch that puts a box beside each case."""
    return bool(st.toggle("Several", key="desk.several"))


def bar(at: At, items: list[Item], person: Person) -> None:
    """Draw what can be done with the chosen cases."""
    chosen = [item.case for item in items if st.session_state.get(picked(item.case.id))]
    with st.container(border=True, key="desk-bulk"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("All shown", key="bulk.all", on_click=_all, args=(items, True))
            st.button("None", key="bulk.none", on_click=_all, args=(items, False))
            st.text(f"{len(chosen)} chosen")
        team = {each.name: each for each in data.team(at) if each.role is not Role.VIEWER}
        names = [person.name, *(name for name in team if name != person.name)]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Assign to", names, key="bulk.to", width=200)
            st.button("Assign", key="bulk.assign", on_click=_assign, args=(chosen, person, team))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Tag", key="bulk.tag", width=200)
            st.button("Add the tag", key="bulk.tag-add", on_click=_tag, args=(chosen, person))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Reason", key="bulk.reason", value="not us", width=200)
            st.button("Dismiss", key="bulk.dismiss", on_click=_dismiss, args=(chosen, person))


def _all(items: list[Item], on: bool) -> None:
    for item in items:
        st.session_state[picked(item.case.id)] = on


def _assign(chosen: list[Case], person: Person, team: dict[str, Person]) -> None:
    to = team.get(str(st.session_state["bulk.to"]))
    if to is not None:
        _each(chosen, person, lambda _: Transfer(actor=person, to=to), f"given to {to.name}")


def _dismiss(chosen: list[Case], person: Person) -> None:
    reason = str(st.session_state["bulk.reason"])
    _each(chosen, person, lambda _: Dismiss(actor=person, reason=reason), "dismissed")


def _tag(chosen: list[Case], person: Person) -> None:
    """Add a tag; to take it back is to set the tags of before."""
    word = str(st.session_state["bulk.tag"])
    before = [(case.id, case.tags) for case in chosen]
    done = _done(chosen, lambda case: Tag(actor=person, tags=(*case.tags, word)))
    kept = [(case_id, tags) for case_id, tags in before if case_id in done]
    if kept:
        case_actions.offer(f"{len(kept)} cases tagged.", lambda: _retag(kept, person))


def _retag(before: list[tuple[int, tuple[str, ...]]], person: Person) -> None:
    space = session.workspace()
    for case_id, tags in before:
        cases.act(space.db, case_id, Tag(actor=person, tags=tags), space.now())


def _each(
    chosen: list[Case], person: Person, command: Callable[[Case], AnyCommand], what: str
) -> None:
    done = _done(chosen, command)
    versions = [(case.id, case.version) for case in chosen if case.id in done]
    if versions:
        case_actions.offer_undo(f"{len(versions)} cases {what}.", versions, person)


def _done(chosen: list[Case], command: Callable[[Case], AnyCommand]) -> set[int]:
    """Do it to each; say of how many it could not be done and why the first could not."""
    space = session.workspace()
    refused: list[str] = []
    done: set[int] = set()
    for case in chosen:
        try:
            cases.act(space.db, case.id, command(case), space.now())
        except EarshotError as error:
            refused.append(str(error))
        else:
            done.add(case.id)
            st.session_state[picked(case.id)] = False
    if refused:
        notices.later(f"{len(refused)} of {len(chosen)} were left as they are.", refused[0])
    return done
