"""HTML for what people wrote: every text is escaped here, and nowhere else made markup.

Pure strings for ``st.html``. What comes from outside (texts, names, addresses) is put
through ``said``; only the tags of this module are tags. Not here: reports, which render
pages of their own.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dashboard import theme
from storage.listing import MentionRow
from storage.models import Flag, Label, Opinion, Precision, Purpose, Standing, Urgency

SNIPPET = 320
"""Characters of a text in a list; the detail shows all."""
_NBSP = "\u00a0"

STYLE = f"""<style>
.es-meta {{ font-size:.85rem; opacity:.75; display:flex; flex-wrap:wrap; gap:.1rem .6rem; }}
.es-title {{ font-weight:600; margin:.15rem 0; overflow-wrap:anywhere; }}
.es-text {{ white-space:pre-wrap; overflow-wrap:anywhere; line-height:1.5; margin:.2rem 0;
  unicode-bidi:plaintext; }}
.es-clip {{ max-height:4.5em; overflow:hidden; }}
.es-chip {{ display:inline-block; font-size:.8rem; line-height:1.35; padding:.05rem .5rem;
  border-radius:1rem; border:1px solid rgba(128,128,128,.35); overflow-wrap:anywhere; }}
.es-dot {{ display:inline-block; width:.6rem; height:.6rem; border-radius:50%;
  margin-right:.35rem; }}
