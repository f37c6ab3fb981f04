"""A real mail server that remembers every mail begun, and tells the trigger of each point it reaches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.simulation.kills.aims import MAILS
from tests.support.postbox import free_port

GREETING, SENDER, LET_IN, DATA, TAKEN, ANSWERED = MAILS


@dataclass(slots=True)
class Handing:
    """A mail that a worker began to hand over; `content` is empty where it never came to an end."""

    life: int
    recipient: str = ""
    content: bytes = b""

    @property
    def message(self) -> EmailMessage:
        """What arrived."""
        return cast("EmailMessage", message_from_bytes(self.content, policy=policy))

    @property
    def message_id(self) -> str:
        """Its Message-ID, "" for none."""
        return str(self.message["Message-ID"] or "")

    @property
    def text(self) -> str:
        """Its plain text, "" for none."""
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""

    def orders(self) -> set[str]:
        """The orders it names."""
        return set(re.findall(r"#K-\d+", f"{self.message['Subject']}\n{self.text}"))


@dataclass
class Mailbox:
    """Every mail begun, in order; `life` is the number of the worker that is at work."""

    reached: Callable[[str], bool]
    life: int = 0
    handings: list[Handing] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Any, name: str, answers: list[str]
    ) -> list[str]:
        """A worker says hello."""
        del server, envelope
        session.host_name = name
        self.reached(GREETING)
        return answers

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        """A mail begins."""
        envelope.mail_from = address
        envelope.handing = Handing(self.life)
        self.handings.append(envelope.handing)
        self.reached(SENDER)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """It names its recipient."""
        envelope.rcpt_tos.append(address)
        envelope.handing.recipient = address
        self.reached(LET_IN)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """It has arrived as a whole, and is ours from now on."""
        del server, session
        envelope.handing.content = envelope.original_content
        self.reached(TAKEN)
        return "250 2.0.0 kept"

    def arrived(self) -> list[Handing]:
        """Every mail that arrived as a whole."""
        return [handing for handing in self.handings if handing.content]


class _Listening(SMTP):
    async def push(self, status: Any) -> None:
        """Say something to a worker, which may be its last."""
        await super().push(status)
        if str(status).startswith("354"):
            self.event_handler.reached(DATA)
        elif str(status).endswith("kept"):
            self.event_handler.reached(ANSWERED)


class _Controller(Controller):
    def factory(self) -> SMTP:
        """The server of one connection."""
        return _Listening(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(mailbox: Mailbox) -> Iterator[int]:
    """`mailbox` behind a port of this machine."""
    server = _Controller(mailbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
