"""Every page under AppTest: with data, empty, without a database, and what people do there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, filters, hints
from dashboard.exports import Format
from dashboard.reports import weeks
from dashboard.wiring import Workspace
from storage import (
    alert_rules,
    alerts,
    cases,
    listing,
    people,
    queries,
    workspace,
)
from storage.alerts import Opened, Sign
from storage.case_model import RecordReply
from storage.models import Label, MentionFilter, Urgency
from tests import pages
from tests.app_pages import Visit, shown

STEPS = '<ol class="es-steps">'
PAGES = ("overview", "mentions", "queue", "alerts", "sources", "reports")
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


def known_person(space: Workspace, name: str) -> people.Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now())


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_with_data(page: str, space: Workspace, visit: Visit) -> None:
    app = visit(page)
    assert not app.exception
    assert app.title[0].value == page.capitalize()
    assert "Data to" in app.caption[-1].value or any("Data to" in c.value for c in app.caption)
    assert any("Europe/Berlin" in each.value for each in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_without_a_mention(page: str, empty: Workspace, visit: Visit) -> None:
    app = visit(page)
    assert not app.exception
    assert app.title[0].value == page.capitalize()


def test_without_a_database_the_page_says_what_to_do(visit: Visit) -> None:
    app = visit()
    assert not app.exception
    assert any("earshot up" in each.value for each in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_what_people_wrote_is_never_markdown_or_a_label(
    page: str, space: Workspace, visit: Visit
) -> None:
    known_person(space, "Anna")
    app = visit(page, who="Anna")
    assert not app.exception
    risky = ("markdown", "caption", "button", "metric", "expander", "info", "error", "warning")
    for kind in risky:
        for each in app.get(kind):
            assert "tracker.example" not in str(each.proto), f"{kind} on {page}"


def test_the_sample_is_marked_on_every_page(space: Workspace, visit: Visit) -> None:
    with space.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    app = visit("overview", period="today")
    for page in PAGES:
        app = app.switch_page(f"views/{page}.py").run()
        assert not app.exception
        assert any("made up" in each.value for each in app.markdown)


def test_headlines_are_per_kind_and_say_the_change_in_words(space: Workspace, visit: Visit) -> None:
    app = visit()
    tiles = {each.label: each for each in app.metric}
    assert tiles["Rating"].value.endswith("★")
    assert tiles["Rating"].delta == "no real change"
    negative = [each.delta for each in app.metric if each.label == "Negative"]
    assert len(negative) == 3
    assert "nothing before" in negative
    assert "interval" in str(tiles["NPS"].proto.help)
    assert "n = " in str(tiles["NPS"].proto.help)


def test_links_carry_exactly_the_mentions_that_they_count(space: Workspace, visit: Visit) -> None:
    app = visit()
    at = data.at(space.db, space.now())
    found = 0
    for each in app.get("page_link"):
        label, query = each.proto.label.strip("*"), each.proto.query_string
        if not label[0].isdigit() or not query:
            continue
        flt = filters.from_params(parse_qs(query), at.today)
        assert queries.count(space.db.reader(), flt) == int(label.split()[0].replace(",", ""))
        found += 1
    assert found > 10


def test_an_address_is_a_view(space: Workspace, visit: Visit) -> None:
    app = visit("mentions", label="negative", kind="review", period="all")
    assert not app.exception
    flt = MentionFilter(labels=(Label.NEGATIVE,))
    count = sum(
        sums.negative
        for kind, sums in queries.totals(space.db.reader(), flt).items()
        if kind.value == "review"
    )
    assert any(f"{count} mentions" in each.value for each in app.caption)
    assert app.selectbox(key="f.period").value == "all"


def test_a_strange_address_is_named_and_left_out(space: Workspace, visit: Visit) -> None:
    app = visit("mentions", label="angry", mention="../../etc", before="x" * 99)
    assert not app.exception
    assert "label=angry" in shown(app)


def test_words_and_pages_of_the_list(space: Workspace, visit: Visit) -> None:
    app = visit("mentions", period="all", q="delivery")
    count = queries.count(space.db.reader(), MentionFilter(text="delivery"))
    assert any(f"{count} mentions" in each.value for each in app.caption)
    assert sum(each.label == "Read" for each in app.button) == 20
    app = button(app, "Older").click().run()
    assert app.query_params["before"]
    assert not app.exception
    assert button(app, "Newest")


def test_the_bar_writes_the_address(space: Workspace, visit: Visit) -> None:
    app = visit("mentions")
    app.text_input(key="f.q").set_value("crashes").run()
    assert app.query_params["q"] == ["crashes"] or app.query_params["q"] == "crashes"
    app.selectbox(key="f.period").set_value("7d").run()
    assert "7d" in app.query_params["period"]
    app = button(app, "Clear").click().run()
    assert "q" not in app.query_params
    assert "7d" in app.query_params["period"]


def test_custom_days_start_from_what_is_shown(space: Workspace, visit: Visit) -> None:
    app = visit("overview")
    app.selectbox(key="f.period").set_value("custom").run()
    assert not app.exception
    assert set(app.query_params) >= {"from", "to"}
    assert len(app.date_input(key="f.days").value) == 2


def test_one_mention_in_full(space: Workspace, visit: Visit) -> None:
    row = listing.page(space.db.reader(), MentionFilter(text="terrible"), limit=1)[0]
    app = visit("mentions", mention=str(row.id))
    assert not app.exception
    assert "<mark" in shown(app)
    assert row.author in shown(app)
    app = button(app, "← All mentions").click().run()
    assert "mention" not in app.query_params


def test_a_mention_that_is_not_there(space: Workspace, visit: Visit) -> None:
    app = visit("mentions", mention="12345")
    assert not app.exception
    assert "no such mention" in shown(app)


def test_a_person_corrects_a_label(space: Workspace, visit: Visit) -> None:
    known_person(space, "Anna")
    row = listing.page(space.db.reader(), MentionFilter(text="awful"), limit=1)[0]
    assert row.label is Label.NEGATIVE
    app = visit("mentions", who="Anna", mention=str(row.id))
    app.segmented_control(key=f"label-{row.id}-{row.version}").set_value("neutral").run()
    assert not app.exception
    assert listing.detail(space.db.reader(), row.id).row.label is Label.NEUTRAL
    assert "by a person" in shown(app)


def test_earlier_versions_and_scores_can_be_read(space: Workspace, visit: Visit) -> None:
    found = listing.page(space.db.reader(), MentionFilter(text="terrible"), limit=1)[0]
    number = int(listing.detail(space.db.reader(), found.id).native_id[1:])
    changed = pages.review(number, found.published_at, "They made good for it.", 4.0)
    pages.take(space, space.source("shop"), [changed])
    app = visit("mentions", mention=str(found.id))
    app.session_state["mention.versions"] = True
    app.session_state["mention.scores"] = True
    app.run()
    assert not app.exception
    assert "They made good for it." in re.sub("</?mark[^>]*>", "", shown(app))
    assert "Version 1" in shown(app)
    assert found.text in shown(app)
    assert len(app.dataframe[0].value) == 2


def test_alerts_are_acknowledged_by_somebody(space: Workspace, visit: Visit) -> None:
    known_person(space, "Anna")
    sign = Sign(
        "volume", "source=shop", "shop: 40 mentions where 3 are usual ![x](http://t.example)"
    )
    alerts.update(space.db, lambda _: [Opened(sign)], space.now())
    app = visit("overview")
    assert "1 alert" in shown(app)
    app = visit("alerts", who="Anna")
    app = button(app, "Acknowledge").click().run()
    assert not app.exception
    found = alerts.unresolved(space.db.reader())[0]
    assert (found.state.value, found.actor) == ("acknowledged", "Anna")
    assert "seen by Anna" in shown(app)
    app = app.button(key=f"up-{found.id}").click().run()
    assert not app.exception
    assert alert_rules.votes(space.db.reader()) == {found.id: (1, 0)}


def test_a_budget_is_tried_on_the_past_before_it_counts(space: Workspace, visit: Visit) -> None:
    known_person(space, "Anna")
    app = visit("alerts", who="Anna")
    app.session_state["alerts.rule"] = True
    app = app.run()
    app = app.number_input(key="alerts.budget").set_value(1.5).run()
    app = app.button(key="alerts.try").click().run()
    assert not app.exception
    assert any("It would have spoken" in each.value for each in app.markdown)
    app = app.button(key="alerts.use").click().run()
    assert not app.exception
    assert alert_rules.rule(space.db.reader(), alert_rules.USUAL).budget == 1.5


def test_a_report_of_a_week_in_the_address(space: Workspace, visit: Visit) -> None:
    today = data.at(space.db, space.now()).today
    week = weeks.of(today).back(3)
    app = visit("reports", week=week.text)
    assert not app.exception
    assert app.selectbox(key="reports.span").value == week.text
    assert f"Week {week.number}, {week.year}" in shown(app)
    labels = [each.proto.label for each in app.get("download_button")]
    assert labels == [f"Download {form}" for form in ("PDF", "HTML", "XLSX", "CSV")]
    assert not visit("reports", week="2999-W01").exception
    assert not visit("reports", week="<script>").exception


def test_a_download_holds_exactly_the_mentions_of_the_view(space: Workspace) -> None:
    at = data.at(space.db, space.now())
    flt = MentionFilter(labels=(Label.NEGATIVE,))
    rows = list(csv.DictReader(data.exported(at, flt, Format.CSV).decode().splitlines()))
    assert len([row for row in rows if row["id"].isdigit()]) == queries.count(
        space.db.reader(), flt
    )


def test_unanswered_is_a_filter_that_knows_the_queue(space: Workspace, visit: Visit) -> None:
    asked = {"period": "all", "label": "negative", "unanswered": "1"}
    at = data.at(space.db, space.now())
    flt = filters.from_params({name: [value] for name, value in asked.items()}, at.today)
    app = visit("mentions", **asked)
    before = data.count(at, flt)
    assert "unanswered" in shown(app)
    assert f"{before} mentions, newest first" in shown(app)

    anna = known_person(space, "Anna")
    case = cases.claim_next(space.db, anna, space.now())
    assert case is not None
    assert case.mention_id in {row.id for row in data.mentions(at, flt, None, 200)}
    cases.act(space.db, case.id, RecordReply(actor=anna, url="https://x.example/1"), space.now())
    assert data.count(data.at(space.db, space.now()), flt) == before - 1
    assert f"{before - 1} mentions, newest first" in shown(app.run())


def test_what_a_mention_wants_and_what_cannot_wait_is_shown_and_filtered(
    space: Workspace, visit: Visit
) -> None:
    said = "Where is my refund? You will hear from my lawyer."
    seen = pages.review(900, space.now() - timedelta(hours=2), said, 5.0)
    pages.take(space, space.source("shop"), [seen])
    (row,) = listing.page(space.db.reader(), MentionFilter(urgency=(Urgency.LEGAL,)))
    assert row.text == said
    app = visit("mentions", urgency="legal")
    assert "1 mention" in shown(app)
    app = visit("mentions", mention=str(row.id))
    assert not app.exception
    marked = re.findall(r'<mark class="es-mark [^"]*es-urgent[^>]*>([^<]*)</mark>', shown(app))
    assert marked
    assert "lawyer" in marked[0]
    assert "Cannot wait" in shown(app)


def test_the_steps_of_a_page_stay_away_for_who_put_them_away(
    space: Workspace, visit: Visit
) -> None:
    known_person(space, "Anna")
    for page in ("overview", *(each for each in hints.HINTS if each)):
        assert STEPS in shown(visit(page)), page
    app = button(visit("topics", who="Anna"), "Got it").click().run()
    assert STEPS not in shown(app)
    assert STEPS not in shown(visit("topics", who="Anna"))
    assert STEPS in shown(visit("parts", who="Anna"))
    app = button(visit("topics"), "Got it").click().run()
    assert STEPS not in shown(app)


@pytest.mark.parametrize("page", ["overview", "mentions", "topics", "parts", "people", "reports"])
def test_an_empty_page_offers_the_next_click(page: str, empty: Workspace, visit: Visit) -> None:
    app = visit(page)
    assert any(each.proto.label.endswith("→") for each in app.get("page_link"))
