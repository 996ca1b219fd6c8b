"""Products or places as cards: stars, change, and negatives that nobody answered."""

from __future__ import annotations

import streamlit as st

from dashboard import comparisons, part_markup, periods
from dashboard.comparisons import PartRow
from dashboard.components import links, notices
from dashboard.data import At
from sentiment import metrics
from storage.models import MentionFilter

_SHOWN = 60
_BY = {"products": "Products", "places": "Places"}


def parts(at: At, flt: MentionFilter) -> None:
    """Draw the parts that the address asks for."""
    by = _choice()
    rows = comparisons.products(at, flt) if by == "products" else comparisons.all_places(at, flt)
    if not rows:
        notices.empty(
            f"No {by} in these mentions",
            "Choose a longer period or clear the filters. A product is named by the source, by a "
            "column of a file, or under Sources.",
            links.widest(links.PARTS),
        )
        return
    st.caption(_compared(comparisons.like(at, flt)))
    if any(row.small for row in rows):
        st.caption(
            f"Grey: fewer than {metrics.TOO_FEW} ratings. They are drawn towards the mean of all "
            f"{by}, the more the fewer they are, so that chance alone makes nobody best or worst."
        )
    with st.grid("auto", min_column_width=320, gap="small"):
        for row in rows[:_SHOWN]:
            _part(row)
    if len(rows) > _SHOWN:
        st.caption(f"The {_SHOWN} largest of {len(rows):,}; filter by source to see others.")


def _choice() -> str:
    by = st.query_params.get("by", "products")
    by = by if by in _BY else "products"
    if st.session_state.get("parts.by") != by:
        st.session_state["parts.by"] = by
    st.segmented_control(
        "Show",
        list(_BY),
        format_func=lambda key: _BY[key],
        key="parts.by",
        required=True,
        label_visibility="collapsed",
        on_change=_chosen,
    )
    return by


def _chosen() -> None:
    st.query_params["by"] = st.session_state["parts.by"]


def _compared(like: periods.Comparison) -> str:
    if like.before is None:
        return f"{periods.words(like.now)} · {like.why}"
    return f"{periods.words(like.now)} (complete days) against {periods.words(like.before)}"


def _part(row: PartRow) -> None:
    stars = row.rating.value is not None
    lines = [
        part_markup.rating(row.rating, row.drawn, small=row.small)
        if stars
        else f"{part_markup.shown_share(metrics.negative_share(row.sums))} negative",
        part_markup.changed(row.change),
        part_markup.unanswered(row.asked, row.waiting),
    ]
    with st.container(border=True, height="stretch"):
        st.html(part_markup.part(row.name, lines, pale=row.small))
        with st.container(horizontal=True, gap="small"):
            links.mentions(links.many(row.sums.n), row.flt)
            asked = comparisons.answerable(row.flt) if row.asked else None
            if asked is not None:
                links.mentions(f"{row.asked:,} negative →", asked)
            if asked is not None and row.waiting:
                links.mentions(f"{row.waiting:,} unanswered →", comparisons.waiting(asked))
