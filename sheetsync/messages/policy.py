"""How a message becomes bytes: the five headers that hold ids and links are never encoded.

The standard library turns `In-Reply-To`, `References` and `List-Unsubscribe` into encoded words when
one token is too long for a line, which breaks threading and one-click unsubscribe. `MailPolicy`
folds those five itself: whole tokens, one after the other, ASCII only.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, Final

from sheetsync.errors import MailError

TOKEN_HEADERS: Final = frozenset(
    {"message-id", "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"}
)
LONGEST_TOKEN: Final = 990
_LINE: Final = 78
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class MailPolicy(EmailPolicy):
    """`EmailPolicy` that never encodes the headers of ids and links; lines end with CR LF."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"linesep": "\r\n", **settings})

    def fold(self, name: str, value: str) -> str:
        """One header with its line ends; raises MailError for an id that cannot be sent as it is."""
        if name.lower() in TOKEN_HEADERS:
            return _folded(name, str(value), self.linesep)
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """As `fold`, in bytes."""
        if name.lower() in TOKEN_HEADERS:
            return _folded(name, str(value), self.linesep).encode("ascii")
        return super().fold_binary(name, value)


def _folded(name: str, value: str, linesep: str) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value)
    if not unfolded.isascii() or _CONTROL.search(unfolded):
        raise MailError(f"The header {name} holds characters that cannot be sent.", permanent=True)
    tokens = unfolded.split()
    if any(len(token) > LONGEST_TOKEN for token in tokens):
        raise MailError(f"The header {name} is too long to be sent.", permanent=True)
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) <= _LINE or lines == [f"{name}:"]:
            lines[-1] += " " + token
        else:
            lines.append(" " + token)
    return linesep.join(lines) + linesep


POLICY: Final = MailPolicy()


def wire_bytes(message: EmailMessage) -> bytes:
    """The message as it goes over the wire: CR LF line ends, no encoded ids. Raises MailError."""
    try:
        return message.as_bytes(policy=POLICY)
    except (ValueError, UnicodeError, IndexError) as error:
        raise MailError(
            f"The message could not be written out ({error}).", permanent=True
        ) from error
