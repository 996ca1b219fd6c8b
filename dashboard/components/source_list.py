"""Sources with how they do; collect now, pause, remove. Each action names its source's id."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import data, source_words
from dashboard.components import frame, links, notices, session, steering
from dashboard.data import At
from dashboard.jobs import Job
from storage.coverage import SourceHealth
from storage.models import MentionFilter, Suspects
from storage.people import Person


def sources(at: At) -> None:
    """Draw every source."""
    found = data.health(at)
    if not found:
        notices.empty("No source yet", "Paste a link or drop a file above.")
        return
    frame.needs_actor()
    person = session.actor()
    failing_first = sorted(found, key=lambda each: (each.failing_since is None, each.source.id))
    with st.grid("auto", min_column_width=340, gap="small"):
        for health in failing_first:
            _source(at, health, person)
    steering.changes(at, "sources", "credentials", "workspace")


def _source(at: At, health: SourceHealth, person: Person | None) -> None:
    with st.container(border=True, height="stretch"):
        st.html(source_words.card(health, at.now, at.zone))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            flt = MentionFilter(sources=(health.source.id,), suspects=Suspects.WITH)
            links.mentions(links.many(health.mentions), flt)
            if person is not None:
                _actions(health, person)


def _actions(health: SourceHealth, person: Person) -> None:
    source = health.source
    if source.enabled or source.kind != "files":
        st.button(
            "Collect now", key=f"now-{source.id}", on_click=_collect, args=(source.id, person)
        )
    if source.origin == "file":
        return
    if source.kind != "files" or source.enabled:
        st.button(
            "Pause" if source.enabled else "Resume",
            key=f"pause-{source.id}",
            type="tertiary",
            on_click=_enable,
            args=(source.id, not source.enabled),
        )
    box = st.popover("Remove", key=f"remove-{source.id}", type="tertiary", on_change="rerun")
    if box.open:
        box.caption("It is not read any more; what it brought stays.")
        box.button("Remove it", key=f"really-{source.id}", on_click=_remove, args=(source.id,))


def _collect(source_id: str, person: Person) -> None:
    space = session.workspace()
    job = Job(f"Collecting {source_id}", space.now())
    with notices.explained():
        session.jobs().start(job, lambda job: space.collect(source_id, person.name, job.store))


def _enable(source_id: str, enabled: bool) -> None:
    space = session.workspace()
    with steering.changing("sources"):
        space.save_source(replace(space.source(source_id), enabled=enabled))


def _remove(source_id: str) -> None:
    with steering.changing("sources"):
        session.workspace().remove_source(source_id)
