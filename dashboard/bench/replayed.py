"""Posts to airlines replayed hour by hour: when an alarm would have opened, and what it saw.

Five days only: far less than the worker asks for before it says anything (two weeks), so
that each airline's hours go through ``earshot detect``, which begins after a day.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.bench.table import Figure
from sentiment import detection

MERGE = timedelta(hours=12)


def replayed(path: Path) -> Iterator[Figure]:
    """Return for each airline how many alarms open, with when and how much in the note."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    at = [datetime.fromisoformat(row["tweet_created"]).astimezone(UTC) for row in rows]
    first, last = _hour(min(at)), _hour(max(at))
    for airline in sorted({row["airline"] for row in rows}):
        mine = [
            (_hour(when), row)
            for when, row in zip(at, rows, strict=True)
            if row["airline"] == airline
        ]
        volume = Counter(hour for hour, _ in mine)
        negative = Counter(h for h, row in mine if row["airline_sentiment"] == "negative")
        for name, counts in (("posts", volume), ("negative posts", negative)):
            said = list(_opened(counts, first, last))
            yield Figure(f"replay, {airline}, {name}", len(said), "", note="; ".join(said))


def _opened(counts: Counter[datetime], first: datetime, last: datetime) -> Iterator[str]:
    detector = detection.Detector()
    told: datetime | None = None
    hour = first
    while hour <= last:
        seen = detector.see(hour, float(counts[hour]))
        if seen.alert and (told is None or hour - told > MERGE):
            yield (
                f"{hour + timedelta(hours=1):%a %d %b %H:%M} UTC {seen.observed:.0f} in an hour, "
                f"expected {seen.expected:.0f}"
            )
        told = hour if seen.alert else told
        hour += timedelta(hours=1)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
