"""Training started from a page: `earshot train` as a process beside the server.

It learns, keeps and promotes as the command does, says how far it is, and ends when this
process ends. Not ``learning_process``: starting processes that way would run the page's
script in the new one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard import lifeline
from storage.errors import EarshotError

ROOT = Path(__file__).resolve().parents[1]


def train(
    db_path: Path, config_path: Path, actor: str, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Train in the name of somebody; return a row for each source and language."""
    command = [sys.executable, "-m", "dashboard", "train", "--json", "--progress", "--as", actor]
    command += ["--db", str(db_path.resolve()), "--config", str(config_path.resolve())]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, lifeline.VARIABLE: "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    last: deque[str] = deque(maxlen=1)
    assert process.stdout is not None
    assert process.stderr is not None
    told = threading.Thread(target=_listen, args=(process.stderr, say, last), daemon=True)
    told.start()
    with process:
        rows = [json.loads(line) for line in process.stdout]
        process.wait()
        told.join()
    if process.returncode:
        words = last[-1].removeprefix("earshot: ") if last else ""
        raise EarshotError(words or f"training ended with exit code {process.returncode}")
    return rows


def _listen(lines: Any, say: Callable[[str], None], last: deque[str]) -> None:
    for line in lines:
        if line.strip():
            last.append(line.strip())
            say(line.strip())
