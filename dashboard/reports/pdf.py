"""The summary as a PDF: hands words and numbers to the layout in ``summary.typ``.

Typst sets it with its own fonts, needs no program beside it, and takes all words as data:
what a customer wrote cannot become markup. The document is tagged after PDF/UA-1; where a
text has a letter that no font here has, that mark is left out and the letter is a box.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst

from dashboard import theme
from dashboard.reports import brief, deed_words, goal_words, parts, span_words, speech, wording
from dashboard.reports.model import Headline, Summary, Topic
from dashboard.reports.speech import number, say
from dashboard.reports.wording import figure
from sentiment.metrics import Change
from storage.models import Label
from storage.quotes import Quote

_TEXT = 'font-size="11" font-family="inherit"'
_SET = 'font-size="15" font-family="Libertinus Serif"'
"""A drawing is half a page wide, so that its letters shrink by half."""
_TOPICS = 14
_GOAL = dict.fromkeys(goal_words.GOOD, "good") | dict.fromkeys(goal_words.BAD, "bad")
_HEADINGS = (
    *("Sample data: an invented company", "Targets", "You said – we did", "Topics"),
    *("What topics do to the score", "Brands compared", "In customers' words", "None.", "Queue"),
    *("How complete the data are", "How to read it"),
)
_CONTROL = {code: None for code in range(32) if code != 10}


def render(report: Summary) -> bytes:
    """Return the summary as a PDF file; the same bytes for the same summary."""
    layout = Path(__file__).with_name("summary.typ").read_bytes()
    data = {"report": json.dumps(_data(report), ensure_ascii=False)}
    try:
        return typst.compile(layout, sys_inputs=data, pdf_standards=["ua-1"])
    except typst.TypstError:
        # A glyph that is missing is against PDF/UA, and no reason to have no report.
        return typst.compile(layout, sys_inputs=data)


def _data(report: Summary) -> dict[str, Any]:
    return {
        "lang": speech.current().lang,
        "said": {each: say(each) for each in _HEADINGS},
        "title": span_words.title(report),
        "heading": span_words.heading(report),
        "over": _said(span_words.over(report)),
        "about": span_words.about(report),
        "footer": say(parts.MADE_BY),
        "sample": report.sample,
        "comment": _said(report.comment),
        "brief": [
            {"heading": heading, "lines": [_said(each) for each in lines]}
            for heading, lines in brief.brief(report)
        ],
        "kinds": [_kind(report, each) for each in report.headlines],
        "goal-head": _head(goal_words.HEAD),
        "goals": _goals(report),
        "deed-head": _head(deed_words.HEAD),
        "deeds": _deeds(report),
        **_charts(report),
        "topics": [_topic(each) for each in report.topics[:_TOPICS]],
        "topic-head": _head(parts.TOPIC_HEAD),
        "rival-head": _head(parts.RIVAL_HEAD),
        "rival-note": say(parts.RIVAL_NOTE),
        "more": _more(len(report.topics) - _TOPICS),
        "impact-head": _head(parts.IMPACT_HEAD),
        "impacts": [[_said(cell) for cell in row] for row in parts.impact_rows(report)],
        "rivals": _rivals(report),
        "quotes": [
            _side("Most negative", Label.NEGATIVE, report.worst),
            _side("Most positive", Label.POSITIVE, report.best),
        ],
        "queue-head": _head(parts.queue_head(report)),
        "queue": [list(row) for row in parts.queue_rows(report)],
        "coverage": [_said(each) for each in parts.coverage_lines(report)],
        "meanings": [_head(each) for each in wording.MEANINGS.items()],
    }


def _deeds(report: Summary) -> list[list[Any]]:
    return [
        [*map(_said, cells), {"kind": deed_words.kind(deed), "text": verdict}]
        for deed, (*cells, verdict) in zip(report.deeds, deed_words.rows(report.deeds), strict=True)
    ]


def _goals(report: Summary) -> list[list[Any]]:
    return [
        [*map(_said, cells), {"kind": _GOAL.get(goal.outlook.verdict, "none"), "text": verdict}]
        for goal, (*cells, verdict) in zip(report.goals, goal_words.rows(report.goals), strict=True)
    ]


def _kind(report: Summary, headline: Headline) -> dict[str, Any]:
    return {
        "name": wording.kind(headline.kind),
        "volume": parts.volume(report, headline),
        "tiles": list(map(_tile, headline.changes, headline.detectable)),
    }


def _tile(change: Change, least: float | None) -> dict[str, Any]:
    span = wording.between(change.now)
    of = f"n {number(change.now.n)}"
    return {
        "name": wording.name(change.name),
        "value": figure(change.now.value, change.name),
        "range": f"{span} · {of}" if span else of,
        "change": _moved(change, least),
    }


def _moved(change: Change, least: float | None) -> dict[str, str]:
    good = wording.is_good(change)
    kind = "none" if good is None else "good" if good else "bad"
    return {"kind": kind, "text": parts.moved(change, least)}


def _charts(report: Summary) -> dict[str, Any]:
    drawn = [
        {"title": chart.title, "alt": chart.spoken, "svg": _drawing(chart.svg)}
        for chart in parts.charts(report)
    ]
    legend = [{"name": name, "colour": colour} for name, colour in parts.legend()]
    return {"charts": drawn, "charts-heading": parts.trend_heading(report), "legend": legend}


def _drawing(svg: str) -> str:
    named = svg.replace(_TEXT, _SET)
    return named.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def _topic(topic: Topic) -> list[Any]:
    return [
        _said(topic.name),
        number(topic.n),
        wording.DASH if topic.before is None else number(topic.before),
        figure(topic.share.now.value, "topic_share"),
        _cell(topic.share, judged=False),
        figure(topic.negative.now.value, "negative_share"),
        _cell(topic.negative, judged=True),
    ]


def _cell(change: Change, *, judged: bool) -> dict[str, str]:
    said = wording.moved(change)
    if not change.real:
        return {"kind": "none", "text": said}
    kind = ("good" if wording.is_good(change) else "bad") if judged else "real"
    return {"kind": kind, "text": said}


def _more(left: int) -> str:
    return say(parts.MORE, n=left) if left > 0 else ""


def _rivals(report: Summary) -> list[list[str]]:
    return [
        [
            _said(parts.brand(brand)),
            number(brand.n),
            figure(brand.share.value, "brand_share"),
            wording.between(brand.share),
            figure(brand.negative.value, "negative_share"),
            wording.between(brand.negative),
        ]
        for brand in report.rivals
    ]


def _side(heading: str, label: Label, found: Sequence[Quote]) -> dict[str, Any]:
    return {
        "heading": say(heading),
        "colour": theme.LABELS[label],
        "quotes": [
            {
                "title": _said(each.title) if parts.adds(each) else "",
                "text": _said(each.text),
                "source": _said(_source(each)),
            }
            for each in found
        ],
    }


def _source(quote: Quote) -> str:
    stars = ""
    if quote.rating is not None:
        stars = say("{n} of 5 stars", n=f"{quote.rating:g}") + " · "
    return f"{stars}{quote.source} · {wording.day(quote.day)}"


def _head(words: Sequence[str]) -> list[str]:
    return [say(each) for each in words]


def _said(text: str) -> str:
    """Return what somebody wrote without what is no letter: controls and half characters."""
    return text.translate(_CONTROL).encode("utf-8", "replace").decode()
