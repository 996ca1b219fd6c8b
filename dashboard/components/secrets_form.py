"""Signing in to kinds of source that need it: a form that writes secrets and never shows them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from collectors import registry
from collectors.contract import KindInfo
from dashboard import markup, secret_file
from dashboard.components import notices, session
from storage.errors import EarshotError
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
        st.form_submit_button("Keep them", type="primary", on_click=_keep, args=(info.secrets,))
    with st.container(horizontal=True):
        tried = st.button("Test it", key=f"test-{info.name}")
        st.button("Forget them", key=f"no-{info.name}", on_click=_forget, args=(info.secrets,))
    if tried:
        _test(info)


def _test(info: KindInfo) -> None:
    source = Source("test", info.name, options=_TRIED.get(info.name, info.example))
    try:
        with st.spinner("Signing in …"):
            check = session.workspace().check(source)
    except EarshotError as error:
        notices.problem("That did not work.", str(error))
        return
    if check.problem:
        notices.problem("That did not work.", check.problem)
    else:
        st.success("It works: the source answered.")


def _keep(names: tuple[str, ...]) -> None:
    typed = {name: str(st.session_state.get(f"secret-{name}") or "") for name in names}
    with notices.explained():
        given = {name: value for name, value in typed.items() if value.strip()}
        secret_file.change(Path(session.config_path()), given)


def _forget(names: tuple[str, ...]) -> None:
    with notices.explained():
        secret_file.change(Path(session.config_path()), dict.fromkeys(names, ""))
