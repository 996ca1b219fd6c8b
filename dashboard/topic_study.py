"""Looks through recent texts for topics that nobody named, and for what is said more than before.

Puts storage and discovery together. Reading tens of thousands of texts takes seconds and
some hundred megabytes: ``study`` runs it in a process of its own and stores what came of it.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from dashboard.learning_process import end_with_parent
from storage import topic_studies
from storage.errors import EarshotError
from storage.models import Json
from storage.times import day_number
from storage.topic_studies import TextRow

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from sentiment.discovery import Corpus, Proposal, Said
    from sentiment.emergence import Emerging

TEXTS = 30_000
"""Texts that proposals come from, at most: the newest, of a year."""
RECENT = 60_000
"""Texts of the last WEEKS, at most; of more a sample is read."""
DAYS = 365
SETTLED = timedelta(minutes=10)
"""A workspace that is younger is being filled."""
WEEKS = 9
"""The last week and the eight before it."""


class Found(NamedTuple):
    """What one look came to."""

    read: int
    uncovered: int
    proposals: list[Proposal]
    report: dict[str, Json]


def study(made: Workspace, *, seed: int = 0) -> int:
    """Look in another process, keep what was found; return the study's id."""
    started = made.now()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, end_with_parent) as pool:
        try:
            found = pool.submit(_look, made.db.path, made.config_path, started, seed).result()
        except BrokenProcessPool as error:
            raise EarshotError(
                "the look at topics ended without a result; was the machine out of memory?"
            ) from error
    return keep(made, found, started, seed)


def worth_it(made: Workspace, every: timedelta) -> bool:
    """Say whether the last look is old enough, and there is a past to look at."""
    conn, now = made.db.reader(), made.now()
    before = topic_studies.last(conn)
    if before is not None and now - before.started_at < every:
        return False
    first = topic_studies.first_seen(conn)
    return first is not None and now - first > SETTLED


def keep(made: Workspace, found: Found, started: datetime, seed: int) -> int:
    """Store what a look came to."""
    with made.db.write() as conn:
        return topic_studies.save(
            conn,
            started,
            made.now(),
            seed=seed,
            read=found.read,
            uncovered=found.uncovered,
            report=found.report,
            proposals=found.proposals,
        )


def look(made: Workspace, now: datetime, seed: int = 0) -> Found:
    """Read recent texts and return what they say beside the taxonomy, and more than before."""
    from sentiment import discovery

    today = day_number(now.astimezone(ZoneInfo(made.timezone)).date())
    rows = _texts(made, today, seed)
    names = {each.key: each.name for each in made.topics()}
    corpora = discovery.read(
        (discovery.Said(row.id, row.day, row.author, row.lang, row.text) for row in rows),
        made.topics(),
        made.brands(),
    )
    proposed = [each for lang in sorted(corpora) for each in discovery.proposals(corpora[lang])]
    uncovered = sum(not row.topics for row in rows)
    report: dict[str, Json] = {"emerging": [*_emerging(made, rows, corpora, today, names)]}
    return Found(len(rows), uncovered, proposed, report)


def _look(db_path: Path, config_path: Path, now: datetime, seed: int) -> Found:
    """Open the workspace in this process and look."""
    from dashboard import wiring

    made = wiring.open_workspace(db_path, config_path, create=False)
    try:
        return look(made, now, seed)
    finally:
        made.close()


def _texts(made: Workspace, today: int, seed: int) -> list[TextRow]:
    """Return the texts to be read: of the last weeks all or a sample, of the year the newest."""
    conn = made.db.reader()
    recent = today - 7 * WEEKS
    rows = [row for row in topic_studies.texts(conn, 10 * RECENT, recent) if row.day < today]
    if len(rows) > RECENT:
        rows = Random(seed).sample(rows, RECENT)
        rows.sort(key=lambda row: (-row.day, -row.id))
    if len(rows) < TEXTS:
        known = {row.id for row in rows}
        older = topic_studies.texts(conn, TEXTS, today - DAYS)
        rows += [row for row in older if row.id not in known and row.day < recent]
    return rows


def _emerging(
    made: Workspace,
    rows: Sequence[TextRow],
    corpora: Mapping[str, Corpus],
    today: int,
    names: Mapping[str, str],
) -> list[Json]:
    """Return topics and phrases that emerge, each with its figures."""
    from sentiment import discovery, emergence

    weeks = {
        row.id: WEEKS - 1 - (today - 1 - row.day) // 7
        for row in rows
        if row.day >= today - 7 * WEEKS
    }
    said = Counter(weeks.values())
    totals = [said[week] for week in range(WEEKS)]
    counted: defaultdict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    ids: dict[int, str] = dict(made.db.reader().execute("SELECT id, key FROM topics"))
    for row in rows:
        if row.id in weeks:
            for topic in json.loads(f"[{row.topics}]"):
                counted["topic", "", ids[topic]][weeks[row.id]] += 1
    for lang, corpus in corpora.items():
        for text, terms in zip(corpus.texts, corpus.terms, strict=True):
            if text.id in weeks:
                for term in terms:
                    if corpus.nounlike(term):
                        counted["phrase", lang, " ".join(term)][weeks[text.id]] += 1
    series = [
        emergence.Series(json.dumps(key), tuple(weekly[week] for week in range(WEEKS)))
        for key, weekly in sorted(counted.items())
    ]
    found: list[Json] = []
    for each in emergence.emerging(series, totals):
        what, lang, key = json.loads(each.key)
        if what == "phrase":
            holders = _last_week(corpora[lang], tuple(key.split()), weeks)
            # What fewer people say stays theirs: terms are kept when the words are erased.
            if discovery.people(holders) < discovery.FEWEST_AUTHORS:
                continue
            name = discovery.label(corpora[lang], tuple(key.split()))
        else:
            name = names.get(key, key)
        found.append(_row(each, what, lang, key, name))
    return found


def _last_week(corpus: Corpus, term: tuple[str, ...], weeks: Mapping[int, int]) -> list[Said]:
    return [
        text
        for text, terms in zip(corpus.texts, corpus.terms, strict=True)
        if term in terms and weeks.get(text.id) == WEEKS - 1
    ]


def _row(each: Emerging, what: str, lang: str, key: str, name: str) -> dict[str, Json]:
    def finite(value: float) -> float | None:
        return None if value == float("inf") else round(value, 3)

    return {
        "what": what,
        "lang": lang,
        "key": key,
        "name": name,
        "now": each.now,
        "before": each.before,
        "weeks": each.weeks,
        "ratio": finite(each.ratio),
        "low": finite(each.low),
        "high": finite(each.high),
        "p": each.p,
    }
