"""Sends the mails of the outbox by SMTP: at least once, always under one Message-ID.

A mail whose earlier sending nobody can rule out is marked as a repeat. Not here: what mails
say (``follow_up`` and others), which wait (``storage.mail_outbox``).
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from dashboard.settings import MailSettings
from storage import mail_outbox, outbox
from storage.database import Database
from storage.jobs import sender
from storage.mail_outbox import Mail
from storage.outbox import Channel, Entry

log = logging.getLogger("earshot.mail")

PASSWORD = "EARSHOT_MAIL_PASSWORD"
REPEAT = "X-Earshot-Repeat"
TIMEOUT = 30.0
ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)


class _Unsent(Exception):
    """The server did not take it for sure; ``final`` where it never will."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class _Doubt(Exception):
    """The connection broke after the words had left."""


def work_off(
    db: Database, settings: MailSettings, password: str, now: Callable[[], datetime]
) -> int:
    """Send every mail that is due; return how many the server took."""
    me, count = sender(), 0
    while (entry := outbox.claim(db, Channel.MAIL, me, now())) is not None:
        count += _take(db, entry, me, settings, password, now)
    return count


def message(entry: Entry, mail: Mail, settings: MailSettings, doubts: int) -> EmailMessage:
    """Return a mail as it is sent; its Message-ID is fixed with its row."""
    made = EmailMessage()
    made["From"] = settings.sender
    made["To"] = mail.to
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(entry.created_at)
    made["Message-ID"] = f"<{entry.native_id}@{settings.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if doubts:
        made[REPEAT] = f"{doubts}; this mail may have reached you before"
    for name, value in mail.headers:
        made[name] = value
    made.set_content(mail.text)
    if mail.html:
        made.add_alternative(mail.html, subtype="html")
    for each in mail.attachments:
        kind, _, subtype = each.type.partition("/")
        made.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name)
    return made


def _take(
    db: Database,
    entry: Entry,
    me: str,
    settings: MailSettings,
    password: str,
    now: Callable[[], datetime],
) -> bool:
    mail = mail_outbox.read(entry)
    if mail is None:
        mail_outbox.failed(db, entry, me, now(), "its words were erased")
        return False
    try:
        made = message(entry, mail, settings, mail_outbox.doubts(db.reader(), entry.id))
        _send(made, settings, password)
    except _Unsent as error:
        if error.final or entry.attempts >= ATTEMPTS:
            mail_outbox.failed(db, entry, me, now(), str(error))
        else:
            _again(db, entry, me, now(), str(error), doubt=False)
    except _Doubt as error:
        _again(db, entry, me, now(), str(error), doubt=True)
    except ValueError as error:  # a header or an attachment that no mail can have
        mail_outbox.failed(db, entry, me, now(), f"it cannot be a mail: {error}")
    else:
        return mail_outbox.sent(db, entry, me, now())
    log.warning("mail %s was not sent", entry.id)
    return False


def _again(db: Database, entry: Entry, me: str, now: datetime, why: str, *, doubt: bool) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(entry.attempts - 1, 12), LONGEST_PAUSE)
    mail_outbox.postpone(db, entry, me, now, why, now + pause, doubt=doubt)


def _send(made: EmailMessage, settings: MailSettings, password: str) -> None:
    """Hand a message to the server, or say how far it got."""
    where = f"{settings.host}:{settings.port}"
    server: smtplib.SMTP | None = None
    try:
        server = _connected(settings)
        if settings.username:
            server.login(settings.username, password)
        _deliver(server, made, settings)
    except smtplib.SMTPAuthenticationError as error:
        raise _Unsent(f"{where} refuses the sign-in: check {PASSWORD}", final=True) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _Unsent(f"{where}: {error}", final=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _Unsent(f"{where} could not be reached: {error}") from error
    finally:
        if server is not None:
            _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; whether that is heard changes nothing of what was taken."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError) as error:
        log.debug("the mail server did not say goodbye: %s", error)
        server.close()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    us = settings.sender.rpartition("@")[2]  # else smtplib asks the network for our name
    host, port = settings.host, settings.port
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, us, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port, us, TIMEOUT)
    if settings.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server


def _deliver(server: smtplib.SMTP, made: EmailMessage, settings: MailSettings) -> None:
    """Name sender and recipient, then say the words: only from there on is there a doubt."""
    server.ehlo_or_helo_if_needed()
    for code, said in (server.mail(settings.sender), server.rcpt(made["To"])):
        if code >= 400:
            raise _refused(code, said)
    try:
        code, said = server.data(made.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _Doubt(f"the connection broke while it was sent: {error}") from error
    if code != 250:
        raise _refused(code, said)


def _refused(code: int, said: bytes | str) -> _Unsent:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return _Unsent(f"the mail server says {code} {words}", final=code >= 500)
