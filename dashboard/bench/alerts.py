"""Alerts on real and made series: incidents found against false alarms put up with.

The series of posts (``../shared/data/nab``, no part of the project) carry labelled windows.
Tuned was on those whose name's SHA-256 starts with 0-7 and on made ones; the rest was only
counted. The first week of each series is past, not counted; alarms within 12 h are one.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dashboard.bench import datasets
from dashboard.bench.made_weeks import made
from dashboard.bench.replayed import replayed
from dashboard.bench.table import Figure, Goal, Section
from sentiment import detection

MERGE = timedelta(hours=12)
WARM = timedelta(days=7)
WEEK = timedelta(days=7)
BUDGETS = (0.1, 0.2, 0.4, 0.6, 1.0, 2.0)

Rows = list[tuple[datetime, float]]
Alarms = list[datetime]
Rule = Callable[[Rows], Alarms]


class Labelled(NamedTuple):
    """One series with the windows in which something happened."""

    name: str
    rows: Rows
    windows: tuple[tuple[datetime, datetime], ...]

    @property
    def tuned_on(self) -> bool:
        """Whether it was looked at while the detector was made."""
        return hashlib.sha256(self.name.encode()).hexdigest()[0] in "01234567"


class Count(NamedTuple):
    """Windows hit of all, false alarms, and series-weeks."""

    hit: int = 0
    windows: int = 0
    false: int = 0
    weeks: float = 0.0

    def plus(self, other: Count) -> Count:
        """Return the sum."""
        return Count(
            self.hit + other.hit,
            self.windows + other.windows,
            self.false + other.false,
            self.weeks + other.weeks,
        )


def section(place: Path = datasets.PLACE) -> Section:
    """Measure; labelled series are left out where they are not there."""
    figures = list(made())
    if (place / "nab" / "windows.json").exists():
        figures = [*_labelled(labelled(place / "nab")), *figures]
    if (place / "airline" / "tweets.csv").exists():
        figures += replayed(place / "airline" / "tweets.csv")
    return Section(
        "alerts",
        "Labelled windows hit and false alarms a series-week, alarms within 12 h merged, the first"
        " week of each series not counted; made weeks of hourly counts with daily and weekly"
        " season and over-dispersion.",
        tuple(figures),
        _CODE,
    )


def labelled(folder: Path) -> list[Labelled]:
    """Return the series of a folder as the benchmark's authors lay them out."""
    windows = json.loads((folder / "windows.json").read_text())
    found = []
    for key, spans in sorted(windows.items()):
        path = folder / Path(key).name
        with path.open(newline="") as file:
            rows = [
                (datetime.fromisoformat(row["timestamp"]), float(row["value"]))
                for row in csv.DictReader(file)
            ]
        pairs = tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in spans)
        found.append(Labelled(path.stem, rows, pairs))
    return found


def count(series: Labelled, alarms: Alarms) -> Count:
    """Count windows hit and merged alarms that touch none."""
    start, end = series.rows[0][0] + WARM, series.rows[-1][0]
    heard = [at for at in alarms if at >= start]
    wanted = [window for window in series.windows if window[0] >= start]
    hit = sum(any(a <= at <= b for at in heard) for a, b in wanted)
    false = sum(
        not any(a <= at <= b for at in group for a, b in series.windows) for group in _merged(heard)
    )
    return Count(hit, len(wanted), false, (end - start) / WEEK)


def _merged(alarms: Alarms) -> Iterator[Alarms]:
    group: Alarms = []
    for at in alarms:
        if group and at - group[-1] > MERGE:
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def ours(budget: float) -> Rule:
    """Return ``earshot detect`` with a budget as a rule."""

    def rule(rows: Rows) -> Alarms:
        detector = detection.Detector(budget)
        return [at for at, value in rows if detector.see(at, value).alert]

    return rule


def hourly(rows: Rows) -> list[tuple[datetime, float]]:
    """Return sums of whole hours, each at its end."""
    sums: dict[datetime, float] = {}
    for at, value in rows:
        hour = at.replace(minute=0, second=0, microsecond=0)
        sums[hour] = sums.get(hour, 0.0) + value
    return [(hour + timedelta(hours=1), sums[hour]) for hour in sorted(sums)]


