"""A mailbox over IMAP, read without changing it: nothing is moved, deleted or marked as read.

Which mails were read is remembered by their numbers in the folder; the first look reads none, so that old mail stays
what it is. Reading needs the extra `inbox`.
"""

from __future__ import annotations

import imaplib
import importlib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line

LARGEST: Final = 1024 * 1024
"""Bytes of one mail that are read at most; what a person writes stands at its begin."""
_TROUBLE: Final = (OSError, imaplib.IMAP4.error, ssl.SSLError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """Where mail is read. `timeout` in seconds; `most` mails in one round."""

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    timeout: float = 30.0
    most: int = 100
    cafile: Path | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder was read: `validity` names its numbering, `following` is the first number not read."""

    validity: int = 0
    following: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one round brought: the mails, oldest first, and how far the folder is read now."""

    mails: tuple[bytes, ...]
    place: Place


def load_imap_tools() -> Any:
    """The library; raises MailError where it is not installed."""
    try:
        return importlib.import_module("imap_tools")
    except ImportError as missing:
        raise MailError(
            "imap-tools is not installed, so no mailbox can be read. Install it with pip install 'sheetsync[inbox]', or "
            "take inbox out of config.yaml.",
            permanent=False,
        ) from missing


def fetch(
    settings: MailboxSettings, place: Place, load: Callable[[], Any] = load_imap_tools
) -> Fetched:
    """The mails that came since `place`; raises MailError where the mailbox cannot be read."""
    library = load()
    try:
        return _looked(_connected(library, settings), settings, place)
    except (*_TROUBLE, library.errors.ImapToolsError) as trouble:
        said = one_line(str(trouble), 200) or type(trouble).__name__
        if settings.password:
            said = said.replace(settings.password, "***")
        words = f"The mailbox {settings.username} at {settings.host}:{settings.port} cannot be read: {said}"
        raise MailError(words, permanent=False) from trouble


def _connected(library: Any, settings: MailboxSettings) -> Any:
    context = ssl.create_default_context(cafile=str(settings.cafile) if settings.cafile else None)
    where = {"host": settings.host, "port": settings.port, "timeout": settings.timeout}
    if settings.tls == "none":
        return library.MailBoxUnencrypted(**where)
    kind = library.MailBoxStartTls if settings.tls == "starttls" else library.MailBox
    return kind(**where, ssl_context=context)


def _looked(box: Any, settings: MailboxSettings, place: Place) -> Fetched:
    try:
        box.login(settings.username, settings.password, initial_folder=None)
        found = _read(box, settings, place)
        box.client.logout()
        return found
    finally:
        with suppress(OSError):  # it is closed already where all went well
            box.client.shutdown()


def _read(box: Any, settings: MailboxSettings, place: Place) -> Fetched:
    status = box.folder.status(settings.folder, ["UIDNEXT", "UIDVALIDITY"])
    validity, following = int(status["UIDVALIDITY"]), int(status["UIDNEXT"])
    if place.validity != validity:
        return Fetched(mails=(), place=Place(validity, following))
    if following <= place.following:
        return Fetched(mails=(), place=place)
    box.folder.set(settings.folder, readonly=True)
    numbers = _numbers(box.client, place.following)[: settings.most]
    mails = tuple(mail for number in numbers if (mail := _one(box.client, number)))
    through = numbers[-1] + 1 if len(numbers) == settings.most else following
    return Fetched(mails=mails, place=Place(validity, max(through, place.following)))


def _numbers(client: imaplib.IMAP4, first: int) -> list[int]:
    kind, data = client.uid("SEARCH", "UID", f"{first}:*")
    if kind != "OK":
        raise ValueError("it does not say which mails there are")
    found = [int(number) for line in data if line for number in line.split()]
    return sorted(
        number for number in found if number >= first
    )  # `*` is the newest one, even when that is older


def _one(client: imaplib.IMAP4, number: int) -> bytes:
    """The begin of one mail; b"" for one that is gone meanwhile."""
    _, data = client.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)")
    parts: Sequence[Any] = data or ()
    return next(
        (bytes(part[1]) for part in parts if isinstance(part, tuple) and len(part) == 2), b""
    )
