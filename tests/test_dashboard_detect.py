"""``earshot detect`` as another program sees it."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data import shared

COMMAND = [sys.executable, "-m", "dashboard", "detect"]
START = datetime(2026, 3, 2)


def run(text: bytes, folder: Path, *options: str) -> tuple[bytes, int, str]:
    done = subprocess.run(
        [*COMMAND, *options], input=text, capture_output=True, cwd=folder, timeout=60, check=False
    )
    assert not list(folder.iterdir())
    return done.stdout, done.returncode, done.stderr.decode()


def hourly(hours: int, seed: int = 1, burst: int | None = None) -> list[tuple[str, int]]:
    chance = random.Random(seed)
    rows = []
    for hour in range(hours):
        usual = 40 if 8 <= hour % 24 < 20 else 10
        value = round(chance.gauss(usual, usual**0.5))
        if burst is not None and burst <= hour < burst + 3:
            value *= 4
        rows.append(((START + timedelta(hours=hour)).isoformat(" "), value))
    return rows


def as_csv(rows: list[tuple[str, int]]) -> bytes:
    return ("timestamp,value\n" + "".join(f"{at},{value}\n" for at, value in rows)).encode()


def test_rows_come_back_in_order_unchanged_and_a_burst_is_found(tmp_path: Path) -> None:
    given = as_csv(hourly(24 * 28, burst=24 * 20 + 3))
    out, code, err = run(given, tmp_path)
    assert (code, err) == (0, "")
    lines = out.decode().splitlines()
    assert lines[0] == "timestamp,value,score,alert"
    assert [line.rsplit(",", 2)[0] for line in lines] == given.decode().splitlines()
    rows = list(csv.DictReader(io.StringIO(out.decode())))
    assert all(0 <= float(row["score"]) <= 1 for row in rows)
    alerts = [number for number, row in enumerate(rows) if row["alert"] == "1"]
    assert alerts
    assert set(alerts) <= {24 * 20 + 3, 24 * 20 + 4, 24 * 20 + 5}


def test_any_prefix_gets_the_same_answers(tmp_path: Path) -> None:
    rows = hourly(400, burst=300)
    whole, _, _ = run(as_csv(rows), tmp_path)
    for part in (1, 150, 301, 320):
        answers, _, _ = run(as_csv(rows[:part]), tmp_path)
        assert whole.startswith(answers)


def test_other_columns_delimiters_and_line_ends_stay(tmp_path: Path) -> None:
    text = b'name;value;timestamp\r\n"a, b";3;2026-01-01T00:00Z\r\nc\xff;4;2026-01-01T01:00Z'
    out, code, _ = run(text, tmp_path)
    assert code == 0
    assert out == (
        b"name;value;timestamp;score;alert\r\n"
        b'"a, b";3;2026-01-01T00:00Z;0.000000;0\r\n'
        b"c\xff;4;2026-01-01T01:00Z;0.000000;0\n"
    )


def test_quoted_newlines_blank_values_and_no_header(tmp_path: Path) -> None:
    out, code, _ = run(b'1760000000,5,"x\ny"\n\n1760003600,,z\n1760007200,nan,z\n', tmp_path)
    assert code == 0
    assert out.startswith(b'1760000000,5,"x\ny",0.000000,0\n1760003600,,z,0.000000,0\n')
    assert len(out.splitlines()) == 4


def test_rows_that_cannot_be_read_are_answered_and_counted(tmp_path: Path) -> None:
    out, code, err = run(b"timestamp,value\n2026-01-01,3\nyesterday,4\n2026-01-02\n", tmp_path)
    assert code == 1
    assert "2 row(s) could not be read, the first in line 3" in err
    assert len(out.splitlines()) == 4
    _, code, err = run(b"value\n3\n", tmp_path)
    assert code == 2
    assert "two columns" in err


@given(
    values=st.lists(
        st.one_of(st.integers(-5, 50), st.floats(allow_nan=True, allow_infinity=True)),
        min_size=1,
        max_size=60,
    ),
    step=st.sampled_from([60, 3600, 86_400, -1800]),
)
@settings(max_examples=30, deadline=None)
def test_no_series_is_too_strange(values: list[float], step: int) -> None:
    from sentiment.detection import Detector

    detector = Detector()
    for number, value in enumerate(values):
        verdict = detector.see(START + timedelta(seconds=step * number), value)
        assert 0 <= verdict.score <= 1


@pytest.mark.parametrize("step", ["day", "measure"])
def test_daily_counts_and_measures(step: str) -> None:
    from sentiment.detection import Detector

    chance = random.Random(3)
    detector = Detector()
    alerts = []
    for day in range(120):
        at = START + timedelta(days=day)
        if step == "day":
            value = float(round(chance.gauss(100 if at.weekday() < 5 else 30, 8)))
            value *= 4 if day == 100 else 1
        else:
            value = 4.2 + chance.gauss(0, 0.1) - (1.5 if day == 100 else 0)
        if detector.see(at, value).alert:
            alerts.append(day)
    assert 100 in alerts
    assert len(alerts) <= 4


@pytest.mark.data
def test_a_series_of_posts(tmp_path: Path) -> None:
    given = b"".join(shared("nab/Twitter_volume_IBM.csv").read_bytes().splitlines(True)[:1000])
    out, code, _ = run(given, tmp_path)
    assert code == 0
    assert len(out.splitlines()) == 1000
