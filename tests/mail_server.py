"""A real SMTP server on loopback that keeps what it takes, also behind TLS of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dashboard.settings import MailSettings

PASSWORD = "open sesame"


class Mailbox:
    """What arrived, in order; ``plan`` holds answers that the next mails get instead of 250.

    "lost" takes the mail and then breaks the connection before saying so.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.plan: list[str] = []
        self.refuse: set[str] = set()
        self.host, self.port = "127.0.0.1", 0
        self.security = "none"
        self.arrived: Callable[[], None] = lambda: None

    def settings(self, **more: str) -> MailSettings:
        """``[mail]`` that leads here."""
        return MailSettings(self.host, "earshot@acme.example", self.port, self.security, **more)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.plan.pop(0) if self.plan else "250 taken"
        if answer.startswith("250") or answer == "lost":
            content = cast(bytes, envelope.content)
            self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
            self.arrived()
        if answer == "lost":
            assert server.transport is not None
            server.transport.abort()
        return answer

    def ids(self) -> list[str]:
        """Message-IDs in order of arrival."""
        return [str(mail["Message-ID"]) for mail in self.mails]


def _authenticate(
    server: Any, session: Any, envelope: Any, mechanism: str, data: Any
) -> AuthResult:
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def certificate(folder: Path) -> Path:
    """Write a self-made certificate of 127.0.0.1, valid today, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.acme.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@contextmanager
def mail_server(
    *, sign_in: bool = False, security: str = "none", pem: Path | None = None
) -> Iterator[Mailbox]:
    """Run a mail server for the length of a with-block; with TLS by the certificate in ``pem``."""
    box = Mailbox()
    box.security = security
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    controller = Controller(
        box,
        hostname=box.host,
        port=0,
        authenticator=_authenticate if sign_in else None,
        auth_require_tls=False,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
    )

    def knock() -> None:
        """At the port that it got; the controller would knock at the one it asked for, 0."""
        assert controller.server is not None
        box.port = controller.server.sockets[0].getsockname()[1]
        if security != "tls":
            with socket.create_connection((box.host, box.port), 10) as there:
                there.recv(100)
            return
        trusting = ssl.create_default_context(cafile=str(pem))
        with (
            socket.create_connection((box.host, box.port), 10) as there,
            trusting.wrap_socket(there, server_hostname=box.host) as safely,
        ):
            safely.recv(100)

    controller._trigger_server = knock  # type: ignore[method-assign]
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
        assert isinstance(controller.loop, asyncio.AbstractEventLoop)
