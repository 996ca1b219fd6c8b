"""One mail a person with what they have not read: put into the outbox, sent like any notice.

A digest goes out once something is unread for half an hour, at most one an hour; what was
read meanwhile is not in it. The mail says what happened to which case, never what customers
wrote.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard import notice_words
from storage import alert_tellings, notices, workspace
from storage.database import Database
from storage.models import Json

PATIENCE = timedelta(minutes=30)
BETWEEN = timedelta(hours=1)


def gather(db: Database, now: datetime) -> int:
    """Put every due digest into the outbox; return how many."""
    conn = db.reader()
    if workspace.is_sample(conn):
        return 0
    due = notices.to_mail(conn, now - PATIENCE)
    if not due:
        return 0
    made = 0
    with db.write() as write:
        everything = notices.to_mail(write, now)
        for person_id in due:
            address = notices.address(write, person_id)
            if not address or notices.mailed_since(write, person_id, now - BETWEEN):
                continue
            found = everything[person_id]
            content: dict[str, Json] = {
                "route": "digest",
                "target": f"mail:{address}",
                "subject": f"{len(found)} notices from the queue",
                "text": "\n".join(notice_words.line(each) for each in found),
                "alerts": [],
            }
            key = f"digest-{person_id}-{found[-1].id}"
            alert_tellings.enqueue(write, key, "mail", content, [], now)
            notices.mailed(write, [each.id for each in found], now)
            made += 1
    return made
