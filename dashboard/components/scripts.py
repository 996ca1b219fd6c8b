"""Components with a script of ours: a file each, under ``dashboard/frontend``.

The content security policy lets no inline script run. Not here: what they show.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_NAMES = ("draft", "address")
_HERE = Path(__file__).resolve().parents[1]


def component(name: str, html: str = "", css: str = "") -> Any:
    """Return the mount function of a component; all are made known to each new runtime once."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"earshot.{name}") is None:
        known = [ComponentConfig(each, "frontend") for each in _NAMES]
        manager.register_from_manifest(ComponentManifest("earshot", "1", known), _HERE)
    return st.components.v2.component(
        f"earshot.{name}", html=html, css=css, js=f"{name}.js", isolate_styles=False
    )
