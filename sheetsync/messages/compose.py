"""From a rendered message to an e-mail: the headers of every mail, one recipient, a stable Message-ID."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol

from sheetsync.domain.escalation.speakable import looks_like_an_id
from sheetsync.domain.language_tags import parse_tag
from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line, parse_address
from sheetsync.messages.headers import in_thread, way_out
from sheetsync.messages.kinds import OUTSIDERS
from sheetsync.messages.languages import Language
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
    """One e-mail ready to go: envelope and message; `remark` is for the records."""

    sender: str
    recipient: str
    message_id: str
    message: EmailMessage
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Makes letters. `sender` and `reply_to` are addresses; `secret` keys the Message-IDs.

    `mail_domain` stands in the Message-ID; "" takes the sender's domain. `tracker` is the name that
    readers see. Letters to people outside bear the name of the renderer's brand instead.
    """

    renderer: Renderer
    sender: str
    secret: bytes = field(repr=False)
    sender_name: str = "sheetsync"
    reply_to: str = ""
    mail_domain: str = ""
    tracker: str = ""

    def compose(self, row: Composable, now: datetime, thread: Sequence[str] = ()) -> Letter:
        """The letter for `row`, dated `now` (aware UTC).

        `thread` holds the Message-IDs of earlier letters about the same order to the same recipient.
        Raises MailError (permanent) for an address, a template or a header that cannot be used.
        """
        outside = row.audience in OUTSIDERS
        to = parse_address(row.recipient, row.recipient_name)
        sender = parse_address(
            self.sender, self.renderer.brand.name if outside else self.sender_name
        )
        answers = self._answers(outside=outside)
        identity = row.message_id or self.message_id(row.dedupe_key)
        out = way_out(row.kind, answers or sender.addr_spec, row.orders)
        rendered = self.renderer.render(row.kind, self.facts(row, unsubscribe=bool(out)))
        headers = {
            "From": sender,
            "To": to,
            **({"Reply-To": parse_address(answers)} if answers else {}),
            "Date": now,
            "Subject": rendered.subject or "A message about your orders",
            "Message-ID": identity,
            **in_thread(thread),
            **out,
            **_labels(row),
        }
        message = _message(headers, rendered, "=_" + identity.strip("<>").partition("@")[0])
        return Letter(
            sender=sender.addr_spec,
            recipient=to.addr_spec,
            message_id=identity,
            message=message,
            remark=another_language(str(row.context.get("locale", "")), rendered.language),
        )

    def message_id(self, dedupe_key: str) -> str:
        """`<h@domain>`, the same for the same key for ever, and telling nothing about it."""
        digest = hmac.new(self.secret, dedupe_key.encode("utf-8", "surrogatepass"), hashlib.sha256)
        local = base64.b32encode(digest.digest()).decode("ascii")[:26].lower()
        domain = self.mail_domain or parse_address(self.sender).domain
        return f"<{local}@{domain}>"

    def _answers(self, *, outside: bool) -> str:
        """Where answers go: the desk for customers and vendors, where there is one."""
        brand = self.renderer.brand
        return (outside and brand.reply_to) or self.reply_to or (brand.email if outside else "")

    def facts(self, row: Composable, *, unsubscribe: bool = False) -> dict[str, Any]:
        """All that the templates of a row may tell."""
        told = {
            "recipient_name": row.recipient_name,
            "level": row.level,
            "audience": row.audience,
            "tracker": self.tracker,
            "unsubscribe": "yes" if unsubscribe else "",
        }
        return {**told, **row.context, "subject": row.subject}


def another_language(asked: str, written: str) -> str:
    """What the records say when there are no templates in the language asked for; else ""."""
    tag = parse_tag(asked)
    if not asked or tag.partition("_")[0] == written.partition("_")[0]:
        return ""
    return f"Written in {Language(written).code}: there are no templates in {one_line(asked, 20)}."


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
    message["Content-Language"] = Language(
        rendered.language
    ).code  # set_content drops what was there
    return message
