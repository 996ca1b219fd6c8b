"""A small company with every kind of feedback, for tests of exports, reports and privacy.

Thirteen weeks before ``NOW``; written by the store itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import mentions, polls, scores, sources, workspace
from storage.database import Database
from storage.models import (
    Analysis,
    Batch,
    Brand,
    Flag,
    Intent,
    Kind,
    Label,
    Observation,
    Opinion,
    Precision,
    Purpose,
    Source,
    Topic,
    Urgency,
)
from storage.recast import ANALYSE, RULES

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
"""A Wednesday of ISO week 47; the last complete week is 46, of 9 to 15 November."""

PLAY = Source("play", "feeds", brand="Acme", product="App")
SURVEY = Source("nps", "files", brand="Acme")
REDDIT = Source("reddit", "reddit", brand="Rival")
TOPICS = (Topic("delivery", "Delivery", ("late", "courier")), Topic("price", "Price", ("price",)))


def open_company(folder: Path, *, timezone: str = "Europe/Berlin") -> Database:
    """Return a new workspace with brands, topics and sources, and nothing said yet."""
    db = Database(folder / "earshot.db", writer=1)
    with db.write() as conn:
        workspace.set_timezone(conn, timezone)
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "file")
        workspace.save_topics(conn, TOPICS)
        for source in (PLAY, SURVEY, REDDIT):
            sources.save(conn, source, NOW - timedelta(days=100))
    return db


def company(folder: Path, *, weeks: int = 3, timezone: str = "Europe/Berlin") -> Database:
    """Return a workspace in which every week brought a few of each kind."""
    db = open_company(folder, timezone=timezone)
    for week in range(weeks, 0, -1):
        monday = NOW - timedelta(days=2 + 7 * week)
        store(db, PLAY, [play_review(10 * week + n, monday + timedelta(days=n)) for n in range(6)])
        store(db, SURVEY, [answer(10 * week + n, monday + timedelta(days=n)) for n in range(5)])
        store(db, REDDIT, [post(10 * week + n, monday + timedelta(days=n)) for n in range(3)])
    return db


def play_review(number: int, when: datetime, *, text: str | None = None) -> Observation:
    """Return a review: one to five stars in turn, with an author and a reply to every fourth."""
    stars = number % 5 + 1
    said = "The courier was late and rude, bad" if stars < 3 else "Fair price, works every day"
    return Observation(
        place="play:com.acme",
        native_id=f"gp-{number}",
        kind=Kind.REVIEW,
        title=f"Title {number}",
        text=said if text is None else text,
        author=f"Reviewer {number}",
        url=f"https://play.example/{number}",
        published_at=when,
        rating=float(stars),
        reply_text="We are sorry" if number % 4 == 0 else "",
        extra={"version": "2.1"},
    )


def answer(number: int, when: datetime) -> Observation:
    """Return a survey answer with all three marks, known to the day."""
    return Observation(
        place="nps-survey",
        native_id=f"s-{number}",
        kind=Kind.SURVEY,
        text="" if number % 2 else "bad service on the phone",
        published_at=when.replace(hour=0, minute=0, second=0),
        precision=Precision.DAY,
        nps=(number * 3) % 11,
        csat=number % 5 + 1,
        ces=number % 7 + 1,
    )


def post(number: int, when: datetime) -> Observation:
    """Return a German post about the rival."""
    return Observation(
        place="reddit",
        native_id=f"t3_{number}",
        kind=Kind.SOCIAL,
        title="Frage",
        text=f"Ist Rival schlecht? bad {number}",
        author=f"user{number}",
        published_at=when,
        lang="de",
    )


def store(
    db: Database,
    source: Source,
    observations: Iterable[Observation],
    *,
    gone: Iterable[tuple[str, str]] = (),
    now: datetime | None = None,
    score: bool = True,
) -> None:
    """Store what a source showed and score it: negative where the text says "bad"."""
    seen = tuple(observations)
    dates = [each.published_at for each in seen if each.published_at]
    at = now or (max(dates) + timedelta(hours=1) if dates else NOW)
    poll = polls.begin(db, source.id, at, "test")
    batch = Batch(seen, gone=tuple(gone))
    mentions.store_batch(db, source, poll, batch, at, pending=ANALYSE | RULES)
    polls.end(db, poll, at)
    if score:
        analyse(db, at)


def analyse(db: Database, at: datetime = NOW) -> None:
    """Score everything that waits."""
    waiting = scores.pending(db.reader(), 100_000)
    scores.save(db, "test-1", [(each, analysis(each.passage.text)) for each in waiting], at)


def analysis(text: str) -> Analysis:
    """Return what the test's model says: a word list of two."""
    label, score = (Label.NEGATIVE, -0.84) if "bad" in text else (Label.POSITIVE, 0.6)
    found = [
        Opinion(topic.key, term, text.index(term), text.index(term) + len(term), label, score)
        for topic in TOPICS
        for term in topic.terms
        if term in text
    ]
    topics = tuple(dict.fromkeys(each.topic for each in found))
    intent = Intent.COMPLAINT if label is Label.NEGATIVE else Intent.PRAISE
    rude = text.find("rude")
    return Analysis(
        label,
        score,
        0.9,
        score,
        "en",
        topics=topics,
        opinions=tuple(found),
        purpose=Purpose(intent, 0, 3),
        urgency=(Flag(Urgency.LEGAL, rude, rude + 4),) if rude >= 0 else (),
    )
