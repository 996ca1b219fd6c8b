"""Mails by a real SMTP server: accepted once, sent at least once by one id, repeats marked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard.delivery import mail, smtp
from dashboard.settings import MailSettings, load
from storage import mail_outbox, outbox, reply_outbox
from storage.database import Database
from storage.errors import ConfigError, InputError
from storage.mail_outbox import Attachment, Mail
from storage.outbox import Channel, Entry, State
from storage.people import EARSHOT
from tests.command_line import earshot
from tests.desk import NOW, open_database
from tests.mail_server import PASSWORD, Mailbox, certificate, mail_server

LETTER = Mail("zoe@acme.example", "Grüße\nBcc: x@y.example", "Hello Zoë", "<p>Hello Zoë</p>")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path)
    yield made
    made.close()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def put(db: Database, letter: Mail = LETTER, key: str = "1", **more: datetime) -> Entry:
    with db.write() as conn:
        return mail_outbox.enqueue(conn, "digest", key, letter, NOW, **more)


def send(db: Database, box: Mailbox, now: datetime = NOW, password: str = "", **more: str) -> int:
    return mail.work_off(db, mail.Way(box.settings(**more), password), lambda: now)


def state(db: Database, entry: Entry) -> tuple[State, int, str | None]:
    found = outbox.get(db.reader(), entry.id)
    return found.state, found.attempts, found.error


def test_a_mail_arrives_whole_and_once(db: Database, box: Mailbox) -> None:
    attached = LETTER._replace(attachments=(Attachment("r.pdf", "application/pdf", b"%PDF\0"),))
    entry = put(db, attached)
    assert put(db, attached).id == entry.id
    assert send(db, box) == 1
    assert send(db, box) == 0
    (got,) = box.mails
    assert (got["To"], got["From"]) == ("zoe@acme.example", "earshot@acme.example")
    assert (got["Subject"], got["Bcc"]) == ("Grüße Bcc: x@y.example", None)
    assert got[smtp.REPEAT] is None
    assert got["Message-ID"] == f"<{entry.native_id}@acme.example>"
    text, html, file = [part for part in got.walk() if not part.is_multipart()]
    assert text.get_content().strip() == "Hello Zoë"  # type: ignore[attr-defined]
    assert html.get_content_type() == "text/html"
    assert (file.get_filename(), file.get_payload(decode=True)) == ("r.pdf", b"%PDF\0")
    assert state(db, entry) == (State.SENT, 1, None)
    kept = mail_outbox.read(outbox.get(db.reader(), entry.id))
    assert kept is not None
    assert kept.attachments == ()


def test_it_waits_until_its_time(db: Database, box: Mailbox) -> None:
    put(db, not_before=NOW + timedelta(hours=1))
    assert send(db, box) == 0
    assert send(db, box, NOW + timedelta(hours=1)) == 1


def test_passing_trouble_is_tried_again_unmarked(db: Database, box: Mailbox) -> None:
    entry = put(db)
    box.plan = ["451 greylisted"]
    assert send(db, box) == 0
    assert state(db, entry) == (State.PENDING, 1, "the mail server says 451 greylisted")
    assert send(db, box, NOW + timedelta(seconds=29)) == 0
    assert send(db, box, NOW + timedelta(seconds=30)) == 1
    assert [each[smtp.REPEAT] for each in box.mails] == [None]


def test_a_lost_answer_is_repeated_under_the_same_id_and_marked(db: Database, box: Mailbox) -> None:
    put(db)
    box.plan = ["lost"]
    assert send(db, box) == 0
    assert send(db, box, NOW + timedelta(minutes=1)) == 1
    assert len(box.mails) == 2
    assert len(set(box.ids())) == 1
    assert [each[smtp.REPEAT] is not None for each in box.mails] == [False, True]


def test_a_sender_that_died_is_followed_by_a_marked_repeat(db: Database, box: Mailbox) -> None:
    put(db)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert outbox.claim(db, Channel.MAIL, f"{gone.pid}:dead", NOW) is not None
    assert send(db, box) == 1
    assert box.mails[0][smtp.REPEAT].startswith("1;")


@pytest.mark.parametrize("trouble", ["data", "rcpt"])
def test_a_refusal_is_final_and_told(db: Database, box: Mailbox, trouble: str) -> None:
    entry = put(db)
    if trouble == "data":
        box.plan = ["554 spam"]
    else:
        box.refuse = {"zoe@acme.example"}
    assert send(db, box) == 0
    found, _, error = state(db, entry)
    assert found is State.FAILED
    assert str(error).startswith("the mail server says 55")


def test_a_server_that_is_away_is_waited_for_and_given_up_at_last(db: Database) -> None:
    entry = put(db)
    away = MailSettings("127.0.0.1", "a@b.example", 1, "none")
    now = NOW
    for _ in range(mail.ATTEMPTS):
        mail.work_off(db, mail.Way(away), lambda now=now: now)  # type: ignore[misc]
        now += timedelta(hours=7)
    found, attempts, error = state(db, entry)
    assert (found, attempts) == (State.FAILED, mail.ATTEMPTS)
    assert "could not be reached" in str(error)


def test_one_that_may_have_arrived_is_not_repeated_for_ever(db: Database, box: Mailbox) -> None:
    entry = put(db)
    box.plan = ["lost"] * 50
    now = NOW
    for _ in range(mail.ATTEMPTS + 3):
        send(db, box, now)
        now += timedelta(hours=7)
    assert len(box.mails) == mail.ATTEMPTS
    found, attempts, error = state(db, entry)
    assert (found, attempts) == (State.FAILED, mail.ATTEMPTS)
    assert "may have arrived" in str(error)
    box.plan = []
    reply_outbox.retry(db, entry.id, EARSHOT, now)
    assert send(db, box, now) == 1
    assert box.mails[-1][smtp.REPEAT].startswith(f"{mail.ATTEMPTS};")


def test_signing_in(db: Database) -> None:
    with mail_server(sign_in=True) as box:
        entry = put(db)
        assert send(db, box, username="u", password="wrong") == 0
        assert "EARSHOT_MAIL_PASSWORD" in str(state(db, entry)[2])
        put(db, key="2")
        assert send(db, box, username="u", password=PASSWORD) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_needs_a_certificate_that_is_trusted(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    pem = certificate(tmp_path)
    with mail_server(sign_in=True, security=security, pem=pem) as box:
        entry = put(db)
        assert send(db, box, username="u", password=PASSWORD) == 0
        found, _, error = state(db, entry)
        assert found is State.PENDING
        assert "SSL_CERT_FILE" in str(error)
        assert not box.mails
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        later = NOW + timedelta(minutes=1)
        assert send(db, box, later, username="u", password=PASSWORD) == 1
        assert box.ids() == [f"<{entry.native_id}@acme.example>"]


def test_doctor_says_whether_mails_can_leave(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(sign_in=True) as box:
        (tmp_path / "earshot.toml").write_text(
            f'[mail]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
            'sender = "care@acme.example"\nusername = "care"\n'
        )
        places = ("--db", db.path, "--config", tmp_path / "earshot.toml", "--online")
        monkeypatch.delenv(smtp.PASSWORD, raising=False)
        ran = earshot("doctor", *places)
        assert ran.code == 1
        assert f"set the environment variable {smtp.PASSWORD}" in ran.text
        assert "refuses the sign-in" in ran.text
        monkeypatch.setenv(smtp.PASSWORD, PASSWORD)
        assert "trial sign-in for mails: ok" in earshot("doctor", *places).text
        assert not box.mails
        put(db)
        entry = outbox.claim(db, Channel.MAIL, "1:x", NOW)
        assert entry is not None
        mail_outbox.failed(db, entry, "1:x", NOW, "no")
        assert (
            "1 of replies, mails and notices could not be sent" in earshot("doctor", *places).text
        )


def test_words_never_leave_in_the_clear_where_tls_is_asked_for(db: Database, box: Mailbox) -> None:
    entry = put(db)
    box.security = "starttls"
    assert send(db, box) == 0
    found, _, error = state(db, entry)
    assert (found, box.mails) == (State.FAILED, [])
    assert "mail.security" in str(error)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('host = "h"', "sender is missing"),
        ('host = "h"\nsender = "Acme Care"', "is no mail address; write care@example.org"),
        ('host = "h"\nsender = "Acme, Care <a@b>"', "a name with a comma in double quotes"),
        ('host = "h"\nsender = "a@b, c@d"', "is no mail address"),
        ('host = "h"\nsender = "Ac\\u0007me <a@b>"', "a control sign"),
        ('host = "h"\nsender = "a@b"\nsecurity = "ssl"', 'must be "starttls", "tls" or "none"'),
        ('host = "h"\nsender = "a@b"\npublic_url = "care"', "must begin with https://"),
        ('hosts = "h"', "did you mean 'host'"),
    ],
)
def test_a_slip_in_the_settings_is_told(tmp_path: Path, table: str, says: str) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(f"[mail]\n{table}\n")
    with pytest.raises(ConfigError, match=says):
        load(config)


def test_a_sender_may_have_a_name(db: Database, box: Mailbox, tmp_path: Path) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
        'sender = "Café & Care <care@acme.example>"\n'
    )
    settings = load(config).mail
    assert settings is not None
    assert (settings.name, settings.sender) == ("Café & Care", "care@acme.example")
    entry = put(db)
    assert mail.work_off(db, mail.Way(settings), lambda: NOW) == 1
    (got,) = box.mails
    assert got["Message-ID"] == f"<{entry.native_id}@acme.example>"
    (sender,) = got["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Café & Care", "care@acme.example")


@pytest.mark.parametrize("to", ["", "x", "@y.example", "a b@c.example", "a@b.example,c@d.example"])
def test_what_is_no_address_is_refused(db: Database, to: str) -> None:
    with pytest.raises(InputError, match="no mail address"):
        put(db, LETTER._replace(to=to))


def test_a_mail_that_cannot_be_one_fails_alone(db: Database, box: Mailbox) -> None:
    bad = put(db, LETTER._replace(headers=(("X-A", "one\ntwo"),)), key="bad")
    put(db)
    assert send(db, box) == 1
    found, _, error = state(db, bad)
    assert found is State.FAILED
    assert "it cannot be a mail" in str(error)
