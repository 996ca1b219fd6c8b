"""Sending an answer and closing the case, in one step that can be taken back for ten seconds.

Where no sender is connected the person posts by hand and marks it; in the sample nothing
leaves at all.
"""

from __future__ import annotations

import streamlit as st

from dashboard import case_data, data, markup, sending
from dashboard.components import case_actions, notices, session
from dashboard.components.case_actions import field, typed
from dashboard.data import At
from dashboard.desk import limits, preflight
from dashboard.desk.preflight import Facts, Finding
from storage import case_lists, cases, reply_outbox
from storage.case_lists import Item
from storage.case_model import (
    AnyCommand,
    Approval,
    AskApproval,
    Case,
    Claim,
    Note,
    RecordReply,
    Resolve,
)
from storage.errors import InputError, Refused
from storage.people import Person
from storage.reply_outbox import Closing

SECONDS = 10.0
"""How long an answer can be taken back before it leaves."""
USUAL_ACTION = "explained and apologised"


def closing(at: At, item: Item) -> None:
    """Ask what was wrong and what was done, where the customer is unhappy."""
    case = item.case
    if not case.negative:
        return
    names = dict(data.choices(at).topics)
    known = data.root_causes(at)
    usual = next((names.get(each, each) for each in item.mention.topics), "other")
    causes = list(dict.fromkeys([usual, *known, "other"]))
    actions = list(dict.fromkeys([USUAL_ACTION, "refunded", "passed on", *case_data.actions(at)]))
    left, right = st.columns(2)
    left.selectbox("What was wrong", causes, 0, key=field(case, "cause"), accept_new_options=True)
    right.selectbox("What was done", actions, 0, key=field(case, "action"), accept_new_options=True)


def button(at: At, item: Item, person: Person) -> None:
    """Draw the button that sends, or asks for approval where that comes first."""
    case = item.case
    if case_data.must_be_approved(at, case, person) and case.approval is not Approval.APPROVED:
        waits = case.approval is Approval.ASKED
        st.button(
            "Waits for approval" if waits else "Ask for approval",
            key=field(case, "approval"),
            type="primary",
            disabled=waits,
            shortcut="Ctrl+Enter",
            on_click=_ask_approval,
            args=(case, person),
        )
        return
    st.button(
        "Send & close" if leaves(item) else "Posted, close",
        key=field(case, "send"),
        type="primary",
        shortcut="Ctrl+Enter",
        on_click=send,
        args=(item, person),
        help="This is the sample company: the case is closed here, and nothing is sent to anybody."
        if session.workspace().is_sample
        else None,
    )


def by_hand(item: Item, person: Person) -> None:
    """Help to post by hand where nothing is connected that could: copy, open, mark as posted."""
    if leaves(item):
        return
    case, url = item.case, markup.safe_url(item.mention.url)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        box = st.popover("Copy the answer", key=field(case, "copy"), on_change="rerun")
        if box.open:
            text = case_actions.kept_text(case, person)
            box.code(text or "Nothing is written yet.", language=None, wrap_lines=True)
        if url:
            st.link_button("Open where it was said", url)
    st.text_input("Where the answer stands (may be empty)", key=field(case, "url"))


def leaves(item: Item) -> bool:
    """Say whether an answer leaves by itself: nothing leaves the sample, others need a sender."""
    space = session.workspace()
    return space.is_sample or sending.way(space, item.case.id).rules is not None


def warned(item: Item, person: Person) -> None:
    """Show what spoke against sending, and let it be overridden with a reason."""
    case = item.case
    found: list[Finding] | None = st.session_state.get(field(case, "warned"))
    if not found:
        return
    with st.container(border=True, key="case-warned"):
        st.markdown("**Look again before this goes out**")
        for each in found:
            st.html(markup.line(f"• {each.words}"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Why send it all the same?", key=field(case, "although"))
            st.button(
                "Send all the same",
                key=field(case, "anyway"),
                on_click=send,
                args=(item, person, True),
            )


def _looked_at(item: Item, person: Person, text: str, although: bool) -> list[AnyCommand] | None:
    """Look at the answer: None where it must wait, else what is to be recorded with it."""
    case, conn = item.case, session.workspace().db.reader()
    now = cases.load(conn, case.id)
    facts = Facts(
        text,
        item.mention.author,
        item.mention.lang,
        limits.of(item.mention.place),
        changed=now.current_version != item.mention.version,
        gone=now.gone,
        recent=case_lists.recent_answers(conn),
    )
    found = preflight.findings(facts, session.workspace().language)
    hard = [each for each in found if each.hard]
    if hard:
        raise Refused("; ".join(each.words for each in hard))
    reason = typed(case, "although").strip()
    if found and although and reason:
        told = "; ".join(each.words for each in found)
        return [Note(actor=person, text=f"Sent although {told}. Reason: {reason}")]
    if found:
        st.session_state[field(case, "warned")] = found
        if although:
            raise InputError("say why it should go out all the same")
        return None
    return []


def send(item: Item, person: Person, although: bool = False) -> None:
    """Send what is written and close the case; or say what stands in the way."""
    space = session.workspace()
    case = item.case
    with notices.explained():
        case_actions.keep_typing(case, person)
        text = case_actions.kept_text(case, person)
        record = _looked_at(item, person, text, although)
        if record is None:
            return
        done = Closing(typed(case, "cause"), typed(case, "action"))
        if case.negative and not (done.root_cause and done.action):
            raise InputError("say what was wrong and what was done about it")
        now = space.now()
        before = cases.load(space.db.reader(), case.id)
        if before.owner_id != person.id or before.lease_until is None or before.lease_until <= now:
            claim = Claim(actor=person, mention_version=item.mention.version)
            before = cases.act(space.db, case.id, claim, now)
        if record:
            cases.act_all(space.db, case.id, record, now)
        st.session_state.pop(field(case, "warned"), None)
        if leaves(item) and not space.is_sample:
            _by_outbox(item, person, text, done)
        else:
            _by_hand(item, person, text, done, before)
        case_actions.open_next(case, person)


def _by_outbox(item: Item, person: Person, text: str, done: Closing) -> None:
    space = session.workspace()
    entry = sending.send(
        space,
        item.case.id,
        person,
        text=text,
        mention_version=item.mention.version,
        closing=done,
    )

    def take_back() -> None:
        reply_outbox.cancel(space.db, entry.id, person, space.now())
        case_actions.open_case(item.case.id)

    case_actions.offer(f"Case {item.case.id}: the answer leaves in a moment.", take_back, SECONDS)


def _by_hand(item: Item, person: Person, text: str, done: Closing, before: Case) -> None:
    space, case = session.workspace(), item.case
    steps: list[AnyCommand] = [
        RecordReply(
            actor=person, mention_version=item.mention.version, url=typed(case, "url"), text=text
        ),
        Resolve(actor=person, root_cause=done.root_cause, action=done.action),
    ]
    cases.act_all(space.db, case.id, steps, space.now())
    told = "answered (practice: nothing left)" if space.is_sample else "marked as posted"
    told = f"Case {case.id} {told} and closed."
    undo = [(case.id, before.version)]
    case_actions.offer(told, lambda: case_actions.undo(undo, person), SECONDS)


def _ask_approval(case: Case, person: Person) -> None:
    with notices.explained():
        case_actions.keep_typing(case, person)
    case_actions.act(case.id, AskApproval(actor=person))
