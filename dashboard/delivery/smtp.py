"""Hands one mail to the mail server of ``[mail]``, and says how far it got.

The only place that speaks SMTP. Not here: what mails say, which wait, when to try again.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP

from dashboard.delivery.outcomes import Dead, Held, Unclear
from dashboard.settings import MailSettings

log = logging.getLogger("earshot.mail")

PASSWORD = "EARSHOT_MAIL_PASSWORD"
REPEAT = "X-Earshot-Repeat"
"""Header of whatever may have arrived before, whichever way it goes."""
TIMEOUT = 30.0
_FINAL = 500
_REFUSED = 400


def message_id(key: str, settings: MailSettings) -> str:
    """Return the Message-ID of a mail; the same key, the same id."""
    return f"<{key}@{domain(settings)}>"


def domain(settings: MailSettings) -> str:
    """Return the part of the sender's address behind the @."""
    return settings.sender.rpartition("@")[2]


def send(made: EmailMessage, settings: MailSettings, password: str) -> None:
    """Hand a mail to the server; raises Held, Unclear or Dead unless it took it."""
    with _signed_in(settings, password) as server:
        _deliver(server, made, settings)


def problem(settings: MailSettings, password: str) -> str:
    """Sign in and send nothing; return what is wrong, '' where all is well."""
    try:
        with _signed_in(settings, password):
            return ""
    except (Held, Unclear, Dead) as error:
        return str(error)


@contextmanager
def _signed_in(settings: MailSettings, password: str) -> Iterator[smtplib.SMTP]:
    """Connect and sign in for a body; what goes wrong is told in words."""
    where = f"{settings.host}:{settings.port}"
    server: smtplib.SMTP | None = None
    try:
        server = _connected(settings)
        if settings.username:
            server.login(settings.username, password)
        yield server
    except smtplib.SMTPAuthenticationError as error:
        raise Dead(f"{where} refuses the sign-in: check {PASSWORD}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Dead(f"{where}: {error}; mail.security or mail.username does not fit it") from error
    except ssl.SSLCertVerificationError as error:
        raise Held(
            f"{where} shows a certificate that is not trusted ({error.verify_message}); where it is"
            " your own, name its authority's file in SSL_CERT_FILE"
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Held(f"{where} could not be reached: {error}") from error
    finally:
        if server is not None:
            _leave(server)


def _connected(settings: MailSettings) -> smtplib.SMTP:
    us = domain(settings)  # else smtplib asks the network for our name
    host, port = settings.host, settings.port
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, us, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(host, port, us, TIMEOUT)
    if settings.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _deliver(server: smtplib.SMTP, made: EmailMessage, settings: MailSettings) -> None:
    """Name sender and recipient, then say the words: only from there on is there a doubt."""
    server.ehlo_or_helo_if_needed()
    for code, said in (server.mail(settings.sender), server.rcpt(made["To"])):
        if code >= _REFUSED:
            raise _refused(code, said)
    try:
        code, said = server.data(made.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unclear(f"the connection broke while it was sent: {error}") from error
    if code != 250:
        raise _refused(code, said)


def _refused(code: int, said: bytes | str) -> Held | Dead:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return (Dead if code >= _FINAL else Held)(f"the mail server says {code} {words}")


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; whether that is heard changes nothing of what was taken."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError) as error:
        log.debug("the mail server did not say goodbye: %s", error)
        server.close()
