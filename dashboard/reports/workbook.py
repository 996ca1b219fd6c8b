"""The summary as a workbook: sheets to read, native charts, and every number once more.

The sheet "Numbers" holds the rows of the CSV file. Nothing that customers wrote becomes a
formula or a link.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboard import theme
from dashboard.reports import (
    brief,
    deed_words,
    goal_words,
    locales,
    parts,
    span_words,
    spans,
    speech,
    tidy,
    wording,
)
from dashboard.reports.deeds import Deed
from dashboard.reports.goals import Goal
from dashboard.reports.model import Summary, Trend
from dashboard.reports.spans import Span
from dashboard.reports.speech import say
from dashboard.reports.wording import UNITS
from sentiment.metrics import Change
from storage.models import Label, Measure

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FIRST = datetime(2000, 1, 1)
_Cell: TypeAlias = "str | int | float | None"


class _Book:
    """A workbook being written, and its formats."""

    def __init__(self, out: io.BytesIO, report: Summary) -> None:
        self.book = Workbook(out, _OPTIONS)
        known = report.known_at or _FIRST
        self.book.set_properties(
            {
                "title": span_words.title(report),
                "author": "Earshot",
                "created": known.replace(tzinfo=None),
                "comments": say(span_words.SAMPLE) if report.sample else "",
            }
        )
        self.title = self.book.add_format({"bold": True, "font_size": 16})
        self.head = self.book.add_format(
            {"bold": True, "bottom": 1, "font_color": "#5d6671", "align": "left"}
        )
        self.muted = self.book.add_format({"font_color": "#5d6671"})
        self.warning = self.book.add_format({"bold": True, "bg_color": "#fff4d6"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.whole = self.book.add_format({"num_format": "#,##0"})
        self.share = self.book.add_format({"num_format": "0.0%"})
        self.fine = self.book.add_format({"num_format": "0.00"})

    def table(self, sheet: Worksheet, top: int, head: Sequence[str], rows: Sequence[Any]) -> int:
        """Write a table; return the row below it. Cells are values or (value, format)."""
        sheet.write_row(top, 0, [each and say(each) for each in head], self.head)
        for number, row in enumerate(rows, top + 1):
            for column, cell in enumerate(row):
                value, form = cell if isinstance(cell, tuple) else (cell, None)
                if isinstance(value, str):
                    sheet.write_string(number, column, value, form)
                elif value is not None:
                    sheet.write_number(number, column, value, form or self.whole)
        return top + len(rows) + 2

    def of(self, name: str, value: float | None) -> tuple[_Cell, Any]:
        """A value of a measure with the format of its kind."""
        return value, self.share if UNITS[name].factor == 100 else self.fine


def write(report: Summary) -> bytes:
    """Return the summary as an XLSX file."""
    out = io.BytesIO()
    made = _Book(out, report)
    _summary(made, report)
    _trends(made, report)
    _topics(made, report)
    _quotes(made, report)
    _coverage(made, report)
    _numbers(made, report)
    made.book.close()
    return out.getvalue()


def _summary(made: _Book, report: Summary) -> None:
    sheet = made.book.add_worksheet(say("Summary"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 8, 12)
    sheet.set_column(9, 9, 30)
    sheet.write_string(0, 0, span_words.title(report), made.title)
    brands = ", ".join(report.brands) or say("All brands")
    sheet.write_string(1, 0, f"{wording.period(report)} · {brands}", made.muted)
    about = " · ".join([span_words.compared(report), *span_words.known(report)])
    sheet.write_string(2, 0, about, made.muted)
    row = 4
    if report.sample:
        sheet.write_string(3, 0, say(span_words.SAMPLE).upper(), made.warning)
    if report.comment:
        sheet.write_string(row, 0, report.comment)
        row += 2
    for heading, lines in brief.brief(report):
        sheet.write_string(row, 0, heading, made.head)
        for number, line in enumerate(lines, row + 1):
            sheet.write_string(number, 0, f"• {line}")
        row += len(lines) + 1
    head = (
        "Kind",
        "Measure",
        "Value",
        "Low",
        "High",
        "n",
        "Before",
        "Change",
        "n before",
        "Verdict",
    )
    rows = [
        [wording.kind(each.kind), wording.name(change.name), *_changed(made, change)]
        for each in report.headlines
        for change in each.changes
    ]
    row = made.table(sheet, row + 1, head, rows)
    if report.goals:
        row = made.table(sheet, row, _GOALS, [_goal(made, each) for each in report.goals])
    if report.deeds:
        row = made.table(sheet, row, _DEEDS, [_deed(made, each) for each in report.deeds])
    cases, *spans = parts.queue_head(report)
    row = made.table(sheet, row, (cases, "", *spans), _queue(made, report))
    if report.rivals:
        brand_rows = [
            [each.name or say("no brand named"), say("ours" if each.own else "rival"), each.n]
            + [
                made.of("brand_share", each.share.value),
                made.of("brand_share", each.negative.value),
            ]
            for each in report.rivals
        ]
        made.table(sheet, row, ("Brand", "", "Mentions", "Share", "Negative"), brand_rows)


_GOALS = ("Target", "Of", "Value", "Low", "High", "n", "Target", "By", "Who", "Verdict")


_DEEDS = (
    *("We did", "You said", "Effect", "Low", "High", "n", "n before", "Raised", "Told", "Verdict"),
    *("Since", "Back", "Happier", "Answered"),
)


def _deed(made: _Book, deed: Deed) -> list[Any]:
    """An action with its effect beyond what changed elsewhere, and who was told."""
    action, effect, told = deed.judged.action, deed.judged.effect, deed.told
    size = (None, None, None) if effect is None else (effect.value, effect.low, effect.high)
    return [
        *(action.title, action.topic_name),
        *(made.of(action.measure, value) for value in size),
        *((None, None) if effect is None else (effect.after_n, effect.before_n)),
        *((None, None) if told is None else (told.raised, told.told)),
        *(deed_words.verdict(deed), action.done_on and action.done_on.isoformat()),
        *((None,) * 3 if told is None else (told.back, told.happier, told.answered)),
    ]


def _goal(made: _Book, goal: Goal) -> list[Any]:
    """A target beside the figure of the last four weeks."""
    target, now = goal.target, goal.now
    return [
        *(wording.name(target.measure), wording.kind(target.kind)),
        *(made.of(target.measure, value) for value in (now.value, now.low, now.high)),
        *(now.n, made.of(target.measure, target.value)),
        *(target.due.isoformat(), target.owner, goal_words.verdict(goal)),
    ]


def _changed(made: _Book, change: Change) -> list[Any]:
    name, now = change.name, change.now
    return [
        *(made.of(name, value) for value in (now.value, now.low, now.high)),
        now.n,
        made.of(name, change.before.value),
        made.of(name, change.difference),
        change.before.n,
        wording.verdict(change),
    ]


def _queue(made: _Book, report: Summary) -> list[list[Any]]:
    now, before = report.queue, report.queue_before
    rows: list[list[Any]] = [
        [say(name.capitalize()), "", getattr(now, name), before and getattr(before, name)]
        for name in ("opened", "answered", "resolved", "dismissed", "open", "overdue")
    ]
    hours = [now.median_hours, before and before.median_hours]
    rows.append(
        [say("First response"), say("median hours"), *((each, made.fine) for each in hours)]
    )
    change = tidy.in_time(now, before)
    shares = (made.of("in_time", each.value) for each in (change.now, change.before))
    rows.append([say("Answered in time"), say("of those due"), *shares])
    return rows


def _trends(made: _Book, report: Summary) -> None:
    sheet = made.book.add_worksheet("Trend")
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 11, 11)
    top = 0
    for trend in report.trends:
        name = wording.kind(trend.kind)
        sheet.write_string(top, 0, name, made.title)
        head = (
            spans.every(report.span).value.capitalize(),
            "Mentions",
            UNITS[trend.main].name,
            "Low",
            "High",
            "Negative",
            "Low",
            "High",
        )
        labels = [label.value for label in Label]
        rows = [
            [each.span.text, each.sums.n]
            + [made.of(trend.main, x) for x in _span(each.main)]
            + [made.of("negative_share", x) for x in _span(each.negative)]
            + [getattr(each.sums, label) for label in labels]
            for each in trend.steps
        ]
        made.table(sheet, top + 1, (*head, *labels), rows)
        _charts(made, sheet, trend, report.span, top)
        top += max(len(rows) + 4, 19)


def _span(measure: Measure) -> tuple[float | None, float | None, float | None]:
    return measure.value, measure.low, measure.high


def _charts(made: _Book, sheet: Worksheet, trend: Trend, span: Span, top: int) -> None:
    """Draw the first measure as a line and the labels as stacked columns, beside the table."""
    first, last = top + 2, top + 1 + len(trend.steps)
    line = made.book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": ["Trend", top + 1, 2],
            "categories": ["Trend", first, 0, last, 0],
            "values": ["Trend", first, 2, last, 2],
            "line": {"color": theme.LIGHT.primary, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": theme.LIGHT.primary}},
        }
    )
    columns = made.book.add_chart({"type": "column", "subtype": "stacked"})
    for number, label in enumerate(Label):
        columns.add_series(
            {
                "name": ["Trend", top + 1, 8 + number],
                "categories": ["Trend", first, 0, last, 0],
                "values": ["Trend", first, 8 + number, last, 8 + number],
                "fill": {"color": theme.LABELS[label]},
                "gap": 40,
            }
        )
    counted = span_words.per(span, "number per week, by label", "number per month, by label")
    names = wording.name(trend.main), counted
    for chart, name, column in ((line, names[0], 14), (columns, names[1], 22)):
        chart.set_title({"name": f"{wording.kind(trend.kind)}: {name}", "name_font": {"size": 11}})
        chart.set_legend({"none": True} if chart is line else {"position": "bottom"})
        chart.set_size({"width": 500, "height": 300})
        sheet.insert_chart(top, column, chart)


def _topics(made: _Book, report: Summary) -> None:
    named = say("Topics")
    sheet = made.book.add_worksheet(named)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 8, 12)
    rows = [
        [topic.name, topic.n, topic.before]
        + [made.of("topic_share", topic.share.now.value)]
        + [made.of("topic_share", topic.share.difference), wording.verdict(topic.share)]
        + [made.of("negative_share", topic.negative.now.value)]
        + [made.of("negative_share", topic.negative.difference), wording.verdict(topic.negative)]
        for topic in report.topics
    ]
    head = ("Topic", "Mentions", "Before", "Share", "Change", "Verdict")
    made.table(sheet, 0, (*head, "Negative", "Change", "Verdict"), rows)
    shown = min(len(rows), 15)
    if shown:
        chart = made.book.add_chart({"type": "bar"})
        _, now, before = (say(each) for each in parts.queue_head(report))
        for column, name, colour in ((2, before, "#c9d1d9"), (1, now, "#0072b2")):
            chart.add_series(
                {
                    "name": name,
                    "categories": [named, 1, 0, shown, 0],
                    "values": [named, 1, column, shown, column],
                    "fill": {"color": colour},
                }
            )
        chart.set_title({"name": say("Mentions by topic"), "name_font": {"size": 11}})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 560, "height": 80 + 36 * shown})
        sheet.insert_chart(0, 10, chart)


def _quotes(made: _Book, report: Summary) -> None:
    sheet = made.book.add_worksheet(say("Quotes"))
    sheet.set_column(0, 3, 12)
    sheet.set_column(4, 4, 100)
    rows = [
        [
            *(say(kind), quote.source, quote.day.isoformat(), (quote.rating, made.fine)),
            (f"{quote.title}\n{quote.text}" if quote.title else quote.text, made.wrapped),
        ]
        for kind, found in (("negative", report.worst), ("positive", report.best))
        for quote in found
    ]
    made.table(sheet, 0, ("Label", "Source", "Day", "Stars", "Text"), rows)


def _coverage(made: _Book, report: Summary) -> None:
    sheet = made.book.add_worksheet(say("Coverage"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 7, 12)
    shares = [
        [wording.name(each.name), made.of(each.name, each.value)]
        for each in (report.unscored, report.unsure)
    ]
    row = made.table(sheet, 0, ("Share of mentions", "Value"), shares)
    head = ("Source", "Polls", "Failed", "New", "Changed", "Gone", "Refused")
    row = made.table(sheet, row, head, [list(each) for each in report.polls])
    gaps = [
        [
            gap.source,
            wording.moment(gap.start, report.timezone),
            wording.moment(gap.end, report.timezone),
            gap.error,
        ]
        for gap in report.gaps
    ]
    made.table(sheet, row, ("Not read", "From", "To", "Why"), gaps)


def _numbers(made: _Book, report: Summary) -> None:
    """Write the rows of the CSV file; a cell that is text there is text here."""
    sheet = made.book.add_worksheet("Numbers")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(tidy.Row._fields) - 1, 12)
    sheet.write_row(0, 0, tidy.Row._fields, made.head)
    with speech.speaking(locales.DEFAULT):
        rows = list(tidy.rows(report))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(tidy.cells(row)):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)
