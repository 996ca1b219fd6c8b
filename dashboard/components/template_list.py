"""The templates page: what there is, how it did, what customers ask and no template answers."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup
from dashboard.components import session, steering
from dashboard.data import At
from dashboard.desk import answers
from dashboard.desk.starters import STARTERS
from storage import templates
from storage.people import Person, Role
from storage.templates import BUILT_IN, SNIPPET, Template

_TONES = {"": "any", "sorry": "apology", "thanks": "thanks", "question": "question"}
_TONES |= {SNIPPET: "a fact to add"}
_LANGS = ("", "en", "de", "fr", "es", "it", "nl", "pt", "pl")
_WHICH = "template.which"


def draw(at: At) -> None:
    """Draw the page."""
    person = session.actor()
    writes = person is not None and person.role not in (Role.VIEWER, Role.MANAGER)
    st.caption(
        "A template begins an answer; a person finishes it. {name}, {brand}, {agent}, {topic}, "
        "{complaint} and {praise} are filled by themselves; any other {word} has to be. A fact is "
        "added to an answer where its topic comes up."
    )
    _unanswered(at)
    stored = templates.templates(at.db.reader())
    if not stored:
        st.info("These are built in. Keep them as your own to change them, or write the first.")
        if writes and person is not None:
            st.button("Make them ours", key="template.adopt", on_click=_adopt, args=(person,))
    did = {each.name: each for each in templates.uses(at.db.reader())}
    for each in stored or STARTERS:
        _card(at, each, did.get(each.name), person if writes else None)
    if writes and person is not None:
        _form(at, {each.name: each for each in stored}, person)
    steering.changes(at, "templates")


def _unanswered(at: At) -> None:
    names = dict(data.choices(at).topics)
    found = data.unanswered(at, at.now.replace(minute=0, second=0, microsecond=0))
    if found:
        with st.container(border=True):
            st.markdown("**Questions without an answer** (last 90 days)")
            told = [(names.get(e.topic, e.topic), f"asked {e.asked} times") for e in found[:8]]
            st.html(markup.facts(told))
            st.caption("Write a template for what is asked most.")


def _card(
    at: At, template: Template, did: templates.TemplateUse | None, writer: Person | None
) -> None:
    names = dict(data.choices(at).topics)
    with st.container(border=True):
        about = [_TONES.get(template.tone, template.tone), template.lang or "any language"]
        about.append(names.get(template.topic, template.topic) or "any topic")
        st.html(f'<div class="es-title">{markup.said(template.name)}</div>')
        st.html(f'<div class="es-row">{"".join(markup.chip(each) for each in about)}</div>')
        st.html(markup.quote(template.text))
        if did is not None:
            told = f"Begun with {did.used} times · {did.closed} closed · {did.reopened} reopened"
            st.html(markup.line(f"{told} · {did.better} gave more stars afterwards"))
        if writer is not None and template.id != BUILT_IN:
            with st.container(horizontal=True):
                name = template.name
                st.button("Change", key=f"template-{name}", on_click=_edit, args=(name,))
                st.button(
                    "Remove",
                    key=f"template-gone-{name}",
                    type="tertiary",
                    on_click=_retire,
                    args=(name, writer),
                )


def _form(at: At, stored: dict[str, Template], person: Person) -> None:
    topics = dict(data.choices(at).topics)
    which = st.session_state.get(_WHICH) or ""
    now = stored.get(which, Template(BUILT_IN, "", "", "", "", ""))
    key = f"template.form-{which}"
    with st.container(border=True):
        st.markdown("**Change it**" if which in stored else "**A new template**")
        st.text_input("Name", now.name, key=f"{key}-name", max_chars=templates.NAME_LIMIT)
        with st.container(horizontal=True):
            options = ["", *topics, *([now.topic] if now.topic and now.topic not in topics else [])]
            st.selectbox(
                "Topic",
                options,
                options.index(now.topic),
                format_func=lambda each: topics.get(each, each) or "any",
                key=f"{key}-topic",
            )
            langs = list(dict.fromkeys([*_LANGS, now.lang]))
            st.selectbox(
                "Language",
                langs,
                langs.index(now.lang),
                format_func=lambda each: each or "any",
                key=f"{key}-lang",
            )
            st.selectbox(
                "Tone",
                list(_TONES),
                list(_TONES).index(now.tone) if now.tone in _TONES else 0,
                format_func=lambda each: _TONES[each],
                key=f"{key}-tone",
            )
        st.text_area("Text", now.text, key=f"{key}-text", max_chars=templates.TEXT_LIMIT)
        text = str(st.session_state.get(f"{key}-text") or now.text)
        if left := answers.unfilled(text):
            st.html(markup.line(f"Variables: {', '.join(left)}"))
        st.button(
            "Save", key="template.save", type="primary", on_click=_save, args=(key, which, person)
        )


def _edit(name: str) -> None:
    st.session_state[_WHICH] = name


def _save(key: str, which: str, person: Person) -> None:
    space = session.workspace()
    values = {
        name: str(st.session_state.get(f"{key}-{name}") or "")
        for name in ("name", "topic", "lang", "tone", "text")
    }
    with steering.changing("templates") as conn:
        if which and which != values["name"].strip():
            templates.retire(conn, which, person, space.now())
        templates.save(conn, Template(BUILT_IN, **values), person, space.now())
        for name in values:
            st.session_state.pop(f"{key}-{name}", None)
        st.session_state[_WHICH] = None


def _retire(name: str, person: Person) -> None:
    space = session.workspace()
    with steering.changing("templates") as conn:
        templates.retire(conn, name, person, space.now())


def _adopt(person: Person) -> None:
    space = session.workspace()
    with steering.changing("templates") as conn:
        for each in STARTERS:
            templates.save(conn, each, person, space.now())
