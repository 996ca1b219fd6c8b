"""Beginnings of an answer, beside the field: one that is assembled, and the templates that fit."""

from __future__ import annotations

import streamlit as st

from dashboard import case_data, data
from dashboard.components import case_actions, case_draft, notices, session
from dashboard.components.case_actions import field
from dashboard.data import At
from dashboard.desk import answers
from dashboard.desk.answers import Occasion
from storage import templates
from storage.case_lists import Item
from storage.people import Person
from storage.templates import Template

SHOWN = 3
SUGGESTED = "(suggested)"


def offer(at: At, item: Item, person: Person) -> None:
    """Offer a suggested answer and the templates that fit; one tap writes it into the field."""
    found = occasion(at, item, person)
    last = templates.latest(at.db.reader(), person)
    fit = answers.fitting(case_data.templates(at), found, item.mention.topics, last)
    with st.container(horizontal=True, gap="small", key="case-templates"):
        st.button(
            "Suggest an answer",
            key=field(item.case, "suggest"),
            shortcut="1",
            on_click=_suggest,
            args=(at, item, person, found),
            help="Put together from what was praised and blamed; read it before it goes out",
        )
        for number, each in enumerate(fit[:SHOWN], 2):
            st.button(
                label(each.name),
                key=field(item.case, f"template-{number}"),
                shortcut=str(number),
                on_click=_use,
                args=(item, person, found, each),
            )
        if len(fit) > SHOWN:
            _others(item, person, found, fit[SHOWN:])
        facts = answers.snippets(case_data.templates(at), found, item.mention.topics)
        for number, each in enumerate(facts[:SHOWN]):
            st.button(
                f"+ {label(each.name)}",
                key=field(item.case, f"snippet-{number}"),
                type="tertiary",
                on_click=_add,
                args=(item, person, found, each),
                help="Adds this to what stands there",
            )


def label(name: str) -> str:
    """Return a name as a button may carry it: labels are read as markup."""
    kept = "".join(each if each.isalnum() or each in " ,!?-" else " " for each in name)
    return " ".join(kept.split())[:30] or "Template"


def _others(item: Item, person: Person, found: Occasion, rest: list[Template]) -> None:
    by_name = {each.name: each for each in rest}
    st.selectbox(
        "More templates",
        list(by_name),
        index=None,
        key=field(item.case, "templates"),
        placeholder="More templates",
        label_visibility="collapsed",
        width=180,
        on_change=_chosen,
        args=(item, person, found, by_name),
    )


def occasion(at: At, item: Item, person: Person) -> Occasion:
    """Return what is known of the message that is answered."""
    mention = item.mention
    names = dict(data.choices(at).topics)
    detail = data.mention(at, mention.id)
    opinions = [(names.get(o.topic, o.topic), o.label) for o in detail.opinions]
    praised, blamed = answers.sides(opinions)
    return Occasion(
        author=mention.author,
        lang=mention.lang,
        negative=item.case.negative,
        topics=tuple(names.get(each, each) for each in mention.topics),
        praised=praised,
        blamed=blamed,
        earlier=len(case_data.same_person(at, mention)),
        agent=person.name.split()[0],
        brand=mention.brand,
    )


def _suggest(at: At, item: Item, person: Person, found: Occasion) -> None:
    recent = [*case_data.recent_answers(at), case_actions.kept_text(item.case, person)]
    _put(item, person, answers.suggested(found, recent), SUGGESTED)


def _use(item: Item, person: Person, found: Occasion, template: Template) -> None:
    _put(item, person, answers.fill(template.text, answers.known(found)), template.name)


def _add(item: Item, person: Person, found: Occasion, snippet: Template) -> None:
    with notices.explained():
        case_actions.keep_typing(item.case, person)
    said = case_actions.kept_text(item.case, person)
    filled = answers.fill(snippet.text, answers.known(found))
    _put(item, person, answers.added(said, filled), snippet.name)


def _chosen(item: Item, person: Person, found: Occasion, by_name: dict[str, Template]) -> None:
    chosen = by_name.get(str(st.session_state.get(field(item.case, "templates"))))
    if chosen is not None:
        _use(item, person, found, chosen)


def _put(item: Item, person: Person, text: str, name: str) -> None:
    space = session.workspace()
    with notices.explained():
        case_actions.keep_typing(item.case, person)
        case_draft.put(item.case, person, text, item.mention.version)
        templates.used(space.db, name, item.case.id, person, space.now())
