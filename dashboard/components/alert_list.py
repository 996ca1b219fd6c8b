"""Alerts: what stands out, who looks after it; each action names the alert's id and actor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import data, markup
from dashboard.components import frame, links, notices, session
from dashboard.components.case_actions import SNOOZES
from dashboard.components.links import Next
from dashboard.data import At
from dashboard.desk import alerts as life
from dashboard.desk import evidence
from dashboard.desk.until import until
from storage import alert_rules
from storage import alerts as stored
from storage.alerts import Alert, AlertState, Moved, scope_parts
from storage.models import MentionFilter, Urgency
from storage.people import Person

_SHOWN = 20
_SIGNALS = {
    "volume": "Unusually many mentions",
    "quiet": "Unusually few mentions",
    "negative_share": "More negative than usual",
    "rating_drop": "Rating drops",
    "nps_drop": "NPS drops",
    "new_topic": "New topic",
    "emerging": "Something new is talked about",
    "sla_risk": "Answers may come too late",
    "rule": "A rule of yours",
    "silent": "Source is silent",
    "safety": "Somebody's safety",
    "legal": "Legal threat",
    "data_leak": "Personal data",
}
_STATES = {
    AlertState.OPEN: "nobody looks after it",
    AlertState.ACKNOWLEDGED: "seen by {actor}",
    AlertState.SNOOZED: "quiet until {until} ({actor})",
    AlertState.RESOLVED: "over ({actor})",
}


def alerts(at: At) -> None:
    """Draw the alerts that last, and on wish those that are over."""
    unresolved = data.unresolved(at)
    if not unresolved:
        notices.empty(
            "Nothing out of the ordinary",
            "Volume, share of negative, rating and silence of each source are compared with their "
            "own past at that hour and weekday.",
            Next(links.OVERVIEW, "See how things stand →"),
        )
    elif not frame.needs_actor():
        st.caption("Compared with their own past at that hour and weekday.")
    _page(at, unresolved, "alerts.more")
    if st.toggle("Show those that are over", key="alerts.over"):
        known = {alert.id for alert in unresolved}
        _page(at, [alert for alert in data.alerts(at) if alert.id not in known], "alerts.older")


def _page(at: At, found: Sequence[Alert], key: str) -> None:
    """Draw the first alerts, and more of them on wish."""
    shown = st.session_state.get(f"{key}.shown", _SHOWN)
    for alert in found[:shown]:
        _alert(at, alert)
    if len(found) > shown:
        label = f"Show more: {shown} of {len(found)} are shown"
        st.button(label, key=key, on_click=_more, args=(key, shown + _SHOWN))


def _more(key: str, shown: int) -> None:
    st.session_state[f"{key}.shown"] = shown


def _alert(at: At, alert: Alert) -> None:
    person = session.actor()
    with st.container(border=True):
        st.html(_card(at, alert))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _evidence(at, alert)
            if person is not None and alert.state is not AlertState.RESOLVED:
                _actions(alert, person)
            if person is not None:
                _thumbs(at, alert, person)


def _card(at: At, alert: Alert) -> str:
    state = _STATES[alert.state].format(
        actor=alert.actor, until=markup.when(alert.snooze_until, at.zone)
    )
    title = _SIGNALS.get(alert.signal, alert.signal)
    since = f"since {markup.when(alert.opened_at, at.zone)}"
    chips = markup.chip(alert.severity.value) + markup.chip(state)
    return (
        f'<div class="es-row"><span class="es-title">{markup.said(title)}</span>'
        f'{chips}<span class="es-meta es-push">{markup.said(since)}</span></div>'
        f"{markup.line(alert.words)}"
    )


def _evidence(at: At, alert: Alert) -> None:
    """Link to the mentions of the day that stood out, or to the source that is silent."""
    if alert.signal == "silent":
        st.page_link(links.SOURCES, label="The source →")
        return
    if alert.urgent:
        _urgent(alert)
        return
    if alert.signal == "sla_risk":
        st.page_link(links.QUEUE, label="The queue →")
        return
    flt = evidence.behind(alert, tuple(b.name for b in data.brands(at) if b.own), at.zone)
    count = data.count(at, flt)
    said = "1 mention" if count == 1 else f"{count:,} mentions"
    links.mentions(f"{said} {evidence.days(flt)} →", flt)


def _urgent(alert: Alert) -> None:
    """Link to the mention that cannot wait, or to all that nobody answered."""
    mention = scope_parts(alert.scope).get("mention")
    if mention:
        st.page_link(links.MENTIONS, label="Read it →", query_params={"mention": mention})
    else:
        flt = MentionFilter(urgency=(Urgency(alert.signal),), unanswered=True)
        links.mentions("All that nobody answered →", flt)


def _actions(alert: Alert, person: Person) -> None:
    if alert.state is not AlertState.ACKNOWLEDGED:
        st.button(
            "Acknowledge",
            key=f"ack-{alert.id}",
            on_click=_change,
            args=(alert.id, person, life.acknowledge),
            help="You have seen it and look after it.",
        )
    box = st.popover("Snooze", key=f"snooze-{alert.id}", on_change="rerun")
    if box.open:
        box.pills(
            "Quiet for",
            list(SNOOZES),
            format_func=lambda key: SNOOZES[key],
            key=f"quiet-{alert.id}",
            on_change=_snooze,
            args=(alert.id, person),
        )
    st.button(
        "Done",
        key=f"done-{alert.id}",
        on_click=_change,
        args=(alert.id, person, life.resolve),
        help="The same cause stays silent until things were normal again.",
    )


def _thumbs(at: At, alert: Alert, person: Person) -> None:
    """Ask whether it was worth it; the answers make the precision of its rule."""
    up, down = alert_rules.votes(at.db.reader()).get(alert.id, (0, 0))
    for useful, label, count in ((True, "👍 Worth it", up), (False, "👎 Noise", down)):
        st.button(
            f"{label} {count}" if count else label,
            key=f"{'up' if useful else 'down'}-{alert.id}",
            type="tertiary",
            on_click=_vote,
            args=(alert.id, useful, person),
        )


def _vote(alert_id: int, useful: bool, person: Person) -> None:
    space = session.workspace()
    with notices.explained():
        alert_rules.vote(space.db, alert_id, useful, person, space.now())


def _snooze(alert_id: int, person: Person) -> None:
    space = session.workspace()
    choice = st.session_state[f"quiet-{alert_id}"]
    if choice:
        when = until(choice, space.now(), space.timezone)
        _change(alert_id, person, lambda alert: life.snooze(alert, when, space.now()))


def _change(alert_id: int, person: Person, decide: Callable[[Alert], Moved | None]) -> None:
    space = session.workspace()
    with notices.explained():
        stored.change(space.db, alert_id, decide, person, space.now())
