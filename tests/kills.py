"""A worker that is killed at random moments while three kinds of source deliver.

Everything is real: the worker's own process, SIGKILL, HTTP on loopback, an unmodified
praw, a watched folder, the database file.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from tests.fake_reddit import SECRETS, FakeReddit
from tests.http_server import Answer, LoopbackServer, Seen

ROOT = Path(__file__).resolve().parents[1]
WORDS = ("slow", "kind", "broken", "lovely", "late", "terrible", "great", "still waiting")


class World:
    """What the sources hold: it grows with each delivery, so that kills meet it half told."""

    def __init__(self, folder: Path, feed: LoopbackServer, reddit: FakeReddit, seed: int) -> None:
        self.folder = folder
        self.drops = folder / "drops"
        self.drops.mkdir()
        self.reddit = reddit
        self.random = random.Random(seed)
        self.now = datetime.now(UTC)
        self.entries: list[dict[str, object]] = []
        self.rows = 0
        url = feed.route("/feed.json", self._feed)
        (folder / "earshot.toml").write_text(_CONFIG.format(url=url, reddit=reddit.url))

    def deliver(self) -> None:
        """Add some entries, posts with comments, and a file of reviews."""
        for _ in range(40):
            number = len(self.entries)
            when = self.now - timedelta(minutes=number)
            self.entries.append(
                {
                    "id": f"entry-{number}",
                    "title": f"Entry {number}",
                    "content_text": f"The service was {self.random.choice(WORDS)} ({number}).",
                    "date_published": when.isoformat(),
                }
            )
        for number in range(3):
            post = self.reddit.add_post("acme", f"A post {number}", self.random.choice(WORDS))
            reply = self.reddit.add_comment(post, f"This is {self.random.choice(WORDS)}")
            self.reddit.add_comment(reply, f"No, {self.random.choice(WORDS)}")
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(["id", "text", "rating", "date"])
        for _ in range(150):
            when = self.now - timedelta(minutes=self.rows)
            stars = self.random.randint(1, 5)
            table.writerow([f"row-{self.rows}", f"Was {stars} of 5", stars, when.isoformat()])
            self.rows += 1
        file = self.drops / f"export-{self.rows}.csv.part"
        file.write_text(text.getvalue())
        file.rename(file.with_suffix(""))

    def expected(self) -> dict[str, int]:
        """How many mentions each source must have brought in the end."""
        return {
            "feed": len(self.entries),
            "reddit": len(self.reddit.things),
            "drops": self.rows,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "dashboard", *words],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )

    def worker(self, out: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start the worker's process; what it says goes to ``out``."""
        return subprocess.Popen(
            [sys.executable, "-m", "dashboard", "worker"],
            cwd=self.folder,
            env=self._environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
        )

    def kill_after(self, seconds: float) -> bool:
        """Start the worker and kill it; return whether it was still alive by then."""
        process = self.worker()
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
            return True
        return False

    def _feed(self, seen: Seen) -> Answer:
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Entries",
            "items": list(reversed(self.entries)),
        }
        return Answer(json.dumps(document).encode(), headers={"content-type": "application/json"})

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT), "EARSHOT_DB": "earshot.db"}


_CONFIG = """
network.allow_private = true
[[brand]]
name = "Acme"
[[source]]
id = "feed"
kind = "feeds"
every = "1s"
brand = "Acme"
url = "{url}"
mention_kind = "review"
[[source]]
id = "reddit"
kind = "reddit"
every = "1s"
brand = "Acme"
url = "{reddit}"
subreddits = ["acme"]
[[source]]
id = "drops"
kind = "files"
every = "1s"
brand = "Acme"
path = "drops"
"""
