"""What customers agreed to have shown, as one page without a script: served, or as a file.

Only texts whose source allows it, whose writer agrees still, and which are as they were when
asked about. Texts are untrusted: each goes through ``markup.said``.
"""

from __future__ import annotations

import html
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import choice, markup, praise_policy
from dashboard.desk.answers import first_name
from dashboard.proof_card import SAMPLE
from dashboard.reports import wording
from storage import coverage, praise, revisions, workspace
from storage.database import Database
from storage.errors import EarshotError, Refused
from storage.praise import Consent, Praise, Shown

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; font: 17px/1.55 Georgia, "Libertinus Serif", serif;
  color: light-dark(#1b1f24, #e8eaed); background: light-dark(#fff, #14171c); }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.7rem; margin: 0 0 1.5rem; }
h2 { font-size: .95rem; color: light-dark(#0072b2, #5ab4f0); margin: 2rem 0 .75rem;
  text-transform: uppercase; letter-spacing: .06em; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
  gap: 1rem; }
figure { margin: 0; padding: 1.25rem; border: 1px solid light-dark(#dfe4e9, #343b45);
  border-radius: 12px; }
blockquote { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
blockquote b { display: block; margin-bottom: .3rem; }
figcaption, footer { margin-top: .9rem; font-size: .85rem; color: light-dark(#5d6671, #aab2bb); }
.es-stars { color: light-dark(#8a5a00, #e0b04a); letter-spacing: .05em; display: block; }
"""
OTHER = "More"


def shown(conn: sqlite3.Connection) -> list[tuple[Praise, Consent]]:
    """Return what may be shown now."""
    found = praise.published(conn)
    return [(text, consent) for text, consent in found if praise_policy.of(text).allowed]


def render(
    found: Sequence[tuple[Praise, Consent]],
    company: str,
    topics: Mapping[str, str],
    *,
    sample: bool = False,
) -> str:
    """Return the page, or the card of one text; a text stands under its first topic."""
    groups: dict[str, list[str]] = {}
    for text, consent in found:
        name = next((topics.get(each, each) for each in text.topics), OTHER)
        groups.setdefault(name, []).append(_card(text, consent))
    sections = "".join(
        f"<h2>{markup.said(name)}</h2><div class='cards'>{''.join(cards)}</div>"
        for name, cards in sorted(groups.items(), key=lambda each: (each[0] == OTHER, each[0]))
    )
    title = f"What customers say about {company}" if company else "What customers say"
    named = html.escape(title)
    nothing = "" if found else "<p>Nothing is shown here at the moment.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{named}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{markup.said(title)}</h1>{nothing}{sections}"
        f"<footer>Shown with the consent of those who wrote it.{SAMPLE if sample else ''}</footer>"
        "</main></body></html>\n"
    )


def _card(text: Praise, consent: Consent) -> str:
    title = f"<b>{markup.said(text.title)}</b>" if text.title else ""
    when = wording.day(text.day)
    who = markup.said(_name(text, consent))
    return (
        f"<figure>{markup.stars(text.rating)}<blockquote>{title}{markup.said(text.text)}"
        f"</blockquote><figcaption>{who} · {when}</figcaption></figure>"
    )


def _name(text: Praise, consent: Consent) -> str:
    """Return what the writer agreed to be called."""
    if consent.scope == Shown.NAME.value and "@" not in text.author:
        return text.author or "A customer"
    if consent.scope == Shown.FIRST.value:
        return first_name(text.author) or "A customer"
    return "A customer"


def current(conn: sqlite3.Connection, mention_id: int | None = None) -> str:
    """Return the page as it stands; the card of one text if asked for.

    Raises Refused for a text that is not published.
    """
    found = shown(conn)
    if mention_id is not None:
        found = [each for each in found if each[0].mention_id == mention_id]
        if not found:
            raise Refused(f"mention {mention_id} is not published")
    own = ", ".join(each.name for each in workspace.brands(conn) if each.own)
    topics = dict(coverage.choices(conn).topics)
    return render(found, own, topics, sample=workspace.is_sample(conn))


async def page(request: Request) -> HTMLResponse:
    """Show the page to anybody: what was revoked, edited or erased is gone at once."""
    del request
    status, content = await run_in_threadpool(_answer)
    return HTMLResponse(content, status, {"cache-control": "no-store"})


def _answer() -> tuple[int, str]:
    path = choice.current(Path(os.environ.get("EARSHOT_DB", "earshot.db")))
    try:
        with closing(Database(path, create=False)) as db:
            moved = tuple(revisions.current(db.reader()).items())
            return 200, _kept(path, path.stat().st_ino, moved)
    except (EarshotError, OSError):
        return 503, render((), "", {})


@lru_cache(maxsize=1)
def _kept(path: Path, file: int, moved: tuple[tuple[str, int], ...]) -> str:
    """Return the page, made once per change of the data: anybody may ask, as often as they like."""
    del file, moved
    with closing(Database(path, create=False)) as db:
        return current(db.reader())
