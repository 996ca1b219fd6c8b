"""Topics as cards: how much and how negative each is spoken of; one topic with what is said."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import comparisons, data, markup, part_markup, periods
from dashboard.comparisons import TopicRow
from dashboard.components import links, notices
from dashboard.data import At
from storage.models import Label, MentionFilter

_EXAMPLES = 3
_ORDERS = {"mentions": "Most mentions", "negative": "Most negative", "change": "Changed"}


def topics(at: At, flt: MentionFilter) -> None:
    """Draw every topic of the filter; where one is chosen, also what is said about it."""
    rows = comparisons.topics(at, flt)
    if not rows:
        notices.empty(
            "No topic in these mentions",
            "Choose a longer period or clear the filters; topics are found in texts, not in stars.",
            links.widest(links.TOPICS),
        )
        return
    st.caption(_compared(comparisons.like(at, flt), len(rows)))
    alone = len(flt.topics) == 1
    if alone:
        st.button("← All topics", key="topics.all", type="tertiary", on_click=_choose, args=("",))
    else:
        rows = comparisons.ordered(rows, _order())
    steps = comparisons.steps(at, flt)
    with st.grid("auto", min_column_width=320, gap="small"):
        for row in rows:
            _topic(row, part_markup.spark(row.points, steps), alone=alone)
    if alone:
        _said(at, rows[0])


def _order() -> str:
    order = st.query_params.get("order", "")
    order = order if order in _ORDERS else "mentions"
    if st.session_state.get("topics.order") != order:
        st.session_state["topics.order"] = order
    st.segmented_control(
        "Order",
        list(_ORDERS),
        format_func=lambda key: _ORDERS[key],
        key="topics.order",
        required=True,
        label_visibility="collapsed",
        on_change=_ordered,
    )
    return order


def _ordered() -> None:
    st.query_params["order"] = st.session_state["topics.order"]


def _choose(key: str) -> None:
    """Show one topic, or all of them again; the rest of the address stays."""
    if key:
        st.query_params["topic"] = key
    else:
        st.query_params.pop("topic", None)


def _compared(like: periods.Comparison, count: int) -> str:
    words = periods.words(like.now)
    if like.before is None:
        return f"{words} · {like.why}"
    words = f"{words} (complete days) against {periods.words(like.before)}"
    if count < 10:
        return words
    chance = max(1, round(count / 20))
    changes = "change" if chance == 1 else "changes"
    return f"{words} · among {count} topics chance alone makes about {chance} {changes} look real"


def _topic(row: TopicRow, drawing: str, *, alone: bool) -> None:
    with st.container(border=True, height="stretch"):
        st.html(part_markup.topic(row.name, row.negative, row.change, drawing))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            links.mentions(links.many(row.sums.n), row.flt)
            if row.sums.negative and (not row.flt.labels or Label.NEGATIVE in row.flt.labels):
                bad = replace(row.flt, labels=(Label.NEGATIVE,))
                links.mentions(f"{row.sums.negative:,} negative →", bad)
            if not alone:
                st.button(
                    "What is said",
                    key=f"topics-{row.key}",
                    type="tertiary",
                    on_click=_choose,
                    args=(row.key,),
                )


def _said(at: At, row: TopicRow) -> None:
    """Show the newest examples of each side; all of them are a click away."""
    names = dict(data.choices(at).topics)
    sides = [
        each
        for each in (Label.NEGATIVE, Label.POSITIVE)
        if not row.flt.labels or each in row.flt.labels
    ]
    columns = st.columns(len(sides) or 1, gap="medium")
    for column, label in zip(columns, sides, strict=False):
        side = replace(row.flt, labels=(label,))
        found = data.mentions(at, side, None, _EXAMPLES)
        with column:
            st.markdown(f"**Newest {label.value}**")
            if not found:
                st.caption(f"Nothing {label.value} in this period.")
            for mention in found:
                with st.container(border=True, gap="small"):
                    st.html(markup.card(mention, at.zone, names))
                    query = {"mention": str(mention.id)}
                    st.page_link(links.MENTIONS, label="Read →", query_params=query)
