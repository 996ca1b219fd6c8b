"""What the worker and the dashboard hold in memory on a big workspace, after work."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from collectors.clock import utc_now
from dashboard.bench import pages, server, workspaces
from dashboard.bench.corpus import Corpus
from dashboard.bench.server import Memory
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.wire import Session
from storage.database import Database
from storage.times import millis

LIMIT_MB = 400.0
FRESH = 10_000
"""Mentions that wait for the worker when it starts."""
PATIENCE = 300.0
QUERIES = ("period=all", "period=12m", server.query(), server.query("&label=negative"))
"""Addresses at which every page is opened."""


def section(db: Path, folder: Path, fresh: int = FRESH) -> Section:
    """Let both programs do their work, one after the other."""
    with server.copied(db, folder) as copy:
        worker = _worker(copy, folder / "worker.log", fresh)
        dashboard = _dashboard(copy, folder / "dashboard.log")
    return Section(
        "memory",
        "Resident memory of the real processes on the same workspace.",
        (
            _figure("worker", worker, f"after it scored {fresh:,} mentions and looked for signals"),
            _figure("dashboard", dashboard, "after every page was opened at four addresses"),
        ),
    )


def _figure(name: str, used: Memory, when: str) -> Figure:
    note = f"{when}; at most {used.highest:.0f} MB meanwhile"
    return Figure(name, used.resident, "MB", goal=Goal(LIMIT_MB), note=note)


def _worker(path: Path, log: Path, fresh: int) -> Memory:
    with closing(Database(path)) as db:
        seen = [
            replace(each, native_id=f"fresh-{each.native_id}")
            for each in Corpus(seed=7).observations(fresh, days=7)
        ]
        for group in workspaces.batched(seen, workspaces.AT_ONCE):
            with db.write():
                workspaces.store_all(db, group)
        began = millis(utc_now())
        with server.worker(path, log) as program:
            server.until(lambda: _idle(db, began), program, log, PATIENCE)
            return server.memory(program.pid)


def _dashboard(path: Path, log: Path) -> Memory:
    with server.dashboard(path, log) as (port, program):
        for page in pages.names():
            for query in QUERIES:
                with closing(Session(port, "" if page == "overview" else page, query)) as session:
                    session.rerun()
                    session.rerun()
        return server.memory(program.pid)


def _idle(db: Database, began: int) -> bool:
    """Whether nothing waits and the signals were looked at since a time."""
    conn = db.reader()
    waiting = conn.execute("SELECT 1 FROM mentions WHERE pending > 0 LIMIT 1").fetchone()
    looked = conn.execute(
        "SELECT 1 FROM jobs WHERE name = 'signals' AND ended_at > ?", (began,)
    ).fetchone()
    return waiting is None and looked is not None
