"""Customers that the team knows: how many, by tier, and bringing a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from dashboard import data, markup
from dashboard.components import links, notices, session, steering
from dashboard.data import At
from dashboard.desk import customer_file
from sentiment import metrics
from storage import customer_columns, customers, people
from storage.customer_figures import Waiting
from storage.errors import EarshotError
from storage.models import Measure, MentionFilter
from storage.people import Person
from storage.queries import Group

DAYS, SHOWN = 30, 20


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
    held = customer_columns.columns(conn)
    told += [(name, ", ".join(held[name][:12])) for name in held if name != "tier"]
    with st.container(border=True):
        st.html(markup.facts(told))
    if held:
        _figures(at, list(held))
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


def _figures(at: At, columns: list[str]) -> None:
    """Show what customers say and how their cases went, by one column of the list."""
    st.header("What they say", anchor=False)
    column = st.selectbox("By", columns, key="customers.by", width=240)
    flt = MentionFilter(start=at.today - timedelta(days=DAYS - 1), end=at.today)
    groups = data.by_customers(at, flt, column)[:SHOWN]
    end = at.minute + timedelta(minutes=1)
    cases = data.cases_by_customers(at, column, end - timedelta(days=DAYS), end)
    rows = [_row(each, cases.get(each.key)) for each in groups]
    st.dataframe(rows, hide_index=True, key="customers.figures")
    st.caption(f"The last {DAYS} days; whoever is not in the list stands in the row “others”.")
    with st.container(horizontal=True):
        for each in groups:
            if each.key:
                chosen = replace(flt, customers=(f"{column}={each.key}",))
                links.mentions(f"{each.key}: {links.many(each.sums.n)}", chosen)


def _row(group: Group, cases: Waiting | None) -> dict[str, str | int]:
    rating = metrics.rating(group.sums)
    return {
        "who": group.key or "others",
        "mentions": group.sums.n,
        "negative": _share(metrics.negative_share(group.sums)),
        "stars": "–" if rating.value is None else f"{rating.value:.2f}",
        "cases": 0 if cases is None else cases.opened,
        "answered": 0 if cases is None else cases.answered,
        "late": 0 if cases is None else cases.overdue,
    }


def _share(found: Measure) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "–"
    return f"{found.value:.0%} ({found.low:.0%}–{found.high:.0%})"


def _save(found: customer_file.Customers, leader: Person) -> None:
    space = session.workspace()
    with steering.changing("customers") as conn:
        customers.save(conn, found.rows, leader, space.now())
