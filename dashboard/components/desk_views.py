"""What the list leaves out, and lists kept by name for oneself or the team."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from dashboard import case_data, data
from dashboard.components import notices, session
from dashboard.data import At
from storage import saved_views
from storage.people import Person
from storage.saved_views import SavedView
from storage.shelves import ALL, Sieve

_FIELDS = ("source", "tag", "rule", "topic", "tier", "customer")
_PRIORITIES = {1: "only 1", 2: "1 and 2", 3: "1 to 3", 4: "1 to 4", 5: "any"}


def sieve() -> Sieve:
    """Return what the address says."""
    found = {name: st.query_params.get(name, "") for name in _FIELDS}
    asked = st.query_params.get("priority", "")
    priority = int(asked) if asked in {"1", "2", "3", "4"} else ALL.priority
    return Sieve(**found, priority=priority)


def draw(at: At, person: Person | None) -> None:
    """Draw the button that opens the sieve and the views."""
    now = sieve()
    label = "Filter" if now == ALL else "Filtered"
    box = st.popover(label, key="desk.sieve", on_change="rerun")
    if not box.open:
        return
    with box:
        _fields(at, now)
        found = case_data.saved_views(at, person)
        for each in found:
            _view(each, person)
        if person is not None:
            _saving()


def _fields(at: At, now: Sieve) -> None:
    choices = data.choices(at)
    topics = dict(choices.topics)
    options = {
        "source": ("Source", list(choices.sources)),
        "topic": ("Topic", list(topics)),
        "tag": ("Tag", case_data.case_tags(at)),
        "rule": ("Opened by", case_data.rule_names(at)),
        "tier": ("Customer's tier", case_data.customer_tiers(at)),
        "customer": ("Customers with", case_data.columns_of_customers(at)),
    }
    for name, (label, values) in options.items():
        set_to = getattr(now, name)
        everything = ["", *values, *([set_to] if set_to and set_to not in values else [])]
        st.selectbox(
            label,
            everything,
            everything.index(set_to),
            format_func=lambda each: topics.get(each, each) or "any",
            key=f"desk.sieve-{name}-{set_to}",
            on_change=_set,
            args=(name, f"desk.sieve-{name}-{set_to}"),
        )
    key = f"desk.sieve-priority-{now.priority}"
    st.selectbox(
        "Priority",
        list(_PRIORITIES),
        list(_PRIORITIES).index(now.priority),
        format_func=lambda each: _PRIORITIES[each],
        key=key,
        on_change=_set,
        args=("priority", key),
    )


def _set(name: str, key: str) -> None:
    value = st.session_state[key]
    if value in ("", ALL.priority):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)


def _view(view: SavedView, person: Person | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(view.name + (" (team)" if view.person_id is None else ""), width="stretch")
        st.button("Show", key=f"view-{view.id}", on_click=_show, args=(view.query,))
        if person is not None:
            st.button(
                "Remove",
                key=f"view-gone-{view.id}",
                type="tertiary",
                on_click=_remove,
                args=(view, person),
            )


def _show(query: str) -> None:
    st.query_params.from_dict(dict(parse_qsl(query)))
    st.session_state["desk.sieve"] = False


def _saving() -> None:
    st.text_input("Keep this list as", key="desk.view-name", max_chars=saved_views.NAME_LIMIT)
    st.checkbox("For the whole team", key="desk.view-team")
    st.button("Keep", key="desk.view-keep", on_click=_keep)


def _keep() -> None:
    space, person = session.workspace(), session.actor()
    if person is None:
        return
    query = urlencode({k: v for k, v in st.query_params.items() if k != "case"})
    with notices.explained(), space.db.write() as conn:
        saved_views.save(
            conn,
            person,
            str(st.session_state["desk.view-name"]),
            query,
            space.now(),
            team=bool(st.session_state["desk.view-team"]),
        )
        st.session_state["desk.view-name"] = ""


def _remove(view: SavedView, person: Person) -> None:
    with notices.explained(), session.workspace().db.write() as conn:
        saved_views.remove(conn, view.id, person)
