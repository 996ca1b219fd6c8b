"""Adding or changing a case rule, with what it would do before it is saved."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import brand_words, data, markup, rule_words
from dashboard.components import notices, rule_list, session, steering
from dashboard.data import At
from storage import customer_columns, customers, rule_history, rule_preview, rules
from storage.errors import EarshotError, InputError
from storage.models import Intent, Kind, Label, Urgency
from storage.rule_matching import CaseRule

_NEW = ""
_STARS = (None, 1.0, 2.0, 3.0, 4.0)
LONGEST = 80


def edit(at: At) -> None:
    """Draw the form: which rule, its conditions, the preview, and the button."""
    person = session.actor()
    if person is None or not person.leads:
        return
    found = rule_list.stored(at)
    mine = {each.rule.name: each.rule for each in found if each.origin != "file"}
    box = st.expander("Add or change a rule", key="rule.open", on_change="rerun")
    if not box.open:
        return
    with box:
        if st.session_state.get("rule.which") not in {_NEW, *mine}:
            st.session_state["rule.which"] = _NEW
        which = st.selectbox(
            "Rule", [_NEW, *mine], key="rule.which", format_func=lambda name: name or "a new one"
        )
        try:
            rule = _rule(at, which, mine.get(which, CaseRule("")))
            if rule is None:
                st.caption("Give it a name to see what it would do.")
                return
            before = rule_list.rules_of(found)
            rule_list.tried(at, before, rule_preview.with_rule(before, rule))
            with st.container(horizontal=True):
                for label, key, now in (
                    ("Save", "rule.save", False),
                    ("Save, and apply it to the last 14 days", "rule.apply", True),
                ):
                    st.button(label, key=key, on_click=_save, args=(rule, which, now))
        except EarshotError as error:
            notices.problem("This rule cannot be kept.", str(error))


def _rule(at: At, which: str, now: CaseRule) -> CaseRule | None:
    """Draw the fields of a rule and return it as they say; None while it has no name."""
    key = f"rule-{which}"
    name = which or " ".join(st.text_input("Name", key="rule.name", max_chars=LONGEST).split())
    values: dict[str, Any] = {}
    with st.grid("auto", min_column_width=260):
        values |= _conditions(at, key, now)
        values |= _customers(at, key, now)
        values |= _urgency(key, now)
    if not name:
        return None
    if not name.isprintable():
        raise InputError("the name holds characters that cannot be shown")
    return CaseRule(name, **values)


def _conditions(at: At, key: str, now: CaseRule) -> dict[str, Any]:
    topics = dict(data.choices(at).topics)
    kinds = st.multiselect(
        "Kinds", [each.value for each in Kind], list(now.kinds), key=f"{key}-kinds"
    )
    stars = st.selectbox(
        "Stars, at most",
        _STARS,
        _STARS.index(now.max_rating) if now.max_rating in _STARS else 0,
        format_func=lambda value: "any" if value is None else f"{value:g}★",
        key=f"{key}-stars",
    )
    nps = st.selectbox(
        "NPS, at most",
        [None, *range(11)],
        0 if now.max_nps is None else now.max_nps + 1,
        format_func=lambda value: "any" if value is None else str(value),
        key=f"{key}-nps",
    )
    labels = st.multiselect(
        "Labels", [each.value for each in Label], list(now.labels), key=f"{key}-labels"
    )
    about = st.multiselect(
        "Topics",
        [*topics, *(each for each in now.topics if each not in topics)],
        list(now.topics),
        format_func=lambda each: topics.get(each, each),
        key=f"{key}-topics",
    )
    words = st.text_input(
        "Words, any of, with commas",
        ", ".join(now.keywords),
        key=f"{key}-words",
        help="Whole words; a star at its end stands for any ending: refund*",
    )
    return {
        "kinds": tuple(Kind(each) for each in kinds),
        "max_rating": stars,
        "max_nps": nps,
        "labels": tuple(Label(each) for each in labels),
        **_wants(key, now),
        "topics": tuple(about),
        "keywords": brand_words.listed(words),
        "with_text": st.checkbox("Only with a text", now.with_text, key=f"{key}-text"),
        "own_only": st.checkbox("Only our own brands", now.own_only, key=f"{key}-own"),
    }


def _wants(key: str, now: CaseRule) -> dict[str, Any]:
    intents = st.multiselect(
        "What the writer wants",
        [each.value for each in Intent],
        [each.value for each in now.intents],
        key=f"{key}-intents",
    )
    urgency = st.multiselect(
        "What cannot wait",
        [each.value for each in Urgency],
        [each.value for each in now.urgency],
        format_func=markup.words,
        key=f"{key}-urgency",
    )
    return {
        "intents": tuple(Intent(each) for each in intents),
        "urgency": tuple(Urgency(each) for each in urgency),
    }


def _customers(at: At, key: str, now: CaseRule) -> dict[str, Any]:
    conn = at.db.reader()
    columns = customer_columns.columns(conn)
    known = [f"{n}={value}" for n, values in columns.items() if n != "tier" for value in values]
    found: dict[str, Any] = {}
    for name, label, options in (
        ("sources", "Sources", list(data.choices(at).sources)),
        ("langs", "Languages", list(data.choices(at).langs)),
        ("places", "Places", list(data.choices(at).places)),
        ("tiers", "Customers of tier", customers.tiers(conn)),
        ("customers", "Customers with", known),
    ):
        chosen = list(getattr(now, name))
        everything = list(dict.fromkeys([*options, *chosen]))
        found[name] = tuple(st.multiselect(label, everything, chosen, key=f"{key}-{name}"))
    reach = st.number_input(
        "Reach, at least",
        0,
        value=now.min_reach or 0,
        key=f"{key}-reach",
        help="Votes, likes, views or followers, where the source tells them; 0 is any.",
    )
    return found | {"min_reach": int(reach) or None}


def _urgency(key: str, now: CaseRule) -> dict[str, Any]:
    return {
        "priority": st.selectbox(
            "Priority",
            list(rule_words.PRIORITIES),
            list(rule_words.PRIORITIES).index(now.priority),
            format_func=lambda value: rule_words.PRIORITIES[value],
            key=f"{key}-priority",
        ),
        "due_hours": st.number_input(
            "Due after hours", 0.5, 8760.0, now.due_hours, 1.0, "%g", key=f"{key}-due"
        ),
    }


def _save(rule: CaseRule, which: str, history: bool) -> None:
    space = session.workspace()
    with steering.changing("rules") as conn:
        stored = rules.stored_rules(conn)
        if not which and rule.name in {each.rule.name for each in stored}:
            raise InputError(f"there is already a rule {rule.name!r}")
        enabled = next((each.enabled for each in stored if each.rule.name == rule.name), True)
        rules.adopt_defaults(conn)
        rules.save(conn, rule, enabled=enabled)
        if history:
            rule_history.apply(space.db, space.now(), promised=space.promised())
        rule_list.remember(stored)
        st.session_state["rule.open"] = False
        st.session_state["rule.name"] = ""
