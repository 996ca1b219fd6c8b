"""Where links between pages lead; a link to mentions carries its filter as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st

from dashboard import filters
from storage.models import MentionFilter

_KNOWN = "links.pages"
OVERVIEW = "views/overview.py"
MENTIONS = "views/mentions.py"
CHECKS = "views/checks.py"
QUEUE = "views/queue.py"
ALERTS = "views/alerts.py"
SOURCES = "views/sources.py"
REPORTS = "views/reports.py"
TEAM = "views/team.py"
RULES = "views/rules.py"
START = "views/start.py"
TOPICS = "views/topics.py"
PARTS = "views/parts.py"
BRANDS = "views/brands.py"
PEOPLE = "views/people.py"
TARGETS = "views/targets.py"


class Next(NamedTuple):
    """The click that an empty page offers: where to, in which words, with which address."""

    page: str
    label: str
    query: Mapping[str, str] = MappingProxyType({})


ADD = Next(SOURCES, "Add a source or drop a file →")


def widest(page: str) -> Next:
    """Return the way out of a filter that finds nothing."""
    return Next(page, "Look at all time, without filters →", {"period": "all"})


def many(count: int) -> str:
    """Return a number of mentions as a link says it."""
    return "1 mention →" if count == 1 else f"{count:,} mentions →"


def register(pages: Iterable[st.Page]) -> None:
    """Note the pages of this run: a link to one that is known looks up no file."""
    st.session_state[_KNOWN] = {f"views/{page.url_path}.py": page for page in pages}


def mentions(label: str, flt: MentionFilter) -> None:
    """Draw a link to exactly the mentions of a filter; ``label`` is ours."""
    known: dict[str, st.Page] = st.session_state.get(_KNOWN, {})
    st.page_link(known.get(MENTIONS, MENTIONS), label=label, query_params=filters.to_params(flt))


def open_mentions(flt: MentionFilter) -> None:
    """Go to the mentions of a filter."""
    st.switch_page(MENTIONS, query_params=filters.to_params(flt))
