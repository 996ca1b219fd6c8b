"""The page behind the links of a follow-up mail: asks once more, then records the answer.

Programs that look at mails open every link: so a link only shows a button, and the button
does it. Needs no sign-in; the link is signed, for one case and one answer.
"""

from __future__ import annotations

import html
import os
from contextlib import closing
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from collectors.clock import utc_now
from dashboard import choice
from dashboard.delivery.follow_up import WORDS
from storage import follow_ups, told
from storage.database import Database
from storage.errors import EarshotError, NotFound, Refused

_DONE = {
    "yes": "Thank you. We are glad that it worked out.",
    "no": "Thank you for telling us. We are working on it again.",
    "stop": "We will not ask you again.",
}
_LATE = "We are working on this again already. Thank you."


async def page(request: Request) -> HTMLResponse:
    """Show the question of a link (GET) or record its answer (POST)."""
    token = str(request.path_params["token"])[:200]
    status, words, ask = await run_in_threadpool(_answer, token, request.method == "POST")
    button = f'<form method="post"><button>{html.escape(ask)}</button></form>' if ask else ""
    body = f"<main><h1>{html.escape(words)}</h1>{button}</main>"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    style = "<style>main{font:1.2rem system-ui;max-width:30rem;margin:4rem auto;padding:1rem}"
    style += "h1{font-size:1.4rem}button{font:inherit;padding:.6rem 1.2rem}</style>"
    content = f"<!doctype html><html lang=en><head>{head}<title>Earshot</title>{style}</head>"
    return HTMLResponse(f"{content}<body>{body}</body></html>", status)


def _answer(token: str, do: bool) -> tuple[int, str, str]:
    """Return status, words and the button's label, "" for none."""
    path = choice.current(Path(os.environ.get("EARSHOT_DB", "earshot.db")))
    try:
        with closing(Database(path, create=False)) as db:
            if token.startswith("told-"):
                return _told(db, token, do)
            if not do:
                word = follow_ups.opened(db, token)[2]
                return 200, "Did we sort this out?", WORDS.get(word, "")
            return 200, _DONE[follow_ups.answer_by_link(db, token, utc_now())], ""
    except NotFound as error:
        return 404, str(error), ""
    except Refused:
        return 200, _LATE, ""
    except EarshotError:
        return 503, "This cannot be recorded right now; please try again in a minute.", ""


def _told(db: Database, token: str, do: bool) -> tuple[int, str, str]:
    """Answer a link of a mail that told what was changed: it can only stop further ones."""
    if not do:
        told.opened(db, token)
        return 200, "Shall we not write to you again?", WORDS["stop"]
    told.stop_by_link(db, token, utc_now())
    return 200, _DONE["stop"], ""
