"""Signing in to kinds of source that need it: a form that writes secrets and never shows them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from collectors import registry
from collectors.contract import KindInfo
from dashboard import markup, secret_file
from dashboard.components import notices, session
from storage import setting_events
from storage.errors import EarshotError, Refused
from storage.models import Json, Source

_WHERE = {
    "reddit": (
        "On old.reddit.com/prefs/apps, choose “create another app”, type “script”, and any "
        "address as redirect, like http://localhost. The id stands under the app's name, the "
        "secret beside the word “secret”."
    )
}
_TRIED: dict[str, dict[str, Json]] = {"reddit": {"subreddits": ["announcements"]}}
"""What the test reads: something small that is always there."""

_ASKED = "asked"


def forms() -> None:
    """Draw a closed box per kind of source that can sign in."""
    person = session.actor()
    if person is None or not person.leads:
        return
    for info in registry.kinds().infos:
        if info.secrets:
            box = st.expander(f"Sign in to {info.name}", key=f"in-{info.name}", on_change="rerun")
            if box.open:
                with box:
                    _form(info)


def _form(info: KindInfo) -> None:
    known = session.workspace().settings.secrets
    st.html(markup.line(info.terms))
    with st.popover("Where do I find this?", type="tertiary"):
        st.write(_WHERE.get(info.name, "The kind's own documentation says it."))
    with st.form(f"secrets-{info.name}", clear_on_submit=True, border=False):
        for name in info.secrets:
            st.text_input(
                name.removeprefix("EARSHOT_").replace("_", " ").lower(),
                type="password",
                key=f"secret-{name}",
                placeholder="kept; type to replace it" if known.get(name) else "not set",
                autocomplete="off",
            )
        st.caption("Kept in earshot-secrets.toml, which only you can read; never shown again.")
        st.form_submit_button("Keep them", type="primary", on_click=_keep, args=(info,))
    with st.container(horizontal=True):
        st.button("Test it", key=f"test-{info.name}", on_click=_ask, args=(info,))
        st.button("Forget them", key=f"no-{info.name}", on_click=_forget, args=(info,))
    answer = f"answer-{info.name}"
    # Asked for by a mark, so that a refresh of the page in between asks again.
    if st.session_state.get(answer) == _ASKED:
        st.session_state[answer] = _test(info)
    _answer(st.session_state.get(answer))


def _ask(info: KindInfo) -> None:
    st.session_state[f"answer-{info.name}"] = _ASKED


def _test(info: KindInfo) -> str:
    """Try to sign in; the problem in plain words, or nothing."""
    source = Source("test", info.name, options=_TRIED.get(info.name, info.example))
    try:
        with st.spinner("Signing in …"):
            return session.workspace().check(source).problem or ""
    except EarshotError as error:
        return str(error)


def _answer(problem: str | None) -> None:
    # Kept, for a page that refreshes itself would take it away before it is read.
    if problem:
        notices.problem("That did not work.", problem)
    elif problem is not None:
        st.success("It works: the source answered.")


def _keep(info: KindInfo) -> None:
    typed = {name: str(st.session_state.get(f"secret-{name}") or "") for name in info.secrets}
    with notices.explained():
        given = {name: value for name, value in typed.items() if value.strip()}
        _changed(info, given)


def _forget(info: KindInfo) -> None:
    with notices.explained():
        _changed(info, dict.fromkeys(info.secrets, ""))


def _changed(info: KindInfo, given: dict[str, str]) -> None:
    space, person = session.workspace(), session.actor()
    if person is None:
        raise Refused("say who you are first: every change names who made it")
    known = space.settings.secrets
    before = [name for name in info.secrets if known.get(name)]
    secret_file.change(Path(session.config_path()), given)
    after = [name for name in info.secrets if given.get(name, name in before and "kept")]
    typed = ", ".join(name for name, value in given.items() if value)
    words = ", ".join(after) + (f" (typed: {typed})" if typed else "")
    # Names only: what was typed stands in the file of secrets and nowhere else.
    with space.db.write() as conn:
        change = ("credentials", info.name, ", ".join(before), words)
        setting_events.record(conn, person, change, space.now())
    st.session_state.pop(f"answer-{info.name}", None)
