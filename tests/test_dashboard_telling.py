"""Telling who raised a topic what was changed: whom, one mail, and what they said afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import follow_up_page, telling
from dashboard.components import session
from dashboard.delivery import follow_up, mail
from dashboard.settings import MailSettings
from dashboard.wiring import Workspace
from storage import (
    actions,
    addressees,
    came_back,
    follow_ups,
    mail_outbox,
    outbox,
    people,
    privacy,
    reply_outbox,
    told,
)
from storage.actions import Action, Scope
from storage.errors import InputError, NotFound, Refused
from storage.models import Observation, Source
from storage.outbox import Channel, State
from storage.people import EARSHOT, Person
from storage.told import Way
from tests import pages
from tests.app_pages import Visit
from tests.command_line import earshot
from tests.mail_server import Mailbox, mail_server

SHOP = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})
PLAY = Source("play", "google_play", brand="Acme", options={"package": "com.acme"})
RIVAL = Source("rival", "feeds", brand="Rival", options={"url": "http://127.0.0.1:9/r.xml"})
WORDS = "We work with a second courier now, and parcels come a day earlier."
MAIL = MailSettings("127.0.0.1", "care@acme.example", public_url="https://care.acme.example")
BAD = "Delivery was terrible and late, very bad service."


def said(number: int, days: float, now: object, **more: object) -> Observation:
    made = pages.review(number, now - timedelta(days=days), f"{BAD} ({number})", 1.0)  # type: ignore[operator]
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """Seven people spoke of delivery: three can be mailed, one replied to, one praised it."""
    made = pages.build(tmp_path, mentions=False)
    now = made.now()
    made.settings = replace(made.settings, mail=MAIL, secrets={"EARSHOT_GOOGLE_PLAY_KEY": "{}"})
    mine = {"E-Mail": "Mia@home.example"}
    pages.take(
        made,
        SHOP,
        [
            said(1, 40, now, author="Mia Berg", extra=mine),
            said(2, 30, now, author="Mia B.", extra={"mail": "mia@home.example"}),
            said(3, 30, now, author="noah@home.example"),
            said(4, 30, now, author="Ola"),
            said(5, 30, now, author="Pia", text="I love the delivery, fast!", rating=5.0),
            said(6, 1, now, author="Rob", extra={"email": "late@home.example"}),
            said(7, 30, now, author="Sam", extra={"email": "sam@home.example"}),
        ],
    )
    pages.take(made, PLAY, [said(8, 30, now, author="Kim", place="play:com.acme")])
    pages.take(made, RIVAL, [said(9, 30, now, author="x@rival.example", place="r", brand="Rival")])
    yield made
    made.close()


@pytest.fixture
def mia(space: Workspace) -> Person:
    with space.db.write() as conn:
        return people.person(conn, "Zoe", space.now())


@pytest.fixture
def action(space: Workspace, mia: Person) -> Action:
    now = space.now()
    with space.db.write() as conn:
        number = actions.register(
            conn, "A second courier", "delivery", "negative_share", Scope(), None, mia.id, now
        )
        actions.done(conn, number, day(space, 5), now.date(), mia.id, now)
    return actions.get(space.db.reader(), number)


def day(space: Workspace, back: int) -> date:
    return (space.now() - timedelta(days=back)).date()


def ways(space: Workspace, action: Action) -> dict[str, Way]:
    return {each.author: each.way for each in telling.people(space, action)}


def test_everybody_who_raised_it_before_is_listed_once_with_a_way(
    space: Workspace, action: Action, mia: Person
) -> None:
    follow_ups.stop(space.db, "sam@home.example", mia, space.now())
    assert ways(space, action) == {
        "Mia B.": Way.MAIL,
        "noah@home.example": Way.MAIL,
        "Ola": Way.NOWHERE,
        "Sam": Way.STOPPED,
        "Kim": Way.REPLY,
    }


def test_who_is_told_is_chosen_by_what_was_said_of_the_topic(
    space: Workspace, action: Action
) -> None:
    now = space.now()
    ann = "Wonderful products, brilliant staff, great prices! Only the delivery was terrible."
    bob = "The delivery was excellent and fast. But the product is terrible, an awful app."
    pages.take(
        space,
        SHOP,
        [
            said(21, 20, now, author="Ann", text=ann, rating=5.0),
            said(22, 20, now, author="Bob", text=bob, rating=1.0),
            said(23, 20, now, author="Cal", text=f"{bob} Then delivery was horrible.", rating=5.0),
        ],
    )
    assert {"Ann", "Bob", "Cal"} & ways(space, action).keys() == {"Ann", "Cal"}


def test_a_round_writes_each_once_and_shares_the_cap(
    space: Workspace, action: Action, mia: Person
) -> None:
    assert telling.start(space, action.id, WORDS, "", mia) == 3
    mails = outbox.entries(space.db.reader(), channels=[Channel.MAIL])
    assert len(mails) == 3
    assert {each.actor for each in mails} == {"Zoe"}
    assert telling.start(space, action.id, WORDS, "", mia) == 0
    assert set(ways(space, action).values()) == {Way.TOLD, Way.NOWHERE}
    now = space.now()
    assert not addressees.may_ask(space.db, "MIA@home.example", now)
    assert addressees.may_ask(space.db, "mia@home.example", now + addressees.ONCE_IN)
    with space.db.write() as conn:
        other = actions.register(
            conn, "Again", "delivery", "negative_share", Scope(), None, mia.id, now
        )
        actions.done(conn, other, day(space, 5), now.date(), mia.id, now)
    again = ways(space, actions.get(space.db.reader(), other))
    assert again["noah@home.example"] is Way.LATELY
    found = told.of_action(space.db.reader(), action.id, now)
    assert found is not None
    assert (found.raised, found.told, found.waiting, found.unreachable) == (5, 3, 1, 1)
    assert told.of_action(space.db.reader(), action.id, now - timedelta(days=1)) is None
    later = now + timedelta(hours=1)
    follow_ups.stop(space.db, "noah@home.example", mia, later)
    lost = told.of_action(space.db.reader(), action.id, later)
    assert lost is not None
    assert (lost.told, told.of_action(space.db.reader(), action.id, now)) == (2, found)


def test_a_reply_is_counted_as_an_answer_and_nobody_told_is_missing_from_those_who_raised_it(
    space: Workspace, action: Action, mia: Person
) -> None:
    people_ = telling.people(space, action)
    telling.start(space, action.id, WORDS, "", mia)
    now = space.now() + timedelta(days=1)
    space.now = lambda: now
    kim = said(8, 31, now, author="Kim", place="play:com.acme")
    pages.take(space, PLAY, [replace(kim, reply_text="Have you tried to restart?", reply_at=now)])
    found = told.of_action(space.db.reader(), action.id, now)
    assert found is not None
    assert (found.told, found.answered, found.waiting) == (3, 1, 0)
    assert "3 of 5 told, 1 answered at their source since" in telling.became(found)
    with space.db.write() as conn:
        conn.execute("UPDATE outbox SET state = 'sent'")
    gone = [each.mention_id for each in people_ if each.way in (Way.MAIL, Way.REPLY)]
    privacy.erase(space.db, gone, "test", EARSHOT, now)
    pages.take(space, SHOP, [said(30, 30, now, author="Zed", extra={"email": "z@home.example"})])
    assert telling.start(space, action.id, WORDS, "", mia) >= 1
    found = told.of_action(space.db.reader(), action.id, now)
    assert found is not None
    assert (found.raised, found.told, found.answered, found.unreachable) == (6, 4, 1, 1)


def test_mails_say_what_was_raised_and_how_to_get_no_more(
    space: Workspace, action: Action, mia: Person
) -> None:
    made = telling.plan(space, action, telling.people(space, action), "<b>Faster</b> couriers now.")
    letter = next(each for each in made.passed if each.to.author == "Mia B.")
    assert "you told us about Acme's delivery" in letter.mail.text
    assert "&lt;b&gt;Faster&lt;/b&gt;" in letter.mail.html
    telling.start(space, action.id, WORDS, "", mia)
    token = told.link(space.db, action.id, letter.to.mention_id)
    assert token in letter.mail.text
    with pytest.raises(NotFound):
        told.opened(space.db, token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert follow_up_page._told(space.db, token, False)[2] == follow_up.WORDS["stop"]
    assert addressees.stopped(space.db, "mia@home.example") is False
    follow_up_page._told(space.db, token, True)
    assert addressees.stopped(space.db, "mia@home.example")


def test_the_checks_hold_back_and_a_reason_lets_doubts_pass(
    space: Workspace, action: Action, mia: Person
) -> None:
    found = telling.people(space, action)
    buying = telling.plan(space, action, found, "A voucher for you once you change your review.")
    assert not buying.passed
    assert not buying.doubted
    doubtful = f"{WORDS} Ask us at care@acme.example."
    made = telling.plan(space, action, found, doubtful)
    assert (len(made.passed), len(made.doubted)) == (0, 3)
    assert any("personal data" in each for each in telling.reasons(made))
    assert telling.start(space, action.id, doubtful, "", mia) == 0
    assert telling.start(space, action.id, doubtful, "it is our own address", mia) == 3


def test_who_came_back_happier_is_counted_and_survives_an_erasure(
    space: Workspace, action: Action, mia: Person
) -> None:
    telling.start(space, action.id, WORDS, "", mia)
    with space.db.write() as conn:
        conn.execute("UPDATE outbox SET state = 'sent'")
    now = space.now() + timedelta(days=3)
    space.now = lambda: now
    better = said(20, 1, now, author="Mia Berg", rating=5.0, text="Great app, wonderful support!")
    worse = said(21, 1, now, author="noah@home.example", rating=1.0)
    edited = said(7, 33, now, author="Sam", rating=4.0, text="Delivery is better now.")
    edited = replace(edited, extra={"email": "sam@home.example"}, updated_at=now)
    mine = {"E-Mail": "mia@home.example"}
    pages.take(space, SHOP, [replace(better, extra=mine), worse, edited])
    assert came_back.refresh(space.db, now) == 3
    assert came_back.refresh(space.db, now) == 0
    found = told.of_action(space.db.reader(), action.id, now)
    assert found is not None
    assert (found.back, found.happier) == (3, 2)
    ids = [each.mention_id for each in telling.people(space, action)]
    privacy.erase(space.db, ids, "test", EARSHOT, now)
    assert told.of_action(space.db.reader(), action.id, now) == found
    mails = outbox.entries(space.db.reader(), channels=[Channel.MAIL])
    assert {each.mention_id for each in mails if each.content is None} == {
        each.mention_id for each in mails if each.mention_id in ids
    }


def test_nothing_leaves_where_it_must_not(space: Workspace, action: Action, mia: Person) -> None:
    with pytest.raises(InputError, match="what was changed"):
        telling.start(space, action.id, "short", "", mia)
    space.settings = replace(space.settings, mail=None)
    with pytest.raises(Refused, match="mail server"):
        telling.start(space, action.id, WORDS, "", mia)
    with space.db.write() as conn:
        planned = actions.register(
            conn, "x", "delivery", "rating", Scope(), None, mia.id, space.now()
        )
    assert telling.people(space, actions.get(space.db.reader(), planned)) == []
    with pytest.raises(Refused, match="was done"):
        telling.start(space, planned, WORDS, "", mia)


def states(space: Workspace) -> dict[str, State]:
    found = outbox.entries(space.db.reader(), channels=[Channel.MAIL])
    return {mail.to: each.state for each in found if (mail := mail_outbox.read(each)) is not None}


def work_off(space: Workspace, box: Mailbox, now: datetime) -> list[str]:
    before = len(box.mails)
    mail.work_off(space.db, mail.Way(box.settings()), lambda: now)
    return sorted(str(each["To"]) for each in box.mails[before:])


def test_who_says_stop_gets_nothing_that_waits_or_is_tried_again(
    space: Workspace, action: Action, mia: Person
) -> None:
    telling.start(space, action.id, WORDS, "", mia)
    now = space.now()
    with mail_server() as box:
        box.refuse = {"sam@home.example"}
        follow_ups.stop(space.db, "Noah@home.example", mia, now)
        assert states(space)["noah@home.example"] is State.CANCELLED
        assert work_off(space, box, now) == ["mia@home.example"]
        box.refuse = set()
        (failed,) = outbox.entries(space.db.reader(), states=[State.FAILED])
        follow_ups.stop(space.db, "sam@home.example", mia, now)
        with pytest.raises(Refused, match="has not failed"):
            reply_outbox.retry(space.db, failed.id, mia, now)
        # Stopped while a sender had it: it is put back or fails, and still never leaves.
        for state in (State.FAILED, State.PENDING):
            with space.db.write() as conn:
                outbox.put(conn, failed.id, state, mia.id, now, now)
            if state is State.FAILED:
                with pytest.raises(Refused, match="asked not to be written to"):
                    reply_outbox.retry(space.db, failed.id, mia, now)
        assert work_off(space, box, now + timedelta(days=1)) == []
    assert states(space)["sam@home.example"] is State.CANCELLED
    assert "asked not to be" in str(outbox.get(space.db.reader(), failed.id).error)


def test_a_withdrawn_action_is_not_told_any_more(
    space: Workspace, action: Action, mia: Person
) -> None:
    telling.start(space, action.id, WORDS, "", mia)
    now = space.now()
    first = outbox.entries(space.db.reader())[0]
    with space.db.write() as conn:
        actions.withdraw(conn, action.id, "it was not true", mia.id, now)
    assert set(states(space).values()) == {State.CANCELLED}
    with space.db.write() as conn:  # a sender had this one
        outbox.put(conn, first.id, State.PENDING, mia.id, now, now)
    with mail_server() as box:
        assert work_off(space, box, now + timedelta(days=1)) == []
    assert "withdrawn" in str(outbox.get(space.db.reader(), first.id).error)
    with pytest.raises(Refused, match="withdrawn meanwhile"):
        told.start(space.db, action, [], {}, WORDS, "", mia, now)


def test_the_command_line_lists_before_it_sends(
    space: Workspace, action: Action, tmp_path: Path
) -> None:
    path = ("--db", space.db.path, "--config", tmp_path / "earshot.toml", "--as", "Zoe")
    listed = earshot("actions", "tell", action.id, "--text", WORDS, *path)
    assert listed.code == 0, listed.err
    assert "5 raised it, 3 get a mail" in listed.text
    assert outbox.entries(space.db.reader()) == []
    refused = earshot("actions", "tell", action.id, "--text", WORDS, "--send", *path)
    assert (refused.code, "mail server" in refused.err) == (1, True)


def test_the_page_previews_and_starts(
    space: Workspace, action: Action, tmp_path: Path, visit: Visit
) -> None:
    (tmp_path / "earshot.toml").write_text(
        '[mail]\nhost = "127.0.0.1"\nsender = "care@acme.example"\n'
    )
    app = visit("actions", "Zoe", [f"tell-{action.id}"])
    assert not app.exception
    app.text_area(key=f"tell-{action.id}-words").set_value(WORDS).run()
    shown = "\n".join(str(each.proto.body) for each in app.get("html"))
    assert "Hello" in shown
    assert outbox.entries(space.db.reader()) == []
    app.button(key=f"tell-{action.id}-start").click().run()
    assert not app.exception
    assert len(outbox.entries(space.db.reader())) == 3
    shown = "\n".join(str(each.proto.body) for each in app.get("html"))
    assert "nobody came back yet" in shown
    session._open.clear()
    session.jobs.clear()
