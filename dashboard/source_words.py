"""How a source does, in plain words: pure, for people who know nothing of polls."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dashboard import markup, theme
from storage.coverage import SourceHealth
from storage.models import Label

_IMPORTED = ("files", "import")
"""Kinds of sources that files were read into, and that nothing polls."""


class State(StrEnum):
    """What a source is doing."""

    WORKING = "working"
    FAILING = "failing"
    PAUSED = "paused"
    WAITING = "not read yet"
    FILES = "imported once"


class Words(NamedTuple):
    """A state with the sentence that explains it."""

    state: State
    told: str


def of(health: SourceHealth, now: datetime, zone: str) -> Words:
    """Say how a source does."""
    source = health.source
    read = markup.ago(health.last_success_at, now)
    if not source.enabled:
        if source.kind in _IMPORTED:
            return Words(State.FILES, f"Last import {read}.")
        return Words(State.PAUSED, f"Last read {read}.")
    if health.failing_since is not None:
        since = markup.when(health.failing_since, zone)
        return Words(State.FAILING, f"Cannot be read since {since}: {health.error}.")
    if health.last_success_at is None:
        return Words(State.WAITING, f"Its turn comes within {_every(source.every)}.")
    told = f"Last read {read}, {health.new_24h:,} new in 24 hours."
    return Words(State.WORKING, told)


def card(health: SourceHealth, now: datetime, zone: str) -> str:
    """Return a source as HTML; names and errors from outside are escaped."""
    words = of(health, now, zone)
    source = health.source
    about = [source.kind, source.brand or "", source.product or ""]
    if words.state is not State.FILES:
        about.append(f"every {_every(source.every)}")
    if source.origin == "file":
        about.append("from earshot.toml")
    meta = "".join(f"<span>{markup.said(each)}</span>" for each in about if each)
    refused = f" {health.refused:,} entries could not be taken." if health.refused else ""
    return (
        f'<div class="es-row"><span class="es-title">{markup.said(source.id)}</span>'
        f'<span class="es-chip"><span class="es-dot" style="background:{_COLOURS[words.state]}">'
        f"</span>{words.state.value}</span>"
        f'<span class="es-meta es-push">{meta}</span></div>'
        f"{markup.line(words.told + refused)}"
    )


_COLOURS = {
    State.WORKING: theme.LABELS[Label.POSITIVE],
    State.FAILING: theme.LABELS[Label.NEGATIVE],
    State.PAUSED: theme.LABELS[Label.UNSCORED],
    State.WAITING: theme.LABELS[Label.UNSURE],
    State.FILES: theme.LABELS[Label.NEUTRAL],
}


def _every(seconds: float) -> str:
    if seconds >= 86_400:
        return f"{seconds / 86_400:g} d"
    if seconds >= 3_600:
        return f"{seconds / 3_600:g} h"
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
