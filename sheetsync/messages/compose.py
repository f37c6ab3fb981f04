"""From a rendered message to an e-mail: the headers of every mail, one recipient, a stable Message-ID."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol

from sheetsync.domain.escalation.speakable import looks_like_an_id
from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line, parse_address
from sheetsync.messages.policy import POLICY
from sheetsync.messages.render import Rendered, Renderer


class Composable(Protocol):
    """What a message is made of; a row of the outbox has all of it."""

    @property
    def dedupe_key(self) -> str:
        """The key of the notice for ever."""

    @property
    def message_id(self) -> str:
        """Blank until it was composed for the first time."""

    @property
    def kind(self) -> str:
        """Names the templates."""

    @property
    def audience(self) -> str:
        """`staff`, `manager`, `vendor` or `customer`."""

    @property
    def recipient(self) -> str:
        """An e-mail address, as yet unchecked."""

    @property
    def recipient_name(self) -> str:
        """How the recipient is addressed."""

    @property
    def subject(self) -> str:
        """The subject decided with the notice, or blank."""

    @property
    def level(self) -> int:
        """The escalation level; 0 for none."""

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it is about."""

    @property
    def context(self) -> Mapping[str, Any]:
        """Frozen facts: plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail ready to go: envelope and message."""

    sender: str
    recipient: str
    message_id: str
    message: EmailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Makes letters. `sender` and `reply_to` are addresses; `secret` keys the Message-IDs.

    `mail_domain` stands in the Message-ID; "" takes the sender's domain. `tracker` is the name that
    readers see.
    """

    renderer: Renderer
    sender: str
    secret: bytes = field(repr=False)
    sender_name: str = "sheetsync"
    reply_to: str = ""
    mail_domain: str = ""
    tracker: str = ""

    def compose(self, row: Composable, now: datetime) -> Letter:
        """The letter for `row`, dated `now` (aware UTC).

        Raises MailError (permanent) for an address, a template or a header that cannot be used.
        """
        to = parse_address(row.recipient, row.recipient_name)
        sender = parse_address(self.sender, self.sender_name)
        identity = row.message_id or self.message_id(row.dedupe_key)
        rendered = self._rendered(row)
        headers = {
            "From": sender,
            "To": to,
            **({"Reply-To": parse_address(self.reply_to)} if self.reply_to else {}),
            "Date": now,
            "Subject": rendered.subject or "A message about your orders",
            "Message-ID": identity,
            **_labels(row),
        }
        message = _message(headers, rendered, "=_" + identity.strip("<>").partition("@")[0])
        return Letter(
            sender=sender.addr_spec, recipient=to.addr_spec, message_id=identity, message=message
        )

    def message_id(self, dedupe_key: str) -> str:
        """`<h@domain>`, the same for the same key for ever, and telling nothing about it."""
        digest = hmac.new(self.secret, dedupe_key.encode("utf-8", "surrogatepass"), hashlib.sha256)
        local = base64.b32encode(digest.digest()).decode("ascii")[:26].lower()
        domain = self.mail_domain or parse_address(self.sender).domain
        return f"<{local}@{domain}>"

    def _rendered(self, row: Composable) -> Rendered:
        told = {
            "recipient_name": row.recipient_name,
            "level": row.level,
            "audience": row.audience,
            "tracker": self.tracker,
        }
        facts = {**told, **row.context}
        return self.renderer.render(row.kind, {**facts, "subject": row.subject})


def _labels(row: Composable) -> dict[str, str]:
    """Headers for machines: no auto-reply may answer, and what it is about."""
    labels = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Sheetsync-Kind": one_line(row.kind, 60),
    }
    if len(row.orders) == 1 and looks_like_an_id(row.orders[0]):
        labels["X-Sheetsync-Order"] = row.orders[0]
    return labels


def _message(headers: Mapping[str, object], rendered: Rendered, boundary: str) -> EmailMessage:
    """Text first, HTML second; the boundary is given, so the same facts make the same bytes."""
    message = EmailMessage(policy=POLICY)
    for name, value in headers.items():
        try:
            message[name] = value
        except (ValueError, LookupError) as error:
            raise MailError(
                f"The header {name} cannot be sent as it stands. Shorten or correct it.",
                permanent=True,
            ) from error
    message.set_content(rendered.text, subtype="plain", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message.set_boundary(boundary)
    return message
