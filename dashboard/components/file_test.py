"""The test of a dropped file: how many rows can be taken, and why the others cannot."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import dropped, markup
from dashboard.components import session
from dashboard.dropped import File, Look, Tested, Wanted

MOST = 50_000
"""Rows that are tested while somebody waits; of more, the import itself tells."""


def tested(file: UploadedFile, look: Look, wanted: Wanted) -> None:
    """Say "1,204 rows ready, 7 refused", with the refused ones to download."""
    rows = look.guess["rows"]
    if not isinstance(rows, int) or rows > MOST:
        return
    found = _tested(file.file_id, file, wanted)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{found.ready:,} rows ready"
        words += f", {found.refused:,} refused." if found.refused else ", none refused."
        st.html(markup.line(words), width="content")
        if found.refusals:
            st.download_button(
                "Download those refused",
                dropped.listed(found.refusals),
                "refused.csv",
                "text/csv",
                key=f"refused-{file.file_id}",
                on_click="ignore",
                type="tertiary",
            )


@st.cache_data(max_entries=8, ttl="15m", show_spinner="Testing every row …")
def _tested(file_id: str, _file: UploadedFile, wanted: Wanted) -> Tested:
    now = session.workspace().now()
    return dropped.tested(File(_file.name, _file.getvalue()), wanted, now)
