"""Actions: what was done about a topic, registered first, and what can be said of it."""

from __future__ import annotations

import streamlit as st

from dashboard import data, judging, markup, proof, proof_card, report_markup
from dashboard.components import action_telling, frame, links, notices, session
from dashboard.data import At
from dashboard.judging import Judged
from dashboard.reports import wording
from storage import actions, told
from storage.actions import Scope
from storage.people import Person

_MEASURES = {
    "negative_share": "how badly it is spoken of (negative share)",
    "topic_share": "how often it is raised (share of mentions)",
    "rating": "stars of those who raise it",
}


def list_(at: At) -> None:
    """Draw the form and a card per action."""
    person = session.actor()
    _form(at, person)
    found = actions.actions(at.db.reader())
    if not found:
        notices.empty(
            "Nothing registered yet",
            "Register what you change about a topic before you look at its result: only then"
            " can a better week be proof.",
        )
    for each in found:
        _card(at, judging.judge(at.db.reader(), each, at.today), person)


def _form(at: At, person: Person | None) -> None:
    with st.expander("Register an action", icon=":material/flag:"):
        if frame.needs_actor() or person is None:
            return
        names = dict(data.choices(at).topics)
        with st.form("action", clear_on_submit=True, border=False):
            st.text_input("What is done", key="action.title", max_chars=actions.TITLE_LIMIT)
            st.selectbox("About", list(names), format_func=names.__getitem__, key="action.topic")
            st.selectbox(
                "Judged by", list(_MEASURES), format_func=_MEASURES.__getitem__, key="action.by"
            )
            st.number_input(
                "Hoped for (points, or stars)",
                min_value=0.0,
                value=None,
                key="action.expected",
                help="With it, weeks that would have shown it and did not are evidence, too.",
            )
            st.multiselect("Only these brands", data.choices(at).brands, key="action.brands")
            st.date_input("Took effect on (leave empty while planned)", value=None, key="action.on")
            st.caption("What it is judged by can't be changed afterwards.")
            st.form_submit_button("Register", type="primary", on_click=_register, args=(person,))


def _register(person: Person) -> None:
    space, state = session.workspace(), st.session_state
    hoped = state["action.expected"]
    if hoped and state["action.by"] != "rating":
        hoped /= 100
    with notices.explained(), space.db.write() as conn:
        number = actions.register(
            *(conn, state["action.title"], state["action.topic"], state["action.by"]),
            *(Scope(tuple(state["action.brands"])), hoped or None, person.id, space.now()),
        )
        if state["action.on"] is not None:
            today = session.at().today
            actions.done(conn, number, state["action.on"], today, person.id, space.now())


def _card(at: At, judged: Judged, person: Person | None) -> None:
    action = judged.action
    with st.container(border=True):
        verdict = judged.effect.verdict.value if judged.effect else "planned"
        chip = markup.chip("withdrawn" if action.withdrawn is not None else verdict)
        when = f"in effect since {wording.day(action.done_on)}" if action.done_on else "planned"
        meta = f"{action.topic_name} · {_MEASURES[action.measure]} · {when} · {action.actor}"
        st.html(
            f'<div class="es-row"><span class="es-title">{markup.said(action.title)}</span>{chip}'
            f"</div>{markup.line(meta)}{markup.line(proof.said(judged))}"
        )
        if judged.points:
            st.html(report_markup.image(proof.drawing(judged)), width=560)
        with st.container(horizontal=True, vertical_alignment="center"):
            about = told.asked_for(at.db.reader(), action)
            if about is not None:
                links.mentions("What was said of it before →", about)
            if person is not None and action.withdrawn is None:
                _steps(judged, person)
            st.download_button(
                "Card for customers",
                proof_card.card(
                    judged,
                    ", ".join(each.name for each in data.brands(at) if each.own),
                    sample=session.workspace().is_sample,
                ),
                f"you-said-we-did-{action.id}.html",
                "text/html",
                key=f"action.card-{action.id}",
                on_click="ignore",
            )
        if action.done_on is not None and action.withdrawn is None:
            action_telling.draw(at, action, person)


def _steps(judged: Judged, person: Person) -> None:
    number = judged.action.id
    if judged.action.done_on is None:
        st.button("Done today", key=f"action.done-{number}", on_click=_done, args=(number, person))
    with st.popover("Withdraw"):
        st.text_input("Why", key=f"action.why-{number}", max_chars=200)
        st.button("Withdraw", key=f"action.no-{number}", on_click=_withdraw, args=(number, person))


def _done(number: int, person: Person) -> None:
    space, today = session.workspace(), session.at().today
    with notices.explained(), space.db.write() as conn:
        actions.done(conn, number, today, today, person.id, space.now())


def _withdraw(number: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        why = st.session_state[f"action.why-{number}"]
        actions.withdraw(conn, number, why, person.id, space.now())
