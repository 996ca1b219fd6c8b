"""What people do to cases and alerts from a page; each call names id, version and actor.

Callbacks: a refusal becomes words on the next run, and nothing that was typed is lost.
"""

from __future__ import annotations

import streamlit as st

from dashboard.components import notices, session
from dashboard.desk.until import until
from storage import cases
from storage.case_model import (
    AnyCommand,
    Case,
    Dismiss,
    RecordReply,
    Reopen,
    Resolve,
    SaveDraft,
    Snooze,
    Transfer,
)
from storage.errors import EarshotError, InputError
from storage.people import Person

SNOOZES = {"1h": "1 hour", "4h": "4 hours", "tomorrow": "tomorrow 9:00", "7d": "a week"}


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


def open_case(case_id: int) -> None:
    """Show a case: its id goes into the address."""
    st.query_params["case"] = str(case_id)


def claim(case_id: int, command: AnyCommand) -> None:
    """Claim a case and show it."""
    space = session.workspace()
    with notices.explained():
        cases.act(space.db, case_id, command, space.now())
        open_case(case_id)


def claim_next(actor: Person) -> None:
    """Claim the most urgent case that nobody holds and show it."""
    space = session.workspace()
    with notices.explained():
        case = cases.claim_next(space.db, actor, space.now())
        if case is None:
            raise InputError("every open case is in somebody's hands or put aside")
        open_case(case.id)


# The holder's own writing is bound to the text that was on the screen, not to the case's
# version: leaving the draft for a button saves the draft first, which moves the version.


def save_draft(case: Case, actor: Person) -> None:
    """Keep what the holder has written so far."""
    text = typed(case, "draft")
    act(case.id, SaveDraft(actor=actor, mention_version=case.mention_version, text=text))


def record_reply(case: Case, actor: Person) -> None:
    """Record that the holder answered, with the words of the draft."""
    url, text = typed(case, "url"), typed(case, "draft")
    act(case.id, RecordReply(actor=actor, mention_version=case.mention_version, url=url, text=text))


def resolve(case: Case, actor: Person) -> None:
    """Close with root cause and action."""
    cause, action = typed(case, "cause"), typed(case, "action")
    act(case.id, Resolve(actor=actor, root_cause=cause, action=action))


def dismiss(case: Case, actor: Person) -> None:
    """Close without an answer."""
    act(case.id, Dismiss(actor=actor, version=case.version, reason=typed(case, "reason")))


def reopen(case: Case, actor: Person) -> None:
    """Open a closed case again."""
    act(case.id, Reopen(actor=actor, version=case.version, reason=typed(case, "reason")))


def snooze(case: Case, actor: Person) -> None:
    """Put a case aside for as long as the menu said."""
    space = session.workspace()
    choice = typed(case, "snooze")
    if choice:
        when = until(choice, space.now(), space.timezone)
        act(case.id, Snooze(actor=actor, version=case.version, until=when))


def hand_on(case: Case, actor: Person, team: dict[str, Person]) -> None:
    """Give a case to somebody else."""
    to = team.get(typed(case, "to"))
    if to is not None:
        act(case.id, Transfer(actor=actor, version=case.version, to=to))


def beat(case_id: int, command: AnyCommand) -> None:
    """Say that the holder is still at it; what refuses it, the page itself will show."""
    space = session.workspace()
    try:
        cases.act(space.db, case_id, command, space.now())
    except EarshotError:
        return
