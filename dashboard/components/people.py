"""People: who bears a name on a site, and what they said; nobody is ever merged.

Names are read each time, never kept: an erased person leaves no copy in memory.
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, markup, part_markup
from dashboard.components import links, notices
from dashboard.components.links import Next
from dashboard.data import At
from storage import authors, listing
from storage.authors import Author

_SHOWN = 20
_RECENT = timedelta(days=7)
_LONGEST = 200
_SAID = Next(links.MENTIONS, "Read what was said →")


def people(at: At) -> None:
    """Draw the search, then the person in the address, the names found, or who said most."""
    name, site = _asked("name"), _asked("site")
    _search(name)
    if not name:
        _frequent(at)
        return
    found = authors.by_name(at.db.reader(), name)
    chosen = next((each for each in found if each.site == site), None)
    if chosen is not None:
        _person(at, chosen, [each for each in found if each.site != site])
    else:
        _names(at, name, found)


def _asked(what: str) -> str:
    text = st.query_params.get(what, "")[:_LONGEST]
    return "" if "\x00" in text or not text.isprintable() else text


def _search(name: str) -> None:
    if st.session_state.get("people.name") != name:
        st.session_state["people.name"] = name
    st.text_input(
        "Name",
        key="people.name",
        type="search",
        max_chars=_LONGEST,
        placeholder="Name as the site shows it; its beginning is enough",
        on_change=_typed,
        width=420,
    )


def _typed() -> None:
    name = st.session_state["people.name"].strip()
    st.query_params.from_dict({"name": name} if name else {})


def _frequent(at: At) -> None:
    """Show who said most of late; for a page on which nobody was looked for yet."""
    # Who they are is kept as mentions; their names are read each time.
    since = at.now.replace(minute=0, second=0, microsecond=0) - _RECENT
    counts = dict(data.frequent(at, since, _SHOWN))
    found = authors.bearers(at.db.reader(), list(counts))
    if not found:
        notices.empty("Look for somebody", "Nobody wrote twice in seven days.", _SAID)
        return
    st.markdown("**Wrote more than once in the last seven days**")
    with st.grid("auto", min_column_width=280, gap="small"):
        for number, (mention_id, (site, name)) in enumerate(found.items()):
            words = f"{markup.said(site)} · {counts[mention_id]:,} mentions"
            with _card():
                st.html(part_markup.part(name, [words], pale=False))
                _open(name, site, f"frequent-{number}")


def _names(at: At, name: str, found: list[Author]) -> None:
    """Show everybody of this very name, one per site, then names that begin with it."""
    for number, each in enumerate(found):
        _author(at, each, f"exact-{number}")
    others = [each for each in authors.names(at.db.reader(), name) if each != name]
    if not found and not others:
        notices.empty(
            "Nobody bears this name",
            "Letter case counts. Who was erased, or wrote without a name, is not found.",
            _SAID,
        )
    if others:
        st.markdown("**Names that begin so**")
        with st.grid("auto", min_column_width=220, gap="small"):
            for number, other in enumerate(others):
                with _card():
                    st.html(part_markup.part(other, [], pale=False))
                    _open(other, "", f"like-{number}")


def _card() -> DeltaGenerator:
    return st.container(border=True, horizontal=True, wrap=False, vertical_alignment="center")


def _open(name: str, site: str, key: str) -> None:
    # The name is not the label: what people call themselves would be read as markup there.
    st.button("Show", key=f"people-{key}", type="tertiary", on_click=_show, args=(name, site))


def _show(name: str, site: str) -> None:
    st.query_params.from_dict({"name": name} | ({"site": site} if site else {}))


def _author(at: At, each: Author, key: str) -> None:
    with _card():
        st.html(part_markup.part(f"{each.name} · {each.site}", [_words(at, each)], pale=False))
        _open(each.name, each.site, key)


def _words(at: At, each: Author) -> str:
    first, last = markup.when(each.first_at, at.zone), markup.when(each.last_at, at.zone)
    parts = [f"{each.mentions:,} mentions", f"{each.negative:,} negative"]
    parts += [f"{each.cases:,} cases, {each.open_cases:,} open"] if each.cases else []
    return " · ".join([*parts, f"first {first}, last {last}"])


def _person(at: At, person: Author, others: list[Author]) -> None:
    """Draw one person: what they said here, and who may be the same elsewhere."""
    with st.container(border=True):
        st.html(
            part_markup.part(f"{person.name} · {person.site}", [_words(at, person)], pale=False)
        )
    conn = at.db.reader()
    ids = authors.mention_ids(conn, person.site, person.name, _SHOWN)
    cases = authors.cases_of(conn, ids)
    names = dict(data.choices(at).topics)
    for row in listing.rows(conn, ids):
        with st.container(border=True, gap="small"):
            st.html(markup.card(row, at.zone, names))
            with st.container(horizontal=True, gap="small"):
                query = {"mention": str(row.id)}
                st.page_link(links.MENTIONS, label="Read →", query_params=query)
                if row.id in cases:
                    case = {"case": str(cases[row.id])}
                    st.page_link(links.QUEUE, label="Its case →", query_params=case)
    if person.mentions > _SHOWN:
        st.caption(f"The newest {_SHOWN} of {person.mentions:,}.")
    if others:
        st.markdown("**Maybe the same person** (same name on another site; never merged)")
        for number, each in enumerate(others):
            _author(at, each, f"other-{number}")
