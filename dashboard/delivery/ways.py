"""The ways by which a notice leaves: mail, a signed webhook, or any service of apprise.

Each takes one message and either returns (the other side took it) or raises: ``Held`` when
surely nothing left and trying again may help, ``Unclear`` when it may have left, ``Dead`` when
trying again cannot help. Where systems are comes from secrets, never from the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from socket import gaierror
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from dashboard.delivery import smtp
from dashboard.delivery.outcomes import Dead, Held, Unclear
from dashboard.delivery.smtp import REPEAT
from dashboard.settings import MailSettings
from storage.models import Json

SECONDS = 20.0
AGAIN = "This may be a repeat: Earshot was stopped while it sent this before."


@dataclass(frozen=True, slots=True)
class Message:
    """One notice. ``key`` stays the same however often it is tried; ``repeat`` marks doubt."""

    key: str
    target: str
    subject: str
    text: str
    alerts: Json
    repeat: bool


@dataclass(frozen=True, slots=True)
class Means:
    """What sending takes: secrets, and the mail server where there is one."""

    secrets: Mapping[str, str]
    mail: MailSettings | None = None


Way = Callable[[Message, Means, datetime], None]


def mail(message: Message, means: Means, now: datetime) -> None:
    """Send a mail with a fixed Message-ID through the server of ``[mail]``."""
    settings = means.mail
    if settings is None:
        raise Dead("there is no mail server: name one under [mail] in earshot.toml")
    try:
        made = _made(message, settings, now)
    except ValueError as error:  # an address or a subject that no mail can have
        raise Dead(f"it cannot be a mail: {error}") from error
    smtp.send(made, settings, means.secrets.get(smtp.PASSWORD, ""))


def _made(message: Message, settings: MailSettings, now: datetime) -> EmailMessage:
    made = EmailMessage()
    made["Message-ID"] = smtp.message_id(message.key, settings)
    made["Date"] = format_datetime(now)
    made["From"] = settings.shown
    made["To"] = message.target
    made["Subject"] = f"Earshot: {message.subject}"
    made["Auto-Submitted"] = "auto-generated"
    if message.repeat:
        made[REPEAT] = "1"
    made.set_content(_text(message))
    return made


def webhook(message: Message, means: Means, now: datetime) -> None:
    """POST a signed JSON object: HMAC-SHA256 of time, a full stop, and the body as sent."""
    address = _secret(means.secrets, f"EARSHOT_WEBHOOK_{message.target}")
    signing = _secret(means.secrets, f"EARSHOT_WEBHOOK_{message.target}_SECRET")
    body = json.dumps(
        {"key": message.key, "subject": message.subject, "alerts": message.alerts}
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.key,
        "X-Earshot-Timestamp": str(int(now.timestamp())),
        "X-Earshot-Signature": signature(signing, int(now.timestamp()), body),
    }
    if message.repeat:
        headers[REPEAT] = "1"
    status = _post(address, body, headers)
    if status in (408, 425, 429) or status >= 500:
        raise Held(f"the webhook answered {status}")
    if not 200 <= status < 300:
        raise Dead(f"the webhook answered {status}; mend its address or its system")


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: what is signed for one address is not sent to another."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    if urlsplit(address).scheme not in ("http", "https"):
        raise Dead("the webhook's address begins with https:// or http://")
    try:
        request = Request(address, body, dict(headers), method="POST")
        with build_opener(_Stay).open(request, timeout=SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return int(error.code)
    except URLError as error:
        if isinstance(error.reason, ConnectionRefusedError | gaierror):
            raise Held(f"the webhook cannot be reached: {error.reason}") from error
        raise Unclear(f"the webhook broke off: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise Unclear(f"the webhook broke off: {error}") from error
    except ValueError as error:
        raise Dead("the webhook's address cannot be read") from error


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what X-Earshot-Signature carries; the receiver computes it again and compares."""
    signed = hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


def notify(message: Message, means: Means, now: datetime) -> None:
    """Tell by a service of apprise; it says no more than whether that worked."""
    del now
    address = _secret(means.secrets, f"EARSHOT_NOTIFY_{message.target}")
    with warnings.catch_warnings():
        # Its services are imported at the first address; what is deprecated there is not ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        service = apprise.Apprise()
        known = service.add(address)
    if not known:
        raise Dead(f"EARSHOT_NOTIFY_{message.target} is no address that apprise knows")
    if not service.notify(title=f"Earshot: {message.subject}", body=_text(message)):
        raise Held("the service did not take it; the address or its token may be wrong")


WAYS: Mapping[str, Way] = {"mail": mail, "webhook": webhook, "notify": notify}


def _text(message: Message) -> str:
    again = f"{AGAIN}\n\n" if message.repeat else ""
    return f"{again}{message.text}\n\n-- \n{message.key}\n"


def _secret(secrets: Mapping[str, str], name: str) -> str:
    found = secrets.get(name, "")
    if not found:
        raise Dead(f"the secret {name} is missing: set it in the environment")
    return found
