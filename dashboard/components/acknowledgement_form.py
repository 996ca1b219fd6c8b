"""Adding or changing a rule for acknowledgements, tried on last week before it is kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import brand_words, data
from dashboard.components import acknowledgement_list, notices, session, steering
from dashboard.components.acknowledgement_list import WHICH
from dashboard.data import At
from storage import acknowledgements, customers
from storage.acknowledgements import NAME_LIMIT, TEXT_LIMIT, TEXTS, AckRule
from storage.errors import EarshotError
from storage.models import Intent, Kind
from storage.people import Person
from storage.rule_matching import CaseRule

_USUAL = (
    "Hello {name}, thank you for your message. We have read it and will answer you as soon as"
    " we can."
)


def edit(at: At) -> None:
    """Draw the form for leads: which rule, its conditions, the trial, and the button."""
    person = session.actor()
    if person is None or not person.leads:
        return
    box = st.expander("Add or change an acknowledgement", key="ack.open", on_change="rerun")
    if not box.open:
        return
    known = {each.rule.name: each.rule for each in acknowledgements.stored(at.db.reader())}
    with box:
        if st.session_state.get(WHICH) not in {"", *known}:
            st.session_state[WHICH] = ""
        which = st.selectbox(
            "Rule", ["", *known], key=WHICH, format_func=lambda name: name or "a new one"
        )
        rule = _rule(at, which, known.get(which, AckRule("", (_USUAL,))))
        if not rule.name:
            st.caption("Give it a name to see what it would have done.")
            return
        try:
            acknowledgement_list.tried(rule)
        except EarshotError as error:
            notices.problem("This rule cannot be tried.", str(error))
        st.caption("It is kept switched off; read its words once more, then switch it on.")
        st.button("Keep it", key="ack.save", on_click=_save, args=(rule, person))


def _rule(at: At, which: str, now: AckRule) -> AckRule:
    key = f"ack-{which}"
    name = which or st.text_input("Name", key="ack.name", max_chars=NAME_LIMIT)
    said = st.text_area(
        "Words; an empty line begins another wording, which take turns",
        "\n\n".join(now.texts),
        key=f"{key}-texts",
        max_chars=TEXT_LIMIT * TEXTS,
        help="{brand} is filled by itself, {name} where the writer is on the list of customers.",
    )
    texts = tuple(each.strip() for each in said.split("\n\n") if each.strip())
    with st.grid("auto", min_column_width=260):
        when = _when(at, name, key, now.when)
        values = _limits(key, now) | _exclusions(at, key, now)
    return AckRule(" ".join(name.split()), texts, when, **values)


def _when(at: At, name: str, key: str, now: CaseRule) -> CaseRule:
    topics = dict(data.choices(at).topics)
    found: dict[str, tuple[str, ...]] = {}
    for field, label, options in (
        ("kinds", "Kinds", [each.value for each in Kind]),
        ("sources", "Sources", list(data.choices(at).sources)),
        ("langs", "Languages", list(data.choices(at).langs)),
        ("topics", "Topics", list(topics)),
    ):
        chosen = list(getattr(now, field))
        everything = list(dict.fromkeys([*options, *chosen]))
        found[field] = tuple(st.multiselect(label, everything, chosen, key=f"{key}-{field}"))
    kinds = tuple(map(Kind, found.pop("kinds")))
    return CaseRule(name, kinds=kinds, **found)  # type: ignore[arg-type]


def _limits(key: str, now: AckRule) -> dict[str, Any]:
    return {
        name: int(st.number_input(label, 1, most, value, key=f"{key}-{name}"))
        for name, label, value, most in (
            ("delay_minutes", "Minutes after the case opened", now.delay_minutes, 10_080),
            ("once_in_days", "Days between two to one person", now.once_in_days, 366),
            ("per_day", "At most a day", now.per_day, 10_000),
        )
    }


def _exclusions(at: At, key: str, now: AckRule) -> dict[str, Any]:
    intents = st.multiselect(
        "Left to people: who writes to make a",
        [each.value for each in Intent],
        [each.value for each in now.not_intents],
        key=f"{key}-not-intents",
    )
    tiers = list(dict.fromkeys([*customers.tiers(at.db.reader()), *now.not_tiers]))
    left = st.multiselect(
        "Left to people: customers of tier", tiers, list(now.not_tiers), key=f"{key}-not-tiers"
    )
    words = st.text_input(
        "Left to people: these words",
        ", ".join(now.not_words),
        key=f"{key}-not-words",
        help="Safety, legal matters, leaked data and repeated contact are always left to people.",
    )
    return {
        "not_intents": tuple(map(Intent, intents)),
        "not_tiers": tuple(left),
        "not_words": brand_words.listed(words),
    }


def _save(rule: AckRule, person: Person) -> None:
    space = session.workspace()
    with steering.changing(acknowledgement_list.AREA) as conn:
        acknowledgements.save(conn, rule, person, space.now())
        st.session_state["ack.open"] = False
        st.session_state["ack.name"] = ""
