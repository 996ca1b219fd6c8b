"""Workspaces that the benchmark measures on: an empty one, and a big one that is kept.

The big one is written by the store's own code, day by day as it would have grown, and
reused by later runs. Only its scores are drawn instead of computed: what a model says
changes no query's cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

from dashboard.bench.corpus import BRANDS, DAYS, NOW, SOURCES, Corpus
from sentiment import taxonomy
from storage import alerts, mentions, polls, rules, scores, sources, workspace
from storage.alerts import Opened, Sign
from storage.database import Database
from storage.models import Analysis, Batch, Brand, Label, Observation, Opinion
from storage.people import EARSHOT
from storage.recast import ANALYSE, RULES
from storage.rule_matching import CaseRule
from storage.times import millis

T = TypeVar("T")

AT_ONCE = 5_000
"""Mentions per transaction: what an import of a file stores at once."""
TOPICS = taxonomy.default_topics()[:20]
MODEL = "bench"
POLLS_A_DAY = 96
LANGS = ("en", "de", "fr", "es")
_LANG_SHARES = (85, 8, 4, 3)
_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)
_TOPIC_WEIGHTS = tuple(1 / (rank + 2) for rank in range(len(TOPICS)))
_RULE = CaseRule("unhappy", max_rating=2.0)


def batched(many: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield tuples of ``size``, the last one shorter."""
    rest = iter(many)
    while group := tuple(islice(rest, size)):
        yield group


def empty(path: Path) -> Database:
    """Return a new workspace with sources, brands and topics, and nothing said yet."""
    db = Database(path, writer=1)
    with db.write() as conn:
        for source in SOURCES:
            sources.save(conn, source, NOW - timedelta(days=DAYS))
        workspace.save_brands(conn, [Brand(name, own=name != "Corvo") for name in BRANDS], "file")
        workspace.save_topics(conn, TOPICS)
        rules.save(conn, _RULE)
    return db


def store(db: Database, source: int, seen: Sequence[Observation], now: datetime = NOW) -> None:
    """Store observations of one source in one transaction, under a poll of their own."""
    poll = polls.begin(db, SOURCES[source].id, now, "bench")
    recent = now > NOW - timedelta(days=14)
    pending = ANALYSE | RULES if recent else ANALYSE
    mentions.store_batch(db, SOURCES[source], poll, Batch(tuple(seen)), now, pending=pending)
    polls.end(db, poll, now)


def store_all(db: Database, seen: Iterable[Observation], now: datetime = NOW) -> None:
    """Store observations of all sources, each under a poll of its own source."""
    by_source: dict[str, list[Observation]] = {}
    for each in seen:
        by_source.setdefault(each.place, []).append(each)
    for number, source in enumerate(SOURCES):
        if source.id in by_source:
            store(db, number, by_source[source.id], now)


def big(folder: Path, size: int, say: Callable[[str], object]) -> Path:
    """Return the path of a workspace with ``size`` mentions, making it on first use."""
    path = folder / f"bench-{size}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"bench-{size}.partial.db"
        for leftover in folder.glob(f"{partial.name}*"):
            leftover.unlink()
        say(f"making a workspace of {size:,} mentions in {folder} (kept for later runs) ...")
        _fill(partial, size, say)
        partial.with_name(f"{partial.name}.key").rename(path.with_name(f"{path.name}.key"))
        partial.rename(path)
    # One that an older version made is brought to the present schema.
    Database(path).close()
    return path


def _fill(path: Path, size: int, say: Callable[[str], object]) -> None:
    db = empty(path)
    draw = Random(size)
    done = 0
    for group in batched(Corpus().observations(size, 130), AT_ONCE):
        seen_at = group[-1].published_at or NOW
        with db.write() as conn:
            store_all(db, group, seen_at)
            waiting = scores.pending(conn, AT_ONCE)
            scores.save(db, MODEL, [(each, analysis(draw)) for each in waiting], seen_at)
        done += len(group)
        if done % (20 * AT_ONCE) == 0:
            say(f"  {done:,}")
    rules.open_cases(db, None, NOW)
    with db.write() as conn:
        _poll_history(db, min(POLLS_A_DAY, 1 + size // 10_000))
        alerts.apply(conn, [Opened(_sign(i)) for i in range(200)], EARSHOT, NOW)
    db.checkpoint()
    db.close()


def analysis(draw: Random) -> Analysis:
    """Return what a model might say: labels, languages and topics in realistic shares."""
    label = draw.choices(_LABELS, (30, 25, 45))[0]
    score = {Label.NEGATIVE: -0.5, Label.NEUTRAL: 0.0, Label.POSITIVE: 0.6}[label]
    count = draw.choices((0, 1, 2, 3), (35, 35, 20, 10))[0]
    topics = dict.fromkeys(each.key for each in draw.choices(TOPICS, _TOPIC_WEIGHTS, k=count))
    return Analysis(
        label,
        score,
        0.8,
        score,
        draw.choices(LANGS, _LANG_SHARES)[0],
        unsure=draw.random() < 0.1,
        topics=tuple(topics),
        opinions=tuple(Opinion(key, "app", 0, 3, label, score) for key in topics),
    )


def _sign(number: int) -> Sign:
    return Sign("volume", f"source={number}", "Twice as many mentions as on other days", {"n": 9})


def _poll_history(db: Database, a_day: int) -> None:
    """Write two years of polls, every quarter of an hour in a big one; one in 500 fails."""
    step = 86_400_000 // a_day
    start = millis(NOW - timedelta(days=DAYS))
    with db.write() as conn:
        for (source_id,) in conn.execute("SELECT id FROM sources WHERE id > 0").fetchall():
            conn.executemany(
                "INSERT INTO polls (source_id, started_at, ended_at, new, error, actor)"
                " VALUES (?, ?, ?, 1, ?, 'earshot')",
                (
                    (source_id, start + i * step, start + i * step + 900, _error(i + source_id))
                    for i in range(DAYS * a_day)
                ),
            )


def _error(number: int) -> str | None:
    return "the server answered 503" if number % 500 == 0 else None
