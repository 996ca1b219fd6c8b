"""The ways by which a notice leaves: mail, a signed webhook, or any service of apprise.

Each takes one message and either returns (the other side took it) or raises: ``Held`` when
surely nothing left and trying again may help, ``Unclear`` when it may have left, ``Dead`` when
trying again cannot help. Addresses come from secrets, never from the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from socket import gaierror
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from storage.errors import EarshotError
from storage.models import Json

SECONDS = 20.0
DOMAIN = "earshot.invalid"
"""Right side of message ids: reserved (RFC 2606), so that nobody else can have made them."""
OURSELVES = "localhost"
REPEAT = "X-Earshot-Repeat"
AGAIN = "This may be a repeat: Earshot was stopped while it sent this before."


class Held(EarshotError):
    """Nothing left; it may work later."""


class Unclear(EarshotError):
    """It may have left; another attempt carries the same key and is marked."""


class Dead(EarshotError):
    """Nothing left and nothing will, until somebody mends what the message says."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice. ``key`` stays the same however often it is tried; ``repeat`` marks doubt."""

    key: str
    target: str
    subject: str
    text: str
    alerts: Json
    repeat: bool


Way = Callable[[Message, Mapping[str, str], datetime], None]


def mail(message: Message, secrets: Mapping[str, str], now: datetime) -> None:
    """Send a mail with a fixed Message-ID through the server of EARSHOT_SMTP."""
    server = urlsplit(_secret(secrets, "EARSHOT_SMTP"))
    options = {name: values[-1] for name, values in parse_qs(server.query).items()}
    made = EmailMessage()
    made["Message-ID"] = f"<{message.key}@{DOMAIN}>"
    made["Date"] = format_datetime(now)
    made["From"] = options.get("from", f"earshot@{server.hostname or 'localhost'}")
    made["To"] = message.target
    made["Subject"] = f"Earshot: {message.subject}"
    made["Auto-Submitted"] = "auto-generated"
    if message.repeat:
        made[REPEAT] = "1"
    made.set_content(_text(message))
    try:
        connection = _connect(server, options)
    except smtplib.SMTPAuthenticationError as error:
        raise Dead(f"the mail server refuses the sign-in of EARSHOT_SMTP: {error}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Held(f"the mail server cannot be reached: {error}") from error
    try:
        with connection:
            connection.send_message(made)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        raise Dead(f"the mail server refuses the address: {error}") from error
    except smtplib.SMTPResponseException as error:
        kind = Dead if error.smtp_code >= 500 else Held
        raise kind(f"the mail server said {error.smtp_code} {error.smtp_error!r}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unclear(f"the mail server broke off: {error}") from error


def _connect(server: SplitResult, options: Mapping[str, str]) -> smtplib.SMTP:
    host = server.hostname or ""
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    # With a name of our own, smtplib does not ask the network for this machine's.
    if server.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            host, server.port or 465, OURSELVES, timeout=SECONDS, context=context
        )
    elif server.scheme == "smtp":
        connection = smtplib.SMTP(host, server.port or 587, OURSELVES, timeout=SECONDS)
    else:
        raise Dead("EARSHOT_SMTP begins with smtps:// or smtp://")
    try:
        if server.scheme == "smtp" and options.get("starttls", "yes") != "no":
            connection.starttls(context=context)
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def webhook(message: Message, secrets: Mapping[str, str], now: datetime) -> None:
    """POST a signed JSON object: HMAC-SHA256 of time, a full stop, and the body as sent."""
    address = _secret(secrets, f"EARSHOT_WEBHOOK_{message.target}")
    signing = _secret(secrets, f"EARSHOT_WEBHOOK_{message.target}_SECRET")
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


def notify(message: Message, secrets: Mapping[str, str], now: datetime) -> None:
    """Tell by a service of apprise; it says no more than whether that worked."""
    del now
    address = _secret(secrets, f"EARSHOT_NOTIFY_{message.target}")
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
