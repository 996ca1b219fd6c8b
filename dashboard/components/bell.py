"""The bell: what somebody should know; each leads to its case."""

from __future__ import annotations

import streamlit as st

from dashboard import case_data, markup
from dashboard.components import links, session
from dashboard.components import notices as words
from dashboard.data import At
from dashboard.notice_words import WORDS
from storage import notices
from storage.people import Person

_GOING = "bell.going"


def draw(at: At) -> None:
    """Draw the bell of whoever works here."""
    person = session.actor()
    if person is None:
        return
    going = st.session_state.pop(_GOING, None)
    if going is not None:
        st.switch_page(links.QUEUE, query_params={"case": str(going)})
    number = case_data.unread(at, person)
    label = f"🔔 {number}" if number else "🔔"
    box = st.popover(label, key="bell", on_change="rerun", help="What you should know")
    if not box.open:
        return
    with box:
        found = case_data.notices_of(at, person)
        if not found:
            st.caption("Nothing yet: what colleagues give or ask you will stand here.")
        for each in found:
            # Words of ours only: a link's label is read as markup.
            mark = "" if each.read else "● "
            # No link: a popover that a link closes sends the page to its old address again.
            st.button(
                f"{mark}Case {each.case_id}: {WORDS[each.kind]}",
                key=f"bell.{each.id}",
                type="tertiary",
                on_click=_go,
                args=(each.case_id,),
            )
            st.html(markup.line(f"{each.by}, {markup.ago(each.at, at.now)}"))
        if number:
            st.button("All read", key="bell.read", on_click=_read, args=(person,))
        st.text_input(
            "Mail me what I have not read, to",
            notices.address(at.db.reader(), person.id),
            key="bell.mail",
            placeholder="nobody@example.org; empty for no mail",
            on_change=_mail,
            args=(person,),
        )


def _go(case_id: int) -> None:
    st.session_state["bell"] = False
    st.session_state[_GOING] = case_id


def _read(person: Person) -> None:
    space = session.workspace()
    notices.read(space.db, person.id, space.now())


def _mail(person: Person) -> None:
    with words.explained(), session.workspace().db.write() as conn:
        notices.set_address(conn, person.id, str(st.session_state["bell.mail"]))
