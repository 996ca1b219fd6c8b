"""Killed at moments drawn by seed: each alert and mail is recorded once and sent at least once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from dashboard.delivery import smtp
from storage import alert_rules, alerts, outbox, people
from storage.alert_rules import Route
from storage.database import Database
from storage.outbox import State
from tests.desk import NOW
from tests.mail_server import Mailbox, mail_server

ROOT = Path(__file__).resolve().parents[1]
ALERTS = 40


def process(path: Path, box: Mailbox) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.alert_kills", str(path), str(box.port), str(ALERTS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


def kill_after(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Kill a process so long after it has begun its work."""
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()


def survive(folder: Path, kills: int, seed: int) -> None:
    """Kill so often, then let it finish, and count what was recorded and what arrived."""
    path = folder / "earshot.db"
    db = Database(path, writer=1)
    with db.write() as conn:
        ana = people.person(conn, "Ana", NOW)
        alert_rules.save_route(conn, Route("Ana", "mail:ana@acme.example"), ana, NOW)
    chance = random.Random(seed)
    with mail_server() as box:
        for _ in range(kills):
            kill_after(process(path, box), chance.expovariate(10))
        deadline = time.monotonic() + 120
        while len(sent(db)) < ALERTS and time.monotonic() < deadline:
            with process(path, box) as child:
                assert child.wait(timeout=60) == 0
        counted(db, box)
    db.close()


def sent(db: Database) -> list[outbox.Entry]:
    return outbox.entries(db.reader(), states=[State.SENT], limit=1000)


def counted(db: Database, box: Mailbox) -> None:
    conn = db.reader()
    assert len(alerts.recent(conn, 1000)) == ALERTS
    assert len(outbox.entries(conn, limit=1000)) == ALERTS
    keys = {f"<{entry.key}@acme.example>" for entry in sent(db)}
    assert len(keys) == ALERTS
    copies: Counter[str] = Counter()
    for mail in box.mails:
        copies[mail["Message-ID"]] += 1
        assert copies[mail["Message-ID"]] == 1 or mail[smtp.REPEAT] == "1"
    assert set(copies) == keys


def test_twenty_kills_forget_nobody_and_mark_every_repeat(tmp_path: Path) -> None:
    survive(tmp_path, 20, seed=2026)


@pytest.mark.soak
def test_many_kills_forget_nobody(tmp_path: Path) -> None:
    survive(tmp_path, int(os.environ.get("EARSHOT_SOAK_KILLS", "200")), seed=1)
