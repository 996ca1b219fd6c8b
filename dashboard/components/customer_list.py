"""Customers that the team knows: how many, by tier, and bringing a list."""

from __future__ import annotations

import streamlit as st

from dashboard import markup
from dashboard.components import notices, session, steering
from dashboard.data import At
from dashboard.desk import customer_file
from storage import customers, people
from storage.errors import EarshotError
from storage.people import Person


def draw(at: At) -> None:
    """Draw the page."""
    conn = at.db.reader()
    st.caption(
        "A customer is matched by its key with the name that a site shows, exactly. Tier and any "
        "further column can be asked for by case rules, promises and lists; an owner gets all "
        "new messages of that customer."
    )
    tiers = ", ".join(customers.tiers(conn)) or "none"
    told = [("Known", str(customers.count(conn))), ("Tiers", tiers)]
    told += [(name, ", ".join(values[:12])) for name, values in customers.columns(conn).items()]
    with st.container(border=True):
        st.html(markup.facts(told))
    steering.changes(at, "customers")
    leader = steering.leader()
    if leader is None:
        return
    file = st.file_uploader("A list (CSV): key, name, tier, value, owner, …", type=["csv", "tsv"])
    if file is None:
        return
    try:
        owners = {each.name.casefold(): each.id for each in people.people(conn)}
        found = customer_file.read(file.getvalue(), owners)
    except EarshotError as error:
        notices.problem("This list cannot be read.", str(error))
        return
    further = ", ".join(found.columns) or "none"
    st.html(markup.line(f"{len(found.rows)} customers, further columns: {further}."))
    for each in found.refused[:10]:
        st.html(markup.line(f"Line {each.line}: {each.reason}"))
    if len(found.refused) > 10:
        st.caption(f"and {len(found.refused) - 10} more lines")
    st.button("Bring them in", key="customers.save", on_click=_save, args=(found, leader))


def _save(found: customer_file.Customers, leader: Person) -> None:
    space = session.workspace()
    with steering.changing("customers") as conn:
        customers.save(conn, found.rows, leader, space.now())
