"""What is sent by itself: each rule in words, tried on last week, switched on and off."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from dashboard import acknowledging, data, markup
from dashboard.components import session, steering
from dashboard.data import At
from dashboard.desk import acknowledging_words as words
from storage import acknowledgements
from storage.acknowledgements import AckRule, StoredAck
from storage.people import Person

AREA = "acknowledgements"
WHICH = "ack.which"


def draw(at: At) -> None:
    """Draw the switch, then every rule."""
    st.header("Acknowledgements", anchor=False)
    conn = at.db.reader()
    found = acknowledgements.stored(conn)
    on = sum(each.on_since is not None for each in found)
    practice = (
        " This is the sample company: nothing is sent to anybody."
        if session.workspace().is_sample
        else ""
    )
    st.caption(
        f"{words.OFF if not on else f'{on} of {len(found)} rules are on.'} A rule tells a customer "
        "that the message was read, where nobody answered yet. It is no answer: due times run on."
        + practice
    )
    leader = steering.leader() if found else session.actor()
    if leader is None or not leader.leads:
        leader = None
    if found:
        steering.changes(at, AREA)
    if on and leader is not None:
        st.button("Stop all of them now", key="ack.stop", on_click=_stop, args=(None, leader))
    for each in found:
        with st.container(border=True):
            _card(at, each)
            if leader is not None:
                _actions(each, leader)


def _card(at: At, each: StoredAck) -> None:
    names, rule, conn = dict(data.choices(at).topics), each.rule, at.db.reader()
    state = markup.chip("off" if each.on_since is None else "on")
    st.html(
        f'<div class="es-row"><span class="es-title">{markup.said(rule.name)}</span>{state}</div>'
    )
    told = [("If", words.asks(rule, names)), ("Not", words.but(rule)), ("When", words.when(rule))]
    told.append(("Sent", f"{acknowledgements.count(conn, each.id):,}"))
    left = acknowledgements.left_out(conn, each.id, at.minute - timedelta(days=7))
    told.append(("Left to people", ", ".join(f"{n:,} {why}" for why, n in left.most_common(4))))
    st.html(markup.facts(told))
    for text in rule.texts:
        st.html(markup.quote(text))


def _actions(each: StoredAck, leader: Person) -> None:
    name = each.rule.name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Change", key=f"ack-edit-{name}", on_click=_edit, args=(name,))
        if each.on_since is not None:
            st.button("Switch off", key=f"ack-off-{name}", on_click=_stop, args=(name, leader))
        else:
            box = st.popover("Switch on", key=f"ack-on-{name}", type="tertiary", on_change="rerun")
            if box.open:
                with box:
                    tried(each.rule)
                    st.caption("It counts for cases that open from now on.")
                    st.button(
                        "Switch it on", key=f"ack-go-{name}", on_click=_start, args=(name, leader)
                    )
        gone = (name, leader)
        st.button("Remove", key=f"ack-gone-{name}", type="tertiary", on_click=_remove, args=gone)


def tried(rule: AckRule) -> None:
    """Say what a rule would have done last week, with examples."""
    found = acknowledging.preview(session.workspace(), rule)
    st.html(markup.line(words.trial(found)))
    for case_id, text in found.examples:
        st.html(markup.line(f"Case {case_id}:"))
        st.html(markup.quote(text))


def _stop(name: str | None, leader: Person) -> None:
    with steering.changing(AREA) as conn:
        acknowledgements.switch_off(conn, leader, _now(), name=name)


def _start(name: str, leader: Person) -> None:
    with steering.changing(AREA) as conn:
        acknowledgements.switch_on(conn, name, leader, _now())


def _remove(name: str, leader: Person) -> None:
    with steering.changing(AREA) as conn:
        acknowledgements.remove(conn, name, leader, _now())


def _now() -> datetime:
    return session.workspace().now()


def _edit(name: str) -> None:
    st.session_state[WHICH] = name
    st.session_state["ack.open"] = True
