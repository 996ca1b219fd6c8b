"""Sends the mails of the outbox: at least once, always under one Message-ID.

A mail whose earlier sending nobody can rule out is marked as a repeat. Not here: what mails
say (``follow_up`` and others), which wait (``storage.mail_outbox``), SMTP (``smtp``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from dashboard.delivery import smtp
from dashboard.delivery.outcomes import Dead, Held, Unclear
from dashboard.settings import MailSettings
from storage import mail_outbox, outbox
from storage.database import Database
from storage.errors import UserError
from storage.jobs import sender
from storage.mail_outbox import Mail
from storage.outbox import Channel, Entry

log = logging.getLogger("earshot.mail")

ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
LOOK = "it may have arrived: ask before you try again"


@dataclass(frozen=True, slots=True)
class Way:
    """By which server mails leave, and what adds the files that are made on the way."""

    settings: MailSettings
    password: str = ""
    whole: Callable[[Mail], Mail] = lambda mail: mail


def work_off(db: Database, way: Way, now: Callable[[], datetime]) -> int:
    """Send every mail that is due; return how many the server took."""
    me, count = sender(), 0
    while (entry := outbox.claim(db, Channel.MAIL, me, now())) is not None:
        count += _take(db, entry, me, way, now)
    return count


def message(entry: Entry, mail: Mail, settings: MailSettings, doubts: int) -> EmailMessage:
    """Return a mail as it is sent; its Message-ID is fixed with its row."""
    made = EmailMessage()
    made["From"] = settings.shown
    made["To"] = mail.to
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(entry.created_at)
    made["Message-ID"] = smtp.message_id(str(entry.native_id), settings)
    made["Auto-Submitted"] = "auto-generated"
    if doubts:
        made[smtp.REPEAT] = f"{doubts}; this mail may have reached you before"
    for name, value in mail.headers:
        made[name] = value
    made.set_content(mail.text)
    if mail.html:
        made.add_alternative(mail.html, subtype="html")
    for each in mail.attachments:
        kind, _, subtype = each.type.partition("/")
        made.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name)
    return made


def _take(db: Database, entry: Entry, me: str, way: Way, now: Callable[[], datetime]) -> bool:
    mail = mail_outbox.read(entry)
    if mail is None:
        mail_outbox.failed(db, entry, me, now(), "its words were erased")
        return False
    try:
        doubts = mail_outbox.doubts(db.reader(), entry.id)
        made = message(entry, way.whole(mail), way.settings, doubts)
        why = mail_outbox.obstacle(db, db.reader(), entry)
        if why is not None:
            mail_outbox.called_off(db, entry, me, now(), why)
            return False
        smtp.send(made, way.settings, way.password)
    except Dead as error:
        mail_outbox.failed(db, entry, me, now(), str(error))
    except Held as error:
        if entry.attempts >= ATTEMPTS:
            mail_outbox.failed(db, entry, me, now(), str(error))
        else:
            _again(db, entry, me, now(), str(error), doubt=False)
    except Unclear as error:
        if entry.attempts >= ATTEMPTS:
            mail_outbox.failed(db, entry, me, now(), f"{error}; {LOOK}", doubt=True)
        else:
            _again(db, entry, me, now(), str(error), doubt=True)
    except UserError as error:  # what it is about is no longer there
        mail_outbox.failed(db, entry, me, now(), str(error))
    except ValueError as error:  # a header or an attachment that no mail can have
        mail_outbox.failed(db, entry, me, now(), f"it cannot be a mail: {error}")
    else:
        return mail_outbox.sent(db, entry, me, now())
    log.warning("mail %s was not sent", entry.id)
    return False


def _again(db: Database, entry: Entry, me: str, now: datetime, why: str, *, doubt: bool) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(entry.attempts - 1, 12), LONGEST_PAUSE)
    mail_outbox.postpone(db, entry, me, now, why, now + pause, doubt=doubt)
