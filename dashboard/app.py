"""The entry of the pages, run by ``serve.py`` on every interaction.

Only what all pages share: navigation, styles, who is working. Not here: any page.
"""

# ruff: noqa: E402
from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

# Streamlit puts this file's folder first, where our modules would shadow top-level names.
ROOT = str(Path(__file__).resolve().parents[1])
if sys.path[0] != ROOT:
    sys.path.insert(0, ROOT)

import streamlit as st

from dashboard.components import checklist, frame, links, newcomer, session
from storage.errors import EarshotError

st.set_page_config(page_title="Earshot", page_icon="👂", layout="wide")
PAGES = {
    "Watch": [
        st.Page("views/overview.py", title="Overview", default=True),
        st.Page("views/topics.py", title="Topics"),
        st.Page("views/parts.py", title="Places & products"),
        st.Page("views/alerts.py", title="Alerts"),
        st.Page("views/lookalikes.py", title="Look-alikes"),
        st.Page("views/competitors.py", title="Competitors"),
    ],
    "Work": [
        st.Page("views/queue.py", title="Queue"),
        st.Page("views/mentions.py", title="Mentions"),
        st.Page("views/people.py", title="People"),
        st.Page("views/workload.py", title="Workload"),
        st.Page("views/checks.py", title="Check the scores"),
        st.Page("views/outbox.py", title="Outbox"),
    ],
    "Report": [
        st.Page("views/reports.py", title="Reports"),
        st.Page("views/actions.py", title="You said, we did"),
        st.Page("views/praise.py", title="Praise"),
    ],
    "Set up": [
        st.Page("views/sources.py", title="Sources"),
        st.Page("views/team.py", title="Team"),
        st.Page("views/brands.py", title="Brands"),
        st.Page("views/rules.py", title="Rules"),
        st.Page("views/taxonomy.py", title="Set up topics"),
        st.Page("views/models.py", title="Models"),
        st.Page("views/templates.py", title="Templates"),
        st.Page("views/promises.py", title="Promises"),
        st.Page("views/targets.py", title="Targets"),
        st.Page("views/customers.py", title="Customers"),
        st.Page("views/privacy.py", title="Privacy & sample"),
        st.Page("views/start.py", title="Use my data", visibility="hidden"),
    ],
}
if os.environ.get("EARSHOT_BENCH") == "1":
    PAGES["Bench"] = [st.Page("views/blank.py", title="Blank")]
page = st.navigation(PAGES, expanded=True)
if page.url_path == "blank":
    page.run()
    st.stop()
links.register(each for pages in PAGES.values() for each in pages)
frame.dress()
frame.enter(page.url_path)
with ExitStack() as run:
    try:
        at = run.enter_context(session.held())
    except EarshotError as error:
        frame.unavailable(error)
        st.stop()
    frame.land(at, page.url_path)
    with st.sidebar:
        frame.who(at)
    frame.look(at)
    frame.banner()
    newcomer.ask()
    if not page.url_path:
        checklist.short(at)
    page.run()
    frame.leave()
