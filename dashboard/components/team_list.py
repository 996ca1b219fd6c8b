"""The team: names with roles; adding, renaming, another role. Each action names a person's id."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup, role_words
from dashboard.components import notices, session, steering
from dashboard.data import At
from storage import people
from storage.people import Person, Role, Skills

_NAMES = [role.value for role in role_words.MEANINGS]


def team(at: At) -> None:
    """Draw everybody, then the form for one more."""
    st.caption("Without sign-in a name is what somebody says it is: roles guide, they do not lock.")
    leader = steering.leader()
    found = data.team(at)
    if not found:
        notices.empty("Nobody yet", "Choose or type a name under “Working as” in the sidebar.")
    known = people.skills(at.db.reader())
    for person in found:
        _person(at, person, known[person.id], leader)
    if leader is not None:
        _add()
    steering.changes(at, "team")
    st.html(markup.facts([(role.value, means) for role, means in role_words.MEANINGS.items()]))


def _person(at: At, person: Person, skills: Skills, leader: Person | None) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        you = " (you)" if leader is not None and leader.id == person.id else ""
        about = ", ".join([*skills.langs, *skills.places])
        st.html(
            f'<div class="es-title">{markup.said(person.name)}{you}</div>'
            f"{markup.line(about) if about else ''}",
            width="stretch",
        )
        if leader is None:
            st.html(markup.chip(person.role.value), width="content")
            return
        key = f"role-{person.id}-{person.role.value}"
        st.selectbox(
            "Role",
            _NAMES,
            index=_NAMES.index(person.role.value),
            key=key,
            on_change=_change,
            args=(person, key),
            label_visibility="collapsed",
            width=130,
        )
        _skills(at, person, skills)
        box = st.popover("Rename", key=f"rename-{person.id}", type="tertiary", on_change="rerun")
        if box.open:
            field = f"name-{person.id}"
            box.text_input("New name", key=field, max_chars=people.NAME_LIMIT)
            box.button("Rename", key=f"renamed-{person.id}", on_click=_rename, args=(person, field))


def _skills(at: At, person: Person, skills: Skills) -> None:
    box = st.popover(
        "Languages, places", key=f"skills-{person.id}", type="tertiary", on_change="rerun"
    )
    if not box.open:
        return
    known = data.choices(at)
    key = f"skills-{person.id}"
    with box:
        st.multiselect(
            "Answers in",
            sorted({*known.langs, *skills.langs}),
            skills.langs,
            key=f"{key}-langs",
            placeholder="All languages",
        )
        st.multiselect(
            "Looks after",
            sorted({*known.places, *skills.places}),
            skills.places,
            key=f"{key}-places",
            placeholder="All places",
        )
        st.button("Save", key=f"{key}-save", type="primary", on_click=_skilled, args=(person,))


def _skilled(person: Person) -> None:
    chosen = Skills(
        tuple(st.session_state[f"skills-{person.id}-langs"]),
        tuple(st.session_state[f"skills-{person.id}-places"]),
    )
    with steering.changing("team") as conn:
        people.set_skills(conn, person.id, chosen)


def _add() -> None:
    form = st.form("team.add", clear_on_submit=True, border=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key="team.name", max_chars=people.NAME_LIMIT, width=240)
        st.selectbox("Role", _NAMES, index=1, key="team.role", width=140)
        st.form_submit_button("Add to the team", on_click=_added)


def _added() -> None:
    name, role = str(st.session_state["team.name"]), Role(st.session_state["team.role"])
    with steering.changing("team") as conn:
        people.add(conn, name, role, session.workspace().now())


def _change(person: Person, key: str) -> None:
    with steering.changing("team") as conn:
        people.set_role(conn, person.name, Role(st.session_state[key]))


def _rename(person: Person, field: str) -> None:
    with steering.changing("team") as conn:
        renamed = people.rename(conn, person.id, str(st.session_state.get(field) or ""))
        session.renamed(person, renamed)
