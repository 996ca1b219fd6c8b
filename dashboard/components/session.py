"""What a page is shown of: the workspace, the present moment, who is working.

The database is opened once per process; a browser session holds inputs only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from dashboard import choice, data, remembered, secret_file, wiring
from dashboard.data import At
from dashboard.jobs import Jobs
from dashboard.wiring import Workspace
from storage import people, setting_events
from storage.people import Person

_WHO = "working_as"
_TICKET = "working_as.ticket"
_held = threading.local()


@contextmanager
def held() -> Iterator[At]:
    """Hold one moment of the workspace for the body of a page: all its parts ask for it.

    Not for callbacks, which run before, nor for fragments, which run after: each of them
    looks for itself.
    """
    _held.space = workspace()
    try:
        _held.at = data.at(_held.space.db, _held.space.now())
        yield _held.at
    finally:
        _held.__dict__.clear()


def workspace() -> Workspace:
    """Return the workspace that EARSHOT_DB and EARSHOT_CONFIG name, or the own one once chosen."""
    held: Workspace | None = getattr(_held, "space", None)
    return _found() if held is None else held


def _found() -> Workspace:
    # Paths as text: as objects they cost a millisecond to look up by.
    db = os.path.abspath(started_on())
    if choice.own() is not None:
        db = os.path.abspath(choice.current(Path(db)))
    config = os.path.abspath(config_path())
    try:
        # Another file under the same name (a restore) is another database.
        inode = os.stat(db).st_ino
    except OSError:
        inode = 0
    return _open(db, config, inode, secret_file.stamp(Path(config)))


def started_on() -> str:
    """Return the database that this server was started on."""
    return os.environ.get("EARSHOT_DB", "earshot.db")


def config_path() -> str:
    """Return the configuration file, which need not exist."""
    return os.environ.get("EARSHOT_CONFIG", "earshot.toml")


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(db: str, config: str, inode: int, secrets: int) -> Workspace:
    return wiring.open_workspace(Path(db), Path(config), create=False)


def at() -> At:
    """Return the present moment of the workspace; one page run reads as of one of these."""
    held: At | None = getattr(_held, "at", None)
    if held is not None:
        return held
    space = workspace()
    return data.at(space.db, space.now())


def actor() -> Person | None:
    """Return who works in this browser; None until somebody said so."""
    name = _name()
    if name is None:
        return None
    known = {each.name: each for each in people.people(workspace().db.reader())}
    return known.get(name)


def work_as(name: str) -> Person:
    """Let this browser work as a person, new if unknown."""
    space = workspace()
    with space.db.write() as conn:
        before = {each.name for each in people.people(conn)}
        person = people.person(conn, name, space.now())
        if person.name not in before:
            change = ("team", person.name, "", f"{person.name}, {person.role}")
            setting_events.record(conn, person, change, space.now())
    _keep(person.name)
    return person


def renamed(before: Person, after: Person) -> None:
    """Keep working as a person who got another name."""
    if _name() == before.name:
        _keep(after.name)


def _name() -> str | None:
    """The name chosen in this session, else the one that the browser brought along."""
    chosen: str | None = st.session_state.get(_WHO)
    return chosen or remembered.name(st.context.cookies)


def _keep(name: str) -> None:
    st.session_state[_WHO] = name
    st.session_state[_TICKET] = remembered.tickets.issue(name)


def ticket() -> str | None:
    """Return the ticket that makes the browser remember who was chosen in this session."""
    found: str | None = st.session_state.get(_TICKET)
    return found


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the jobs of this server process."""
    return Jobs()
