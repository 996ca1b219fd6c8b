"""The one-minute page as the body of a mail: subject, plain text, and HTML.

Mail programs know no style sheets and no grid, so every look stands at its tag. Numbers come
from ``counting``, words from ``wording``; nothing that a customer wrote is in it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from dashboard import markup
from dashboard.reports import brief, parts, span_words, speech, wording
from dashboard.reports.model import Headline, Summary
from dashboard.reports.speech import say
from dashboard.reports.wording import figure

_FONT = "font-family:'Segoe UI',Helvetica,Arial,sans-serif"
_COLOURS = {True: "#00639a", False: "#b84e00", None: "#5d6671"}
_MUTED = "#5d6671"


class Letter(NamedTuple):
    """What a mail of a summary says."""

    subject: str
    text: str
    html: str


def letter(report: Summary, foot: Sequence[str]) -> Letter:
    """Return the first page of a summary as a mail; ``foot`` says why it came and how to end it."""
    return Letter(_subject(report), _text(report, foot), _html(report, foot))


def _subject(report: Summary) -> str:
    marked = f"{say('Sample data')}: " if report.sample else ""
    return f"{marked}{span_words.title(report)}, {wording.period(report)}"


def _text(report: Summary, foot: Sequence[str]) -> str:
    lines = [span_words.heading(report), span_words.over(report), span_words.about(report), ""]
    if report.sample:
        lines = [say(span_words.SAMPLE), "", *lines]
    if report.comment:
        lines += [report.comment, ""]
    for heading, told in brief.brief(report):
        lines += [heading.upper(), *(f"* {each}" for each in told), ""]
    for headline in report.headlines:
        kind = wording.kind(headline.kind)
        lines.append(f"{kind.upper()}: {parts.volume(report, headline)}")
        lines += [f"  {name}: {value} ({moved})" for name, value, moved, _ in _rows(headline)]
        lines.append("")
    return "\n".join([*lines, "-- ", *foot]) + "\n"


def _html(report: Summary, foot: Sequence[str]) -> str:
    body = "".join(
        [
            _banner(report),
            f'<p style="margin:0;color:#0072b2;font-size:13px;font-weight:600">'
            f"{markup.said(span_words.over(report))}</p>",
            f'<h1 style="margin:2px 0;font-size:26px;line-height:1.25">'
            f"{html.escape(span_words.heading(report))}</h1>",
            f'<p style="margin:0 0 18px;color:{_MUTED};font-size:13px">'
            f"{markup.said(span_words.about(report))}</p>",
            _comment(report),
            _brief(report),
            "".join(_kind(report, each) for each in report.headlines),
            _foot(foot),
        ]
    )
    return (
        f'<!doctype html><html lang="{speech.current().lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(span_words.title(report))}</title></head>"
        f'<body style="margin:0;padding:0;background:#f4f6f8;color:#1b1f24;{_FONT}">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>'
        '<td align="center" style="padding:20px 10px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        f'style="max-width:640px;background:#ffffff"><tr><td style="padding:26px 24px;{_FONT};'
        f'font-size:15px;line-height:1.5">{body}</td></tr></table></td></tr></table></body></html>'
    )


def _banner(report: Summary) -> str:
    if not report.sample:
        return ""
    return (
        '<p style="margin:0 0 16px;padding:8px;background:#fff4d6;text-align:center;'
        f'font-weight:600">{say(span_words.SAMPLE)}</p>'
    )


def _comment(report: Summary) -> str:
    if not report.comment:
        return ""
    said = markup.said(report.comment).replace("\n", "<br>")
    return f'<p style="margin:0 0 18px;font-size:16px">{said}</p>'


def _brief(report: Summary) -> str:
    told = "".join(
        f'<h2 style="margin:0 0 4px;font-size:15px">{html.escape(heading)}</h2>'
        '<ul style="margin:0 0 12px;padding-left:20px">'
        + "".join(f'<li style="margin:3px 0">{markup.said(each)}</li>' for each in lines)
        + "</ul>"
        for heading, lines in brief.brief(report)
    )
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td '
        f'style="padding:14px 18px 4px;background:#f4f6f8;border-left:3px solid #0072b2;{_FONT};'
        f'font-size:15px;line-height:1.5">{told}</td></tr></table>'
    )


def _kind(report: Summary, headline: Headline) -> str:
    cell = "padding:6px 0 6px 8px;border-bottom:1px solid #e3e7eb;font-size:14px"
    rows = "".join(
        f'<tr><td width="34%" style="{cell};padding-left:0">{html.escape(name)}</td>'
        f'<td width="18%" style="{cell};text-align:right;font-weight:600;white-space:nowrap">'
        f"{html.escape(value)}</td>"
        f'<td style="{cell};text-align:right;color:{colour}">{html.escape(moved)}</td></tr>'
        for name, value, moved, colour in _rows(headline)
    )
    return (
        f'<h2 style="margin:22px 0 2px;font-size:15px">{html.escape(wording.kind(headline.kind))} '
        f'<span style="font-weight:400;color:{_MUTED};font-size:13px">'
        f"{parts.volume(report, headline)}</span></h2>"
        '<table width="100%" cellpadding="0" cellspacing="0" '
        f'style="border-collapse:collapse;table-layout:fixed;{_FONT}">{rows}</table>'
    )


def _rows(headline: Headline) -> list[tuple[str, str, str, str]]:
    """Name, value, how it moved and the colour of that, for each measure."""
    return [
        (
            wording.name(change.name),
            figure(change.now.value, change.name),
            parts.moved(change, least),
            _COLOURS[wording.is_good(change)],
        )
        for change, least in zip(headline.changes, headline.detectable, strict=True)
    ]


def _foot(lines: Sequence[str]) -> str:
    said = "<br>".join(markup.said(each) for each in lines)
    return f'<p style="margin:26px 0 0;color:{_MUTED};font-size:12.5px">{said}</p>'
