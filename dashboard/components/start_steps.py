"""From the sample, or an empty file, to one's own first figures: one step after the other."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from dashboard import beginning, choice, data, markup, start_words
from dashboard.beginning import Company
from dashboard.components import checklist, job_list, links, notices, session, source_add
from dashboard.data import At
from storage.models import Label, MentionFilter


def steps(at: At) -> None:
    """Draw the step that comes next, and what is done already."""
    space = session.workspace()
    if space.is_sample:
        _leave()
    elif not beginning.is_begun(space):
        _company("Save and go on")
    else:
        _collect(at)


def _leave() -> None:
    mine = choice.own()
    if mine is None:
        st.caption("This server shows the sample only. Start with your own data by:")
        st.code("earshot up --no-sample")
    elif mine.exists():
        st.caption("There is a file with your own data beside the sample.")
        st.button("Open my data", type="primary", key="start.open", on_click=_open)
    else:
        _company("Start with my data")


def _company(button: str) -> None:
    st.caption("Step 1 of 2. All of it can be changed later under Brands and Team.")
    zones = _zones()
    zone = st.context.timezone
    person = session.actor()
    with st.form("start.company"):
        with st.grid("auto", min_column_width=280):
            st.text_input(
                "Your company or product", key="start.name", max_chars=80, placeholder="Acme"
            )
            st.selectbox(
                "Timezone of your reports",
                zones,
                zones.index(zone if zone in zones else "UTC"),
                key="start.zone",
                help="Taken from your browser.",
            )
            st.text_input(
                "Other words for it", key="start.words", placeholder="acme app, acme gmbh"
            )
            st.text_input("Handles", key="start.handles", placeholder="@acme, @acmehelp")
            st.text_input(
                "Your name", person.name if person else "", key="start.person", max_chars=80
            )
        st.form_submit_button(button, type="primary", on_click=_begin)


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    return sorted(each for each in available_timezones() if "/" in each or each == "UTC")


def _begin() -> None:
    typed = {
        field: str(st.session_state.get(f"start.{field}") or "")
        for field in ("name", "zone", "words", "handles", "person")
    }
    company = Company(
        typed["name"], typed["zone"], typed["words"], typed["handles"], typed["person"]
    )
    space = session.workspace()
    with notices.explained():
        mine = choice.own()
        if space.is_sample and mine is not None:
            beginning.begin(mine, Path(session.config_path()), company, space.now())
            choice.leave(space.db.path)
        else:
            beginning.write(space, company, space.now())
        person = session.work_as(company.person)
        st.session_state["who"] = person.name


def _open() -> None:
    choice.leave(session.workspace().db.path)


def _collect(at: At) -> None:
    job_list.jobs()
    if data.choices(at).first_day is None:
        st.caption("Step 2 of 2. Paste a link or drop a file; it is tested before it is kept.")
    else:
        _answer(at)
    source_add.add(at)
    checklist.whole(at)


def _answer(at: At) -> None:
    """Say what the data tell at first sight, each part a link."""
    flt = MentionFilter()
    bad = MentionFilter(labels=(Label.NEGATIVE,))
    found = start_words.have(data.totals(at, flt))
    negative = data.count(at, bad)
    names = dict(data.choices(at).topics)
    worst = start_words.complaint(negative, data.breakdown(at, bad, "topic"), names)
    load = data.load(at)
    with st.container(border=True):
        st.markdown("**Your data, at first sight**")
        for part in found:
            links.mentions(f"{part.words} →", part.flt)
        if worst:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(markup.line(worst.words), width="content")
                links.mentions(links.many(data.count(at, worst.flt)), worst.flt)
        words = start_words.waiting(load.new + load.claimed, load.overdue)
        st.page_link(links.QUEUE, label=f"{words} → open the queue")
        st.page_link(links.OVERVIEW, label="See the overview →")
