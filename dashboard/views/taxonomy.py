"""Topics set up: what discovery proposes, the tree, starters, and what was changed."""

from __future__ import annotations

import streamlit as st

from dashboard.components import frame, live, session, taxonomy_board, topic_proposals

at = session.at()
frame.title(at, "Set up topics")
live.refresh(at, "facts", "settings")
frame.needs_actor()
taxonomy_board.progress(at)
st.header("Proposed: spoken of, without a topic", anchor=False)
topic_proposals.proposals(at)
st.header("The taxonomy", anchor=False)
taxonomy_board.starter(at)
taxonomy_board.tree(at)
taxonomy_board.history(at)
