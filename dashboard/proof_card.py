"""A card for customers: what they said, what was done, and what came of it, as one HTML file."""

from __future__ import annotations

from dashboard import markup
from dashboard.judging import Judged
from dashboard.proof import said
from dashboard.reports.wording import day
from sentiment.effects import Verdict

SAMPLE = " · Sample data: an invented company"
_STYLE = """
body { margin: 0; font: 17px/1.5 Georgia, "Libertinus Serif", serif; color: #1b1f24; }
main { max-width: 34rem; margin: 2rem auto; padding: 2rem; border: 1px solid #dfe4e9;
  border-radius: 12px; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: .95rem; color: #0072b2;
  margin: 1.2rem 0 .2rem; text-transform: uppercase; letter-spacing: .06em; } p { margin: 0; }
footer { margin-top: 1.5rem; font-size: .85rem; color: #5d6671; }
"""


def card(judged: Judged, company: str, *, sample: bool = False) -> str:
    """Return the card; what came of it stands there only where it worked and was no late word."""
    action = judged.action
    proven = (
        judged.effect is not None
        and judged.effect.verdict is Verdict.WORKS
        and not action.late
        and action.withdrawn is None
    )
    came = f"<h2>What came of it</h2><p>{markup.said(said(judged))}</p>" if proven else ""
    when = f" ({day(action.done_on)})" if action.done_on else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>You said, we did</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>You said – we did</h1><h2>You said</h2><p>{markup.said(action.topic_name)} was"
        f" not good enough.</p><h2>We did</h2><p>{markup.said(action.title)}{when}</p>{came}"
        f"<footer>{markup.said(company)}{SAMPLE if sample else ''}</footer></main></body></html>\n"
    )
