"""Case rules as a list: each in words, switched off or on, removed; the last change undone."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup, rule_words
from dashboard.components import steering
from dashboard.data import At
from storage import rule_preview, rules
from storage.rule_matching import DEFAULT_RULES, CaseRule
from storage.rules import StoredRule

_UNDO = "rules.undo"


def stored(at: At) -> list[StoredRule]:
    """Return the rules that are stored, the built-in ones where none is."""
    found = rules.stored_rules(at.db.reader())
    return found or [StoredRule(rule, "built-in", True) for rule in DEFAULT_RULES]


def rules_of(found: list[StoredRule]) -> tuple[CaseRule, ...]:
    """Return the rules that count."""
    return tuple(each.rule for each in found if each.enabled)


def draw(at: At) -> None:
    """Draw every rule."""
    st.caption(
        "A new mention that meets a rule opens a case; of several the most urgent counts. A change "
        "counts for what comes from now on, unless it is applied to the last 14 days, too."
    )
    leader = steering.leader()
    steering.changes(at, "rules")
    found = stored(at)
    names = dict(data.choices(at).topics)
    if leader is not None and _UNDO in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(markup.line("The rules were changed."), width="content")
            st.button("Undo", key="rules.take-back", on_click=_undo)
    for each in found:
        with st.container(border=True):
            st.html(rule_words.card(each, names))
            if leader is not None and each.origin != "file":
                _actions(at, each, found)


def _actions(at: At, each: StoredRule, found: list[StoredRule]) -> None:
    name = each.rule.name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Change", key=f"rule-edit-{name}", on_click=_edit, args=(name,))
        word = "Switch off" if each.enabled else "Switch on"
        box = st.popover(word, key=f"rule-off-{name}", type="tertiary", on_change="rerun")
        if box.open:
            with box:
                _tried(at, found, each.rule, enabled=not each.enabled)
                st.button(word, key=f"rule-switch-{name}", on_click=_switch, args=(each,))
        gone = st.popover("Remove", key=f"rule-gone-{name}", type="tertiary", on_change="rerun")
        if gone.open:
            with gone:
                _tried(at, found, each.rule, enabled=False)
                st.caption("Its cases stay.")
                st.button("Remove it", key=f"rule-remove-{name}", on_click=_remove, args=(name,))


def _tried(at: At, found: list[StoredRule], rule: CaseRule, *, enabled: bool) -> None:
    before = rules_of(found)
    changed = rule_preview.with_rule if enabled else _without
    tried(at, before, changed(before, rule))


def _without(before: tuple[CaseRule, ...], rule: CaseRule) -> tuple[CaseRule, ...]:
    return rule_preview.without_rule(before, rule.name)


def tried(at: At, before: tuple[CaseRule, ...], after: tuple[CaseRule, ...]) -> None:
    """Say what a change would do."""
    found = rule_preview.compare(at.db.reader(), at.minute, before, after)
    st.html(markup.line(rule_words.effect(found)))


def remember(found: list[StoredRule]) -> None:
    """Keep the rules as they were before a change, to be able to go back."""
    st.session_state[_UNDO] = tuple(each for each in found if each.origin == "database")


def _edit(name: str) -> None:
    st.session_state["rule.which"] = name
    st.session_state["rule.open"] = True


def _switch(each: StoredRule) -> None:
    with steering.changing("rules") as conn:
        remember(rules.stored_rules(conn))
        rules.adopt_defaults(conn)
        rules.save(conn, each.rule, enabled=not each.enabled)


def _remove(name: str) -> None:
    with steering.changing("rules") as conn:
        remember(rules.stored_rules(conn))
        rules.adopt_defaults(conn)
        rules.remove(conn, name)


def _undo() -> None:
    before: tuple[StoredRule, ...] = st.session_state.pop(_UNDO)
    with steering.changing("rules") as conn:
        rules.restore(conn, before)
