"""Brands with the words and handles that name them; what the file declares is read-only."""

from __future__ import annotations

import streamlit as st

from dashboard import brand_words
from dashboard.components import notices, session, steering
from dashboard.data import At
from storage import workspace
from storage.models import Brand
from storage.workspace import StoredBrand

_KINDS = ("ours", "competitor")


def brands(at: At) -> None:
    """Draw every brand, each with its form, and one for a new brand."""
    st.caption(
        "A brand's words are found in texts and hidden from the sentiment, so that a name is never "
        "praise or blame. A change counts for what is read from now on; older scores stay."
    )
    leader = steering.leader()
    steering.changes(at, "brands")
    found = workspace.stored_brands(at.db.reader())
    if not found:
        notices.empty("No brand yet", "Add yours below: its mentions are then told from others'.")
    for own in (True, False):
        for stored in found:
            if stored.brand.own is own:
                _brand(stored, editable=leader is not None)
    if leader is not None:
        _new()


def _brand(stored: StoredBrand, *, editable: bool) -> None:
    brand = stored.brand
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="top"):
            st.html(brand_words.card(stored), width="stretch")
            if not editable or stored.origin == "file":
                return
            box = st.popover(
                "Change", key=f"brand-{brand.name}", on_change="rerun", type="tertiary"
            )
        if box.open:
            with box:
                _fields(brand)
                st.button("Save", key=f"save-{brand.name}", on_click=_save, args=(brand.name,))


def _fields(brand: Brand) -> None:
    key = brand.name
    st.segmented_control(
        "Whose",
        _KINDS,
        default=_KINDS[0 if brand.own else 1],
        required=True,
        key=f"brand-own-{key}",
    )
    st.text_area(
        "Words, one a line or with commas",
        ", ".join(brand.terms),
        key=f"brand-terms-{key}",
        help="As customers write it, without regard to upper and lower case.",
    )
    st.text_area("Handles", ", ".join(brand.handles), key=f"brand-handles-{key}", height=68)


def _new() -> None:
    box = st.expander("Add a brand", key="brand.new", on_change="rerun")
    if box.open:
        with box:
            st.text_input("Name", key="brand.name", max_chars=brand_words.LONGEST)
            _fields(Brand(""))
            st.button("Add it", key="brand.add", type="primary", on_click=_add)


def _add() -> None:
    name = " ".join(str(st.session_state["brand.name"]).split())
    with notices.explained():
        known = {each.brand.name.casefold() for each in _stored()}
        _write(brand_words.new(name, known), "")
        st.session_state["brand.name"] = ""


def _save(name: str) -> None:
    with notices.explained():
        _write(Brand(name), name)


def _stored() -> list[StoredBrand]:
    return workspace.stored_brands(session.workspace().db.reader())


def _write(brand: Brand, key: str) -> None:
    """Store a brand as its fields say."""
    state = st.session_state
    made = Brand(
        brand.name,
        state[f"brand-own-{key}"] == _KINDS[0],
        brand_words.listed(state[f"brand-terms-{key}"]),
        brand_words.listed(state[f"brand-handles-{key}"]),
    )
    with steering.changing("brands") as conn:
        workspace.change_brand(conn, made)
