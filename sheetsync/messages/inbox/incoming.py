"""One mail as it came in, read into what it is: a letter that came back, a machine's word, or somebody's answer.

Whoever knows our address can write to it, so nothing here is believed: what is read is held against the outbox later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as reading_policy
from email.utils import parseaddr
from typing import Final, Literal, TypeAlias

from sheetsync.messages.addresses import one_line
from sheetsync.messages.inbox.bounces import Bounce, bounce_of

Kind: TypeAlias = Literal["bounce", "machine", "person"]
_ID: Final = re.compile(r"<[^<>\s]{3,250}>")
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_MARKUP: Final = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL
)
MOST_TEXT: Final = 20_000
_IDS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One mail. `identity` tells it from all others; `answers` are the Message-IDs that it refers to, newest first."""

    identity: str
    kind: Kind
    sender: str
    subject: str
    text: str
    answers: tuple[str, ...]
    bounce: Bounce | None = None


def read_incoming(data: bytes) -> Incoming:
    """What a mail is. Never raises for what stands in one: what cannot be read is blank."""
    message = message_from_bytes(data, policy=reading_policy)
    bounce = bounce_of(message)
    return Incoming(
        identity=_identity(message, data),
        kind="bounce"
        if bounce is not None
        else "machine"
        if _is_by_a_machine(message)
        else "person",
        sender=one_line(parseaddr(_header(message, "From"))[1], 254),
        subject=one_line(_header(message, "Subject"), 300),
        text="" if bounce is not None else _text(message),
        answers=tuple(dict.fromkeys(_references(message)))[:_IDS],
        bounce=bounce,
    )


def _identity(message: EmailMessage, data: bytes) -> str:
    found = _ID.search(_header(message, "Message-ID"))
    return found[0] if found else f"sha256:{hashlib.sha256(data).hexdigest()}"


def _is_by_a_machine(message: EmailMessage) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(message, "Precedence").strip().lower() in _BULK
        or any(
            name in message
            for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Sheetsync-Kind")
        )
        or _header(message, "Return-Path").strip() == "<>"
    )


def _references(message: EmailMessage) -> Iterator[str]:
    yield from _ID.findall(_header(message, "In-Reply-To"))
    yield from reversed(_ID.findall(_header(message, "References")))


def _text(message: EmailMessage) -> str:
    """What a person reads; of a mail in HTML alone, its words."""
    try:
        body = message.get_body(preferencelist=("plain", "html"))
        content = str(body.get_content()) if body is not None else ""
    except (
        LookupError,
        ValueError,
        AttributeError,
        TypeError,
    ):  # an unknown charset, a broken part
        return ""
    if body is not None and body.get_content_subtype() == "html":
        content = _MARKUP.sub(" ", content[: MOST_TEXT * 5])
    return content.replace("\x00", "")[:MOST_TEXT]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ):  # a header that no parser understands
        return ""
