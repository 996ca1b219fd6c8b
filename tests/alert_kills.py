"""A process that opens alerts and tells of them until it is killed or done.

``python -m tests.alert_kills DATABASE PORT COUNT``
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from dashboard.delivery import sender, tellings
from dashboard.delivery.ways import Means
from dashboard.settings import MailSettings
from storage import alerts
from storage.alerts import Opened, Sign
from storage.database import Database


def main(path: str, port: int, count: int) -> None:
    """Open each alert that is not there, one at a time, and deliver in between."""
    db = Database(Path(path), create=False)
    means = Means({}, MailSettings("127.0.0.1", "earshot@acme.example", port, "none"))
    print("ready", flush=True)
    for number in range(count):
        now = datetime.now(UTC)
        sign = Sign("volume", f"source={number}", f"alert {number}")
        alerts.update(
            db,
            lambda found, sign=sign: (  # type: ignore[misc]
                [] if any(each.cause == sign.cause for each in found) else [Opened(sign)]
            ),
            now,
            lambda conn, news, now=now: tellings.tell(conn, news, now, "UTC"),  # type: ignore[misc]
        )
        sender.deliver(db, means, lambda: datetime.now(UTC))
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
