"""One cell, one recipient: what may become an address, and what only looks like one.

`email.headerregistry.Address` raises three families of errors and accepts too much (no dot in the
domain, comments, quoted commas, NUL), so an address has to pass a plain shape first.
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from typing import Final

from sheetsync.errors import MailError

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_TOP: Final = re.compile(r"[A-Za-z]{2,63}|[xX][nN]--[A-Za-z0-9-]{1,59}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPECIAL: Final = re.compile(r'["\\\\<>()\[\]@,;:]')
_TURNING: Final = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Invisible signs that turn the order of letters or hide: a name needs none, a forger does."""


def parse_address(cell: str, name: str = "") -> Address:
    """The one address in `cell`, its domain in ASCII, with a display name that is safe in a header.

    Raises MailError (permanent) in words when the cell is blank, holds several addresses, or
    anything else than `name@domain.tld`.
    """
    text = cell.strip()
    local, at, domain = text.rpartition("@")
    if not text:
        raise _refused("There is no e-mail address. Expected one such as name@example.com.")
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        raise _not_an_address(text)
    ascii_domain = _domain(domain, text)
    try:
        return Address(display_name=_display_name(name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, MessageError, IndexError) as error:
        raise _not_an_address(text) from error


def one_line(text: str, longest: int = 150) -> str:
    """Text for a header: no control or invisible signs, white space collapsed, cut at `longest`."""
    sound = _TURNING.sub("", text.encode("utf-8", "replace").decode("utf-8"))
    plain = " ".join(_CONTROL.sub(" ", sound).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def _display_name(name: str) -> str:
    """A name that needs no quotation marks: a long quoted one is not always folded soundly."""
    return one_line(_SPECIAL.sub(" ", name), 80)


def _domain(domain: str, text: str) -> str:
    try:
        plain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _not_an_address(text) from error
    labels = plain.split(".")
    if len(labels) < 2 or len(plain) > 253:
        raise _not_an_address(text)
    if not all(_LABEL.fullmatch(label) for label in labels) or not _TOP.fullmatch(labels[-1]):
        raise _not_an_address(text)
    return plain


def _not_an_address(text: str) -> MailError:
    return _refused(
        f'"{one_line(text, 80)}" is not one e-mail address. '
        "Expected exactly one, such as name@example.com. Correct it where it is listed."
    )


def _refused(words: str) -> MailError:
    return MailError(words, permanent=True)
