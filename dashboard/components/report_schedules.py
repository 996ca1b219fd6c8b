"""Summaries that are mailed by themselves, when and to whom; the file's are read-only here."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import data, markup
from dashboard.components import notices, report_send, session, steering
from dashboard.data import At
from dashboard.delivery import summaries
from dashboard.reports import due, locales, schedule_words
from storage import report_schedules, workspace
from storage.errors import InputError
from storage.people import Person
from storage.report_schedules import LAST_DAY, Every, Recipient, Schedule, StoredSchedule

_NAMES = {Every.WEEK: "Weekly", Every.MONTH: "Monthly"}


def schedules(at: At) -> None:
    """Draw every schedule, and the form of a new one."""
    found = report_schedules.schedules(at.db.reader())
    name = f"Mailed by itself ({len(found)})" if found else "Mailed by itself"
    key = "report.schedules"
    box = st.expander(name, icon=":material/schedule_send:", key=key, on_change="rerun")
    if not box.open:
        return
    with box:
        may = report_send.sender() is not None
        why = summaries.obstacle(at.db.reader(), session.workspace().settings.mail)
        if why:
            st.info(f"Nothing is mailed yet: {why}.")
        for each in found:
            _schedule(at, each, may=may and each.origin != "file")
        if may:
            _new(at)
        steering.changes(at, "reports")


def _schedule(at: At, stored: StoredSchedule, *, may: bool) -> None:
    schedule = stored.schedule
    name = schedule.name
    with st.container(border=True):
        st.html(f'<div class="es-title">{markup.said(name)}</div>{markup.line(_when(at, stored))}')
        for each in schedule.recipients:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(schedule_words.whom(each)), width="stretch")
                if may:
                    st.button(
                        "Leave out",
                        key=f"report-out-{name}-{each.address}",
                        type="tertiary",
                        on_click=_leave_out,
                        args=(name, each.address),
                    )
        if may:
            with st.container(horizontal=True):
                _actions(at, schedule)


def _when(at: At, stored: StoredSchedule) -> str:
    schedule = stored.schedule
    words = schedule_words.when(schedule)
    origin = " · from earshot.toml" if stored.origin == "file" else ""
    if not schedule.enabled:
        return f"{words} · switched off{origin}"
    following = due.following(schedule, at.now, ZoneInfo(at.zone))
    last = f" · last sent: {stored.done}" if stored.done else ""
    return f"{words} · next: {markup.when(following.at, at.zone)}{last}{origin}"


def _actions(at: At, schedule: Schedule) -> None:
    name = schedule.name
    box = st.popover("Add recipients", key=f"report-to-{name}", on_change="rerun", type="tertiary")
    if box.open:
        with box:
            _whom(at, name)
            st.button("Add", key=f"report-add-{name}", type="primary", on_click=_add, args=(name,))
    box = st.popover("Change", key=f"report-edit-{name}", on_change="rerun", type="tertiary")
    if box.open:
        with box:
            _times(name, schedule)
            st.toggle("On", schedule.enabled, key=f"report-on-{name}")
            st.button(
                "Save", key=f"report-save-{name}", type="primary", on_click=_change, args=(name,)
            )
    box = st.popover("Remove", key=f"report-gone-{name}", on_change="rerun", type="tertiary")
    if box.open:
        box.button("Remove it", key=f"report-remove-{name}", on_click=_remove, args=(name,))


def _new(at: At) -> None:
    box = st.popover("New schedule", key="report-new", on_change="rerun", icon=":material/add:")
    if box.open:
        with box:
            st.text_input("Name", key="report-name", max_chars=report_schedules.NAME_LIMIT)
            _times("", Schedule("", ()))
            _whom(at, "")
            st.button("Mail it", key="report-make", type="primary", on_click=_make)


def _times(key: str, schedule: Schedule) -> None:
    every = st.segmented_control(
        "How often",
        list(_NAMES),
        format_func=_NAMES.__getitem__,
        default=schedule.every,
        required=True,
        key=f"report-every-{key}",
    )
    last = LAST_DAY[every]
    day = min(schedule.day, last)
    names = schedule_words.DAYS if every is Every.WEEK else [f"day {n}" for n in range(1, last + 1)]
    with st.container(horizontal=True):
        st.selectbox(
            "On",
            range(1, last + 1),
            day - 1,
            format_func=lambda number: names[number - 1],
            key=f"report-day-{every}-{key}",
            width=170,
        )
        st.text_input("At", schedule_words.clock(schedule.minute), key=f"report-at-{key}", width=90)


def _whom(at: At, key: str) -> None:
    brands = [each.name for each in workspace.brands(at.db.reader()) if each.own]
    st.text_area(
        "Addresses, one a line",
        key=f"report-addresses-{key}",
        height=90,
        help="Without an account.",
    )
    st.multiselect("Brands", brands, key=f"report-brands-{key}", placeholder="All of ours")
    st.multiselect(
        "Places", data.choices(at).places, key=f"report-places-{key}", placeholder="All places"
    )
    st.selectbox(
        "Language, dates and numbers",
        list(locales.NAMES),
        format_func=locales.NAMES.__getitem__,
        key=f"report-locale-{key}",
    )


def _typed(key: str) -> tuple[Recipient, ...]:
    state = st.session_state
    to = schedule_words.addresses(state[f"report-addresses-{key}"])
    if not to:
        raise InputError("say to whom: an address a line")
    of = state[f"report-brands-{key}"], state[f"report-places-{key}"]
    return schedule_words.recipients(to, *of, state[f"report-locale-{key}"])


def _timed(key: str, schedule: Schedule) -> Schedule:
    state = st.session_state
    every = Every(state[f"report-every-{key}"])
    return schedule._replace(
        every=every,
        day=int(state[f"report-day-{every}-{key}"]),
        minute=schedule_words.read_clock(state[f"report-at-{key}"]),
    )


def _make() -> None:
    with notices.explained():
        name = " ".join(str(st.session_state["report-name"]).split())
        known = [
            each.schedule.name
            for each in report_schedules.schedules(session.workspace().db.reader())
        ]
        if name in known:
            raise InputError(f"there is a schedule {name!r} already; change that one")
        _save(_timed("", Schedule(name, _typed(""))))
        st.session_state["report-name"] = ""
        st.session_state["report-addresses-"] = ""


def _add(name: str) -> None:
    with notices.explained():
        found = _found(name)
        _save(found._replace(recipients=(*found.recipients, *_typed(name))))
        st.session_state[f"report-addresses-{name}"] = ""


def _change(name: str) -> None:
    with notices.explained():
        enabled = bool(st.session_state[f"report-on-{name}"])
        _save(_timed(name, _found(name))._replace(enabled=enabled))


def _leave_out(name: str, address: str) -> None:
    with notices.explained():
        found = _found(name)
        left = tuple(each for each in found.recipients if each.address != address)
        _save(found._replace(recipients=left))


def _remove(name: str) -> None:
    with steering.changing("reports") as conn:
        report_schedules.remove(conn, name, _person())


def _person() -> Person:
    person = session.actor()
    assert person is not None  # `steering.changing` refuses who did not say who they are
    return person


def _found(name: str) -> Schedule:
    return report_schedules.get(session.workspace().db.reader(), name).schedule


def _save(schedule: Schedule) -> None:
    with steering.changing("reports") as conn:
        report_schedules.save(conn, schedule, _person(), session.workspace().now())
