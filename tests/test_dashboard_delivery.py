"""Notices leave by mail, signed webhook and apprise: once recorded, tried again, marked."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from dashboard.delivery import sender, tellings, ways
from dashboard.delivery.outcomes import Held, Unclear
from dashboard.delivery.ways import Means, Message
from storage import alert_rules, alert_tellings, alerts, outbox, people
from storage.alert_rules import Route
from storage.alerts import Alert, AlertState, Moved, Opened, Severity, Sign
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.outbox import State
from storage.people import EARSHOT
from tests.desk import NOW, open_database
from tests.http_server import Answer, LoopbackServer, serving
from tests.mail_server import Mailbox, mail_server

ZONE = "UTC"
SIGN = Sign("volume", "brand=Acme", "Acme: 60 mentions in 3 hours", severity=Severity.HIGH)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
def web() -> Iterator[LoopbackServer]:
    with serving() as server:
        yield server


def route(db: Database, *routes: Route) -> None:
    with db.write() as conn:
        ana = people.person(conn, "Ana", NOW)
        for each in routes:
            alert_rules.save_route(conn, each, ana, NOW)


def open_alerts(db: Database, *signs: Sign, now: datetime = NOW) -> list[Alert]:
    return alerts.update(
        db,
        lambda _: [Opened(sign) for sign in signs or (SIGN,)],
        now,
        lambda conn, news: tellings.tell(conn, news, now, ZONE),
    )


def deliver(db: Database, by: Mailbox | None = None, now: datetime = NOW, **secrets: str) -> int:
    means = Means(secrets, None if by is None else by.settings())
    return sender.deliver(db, means, lambda: now)


def test_a_mail_goes_to_a_real_server_once(db: Database, box: Mailbox) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"), Route("low", "mail:low@acme.example"))
    open_alerts(db)
    assert deliver(db, box) == 2
    assert deliver(db, box) == 0
    mail = next(each for each in box.mails if each["To"] == "ana@acme.example")
    assert mail["Subject"] == "Earshot: Acme: 60 mentions in 3 hours"
    assert mail["From"] == "earshot@acme.example"
    (entry,) = (each for each in outbox.entries(db.reader()) if each.key in mail["Message-ID"])
    assert mail["Message-ID"] == f"<{entry.key}@acme.example>"
    assert mail[ways.REPEAT] is None
    assert "[high] Acme: 60 mentions" in mail.get_payload()


def test_what_failed_is_tried_again_under_the_same_id(db: Database, box: Mailbox) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    box.plan = ["451 later"]
    assert deliver(db, box) == 0
    (entry,) = outbox.entries(db.reader())
    assert (entry.state, entry.attempts) == (State.PENDING, 1)
    assert "451" in (entry.error or "")
    assert deliver(db, box, NOW + timedelta(seconds=10)) == 0
    assert deliver(db, box, NOW + timedelta(seconds=31)) == 1
    (mail,) = box.mails
    assert entry.key in mail["Message-ID"]
    assert mail[ways.REPEAT] is None


def test_dead_letters_are_visible_and_can_leave_again(db: Database, box: Mailbox) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    assert deliver(db) == 0
    (entry,) = outbox.entries(db.reader(), states=[State.FAILED])
    assert entry.error == "there is no mail server: name one under [mail] in earshot.toml"
    with db.write() as conn:
        ana = people.known(conn, "Ana")
        alert_tellings.retry(conn, entry.id, ana, NOW)
        with pytest.raises(Refused, match="only failed ones"):
            alert_tellings.retry(conn, entry.id, ana, NOW)
        with pytest.raises(NotFound):
            alert_tellings.retry(conn, 99, ana, NOW)
    assert deliver(db, box) == 1
    assert [entry.key in mail["Message-ID"] for mail in box.mails] == [True]
    assert box.mails[0][ways.REPEAT] is None


def test_a_refused_address_is_not_tried_again(db: Database, box: Mailbox) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    box.plan = ["554 no such person"]
    deliver(db, box)
    assert [each.state for each in outbox.entries(db.reader())] == [State.FAILED]


def test_a_webhook_is_signed_and_can_be_checked(db: Database, web: LoopbackServer) -> None:
    web.route("/hook", lambda seen: Answer(b"", 204))
    route(db, Route("CRM", "webhook:crm"))
    open_alerts(db)
    secrets = {"EARSHOT_WEBHOOK_CRM": f"{web.url}/hook", "EARSHOT_WEBHOOK_CRM_SECRET": "s3cret"}
    assert deliver(db, **secrets) == 1
    (seen,) = web.requests
    signed = seen.headers["x-earshot-timestamp"].encode() + b"." + seen.body
    expected = hmac.new(b"s3cret", signed, sha256).hexdigest()
    assert seen.headers["x-earshot-signature"] == f"v1={expected}"
    said = json.loads(seen.body)
    assert said["key"] == seen.headers["idempotency-key"]
    assert said["alerts"][0]["words"] == SIGN.words


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, State.PENDING), (429, State.PENDING), (404, State.FAILED), (302, State.FAILED)],
)
def test_what_a_webhook_answers_decides(
    db: Database, web: LoopbackServer, status: int, state: State
) -> None:
    web.route("/hook", lambda seen: Answer(b"", status, {"location": f"{web.url}/elsewhere"}))
    route(db, Route("CRM", "webhook:crm"))
    open_alerts(db)
    secrets = {"EARSHOT_WEBHOOK_CRM": f"{web.url}/hook", "EARSHOT_WEBHOOK_CRM_SECRET": "s"}
    assert deliver(db, **secrets) == 0
    assert web.paths() == ["/hook"]
    (entry,) = outbox.entries(db.reader())
    assert entry.state is state
    assert str(status) in (entry.error or "")


def test_apprise_tells_its_services(db: Database, web: LoopbackServer) -> None:
    web.default = lambda seen: Answer(b"{}", 200)
    route(db, Route("Ops", "notify:ops"), Route("Wrong", "notify:wrong"))
    open_alerts(db)
    port = web.url.rpartition(":")[2]
    secrets = {"EARSHOT_NOTIFY_OPS": f"json://127.0.0.1:{port}/x", "EARSHOT_NOTIFY_WRONG": "huh"}
    assert deliver(db, **secrets) == 1
    (seen,) = web.requests
    assert "60 mentions" in json.loads(seen.body)["title"]
    (failed,) = outbox.entries(db.reader(), states=[State.FAILED])
    assert failed.error == "EARSHOT_NOTIFY_WRONG is no address that apprise knows"


def attempt(db: Database, now: datetime, way: Callable[[Message], None]) -> list[Message]:
    said: list[Message] = []

    def send(message: Message, means: Means, at: datetime) -> None:
        said.append(message)
        way(message)

    sender.deliver(db, Means({}), lambda: now, {"mail": send})
    return said


def broken(error: Exception) -> Callable[[Message], None]:
    def way(message: Message) -> None:
        raise error

    return way


def test_only_what_may_have_arrived_is_marked_as_a_repeat(db: Database) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    (first,) = attempt(db, NOW, broken(Held("down")))
    (second,) = attempt(db, NOW + timedelta(hours=1), broken(Unclear("cut off")))
    (third,) = attempt(db, NOW + timedelta(hours=9), lambda message: None)
    assert [each.repeat for each in (first, second, third)] == [False, False, True]
    assert len({each.key for each in (first, second, third)}) == 1
    assert attempt(db, NOW + timedelta(hours=20), lambda message: None) == []


def test_it_is_given_up_after_ten_attempts(db: Database) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    for number in range(sender.ATTEMPTS):
        attempt(db, NOW + number * timedelta(hours=3), broken(Held("down")))
    (entry,) = outbox.entries(db.reader())
    assert (entry.state, entry.attempts) == (State.FAILED, sender.ATTEMPTS)


def test_a_digest_tells_all_together_and_leaves_out_what_is_over(db: Database) -> None:
    at_nine = Route("Ana", "mail:ana@acme.example", digest_at=11 * 60)
    route(db, at_nine)
    signs = [Sign("volume", f"source={name}", f"{name}: much") for name in "abc"]
    found = open_alerts(db, *signs)
    assert attempt(db, NOW, lambda message: None) == []
    alerts.change(db, found[1].id, lambda alert: Moved(alert, AlertState.RESOLVED), EARSHOT, NOW)
    (message,) = attempt(db, NOW + timedelta(hours=2), lambda message: None)
    assert message.subject == "2 alerts: a: much"
    assert "b: much" not in message.text


def test_a_route_that_is_gone_leaves_nothing_waiting(db: Database) -> None:
    route(db, Route("Ana", "mail:ana@acme.example"))
    open_alerts(db)
    with db.write() as conn:
        alert_rules.remove_route(conn, "Ana")
    assert attempt(db, NOW, lambda message: None) == []
    assert not alert_tellings.is_due(db.reader(), NOW + timedelta(days=9))
