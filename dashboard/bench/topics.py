"""Look-alikes, discovery and emergence on real reviews with planted ones among them.

Only reviews that nobody looked at are measured; what is planted is our own. Attacks go the
whole way through a workspace; discovery and emergence are measured on the texts alone.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from statistics import mean
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from dashboard import lookalikes, wiring
from dashboard.bench import datasets
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.templates import looked_at
from sentiment import discovery, emergence, taxonomy
from sentiment import lookalikes as comparison
from sentiment.discovery import Said
from storage import bursts
from storage.models import Batch, Kind, Observation, Source

ATTACKS, TRICKLES = 24, 12
YEARS = 3
WEEKS = 9
QUIET_ROUNDS, RISES = 40, 5
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Attacked(NamedTuple):
    """What came of planted attacks: mentions rightly and wrongly suspected, and missed."""

    right: int
    wrong: int
    missed: int
    groups: int
    loose: int


def section(work: Path, place: Path = datasets.PLACE) -> Section:
    """Measure with real reviews, which are left out where they are not there."""
    figures: list[Figure] = []
    if place.is_dir():
        texts = [each.text for each in datasets.starred_reviews(place) if not looked_at(each.text)]
        figures = [*_attacks(work, texts), *_speed(texts), *_discovery(texts), *_emergence(texts)]
    return Section(
        "topics",
        "Planted attacks, topics and rises among hotel reviews that nobody looked at.",
        tuple(figures),
    )


def _planted() -> dict[str, Any]:
    text = (files("dashboard.bench") / "planted.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _attacks(work: Path, texts: Sequence[str]) -> Iterator[Figure]:
    found = attacked(work, texts)
    told, there = found.right + found.wrong, found.right + found.missed
    yield Figure(
        "attacks, precision of suspected mentions",
        found.right / max(told, 1),
        "",
        goal=Goal(0.95, least=True),
        note=f"{ATTACKS} attacks, {TRICKLES} steady phrases, {len(texts)} reviews",
    )
    recall = found.right / max(there, 1)
    yield Figure("attacks, recall of suspected mentions", recall, "", goal=Goal(0.9, least=True))
    yield Figure(
        "false groups among the reviews themselves",
        found.loose,
        "",
        note=f"of {found.groups} groups; those whose texts share less than half of their shingles",
    )


def attacked(work: Path, texts: Sequence[str]) -> Attacked:
    """Plant attacks and steady phrases among reviews, let the worker look, and count."""
    random = Random(7)
    made = wiring.open_workspace(work / "topics.db", work / "topics.toml")
    try:
        planted = [*_copies(random), *_steady(random)]
        seen = [_review(f"r{n}", _moment(random), text, f"g{n}") for n, text in enumerate(texts)]
        made.ingest(Source("hotel", "import"), [Batch((*seen, *planted))], actor="bench")
        made.now = lambda: datetime.now(UTC) + timedelta(minutes=5)
        lookalikes.all_of_it(made)
        return _counted(made)
    finally:
        made.close()


def _counted(made: wiring.Workspace) -> Attacked:
    conn = made.db.reader()
    names: dict[int, str] = dict(conn.execute("SELECT mention_id, native_id FROM identities"))
    suspected = {
        names[each] for burst in bursts.bursts(conn) for each in bursts.members(conn, burst.id)
    }
    attacks = {name for name in names.values() if name.startswith("x")}
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for mention_id, group, text in conn.execute(
        "SELECT l.mention_id, l.group_id, v.text FROM lookalikes l"
        " JOIN versions v ON v.mention_id = l.mention_id AND v.version = 1"
    ):
        if names[mention_id].startswith("r"):
            groups[group].append(text)
    loose = sum(len(each) > 1 and _loose(each) for each in groups.values())
    return Attacked(
        len(suspected & attacks),
        len(suspected - attacks),
        len(attacks - suspected),
        sum(len(each) > 1 for each in groups.values()),
        loose,
    )


def _loose(texts: Sequence[str]) -> bool:
    """Say whether a text of a group has no other with half of its shingles."""
    sets = [_shingles(text) for text in texts]
    return any(
        max(len(a & b) / len(a | b) for b in sets if b is not a) < comparison.ALIKE - 0.1
        for a in sets
    )


def _shingles(text: str) -> frozenset[str]:
    said = comparison.plain(text)
    return frozenset(said[at : at + comparison.SHINGLE] for at in range(len(said) - 4))


def _copies(random: Random) -> Iterator[Observation]:
    templates: list[str] = _planted()["attacks"]
    for number in range(ATTACKS):
        start = _moment(random)
        for copy in range(random.randint(5, 14)):
            text = _misspelt(_filled(random, templates[number % len(templates)]), random)
            at = start + timedelta(hours=random.uniform(0, 40))
            yield _review(f"x{number}-{copy}", at, text, f"new {number} {copy}")


def _steady(random: Random) -> Iterator[Observation]:
    templates: list[str] = _planted()["trickles"]
    for number in range(TRICKLES):
        step = 365 * YEARS / 40
        for copy in range(40):
            at = _NOW - timedelta(days=step * copy + random.uniform(0, step))
            text = _filled(random, templates[number % len(templates)])
            yield _review(f"t{number}-{copy}", at, text, f"guest {number} {copy}")


def _filled(random: Random, template: str) -> str:
    words: dict[str, list[str]] = _planted()["words"]
    return re.sub(r"\{(\w)\}", lambda match: random.choice(words[match[1]]), template)


def _misspelt(text: str, random: Random) -> str:
    """Return a text with a word left out and two letters changed places."""
    words = text.split()
    del words[random.randrange(len(words))]
    at = random.randrange(len(words))
    word = words[at]
    if len(word) > 3:
        words[at] = word[0] + word[2] + word[1] + word[3:]
    return " ".join(words)


def _review(native: str, at: datetime, text: str, author: str) -> Observation:
    return Observation(
        "hotel", native, Kind.REVIEW, text=text, author=author, published_at=at, rating=3.0
    )


def _moment(random: Random) -> datetime:
    return _NOW - timedelta(days=random.uniform(10, 365 * YEARS))


def _speed(texts: Sequence[str]) -> Iterator[Figure]:
    started = perf_counter()
    sketches = comparison.sketch(texts)
    yield Figure("sketching reviews", len(texts) / (perf_counter() - started), "texts/s")
    many = np.concatenate([np.roll(sketches, at, axis=1) for at in range(25)])
    started = perf_counter()
    comparison.pairs(many, np.ones(len(many), bool))
    yield Figure("comparing 50,000 sketches", perf_counter() - started, "s")


def _discovery(texts: Sequence[str]) -> Iterator[Figure]:
    planted: dict[str, list[str]] = _planted()["topics"]
    starter = taxonomy.starter("hospitality")
    random = Random(3)
    mixed = list(texts)
    for sentences in planted.values():
        for at in random.sample(range(len(mixed)), max(25, len(mixed) // 100)):
            mixed[at] = f"{mixed[at]} {random.choice(sentences)}"
    found = _proposed(mixed, starter)
    hits = sum(any(name in terms for terms in found) for name in planted)
    yield Figure(
        "planted topics proposed",
        hits / len(planted),
        "",
        goal=Goal(0.8, least=True),
        note=f"{len(planted)} topics in a hundredth of {len(texts)} reviews each",
    )
    again, asked = _left_out(texts)
    yield Figure(
        "topics left out of the taxonomy and proposed again",
        again / max(asked, 1),
        "",
        note=f"{asked} topics of the hospitality starter that a fiftieth of the texts speaks of",
    )


def _left_out(texts: Sequence[str]) -> tuple[int, int]:
    starter = taxonomy.starter("hospitality")
    corpus = discovery.read(_said(texts), ())["en"]
    again = asked = 0
    for topic in starter:
        words = {term.rstrip("*") for term in topic.terms}
        about = sum(
            any(" ".join(term).startswith(tuple(words)) for term in terms) for terms in corpus.terms
        )
        if not words or about < len(texts) / 50:
            continue
        asked += 1
        found = _proposed(texts, [each for each in starter if each.key != topic.key])
        again += any(term.startswith(tuple(words)) for terms in found for term in terms)
    return again, asked


def _proposed(texts: Sequence[str], topics: Sequence[Any]) -> list[tuple[str, ...]]:
    corpus = discovery.read(_said(texts), topics)["en"]
    return [each.terms for each in discovery.proposals(corpus)]


def _said(texts: Sequence[str]) -> Iterator[Said]:
    return (Said(at, at % 60, f"a{at}", "en", text) for at, text in enumerate(texts))


def _emergence(texts: Sequence[str]) -> Iterator[Figure]:
    """Deal reviews to weeks by chance: nothing rises but what is planted."""
    corpus = discovery.read(_said(texts), ())["en"]
    terms = [sorted(term for term in each if corpus.nounlike(term)) for each in corpus.terms]
    random = Random(5)
    false: list[float] = []
    quiet: list[bool] = []
    right = 0
    for _ in range(QUIET_ROUNDS):
        weeks = [random.randrange(WEEKS) for _ in terms]
        series, said = _series(terms, weeks)
        quiet.append(bool(emergence.emerging(series, said)))
        for at in range(RISES):
            usual = tuple(random.choice((3, 4, 5, 6)) for _ in range(WEEKS - 1))
            series.append(emergence.Series(f"risen {at}", (*usual, 18)))
        found = emergence.emerging(series, said)
        hits = sum(each.key.startswith("risen") for each in found)
        right += hits
        false.append((len(found) - hits) / max(len(found), 1))
    note = f"{QUIET_ROUNDS} times {len(texts)} reviews dealt to {WEEKS} weeks, {len(series)} things"
    limit = emergence.LIMIT
    yield Figure("rises where nothing rose, share of looks", mean(quiet), "", goal=Goal(limit))
    yield Figure("planted rises found", right / (QUIET_ROUNDS * RISES), "", note=note)
    yield Figure("false among what emerges", mean(false), "", goal=Goal(limit))


def _series(
    terms: Sequence[Sequence[tuple[str, ...]]], weeks: Sequence[int]
) -> tuple[list[emergence.Series], list[int]]:
    counts: defaultdict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for each, week in zip(terms, weeks, strict=True):
        for term in each:
            counts[term][week] += 1
    said = Counter(weeks)
    series = [
        emergence.Series(" ".join(term), tuple(weekly[week] for week in range(WEEKS)))
        for term, weekly in sorted(counts.items())
    ]
    return series, [said[week] for week in range(WEEKS)]
