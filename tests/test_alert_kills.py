"""Killed at moments drawn by seed: each alert and mail is recorded once and sent at least once.

Twenty moments with the other tests, twelve of alerts and eight of summaries; more in the soak.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.delivery import smtp
from storage import alert_rules, alerts, editions, outbox, people, report_schedules
from storage.alert_rules import Route
from storage.database import Database
from storage.outbox import State
from storage.people import EARSHOT
from storage.report_schedules import Every, Recipient, Schedule
from tests import mail_kills
from tests.desk import NOW
from tests.mail_server import Mailbox, mail_server

ROOT = Path(__file__).resolve().parents[1]
ALERTS, RECIPIENTS = 40, 12


def process(module: str, *words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.{module}", *map(str, words)],
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


def survive(start: Callable[[], subprocess.Popen[bytes]], kills: int, seed: int) -> None:
    """Kill so often, then let it finish."""
    chance = random.Random(seed)
    for _ in range(kills):
        kill_after(start(), chance.expovariate(10))
    with start() as child:
        assert child.wait(timeout=120) == 0


def sent(db: Database) -> list[outbox.Entry]:
    return outbox.entries(db.reader(), states=[State.SENT], limit=1000)


def arrived(box: Mailbox, ids: set[str]) -> None:
    """Each arrived under its id, and more often than once only where that is marked."""
    copies: Counter[str] = Counter()
    for mail in box.mails:
        copies[mail["Message-ID"]] += 1
        assert copies[mail["Message-ID"]] == 1 or mail[smtp.REPEAT]
    assert set(copies) == ids


def tell_of_alerts(folder: Path, kills: int, seed: int) -> None:
    path = folder / "earshot.db"
    with closing(Database(path, writer=1)) as db, mail_server() as box:
        with db.write() as conn:
            ana = people.person(conn, "Ana", NOW)
            alert_rules.save_route(conn, Route("Ana", "mail:ana@acme.example"), ana, NOW)
        survive(lambda: process("alert_kills", path, box.port, ALERTS), kills, seed)
        conn = db.reader()
        assert len(alerts.recent(conn, 1000)) == ALERTS
        assert len(outbox.entries(conn, limit=1000)) == ALERTS
        assert len(sent(db)) == ALERTS
        arrived(box, {f"<{entry.key}@acme.example>" for entry in sent(db)})


def mail_summaries(folder: Path, kills: int, seed: int) -> None:
    path = folder / "earshot.db"
    to = tuple(Recipient(f"r{number}@acme.example") for number in range(RECIPIENTS))
    since = mail_kills.MONDAY - timedelta(days=30)
    with closing(Database(path, writer=1)) as db, mail_server() as box:
        with db.write() as conn:
            for every in Every:
                report_schedules.save(conn, Schedule(every.value, to, every), EARSHOT, since)
        survive(lambda: process("mail_kills", path, box.port), kills, seed)
        assert len(outbox.entries(db.reader(), limit=1000)) == 2 * RECIPIENTS
        assert len(sent(db)) == 2 * RECIPIENTS
        assert len(editions.editions(db.reader())) == 2
        arrived(box, {f"<{entry.native_id}@acme.example>" for entry in sent(db)})
        assert all(mail.get_content_type() == "multipart/mixed" for mail in box.mails)


def test_twelve_kills_forget_nobody_and_mark_every_repeat(tmp_path: Path) -> None:
    tell_of_alerts(tmp_path, 12, seed=2026)


def test_eight_kills_send_every_summary_once_or_marked(tmp_path: Path) -> None:
    mail_summaries(tmp_path, 8, seed=2026)


@pytest.mark.soak
@pytest.mark.parametrize("what", [tell_of_alerts, mail_summaries])
def test_many_kills_forget_nobody(tmp_path: Path, what: Callable[[Path, int, int], None]) -> None:
    """Fresh files by the ten, since a file of which all was sent has nothing left to kill."""
    kills = int(os.environ.get("EARSHOT_SOAK_KILLS", "200")) // 2
    for number in range(kills // 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        what(folder, 10, number)
