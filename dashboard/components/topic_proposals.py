"""What discovery proposes, and what emerges; each decision names the proposal and its actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import data, findings, markup, topic_study
from dashboard.components import job_list, links, notices, session
from dashboard.data import At
from dashboard.jobs import Job
from storage import topic_studies
from storage.listing import MentionRow
from storage.models import Json, MentionFilter, Saved
from storage.people import Person
from storage.topic_studies import Proposal

_LOOKING = "Looking for topics"
_SHOWN = 24


def emerging(at: At, flt: MentionFilter) -> None:
    """Draw what the last week says more than before; each leads to its mentions."""
    study = findings.topic_study(at)
    rows = study.report.get("emerging") if study else None
    if not isinstance(rows, list) or not rows or study is None or flt.topics:
        return
    with st.container(border=True):
        st.html(
            f'<div class="es-row"><span class="es-title">Said more than before</span>'
            f'<span class="es-meta es-push">{markup.when(study.started_at, at.zone)}</span></div>'
        )
        for row in rows[:_SHOWN]:
            if isinstance(row, dict):
                _rise(at, row, study.started_at)
        st.caption(
            "The last week against the eight before, all own brands; at most a tenth of what is"
            " shown is chance. Suspicious look-alikes are left out."
        )


def _rise(at: At, row: dict[str, Json], looked: datetime) -> None:
    name, key = str(row["name"]), str(row["key"])
    topic = row["what"] == "topic"
    times = "new" if row["ratio"] is None else f"{row['ratio']:.1f} times its share"
    high = "" if row["high"] is None else f"{row['high']:.1f}"
    words = f"{times} ({row['low']:.1f}–{high}), {row['now']:,} this week"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(markup.line(f"{name}: {words}"), width="content")
        end = looked.astimezone(ZoneInfo(at.zone)).date() - timedelta(days=1)
        week = MentionFilter(end - timedelta(days=6), end, brands=data.own_brands(at))
        flt = replace(week, topics=(key,)) if topic else replace(week, text=f'"{name}"')
        links.mentions("Mentions →", flt)


def proposals(at: At) -> None:
    """Draw the open proposals, and a button to look now."""
    person, study = session.actor(), findings.topic_study(at)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if study is None:
            st.caption("Nobody has looked yet; the worker looks once a day.")
        else:
            said = f"{study.read:,} texts read, {study.uncovered:,} of them without a topic"
            st.caption(f"{said}; {markup.when(study.started_at, at.zone)}")
        if person is not None:
            st.button("Look now", key="topics.look", on_click=_look)
    job_list.jobs()
    found = findings.proposals(at)
    if not found:
        notices.empty("No proposal", "What recurs and has no topic would be here.")
        return
    rows = {
        row.id: row for row in findings.examples(at, [i for each in found for i in each.examples])
    }
    with st.grid("auto", min_column_width=360, gap="small"):
        for each in found[:_SHOWN]:
            _proposal(at, each, [rows[i] for i in each.examples if i in rows], person)


def _proposal(
    at: At, proposal: Proposal, examples: Sequence[MentionRow], person: Person | None
) -> None:
    with st.container(border=True, height="stretch"):
        size = f"{proposal.size:,} texts of {proposal.authors:,} people, {proposal.lang or '?'}"
        st.html(
            f'<div class="es-row"><span class="es-title">{markup.said(proposal.name)}</span>'
            f'<span class="es-meta es-push">{size}</span></div>'
            + "".join(f"{markup.chip(term)} " for term in proposal.terms)
        )
        for row in examples:
            text = " ".join(row.text.split())
            st.html(markup.line(f"“{text[:160]}{'…' if len(text) > 160 else ''}”"))
        if person is None:
            return
        key = f"proposal-{proposal.id}"
        st.text_input("Name", value=proposal.name, key=f"{key}-name", max_chars=80)
        st.multiselect("Terms", proposal.terms, proposal.terms, key=f"{key}-terms")
        with st.container(horizontal=True, gap="small"):
            args = (proposal.id, person)
            st.button("Accept", key=f"{key}-accept", on_click=_accept, args=args, type="primary")
            st.button("Dismiss", key=f"{key}-dismiss", on_click=_dismiss, args=args)


def _look() -> None:
    space = session.workspace()

    def work(job: Job) -> Saved:
        job.say("reading texts …")
        topic_study.study(space)
        job.say("done")
        return Saved()

    with notices.explained():
        session.jobs().start_apart(Job(_LOOKING, space.now()), work)


def _accept(proposal_id: int, person: Person) -> None:
    space = session.workspace()
    name = str(st.session_state[f"proposal-{proposal_id}-name"])
    terms = list(st.session_state[f"proposal-{proposal_id}-terms"])
    with notices.explained(), space.db.write() as conn:
        topic_studies.accept(conn, proposal_id, person, space.now(), name=name, terms=terms)


def _dismiss(proposal_id: int, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        topic_studies.dismiss(conn, proposal_id, person, space.now())
