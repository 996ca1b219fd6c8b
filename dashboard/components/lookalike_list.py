"""Bursts of look-alikes with their evidence; each decision names the burst and its actor."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import data, findings, markup
from dashboard.components import frame, links, notices, session
from dashboard.components.links import Next
from dashboard.data import At
from storage import bursts as stored
from storage.bursts import Burst, BurstEvent, State
from storage.models import MentionFilter, Suspects
from storage.people import Person

_SHOWN = 20
_STATES = {
    State.SUSPICIOUS: "suspicious: nobody decided yet",
    State.EXCLUDED: "excluded from figures",
    State.GENUINE: "genuine: counts",
}
_DONE = {"excluded": "excluded", "genuine": "called genuine", "undone": "taken back"}


def bursts(at: At) -> None:
    """Draw every burst, undecided ones first."""
    found = findings.bursts(at)
    if not found:
        notices.empty(
            "No burst of look-alikes",
            "Texts of several authors that are nearly the same and come at once would be here.",
            Next(links.MENTIONS, "Read what was said →"),
        )
        return
    frame.needs_actor()
    suspicious, excluded = findings.left_out(at)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "Figures count what is suspicious and leave out what somebody excluded. "
            "Only people exclude."
        )
        both = MentionFilter(suspects=Suspects.ONLY)
        links.mentions(f"{suspicious + excluded:,} suspicious or excluded mentions →", both)
    for burst in found:
        _burst(at, burst)


def _burst(at: At, burst: Burst) -> None:
    person = session.actor()
    with st.container(border=True):
        st.html(_card(at, burst))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if person is not None:
                _actions(burst, person, findings.burst_history(at, burst.id))
        box = st.expander(
            f"Who said what ({burst.evidence.mentions:,})",
            key=f"burst-{burst.id}",
            on_change="rerun",
        )
        if box.open:
            with box:
                _members(at, burst)


def _card(at: At, burst: Burst) -> str:
    why = burst.evidence
    title = f"{why.mentions:,} look-alikes by {why.authors:,} authors"
    when = f"{markup.when(burst.first_at, at.zone)} to {markup.when(burst.last_at, at.zone)}"
    chips = markup.chip(_STATES[burst.state])
    if burst.state is State.EXCLUDED and burst.undecided:
        chips += markup.chip(f"{burst.undecided:,} came since: undecided")
    rate = (
        f"{why.alike:.0%} alike in the middle, {why.least_alike:.0%} at least. By the 90 days"
        f" around ({why.around:,} such texts of {why.said_around:,}) {why.expected:.2g} would be"
        f" expected among the {why.said:,} of these days; chance of so many: {_chance(why.p)}."
    )
    done = [each for each in findings.burst_history(at, burst.id) if each.type in _DONE]
    lines = [markup.line(rate), *(markup.line(_decision(at, each)) for each in done[-3:])]
    return (
        f'<div class="es-row"><span class="es-title">{markup.said(title)}</span>{chips}'
        f'<span class="es-meta es-push">{markup.said(when)}</span></div>{"".join(lines)}'
    )


def _chance(p: float) -> str:
    return "below 1 in a million million" if p < 1e-12 else f"1 in {1 / p:,.0f}"


def _decision(at: At, event: BurstEvent) -> str:
    reason = f": {event.why}" if event.why else ""
    when = markup.when(event.at, at.zone)
    return f"{_DONE[event.type]} by {event.actor}, {when}, {event.mentions:,} mentions{reason}"


def _actions(burst: Burst, person: Person, events: Sequence[BurstEvent]) -> None:
    for state, name in ((State.EXCLUDED, "Exclude"), (State.GENUINE, "Genuine")):
        if burst.state is not state or burst.undecided:
            st.button(
                name,
                key=f"{state.value}-{burst.id}",
                on_click=_decide,
                args=(burst.id, state, person),
            )
    if any(event.type in set(State) for event in events) and events[-1].type != "undone":
        st.button("Undo", key=f"undo-{burst.id}", on_click=_undo, args=(burst.id, person))
    st.text_input(
        "Why",
        key=f"why-{burst.id}",
        max_chars=200,
        placeholder="Why (kept with the decision)",
        label_visibility="collapsed",
        width=280,
    )


def _members(at: At, burst: Burst) -> None:
    names = dict(data.choices(at).topics)
    rows = findings.burst_mentions(at, burst.id)
    for row in rows[:_SHOWN]:
        with st.container(border=True, gap="small"):
            st.html(markup.card(row, at.zone, names))
            st.page_link(links.MENTIONS, label="Read →", query_params={"mention": str(row.id)})
    if len(rows) > _SHOWN:
        st.caption(f"… and {len(rows) - _SHOWN:,} more; `earshot lookalikes show {burst.id}`")


def _decide(burst_id: int, state: State, person: Person) -> None:
    space = session.workspace()
    why = str(st.session_state.get(f"why-{burst_id}", ""))
    with notices.explained(), space.db.write() as conn:
        stored.decide(conn, burst_id, state, person, why, space.now())


def _undo(burst_id: int, person: Person) -> None:
    space = session.workspace()
    why = str(st.session_state.get(f"why-{burst_id}", ""))
    with notices.explained(), space.db.write() as conn:
        stored.undo(conn, burst_id, person, why, space.now())
