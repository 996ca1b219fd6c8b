"""A real SMTP server on loopback that keeps what it takes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

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
        self.arrived: Callable[[], None] = lambda: None

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


@contextmanager
def mail_server(*, sign_in: bool = False) -> Iterator[Mailbox]:
    """Run a mail server for the length of a with-block."""
    box = Mailbox()
    controller = Controller(
        box,
        hostname=box.host,
        port=0,
        authenticator=_authenticate if sign_in else None,
        auth_require_tls=False,
    )

    def knock() -> None:
        """At the port that it got; the controller would knock at the one it asked for, 0."""
        assert controller.server is not None
        box.port = controller.server.sockets[0].getsockname()[1]
        with socket.create_connection((box.host, box.port), 10) as there:
            there.recv(100)

    controller._trigger_server = knock  # type: ignore[method-assign]
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
        assert isinstance(controller.loop, asyncio.AbstractEventLoop)
