"""Topics, places, products, competitors and people: the pages under AppTest, and their parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from dashboard import brand_figure, comparisons, data, filters, part_markup, theme
from dashboard.comparisons import BrandRow
from dashboard.wiring import Workspace
from sentiment import metrics
from storage import authors, brand_figures, listing, part_figures, polls, queries
from storage.models import Kind, Label, Measure, MentionFilter, Observation, Source, Sums
from storage.part_figures import Tally
from tests import pages
from tests.app_pages import Visit, shown

PAGES = {
    "topics": "Topics",
    "parts": "Places & products",
    "competitors": "Competitors",
    "people": "People",
}
APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path, mentions=False)
    yield made
    made.close()


def rival(space: Workspace, reviews: int = 30) -> None:
    """A competitor's listing on the site of our own, read as ours is."""
    source = Source("shop-rival", "feeds", brand="Rival", options={"url": "http://127.0.0.1:9/r"})
    seen = [
        Observation(
            "shop:rival",
            f"v{i}",
            Kind.REVIEW,
            text=f"Slow delivery, bad. ({i})",
            author="customer 5" if i < 3 else f"other {i}",
            published_at=space.now() - timedelta(days=i % 20, hours=2),
            rating=2.0 if i % 3 else 5.0,
            brand="Rival",
        )
        for i in range(reviews)
    ]
    pages.take(space, source, seen)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_with_data(page: str, space: Workspace, visit: Visit) -> None:
    rival(space)
    app = visit(page)
    assert not app.exception
    assert app.title[0].value == PAGES[page]
    assert any("Data to" in each.value for each in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_without_a_mention(page: str, empty: Workspace, visit: Visit) -> None:
    app = visit(page)
    assert not app.exception
    assert app.title[0].value == PAGES[page]


@pytest.mark.parametrize(
    ("page", "params"),
    [
        ("topics", {}),
        ("topics", {"topic": "delivery"}),
        ("topics", {"q": "delivery"}),
        ("parts", {"by": "products", "period": "all"}),
        ("parts", {"by": "places", "period": "all"}),
        ("people", {"name": "<i>Eve</i> ![p](http://tracker.example/a.png)"}),
        ("people", {"name": "<i>Eve", "site": "shop"}),
        ("competitors", {"period": "7d"}),
    ],
)
def test_links_open_as_many_as_they_say_and_names_are_never_markup(
    page: str, params: dict[str, str], space: Workspace, visit: Visit
) -> None:
    rival(space)
    app = visit(page, **params)
    assert not app.exception
    at = data.at(space.db, space.now())
    for each in app.get("page_link"):
        label, query = each.proto.label, each.proto.query_string
        if label[0].isdigit():
            flt = filters.from_params(parse_qs(query, keep_blank_values=True), at.today)
            assert queries.count(space.db.reader(), flt) == int(label.split()[0].replace(",", ""))
    for kind in ("markdown", "caption", "button", "page_link", "expander"):
        assert all("tracker.example" not in getattr(e.proto, "label", "") for e in app.get(kind))
        assert all("tracker.example" not in getattr(e.proto, "body", "") for e in app.get(kind))
    assert "<i>Eve" not in shown(app)


def test_our_own_brands_are_chosen_where_competitors_are_watched(
    space: Workspace, visit: Visit
) -> None:
    for page in ("overview", "topics", "parts"):
        app = visit(page)
        assert "Brand: ours (Acme)" in shown(app)
        assert "brand" not in app.query_params
    app = visit("topics", brand="Rival")
    assert "ours" not in shown(app)
    assert app.query_params["brand"] in ("Rival", ["Rival"])
    assert "brand" not in visit("competitors", brand="Acme").query_params


def test_one_topic_shows_what_is_said(space: Workspace, visit: Visit) -> None:
    app = visit("topics", topic="delivery", period="all")
    assert "Delivery was terrible" in shown(app)
    assert "Newest negative" in shown(app)


def test_topics_in_order_and_one_of_them(space: Workspace, visit: Visit) -> None:
    at = data.at(space.db, space.now())
    rows = comparisons.topics(at, MentionFilter(start=at.today - timedelta(days=30)))
    counts = [row.sums.n for row in comparisons.ordered(rows, "mentions")]
    assert counts == sorted(counts, reverse=True)
    lows = [row.negative.low or 0 for row in comparisons.ordered(rows, "negative")]
    assert lows == sorted(lows, reverse=True)
    real = [bool(row.change and row.change.real) for row in comparisons.ordered(rows, "change")]
    assert real == sorted(real, reverse=True)
    app = visit("topics", order="negative")
    app = app.button(key="topics-delivery").click().run()
    assert not app.exception
    assert app.query_params["topic"] in ("delivery", ["delivery"])
    app = app.button(key="topics.all").click().run()
    assert "topic" not in app.query_params


def test_places_count_the_facts_and_are_a_filter(space: Workspace) -> None:
    conn = space.db.reader()
    flt = MentionFilter(langs=("en",))
    found = part_figures.places(conn, flt)
    assert sum(group.sums.n for group in found) == queries.count(conn, flt)
    for group in part_figures.places(conn, MentionFilter()):
        assert group.sums == queries.total(conn, MentionFilter(places=(group.key,)))
    words = MentionFilter(text="delivery")
    assert sum(g.sums.n for g in part_figures.places(conn, words)) == queries.count(conn, words)


@pytest.mark.parametrize("step", ["day", "month"])
def test_topics_over_time_add_up_to_the_topics(space: Workspace, step: str) -> None:
    conn = space.db.reader()
    for flt in (MentionFilter(), MentionFilter(topics=("delivery",), labels=(Label.NEGATIVE,))):
        trends = part_figures.topic_trends(conn, flt, step)  # type: ignore[arg-type]
        for group in queries.breakdown(conn, flt, "topic"):
            assert sum(point.n for point in trends[group.key]) == group.sums.n
            assert sum(point.negative for point in trends[group.key]) == group.sums.negative
    assert part_figures.topic_trends(conn, MentionFilter(text="late"), "day") == {}


def sites(space: Workspace, days: float) -> dict[str, str]:
    now = space.now() + timedelta(minutes=1)
    found = brand_figures.sites(space.db.reader(), now - timedelta(days=days), now)
    return {site.name: site.why for site in found}


def test_only_sites_read_alike_for_all_brands_compare(space: Workspace) -> None:
    assert "no source for Rival" in sites(space, 0)["shop"]
    rival(space)
    assert sites(space, 0)["shop"] == ""
    assert sites(space, 0)["forum"] == "", "one source reads it for all"
    assert "only read since" in sites(space, 2)["shop"]
    for _ in range(5):
        poll = polls.begin(space.db, "shop-rival", space.now(), "worker")
        polls.end(space.db, poll, space.now())
    assert "Rival was read" in sites(space, 0.01)["shop"] or sites(space, 0.01)["shop"]


def test_a_source_that_looks_for_words_compares_nothing(space: Workspace) -> None:
    options = {"url": "http://127.0.0.1:9/s", "search": "acme"}
    source = Source("searching", "feeds", options=options)
    seen = Observation("web", "w1", Kind.SOCIAL, text="acme", published_at=space.now())
    pages.take(space, source, [seen])
    assert "looks for chosen words" in sites(space, 0)["web"]


def test_competitors_without_an_alike_site_are_n_a(space: Workspace, visit: Visit) -> None:
    assert "n/a" in shown(visit("competitors", period="30d"))


def test_shares_of_voice_are_of_the_compared_mentions_only(space: Workspace) -> None:
    said = {"Acme": Sums(n=30), "Rival": Sums(n=10)}
    rated = {"Acme": Sums(n=20, rating_n=20, rating_sum=8_000, rating_sq=3_200_000, replied=5)}
    row = comparisons.brand_row("Acme", MentionFilter(sources=("shop",)), said, rated, 40)
    assert (row.voice.value, row.voice.n, row.rating.value) == (0.75, 40, 4.0)
    assert row.response.value == 0.25
    other = comparisons.brand_row("Rival", MentionFilter(), said, rated, 40)
    assert other.rating.value is None
    assert other.flt.brands == ("Rival",)


def test_people_are_exact_and_never_merged(space: Workspace, visit: Visit) -> None:
    rival(space)
    conn = space.db.reader()
    found = authors.by_name(conn, "customer 5")
    assert [(each.site, each.mentions) for each in found] == [("shop", 4)]
    assert authors.by_name(conn, "Customer 5") == []
    assert authors.by_name(conn, "") == []
    assert authors.names(conn, "customer 5")[0] == "customer 5"
    assert "customer 50" in authors.names(conn, "customer 5")
    ids = authors.mention_ids(conn, "shop", "customer 5", 10)
    assert {row.author for row in listing.rows(conn, ids)} == {"customer 5"}
    post = Observation(
        "forum", "x1", Kind.SOCIAL, text="hm", author="customer 5", published_at=space.now()
    )
    pages.take(space, space.source("social"), [post])
    assert [each.site for each in authors.by_name(conn, "customer 5")] == ["shop", "forum"]
    app = visit("people", name="customer 5", site="shop")
    assert "Maybe the same person" in shown(app)
    assert sum(each.proto.label == "Read →" for each in app.get("page_link")) == 4


def test_names_are_found_through_their_index(space: Workspace) -> None:
    conn = space.db.reader()
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    authors.names(conn, "customer 5")
    authors.by_name(conn, "customer 5")
    authors.mention_ids(conn, "shop", "customer 5", 5)
    conn.set_trace_callback(None)
    asked = [each for each in asked if "identities" in each and "--" not in each[:3]]
    assert len(asked) == 4
    for each in asked:
        plan = " ".join(row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {each}"))
        assert "identities_author" in plan


def test_an_erased_name_finds_nobody(space: Workspace) -> None:
    with space.db.write() as conn:
        conn.execute("UPDATE identities SET author = '' WHERE author = 'customer 5'")
    assert authors.by_name(space.db.reader(), "customer 5") == []
    assert "customer 5" not in authors.names(space.db.reader(), "customer 5")


def stars(mean: float, n: int) -> Sums:
    hundredths = round(100 * mean)
    return Sums(n=n, rating_n=n, rating_sum=hundredths * n, rating_sq=hundredths**2 * n + 9_000 * n)


def test_few_ratings_are_drawn_towards_the_group_and_many_are_not() -> None:
    parts = [stars(4.2, 900), stars(3.2, 700), Sums(n=5), stars(1.0, 2)]
    big, other, none, small = metrics.shrunk_ratings(parts)
    assert none is None
    assert big == pytest.approx(4.2, abs=0.02)
    assert other == pytest.approx(3.2, abs=0.02)
    assert small is not None
    assert 1.0 < small < 3.5
    assert metrics.shrunk_ratings([]) == []
    assert metrics.shrunk_ratings([stars(3.0, 1)]) == [pytest.approx(3.0)]


def test_parts_that_differ_by_chance_only_are_one_group() -> None:
    found = metrics.shrunk_ratings([stars(3.9, 4), stars(4.1, 4), stars(4.0, 5)])
    assert max(each or 0 for each in found) - min(each or 0 for each in found) < 1e-9


def test_rows_say_what_is_small_and_what_waits() -> None:
    now = [
        (MentionFilter(products=(key,)), queries.Group(key, sums))
        for key, sums in (("a", stars(4.0, 100)), ("b", stars(1.0, 3)))
    ]
    asked, waiting = {"a": Sums(n=9)}, {"a": Sums(n=5)}
    rows = comparisons.part_rows(now, {"a": stars(3.0, 100)}, asked, waiting)
    assert [row.small for row in rows] == [False, True]
    assert rows[0].change is not None
    assert rows[0].change.verdict.startswith("up 1.00 stars")
    assert (rows[0].asked, rows[0].waiting, rows[1].asked) == (9, 5, 0)
    assert rows[1].flt == MentionFilter(products=("b",))
    assert comparisons.answerable(MentionFilter()) == MentionFilter(
        kinds=comparisons.ANSWERABLE, labels=(Label.NEGATIVE,)
    )
    assert part_markup.unanswered(9, 5) == "<b>5</b> of 9 negative unanswered"
    assert part_markup.unanswered(0, 0) == ""
    assert comparisons.answerable(MentionFilter(kinds=(Kind.SURVEY,))) is None
    assert comparisons.answerable(MentionFilter(labels=(Label.POSITIVE,))) is None


def test_names_are_letters_and_drawings_hold_numbers_only(space: Workspace) -> None:
    evil = "<img src=x onerror=alert(1)>"
    row = BrandRow(
        evil, MentionFilter(), 3, Measure("v", 0.5, 0.2, 0.8, 6), Measure("r", None, None, None, 0),
        MentionFilter(), Measure("a", None, None, None, 0),
    )  # fmt: skip
    figure = brand_figure.share_of_voice([row])
    assert "<img" not in str(figure["layout"])
    assert "<img" not in figure["data"][0]["customdata"][0][1]
    assert "<img" not in part_markup.brand(evil, "#000000", [])
    assert "<img src=x" not in part_markup.topic(evil, row.voice, None, "")
    today = space.now().date()
    drawn = part_markup.spark([Tally(today, 4, 1)], [today])
    assert drawn.startswith('<img class="es-spark" alt="Mentions over time, at most 4; last 4, 1')
    assert part_markup.spark([], [today]) == ""


def test_brand_colours_are_no_labels_and_can_be_seen_on_both_backgrounds() -> None:
    from tests.test_dashboard_theme import contrast

    assert not set(brand_figure.COLOURS) & set(theme.LABELS.values())
    for colour in brand_figure.COLOURS:
        for palette in (theme.LIGHT, theme.DARK):
            assert contrast(colour, palette.background) >= 3
    assert brand_figure.colour(0) == brand_figure.colour(len(brand_figure.COLOURS))


def test_the_figure_of_brands_is_one_that_plotly_knows() -> None:
    import plotly.graph_objects as go

    row = comparisons.brand_row("A", MentionFilter(), {"A": Sums(n=3)}, {}, 4)
    go.Figure(brand_figure.share_of_voice([row, row._replace(name="B")]))
