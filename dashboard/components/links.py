"""Where links between pages lead; a link to mentions carries its filter as plain text."""

from __future__ import annotations

import streamlit as st

from dashboard import filters
from storage.models import MentionFilter

OVERVIEW = "views/overview.py"
MENTIONS = "views/mentions.py"
QUEUE = "views/queue.py"
ALERTS = "views/alerts.py"
SOURCES = "views/sources.py"
REPORTS = "views/reports.py"
TEAM = "views/team.py"
RULES = "views/rules.py"
START = "views/start.py"


def mentions(label: str, flt: MentionFilter) -> None:
    """Draw a link to exactly the mentions of a filter; ``label`` is ours."""
    st.page_link(MENTIONS, label=label, query_params=filters.to_params(flt))


def open_mentions(flt: MentionFilter) -> None:
    """Go to the mentions of a filter."""
    st.switch_page(MENTIONS, query_params=filters.to_params(flt))
