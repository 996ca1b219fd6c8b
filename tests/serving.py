"""The real web server for tests: ``dashboard/serve.py`` on a free port of loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.commands import up
from dashboard.supervisor import Child

DEADLINE = 60.0


@contextmanager
def served(
    db_path: Path, config_path: Path, *, sample: bool = False, prefix: str = ""
) -> Iterator[str]:
    """Serve the pages of a database without a worker; yields the address of the root page."""
    port = up.free_port(0)
    own = db_path.with_name("earshot.db") if sample else None
    _, dashboard = up.programs(db_path, config_path, own=own, port=port, prefix=prefix)
    ended = threading.Event()
    lines: list[str] = []
    child = Child(dashboard, up.ROOT, lines.append, lambda _: ended.set())
    try:
        waited = 0.0
        while not up.answers(port):
            waited += 0.05
            assert not ended.wait(0.05), f"the server ended: {lines}"
            assert waited < DEADLINE, f"the server does not answer: {lines}"
        yield f"http://127.0.0.1:{port}{prefix}"
    finally:
        child.process.terminate()
        if not ended.wait(10):
            child.process.kill()
        child.close()
