"""Competitors: share of voice, stars and answers, only where all were looked at alike."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import brand_figure, comparisons, data, markup, part_markup, periods
from dashboard.comparisons import BrandRow
from dashboard.components import charts, links, notices
from dashboard.components.charts import Number
from dashboard.components.links import Next
from dashboard.data import At
from storage.brand_figures import Site
from storage.models import MentionFilter


def brands(at: At, flt: MentionFilter) -> None:
    """Draw the comparison, and below it what was left out and why."""
    if all(each.own for each in data.brands(at)):
        notices.empty(
            "No competitor is watched",
            "Add a brand that is not yours, with a source on the same site as yours.",
            Next(links.BRANDS, "Add a competitor →"),
        )
        return
    sites = comparisons.sites(at, flt)
    rows = comparisons.brands(at, flt)
    st.caption(_basis(flt, sites))
    if not any(row.n for row in rows):
        notices.empty(
            "n/a: nothing can be compared in this period",
            "No site was read alike for all brands, or nothing was said there.",
            Next(links.SOURCES, "See the sources →"),
        )
    else:
        _comparison(rows)
    _sites(sites)


def _basis(flt: MentionFilter, sites: list[Site]) -> str:
    alike = [site for site in sites if not site.why]
    count = sum(len(site.sources) for site in alike)
    names = "site" if len(alike) == 1 else "sites"
    sources = "source" if count == 1 else "sources"
    return (
        f"{periods.words(flt)} · {len(alike)} {names} with {count} {sources}, read alike for every "
        "brand; surveys, chats and whatever only one brand has are left out"
    )


def _comparison(rows: list[BrandRow]) -> None:
    alt = "Share of voice: " + ", ".join(f"{row.name} {(row.voice.value or 0):.0%}" for row in rows)
    with st.container(border=True):
        st.markdown(f"**Share of voice** among {rows[0].voice.n:,} mentions")
        charts.chart(
            brand_figure.share_of_voice(rows),
            key="voice",
            alt=alt,
            narrow=lambda mark: _picked(rows, mark),
        )
        charts.numbers("voice", lambda: ((row.name, [_counted(row)]) for row in rows))
    with st.grid("auto", min_column_width=240, gap="small"):
        for number, row in enumerate(rows):
            _brand(number, row)


def _counted(row: BrandRow) -> Number:
    """One brand's share with its interval and number, as words that open its mentions."""
    low, high = row.voice.low or 0.0, row.voice.high or 0.0
    between = f" ({low:.0%}–{high:.0%})" if row.n else ""
    return Number(f"{row.voice.value or 0.0:.1%}{between}, n {row.n:,}", row.flt)


def _picked(rows: list[BrandRow], mark: list[Any]) -> MentionFilter | None:
    return next((row.flt for row in rows if mark and row.name == mark[0]), None)


def _brand(number: int, row: BrandRow) -> None:
    lines = [
        f"{part_markup.shown_share(row.voice)} of what was said",
        part_markup.rating(row.rating, row.rating.value, small=False),
        _answered(row),
    ]
    with st.container(border=True, height="stretch"):
        st.html(part_markup.brand(row.name, brand_figure.colour(number), lines))
        with st.container(horizontal=True, gap="small"):
            links.mentions(links.many(row.n), row.flt)
            if row.response.n:
                links.mentions(f"{row.response.n:,} reviews →", row.reviews)


def _answered(row: BrandRow) -> str:
    if not row.response.n:
        return "no reviews"
    if not row.response.value:
        return f"no answer seen to {row.response.n:,} reviews"
    return f"{part_markup.shown_share(row.response)} of reviews answered"


def _sites(sites: list[Site]) -> None:
    """Name what the figures rest on, and what was left out and why."""
    alike = [(site.name, ", ".join(site.sources)) for site in sites if not site.why]
    others = [(site.name, f"n/a: {site.why}") for site in sites if site.why]
    with st.container(border=True):
        st.markdown("**Where these figures come from**")
        st.html(markup.facts([*alike, *others]))
        st.caption("A site is compared where it was read alike for every brand over the period.")
