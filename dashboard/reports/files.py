"""Which files a summary is written as, under which names."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from dashboard.reports import locales, spans, speech
from dashboard.reports.model import Summary


class Format(StrEnum):
    """How a summary is written; the value is the file's suffix."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"


TYPES = {
    Format.PDF: "application/pdf",
    Format.HTML: "text/html",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv",
}
"""Media types, for downloads."""


def name(report: Summary, form: Format) -> str:
    """Return the name of a file, such as weekly-2026-W46.csv or monthly-2026-10.csv."""
    return f"{spans.every(report.span).value}ly-{report.span.text}.{form.value}"


def write(report: Summary, form: Format, locale: str = locales.DEFAULT) -> bytes:
    """Return a summary as a file of that format, which speaks as a locale does.

    A CSV file is for programs: it is the same in every locale.
    """
    with speech.speaking(locales.DEFAULT if form is Format.CSV else locale):
        return _writer(form)(report)


def _writer(form: Format) -> Callable[[Summary], bytes]:
    """Load only the renderer that is asked for."""
    if form is Format.PDF:
        from dashboard.reports.pdf import render as write_pdf

        return write_pdf
    if form is Format.HTML:
        from dashboard.reports.page import render

        return render
    if form is Format.XLSX:
        from dashboard.reports.workbook import write as write_xlsx

        return write_xlsx
    from dashboard.reports.tidy import write_csv

    return write_csv
