"""The taxonomy as people edit it: a tree, its starters, and who changed what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from sqlite3 import Connection
from typing import TypeAlias

import streamlit as st

from dashboard import findings, markup
from dashboard.components import notices, session
from dashboard.data import At
from sentiment import taxonomy
from storage import topic_changes, topics
from storage.people import Person
from storage.topics import StoredTopic, TopicEvent

_EVENTS = 20
_TERMS = 8

Change: TypeAlias = Callable[[Connection, Person, datetime], object]


def progress(at: At) -> None:
    """Say how many mentions are still to be read again after a change."""
    waiting = findings.rereading(at)
    if waiting:
        st.info(
            f"{waiting:,} mentions are being read again after a change of topics; labels and"
            " scores stay as they are."
        )


def starter(at: At) -> None:
    """Offer another taxonomy to start from, where the file does not say which."""
    space, person = session.workspace(), session.actor()
    if space.settings.topics or space.settings.taxonomy:
        st.caption("The taxonomy is declared in earshot.toml and is changed there.")
        return
    if person is None:
        return
    names = {each.key: each.name for each in taxonomy.starters()}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            "Start from",
            list(names),
            index=list(names).index(space.chosen_taxonomy()),
            format_func=names.__getitem__,
            key="taxonomy.starter",
            width=320,
        )
        st.button(
            "Use this taxonomy",
            key="taxonomy.start",
            disabled=chosen == space.chosen_taxonomy(),
            on_click=_start,
            args=(person,),
            help="Topics that people made stay; all mentions are read again.",
        )


def tree(at: At) -> None:
    """Draw every topic under its parent."""
    found = [each for each in findings.stored_topics(at) if each.state == topics.ACTIVE]
    keys = {each.key for each in found}
    names = {each.key: each.name for each in found}

    def hang(parent: str | None, depth: int) -> None:
        for each in found:
            if (each.parent if each.parent in keys else None) == parent:
                _topic(each, depth, names)
                hang(each.key, depth + 1)

    hang(None, 0)


def history(at: At) -> None:
    """Draw the latest changes."""
    st.header("What was changed", anchor=False)
    names = {each.key: each.name for each in findings.stored_topics(at)}
    lines = [_event(at, each, names) for each in reversed(findings.topic_history(at)[-_EVENTS:])]
    st.html("".join(map(markup.line, lines)) or markup.line("Nothing yet."))


def _topic(topic: StoredTopic, depth: int, names: dict[str, str]) -> None:
    person = session.actor()
    terms = ", ".join(topic.terms[:_TERMS]) + (" …" if len(topic.terms) > _TERMS else "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        indent = "\u2003" * (2 * depth)
        st.html(
            f'<div class="es-row"><span>{indent}</span><b>{markup.said(topic.name)}</b>'
            f'<span class="es-meta">{markup.said(terms)}</span></div>',
            width="stretch",
        )
        if topic.origin == topics.FILE:
            st.html(markup.chip("from file"), width="content")
        elif person is not None:
            box = st.popover("Change", key=f"topic-{topic.key}", on_change="rerun")
            if box.open:
                with box:
                    _forms(topic, names, person)


def _forms(topic: StoredTopic, names: dict[str, str], person: Person) -> None:
    key, others = topic.key, [each for each in names if each != topic.key]
    st.text_input("Name", value=topic.name, key=f"name-{key}", max_chars=80)
    st.button("Rename", key=f"rename-{key}", on_click=_rename, args=(key, person))
    st.text_area("Terms, one a line", value="\n".join(topic.terms), key=f"terms-{key}")
    st.button("Set terms", key=f"set-{key}", on_click=_terms, args=(key, person))
    st.selectbox("Other topic", others, None, format_func=names.__getitem__, key=f"other-{key}")
    with st.container(horizontal=True, gap="small"):
        st.button("Merge into it", key=f"merge-{key}", on_click=_merge, args=(key, person))
        st.button("Hang under it", key=f"move-{key}", on_click=_move, args=(key, person))
    if len(topic.terms) > 1:
        st.text_input("Name of a part", key=f"part-{key}", max_chars=80)
        st.multiselect("Its terms", topic.terms, key=f"part-terms-{key}")
        st.button("Split off", key=f"split-{key}", on_click=_split, args=(key, person))
    st.button("Retire", key=f"retire-{key}", on_click=_retire, args=(key, person))


def _do(change: Change, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        change(conn, person, space.now())


def _start(person: Person) -> None:
    with notices.explained():
        session.workspace().choose_taxonomy(st.session_state["taxonomy.starter"], person)


def _rename(key: str, person: Person) -> None:
    name = str(st.session_state[f"name-{key}"])
    _do(lambda conn, who, now: topic_changes.rename(conn, key, name, who, now), person)


def _terms(key: str, person: Person) -> None:
    terms = str(st.session_state[f"terms-{key}"]).splitlines()
    _do(lambda conn, who, now: topic_changes.set_terms(conn, key, terms, who, now), person)


def _merge(key: str, person: Person) -> None:
    if into := st.session_state[f"other-{key}"]:
        _do(lambda conn, who, now: topic_changes.merge(conn, key, into, who, now), person)


def _move(key: str, person: Person) -> None:
    parent = st.session_state[f"other-{key}"]
    _do(lambda conn, who, now: topic_changes.move(conn, key, parent, who, now), person)


def _split(key: str, person: Person) -> None:
    name = str(st.session_state[f"part-{key}"])
    terms = list(st.session_state[f"part-terms-{key}"])
    parts = [(name, terms)]
    _do(lambda conn, who, now: topic_changes.split(conn, key, parts, who, now), person)


def _retire(key: str, person: Person) -> None:
    _do(lambda conn, who, now: topic_changes.retire(conn, key, who, now), person)


def _event(at: At, event: TopicEvent, names: dict[str, str]) -> str:
    """Return a change in words."""
    topic = names.get(event.topic or "", "the taxonomy")
    details = {
        "renamed": "from {before} to {name}",
        "merged": "into {into}",
        "moved": "under {parent}",
        "split": "into {parts}",
        "starter": "to {starter}",
        "dismissed": "proposal {name}",
    }.get(event.type, "")
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in event.data.items()
    }
    when = markup.when(event.at, at.zone)
    return f"{when} · {event.actor}: {topic} {event.type} {details.format_map(shown)}"
