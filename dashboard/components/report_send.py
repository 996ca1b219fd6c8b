"""Sending the summary that is shown to some addresses, and what became of such mails."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.components import frame, notices, outbox_list, report_choice, session
from dashboard.data import At
from dashboard.delivery import summaries
from dashboard.reports import schedule_words
from dashboard.reports.spans import Span
from storage.errors import InputError
from storage.outbox import State
from storage.people import Person

_TO = "report.to"
_LOOK = 4.0
"""Seconds between two looks while a mail is on its way."""
_MOVING = (State.PENDING, State.SENDING)


def send(span: Span, moment: datetime | None) -> None:
    """Draw the form that sends what is shown, as known at a moment (None: now)."""
    box = st.expander("Send to…", icon=":material/send:", key="report.send", on_change="rerun")
    if not box.open:
        return
    with box:
        person = sender()
        if person is None:
            return
        space = session.workspace()
        why = summaries.obstacle(space.db.reader(), space.settings.mail)
        if why:
            st.info(f"Nothing can be sent: {why}.")
            return
        st.text_area(
            "Addresses, one a line",
            key=_TO,
            height=90,
            placeholder="boss@example.org",
            help="They need no account. The first page stands in the mail, the PDF is attached.",
        )
        st.button(
            "Send now",
            key="report.send-now",
            type="primary",
            on_click=_send,
            args=(span, moment),
        )


def sender() -> Person | None:
    """Return who works here if they may mail summaries, else say who may."""
    if frame.needs_actor():
        return None
    person = session.actor()
    if person is not None and summaries.may_send(person):
        return person
    st.info("Leads, managers and admins mail summaries; your role is to look.")
    return None


def _send(span: Span, moment: datetime | None) -> None:
    space, person = session.workspace(), session.actor()
    with notices.explained():
        to = schedule_words.addresses(st.session_state[_TO])
        if person is None:
            raise InputError("say who you are first")
        summaries.send(
            space.db,
            span,
            moment,
            schedule_words.recipients(to, locale=report_choice.locale()),
            person,
            space.settings.mail,
            space.now(),
        )
        st.session_state[_TO] = ""
        st.toast(f"{len(to)} mail{'' if len(to) == 1 else 's'} on the way.")


def mails(at: At) -> None:
    """Draw the latest mails of summaries; while one is on its way, look again by itself."""
    found = summaries.sent(at.db.reader())
    if not found:
        return
    failed = sum(each.state is State.FAILED for each in found)
    moving = any(each.state in _MOVING for each in found)
    name = f"Mails ({failed} not sent)" if failed else "Mails"
    box = st.expander(name, icon=":material/mail:", key="report.mails", on_change="rerun")
    if box.open or failed:
        with box:
            (_again if moving else _list)(at.zone)


def _list(zone: str) -> None:
    for each in summaries.sent(session.workspace().db.reader()):
        outbox_list.row(each, zone)


_again = st.fragment(run_every=_LOOK)(_list)
