"""Promises of time and business hours, and whose answers wait for a lead."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard import data, markup, promise_words
from dashboard.components import session, steering
from dashboard.data import At
from storage import approvals, clocks, customers
from storage.clocks import Calendar, Policy
from storage.errors import InputError
from storage.people import Person, Role


def draw(at: At) -> None:
    """Draw what is promised, the hours that count, and approvals."""
    leader = steering.leader()
    st.header("Promised times", anchor=False)
    st.caption(
        "By when an answer is due, counted from when a message was first seen. The promise with "
        "most conditions counts; without one, the case rule's hours do."
    )
    conn = at.db.reader()
    policies, calendars = clocks.policies(conn), clocks.calendars(conn)
    if not policies:
        st.html(markup.line("None yet: the hours of the case rules count."))
    for policy in policies:
        _row(
            promise_words.promise(policy), f"policy-{policy.id}", leader, _remove_policy, policy.id
        )
    if leader is not None:
        _policy_form(at, leader)
    st.header("Business hours", anchor=False)
    if not calendars:
        st.html(markup.line("None yet: the clock runs day and night."))
    for calendar in calendars.values():
        st.html(markup.line(f"{calendar.name}: {promise_words.hours(calendar)}"))
    if leader is not None:
        _calendar_form(at, leader)
    st.header("Answers that wait for approval", anchor=False)
    st.caption("Off until a rule stands here; who leads needs none.")
    for rule in approvals.rules(conn):
        _row(promise_words.approval(rule), f"approval-{rule.id}", leader, _remove_approval, rule.id)
    if leader is not None:
        _approval_form(at, leader)
    steering.changes(at, "promises")


def _row(told: str, key: str, leader: Person | None, remove: object, which: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.line(told), width="stretch")
        if leader is not None:
            st.button(
                "Remove",
                key=f"{key}-gone",
                type="tertiary",
                on_click=remove,  # type: ignore[arg-type]
                args=(which, leader),
            )


def _remove_policy(which: int, leader: Person) -> None:
    with steering.changing("promises") as conn:
        clocks.remove_policy(conn, which, leader)


def _remove_approval(which: int, leader: Person) -> None:
    with steering.changing("promises") as conn:
        approvals.remove(conn, which, leader)


def _policy_form(at: At, leader: Person) -> None:
    conn = at.db.reader()
    form = st.form("policy", border=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Source", ["", *data.choices(at).sources], key="policy.source")
        st.selectbox("Tier", ["", *customers.tiers(conn)], key="policy.tier")
        st.selectbox("Priority", [None, 1, 2, 3, 4, 5], key="policy.priority")
        st.number_input("Hours", 0.05, 8760.0, 4.0, key="policy.hours")
        st.selectbox("Within", ["", *clocks.calendars(conn)], key="policy.calendar")
        st.form_submit_button("Promise", on_click=_promise, args=(leader,))


def _promise(leader: Person) -> None:
    state = st.session_state
    policy = Policy(
        0,
        state["policy.source"],
        state["policy.tier"],
        state["policy.priority"],
        round(state["policy.hours"] * 60),
        state["policy.calendar"],
    )
    with steering.changing("promises") as conn:
        clocks.save_policy(conn, policy, leader)


def _calendar_form(at: At, leader: Person) -> None:
    form = st.form("calendar", border=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Team", key="calendar.name", placeholder="Support Berlin")
        st.text_input("Timezone", at.zone, key="calendar.zone")
        st.text_input("Hours", "Mon-Fri 09:00-12:00 13:00-17:00", key="calendar.hours")
        st.text_input("Holidays", key="calendar.off", placeholder="2026-12-25, 2026-12-26")
        st.form_submit_button("Keep", on_click=_keep_calendar, args=(leader,))


def _keep_calendar(leader: Person) -> None:
    state = st.session_state
    days = str(state["calendar.off"])
    with steering.changing("promises") as conn:
        try:
            off = [date.fromisoformat(each.strip()) for each in days.split(",") if each.strip()]
        except ValueError as error:
            raise InputError("write holidays as 2026-12-25, with commas") from error
        periods = promise_words.read_hours(state["calendar.hours"])
        made = Calendar(state["calendar.name"], state["calendar.zone"], periods, frozenset(off))
        clocks.save_calendar(conn, made, leader)


def _approval_form(at: At, leader: Person) -> None:
    form = st.form("approval", border=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Role", ["", Role.AGENT.value], key="approval.role")
        st.selectbox("Stars, at most", [None, 1.0, 2.0, 3.0, 4.0], key="approval.stars")
        st.selectbox("Source ", ["", *data.choices(at).sources], key="approval.source")
        st.form_submit_button("Ask for approval", on_click=_approve, args=(leader,))


def _approve(leader: Person) -> None:
    space, state = session.workspace(), st.session_state
    role = state["approval.role"]
    with steering.changing("promises") as conn:
        approvals.add(
            conn,
            leader,
            space.now(),
            role=Role(role) if role else None,
            max_stars=state["approval.stars"],
            source=state["approval.source"] or None,
        )
