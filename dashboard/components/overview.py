"""The figures of the overview, each beside what it needs to be read rightly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import checking, data, figures, markup, periods, seams
from dashboard.components import charts, check_list, links
from dashboard.components.charts import Number
from dashboard.data import At, Axis
from sentiment import metrics
from storage.alerts import AlertState
from storage.coverage import Gap
from storage.models import Label, MentionFilter, Sums
from storage.queries import By

_GAPS_NAMED = 3


def over_time(at: At, flt: MentionFilter) -> None:
    """Draw volume and shares over the filter's period, with gaps named below."""
    axis = data.axis(at, flt)
    alt = figures.spoken(axis.bars, data.trend(at, flt, axis.step))
    narrow = partial(_of_bar, flt)
    left, right = st.columns(2)
    with left.container(border=True):
        st.markdown("**Mentions over time**")
        charts.sketched(data.volume(at, flt, axis), key="volume", alt=alt, narrow=narrow)
        charts.numbers("volume", partial(_steps, at, flt, axis, (Label.NEGATIVE,)))
    with right.container(border=True):
        st.markdown("**Share of negative and positive**")
        charts.sketched(checking.shares(at, flt, axis), key="shares", alt=alt, narrow=narrow)
        both = (Label.NEGATIVE, Label.POSITIVE)
        charts.numbers("shares", partial(_steps, at, flt, axis, both))
        check_list.short(at, flt, axis)
    words = _notes(at, axis, data.gaps(at, flt, axis))
    words += seams.words(data.model_seams(at, flt, axis), at.zone)
    if words:
        st.html("".join(markup.line(each) for each in words))


def by_part(at: At, flt: MentionFilter) -> None:
    """Draw mentions by source and by topic."""
    left, right = st.columns(2)
    with left.container(border=True):
        st.markdown("**By source**")
        _groups(at, flt, "source", lambda key: replace(flt, sources=(key,)))
    with right.container(border=True):
        st.markdown("**By topic** (a mention counts in each of its topics)")
        _groups(at, flt, "topic", lambda key: replace(flt, topics=(key,)))


def _groups(at: At, flt: MentionFilter, by: By, narrow: Callable[[str], MentionFilter]) -> None:
    found = data.breakdown(at, flt, by)
    if not found:
        st.caption(f"No mention of this period has a {by}.")
        return
    if len(found) > figures.GROUPS_SHOWN:
        st.caption(f"The {figures.GROUPS_SHOWN} largest of {len(found)}.")
    names = dict(data.choices(at).topics) if by == "topic" else {}
    spoken = [f"{names.get(key, key) or 'none'} {sums.n:,}" for key, sums in found[:10]]
    alt = f"Mentions by {by}: {', '.join(spoken)}"
    charts.chart(
        data.groups(at, flt, by), key=f"by-{by}", alt=alt, narrow=partial(_of_group, narrow)
    )
    charts.numbers(
        f"by-{by}",
        lambda: (
            (
                names.get(each.key, each.key),
                list(_numbers(each.sums, narrow(each.key), (Label.NEGATIVE,))),
            )
            for each in found
        ),
    )


def _steps(
    at: At, flt: MentionFilter, axis: Axis, labels: Sequence[Label]
) -> Iterator[tuple[str, Sequence[Number]]]:
    """Every step of a time figure with its numbers, newest first."""
    sums = {point.start: point.sums for point in data.trend(at, flt, axis.step)}
    for bar in reversed(axis.bars):
        only = _within(flt, bar.start, bar.end)
        found = list(_numbers(sums.get(bar.start, Sums()), only, labels))
        yield periods.words(only), found


def _numbers(sums: Sums, flt: MentionFilter, labels: Sequence[Label]) -> Iterator[Number]:
    yield Number(f"{sums.n:,}" if sums.n != 1 else "1", flt)
    for label in labels:
        count: int = getattr(sums, label.value)
        if count:
            yield Number(f"{count:,} {label.value}", replace(flt, labels=(label,)))


def _of_bar(flt: MentionFilter, mark: list[Any]) -> MentionFilter | None:
    """Return the filter of one piece of a bar, within the period that is shown."""
    if len(mark) != 3:
        return None
    within = _within(flt, date.fromisoformat(mark[0]), date.fromisoformat(mark[1]))
    return replace(within, labels=(Label(mark[2]),))


def _within(flt: MentionFilter, start: date, end: date) -> MentionFilter:
    start = max(start, flt.start) if flt.start else start
    return replace(flt, start=start, end=min(end, flt.end) if flt.end else end)


def _of_group(narrow: Callable[[str], MentionFilter], mark: list[Any]) -> MentionFilter | None:
    return replace(narrow(mark[0]), labels=(Label(mark[1]),)) if len(mark) == 3 else None


def _notes(at: At, axis: Axis, gaps: list[Gap]) -> list[str]:
    """Say what the hatching and the pale bars mean."""
    words = [_gap(at, gap) for gap in sorted(gaps, key=lambda gap: gap.start)[-_GAPS_NAMED:]]
    more = len(gaps) - _GAPS_NAMED
    if more > 0:
        words.insert(0, f"Hatched: {more} more before.")
    if any(bar.running for bar in axis.bars):
        name = "today" if axis.step == "day" else f"this {axis.step}"
        least = f"its share is drawn from {metrics.TOO_FEW} mentions on"
        words.append(f"Pale, “so far”: {name} is not over; {least}.")
    if any(bar.partial and not bar.running for bar in axis.bars):
        words.append(f"Pale: a {axis.step} that the period cuts short.")
    return words


def _gap(at: At, gap: Gap) -> str:
    start = markup.when(gap.start, at.zone)
    if gap.end > at.now:
        return f"Hatched: {gap.source} cannot be read since {start}."
    return f"Hatched: {gap.source} could not be read from {start} to {_clock(at, gap.end)}."


def _clock(at: At, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(at.zone))
    return markup.when(moment, at.zone) if local.date() != at.today else f"{local:%H:%M} today"


def alerts(at: At) -> None:
    """Name the alerts that nobody looks after yet, with a way there."""
    waiting = [each for each in data.unresolved(at) if each.state is AlertState.OPEN]
    if not waiting:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        count = f"{len(waiting)} alerts" if len(waiting) > 1 else "1 alert"
        st.html(markup.line(f"{count}: {waiting[0].words}"), width="stretch")
        st.page_link(links.ALERTS, label="Look")
