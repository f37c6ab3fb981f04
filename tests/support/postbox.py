"""A real SMTP server on loopback whose answers a test decides."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as policy
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Postbox:
    """What arrived, and what to answer. An answer of None drops the connection."""

    received: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    mail_answer: str = ""
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    data_answer: Callable[[int], str | None] = lambda count: "250 2.0.0 kept"
    data_wait: float = 0.0

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.mail_answer:
            return self.mail_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        answer = self.rcpt_answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self.data_wait)
        answer = self.data_answer(len(self.received) + 1)
        if answer is None or answer.startswith("2"):
            self.received.append(envelope.content)
            self.recipients.extend(envelope.rcpt_tos)
        if answer is None:
            cast("asyncio.Transport", server.transport).abort()
            return "250 nobody hears this"
        return answer

    def message_ids(self) -> list[str]:
        """The Message-ID of everything received, in order."""
        return [str(message_from_bytes(m, policy=policy)["Message-ID"]) for m in self.received]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(postbox: Postbox, *, password: str = "", **settings: Any):
    """`postbox` behind an SMTP server on 127.0.0.1; gives the port."""
    if password:
        settings |= {
            "authenticator": lambda server, session, envelope, mechanism, data: AuthResult(
                success=data.password == password.encode(), handled=False
            ),
            "auth_required": True,
        }
    server = Controller(postbox, hostname="127.0.0.1", port=free_port(), **settings)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
