"""Reports that a letter could not be delivered: by the standard (RFC 3464), else as some servers write them.

A report counts only with the Message-ID of the letter that came back. That is an HMAC which nobody else can make, so
a forged report, or one about somebody else's mail, does nothing.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import Any, Final

from sheetsync.messages.addresses import one_line

_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_OURS: Final = re.compile(r"<[a-z2-7]{26}@[A-Za-z0-9.-]{1,253}>")
_DAEMONS: Final = ("mailer-daemon", "postmaster")
_SEARCHED: Final = 200_000
_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A letter that came back. `message_ids`: what it may have been; `status` such as 5.1.1, "" where unknown."""

    message_ids: tuple[str, ...]
    permanent: bool
    status: str
    words: str


def bounce_of(message: EmailMessage) -> Bounce | None:
    """The report in a mail; None where it is none."""
    if message.get_content_type() == "multipart/report":
        found = _by_the_standard(message)
        if found is not None:
            return found
    sender = str(message.get("From", "")).lower()
    empty = str(message.get("Return-Path", "")).strip() == "<>"
    if empty or any(name in sender for name in _DAEMONS):
        return _by_habit(message)
    return None


def _by_the_standard(message: EmailMessage) -> Bounce | None:
    blocks = list(_blocks(message))
    actions = {str(block.get("Action", "")).strip().lower() for block in blocks}
    if not actions & {"failed", "delayed"}:
        return None
    failed = [b for b in blocks if str(b.get("Action", "")).strip().lower() == "failed"]
    block = (failed or [b for b in blocks if b.get("Action")])[0]
    match = _STATUS.search(str(block.get("Status", "")))
    status = ".".join(match.groups()) if match else ""
    return Bounce(
        message_ids=_returned_ids(message),
        permanent=bool(failed) and not status.startswith(("4", "2")),
        status=status,
        words=one_line(str(block.get("Diagnostic-Code", "")).partition(";")[2], 200),
    )


def _blocks(message: EmailMessage) -> Iterator[Message[Any, Any]]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            content = part.get_payload()
            yield from (
                (block for block in content if isinstance(block, Message))
                if isinstance(content, list)
                else ()
            )


def _returned_ids(message: EmailMessage) -> tuple[str, ...]:
    """The Message-ID of the letter that is returned, whole or its headers only."""
    found: list[str] = []
    for part in message.walk():
        if part.get_content_type() in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/rfc822-headers",
        }:
            found += _OURS.findall(part.as_string()[:_SEARCHED])
    return tuple(dict.fromkeys(found))[:_MOST]


def _by_habit(message: EmailMessage) -> Bounce | None:
    """A report of a server that follows no standard, by the library flufl.bounce (the extra `inbox`)."""
    try:
        scan = importlib.import_module("flufl.bounce").all_failures
    except ImportError:
        return None
    temporary, permanent = scan(message)
    if not temporary and not permanent:
        return None
    text = message.as_bytes()[:_SEARCHED].decode("ascii", "replace")
    match = _STATUS.search(text)
    return Bounce(
        message_ids=tuple(dict.fromkeys(_OURS.findall(text)))[:_MOST],
        permanent=bool(permanent),
        status=".".join(match.groups()) if match else "",
        words="",
    )
