"""Asks customers a day after closing whether it was sorted out, by mail.

Whom and when is in ``storage.follow_ups``; links lead to ``dashboard.follow_up_page``.
"""

from __future__ import annotations

import html
from datetime import datetime

from dashboard.settings import MailSettings
from storage import came_back, follow_ups, outcomes, workspace
from storage.database import Database
from storage.errors import InputError
from storage.follow_ups import Asked
from storage.mail_outbox import Mail

SUBJECT = "Did we sort this out?"
WORDS = {
    "yes": "Yes, thank you",
    "no": "No, it is still not right",
    "stop": "Please do not ask me again",
}


def look(db: Database, settings: MailSettings | None, now: datetime) -> int:
    """Record what came of replies, then ask whom it is time to ask; return how many."""
    outcomes.refresh(db, now)
    came_back.refresh(db, now)
    if settings is None or not settings.follow_up or workspace.is_sample(db.reader()):
        return 0
    count = 0
    for each in follow_ups.due(db, now):
        try:
            count += follow_ups.ask(db, each, mail(db, each, settings), now)
        except InputError:  # what somebody typed as an address is none
            continue
    return count


def mail(db: Database, asked: Asked, settings: MailSettings) -> Mail:
    """Write the question; without a public address the answer is a mail back."""
    name = " ".join(asked.author.split()) if asked.author != asked.address else ""
    opening = f"Hello {name}," if name else "Hello,"
    told = f"you wrote {'about ' + asked.brand if asked.brand else 'to us'}, and we answered."
    urls = links(db, asked, settings.public_url)
    if not urls:
        text = f"{opening}\n\n{told}\n\n{SUBJECT} Just answer with yes or no.\n"
        end = "If you would rather not be asked, answer with stop.\n"
        return Mail(asked.address, SUBJECT, f"{text}\n{end}")
    lines = "\n".join(f"{WORDS[word]}: {url}" for word, url in urls.items())
    body = "".join(
        f'<p><a href="{html.escape(url, quote=True)}">{html.escape(WORDS[word])}</a></p>'
        for word, url in urls.items()
    )
    shown = f"<p>{html.escape(opening)}</p><p>{html.escape(told)}</p><p><b>{SUBJECT}</b></p>"
    return Mail(
        asked.address,
        SUBJECT,
        f"{opening}\n\n{told}\n\n{SUBJECT}\n\n{lines}\n",
        f"<!doctype html><html><body>{shown}{body}</body></html>",
        headers=(("List-Unsubscribe", f"<{urls['stop']}>"),),
    )


def links(db: Database, asked: Asked, public_url: str) -> dict[str, str]:
    """Return a signed link for each answer, nothing where customers cannot reach us."""
    if not public_url:
        return {}
    return {word: f"{public_url}/followup/{follow_ups.link(db, asked, word)}" for word in WORDS}
