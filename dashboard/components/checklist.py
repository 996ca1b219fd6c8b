"""What is left to set up, until it is done or somebody has seen enough of it."""

from __future__ import annotations

import sqlite3

import streamlit as st

from dashboard import data
from dashboard.components import links, notices, session
from dashboard.data import At
from dashboard.start_words import Step
from storage import report_schedules, rules, workspace

_SEEN = "checklist_seen"


def steps(at: At) -> list[Step]:
    """Return what there is to set up and what of it is done."""
    conn = at.db.reader()
    return [
        Step("Say what is yours", any(brand.own for brand in data.brands(at)), links.START),
        Step("Connect a source or drop a file", bool(data.health(at)), links.START),
        Step("Add your team", len(data.team(at)) > 1, links.TEAM),
        Step("Look at what opens a case", bool(rules.stored_rules(conn)), links.RULES),
        Step("Mail the weekly summary", _mailed(conn), links.REPORTS),
    ]


def _mailed(conn: sqlite3.Connection) -> bool:
    found = [each.schedule for each in report_schedules.schedules(conn)]
    return any(each.enabled and each.recipients for each in found)


def short(at: At) -> None:
    """Draw what is left on the overview of own data, until done or put away."""
    if session.workspace().is_sample or workspace.meta(at.db.reader(), _SEEN):
        return
    found = steps(at)
    left = [each for each in found if not each.done]
    if not left:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        done = len(found) - len(left)
        st.markdown(f"**Setting up: {done} of {len(found)} done.**", width="content")
        for each in left:
            st.page_link(each.page, label=f"{each.name} →")
        st.button("Hide", key="checklist.hide", type="tertiary", on_click=_hide)


def whole(at: At) -> None:
    """Draw every step."""
    with st.container(border=True):
        st.markdown("**Setting up**")
        for each in steps(at):
            mark = "✓" if each.done else "○"
            st.page_link(each.page, label=f"{mark} {each.name}", disabled=each.done)


def _hide() -> None:
    with notices.explained(), session.workspace().db.write() as conn:
        workspace.set_meta(conn, _SEEN, "1")
