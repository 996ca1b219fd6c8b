"""What every page has: styles, the sample banner, who is working, the title line."""

from __future__ import annotations

from datetime import datetime

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import data, leftovers, markup, remembered, standing
from dashboard.components import bell, hint, links, live, newcomer, notices, session
from dashboard.data import At
from storage import visits
from storage.errors import EarshotError
from storage.people import Role

_NOT_PROTECTED = "Not protected: without sign-in everybody at this machine may choose any name."


_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="132" height="28" viewBox="0 0 132 28">
<g fill="none" stroke="#0078b4" stroke-width="2.6" stroke-linecap="round">
<path d="M4 14v0"/><path d="M9 9.5a7 7 0 0 1 0 9"/><path d="M14 5.5a13 13 0 0 1 0 17"/></g>
<circle cx="4" cy="14" r="2.6" fill="#d25a00"/>
<text x="25" y="21" font-family="Source Sans Pro, Segoe UI, Helvetica, Arial, sans-serif"
 font-size="20" font-weight="700" fill="#0078b4">Earshot</text></svg>"""


def dress() -> None:
    """Put the mark and the styles of our own HTML on the page."""
    st.logo(_LOGO, size="large")
    st.html(markup.STYLE)


def enter(page: str) -> None:
    """Remember on which page the run before this one was."""
    st.session_state["page.before"] = st.session_state.get("page")
    st.session_state["page"] = page


def leave() -> None:
    """Forget widgets that this session no longer shows; at the end of a whole run.

    Streamlit offers no other way to them; a test notices when this one is gone.
    """
    run = get_script_run_ctx()
    state = getattr(getattr(run, "session_state", None), "_state", None)
    known = getattr(getattr(state, "_new_widget_state", None), "widget_metadata", None)
    if run is not None and known is not None:
        leftovers.forget(known, run.shared.widget_ids_this_run.snapshot())


def switched() -> bool:
    """Say whether this run is the first one on its page after another page."""
    before = st.session_state.get("page.before")
    return before is not None and before != st.session_state.get("page")


def banner() -> None:
    """Say on every page when the company is made up, and how to leave it."""
    if session.workspace().is_sample:
        bar = st.container(
            horizontal=True, wrap=False, vertical_alignment="center", key="sample-banner"
        )
        with bar:
            st.markdown("**Sample company**: everything here is made up.", width="stretch")
            if st.session_state.get("page") != "start" and st.button("Use my data", type="primary"):
                st.switch_page(links.START)


def title(at: At, name: str) -> None:
    """Draw the title with how fresh and whole the data are, then what is pending."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(name, anchor=False, width="stretch")
        bell.draw(at)
    st.caption(standing.words(data.standing(at), at.zone))
    hint.steps(at, st.session_state.get("page", ""))
    notices.pending()


def who(at: At) -> None:
    """Ask once per browser who is working; a new name is added by typing it."""
    names = [person.name for person in data.team(at)]
    person = session.actor()
    st.selectbox(
        "Working as",
        names,
        index=names.index(person.name) if person else None,
        key="who",
        placeholder="Choose or type your name",
        accept_new_options=True,
        on_change=_pick,
        help=_NOT_PROTECTED,
    )
    st.caption("not protected")
    ticket = session.ticket()
    if ticket:
        st.html(f'<img alt="" style="display:none" src="{remembered.ROUTE}?ticket={ticket}">')


def land(at: At, page: str) -> None:
    """Lead who opens the bare address to the page of their work; a lead stays.

    Only where a browser session begins: going back to the overview must be possible.
    """
    person = session.actor()
    goal = _LANDINGS.get(person.role) if person else None
    if goal and not page and arrived() and not st.query_params:
        st.switch_page(goal)


def look(at: At) -> datetime | None:
    """Note that somebody looks, and return when their visit before ended; None if unknown.

    A page that refreshed by itself was not looked at.
    """
    person = session.actor()
    if person is None:
        return None
    conn = at.db.reader()
    if not live.moved() and visits.is_due(conn, person, at.now):
        with notices.explained(), at.db.write() as write:
            visits.note(write, person, at.now)
    return visits.since(conn, person, at.now)


def arrived() -> bool:
    """Say whether a browser session begins with this run."""
    return st.session_state.get("page.before") is None


_LANDINGS = {
    Role.AGENT: links.QUEUE,
    Role.MANAGER: links.REPORTS,
    Role.VIEWER: links.REPORTS,
}


def _pick() -> None:
    name = st.session_state.get("who")
    if name:
        with notices.explained():
            newcomer.came(str(name))


def needs_actor() -> bool:
    """Say whether nobody has said who is working, and show what to do about it."""
    if session.actor() is not None:
        return False
    st.info("Choose your name under “Working as” in the sidebar to act; looking needs no name.")
    return True


def unavailable(error: EarshotError) -> None:
    """Show why there is nothing to look at yet."""
    st.title("Earshot", anchor=False)
    notices.problem("There is nothing to show yet.", str(error))
    st.caption("Start Earshot with `earshot up`: it makes the database and starts collecting.")
