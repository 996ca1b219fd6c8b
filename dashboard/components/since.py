"""The sentence that opens the overview: what happened since this person's last visit."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import data, filters, markup, news
from dashboard.components import links, session
from dashboard.data import At
from storage import visits

_TROUBLES = 2


def last_visit(at: At) -> None:
    """Draw the sentence, each part a link to what it speaks of."""
    if data.choices(at).first_day is None:
        return
    person = session.actor()
    seen = visits.since(at.db.reader(), person, at.now) if person else None
    found = news.since(at, seen)
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<b>{markup.said(found.since)}</b>", width="content")
        links.mentions(found.new.words, found.new.flt)
        if found.waiting:
            links.mentions(found.waiting.words, found.waiting.flt)
        if found.alerts:
            words = "1 alert" if found.alerts == 1 else f"{found.alerts:,} alerts"
            st.page_link(links.ALERTS, label=words)
        _troubles(found.troubles)
    bad = news.worst(at)
    if bad is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(markup.line("Worst weeks of the last half year:"), width="content")
            query = filters.to_params(replace(bad.flt, brands=()))
            st.page_link(links.OVERVIEW, label=f"{bad.words} →", query_params=query)


def _troubles(words: tuple[str, ...]) -> None:
    if not words:
        st.page_link(links.SOURCES, label="no source failed")
        return
    # Names of sources may come from outside, so they are no label of a link.
    st.html(markup.line("; ".join(words[-_TROUBLES:])), width="content")
    more = len(words) - _TROUBLES
    st.page_link(links.SOURCES, label=f"{more} more failures" if more > 0 else "Sources")
