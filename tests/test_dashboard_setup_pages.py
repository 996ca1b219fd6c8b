"""Team, brands, rules, privacy and the first steps, as people use them; under AppTest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import beginning, choice, secret_file, wiring
from dashboard.beginning import Company
from dashboard.components import session
from dashboard.wiring import Workspace
from storage import imports, listing, people, privacy, queries, rules, workspace
from storage.errors import InputError, Refused
from storage.models import MentionFilter, Source
from storage.people import Role
from storage.rule_matching import DEFAULT_RULES
from tests import pages
from tests.app_pages import Visit, shown

PAGES = ("team", "brands", "rules", "models", "privacy", "start")
APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
EVIL = "![x](http://tracker.example/x.png) <img src=http://tracker.example/y.png>"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """Open a page as Lea, who leads, unless told."""
    return lambda page, who="Lea": visit(page, who)


def joined(space: Workspace, name: str, role: Role) -> people.Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now(), role=role)


@pytest.fixture
def lead(space: Workspace) -> people.Person:
    return joined(space, "Lea", Role.LEAD)


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def opened(app: AppTest, key: str) -> AppTest:
    """Open a popover or an expander."""
    app.session_state[key] = True
    return app.run()


@pytest.mark.parametrize("who", ["Lea", "Ben", None])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_for_everybody(
    page: str, who: str | None, space: Workspace, lead: people.Person, visit: Visit
) -> None:
    joined(space, "Ben", Role.AGENT)
    app = visit(page, who)
    assert not app.exception
    if page in {"team", "brands", "rules"} and who != "Lea":
        labels = {each.label for each in app.button}
        assert not labels & {"Save", "Rename", "Add it", "Change", "Add to the team"}


@pytest.mark.parametrize("page", PAGES)
def test_names_from_outside_are_letters(
    page: str, space: Workspace, lead: people.Person, visit: Visit
) -> None:
    joined(space, EVIL[:70], Role.AGENT)
    with space.db.write() as conn:
        workspace.save_brands(conn, [workspace.Brand(EVIL, terms=(EVIL,))], "database")
        rules.save(conn, rules.CaseRule(EVIL, keywords=(EVIL,)))
    app = visit(page)
    assert not app.exception
    for kind in ("markdown", "caption", "button", "expander", "info", "warning", "page_link"):
        for each in app.get(kind):
            proto = each.proto
            label = getattr(proto, "label", "") + str(getattr(proto, "body", ""))
            assert "tracker.example" not in label, f"{kind} on {page}"
    assert "<img" not in shown(app)


def test_a_person_gets_another_role_and_name(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    ben = joined(space, "Ben", Role.AGENT)
    app = visit("team")
    app = app.selectbox(key=f"role-{ben.id}-agent").set_value("manager").run()
    assert not app.exception
    app = opened(app, f"rename-{ben.id}")
    app.text_input(key=f"name-{ben.id}").set_value("Benedikt").run()
    app = app.button(key=f"renamed-{ben.id}").click().run()
    assert not app.exception
    found = people.people(space.db.reader())
    assert [(each.name, each.role) for each in found] == [
        ("Benedikt", Role.MANAGER),
        ("Lea", Role.LEAD),
    ]


def test_the_last_who_leads_keeps_leading(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = visit("team")
    app = app.selectbox(key=f"role-{lead.id}-lead").set_value("viewer").run()
    assert "the only one who leads" in shown(app)
    assert people.people(space.db.reader())[0].role is Role.LEAD


def test_somebody_joins_the_team(space: Workspace, lead: people.Person, visit: Visit) -> None:
    app = visit("team")
    app.text_input(key="team.name").set_value("Mia")
    app.selectbox(key="team.role").set_value("viewer")
    app = button(app, "Add to the team").click().run()
    assert not app.exception
    assert people.known(space.db.reader(), "mia").role is Role.VIEWER
    with space.db.write() as conn, pytest.raises(Refused):
        people.add(conn, "MIA", Role.AGENT, space.now())


def test_renaming_oneself_keeps_one_working(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = opened(visit("team"), f"rename-{lead.id}")
    app.text_input(key=f"name-{lead.id}").set_value("Lea M.").run()
    app = app.button(key=f"renamed-{lead.id}").click().run()
    assert app.session_state["working_as"] == "Lea M."
    assert "(you)" in shown(app)


def test_a_brand_gets_words_and_the_analyser_follows(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    before = space.analyser().model_id
    app = opened(visit("brands"), "brand-Acme")
    app.text_area(key="brand-terms-Acme").set_value("acme, acme app\nacme gmbh")
    app = app.button(key="save-Acme").click().run()
    assert not app.exception
    brand = next(each for each in workspace.brands(space.db.reader()) if each.name == "Acme")
    assert brand.terms == ("acme", "acme app", "acme gmbh")
    assert space.analyser().model_id != before


def test_a_new_brand(space: Workspace, lead: people.Person, visit: Visit) -> None:
    app = opened(visit("brands"), "brand.new")
    app.text_input(key="brand.name").set_value("Corvo")
    app.segmented_control(key="brand-own-").set_value("competitor")
    app = app.button(key="brand.add").click().run()
    assert not app.exception
    brand = next(each for each in workspace.brands(space.db.reader()) if each.name == "Corvo")
    assert not brand.own
    app.text_input(key="brand.name").set_value("corvo")
    app = app.button(key="brand.add").click().run()
    assert "already a brand" in shown(app)


def test_what_the_file_declares_is_read_only(tmp_path: Path, visit: Visit) -> None:
    (tmp_path / "earshot.toml").write_text(
        '[[brand]]\nname = "Acme"\n[[rule]]\nname = "Angry"\nmax_rating = 1.0\n'
    )
    space = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    joined(space, "Lea", Role.LEAD)
    for page in ("brands", "rules"):
        app = visit(page)
        assert "from earshot.toml" in shown(app)
        assert "Change" not in {each.label for each in app.button}
    with space.db.write() as conn, pytest.raises(Refused, match=r"earshot\.toml"):
        workspace.change_brand(conn, workspace.Brand("Acme", own=False))
    space.close()


def test_a_rule_is_tried_saved_and_undone(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = opened(visit("rules"), "rule.open")
    app = app.text_input(key="rule.name").set_value("Praise").run()
    app = app.multiselect(key="rule--labels").set_value(["positive"]).run()
    assert not app.exception
    assert "it would open" in shown(app)
    app = app.button(key="rule.save").click().run()
    assert not app.exception
    names = [each.rule.name for each in rules.stored_rules(space.db.reader())]
    assert names == [*(each.name for each in DEFAULT_RULES), "Praise"]
    app = app.button(key="rules.take-back").click().run()
    assert not app.exception
    assert rules.stored_rules(space.db.reader()) == []


def test_switching_a_built_in_rule_off_keeps_the_others(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = opened(visit("rules"), "rule-off-1 or 2 stars")
    assert "leave out" in shown(app)
    app = app.button(key="rule-switch-1 or 2 stars").click().run()
    assert not app.exception
    assert rules.active(space.db.reader()) == DEFAULT_RULES[1:]
    app = app.button(key="rule-edit-Negative comment").click().run()
    assert app.selectbox(key="rule.which").value == "Negative comment"


def test_erasing_shows_what_goes_and_gives_a_receipt(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = visit("privacy")
    app = app.text_input(key="erase.author").set_value("customer 7").run()
    assert "1 mention with 1 version" in shown(app)
    erase = next(each for each in app.button if each.label == "Erase 1")
    assert erase.disabled
    app = next(each for each in app.checkbox).check().run()
    erase = next(each for each in app.button if each.label == "Erase 1")
    app = erase.click().run()
    assert not app.exception
    receipt = next(privacy.receipts(space.db.reader()))
    assert (receipt.actor, receipt.mentions, receipt.chosen_by) == ("Lea", 1, "author")
    assert not privacy.find(space.db.reader(), privacy.Wanted(author="customer 7"))
    assert app.dataframe[0].value["receipt"][0] == receipt.receipt


def test_erasing_by_number_and_address(space: Workspace, lead: people.Person, visit: Visit) -> None:
    row = listing.page(space.db.reader(), MentionFilter(text="terrible"), limit=1)[0]
    app = visit("privacy")
    app = app.segmented_control(key="erase.by").set_value("mentions").run()
    app = app.text_input(key="erase.mentions").set_value(str(row.id)).run()
    assert any(each.label == "Erase 1" for each in app.button)
    app = app.text_input(key="erase.mentions").set_value("no number").run()
    assert "Nothing stored matches" in shown(app)
    app = app.segmented_control(key="erase.by").set_value("url").run()
    app = app.text_input(key="erase.url").set_value("https://example.org/reviews/3").run()
    assert any(each.label == "Erase 1" for each in app.button)


def sample_company(own: Path) -> Path:
    """Put something like the sample company beside where one's own file would be."""
    made = pages.build(own.parent)
    with made.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    made.db.checkpoint()
    made.close()
    sample = choice.sample_beside(own)
    for suffix in ("", ".key"):
        own.with_name(own.name + suffix).rename(sample.with_name(sample.name + suffix))
    return sample