def deviations(k: float, weeks: float = 2.0) -> Rule:
    """Return the baseline: an hour above the mean plus k standard deviations of the past."""
    past = int(weeks * 168)

    def rule(rows: Rows) -> Alarms:
        hours = hourly(rows)
        values = np.array([value for _, value in hours])
        found = []
        for number, (at, value) in enumerate(hours):
            before = values[max(0, number - past) : number]
            if len(before) >= 72 and value > before.mean() + k * before.std():
                found.append(at)
        return found

    return rule


def moving_average(times: float) -> Rule:
    """Return the rule of an hour above so many times the mean of the day before."""

    def rule(rows: Rows) -> Alarms:
        hours = hourly(rows)
        values = np.array([value for _, value in hours])
        return [
            at
            for number, (at, value) in enumerate(hours)
            if number >= 24 and value > times * max(values[number - 24 : number].mean(), 1.0)
        ]

    return rule


def fixed(times: float) -> Rule:
    """Return a threshold set once: so many times the highest hour of the first week."""

    def rule(rows: Rows) -> Alarms:
        hours = hourly(rows)
        bound = times * max(value for _, value in hours[:168])
        return [at for at, value in hours[168:] if value > bound]

    return rule


def _labelled(found: Sequence[Labelled]) -> Iterator[Figure]:
    base = _of(found, deviations(4))
    yield _hits("labelled windows hit", _of(found, ours(detection.BUDGET)), base.hit)
    yield _false("false alarms a series-week", _of(found, ours(detection.BUDGET)), base)
    for tuned, name in ((True, "half tuned on"), (False, "half only counted")):
        half = [each for each in found if each.tuned_on is tuned]
        yield from _pair(name, _of(half, ours(detection.BUDGET)), _of(half, deviations(4)))
    for budget in BUDGETS:
        yield from _pair(f"budget {budget:g} a week", _of(found, ours(budget)), None)
    for name, rule in (
        ("mean + 3 sd", deviations(3)),
        ("mean + 4 sd", deviations(4)),
        ("mean + 5 sd", deviations(5)),
        ("mean + 6 sd", deviations(6)),
        ("fixed threshold", fixed(1.5)),
        ("moving average, 3 times", moving_average(3)),
        ("moving average, 5 times", moving_average(5)),
    ):
        yield from _pair(name, _of(found, rule), None)


def _of(found: Sequence[Labelled], rule: Rule) -> Count:
    total = Count()
    for each in found:
        total = total.plus(count(each, rule(each.rows)))
    return total


def _pair(name: str, mine: Count, base: Count | None) -> Iterator[Figure]:
    yield Figure(
        f"{name}, windows hit",
        mine.hit,
        "",
        baseline=None if base is None else float(base.hit),
        against="" if base is None else _AGAINST,
        note=f"of {mine.windows}",
    )
    yield Figure(
        f"{name}, false alarms a series-week",
        mine.false / mine.weeks,
        "",
        baseline=None if base is None else base.false / base.weeks,
        against="" if base is None else _AGAINST,
        note=f"{mine.false} in {mine.weeks:.0f} weeks",
    )


def _hits(name: str, mine: Count, base: int) -> Figure:
    goal = Goal((base + 1) / base, least=True)
    note = f"of {mine.windows}"
    return Figure(name, mine.hit, "", float(base), _AGAINST, goal, note)


def _false(name: str, mine: Count, base: Count) -> Figure:
    note = f"{mine.false} in {mine.weeks:.0f} weeks, baseline {base.false}"
    rate = base.false / base.weeks
    return Figure(name, mine.false / mine.weeks, "", rate, _AGAINST, Goal(0.999), note)


_AGAINST = "an hour above the mean + 4 standard deviations of the two weeks before"
_CODE = """before = values[max(0, number - 336) : number]
if len(before) >= 72 and value > before.mean() + 4 * before.std():
    alarms.append(end_of_hour)
"""
