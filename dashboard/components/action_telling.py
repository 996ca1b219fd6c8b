"""Telling who raised a topic what was changed: the list, a look at the mail, and the start."""

from __future__ import annotations

import streamlit as st

from dashboard import markup, telling
from dashboard.components import links, notices, session
from dashboard.data import At
from dashboard.telling import Letter, Plan
from storage import told, workspace
from storage.actions import Action
from storage.people import Person
from storage.told import Raised, Way

_SHOWN = 12


def draw(at: At, action: Action, person: Person | None) -> None:
    """Say what became of the telling, and offer to start it."""
    found = told.of_action(at.db.reader(), action.id, at.now)
    if found is not None:
        st.html(markup.line(telling.became(found)))
    box = st.expander(
        "Tell who raised it", key=f"tell-{action.id}", on_change="rerun", icon=":material/campaign:"
    )
    if box.open:
        with box:
            _open(at, action, person)


def _open(at: At, action: Action, person: Person | None) -> None:
    space = session.workspace()
    words = st.text_area(
        "What was changed, in words for those who asked for it",
        action.title,
        key=f"tell-{action.id}-words",
        max_chars=telling.LONGEST,
    )
    made = telling.plan(space, action, telling.people(space, action), words)
    held = [f"Held back, {why}" for why in telling.reasons(made)]
    st.html("".join(markup.line(each) for each in (telling.summed(made), *held)))
    first = next(iter(made.passed + made.doubted), None)
    if first is not None:
        _look(first)
    _list(made)
    _replies(at, action)
    if person is not None:
        _start(action, made, person)


def _look(letter: Letter) -> None:
    with st.container(border=True):
        st.caption("The first mail, as it will be sent")
        st.html(markup.facts([("To", letter.mail.to), ("Subject", letter.mail.subject)]))
        st.html(markup.quote(letter.mail.text))


def _list(made: Plan) -> None:
    if not made.people:
        return
    with st.popover(f"Who raised it ({len(made.people):,})", type="tertiary"):
        st.html(markup.facts([_who(each) for each in made.people[:_SHOWN]]))
        if len(made.people) > _SHOWN:
            st.caption(f"The newest {_SHOWN} of {len(made.people):,}.")


def _who(each: Raised) -> tuple[str, str]:
    ways = {Way.MAIL: f"by mail: {each.address}", Way.REPLY: f"by a reply at {each.source}"}
    return each.author or "nobody named", ways.get(each.way, each.way.value)


def _replies(at: At, action: Action) -> None:
    waiting = told.waiting(at.db.reader(), action.id)
    if not waiting:
        return
    st.caption(f"{len(waiting)} wait for a reply at their source; answer them there or here:")
    with st.container(horizontal=True):
        for number, mention in enumerate(waiting[:_SHOWN], 1):
            st.page_link(
                links.MENTIONS, label=f"{number} →", query_params={"mention": str(mention)}
            )


def _start(action: Action, made: Plan, person: Person) -> None:
    key = f"tell-{action.id}"
    if made.doubted:
        st.text_input(
            f"Why send {len(made.doubted):,} more that the checks doubt? (leave empty not to)",
            key=f"{key}-why",
            max_chars=200,
        )
    if session.workspace().is_sample:
        st.info(f"Nothing can be sent: {workspace.STAYS}.")
        return
    count = len(made.passed)
    mails = "1 mail" if count == 1 else f"{count:,} mails"
    replies = made.ways[Way.REPLY]
    label = f"Send {mails}" + (f", list {replies:,} replies" if replies else "")
    st.button(
        label,
        key=f"{key}-start",
        type="primary",
        disabled=not (count or made.doubted or replies),
        on_click=_send,
        args=(action.id, person),
    )
    st.caption(
        "One mail a person, at most one in 30 days together with “Did we sort this out?”; each"
        " says how to get no more."
    )


def _send(action_id: int, person: Person) -> None:
    state = st.session_state
    with notices.explained():
        words = state[f"tell-{action_id}-words"]
        why = state.get(f"tell-{action_id}-why", "")
        telling.start(session.workspace(), action_id, words, why, person)
