"""Work on a summary: a comment, quotes left out, why numbers changed, editions."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard import markup, report_data
from dashboard.components import frame, notices, session
from dashboard.data import At
from dashboard.reports import changes, spans, wording
from dashboard.reports.model import Summary
from dashboard.reports.spans import Span
from storage import editions
from storage.people import Person
from storage.quotes import Quote


def work(at: At, span: Span, report: Summary) -> None:
    """Draw what a person can do with a summary before it is sent."""
    person = session.actor()
    _comment(at, span, person)
    _quotes(at, span, report, person)
    _changes(at, span)
    _made(at, span)


def _comment(at: At, span: Span, person: Person | None) -> None:
    key = f"report.comment-{span.text}"
    with st.expander("My comment", icon=":material/edit_note:"):
        if frame.needs_actor() or person is None:
            return
        st.text_area(
            "My comment",
            report_data.comment(at, span.text),
            key=key,
            max_chars=editions.COMMENT_LIMIT,
            placeholder="Opens the summary, on the page and in every file.",
            label_visibility="collapsed",
        )
        st.button("Save", key=f"{key}-save", on_click=_write, args=(span.text, key, person))


def _write(week: str, key: str, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        editions.write_comment(conn, week, st.session_state[key], person.id, space.now())


def _quotes(at: At, span: Span, report: Summary, person: Person | None) -> None:
    found = (*report.worst, *report.best)
    hidden = report_data.hidden(at, span.text)
    if not found and not hidden:
        return
    box = st.expander(
        "Quotes", icon=":material/format_quote:", key="report.quotes", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        if frame.needs_actor() or person is None:
            return
        st.caption(
            f"{len(found)} shown, {len(hidden)} hidden; the next one takes a hidden one's place."
        )
        for quote in found:
            _line(quote, "Hide this quote", span.text, person, show=False)
        for quote in hidden:
            _line(quote, "Show again", span.text, person, show=True)


def _line(quote: Quote, name: str, week: str, person: Person, *, show: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.quote(quote.text[: markup.SNIPPET]))
        st.button(
            name,
            key=f"report.{'show' if show else 'hide'}-{quote.mention_id}",
            on_click=_hide,
            args=(week, quote.mention_id, person, show),
        )


def _hide(week: str, mention_id: int, person: Person, show: bool) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        editions.hide(conn, week, mention_id, person.id, space.now(), show=show)


def _changes(at: At, span: Span) -> None:
    first = report_data.first_edition(at, span)
    box = st.expander(
        f"Why did last {spans.every(span).value}'s number change?",
        icon=":material/difference:",
        key="report.changes",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        since = markup.when(first, at.zone)
        st.caption(f"As known {since}, against now; the parts of each figure add up.")
        for way in report_data.ways(at, span, first):
            st.html(markup.line(wording.way(way)))
        for each in changes.settings(at.db.reader(), first, at.now):
            st.html(markup.line(f"Configuration: {each}"))


def _made(at: At, span: Span) -> None:
    found = report_data.made(at, span.text)
    if not found:
        return
    with st.expander(f"Made before ({len(found)})", icon=":material/history:"):
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(f"{markup.when(each.made_at, at.zone)} by {each.actor}"))
                st.button(
                    "Open as it was",
                    key=f"report.open-{each.id}",
                    on_click=_open,
                    args=(each.made_at,),
                )


def _open(at: datetime) -> None:
    st.query_params["as_of"] = at.isoformat()


def as_it_was(at: At) -> datetime | None:
    """Say that the page shows the past, with the way back; return the moment, None for now."""
    text = st.query_params.get("as_of", "")
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment >= at.now:
        return None
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.html(markup.line(f"As known {markup.when(moment, at.zone)}, not as it stands now."))
        st.button("Back to now", key="report.now", on_click=_back)
    return moment


def _back() -> None:
    del st.query_params["as_of"]
