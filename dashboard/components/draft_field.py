"""A text field that keeps what is typed while it is typed, without running the page.

Streamlit's own field hands its text over when it is left. This one is a component whose
script is a file of ours (``dashboard/frontend/draft.js``), since the content security policy
lets no inline script run. Mount it in a fragment: only that runs while somebody types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard.components import scripts

_HTML = """<div class="es-draft"><label></label><textarea rows="7" dir="auto" maxlength="20000">
</textarea><span class="es-draft-state" role="status"></span></div>"""
_CSS = """
.es-draft { display:flex; flex-direction:column; gap:.25rem; }
.es-draft label { font-size:.875rem; }
.es-draft textarea { font:inherit; line-height:1.5; padding:.5rem .75rem; resize:vertical;
  border-radius:.5rem; border:1px solid rgba(128,128,128,.45); width:100%; min-height:9rem;
  box-sizing:border-box; color:var(--st-text-color, inherit);
  background:var(--st-secondary-background-color, transparent); }
.es-draft textarea:focus { outline:2px solid var(--st-primary-color, #0072b2); }
.es-draft-state { font-size:.8rem; opacity:.75; align-self:flex-end; min-height:1.2em; }
.es-draft-long .es-draft-state { color:#d0342c; font-weight:600; opacity:1; }
"""


class Field(NamedTuple):
    """What the field shows: ``put`` changes when ``text`` is to replace what stands there.

    ``version`` is that of the text that is answered, handed back with each text; ``stamp``
    grows with each text of the server's; ``limit`` is the site's, in characters.
    """

    id: str
    label: str
    text: str
    put: int
    stamp: int
    version: int
    store: str
    placeholder: str = ""
    limit: int | None = None


class Typed(NamedTuple):
    """What a field handed over, and the version of the text that was answered."""

    text: str
    version: int


def draw(field: Field, key: str, changed: Callable[[], None]) -> None:
    """Draw the field; ``changed`` is called with each text that it hands over."""
    scripts.component("draft", _HTML, _CSS)(key=key, data=field._asdict(), on_text_change=changed)


def typed(key: str) -> Typed | None:
    """Return what a field handed over last, None where it did not yet."""
    state = st.session_state.get(key)
    value = state.get("text") if state is not None else None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    version = value.get("version")
    return Typed(value["text"], version if isinstance(version, int) else 0)
