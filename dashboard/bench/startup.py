"""From the start of ``earshot up`` to the first page, against Streamlit with an empty script."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from dashboard.bench import server
from dashboard.bench.clocks import interleaved
from dashboard.bench.server import Program, copied
from dashboard.bench.table import Figure, Section
from dashboard.bench.wire import Session
from dashboard.commands import up


def section(db: Path, folder: Path, rounds: int = 3) -> Section:
    """Measure a start whose files the system has in its cache."""
    log = folder / "startup.log"
    with copied(db, folder) as copy:
        took = interleaved(
            {
                "answers": partial(_earshot, copy, log, page=False),
                "page": partial(_earshot, copy, log, page=True),
                "bare answers": partial(_bare, log, page=False),
                "bare page": partial(_bare, log, page=True),
            },
            rounds,
        )
    against = "streamlit run of a script that shows nothing, same settings"
    return Section(
        "startup",
        f"`earshot up` on a workspace that exists, worker included; wall time, median of {rounds}.",
        (
            Figure("the server answers", took["answers"], "s", took["bare answers"], against),
            Figure("the overview is there", took["page"], "s", took["bare page"], against),
        ),
    )


def _earshot(db: Path, log: Path, *, page: bool) -> float:
    port = up.free_port(0)
    places = [f"--db={db}", f"--config={db.with_name('none.toml')}"]
    command = [sys.executable, "-m", "dashboard", "up", "--no-sample", f"--port={port}", *places]
    return _started(command, port, "/healthz", server.query(), log, page)


def _bare(log: Path, *, page: bool) -> float:
    port = up.free_port(0)
    script = up.ROOT / "dashboard" / "views" / "blank.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    return _started(command, port, "/_stcore/health", "", log, page)


def _started(command: list[str], port: int, path: str, query: str, log: Path, page: bool) -> float:
    """Seconds until a program answers, and has shown its first page."""
    start = time.perf_counter()
    program = Program(command, {}, log)
    try:
        server.until(lambda: server.answers(port, path), program, log)
        if page:
            with closing(Session(port, "", query)) as session:
                session.rerun()
        return time.perf_counter() - start
    finally:
        program.stop()
