"""Adding a source: a pasted link that is recognised and tried, or a file that is looked at."""

from __future__ import annotations

import streamlit as st

from collectors import registry
from collectors.contract import Check, Suggestion
from dashboard import data, markup
from dashboard.components import file_import, frame, notices, session, steering
from dashboard.data import At
from storage.models import Source

_TRIED = "add.tried"


def add(at: At) -> None:
    """Draw the box that takes a link or a file; open where there is no source yet."""
    box = st.expander(
        "Add a source", expanded=not data.health(at), key="add.open", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        link = st.text_input(
            "Paste a link",
            key="add.link",
            placeholder="https://…",
            help="A feed, an App Store page, a channel, a subreddit, Google Alerts; what else is "
            "possible is said for each link.",
        )
        file = file_import.box()
        if file is not None:
            file_import.looked(at, file)
        if link:
            _link(at, link)


def _link(at: At, link: str) -> None:
    found = registry.recognise(link.strip(), session.workspace().settings.secrets)
    if not found:
        _unknown()
        return
    with st.container(border=True):
        st.html(markup.line(found[0].title))
        if found[0].note:
            st.html(markup.line(found[0].note))
        _form(at, found[0])


def _unknown() -> None:
    st.warning("This link is not recognised. These kinds of source can be read:")
    for info in registry.kinds().infos:
        st.html(markup.facts([(info.name, f"{info.title}. {info.terms}")]))


def _form(at: At, suggestion: Suggestion) -> None:
    source_id = st.text_input("Name of the source", suggestion.id, key=f"add.id-{suggestion.id}")
    brand = st.selectbox(
        "Brand",
        [each.name for each in data.brands(at)],
        index=None,
        key="add.brand",
        accept_new_options=True,
        placeholder="None",
    )
    source = Source(source_id.strip(), suggestion.kind, brand, options=suggestion.options)
    if frame.needs_actor():
        return
    with st.container(horizontal=True):
        st.button("Add it", key="add.save", type="primary", on_click=_save, args=(source,))
        st.button("Try it first", key="add.try", on_click=_try, args=(source,))
    # Kept with what is tried: a page that refreshes itself must neither break the look off for
    # good nor take the answer away.
    of, check = st.session_state.get(_TRIED, (None, None))
    if of != source:
        return
    if check is None:
        with st.spinner("Reading …"):
            check = session.workspace().check(source)
            st.session_state[_TRIED] = (source, check)
    _shown(check)


def _try(source: Source) -> None:
    st.session_state[_TRIED] = (source, None)


def _shown(check: Check) -> None:
    if check.problem:
        notices.problem("This does not work.", check.problem)
    for seen in check.newest:
        st.html(markup.quote(f"{seen.title}\n{seen.text}".strip()[: markup.SNIPPET]))
    if check.instead:
        st.html(markup.line(f"Try this link: {check.instead}"))


def _save(source: Source) -> None:
    with steering.changing("sources"):
        session.workspace().save_source(source)
        st.session_state["add.link"] = ""
