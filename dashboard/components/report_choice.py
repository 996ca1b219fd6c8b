"""The choice of the week or month whose summary a page shows; it stands in the address."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard.data import At
from dashboard.reports import locales, spans
from dashboard.reports.spans import Span
from dashboard.reports.weeks import Week
from storage.errors import InputError
from storage.report_schedules import Every

OFFERED = 26
_LOCALE = "reports.locale"
_NAMES = {Every.WEEK.value: "Weekly", Every.MONTH.value: "Monthly"}


def choose(at: At) -> Span:
    """Draw the choice and return what the address names, else the last complete week."""
    every = Every.MONTH if Every.MONTH.value in st.query_params else Every.WEEK
    latest = spans.last_complete(every, at.today)
    chosen = _asked(every, at.today) or latest
    offered = [spans.of(every, at.today), *(latest.back(n) for n in range(OFFERED))]
    if chosen not in offered:
        offered.append(chosen)
    names = {span.text: _named(span, at.today) for span in offered}
    _keep("reports.every", every.value)
    _keep("reports.span", chosen.text)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Summary",
            list(_NAMES),
            format_func=_NAMES.__getitem__,
            required=True,
            key="reports.every",
            on_change=_switch,
        )
        st.selectbox(
            every.value.capitalize(),
            list(names),
            format_func=lambda text: names.get(text, text),
            key="reports.span",
            on_change=_choose,
            args=(every,),
            width=320,
        )
        st.selectbox(
            "Language, dates and numbers",
            list(locales.NAMES),
            format_func=locales.NAMES.__getitem__,
            key=_LOCALE,
            width=200,
        )
    return chosen


def locale() -> str:
    """Return the locale that was chosen."""
    return str(st.session_state.get(_LOCALE) or locales.DEFAULT)


def _keep(key: str, value: str) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _asked(every: Every, today: date) -> Span | None:
    """Return what the address names; what has not begun is nothing."""
    try:
        span = spans.parse(every, st.query_params.get(every.value, ""))
    except InputError:
        return None
    return span if span.first <= today else None


def _switch() -> None:
    """Show the last complete one of the other kind."""
    for name in (*_NAMES, "as_of"):
        st.query_params.pop(name, None)
    if st.session_state["reports.every"] == Every.MONTH.value:
        st.query_params[Every.MONTH.value] = ""


def _choose(every: Every) -> None:
    st.query_params[every.value] = st.session_state["reports.span"]


def _named(span: Span, today: date) -> str:
    first, last = span.first, span.last
    days = f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
    named = f"{span.text}: {days}" if isinstance(span, Week) else f"{first:%B %Y}"
    return named + (" (so far)" if last >= today else "")
