"""Targets as a list: what each figure is to be, by when, who answers for it, and a form."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import streamlit as st

from dashboard import data
from dashboard.components import goal_charts, notices, session, steering
from dashboard.data import At
from dashboard.reports import goal_words, wording
from dashboard.reports.goals import Goal
from storage import targets
from storage.errors import InputError
from storage.models import Kind
from storage.people import Person
from storage.targets import Target

_UNDO = "targets.undo"
_FIGURES = [(kind, name) for kind in targets.MEASURES for name in targets.MEASURES[kind]]
_QUARTER = 91


def draw(at: At) -> None:
    """Draw every target, each with its chart, and the form for a new one."""
    st.caption(
        "A target is judged by complete weeks of our own mentions: the line through the last "
        "quarter is drawn on to its day, with what chance allows. On track or behind is said "
        "only where that range leaves out the target."
    )
    leader = steering.leader()
    steering.changes(at, targets.AREA)
    if leader is not None and _UNDO in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("A target was changed.", width="content")
            st.button("Undo", key="targets.take-back", on_click=_undo, args=(leader,))
    found = data.goals(at)
    if not found:
        notices.empty("No target yet", "Give a figure a target below: overview and summary say it.")
    for goal in found:
        with st.container(border=True):
            goal_charts.one(at, goal)
            if leader is not None:
                _steps(goal, leader)
    if leader is not None:
        _new(at, leader)


def _steps(goal: Goal, leader: Person) -> None:
    target = goal.target
    if target.origin == targets.FILE:
        st.caption("From earshot.toml: change it there.")
        return
    key = f"target.{target.kind.value}-{target.measure}"
    with st.container(horizontal=True):
        box = st.popover("Change", key=f"{key}-box", type="tertiary", on_change="rerun")
        if box.open:
            with box:
                _fields(key, target, target.due)
                figure = (target.kind, target.measure)
                st.button("Save", key=f"{key}-save", on_click=_save, args=(key, figure, leader))
        st.button(
            "Remove",
            key=f"{key}-remove",
            type="tertiary",
            on_click=_remove,
            args=(target, leader),
        )


def _new(at: At, leader: Person) -> None:
    box = st.expander("Set a target", key="target.new", on_change="rerun", icon=":material/flag:")
    if not box.open:
        return
    taken = {(each.kind, each.measure) for each in targets.targets(at.db.reader())}
    free = [each for each in _FIGURES if each not in taken] or _FIGURES
    with box:
        figure = st.selectbox(
            "Figure", free, format_func=lambda each: goal_words.name(*each), key="target.figure"
        )
        _fields("target.add", None, at.today + timedelta(days=_QUARTER), figure)
        st.button(
            "Set it",
            key="target.set",
            type="primary",
            on_click=_save,
            args=("target.add", figure, leader),
        )


def _fields(
    key: str, target: Target | None, day: date, figure: tuple[Kind, str] | None = None
) -> None:
    measure = target.measure if target else (figure or _FIGURES[0])[1]
    factor = targets.SHOWN.get(measure, 1)
    low, high = (each * factor for each in targets.BOUNDS[measure])
    unit = wording.UNITS[measure].suffix.strip()
    st.number_input(
        f"{'At most' if measure == 'negative_share' else 'At least'}{f' ({unit})' if unit else ''}",
        min_value=low,
        max_value=high,
        value=None if target is None else target.value * factor,
        key=f"{key}-value-{measure}",
    )
    st.date_input("By", day, key=f"{key}-day")
    st.text_input(
        "Who answers for it",
        target.owner if target else "",
        key=f"{key}-owner",
        max_chars=targets.OWNER_LIMIT,
    )


def _save(key: str, figure: tuple[Kind, str], leader: Person) -> None:
    state, space = st.session_state, session.workspace()
    kind, measure = figure
    value = state[f"{key}-value-{measure}"]
    with notices.explained(), space.db.write() as conn:
        if value is None:
            raise InputError("say what the figure is to be")
        factor = targets.SHOWN.get(measure, 1)
        made = Target(kind, measure, value / factor, state[f"{key}-day"], state[f"{key}-owner"])
        _remember(conn, figure)
        targets.save(conn, made, leader, space.now())


def _remove(target: Target, leader: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        _remember(conn, (target.kind, target.measure))
        targets.remove(conn, target.kind, target.measure, leader, space.now())


def _remember(conn: sqlite3.Connection, figure: tuple[Kind, str]) -> None:
    st.session_state[_UNDO] = (figure, targets.find(conn, *figure))


def _undo(leader: Person) -> None:
    figure: tuple[Kind, str]
    figure, before = st.session_state.pop(_UNDO)
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        if before is None:
            targets.remove(conn, figure[0], figure[1], leader, space.now())
        else:
            targets.save(conn, before, leader, space.now())
