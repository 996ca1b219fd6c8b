"""The summary as one HTML file that needs nothing else: no script, no request, no font.

Its policy allows only its own style sheet. What customers wrote goes through
``markup.said``. Numbers come from ``counting``, words from ``wording``, charts from ``svg``.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from pathlib import Path

from dashboard import markup, theme
from dashboard.reports import brief, deed_words, goal_words, parts, span_words, speech, svg, wording
from dashboard.reports.goals import Goal
from dashboard.reports.model import Headline, Summary, Topic, moved
from dashboard.reports.speech import number, say
from dashboard.reports.wording import figure
from sentiment.metrics import Change
from storage.models import Label
from storage.quotes import Quote

_WHOLE = ("Targets", "Brands compared", "Queue", "How complete the data are")
"""Sections that are printed on one sheet."""
_TOPICS = 12
"""Topics in the table; the workbook has all."""


def render(report: Summary) -> bytes:
    """Return the summary as a page."""
    css = Path(__file__).with_name("summary.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sections = (
        _header(report),
        _comment(report),
        _brief(report),
        _section("Headline figures", _headlines(report)),
        _section("Targets", _goals(report)),
        _section("Trends", _trends(report), parts.trend_heading(report)),
        _section("You said – we did", _deeds(report)),
        _section("Topics", _topics(report)),
        _section("What topics do to the score", _impacts(report)),
        _section("Brands compared", _brands(report)),
        _section("In customers' words", _quotes(report)),
        _section("Queue", _queue(report)),
        _section("How complete the data are", _coverage(report)),
        _end(report),
    )
    sample = say(span_words.SAMPLE)
    banner = f'<div class="sample">{sample}</div>' if report.sample else ""
    page = (
        f'<!doctype html>\n<html lang="{speech.current().lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{html.escape(span_words.title(report))}</title><style>{css}</style></head>"
        f"<body>{banner}<main>{''.join(sections)}</main></body></html>\n"
    )
    return page.encode()


def _header(report: Summary) -> str:
    return (
        f'<header><p class="over">{markup.said(span_words.over(report))}</p>'
        f"<h1>{html.escape(span_words.heading(report))}</h1>"
        f"<p>{html.escape(span_words.about(report))}</p></header>"
    )


def _headlines(report: Summary) -> str:
    if not report.headlines:
        return f"<p>{say('No mentions.')}</p>"
    return f'<div class="kinds">{"".join(_kind(report, each) for each in report.headlines)}</div>'


def _kind(report: Summary, headline: Headline) -> str:
    tiles = "".join(map(_tile, headline.changes, headline.detectable))
    name = html.escape(wording.kind(headline.kind))
    return (
        f'<div class="kind k{len(headline.changes)}">'
        f"<h3>{name} <span>{parts.volume(report, headline)}</span></h3>"
        f'<div class="tiles">{tiles}</div></div>'
    )


def _tile(change: Change, least: float | None) -> str:
    measure = change.now
    of = f"n {number(measure.n)}"
    span = wording.between(measure)
    return (
        f'<div class="tile"><div class="name">{html.escape(wording.name(change.name))}</div>'
        f'<div class="value">{figure(measure.value, change.name)}</div>'
        f'<div class="range">{f"{span} · {of}" if span else of}</div>{_moved(change, least)}</div>'
    )


def _moved(change: Change, least: float | None) -> str:
    """Say how a figure changed; colour only where it is more than chance."""
    if change.difference is None:
        return f'<div class="change none">{html.escape(wording.verdict(change))}</div>'
    good = wording.is_good(change)
    arrow = "▲" if change.difference > 0 else "▼" if change.difference < 0 else "■"
    if good is None:
        said = html.escape(parts.verdict(change, least))
        return f'<div class="change none">{said}</div>'
    kind = "good" if good else "bad"
    said = f"{arrow} {wording.difference(change)}"
    return f'<div class="change {kind}"><b>{said}</b> {say("real change")}</div>'


def _goals(report: Summary) -> str:
    if not report.goals:
        return ""
    rows = [
        [*(markup.said(cell) for cell in cells), _verdict(goal)]
        for goal, (*cells, _) in zip(report.goals, goal_words.rows(report.goals), strict=True)
    ]
    return f'<div class="told">{_table(goal_words.HEAD, rows)}</div>'


def _deeds(report: Summary) -> str:
    if not report.deeds:
        return ""
    rows = [
        [
            *(markup.said(cell) for cell in cells),
            f'<span class="{deed_words.kind(deed)}"><b>{html.escape(verdict)}</b></span>',
        ]
        for deed, (*cells, verdict) in zip(report.deeds, deed_words.rows(report.deeds), strict=True)
    ]
    return f'<div class="told">{_table(deed_words.HEAD, rows)}</div>'


def _verdict(goal: Goal) -> str:
    verdict = goal.outlook.verdict
    kind = "good" if verdict in goal_words.GOOD else "bad" if verdict in goal_words.BAD else "none"
    return f'<span class="{kind}"><b>{html.escape(goal_words.verdict(goal))}</b></span>'


def _trends(report: Summary) -> str:
    drawn = parts.charts(report)
    if not drawn:
        return f"<p>{say('Too few mentions to draw.')}</p>"
    figures = "".join(
        f"<figure><figcaption>{html.escape(each.title)}</figcaption>{each.svg}</figure>"
        for each in drawn
    )
    items = "".join(
        f'<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" '
        f'fill="{colour}"/></svg>{name}</li>'
        for name, colour in parts.legend()
    )
    notes = "shaded band: range of the figure", "hatched: not everything was collected"
    note = "".join(f"<li>{html.escape(say(each))}</li>" for each in notes)
    return f'<div class="charts">{figures}</div><ul class="legend">{items}{note}</ul>'


def _topics(report: Summary) -> str:
    if not report.topics:
        return f"<p>{say('No topic was found in these texts.')}</p>"
    most = max(topic.n for topic in report.topics)
    rows = [_topic(topic, most) for topic in report.topics[:_TOPICS]]
    head = (parts.TOPIC_HEAD[0], "", *parts.TOPIC_HEAD[1:])
    more = len(report.topics) - _TOPICS
    rest = f'<p class="small">{say(parts.MORE, n=more)}</p>' if more > 0 else ""
    return f"{_ups_and_downs(report)}{_table(head, rows)}{rest}"


def _ups_and_downs(report: Summary) -> str:
    said = []
    for way, up in (("Up", True), ("Down", False)):
        names = [
            f"{markup.said(topic.name)} ({wording.difference(topic.share)})"
            for topic in moved(report.topics, up=up, limit=4)
        ]
        if names and report.queue_before is not None:
            said.append(f"<b>{say(way)}:</b> {', '.join(names)}")
    return f"<p>{'<br>'.join(said)}</p>" if said else ""


def _topic(topic: Topic, most: int) -> list[str]:
    negative = topic.negative.now.value or 0.0
    parts = [
        (theme.LABELS[Label.NEGATIVE], topic.n * negative),
        ("#c9d1d9", topic.n * (1 - negative)),
    ]
    return [
        markup.said(topic.name),
        svg.bar(parts, most),
        number(topic.n),
        wording.DASH if topic.before is None else number(topic.before),
        figure(topic.share.now.value, "topic_share"),
        _cell_change(topic.share, judged=False),
        figure(topic.negative.now.value, "negative_share"),
        _cell_change(topic.negative),
    ]


def _cell_change(change: Change, *, judged: bool = True) -> str:
    """Say a change in a table: bold where it is real, coloured where it is good or bad."""
    said = wording.moved(change)
    if not change.real:
        return f'<span class="none">{said}</span>'
    kind = ("good" if wording.is_good(change) else "bad") if judged else "real"
    return f'<span class="{kind}"><b>{said}</b></span>'


def _impacts(report: Summary) -> str:
    rows = [[markup.said(cell) for cell in row] for row in parts.impact_rows(report)]
    return _table(parts.IMPACT_HEAD, rows) if rows else ""


def _brands(report: Summary) -> str:
    if not report.rivals:
        return ""
    most = max(brand.n for brand in report.rivals)
    rows = [
        [
            markup.said(parts.brand(brand)),
            svg.bar([(theme.LIGHT.primary if brand.own else "#8a949e", brand.n)], most),
            number(brand.n),
            figure(brand.share.value, "brand_share"),
            wording.between(brand.share),
            figure(brand.negative.value, "negative_share"),
            wording.between(brand.negative),
        ]
        for brand in report.rivals
    ]
    head = (parts.RIVAL_HEAD[0], "", *parts.RIVAL_HEAD[1:])
    note = f'<p class="small">{html.escape(say(parts.RIVAL_NOTE))}</p>'
    return _table(head, rows) + note


def _quotes(report: Summary) -> str:
    if not report.best and not report.worst:
        return f"<p>{say('No text of a length to quote.')}</p>"
    none = f"<p>{say('None.')}</p>"
    columns = "".join(
        f'<div class="{kind}"><h3>{say(title)}</h3>{"".join(map(_quote, found)) or none}</div>'
        for kind, title, found in (
            ("worst", "Most negative", report.worst),
            ("best", "Most positive", report.best),
        )
    )
    return f'<div class="two">{columns}</div>'


def _quote(quote: Quote) -> str:
    title = f"<b>{markup.said(quote.title)}</b><br>" if parts.adds(quote) else ""
    link = markup.safe_url(quote.url)
    where = markup.said(quote.source)
    if link:
        where = f'<a href="{html.escape(link)}" rel="noreferrer noopener">{where}</a>'
    return (
        f"<blockquote><p>{title}{markup.said(quote.text)}</p>"
        f"<footer>{markup.stars(quote.rating)} {where} · {wording.day(quote.day)}</footer>"
        "</blockquote>"
    )


def _queue(report: Summary) -> str:
    rows = [[html.escape(cell) for cell in row] for row in parts.queue_rows(report)]
    return f'<div class="narrow">{_table(parts.queue_head(report), rows)}</div>'


def _coverage(report: Summary) -> str:
    items = "".join(f"<li>{markup.said(each)}</li>" for each in parts.coverage_lines(report))
    return f'<ul class="notes">{items}</ul>'


def _end(report: Summary) -> str:
    items = "".join(
        f"<dt>{html.escape(say(name))}</dt><dd>{html.escape(say(words))}</dd>"
        for name, words in wording.MEANINGS.items()
    )
    said = [
        say(parts.MADE_BY),
        say("Weeks run from Monday to Sunday in {zone}.", zone=report.timezone),
    ]
    if report.sample:
        said.append(f"{say(span_words.SAMPLE)}.")
    return f'<div class="end"><dl>{items}</dl><p>{html.escape(" ".join(said))}</p></div>'


def _section(title: str, body: str, shown: str = "") -> str:
    whole = ' class="whole"' if title in _WHOLE else ""
    said = html.escape(shown or say(title))
    return f"<section{whole}><h2>{said}</h2>{body}</section>" if body else ""


def _comment(report: Summary) -> str:
    if not report.comment:
        return ""
    return f'<p class="comment">{markup.said(report.comment)}</p>'


def _brief(report: Summary) -> str:
    told = "".join(
        f"<h2>{html.escape(heading)}</h2>"
        f"<ul>{''.join(f'<li>{markup.said(each)}</li>' for each in lines)}</ul>"
        for heading, lines in brief.brief(report)
    )
    return f'<div class="brief">{told}</div>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; cells are HTML already."""
    top = "".join(
        f'<th scope="col">{html.escape(say(name))}</th>' if name else "<td></td>" for name in head
    )
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        '<div class="wide" tabindex="0">'
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
