"""The sample company: leaving it, looking at it again, removing it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import choice
from dashboard.components import links, notices, session
from dashboard.data import At


def leave(at: At) -> None:
    """Draw what can be done about the sample from where one is."""
    st.header("Sample company", anchor=False)
    if session.workspace().is_sample:
        st.caption("You are looking at it. Your own data live in another file.")
        st.page_link(links.START, label="Use my data →")
        return
    sample = choice.sample_beside(at.db.path)
    if not choice.is_sample(sample):
        st.caption("There is none beside your data. `earshot up --sample` makes one.")
        return
    st.caption("It is kept in a file of its own beside your data.")
    with st.container(horizontal=True):
        if choice.own() is not None:
            st.button("Look at it again", key="sample.enter", on_click=choice.enter, args=(sample,))
        box = st.popover("Remove", key="sample.remove", on_change="rerun")
        if box.open:
            with box:
                st.caption("Its file is deleted; your own data are not touched.")
                st.button("Remove it", key="sample.gone", on_click=_remove, args=(sample,))


def _remove(sample: Path) -> None:
    with notices.explained():
        choice.remove_sample(sample)
