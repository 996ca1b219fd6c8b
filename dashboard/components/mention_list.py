"""A page of mentions, newest first; what is opened is bound to the mention's id."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import data, export_notes, markup
from dashboard.components import frame, links, notices
from dashboard.data import At
from dashboard.exports import Format
from storage.listing import MentionRow
from storage.models import MentionFilter

PAGE = 20
DOWNLOADED = 100_000
"""More mentions than that would weigh on the server's memory."""
_PIN = "mentions.pin"
_BEFORE = "before"


def mentions(at: At, flt: MentionFilter) -> None:
    """Draw one page; new arrivals are announced and never move what is being read."""
    before = _position(st.query_params.get(_BEFORE))
    heading = st.container()
    names = dict(data.choices(at).topics)
    newest = data.mentions(at, flt, before, PAGE + 1)
    rows = newest if before is not None else _pinned(at, flt, newest)
    if not rows:
        _nothing(at)
        return
    for row in rows[:PAGE]:
        _mention(at, row, names)
    _turn(rows, before)
    # Counting the matches of words takes longer than finding the newest of them.
    with heading:
        _heading(at, flt, data.count(at, flt), before)


def _pinned(at: At, flt: MentionFilter, newest: list[MentionRow]) -> list[MentionRow]:
    """Keep the first page as it was first shown until somebody asks for what is newer."""
    kept = st.session_state.get(_PIN)
    if frame.switched() or kept is None or kept[0] != flt or not newest:
        st.session_state[_PIN] = (flt, newest[0].position if newest else 0)
        return newest
    newer = sum(row.position > kept[1] for row in newest)
    if not newer:
        return newest
    many = f"more than {PAGE}" if newer > PAGE else f"{newer}"
    st.button(f"Show {many} newer", key="mentions.newer", type="primary", on_click=_unpin)
    return data.mentions(at, flt, kept[1] + 1, PAGE + 1)


def _unpin() -> None:
    st.session_state.pop(_PIN, None)


def _heading(at: At, flt: MentionFilter, total: int, before: int | None) -> None:
    words = f"{total:,} mentions, newest first" if total != 1 else "1 mention"
    words += " · an older page" if before is not None else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words, width="content")
        if total > DOWNLOADED:
            st.caption("So many are written by `earshot export mentions`.")
            return
        for form in (Format.CSV, Format.XLSX):
            st.download_button(
                form.value.upper(),
                partial(data.exported, at, flt, form),
                f"mentions.{form.value}",
                key=f"mentions.{form.value}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help="Exactly these mentions, as a file.",
            )
        st.download_button(
            "About",
            partial(data.export_notes, at, flt, "mentions.csv", Format.CSV),
            f"mentions.csv{export_notes.SUFFIX}",
            key="mentions.about",
            type="tertiary",
            icon=":material/info:",
            on_click="ignore",
            help="How fresh and whole the data are, and the filter: a file to keep beside the CSV.",
        )


def _mention(at: At, row: MentionRow, names: dict[str, str]) -> None:
    with st.container(border=True, horizontal=True, wrap=False, vertical_alignment="bottom"):
        st.html(markup.card(row, at.zone, names))
        st.button("Read", key=f"open-{row.id}", type="tertiary", on_click=_open, args=(row.id,))


def _open(mention_id: int) -> None:
    st.query_params["mention"] = str(mention_id)


def _turn(rows: list[MentionRow], before: int | None) -> None:
    with st.container(horizontal=True, horizontal_alignment="center"):
        if before is not None:
            st.button("Newest", key="mentions.first", on_click=_go, args=(None,))
        if len(rows) > PAGE:
            last = rows[PAGE - 1].position
            st.button("Older", key="mentions.older", on_click=_go, args=(last,))


def _go(before: int | None) -> None:
    if before is None:
        st.query_params.pop(_BEFORE, None)
    else:
        st.query_params[_BEFORE] = str(before)


def _position(text: str | None) -> int | None:
    """Return the position that an address names; None for the first page or nonsense."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def _nothing(at: At) -> None:
    if data.choices(at).first_day is None:
        notices.empty("No mentions yet", "Nothing was collected or imported so far.", links.ADD)
    else:
        why = "Choose a longer period or clear the filters."
        notices.empty("Nothing matches", why, links.widest(links.MENTIONS))
