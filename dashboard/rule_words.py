"""Case rules in words: what one asks for, and what a change of it would do. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import markup
from storage.rule_matching import CaseRule
from storage.rule_preview import LOOKED_AT, Effect
from storage.rules import HISTORY_DAYS, StoredRule

PRIORITIES = {1: "1 · most urgent", 2: "2 · urgent", 3: "3 · normal", 4: "4 · low", 5: "5 · lowest"}


def asks(rule: CaseRule, names: Mapping[str, str]) -> str:
    """Say what a mention must be to meet a rule."""
    parts = [" or ".join(rule.kinds) or "any kind"]
    if rule.max_rating is not None:
        parts.append(f"at most {rule.max_rating:g}★")
    if rule.max_nps is not None:
        parts.append(f"NPS at most {rule.max_nps}")
    if rule.min_reach is not None:
        parts.append(f"a reach of at least {rule.min_reach:,}")
    for words, values in (
        ("labelled", rule.labels),
        ("a", rule.intents),
        ("on", [markup.words(each) for each in rule.urgency]),
        ("about", [names.get(each, each) for each in rule.topics]),
        ("with the word", rule.keywords),
        ("in", rule.langs),
        ("from", rule.sources),
        ("at", rule.places),
        ("of tier", rule.tiers),
        ("of customers with", rule.customers),
    ):
        if values:
            parts.append(f"{words} {' or '.join(values)}")
    parts += ["with a text"] if rule.with_text else []
    parts += ["of our brands"] if rule.own_only else ["of any brand"]
    return ", ".join(parts)


def then(rule: CaseRule) -> str:
    """Say what a rule leads to."""
    return f"priority {PRIORITIES.get(rule.priority, rule.priority)}, due in {rule.due_hours:g} h"


def told(stored: StoredRule) -> str:
    """Return a rule in words, as its changes are recorded."""
    return f"{asks(stored.rule, {})}; {then(stored.rule)}{'' if stored.enabled else '; off'}"


def card(stored: StoredRule, names: Mapping[str, str]) -> str:
    """Return a rule as HTML; names and words are escaped."""
    marks = [] if stored.enabled else ["off"]
    marks += {"file": ["from earshot.toml"], "built-in": ["built in"]}.get(stored.origin, [])
    return (
        f'<div class="es-row"><span class="es-title">{markup.said(stored.rule.name)}</span>'
        f"{''.join(markup.chip(each) for each in marks)}</div>"
        + markup.facts([("If", asks(stored.rule, names)), ("Then", then(stored.rule))])
    )


def effect(found: Effect) -> str:
    """Say what a change would have done lately."""
    if not found.looked_at:
        return f"Nothing came in the last {HISTORY_DAYS} days to try it on."
    newest = "newest " if found.looked_at >= LOOKED_AT else ""
    words = (
        f"Of the {found.looked_at:,} {newest}unanswered mentions of the last {HISTORY_DAYS} days"
    )
    parts = [f"open {found.opens:,} more"] if found.opens else []
    parts += [f"leave out {found.closes:,}"] if found.closes else []
    parts += [f"change the urgency of {found.changes:,}"] if found.changes else []
    if not parts:
        return f"{words} it would treat none differently: {found.before:,} cases as before."
    said = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"{words} it would {said}: {found.after:,} cases instead of {found.before:,}."
