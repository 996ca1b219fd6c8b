"""Promises of time and business hours, and whose answers wait for a lead."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard import data, markup
from dashboard.components import notices, session, steering
from dashboard.data import At
from storage import approvals, clocks, customers
from storage.clocks import DAY, Calendar, Policy
from storage.errors import InputError
from storage.people import Person, Role

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def draw(at: At) -> None:
    """Draw what is promised, the hours that count, and approvals."""
    leader = steering.leader()
    st.header("Promised times", anchor=False)
    st.caption(
        "By when an answer is due, counted from when a message was first seen. The promise with "
        "most conditions counts; without one, the case rule's hours do."
    )
    conn = at.db.reader()
    for policy in clocks.policies(conn):
        told = f"{in_words(policy)}"
        _row(told, f"policy-{policy.id}", leader, _remove_policy, policy.id)
    if leader is not None:
        _policy_form(at, leader)
    st.header("Business hours", anchor=False)
    for calendar in clocks.calendars(conn).values():
        st.html(markup.line(f"{calendar.name}: {hours(calendar)}"))
    if leader is not None:
        _calendar_form(at, leader)
    st.header("Answers that wait for approval", anchor=False)
    st.caption("Off until a rule stands here; who leads needs none.")
    for rule in approvals.rules(conn):
        parts = [f"role {rule.role.value}" if rule.role else ""]
        parts.append(f"at most {rule.max_stars:g}★" if rule.max_stars else "")
        parts.append(f"from {rule.source}" if rule.source else "")
        told = ", ".join(filter(None, parts))
        _row(told, f"approval-{rule.id}", leader, _remove_approval, rule.id)
    if leader is not None:
        _approval_form(at, leader)


def in_words(policy: Policy) -> str:
    """Say what a policy promises."""
    parts = [policy.source or "any source"]
    parts += [f"tier {policy.tier}"] if policy.tier else []
    parts += [f"priority {policy.priority}"] if policy.priority is not None else []
    length = f"{policy.minutes / 60:g} h" if policy.minutes % 30 == 0 else f"{policy.minutes} min"
    return f"{', '.join(parts)}: within {length}" + (
        f" of {policy.calendar}" if policy.calendar else ", day and night"
    )


def hours(calendar: Calendar) -> str:
    """Say when a team is there."""
    parts = []
    for day, periods in sorted(calendar.periods.items()):
        told = " and ".join(f"{_clock(a)}–{_clock(b)}" for a, b in periods)
        parts.append(f"{_DAYS[day]} {told}")
    off = f", {len(calendar.holidays)} holidays" if calendar.holidays else ""
    return f"{', '.join(parts)} ({calendar.timezone}{off})"


def read_hours(text: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Read "Mon-Fri 09:00-12:00 13:00-17:30; Sat 10:00-14:00"."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for part in text.replace("–", "-").split(";"):
        words = part.split()
        if not words:
            continue
        periods = tuple(sorted(_period(each) for each in words[1:]))
        if not periods:
            raise InputError(f"say hours after {words[0]!a}, like 09:00-17:00")
        for day in _days(words[0]):
            found[day] = periods
    return found


def _days(text: str) -> range:
    first, _, last = text.title().partition("-")
    if first not in _DAYS or (last and last not in _DAYS):
        raise InputError(f"{text!a} is no day; say Mon, Tue, Wed, Thu, Fri, Sat, Sun or Mon-Fri")
    start = _DAYS.index(first)
    return range(start, (_DAYS.index(last) if last else start) + 1)


def _period(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    return _minute(start), _minute(end)


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and (minute or "0").isdigit()):
        raise InputError(f"{text!a} is no time; say 09:00")
    found = int(hour) * 60 + int(minute or 0)
    if found > DAY:
        raise InputError(f"{text!a} is no time of a day")
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


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
    with notices.explained(), session.workspace().db.write() as conn:
        clocks.remove_policy(conn, which, leader)


def _remove_approval(which: int, leader: Person) -> None:
    with notices.explained(), session.workspace().db.write() as conn:
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
    with notices.explained(), session.workspace().db.write() as conn:
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
    with notices.explained(), session.workspace().db.write() as conn:
        try:
            off = [date.fromisoformat(each.strip()) for each in days.split(",") if each.strip()]
        except ValueError as error:
            raise InputError("write holidays as 2026-12-25, with commas") from error
        periods = read_hours(state["calendar.hours"])
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
    with notices.explained(), space.db.write() as conn:
        approvals.add(
            conn,
            leader,
            space.now(),
            role=Role(role) if role else None,
            max_stars=state["approval.stars"],
            source=state["approval.source"] or None,
        )
