"""The desk with many cases and eight people at work: claim, keep, send, and the page itself.

Each person is a process of its own with a short pause between two steps, as on a shared
queue; the page is the queue with a case open, over the websocket.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random

from dashboard.bench import server, wire, workspaces
from dashboard.bench.corpus import NOW, SOURCES, Corpus
from dashboard.bench.table import Figure, Goal, Section
from storage import cases, people, reply_outbox, rules, writing
from storage.database import Database
from storage.people import Role
from storage.rule_matching import CaseRule

PEOPLE = 8
STEPS = 25
"""Cases that each person answers."""
PAUSE = 0.2
"""Seconds between two steps of a person."""
CLICKS = 12
_EVERYTHING = (CaseRule("bench", own_only=False),)
_TEXT = "Thank you for telling us. We are sorry and look into it today. " * 3


def section(kept: Path, work: Path, count: int, say: Callable[[str], object]) -> Section:
    """Measure with so many open cases."""
    path = kept / f"desk-{count}.db"
    if not path.exists():
        say(f"opening {count:,} cases ...")
        _build(path, count)
    took = _at_work(path)
    figures = [
        Figure(f"{name}, p95", _p95(took[name]), "ms", goal=Goal(100.0))
        for name in ("claim", "keep", "send")
    ]
    figures.append(Figure("queue with a case open, p95", _page(path, work), "ms", goal=Goal(300.0)))
    return Section(
        "desk",
        f"{count:,} open cases, {PEOPLE} people at once (a process each, {PAUSE} s between two"
        f" steps, {STEPS} cases each): claim the next, keep what is typed, send (accepted into"
        f" the outbox), at the store. The page: {CLICKS} runs in each of {PEOPLE} browser sessions"
        " over the websocket, at random 0.5 to 2.5 s after the one before.",
        tuple(figures),
    )


def _build(path: Path, count: int) -> None:
    """Store mentions of the last days and open a case for each."""
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    db = workspaces.empty(partial)
    for group in workspaces.batched(Corpus().observations(count, days=10.0), workspaces.AT_ONCE):
        workspaces.store_all(db, group, NOW)
    with db.write() as conn:
        conn.execute("UPDATE mentions SET pending = 2")
    rules.open_cases(db, _EVERYTHING, NOW, history_days=3650, limit=5_000)
    db.checkpoint()
    db.close()
    for suffix in ("", ".key"):
        made = partial.with_name(partial.name + suffix)
        made.rename(path.with_name(path.name + suffix))


def _at_work(path: Path) -> dict[str, list[float]]:
    """Let everybody work at once; return milliseconds of each step."""
    context = get_context("spawn")
    with context.Pool(PEOPLE) as pool:
        done = pool.starmap(_work, [(str(path), number) for number in range(PEOPLE)])
    found: dict[str, list[float]] = {"claim": [], "keep": [], "send": []}
    for each in done:
        for name, took in each:
            found[name].append(took)
    return found


def _work(path: str, number: int) -> list[tuple[str, float]]:
    db = Database(Path(path), create=False)
    found: list[tuple[str, float]] = []
    with db.write() as conn:
        actor = people.person(conn, f"person {number}", NOW, role=Role.AGENT)
    for _ in range(STEPS):
        now = datetime.now(UTC)
        started = time.perf_counter()
        case = cases.claim_next(db, actor, now)
        found.append(("claim", 1000 * (time.perf_counter() - started)))
        assert case is not None
        time.sleep(PAUSE)
        started = time.perf_counter()
        writing.keep(db, case.id, actor, _TEXT, now, mention_version=case.mention_version)
        found.append(("keep", 1000 * (time.perf_counter() - started)))
        time.sleep(PAUSE)
        started = time.perf_counter()
        reply_outbox.enqueue_reply(
            db,
            case.id,
            _TEXT,
            actor,
            now,
            mention_version=case.mention_version,
            source=SOURCES[0].id,
            wait=timedelta(days=365),
        )
        found.append(("send", 1000 * (time.perf_counter() - started)))
        time.sleep(PAUSE)
    db.close()
    return found


def _page(path: Path, work: Path) -> float:
    with ExitStack() as stack:
        port, _ = stack.enter_context(server.dashboard(path, work / "desk.log"))
        sessions = [
            stack.enter_context(closing(server.session(port, "queue", f"&case={number + 1}")))
            for number in range(PEOPLE)
        ]
        for each in sessions:
            each.rerun()
        with ThreadPoolExecutor(PEOPLE) as pool:
            took = [each for many in pool.map(_clicks, sessions, range(PEOPLE)) for each in many]
    return _p95(took)


def _clicks(session: wire.Session, number: int) -> list[float]:
    """Click now and then, as somebody does who reads; return milliseconds of each."""
    draw = Random(number)
    found = []
    for _ in range(CLICKS):
        time.sleep(draw.uniform(0.5, 2.5))
        found.append(1000 * session.rerun())
    return found


def _p95(took: list[float]) -> float:
    return sorted(took)[int(0.95 * (len(took) - 1))]
