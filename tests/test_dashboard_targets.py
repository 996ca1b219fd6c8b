"""Targets from the form to the chart and the summary: declared or set, recorded, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from plotly import graph_objects

from dashboard import settings, target_figure, wiring
from dashboard.components import session
from dashboard.reports import brief, page, tidy, weeks, workbook
from dashboard.reports.counting import summary
from sentiment.outlook import Verdict
from storage import people, queries, setting_events, targets
from storage.database import Database
from storage.errors import ConfigError, InputError, NotFound, Refused
from storage.models import Kind, MentionFilter
from storage.people import Person, Role
from storage.targets import Target
from tests import pages
from tests.app_pages import Visit
from tests.command_line import earshot
from tests.workspace import NOW, PLAY, open_company, play_review, store

WEEK = weeks.parse("2026-W46")
RATING = Target(Kind.REVIEW, "rating", 4.5, date(2026, 12, 20), "<b>Zoe</b>")
FILE = """
[[target]]
kind = "review"
measure = "negative_share"
value = 20
by = 2026-12-31
owner = "Zoe"
"""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Fourteen weeks of reviews around three stars, ten a week."""
    made = open_company(tmp_path_factory.mktemp("targets"))
    monday = NOW - timedelta(days=2 + 7 * 14)
    reviews = [
        play_review(100 * week + n, monday + timedelta(weeks=week, hours=12 * n))
        for week in range(14)
        for n in range(10)
    ]
    store(made, PLAY, reviews)
    yield made
    made.close()


@pytest.fixture
def zoe(db: Database) -> Person:
    with db.write() as conn:
        return people.person(conn, "Zoe", NOW)


def test_only_who_leads_changes_a_target(db: Database, zoe: Person) -> None:
    for role in (Role.VIEWER, Role.AGENT):
        other = zoe._replace(role=role)
        with db.write() as conn, pytest.raises(Refused, match="does not lead"):
            targets.save(conn, RATING, other, NOW)
        with db.write() as conn, pytest.raises(Refused, match="does not lead"):
            targets.remove(conn, Kind.REVIEW, "rating", other, NOW)


def test_a_target_is_in_every_format_of_the_summary_and_was_not_before(
    db: Database, zoe: Person
) -> None:
    before = NOW - timedelta(hours=1)
    with db.write() as conn:
        targets.save(conn, RATING, zoe, NOW)
    assert summary(db.reader(), WEEK, before).goals == ()
    report = summary(db.reader(), WEEK, NOW)
    (goal,) = report.goals
    assert goal.now.n == 40
    assert goal.outlook.verdict is Verdict.BEHIND
    assert goal.until == WEEK.last
    rows = [row for row in tidy.rows(report) if row.section == "target"]
    assert (rows[0].value, rows[0].verdict) == (4.5, "behind")
    assert rows[1].value == goal.now.value
    assert (rows[2].low, rows[2].high) == (goal.outlook.low, goal.outlook.high)
    shown = page.render(report).decode()
    assert "&lt;b&gt;Zoe&lt;/b&gt;" in shown
    assert "<b>behind</b>" in shown
    assert workbook.write(report)
    told = dict(brief.brief(report))
    assert any("behind its target of 4.50" in each for each in told["Needs a decision"])
    with db.write() as conn:
        targets.remove(conn, Kind.REVIEW, "rating", zoe, NOW)
    assert summary(db.reader(), WEEK, NOW).goals == ()


def test_the_figure_is_one_that_plotly_knows(db: Database, zoe: Person) -> None:
    with db.write() as conn:
        targets.save(conn, RATING, zoe, NOW)
    (goal,) = summary(db.reader(), WEEK, NOW).goals
    first, last = target_figure.span(goal, WEEK.last)
    asked = MentionFilter(start=first, end=last, kinds=(Kind.REVIEW,))
    points = queries.trend(db.reader(), asked, "week")
    figure = target_figure.drawn(goal, points, first, last)
    graph_objects.Figure(figure)
    assert len([each for each in figure["data"][0]["y"] if each is not None]) == 13
    assert figure["data"][1]["y"] == [goal.outlook.value]
    assert figure["layout"]["shapes"][0]["y0"] == 4.5
    assert "4.50" in target_figure.spoken(goal)
    with db.write() as conn:
        targets.remove(conn, Kind.REVIEW, "rating", zoe, NOW)


