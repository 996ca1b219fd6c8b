"""Mails summaries: what a schedule is due for, and what somebody sends by hand.

One transaction keeps the editions, puts a mail a recipient into the outbox and notes the
period, so that a death anywhere sends none twice and forgets none. The file is made when
the mail leaves, from its edition: what was erased meanwhile is not in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.reports import counting as numbers
from dashboard.reports import due, files, letter, making, spans, speech
from dashboard.reports.files import TYPES, Format
from dashboard.reports.model import Scope, Summary
from dashboard.reports.spans import Span
from dashboard.reports.speech import say
from dashboard.settings import MailSettings
from storage import editions, mail_outbox, outbox, report_schedules, revisions, workspace
from storage.database import Database
from storage.errors import InputError, Refused
from storage.mail_outbox import SUMMARY, Attachment, Made, Mail
from storage.outbox import Entry
from storage.people import EARSHOT, Person
from storage.report_schedules import Recipient, StoredSchedule

NO_SERVER = "there is no mail server: name one under [mail] in earshot.toml"


def look(db: Database, settings: MailSettings | None, now: datetime) -> int:
    """Put what is due into the outbox; return how many mails that made."""
    conn = db.reader()
    if settings is None or obstacle(conn, settings):
        return 0
    zone = ZoneInfo(workspace.timezone(conn))
    made = 0
    for stored in report_schedules.schedules(conn):
        span = due.to_send(stored, now, zone)
        if span is not None:
            made += _queue(db, stored, span, settings, now)
    return made


def send(
    db: Database,
    span: Span,
    moment: datetime | None,
    to: Sequence[Recipient],
    actor: Person,
    settings: MailSettings | None,
    now: datetime,
) -> list[Entry]:
    """Send a summary, as known at a moment (None: now), to some addresses at once.

    The same summary sent twice to an address are two mails: somebody asked for both.
    """
    if not may_send(actor):
        raise Refused(f"{actor.name} may look; leads, managers and admins send summaries")
    settings = _way_out(db.reader(), settings)
    if not to:
        raise InputError("say to whom: an address a line")
    at = moment or now
    before = _facts(db.reader())
    report = making.make(db, span, at, now)
    with db.write() as conn:
        facts = before if moment is None and before == _facts(conn) else None
        edition = _keep(conn, report, actor, facts)
        return [
            _put(conn, f"{edition}:{each.address}", report, edition, each, actor, settings, now)
            for each in to
        ]


def send_scheduled(
    db: Database,
    span: Span,
    moment: datetime | None,
    actor: Person,
    settings: MailSettings | None,
    now: datetime,
) -> int:
    """Mail a week or month, as known at a moment (None: now), to all whom a schedule names.

    None gets it twice.
    """
    if not may_send(actor):
        raise Refused(f"{actor.name} may look; leads, managers and admins send summaries")
    settings = _way_out(db.reader(), settings)
    before = len(sent(db.reader(), limit=1_000_000))
    for stored in report_schedules.schedules(db.reader()):
        schedule = stored.schedule
        if schedule.enabled and schedule.every is spans.every(span) and schedule.recipients:
            _queue(db, stored, span, settings, now, moment)
    return len(sent(db.reader(), limit=1_000_000)) - before


def may_send(person: Person) -> bool:
    """Say whether somebody may mail summaries, and set when they are mailed."""
    return report_schedules.may_mail(person)


def obstacle(conn: sqlite3.Connection, settings: MailSettings | None) -> str:
    """Say why no summary can be mailed at all, '' where one can."""
    if workspace.is_sample(conn):
        return workspace.STAYS
    return NO_SERVER if settings is None else ""


def _way_out(conn: sqlite3.Connection, settings: MailSettings | None) -> MailSettings:
    why = obstacle(conn, settings)
    if why or settings is None:
        raise Refused(why)
    return settings


def with_file(db: Database, now: Callable[[], datetime]) -> Callable[[Mail], Mail]:
    """Return what adds the file of an edition to a mail that names one."""
    known: dict[object, Attachment] = {}

    def add(mail: Mail) -> Mail:
        if mail.made is None:
            return mail
        conn = db.reader()
        moved = revisions.current(conn)
        key = mail.made, moved["facts"], moved["settings"]  # an erasure moves the facts
        if key not in known:
            report = making.again(db, editions.get(conn, mail.made.edition), now())
            known.clear()
            data = files.write(report, Format.PDF, mail.made.locale)
            known[key] = Attachment(files.name(report, Format.PDF), TYPES[Format.PDF], data)
        return mail._replace(attachments=(known[key],))

    return add


def _queue(
    db: Database,
    stored: StoredSchedule,
    span: Span,
    settings: MailSettings,
    now: datetime,
    moment: datetime | None = None,
) -> int:
    """Make a schedule's summaries, each scope once, and put them into the outbox."""
    schedule = stored.schedule
    scopes = dict.fromkeys(Scope(each.brands, each.places) for each in schedule.recipients)
    before = _facts(db.reader())
    at = moment or now
    reports = {scope: making.make(db, span, at, now, scope) for scope in scopes}
    with db.write() as conn:
        if stored not in report_schedules.schedules(conn):
            return 0  # changed, or sent by another worker; the next look sees it as it is
        facts = before if moment is None and before == _facts(conn) else None
        kept = {scope: _keep(conn, each, EARSHOT, facts) for scope, each in reports.items()}
        for each in schedule.recipients:
            scope = Scope(each.brands, each.places)
            key = f"{schedule.name}:{span.text}:{each.address}"
            by = (reports[scope], kept[scope], each, EARSHOT, settings, now)
            _put(conn, key, *by, name=schedule.name)
        if span == due.latest(schedule, now, ZoneInfo(workspace.timezone(conn))).span:
            report_schedules.sent(conn, schedule.name, span.text)
    return len(schedule.recipients)


def _facts(conn: sqlite3.Connection) -> int:
    return revisions.current(conn)["facts"]


def _keep(
    conn: sqlite3.Connection,
    report: Summary,
    actor: Person,
    facts: int | None = None,
) -> int:
    named = report.span.text, report.brands, report.places
    return editions.keep(conn, *named, report.at, actor.id, numbers.quoted(report), facts)


def _put(
    conn: sqlite3.Connection,
    key: str,
    report: Summary,
    edition: int,
    to: Recipient,
    actor: Person,
    settings: MailSettings,
    now: datetime,
    *,
    name: str = "",
) -> Entry:
    with speech.speaking(to.locale):
        said = letter.letter(report, _foot(settings, name, actor))
    mail = Mail(
        to.address,
        said.subject,
        said.text,
        said.html,
        headers=(("List-Unsubscribe", f"<mailto:{settings.sender}?subject=unsubscribe>"),),
        made=Made(edition, to.locale),
    )
    return mail_outbox.enqueue(conn, SUMMARY, key, mail, now, actor=actor)


def _foot(settings: MailSettings, name: str, actor: Person) -> list[str]:
    """Say why somebody got this and whom to ask to end it."""
    why = say("You get this as one of the recipients of “{name}”.", name=name)
    if not name:
        why = say("You get this because {who} sent it to you.", who=actor.name)
    end = say("To get no more, answer to this mail or write to {who}.", who=settings.sender)
    return [say("The whole summary is attached as a PDF."), f"{why} {end}"]


def sent(conn: sqlite3.Connection, limit: int = 30) -> list[Entry]:
    """Return the mails of summaries, the latest first."""
    return outbox.entries(conn, kinds=(SUMMARY,), limit=limit)
