"""What people do to cases from a page; each call names id, version and actor.

Callbacks: a refusal becomes words on the next run, and nothing that was typed is lost. What
can be taken back is offered so for a while (``undo_bar``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import streamlit as st

from dashboard.components import draft_field, notices, session
from dashboard.desk.until import until
from storage import cases, shelves, writing
from storage.case_model import AnyCommand, Case, Reopen, SaveDraft, Snooze, Transfer
from storage.errors import EarshotError, InputError
from storage.people import Person

SNOOZES = {"1h": "1 hour", "4h": "4 hours", "tomorrow": "tomorrow 9:00", "7d": "a week"}
"""Spans offered for alerts."""
_UNDO = "desk.undo"


class Undoable(NamedTuple):
    """Something done a moment ago: in words, and how to take it back until when."""

    told: str
    until: datetime
    take_back: Callable[[], None]


def field(case: Case, name: str) -> str:
    """Return the key of an input that belongs to one case and no other."""
    return f"case-{case.id}-{name}"


def typed(case: Case, name: str) -> str:
    """Return what stands in an input of a case."""
    return str(st.session_state.get(field(case, name)) or "")


def act(case_id: int, command: AnyCommand) -> None:
    """Do it, or leave the reason for the next run."""
    space = session.workspace()
    with notices.explained():
        cases.act(space.db, case_id, command, space.now())


def open_case(case_id: int | None) -> None:
    """Show a case, or none: its id goes into the address."""
    st.session_state.pop("desk.panel", None)
    if case_id is None:
        st.query_params.pop("case", None)
    else:
        st.query_params["case"] = str(case_id)


def claim_next(actor: Person) -> None:
    """Claim the most urgent case that nobody holds and show it."""
    space = session.workspace()
    with notices.explained():
        case = cases.claim_next(space.db, actor, space.now())
        if case is None:
            raise InputError("every open case is in somebody's hands or put aside")
        open_case(case.id)


def leave(case: Case, actor: Person, command: AnyCommand, told: str) -> None:
    """Do what takes a case off one's hands, offer to take it back, and open the next."""
    space = session.workspace()
    with notices.explained():
        keep_typing(case, actor)
        cases.act(space.db, case.id, command, space.now())
        offer_undo(told, [(case.id, case.version)], actor)
        open_next(case, actor)


def open_next(case: Case, actor: Person) -> None:
    """Open what is to be done after this case."""
    space = session.workspace()
    open_case(shelves.following(space.db.reader(), actor, space.now(), but=case.id))


def offer_undo(told: str, done: Sequence[tuple[int, int]], actor: Person) -> None:
    """Offer to put these cases back to the versions that they had."""
    offer(told, lambda: undo(done, actor))


def offer(told: str, take_back: Callable[[], None], seconds: float = 20.0) -> None:
    """Offer to take something back for a while."""
    over = session.workspace().now() + timedelta(seconds=seconds)
    st.session_state[_UNDO] = Undoable(told, over, take_back)


def undo_bar() -> None:
    """Show what can be taken back, for as long as it can."""
    if isinstance(st.session_state.get(_UNDO), Undoable):
        _undo_bar()


@st.fragment(run_every=1.0)
def _undo_bar() -> None:
    offered = st.session_state.get(_UNDO)
    left = (offered.until - session.workspace().now()).total_seconds() if offered else 0.0
    if offered is None or left <= 0:
        st.session_state.pop(_UNDO, None)
        return
    with st.container(
        key="desk-undo", horizontal=True, wrap=False, vertical_alignment="center", border=True
    ):
        st.text(offered.told, width="stretch")
        st.button(
            f"Undo ({int(left) + 1} s)", key="desk.undo-now", shortcut="u", on_click=_take_back
        )


def _take_back() -> None:
    offered = st.session_state.pop(_UNDO, None)
    if offered is not None:
        with notices.explained():
            offered.take_back()


def undo(done: Sequence[tuple[int, int]], actor: Person) -> None:
    """Put cases back to the versions that they had."""
    space = session.workspace()
    for case_id, version in done:
        cases.undo(space.db, case_id, actor, space.now(), version=version)
    if len(done) == 1:
        open_case(done[0][0])


def keep_typing(case: Case, actor: Person) -> None:
    """Keep what the field handed over last, should its own call still be to come."""
    found = draft_field.typed(field(case, "draft"))
    if found is None or st.session_state.get(field(case, "kept")) == found:
        return
    space = session.workspace()
    writing.keep(space.db, case.id, actor, found.text, space.now(), mention_version=found.version)
    st.session_state[field(case, "kept")] = found


def kept_text(case: Case, actor: Person) -> str:
    """Return the draft as it stands in the store: what is being typed, else the last one."""
    conn = session.workspace().db.reader()
    found = writing.current(conn, case.id)
    if found is not None and found.person_id == actor.id:
        return found.text
    return cases.load(conn, case.id).draft or ""


def save_draft(case: Case, actor: Person) -> None:
    """Make a draft of record of what is typed."""
    with notices.explained():
        keep_typing(case, actor)
        text = kept_text(case, actor)
    act(case.id, SaveDraft(actor=actor, mention_version=case.mention_version, text=text))


def reopen(case: Case, actor: Person) -> None:
    """Open a closed case again."""
    act(case.id, Reopen(actor=actor, version=case.version, reason=typed(case, "reason")))


def snooze(case: Case, actor: Person, choice: str) -> None:
    """Put a case aside until a day."""
    space = session.workspace()
    with notices.explained():
        when = until(choice, space.now(), space.timezone)
        leave(case, actor, Snooze(actor=actor, until=when), f"Case {case.id} put aside.")


def hand_on(case: Case, actor: Person, team: dict[str, Person]) -> None:
    """Give a case to somebody else."""
    to = team.get(typed(case, "to"))
    if to is not None:
        told = f"Case {case.id} handed to {to.name}."
        leave(case, actor, Transfer(actor=actor, to=to), told)


def beat(case_id: int, command: AnyCommand) -> None:
    """Say that the holder is still at it; what refuses it, the page itself will show."""
    space = session.workspace()
    try:
        cases.act(space.db, case_id, command, space.now())
    except EarshotError:
        return
