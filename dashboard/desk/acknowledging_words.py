"""Rules for acknowledgements in words, and what one would have done. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import rule_words
from dashboard.desk.acknowledging import TRIED_AT_MOST, Trial
from storage.acknowledgements import LEGAL_WORDS, AckRule, StoredAck

OFF = "Nothing is sent by itself."


def asks(rule: AckRule, names: Mapping[str, str]) -> str:
    """Say which cases a rule acknowledges."""
    return rule_words.asks(rule.when, names)


def but(rule: AckRule) -> str:
    """Say what it leaves to people."""
    parts = [each.value for each in rule.not_intents]
    parts += [each.value.replace("_", " ") for each in rule.not_urgency]
    if rule.not_words == LEGAL_WORDS:
        parts.append("legal words")
    elif rule.not_words:
        parts.append(f"the words {', '.join(rule.not_words)}")
    parts += [f"customers of tier {each}" for each in rule.not_tiers]
    return ", ".join(parts) or "nothing"


def when(rule: AckRule) -> str:
    """Say when, and how many at most."""
    return (
        f"{_minutes(rule.delay_minutes)} after the case opened where nobody answered; a person "
        f"once in {rule.once_in_days} days, at most {rule.per_day} a day"
    )


def told(stored: StoredAck) -> str:
    """Return a rule in words, as its changes are recorded."""
    rule = stored.rule
    state = "off" if stored.on_since is None else "on"
    said = " / ".join(rule.texts)
    return f"{state}; {asks(rule, {})}; but not {but(rule)}; {when(rule)}; “{said}”"


def trial(found: Trial) -> str:
    """Say what a rule would have done with the cases of the last seven days."""
    if not found.opened:
        return "No case opened in the last 7 days to try it on."
    newest = "newest " if found.opened >= TRIED_AT_MOST else ""
    line = f"Would have acknowledged {found.would:,} of last week's {newest}{found.opened:,} cases"
    if found.answered:
        line += f"; {found.answered:,} were answered before"
    if found.left_out:
        why = sorted(found.left_out.items(), key=lambda each: (-each[1], each[0]))
        line += "; left to people: " + ", ".join(f"{count:,} {name}" for name, count in why[:6])
    return f"{line}."


def _minutes(count: int) -> str:
    return f"{count // 60} h" if count % 60 == 0 else f"{count} min"
