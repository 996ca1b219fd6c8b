"""A process that mails the summaries that are due until it is killed or done.

``python -m tests.mail_kills DATABASE PORT``
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from dashboard.delivery import mail, summaries
from dashboard.reports import pdf
from dashboard.settings import MailSettings
from storage.database import Database

MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)


def main(path: str, port: int) -> None:
    """Put what is due into the outbox and send it, all at one Monday's seven o'clock."""
    assert pdf
    db = Database(Path(path), create=False)
    settings = MailSettings("127.0.0.1", "earshot@acme.example", port, "none")
    print("ready", flush=True)
    summaries.look(db, settings, MONDAY)
    whole = summaries.with_file(db, lambda: MONDAY)
    mail.work_off(db, mail.Way(settings, "", whole), lambda: MONDAY)
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
