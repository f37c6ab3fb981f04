"""Mails as files in a folder: for the first days, for trying out rules, and where no mail server is.

Each mail is an .eml file that any mail program opens, beside it a page to look at in a browser, and
`index.html` lists them all, newest first. A file is named after its Message-ID, so sending a mail again
replaces it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as reading_policy
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from sheetsync.domain.moments import zone
from sheetsync.errors import MailError
from sheetsync.messages.compiled import Compiled
from sheetsync.messages.compose import Letter
from sheetsync.messages.policy import wire_bytes
from sheetsync.messages.transports import Recovered, SendResult

_INDEX: Final = "index.html"
_SHOWN: Final = 500
_COMPILED: Final = Compiled()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One mail of the folder as the index shows it. `at` is aware."""

    file: str
    at: datetime
    to: str
    subject: str
    kind: str


class FolderTransport:
    """Writes each letter into `folder`; its pages show times in `timezone`."""

    name = "folder"

    def __init__(self, folder: Path, timezone: str = "UTC") -> None:
        self._folder = folder
        self._timezone = timezone
        self._changed = False
        self._pages = Environment(
            loader=PackageLoader("sheetsync.messages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )

    def send(self, letter: Letter, *, before_commit: Callable[[], None]) -> SendResult:
        """Write the letter and its preview; each file appears whole or not at all."""
        stem = stem_of(letter.message_id)
        data = wire_bytes(letter.message)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return self._unreachable(error)
        before_commit()
        try:
            write_whole(self._folder / f"{stem}.eml", data)
            write_whole(self._folder / f"{stem}.html", self._preview(data).encode())
        except OSError as error:
            return self._unreachable(error)
        self._changed = True
        return SendResult(outcome="sent", reference=f"{stem}.eml")

    def recover(self, message_id: str) -> Recovered:
        """A folder knows exactly what it holds."""
        return "delivered" if (self._folder / f"{stem_of(message_id)}.eml").exists() else "absent"

    def close(self) -> None:
        """Bring the index up to date. Raises MailError when the folder cannot be written."""
        if not self._changed:
            return
        mails = [
            replace(mail, at=mail.at.astimezone(zone(self._timezone)))
            for mail in list_mails(self._folder)
        ]
        page = self._pages.get_template("folder/index.html.j2").render(
            mails=mails[:_SHOWN], total=len(mails), days=_by_day(mails[:_SHOWN]),
            timezone=self._timezone,
        )  # fmt: skip
        try:
            write_whole(self._folder / _INDEX, page.encode())
        except OSError as error:
            raise MailError(
                f"The list of mails in {self._folder} cannot be written ({error.strerror}). "
                "Check the folder and the free space.",
                permanent=False,
            ) from error
        self._changed = False

    def _preview(self, data: bytes) -> str:
        message = message_from_bytes(data, policy=reading_policy)
        return self._pages.get_template("folder/mail.html.j2").render(
            sender=_header(message, "From"),
            to=_header(message, "To"),
            date=self._date(message),
            subject=_header(message, "Subject"),
            html=_content(message, "html"),
            text=_content(message, "plain"),
        )

    def _date(self, message: EmailMessage) -> str:
        if message["Date"] is None:
            return ""
        at = message["Date"].datetime.astimezone(zone(self._timezone))
        return f"{at:%A} {at.day} {at:%B %Y, %H:%M} ({self._timezone})"

    def _unreachable(self, error: OSError) -> SendResult:
        return SendResult(
            outcome="unreachable",
            detail=f"The mail folder {self._folder} cannot be written ({error.strerror}). "
            "Check the folder and the free space.",
        )


def list_mails(folder: Path) -> list[Listed]:
    """Every mail of the folder, newest first; only the headers are read."""
    found = []
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            message = BytesParser(policy=reading_policy).parse(file, headersonly=True)
        date = message["Date"].datetime if message["Date"] is not None else None
        found.append(
            Listed(
                file=f"{path.stem}.html",
                at=date.astimezone(UTC) if date else datetime.fromtimestamp(0, tz=UTC),
                to=_header(message, "To"),
                subject=_header(message, "Subject"),
                kind=_header(message, "X-Sheetsync-Kind"),
            )
        )
    return sorted(found, key=lambda mail: (-mail.at.timestamp(), mail.file))


def _by_day(mails: list[Listed]) -> list[tuple[str, list[Listed]]]:
    days: dict[str, list[Listed]] = {}
    for mail in mails:
        days.setdefault(f"{mail.at:%A} {mail.at.day} {mail.at:%B %Y}", []).append(mail)
    return list(days.items())


def stem_of(message_id: str) -> str:
    """The local part of our Message-IDs: letters and digits only, safe as a file name."""
    stem = message_id.strip("<>").partition("@")[0]
    if not stem or not (stem.isascii() and stem.isalnum()):
        raise MailError("The message has no usable Message-ID.", permanent=True)
    return stem


def _header(message: EmailMessage, name: str) -> str:
    return str(message[name]) if message[name] is not None else ""


def _content(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part is not None else ""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
