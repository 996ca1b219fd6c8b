"""Rules are shown against the past before they are switched on; routes, thumbs, deliveries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import alert_rules, alerts, workspace
from storage.alerts import Opened, Severity, Sign
from storage.database import Database
from storage.models import Brand, Kind, Observation, Source
from storage.recast import ANALYSE
from tests.command_line import Ran, earshot
from tests.desk import store

WEB = Source("web", "feeds", brand="Acme")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workspace of twelve even weeks, with a burst three weeks ago."""
    db = Database(tmp_path / "earshot.db", writer=1)
    now = datetime.now(UTC)
    with db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme")], "file")
    times = [now - timedelta(hours=hour, minutes=7) for hour in range(12 * 168)]
    times += [now - timedelta(days=21, minutes=7 * n) for n in range(60)]
    posts = [
        Observation("web", f"p{n}", Kind.SOCIAL, text=f"fine {n}", published_at=at)
        for n, at in enumerate(times)
    ]
    store(db, posts, source=WEB, now=now, pending=ANALYSE)
    sign = Sign("volume", "brand=Acme", "much", rule=alert_rules.USUAL)
    alerts.update(db, lambda _: [Opened(sign)], now)
    db.close()
    return db.path


def run(path: Path, *words: str) -> Ran:
    return earshot("alerts", *words, "--db", path, "--config", path.with_name("none.toml"))


def test_a_rule_shows_when_it_would_have_spoken(path: Path) -> None:
    ran = run(path, "backtest", "--weeks", "6", "--json")
    assert ran.code == 0, ran.err
    assert len(ran.lines) == 1
    assert "Acme" in ran.lines[0]["words"]
    many = ("--measure", "volume", "--bound", "20", "--hours", "6", "--as", "Ana", "--weeks", "6")
    off = run(path, "rule", "Many", *many)
    assert "Many would have spoken once in 6 weeks" in off.text
    assert "switched off; --on switches it on" in off.text
    assert "switched on" in run(path, "rule", "Many", *many, "--on").text
    listed = run(path, "rules", "--json").lines
    assert [(each["name"], each["enabled"]) for each in listed] == [
        ("Out of the ordinary", True),
        ("Many", True),
    ]
    assert run(path, "rule", "Many", "--remove", "--as", "Ana").code == 0
    assert run(path, "rule", "Many", "--measure", "luck", "--bound", "1", "--as", "A").code == 2


def test_thumbs_routes_and_dead_letters(path: Path) -> None:
    assert run(path, "vote", "1", "--useful", "--as", "Ana").code == 0
    assert run(path, "rules", "--json").lines[0]["votes"] == {"judged": 1, "useful": 1}
    made = run(
        path, "route", "night", "--to", "notify:ops", "--quiet", "22:00-07:00", "--as", "Ana"
    )
    assert made.code == 0, made.err
    (route,) = run(path, "routes", "--json").lines
    assert (route["target"], route["quiet_from"], route["least"]) == (
        "notify:OPS",
        22 * 60,
        Severity.NORMAL,
    )
    assert run(path, "route", "x", "--to", "https://u:p@h", "--as", "Ana").code == 2
    assert run(path, "route", "x", "--to", "notify:a", "--digest", "25:00", "--as", "A").code == 2
    assert run(path, "deliveries", "--failed", "--json").lines == []
    assert run(path, "retry", "7", "--as", "Ana").code == 2
