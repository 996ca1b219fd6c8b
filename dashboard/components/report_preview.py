"""The weekly summary on a page: which week, its files, and the page as it will be sent."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from dashboard import data, report_data, report_markup
from dashboard.components import links, notices, report_work, session
from dashboard.data import At
from dashboard.reports import files, making, weeks
from dashboard.reports.files import TYPES, Format
from dashboard.reports.model import Weekly
from dashboard.reports.weeks import Week
from storage.errors import InputError

OFFERED = 26


def choose(at: At) -> Week:
    """Draw the choice of weeks and return the one in the address, else the last complete one."""
    latest = weeks.of(at.today).back(1)
    offered = [weeks.of(at.today), *(latest.back(n) for n in range(OFFERED))]
    chosen = _asked(at.today) or latest
    if chosen not in offered:
        offered.append(chosen)
    names = {week.text: _named(week, at.today) for week in offered}
    if st.session_state.get("reports.week") != chosen.text:
        st.session_state["reports.week"] = chosen.text
    st.selectbox(
        "Week",
        list(names),
        format_func=lambda text: names.get(text, text),
        key="reports.week",
        on_change=_chosen,
        width=320,
    )
    return chosen


def _asked(today: date) -> Week | None:
    """Return the week that the address names; one that has not begun is none."""
    try:
        week = weeks.parse(st.query_params.get("week", ""))
    except InputError:
        return None
    return week if week.first <= today else None


def _chosen() -> None:
    st.query_params["week"] = st.session_state["reports.week"]


def _named(week: Week, today: date) -> str:
    days = f"{week.first.day} {week.first:%b} – {week.last.day} {week.last:%b %Y}"
    return f"{week.text}: {days}" + (" (so far)" if week.last >= today else "")


def downloads(report: Weekly) -> None:
    """Draw a button per format; a file is made when it is asked for."""
    with st.container(horizontal=True):
        for form in Format:
            st.download_button(
                f"Download {form.value.upper()}",
                partial(files.write, report, form),
                files.name(report, form),
                TYPES[form],
                key=f"reports.{form.value}",
                on_click=_keep,
                args=(report,),
                type="primary" if form is Format.PDF else "secondary",
            )


def _keep(report: Weekly) -> None:
    """Keep that this summary went out, so that it can be made again as it was."""
    space, person = session.workspace(), session.actor()
    with notices.explained():
        making.keep(space.db, report, person.name if person else "", space.now())


def preview(report: Weekly) -> None:
    """Show the page that is downloaded, as a part of this one."""
    st.html(report_markup.part(files.write(report, Format.HTML).decode()))


def report(at: At) -> None:
    """Draw it all."""
    week = choose(at)
    if data.choices(at).first_day is None:
        notices.empty("Nothing to report yet", "There is no mention in any week.", links.ADD)
        return
    past = report_work.as_it_was(at)
    if past is not None:
        preview(report_data.weekly_as_known(at, week, past))
        return
    found = report_data.weekly(at, week)
    downloads(found)
    report_work.work(at, week, found)
    preview(found)
