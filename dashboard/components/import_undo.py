"""Undoing an import: the last ones with what of them is left, each taken back as a job."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard import markup
from dashboard.components import notices, session
from dashboard.data import At
from dashboard.jobs import Job
from storage import imports as stored
from storage.imports import Import
from storage.people import Person

DAYS = 7
"""How long an import is offered to be undone."""


def imports(at: At) -> None:
    """Draw the imports of the last days that can be undone."""
    person = session.actor()
    found = stored.recent(at.db.reader(), at.minute - timedelta(days=DAYS))
    if not found or person is None or not person.leads:
        return
    with st.container(border=True):
        st.markdown("**Latest imports**")
        for each in found[:10]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(_words(at, each)), width="stretch")
                _undo(each, person)


def _words(at: At, each: Import) -> str:
    words = f"{each.source}: {each.left:,} new by {each.actor}, {markup.ago(each.ended_at, at.now)}"
    return words if each.left == each.new else f"{words} (of {each.new:,})"


def _undo(each: Import, person: Person) -> None:
    box = st.popover("Undo", key=f"undo-{each.id}", type="tertiary", on_change="rerun")
    if box.open:
        with box:
            st.caption(
                f"Takes back exactly the {each.left:,} mentions that this import alone brought, "
                "with their cases. What it changed in others stays. Importing again brings them "
                "back."
            )
            st.button("Undo it", key=f"undone-{each.id}", on_click=_start, args=(each, person))


def _start(each: Import, person: Person) -> None:
    space = session.workspace()
    job = Job(f"Undoing the import of {each.source}", space.now(), each.left)
    with notices.explained():
        session.jobs().start(job, lambda job: space.take_back(each.id, person.name, job.store))
