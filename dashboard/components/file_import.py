"""Takes a dropped file: shows how it would be read, lets that be set, imports it as a job."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import data, dropped, markup
from dashboard.components import file_test, frame, notices, session
from dashboard.data import At
from dashboard.dropped import File, Look, Wanted
from dashboard.jobs import Job
from storage.errors import EarshotError
from storage.models import Kind, Source

_KINDS = ("review", "survey", "social")
_FIELDS = {
    "text": "Text",
    "title": "Title",
    "author": "Author",
    "published_at": "Date",
    "rating": "Rating",
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "id": "Id",
    "brand": "Brand",
    "product": "Product",
    "url": "Link",
    "reply_text": "Your reply",
}
_CASES = {"none": "None", "14d": "Last 14 days", "all": "All"}


def box() -> UploadedFile | None:
    """Draw the box for a file and return what was dropped into it."""
    return st.file_uploader(
        "or drop a file of reviews, survey answers or posts",
        type=list(dropped.SUFFIXES),
        key="add.file",
        help="Nothing is stored before you say so.",
    )


def looked(at: At, file: UploadedFile) -> None:
    """Draw what a file would give, the button that takes it in sight, and how it is read."""
    try:
        _looked(at, file)
    except EarshotError as error:
        notices.problem("This file cannot be read.", str(error))


def _looked(at: At, file: UploadedFile) -> None:
    # What the button does depends on what is chosen below it.
    top = st.container(border=True, key="add.take")
    guessed = str(_look(file.file_id, file, Wanted()).guess["kind"])
    kind = st.segmented_control(
        "What the rows are", _KINDS, key=f"kind-{file.file_id}", default=guessed, required=True
    )
    chosen = Kind(kind) if kind != guessed else None
    guess = _look(file.file_id, file, Wanted(chosen))
    wanted = Wanted(chosen, _columns(file.file_id, guess))
    look = _look(file.file_id, file, wanted) if wanted.columns else guess
    source, cases = _settings(at, file, look)
    for warning in _words(look):
        st.html(markup.line(warning))
    st.dataframe(look.rows, hide_index=True, alt="What the first rows become")
    with top:
        file_test.tested(file, look, wanted)
        _take(file, look, wanted, source, cases)


@st.cache_data(max_entries=8, ttl="15m", show_spinner="Looking at the file …")
def _look(file_id: str, _file: UploadedFile, wanted: Wanted) -> Look:
    now = session.workspace().now()
    return dropped.look(File(_file.name, _file.getvalue()), wanted, now)


def _columns(file_id: str, guess: Look) -> tuple[tuple[str, str], ...]:
    """Draw a menu per field; return those that differ from the guess."""
    box = st.expander("Columns", key=f"columns-{file_id}", expanded=False)
    changed: list[tuple[str, str]] = []
    options = ["", *guess.names]
    with box, st.grid("auto", min_column_width=160):
        for field, name in _FIELDS.items():
            guessed = guess.columns.get(field, "")
            column = st.selectbox(
                name,
                options,
                index=options.index(guessed) if guessed in options else 0,
                key=f"column-{file_id}-{field}",
            )
            if column != guessed:
                changed.append((field, column))
    return tuple(changed)


def _words(look: Look) -> list[str]:
    """Say what was guessed."""
    guess = look.guess
    written = [str(guess[name]) for name in ("format", "encoding") if guess[name]]
    words = [f"{guess['rows']:,} rows, read as {', '.join(written)}."]
    if guess["rating_scale"]:
        words.append(f"Ratings on a scale of {guess['rating_scale']}.")
    warnings = guess["warnings"]
    return words + ([str(each) for each in warnings] if isinstance(warnings, list) else [])


def _settings(at: At, file: UploadedFile, look: Look) -> tuple[Source, str]:
    """Draw what the rows become part of; return their source and which cases are opened."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the source", str(look.guess["kind"]), key=f"name-{file.file_id}", width=200
        )
        brand = st.selectbox(
            "Brand of rows that name none",
            [each.name for each in data.brands(at)],
            index=None,
            key=f"brand-{file.file_id}",
            accept_new_options=True,
            placeholder="None",
            width=220,
        )
        cases = st.segmented_control(
            "Open cases for",
            list(_CASES),
            format_func=lambda key: _CASES[key],
            default="14d",
            required=True,
            key=f"cases-{file.file_id}",
        )
    name = name.strip() or str(look.guess["kind"])
    return Source(name, "files", brand, enabled=False), cases


def _take(file: UploadedFile, look: Look, wanted: Wanted, source: Source, cases: str) -> None:
    person = session.actor()
    if frame.needs_actor() or person is None:
        return
    work = partial(_start, file, wanted, source, cases, person.name)
    st.button(f"Import {look.guess['rows']:,} rows", type="primary", key="add.go", on_click=work)


def _start(file: UploadedFile, wanted: Wanted, source: Source, cases: str, who: str) -> None:
    space = session.workspace()
    with notices.explained():
        taken = File(file.name, file.getvalue())
        work = dropped.taking(space, taken, wanted, source, cases=cases, who=who)
        session.jobs().start(Job(f"Importing {file.name}", space.now()), work)