.es-stars {{ letter-spacing:.05em; color:light-dark(#8a5a00,#e0b04a); }}
.es-row {{ display:flex; flex-wrap:wrap; gap:.3rem; align-items:center; margin:.15rem 0; }}
.es-push {{ margin-left:auto; }}
.es-quote {{ border-left:3px solid rgba(128,128,128,.4); padding-left:.75rem; margin:.4rem 0; }}
dl.es-facts {{ display:grid; grid-template-columns:max-content 1fr; gap:.25rem .9rem;
  font-size:.9rem; margin:0 !important; padding:0 !important; }}
.es-facts dt {{ opacity:.7; margin:0; padding:0; }}
.es-facts dd {{ margin:0; overflow-wrap:anywhere; }}
.es-line {{ font-size:.9rem; opacity:.85; margin:0; }}
.es-due {{ font-size:.85rem; }}
.es-bad {{ font-size:.85rem; color:{theme.WORSE}; font-weight:600; }}
.es-two {{ display:-webkit-box; -webkit-line-clamp:2; -webkit-box-orient:vertical;
  overflow:hidden; font-size:.92rem; }}
[class*="st-key-desk-item"] {{ position:relative; padding:.55rem .7rem !important; }}
[class*="st-key-desk-item"] [class*="st-key-look-"] {{ position:absolute; inset:0; z-index:1; }}
[class*="st-key-desk-item"] [class*="st-key-look-"] * {{ width:100%; height:100%; opacity:0;
  margin:0; padding:0; min-height:0; }}
[class*="st-key-desk-item"]:focus-within, [class*="st-key-desk-item-open"] {{
  border-color:#0078b4 !important; box-shadow:0 0 0 1px #0078b4; }}
[class*="st-key-desk-item"]:hover {{ border-color:rgba(128,128,128,.9); }}
.st-key-desk-undo {{ position:fixed; bottom:1rem; right:1rem; z-index:1000; width:auto !important;
  max-width:calc(100vw - 2rem); background:#fff7e0; color:#1b1f24; }}
@media (max-width: 640px) {{ .st-key-desk-list-beside, .st-key-desk-nothing,
  .st-key-desk-steps {{ display:none !important; }} }}
@media (min-width: 641px) {{ .st-key-case-back {{ display:none !important; }} }}
.stMain [data-testid="stPageLink-NavLink"] {{ padding:.1rem 0; }}
.stMain [data-testid="stPageLink-NavLink"] p {{ text-decoration:underline;
  text-decoration-color:rgba(128,128,128,.6); text-underline-offset:.2em; }}
[data-testid="stCaptionContainer"] {{ opacity:.8; }}
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {{
  color:inherit !important; }}
.stApp [kind="primary"], .stApp [kind="primaryFormSubmit"] {{
  color:light-dark(#fff,{theme.DARK.background}) !important; }}
.es-steps {{ margin:0 !important; padding:0 0 0 1.2rem !important; font-size:.85rem;
  line-height:1.45; }}
.st-key-hint {{ background:rgba(128,128,128,.09); border-radius:.5rem; padding:.3rem .75rem; }}
.st-key-sample-banner {{ background:rgba(0,120,180,.12); border-radius:.5rem;
  padding:.15rem .25rem .15rem .75rem; }}
@media (max-width:640px) {{
  .stMainBlockContainer {{ padding:4rem 1rem 3rem; }}
  .es-push {{ margin-left:0; }}
  .stMain h1 {{ font-size:1.5rem; padding:.25rem 0; }}
}}
.stMetric [data-testid="stMetricDelta"] * {{ white-space:normal !important;
  overflow:visible !important; }}
[class*="st-key-sketch-"] {{ position:relative; }}
[class*="st-key-sketch-"] > div:has(img) {{ position:absolute; top:0; left:0; width:100%;
  pointer-events:none; }}
[class*="st-key-sketch-"] img {{ width:100%; height:300px; max-width:none; }}
[class*="st-key-sketch-"]:has(.js-plotly-plot .main-svg) > div:has(img) {{ display:none; }}
[class*="st-key-sketch-"]:has(img) [data-testid="stSkeleton"] {{ visibility:hidden; }}
mark.es-mark {{ color:inherit; border-radius:.2rem; padding:0 .1rem; }}
{
    "".join(
        f"mark.es-{label.value} {{ background:{colour}3d; border-bottom:2px solid {colour}; }}"
        for label, colour in theme.LABELS.items()
    )
}
mark.es-for, mark.es-against {{ background:transparent; text-decoration:underline 3px; }}
mark.es-for {{ text-decoration-color:{theme.LABELS[Label.POSITIVE]}; }}
mark.es-against {{ text-decoration-color:{theme.LABELS[Label.NEGATIVE]}; }}
mark.es-intent {{ background:transparent; border-bottom:2px dotted currentColor; }}
mark.es-urgent {{ background:transparent; font-weight:600;
  outline:2px solid {theme.LABELS[Label.NEGATIVE]}; }}
</style>"""
"""Styles of the classes used here; colours work on light and dark alike."""


def said(text: str) -> str:
    """Return what somebody outside wrote as inert HTML, its direction kept to itself."""
    return f"<bdi>{html.escape(_visible(text))}</bdi>"


def stars(rating: float | None) -> str:
    """Return stars for the eye with the number for everybody."""
    if rating is None:
        return ""
    full = max(0, min(5, round(rating)))
    number = f"{rating:.1f}".removesuffix(".0")
    return (
        f'<span class="es-stars" role="img" aria-label="{number} of 5 stars">'
        f"{'★' * full}{'☆' * (5 - full)}</span>"
    )


def label(of: Label, note: str = "") -> str:
    """Return a label with its fixed colour; ``note`` is ours, like "by a person"."""
    words = of.value + (f" · {note}" if note else "")
    return (
        f'<span class="es-chip"><span class="es-dot" style="background:{theme.LABELS[of]}">'
        f"</span>{html.escape(words)}</span>"
    )


def chip(text: str) -> str:
    """Return a small tag."""
    return f'<span class="es-chip">{said(text)}</span>'


def marks(row: MentionRow) -> str:
    """Return a customer's own mark: stars, or the survey's answers."""
    answers = [
        f"{name.upper()}{_NBSP}{value}"
        for name, value in (("nps", row.nps), ("csat", row.csat), ("ces", row.ces))
        if value is not None
    ]
    return stars(row.rating) + "".join(f'<span class="es-chip">{each}</span>' for each in answers)


def card(row: MentionRow, zone: str, names: dict[str, str], *, clip: bool = True) -> str:
    """Return a mention as lists show it."""
    text = row.text
    if row.title and text.startswith(row.title):
        text = text[len(row.title) :].lstrip()
    cut = text if not clip or len(text) <= SNIPPET else text[: SNIPPET - 1] + "…"
    parts = [head(row, zone)]
    if row.title:
        parts.append(f'<div class="es-title">{said(row.title)}</div>')
    if cut:
        parts.append(f'<div class="es-text{" es-clip" if clip else ""}">{said(cut)}</div>')
    if not cut and not row.title:
        parts.append('<div class="es-text"><em>no words</em></div>')
    parts.append(f'<div class="es-row">{_tags(row, names)}</div>')
    return "".join(parts)


def head(row: MentionRow, zone: str) -> str:
    """Return the line above a mention: marks, label, who, where, when."""
    return f'<div class="es-row">{marks(row)}{label(row.label)}{_by(row, zone)}</div>'


class Mark(NamedTuple):
    """Words of a text to be marked; ``style`` and ``hint`` are ours or escaped by who draws."""

    start: int
    end: int
    style: str
    hint: str


def evidence(
    text: str,
    opinions: Iterable[Opinion],
    names: dict[str, str],
    purpose: Purpose | None = None,
    urgency: Iterable[Flag] = (),
    moved: Iterable[Mark] = (),
) -> str:
    """Return a text with the words marked on which opinions, intent and urgency rest.

    ``moved`` are the words that made the score, as `made_score` returns them.
    """
    found: list[Mark] = []
    for each in sorted(opinions, key=lambda opinion: (opinion.start, -opinion.end)):
        if not found or each.start >= found[-1].end:
            hint = f"{names.get(each.topic, each.topic)}: {each.label.value}"
            found.append(Mark(each.start, each.end, each.label.value, hint))
    if purpose is not None:
        found.append(Mark(purpose.start, purpose.end, "intent", purpose.intent.value))
    found += moved
    found += [Mark(flag.start, flag.end, "urgent", words(flag.urgency)) for flag in urgency]
    return f'<div class="es-text">{"".join(_marked(text, found))}</div>'


def made_score(start: int, end: int, value: float) -> Mark:
    """Return the mark of words that moved the score up or down by ``value``."""
    return Mark(start, end, "for" if value > 0 else "against", f"score {value:+.2f}")


def _marked(text: str, marks: Sequence[Mark]) -> Iterator[str]:
    """Yield a text in pieces, each within the marks that cover it; marks may overlap."""
    kept = [each for each in marks if 0 <= each.start < each.end <= len(text)]
    cuts = sorted({0, len(text), *(cut for each in kept for cut in each[:2])})
    for start, end in pairwise(cuts):
        piece = html.escape(_visible(text[start:end]))
        over = [each for each in kept if each.start <= start and end <= each.end]
        if not over:
            yield piece
            continue
        style = " ".join(dict.fromkeys(f"es-{each.style}" for each in over))
        hint = html.escape(" · ".join(dict.fromkeys(each.hint for each in over)), quote=True)
        yield f'<mark class="es-mark {style}" title="{hint}">{piece}</mark>'


def words(name: str) -> str:
    """Return one of our own names as people read it."""
    return name.replace("_", " ")


def urgency(kinds: Iterable[Urgency]) -> str:
    """Return what cannot wait as tags."""
    return "".join(
        f'<span class="es-chip es-bad">{html.escape(words(each.value))}</span>' for each in kinds
    )


def quote(text: str) -> str:
    """Return a whole text, set apart."""
    return f'<div class="es-quote"><div class="es-text">{said(text)}</div></div>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return names with values as a list; names are ours, values come from anywhere."""
    rows = (f"<dt>{html.escape(name)}</dt><dd>{said(value)}</dd>" for name, value in pairs if value)
    return f'<dl class="es-facts">{"".join(rows)}</dl>'


def line(text: str) -> str:
    """Return one line of words that may hold names from outside."""
    return f'<p class="es-line">{said(text)}</p>'


def when(moment: datetime | None, zone: str, precision: str = Precision.SECOND) -> str:
    """Return a time in the reporting timezone; a day stays that day everywhere."""
    if moment is None:
        return "never"
    if precision == Precision.DAY:
        return f"{moment.day} {moment:%b %Y}"
    local = moment.astimezone(ZoneInfo(zone))
    about = "about " if precision == Precision.ESTIMATED else ""
    return f"{about}{local.day} {local:%b %Y %H:%M}"


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in the coarsest unit that says it."""
    if moment is None:
        return "never"
    gone = now - moment
    if gone < timedelta(0):
        return f"in {_span(-gone)}"
    return "just now" if gone < timedelta(minutes=1) else f"{_span(gone)} ago"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def safe_url(url: str) -> str | None:
    """Return an address that a link may carry: http or https, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def _by(row: MentionRow, zone: str) -> str:
    said_by = [row.author, row.source, row.product, when(row.published_at, zone, row.precision)]
    inner = "".join(f"<span>{said(each)}</span>" for each in said_by if each)
    return f'<span class="es-meta es-push">{inner}</span>'


def _tags(row: MentionRow, names: dict[str, str]) -> str:
    tags = [names.get(topic, topic) for topic in row.topics]
    tags += [row.lang] if row.lang else []
    tags += ["answered"] if row.replied else []
    tags += [_STANDING[row.standing]] if row.standing else []
    tags += [row.intent.value] if row.intent else []
    tags += ["stars and text disagree"] if row.disagrees else []
    return urgency(row.urgency) + "".join(chip(each) for each in tags)


_STANDING = {
    Standing.SUSPICIOUS: "suspicious look-alike",
    Standing.EXCLUDED: "excluded: look-alike",
}


def _visible(text: str) -> str:
    """Show what would act unseen: controls, and what reorders or hides other letters."""
    return text.translate(_SEEN)


_SEEN = {
    **{code: "\ufffd" for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n\r"},
    **dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), "\ufffd"),
}
