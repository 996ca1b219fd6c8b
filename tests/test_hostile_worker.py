"""The worker's own process among hostile sources: it stays up and the good one delivers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import open_reader
from tests.command_line import earshot
from tests.hostile import GOOD, entry, json_feed, rss
from tests.http_server import Answer, LoopbackServer, Seen, serving

ROOT = Path(__file__).resolve().parents[1]
DEADLINE = 90.0
SOURCE = '[[source]]\nid = "{id}"\nkind = "feeds"\nevery = "1s"\nurl = "{url}"\n'


def endless(seen: Seen) -> Answer:
    def forever() -> Iterator[bytes]:
        while True:
            yield b"<item><title>and on</title></item>" * 500

    return Answer(forever())


HOSTILE = {
    "endless": endless,
    "deep": lambda seen: Answer(b"[" * 1_000_000),
    "wide": lambda seen: Answer(
        rss("<b " + " ".join(f"a{n}=''" for n in range(5_000)) + "/>").encode()
    ),
    "nothing": lambda seen: Answer(b""),
    "loop": lambda seen: Answer(b"", 302, {"location": seen.path}),
    "surrogates": lambda seen: Answer(b'{"items": [{"title": "\\ud800"}]}'),
    "liar": lambda seen: Answer(b"", 429, {"retry-after": "99999999999"}),
}


@pytest.fixture
def folder(tmp_path: Path, server: LoopbackServer) -> Path:
    config = "network.allow_private = true\n"
    server.put("/good", json_feed(entry("1"), entry("2")), content_type="application/json")
    for name, answer in HOSTILE.items():
        server.route(f"/{name}", answer)
    for name in ("good", *HOSTILE):
        config += SOURCE.format(id=name, url=f"{server.url}/{name}")
    config += '[[source]]\nid = "nowhere"\nkind = "files"\nevery = "1s"\npath = "/dev/null/x"\n'
    (tmp_path / "earshot.toml").write_text(config)
    return tmp_path


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serving() as running:
        yield running


def polled(path: Path) -> dict[str, str]:
    """Sources whose first poll has ended, with what was said of it."""
    conn = open_reader(path)
    try:
        return dict(
            conn.execute(
                "SELECT s.key, max(coalesce(p.error, '')) FROM polls p JOIN sources s"
                " ON s.id = p.source_id WHERE p.ended_at IS NOT NULL GROUP BY 1"
            )
        )
    finally:
        conn.close()


def test_the_worker_stays_up_and_the_good_source_delivers(folder: Path) -> None:
    path = folder / "earshot.db"
    places = ("--db", str(path), "--config", str(folder / "earshot.toml"))
    assert earshot("sources", "list", *places).code == 0  # makes the file
    worker = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "worker", *places],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        waited = 0.0
        wanted = {"good", "nowhere", *HOSTILE}
        while polled(path).keys() != wanted:
            with pytest.raises(subprocess.TimeoutExpired):  # else the worker has ended
                worker.wait(0.1)
            waited += 0.1
            assert waited < DEADLINE, polled(path)
        said = polled(path)
        worker.terminate()
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait(30)
    assert {name for name, error in said.items() if not error} == {"good", "surrogates"}
    assert not [error for error in said.values() if "unexpected" in error]
    lines = earshot("export", "mentions", "--format", "jsonl", "--source", "good", *places).lines
    assert [line["title"] for line in lines] == [GOOD, GOOD]
    assert earshot("verify", *places).code == 0
