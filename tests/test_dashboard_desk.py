"""The work desk in a test browser without layout: what each step does, and what refuses it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.wiring import Workspace
from storage import (
    approvals,
    case_lists,
    cases,
    listing,
    notices,
    people,
    shelves,
    templates,
    writing,
)
from storage.case_model import Approval, Case, Claim, Release, SaveDraft, Transfer
from storage.models import CaseState, Label
from storage.people import Person, Role
from storage.shelves import Shelf, Sieve
from tests import pages
from tests.app_pages import Visit


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(visit: Visit) -> Visit:
    """Open the desk as a browser with that address would."""
    return partial(visit, "queue")


def person(space: Workspace, name: str, role: Role = Role.AGENT) -> Person:
    with space.db.write() as conn:
        return people.person(conn, name, space.now(), role=role)


def taken(space: Workspace, who: Person) -> Case:
    case = cases.claim_next(space.db, who, space.now())
    assert case is not None
    return case


def type_(space: Workspace, case: Case, who: Person, text: str) -> None:
    """What the field does: this test browser runs no script of ours."""
    writing.keep(space.db, case.id, who, text, space.now(), mention_version=case.mention_version)


def now(space: Workspace, case: Case) -> Case:
    return cases.load(space.db.reader(), case.id)


def shown(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.text, *app.info]
    words = [str(each.value) for each in parts] + [str(e.proto.body) for e in app.get("html")]
    return html.unescape("\n".join(words))


def press(app: AppTest, key: str) -> AppTest:
    app = next(each for each in app.button if each.key == key).click().run()
    assert not app.exception
    return app


def keys(app: AppTest) -> set[str]:
    return {str(each.key) for each in app.button}


def test_looking_needs_no_name_but_acting_does(space: Workspace, desk: Visit) -> None:
    person(space, "Anna")
    app = desk()
    assert "queue.next" not in keys(app)
    app = app.selectbox(key="who").set_value("Anna").run()
    assert not app.exception
    assert "queue.next" in keys(app)


def test_the_list_shows_what_the_store_lists(space: Workspace, desk: Visit) -> None:
    wanted = case_lists.queue(space.db.reader(), states=(CaseState.NEW,))
    app = desk(show="new")
    looks = [each for each in keys(app) if each.startswith("look-")]
    assert len(looks) == min(20, len(wanted))


def test_send_closes_opens_the_next_and_can_be_taken_back(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = taken(space, anna)
    app = desk("Anna", case=str(case.id))
    type_(space, case, anna, "We are sorry.")
    app = press(app, f"case-{case.id}-send")
    done = now(space, case)
    assert (done.state, done.root_cause is not None, done.draft) == (
        CaseState.RESOLVED,
        True,
        "We are sorry.",
    )
    following = shelves.following(space.db.reader(), anna, space.now(), but=case.id)
    assert app.query_params["case"] == str(following)
    app = press(app, "desk.undo-now")
    back = now(space, case)
    assert (back.state, back.owner, back.draft) == (CaseState.CLAIMED, "Anna", "We are sorry.")
    assert app.query_params["case"] == str(case.id)


def test_a_case_that_nobody_holds_is_taken_by_answering_it(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = case_lists.queue(space.db.reader())[0].case
    app = desk("Anna", case=str(case.id))
    type_(space, case, anna, "Sorry")
    assert now(space, case).owner == "Anna"
    press(app, f"case-{case.id}-send")
    assert now(space, case).state is CaseState.RESOLVED


def test_nothing_is_sent_without_words(space: Workspace, desk: Visit) -> None:
    case = taken(space, person(space, "Anna"))
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-send")
    assert "write an answer first" in shown(app)
    assert now(space, case).state is CaseState.CLAIMED


def test_who_was_faster_is_named(space: Workspace, desk: Visit) -> None:
    anna, ben = person(space, "Anna"), person(space, "Ben")
    case = taken(space, anna)
    type_(space, case, anna, "Dear")
    app = desk("Anna", case=str(case.id))
    cases.act(space.db, case.id, Transfer(actor=anna, to=ben), space.now())
    app = press(app, f"case-{case.id}-send")
    assert "Ben holds case" in shown(app)
    assert now(space, case).draft == "Dear"


def test_an_answer_to_a_text_that_changed_is_refused(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = taken(space, anna)
    type_(space, case, anna, "Sorry for that")
    app = desk("Anna", case=str(case.id))
    row = listing.detail(space.db.reader(), case.mention_id)
    changed = pages.review(int(row.native_id[1:]), row.row.published_at, "All good now.", 4.0)
    pages.take(space, space.source("shop"), [changed])
    app = press(app, f"case-{case.id}-send")
    assert "the customer changed the text" in shown(app)
    assert now(space, case).is_open


def test_a_colleagues_case_can_be_read_and_a_lead_takes_it_over(
    space: Workspace, desk: Visit
) -> None:
    anna = person(space, "Anna")
    person(space, "Ben")
    person(space, "Lea", Role.LEAD)
    case = taken(space, anna)
    cases.act(space.db, case.id, SaveDraft(actor=anna, text="Anna's words"), space.now())
    app = desk("Ben", case=str(case.id))
    assert "Anna's words" in shown(app)
    assert f"case-{case.id}-send" not in keys(app)
    press(desk("Lea", case=str(case.id)), f"case-{case.id}-take-over")
    assert now(space, case).owner == "Lea"


def test_snooze_not_us_dismiss_and_give_back(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    first = taken(space, anna)
    app = press(desk("Anna", case=str(first.id)), f"case-{first.id}-panel-snooze")
    press(app, f"case-{first.id}-snooze-friday")
    assert now(space, first).state is CaseState.WAITING
    second = taken(space, anna)
    press(desk("Anna", case=str(second.id)), f"case-{second.id}-not-us")
    assert (now(space, second).state, now(space, second).reason) == (
        CaseState.DISMISSED,
        "not us",
    )
    third = taken(space, anna)
    app = press(desk("Anna", case=str(third.id)), f"case-{third.id}-panel-dismiss")
    press(app, f"case-{third.id}-dismiss")
    assert now(space, third).reason == "nothing to answer"
    fourth = taken(space, anna)
    app = press(desk("Anna", case=str(fourth.id)), f"case-{fourth.id}-panel-more")
    press(app, f"case-{fourth.id}-release")
    assert now(space, fourth).owner is None


def test_the_label_can_be_put_right(space: Workspace, desk: Visit) -> None:
    case = taken(space, person(space, "Anna"))
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-panel-label")
    control = next(each for each in app.get("button_group") if "label" in str(each.key))
    control.set_value("neutral").run()
    assert listing.detail(space.db.reader(), case.mention_id).row.label is Label.NEUTRAL


def test_asking_and_handing_over(space: Workspace, desk: Visit) -> None:
    anna, ben = person(space, "Anna"), person(space, "Ben")
    case = taken(space, anna)
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-panel-ask")
    app.text_input(key=f"case-{case.id}-ask-text").set_value("Do we refund this?").run()
    press(app, f"case-{case.id}-ask-now")
    assert [each.kind.value for each in notices.of(space.db.reader(), ben.id)] == ["mentioned"]
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-panel-ask")
    press(app, f"case-{case.id}-ask-hand")
    assert now(space, case).owner == "Ben"


def test_approval_on_the_page(space: Workspace, desk: Visit) -> None:
    anna, lea = person(space, "Anna"), person(space, "Lea", Role.LEAD)
    with space.db.write() as conn:
        approvals.add(conn, lea, space.now(), role=Role.AGENT)
    case = taken(space, anna)
    type_(space, case, anna, "Sorry.")
    app = desk("Anna", case=str(case.id))
    assert f"case-{case.id}-send" not in keys(app)
    press(app, f"case-{case.id}-approval")
    assert now(space, case).approval is Approval.ASKED
    press(desk("Lea", case=str(case.id), show="waiting"), f"case-{case.id}-approve")
    press(desk("Anna", case=str(case.id)), f"case-{case.id}-send")
    assert now(space, case).state is CaseState.RESOLVED


def test_several_at_once_and_back(space: Workspace, desk: Visit) -> None:
    person(space, "Anna")
    app = desk("Anna", show="new")
    app.toggle(key="desk.several").set_value(True).run()
    before = shelves.count(space.db.reader(), Shelf.NEW, None, space.now())
    app = press(app, "bulk.all")
    app = press(app, "bulk.dismiss")
    left = shelves.count(space.db.reader(), Shelf.NEW, None, space.now())
    assert left == max(0, before - 20)
    press(app, "desk.undo-now")
    assert shelves.count(space.db.reader(), Shelf.NEW, None, space.now()) == before


def test_a_list_is_kept_by_name(space: Workspace, desk: Visit) -> None:
    person(space, "Anna")
    app = desk("Anna", show="new", priority="2")
    app.session_state["desk.sieve"] = True
    app.run()
    app.text_input(key="desk.view-name").set_value("Urgent").run()
    app = press(app, "desk.view-keep")
    view = next(key for key in keys(app) if key.startswith("view-"))
    app = desk("Anna")
    app.session_state["desk.sieve"] = True
    app.run()
    app = press(app, view.replace("gone-", ""))
    assert (app.query_params["show"], app.query_params["priority"]) == ("new", "2")


def test_shelves_split_the_open_cases(space: Workspace) -> None:
    anna, ben = person(space, "Anna"), person(space, "Ben")
    conn, when = space.db.reader(), space.now()
    everything = {each.case.id for each in case_lists.queue(conn)}
    mine, other = taken(space, anna), taken(space, ben)
    aside = taken(space, anna)
    cases.act(space.db, aside.id, Release(actor=anna), when)

    def on(shelf: Shelf, who: Person, sieve: Sieve = shelves.ALL) -> set[int]:
        found = shelves.items(conn, shelf, who, space.now(), sieve=sieve, limit=100)
        return {each.case.id for each in found}

    assert on(Shelf.MINE, anna) == {mine.id}
    assert on(Shelf.MINE, ben) == {other.id}
    assert on(Shelf.NEW, anna) == everything - {mine.id, other.id}
    assert on(Shelf.WAITING, anna) == on(Shelf.DONE, anna) == set()
    assert on(Shelf.NEW, anna, Sieve(source="nowhere")) == set()
    assert on(Shelf.NEW, anna, Sieve(source="shop", priority=2)) <= on(Shelf.NEW, anna)
    topic = on(Shelf.NEW, anna, Sieve(topic="delivery"))
    assert topic
    assert topic < on(Shelf.NEW, anna)
    late = space.now() + (mine.due_at - when) * 2
    freed = {each.case.id for each in shelves.items(conn, Shelf.NEW, ben, late, limit=100)}
    assert mine.id in freed
    cases.act(space.db, mine.id, Claim(actor=ben), late)


def test_a_suggestion_and_a_template_are_one_tap(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = case_lists.queue(space.db.reader())[0].case
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-suggest")
    first = writing.current(space.db.reader(), case.id)
    app = press(app, f"case-{case.id}-suggest")
    second = writing.current(space.db.reader(), case.id)
    assert first is not None
    assert second is not None
    assert first.text != second.text
    assert now(space, case).owner == "Anna"
    app = press(app, f"case-{case.id}-template-2")
    press(app, f"case-{case.id}-send")
    assert now(space, case).state is CaseState.RESOLVED
    found = [each.name for each in templates.uses(space.db.reader())]
    assert len(found) == 2
    assert templates.latest(space.db.reader(), anna) != "(suggested)"


def test_a_fact_is_added_with_one_tap(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = taken(space, anna)
    fact = templates.Template(0, "Five days", "", "", templates.SNIPPET, "It takes five days.")
    with space.db.write() as conn:
        templates.save(conn, fact, anna, space.now())
    app = desk("Anna", case=str(case.id))
    type_(space, case, anna, "We are sorry. – Anna")
    press(app, f"case-{case.id}-snippet-0")
    found = writing.current(space.db.reader(), case.id)
    assert found is not None
    assert found.text == "We are sorry. It takes five days. – Anna"
    assert [each.name for each in templates.uses(space.db.reader())] == ["Five days"]


def test_a_warning_asks_for_a_reason_and_records_it(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = taken(space, anna)
    type_(space, case, anna, "It was our fault. Would you remove your review?")
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-send")
    assert "admit liability" in shown(app)
    assert now(space, case).is_open
    app = press(app, f"case-{case.id}-anyway")
    assert "say why it should go out" in shown(app)
    app.text_input(key=f"case-{case.id}-although").set_value("legal agreed").run()
    press(app, f"case-{case.id}-anyway")
    assert now(space, case).state is CaseState.RESOLVED
    told = [
        each.event.content.get("text", "")
        for each in case_lists.history(space.db.reader(), case.id)
    ]
    assert any("Reason: legal agreed" in each for each in told)


def test_a_hard_stop_cannot_be_overridden(space: Workspace, desk: Visit) -> None:
    anna = person(space, "Anna")
    case = taken(space, anna)
    type_(space, case, anna, "A voucher for a five star review {name}")
    app = press(desk("Anna", case=str(case.id)), f"case-{case.id}-send")
    assert "illegal in many places" in shown(app)
    assert f"case-{case.id}-anyway" not in keys(app)
    assert now(space, case).is_open


def test_the_bell_rings_and_leads_to_the_case(space: Workspace, desk: Visit) -> None:
    anna, ben = person(space, "Anna"), person(space, "Ben")
    case = taken(space, anna)
    cases.act(space.db, case.id, Transfer(actor=anna, to=ben), space.now())
    app = desk("Ben")
    app.session_state["bell"] = True
    app.run()
    assert not app.exception
    assert "Anna" in shown(app)
    desk("Ben", case=str(case.id))
    assert notices.unread(space.db.reader(), ben.id) == 0


def test_the_templates_page(space: Workspace, visit: Visit) -> None:
    person(space, "Anna")
    app = press(visit("templates", "Anna"), "template.adopt")
    assert len(templates.templates(space.db.reader())) == 5
    app = press(app, "template-Thank you")
    key = "template.form-Thank you-text"
    app.text_area(key=key).set_value("Thanks, {name}! {voucher}").run()
    assert "voucher" in shown(app)
    press(app, "template.save")
    found = {each.name: each.text for each in templates.templates(space.db.reader())}
    assert found["Thank you"] == "Thanks, {name}! {voucher}"
