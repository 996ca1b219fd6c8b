"""Nothing is lost and nothing done twice when the worker is killed at random moments."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from storage.database import open_reader
from tests.fake_reddit import fake_reddit
from tests.http_server import serving
from tests.kills import World

START_UP = 0.8
"""Seconds that the worker needs to import; kills are drawn from around and after that."""

# Read here, since no setting of the environment reaches a test.
KILLS = int(os.environ.get("EARSHOT_SOAK_KILLS", "200"))
SEED = int(os.environ.get("EARSHOT_SOAK_SEED", "1"))


def survive(folder: Path, kills: int, seed: int) -> None:
    """Kill the worker ``kills`` times, then let it finish and count everything."""
    moments = random.Random(seed)
    with serving() as feed, fake_reddit() as reddit:
        world = World(folder, feed, reddit, seed)
        alive = 0
        for number in range(kills):
            if number % 4 == 0:
                world.deliver()
            alive += world.kill_after(START_UP + moments.expovariate(1.0))
        assert alive == kills, "the worker ended by itself"
        done = world.run("collect", "--once")
        assert done.returncode == 0, done.stdout + done.stderr
        counted(folder / "earshot.db", world)
        verdict = world.run("verify")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def counted(path: Path, world: World) -> None:
    """Hold what is stored against what the sources hold, by plain SQL."""
    conn = open_reader(path)
    rows = conn.execute(
        "SELECT o.key, count(*), count(DISTINCT i.native_id) FROM mentions m"
        " JOIN slices s ON s.id = m.slice_id JOIN sources o ON o.id = s.source_id"
        " JOIN identities i ON i.mention_id = m.id GROUP BY 1"
    ).fetchall()
    expected = world.expected()
    assert {key: (n, ids) for key, n, ids in rows} == {k: (n, n) for k, n in expected.items()}
    assert conn.execute("SELECT count(*) FROM mentions WHERE pending").fetchone() == (0,)
    opened, mentions = conn.execute(
        "SELECT count(*), count(DISTINCT mention_id) FROM case_events WHERE type = 'opened'"
    ).fetchone()
    assert opened == mentions
    low_stars, with_case = conn.execute(
        "SELECT count(*), count(c.id) FROM mentions m LEFT JOIN cases c ON c.mention_id = m.id"
        " WHERE m.rating <= 200"
    ).fetchone()
    assert low_stars == with_case > 0
    conn.close()


def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    survive(tmp_path, 20, seed=2026)


@pytest.mark.soak
def test_many_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{KILLS} kills, seed {SEED}")
    survive(tmp_path, KILLS, SEED)
