"""A small workspace for tests of pages: every kind, several sources, one hostile text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard import wiring
from dashboard.wiring import Workspace
from storage import polls, sources, workspace
from storage.models import Batch, Brand, Kind, Observation, Source

HOSTILE = (
    "<script>document.title='owned'</script><img src=http://tracker.example/x.png onerror=alert(1)>"
    " ![pixel](http://tracker.example/y.png) [click](javascript:alert(1)) http://phish.example"
    " :green-badge[VERIFIED] $\\frac{1}{2}$ **bold** \u202egnp.exe\x00 {{7*7}} <mark>done</mark>"
)
"""What a page must show as letters, and do nothing else with."""

PRAISE = ("I love the delivery, it was fast and friendly.", "Great app, wonderful support!")
BLAME = ("Delivery was terrible and late, very bad service.", "The app crashes, horrible refund.")


def build(folder: Path, *, now: datetime | None = None, mentions: bool = True) -> Workspace:
    """Make a workspace in a folder; with mentions of the last seventy days unless told."""
    folder.mkdir(parents=True, exist_ok=True)
    space = wiring.open_workspace(folder / "earshot.db", folder / "earshot.toml")
    now = now or datetime.now(UTC)
    with space.db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "database")
        workspace.set_timezone(conn, "Europe/Berlin")
    if mentions:
        _fill(space, now)
    return space


def _fill(space: Workspace, now: datetime) -> None:
    shop = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})
    survey = Source("nps-survey", "feeds", options={"url": "http://127.0.0.1:9/nps.xml"})
    social = Source("social", "feeds", options={"url": "http://127.0.0.1:9/social.xml"})
    take(space, shop, [_review(i, now) for i in range(70)] + [hostile(now)])
    take(space, survey, [_answer(i, now) for i in range(40)])
    take(space, social, [_post(i, now) for i in range(30)])
    failed = polls.begin(space.db, "shop", now - timedelta(days=3, hours=2), "worker")
    polls.end(space.db, failed, now - timedelta(days=3, hours=1), "time-out after 20 s")
    mended = polls.begin(space.db, "shop", now - timedelta(days=3), "worker")
    polls.end(space.db, mended, now - timedelta(days=3))


def take(space: Workspace, source: Source, seen: list[Observation]) -> None:
    """Store observations as if a source had brought them."""
    with space.db.write() as conn:
        sources.ensure(conn, source, space.now())
    space.ingest(source, [Batch(tuple(seen))], actor="worker")


def hostile(now: datetime, number: int = 0) -> Observation:
    """A review that tries everything."""
    return Observation(
        "shop",
        f"evil{number}",
        Kind.REVIEW,
        title="<b>Title</b> ![p](http://tracker.example/t.png)",
        text=HOSTILE,
        author="<i>Eve</i> ![p](http://tracker.example/a.png)",
        url="javascript:alert(1)",
        published_at=now - timedelta(hours=3),
        rating=1.0,
        product="![p](http://tracker.example/p.png) <a href=http://phish.example>x</a>",
    )


def review(number: int, when: datetime, text: str, rating: float) -> Observation:
    """One ordinary review."""
    return Observation(
        "shop",
        f"r{number}",
        Kind.REVIEW,
        title=f"Review {number}",
        text=text,
        author=f"customer {number}",
        url=f"https://example.org/reviews/{number}",
        published_at=when,
        rating=rating,
        product="Acme App" if number % 2 else "Acme Box",
        lang="en",
    )


def _review(i: int, now: datetime) -> Observation:
    bad = i % 3 == 0
    text = BLAME[i % 2] if bad else PRAISE[i % 2]
    return review(i, now - timedelta(days=i, hours=1), f"{text} ({i})", 1.0 if bad else 5.0)


def _answer(i: int, now: datetime) -> Observation:
    return Observation(
        "survey",
        f"s{i}",
        Kind.SURVEY,
        text="" if i % 2 else f"It was easy and good. ({i})",
        published_at=now - timedelta(days=i, hours=2),
        nps=(10, 9, 7, 3)[i % 4],
        csat=(5, 4, 2)[i % 3],
    )


def _post(i: int, now: datetime) -> Observation:
    return Observation(
        "forum",
        f"p{i}",
        Kind.SOCIAL,
        text=f"Acme support is {'great' if i % 2 else 'awful'} today. ({i})",
        author=f"@user{i}",
        published_at=now - timedelta(days=i, hours=3),
        brand="Rival" if i % 5 == 0 else "Acme",
    )