def test_from_the_sample_to_own_data(
    tmp_path: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "earshot.db"
    sample = sample_company(own)
    monkeypatch.setenv("EARSHOT_DB", str(sample))
    monkeypatch.setenv(choice.OWN, str(own))
    app = visit("start", None)
    assert "made up" in shown(app)
    app = button(app, "Start with my data").click().run()
    assert "a brand needs a name" in shown(app)
    assert not own.exists()

    app.text_input(key="start.name").set_value("Nordlicht")
    app.text_input(key="start.words").set_value("nordlicht app")
    app.text_input(key="start.person").set_value("Lea")
    app.selectbox(key="start.zone").set_value("Europe/Lisbon")
    app = button(app, "Start with my data").click().run()
    assert not app.exception
    assert "made up" not in shown(app)
    assert session.workspace().db.path == own
    assert session.workspace().timezone == "Europe/Lisbon"
    assert app.session_state["working_as"] == "Lea"
    assert choice.is_sample(sample)

    content = "Stars,Text,Date\n" + "".join(
        f"{i % 5 + 1},Terrible late delivery {i},2026-11-01\n" for i in range(30)
    )
    content += "9 of 5,,never\n"
    app.file_uploader(key="add.file").upload("reviews.csv", content.encode(), "text/csv").run()
    assert "30 rows ready, 1 refused." in shown(app)
    app = app.button(key="add.go").click().run()
    job = session.jobs().latest()[0]
    assert job.finished.wait(20)
    app.run()
    assert not app.exception
    labels = [each.proto.label for each in app.get("page_link")]
    assert "30 reviews, 3.0★ →" in labels
    assert any(each.endswith("open the queue") for each in labels)

    app.switch_page("views/privacy.py").run()
    app = button(app, "Look at it again").click().run()
    assert "made up" in shown(app)
    app.switch_page("views/start.py").run()
    app = button(app, "Open my data").click().run()
    assert "made up" not in shown(app)
    app.switch_page("views/privacy.py").run()
    app = opened(app, "sample.remove")
    app = app.button(key="sample.gone").click().run()
    assert not app.exception
    assert not sample.exists()
    assert session.workspace().db.path == own


def test_an_import_is_undone(space: Workspace, lead: people.Person, visit: Visit) -> None:
    seen = [
        pages.review(1000 + i, space.now() - timedelta(days=1), "Terrible delivery", 1.0)
        for i in range(5)
    ]
    before = queries.count(space.db.reader(), MentionFilter())
    pages.take(space, Source(EVIL, "files", enabled=False), seen)
    found = imports.recent(space.db.reader(), wiring.EPOCH)[0]
    app = visit("sources")
    assert "5 new by worker" in shown(app)
    app = opened(app, f"undo-{found.id}")
    app.button(key=f"undone-{found.id}").click().run()
    job = session.jobs().latest()[0]
    assert job.finished.wait(20)
    app.run()
    assert not app.exception
    assert "5 new by worker" not in shown(app)
    assert "<img" not in shown(app)
    assert queries.count(space.db.reader(), MentionFilter()) == before


def test_secrets_are_written_and_never_shown(
    space: Workspace,
    lead: people.Person,
    visit: Visit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"EARSHOT_REDDIT_{name}", raising=False)
    config = tmp_path / "earshot.toml"
    app = opened(visit("sources"), "in-reddit")
    app.text_input(key="secret-EARSHOT_REDDIT_CLIENT_ID").set_value(" an-id ")
    app.text_input(key="secret-EARSHOT_REDDIT_CLIENT_SECRET").set_value('q"\\uote')
    app = button(app, "Keep them").click().run()
    assert not app.exception
    kept = {"EARSHOT_REDDIT_CLIENT_ID": "an-id", "EARSHOT_REDDIT_CLIENT_SECRET": 'q"\\uote'}
    assert secret_file.read(config) == kept
    assert secret_file.at(config).stat().st_mode & 0o777 == 0o600
    assert session.workspace().settings.secrets["EARSHOT_REDDIT_CLIENT_ID"] == "an-id"
    assert all("uote" not in str(each.proto) for each in app.text_input)
    app.text_input(key="secret-EARSHOT_REDDIT_CLIENT_ID").set_value("two\nlines")
    app = button(app, "Keep them").click().run()
    assert "copy it again" in shown(app)
    assert secret_file.read(config) == kept
    app = button(app, "Forget them").click().run()
    assert secret_file.read(config) == {}
    assert "EARSHOT_REDDIT_CLIENT_ID" not in session.workspace().settings.secrets


def test_the_checklist_shrinks_and_can_be_put_away(
    space: Workspace, lead: people.Person, visit: Visit
) -> None:
    app = visit("overview")
    assert "2 of 5 done" in shown(app)
    joined(space, "Ben", Role.AGENT)
    app = visit("overview")
    assert "3 of 5 done" in shown(app)
    app = app.button(key="checklist.hide").click().run()
    assert "of 5 done" not in shown(app)


def test_beginning_refuses_before_it_makes_a_file(tmp_path: Path, space: Workspace) -> None:
    path = tmp_path / "own.db"
    for company in (Company("", "UTC", person="A"), Company("x" * 9, "UTC", "y" * 99, person="A")):
        with pytest.raises(InputError):
            beginning.begin(path, tmp_path / "none.toml", company, space.now())
        assert not path.exists()


def test_only_a_sample_is_removed(space: Workspace) -> None:
    with pytest.raises(Refused):
        choice.remove_sample(space.db.path)
    assert space.db.path.exists()
