"""Who may change settings: leads and admins; everybody may look."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import markup, setting_words
from dashboard.components import frame, notices, session
from dashboard.data import At
from storage import setting_events
from storage.errors import Refused
from storage.people import Person


def leader() -> Person | None:
    """Return who works here if they may change settings, else say who may and return None."""
    if frame.needs_actor():
        return None
    person = session.actor()
    if person is not None and person.leads:
        return person
    st.info("Leads and admins change this; your role is to look. A lead can change it under Team.")
    return None


@contextmanager
def changing(*areas: str) -> Iterator[sqlite3.Connection]:
    """Change settings of some areas in one transaction and record who changed what.

    A refusal is shown in words.
    """
    space, person = session.workspace(), session.actor()
    with notices.explained(), space.db.write() as conn:
        if person is None:
            raise Refused("say who you are first: every change names who made it")
        with setting_words.recorded(conn, person, space.now(), *areas):
            yield conn


def changes(at: At, *areas: str) -> None:
    """Offer who changed what of some areas lately."""
    key = f"changes.{areas[0]}"
    box = st.popover("Who changed what", key=key, type="tertiary", on_change="rerun")
    if not box.open:
        return
    with box:
        found = setting_events.recent(at.db.reader(), areas, _CHANGES)
        if not found:
            st.caption("Nothing was changed here yet.")
        for each in found:
            when = markup.when(each.at, at.zone)
            told = f"{each.before or 'nothing'} → {each.after or 'removed'}"
            st.html(markup.facts([(when, f"{each.actor}: {each.subject}"), ("", told)]))


_CHANGES = 20
