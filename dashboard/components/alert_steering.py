"""The budget of alerts, tried on the past before it counts; notices that could not be sent."""

from __future__ import annotations

import json
from dataclasses import replace

import streamlit as st

from dashboard import markup
from dashboard.components import notices, session, steering
from dashboard.data import At
from dashboard.watching import backtest
from storage import alert_rules, alert_tellings, outbox
from storage.outbox import Channel, Entry, State
from storage.people import Person

WEEKS = 8
_TRIED = "alerts.tried"


def steer(at: At) -> None:
    """Draw the budget with its trial, and dead letters where there are any."""
    person = session.actor()
    for entry in _failed(at):
        _dead(entry, person)
    if person is not None and person.leads:
        box = st.expander("False alarms that you put up with", on_change="rerun", key="alerts.rule")
        if box.open:
            with box:
                _budget(at, person)
                steering.changes(at, "alerts")


def _budget(at: At, person: Person) -> None:
    rule = alert_rules.rule(at.db.reader(), alert_rules.USUAL)
    known = alert_rules.precision(at.db.reader()).get(rule.name)
    if known:
        st.caption(f"{known.useful} of {known.judged} judged alerts were worth it.")
    budget = st.number_input(
        "At most so many a week, over everything that is watched",
        min_value=0.1,
        max_value=20.0,
        value=rule.budget,
        step=0.5,
        key="alerts.budget",
    )
    with st.container(horizontal=True):
        st.button("Try it on the past", key="alerts.try", on_click=_try, args=(budget,))
        st.button("Use it from now on", key="alerts.use", on_click=_use, args=(budget, person))
    tried = st.session_state.get(_TRIED)
    if tried is not None and tried[0] == budget:
        times = "once" if len(tried[1]) == 1 else f"{len(tried[1])} times"
        st.markdown(f"It would have spoken **{times}** in {WEEKS} weeks.")
        for each in tried[1]:
            st.html(markup.line(f"{markup.when(each.at, at.zone)}: {each.words}"))


def _try(budget: float) -> None:
    space = session.workspace()
    rule = alert_rules.rule(space.db.reader(), alert_rules.USUAL)
    found = backtest.fired(space, replace(rule, budget=budget), WEEKS)
    st.session_state[_TRIED] = (budget, found)


def _use(budget: float, person: Person) -> None:
    space = session.workspace()
    with steering.changing("alerts") as conn:
        rule = alert_rules.rule(conn, alert_rules.USUAL)
        alert_rules.save_rule(conn, replace(rule, budget=budget), person, space.now())


def _failed(at: At) -> list[Entry]:
    return outbox.entries(
        at.db.reader(), states=(State.FAILED,), channels=(Channel.NOTICE,), limit=5
    )


def _dead(entry: Entry, person: Person | None) -> None:
    said = json.loads(entry.content or "{}")
    with st.container(border=True):
        st.markdown(":red[**A notice could not be sent**]")
        st.html(markup.line(f"{said.get('target', '')}: {said.get('subject', '')}"))
        st.html(markup.line(entry.error or ""))
        if person is not None:
            st.button(
                "Send it again", key=f"retry-{entry.id}", on_click=_retry, args=(entry.id, person)
            )


def _retry(entry_id: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        alert_tellings.retry(conn, entry_id, person, space.now())