def test_changes_are_recorded_and_only_added_to(db: Database, zoe: Person) -> None:
    with db.write() as conn:
        targets.save(conn, RATING._replace(owner="Zoe"), zoe, NOW)
        targets.save(conn, RATING._replace(owner="Zoe"), zoe, NOW)
        targets.save(conn, RATING._replace(value=4.0), zoe, NOW)
        targets.remove(conn, Kind.REVIEW, "rating", zoe, NOW)
        with pytest.raises(NotFound):
            targets.remove(conn, Kind.REVIEW, "rating", zoe, NOW)
    told = setting_events.recent(db.reader(), targets.AREA, 3)
    assert [(each.before, each.after) for each in reversed(told)] == [
        ("", "4.5 by 2026-12-20, Zoe"),
        ("4.5 by 2026-12-20, Zoe", "4 by 2026-12-20, <b>Zoe</b>"),
        ("4 by 2026-12-20, <b>Zoe</b>", ""),
    ]
    assert {each.actor for each in told} == {"Zoe"}
    for statement in ("UPDATE targets SET value = 1", "DELETE FROM targets"):
        with pytest.raises(Exception, match="only added to"), db.write() as conn:
            conn.execute(statement)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"measure": "nps"}, "rating, negative_share"),
        ({"value": 5.5}, "between 1 and 5"),
        ({"value": float("nan")}, "between 1 and 5"),
        ({"owner": "  "}, "answers for"),
    ],
)
def test_what_cannot_be_a_target_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        targets.checked(RATING._replace(**changed))  # type: ignore[arg-type]


def test_the_file_declares_and_takes_back(tmp_path: Path) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(FILE)
    declared = Target(Kind.REVIEW, "negative_share", 0.2, date(2026, 12, 31), "Zoe", targets.FILE)
    space = wiring.open_workspace(tmp_path / "earshot.db", config)
    assert targets.targets(space.db.reader()) == [declared]
    with space.db.write() as conn:
        zoe = people.person(conn, "Zoe", NOW)
        with pytest.raises(Refused, match=r"earshot\.toml"):
            targets.save(conn, declared._replace(value=0.5), zoe, NOW)
    space.close()
    config.write_text("")
    space = wiring.open_workspace(tmp_path / "earshot.db", config)
    assert targets.targets(space.db.reader()) == []
    told = setting_events.recent(space.db.reader(), targets.AREA, 5)
    assert [each.actor for each in told] == ["earshot", "earshot"]
    space.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FILE.replace("2026-12-31", '"2026-12-31"'), "without quotes"),
        (FILE.replace("20\n", "120\n"), "between"),
        (FILE + FILE, "two targets"),
        (FILE.replace("owner", "owners"), "did you mean 'owner'"),
    ],
)
def test_slips_in_the_file_are_named(tmp_path: Path, text: str, words: str) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(text)
    with pytest.raises(ConfigError, match=words):
        settings.load(config)


def test_the_command_line_sets_lists_and_removes(db: Database) -> None:
    path = ("--db", db.path)
    given = ("--by", "2027-01-31", "--owner", "Zoe", "--as", "Zoe", *path)
    assert earshot("targets", "set", "review", "negative_share", "20", *given).code == 0
    (row,) = earshot("targets", "list", "--json", *path).lines
    assert (row["target"], row["owner"], row["origin"]) == (0.2, "Zoe", "database")
    assert "at most 20.0 %" in earshot("targets", "list", *path).text
    assert earshot("targets", "set", "reviews", "rating", "4", *given).code == 2
    gone = ("targets", "remove", "review", "negative_share", "--as", "Zoe", *path)
    assert earshot(*gone).code == 0
    assert earshot(*gone).code == 2
    assert "no targets" in earshot("targets", "list", *path).text


def test_the_page_sets_and_takes_back_and_the_overview_says_it(
    tmp_path: Path, visit: Visit
) -> None:
    space = pages.build(tmp_path)
    with space.db.write() as conn:
        people.person(conn, "Mia", space.now())
    app = visit("targets", "Mia", ["target.new"])
    app.number_input(key="target.add-value-rating").set_value(4.2)
    app.text_input(key="target.add-owner").set_value("<i>Mia</i>")
    app.button(key="target.set").click().run()
    assert not app.exception
    (found,) = targets.targets(space.db.reader())
    assert (found.kind, found.measure, found.value) == (Kind.REVIEW, "rating", 4.2)
    shown = "\n".join(str(each.proto.body) for each in app.get("html"))
    assert "&lt;i&gt;Mia&lt;/i&gt;" in shown
    app.switch_page("views/overview.py").run()
    assert not app.exception
    assert any("Target 4.20" in each.value for each in app.caption)
    app.switch_page("views/targets.py").run()
    app.button(key="targets.take-back").click().run()
    assert not app.exception
    assert targets.targets(space.db.reader()) == []
    space.close()
    session._open.clear()
    session.jobs.clear()
