"""One channel each: who can be reached by it, how a message is written for it, and how that leaves."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from sheetsync.domain.phones import e164
from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line, parse_address
from sheetsync.messages.compose import Composable, Composer
from sheetsync.messages.transports import Transport

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,126}[A-Za-z0-9])?")


class Written(Protocol):
    """A message written for one channel."""

    @property
    def message_id(self) -> str:
        """The same for the same notice for ever."""

    @property
    def remark(self) -> str:
        """For the records; "" for none."""


W = TypeVar("W", bound=Written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Generic[W]):
    """One channel. `address` gives the recipient in one spelling, or raises MailError in words.

    `write` gets a row, the moment, and the Message-IDs of earlier letters of its thread. `only_to`: nothing goes
    to anybody else. `per_hour`: so many messages to customers leave within an hour; 0 is no limit.
    """

    transport: Transport[W]
    write: Callable[[Composable, datetime, Sequence[str]], W]
    address: Callable[[str], str]
    only_to: frozenset[str] = frozenset()
    per_hour: int = 0
    threads: bool = False
    """Whether a message says to which earlier ones it belongs."""

    def allows(self, address: str) -> bool:
        """Whether `only_to` lets this recipient through."""
        return not self.only_to or address.casefold() in {a.casefold() for a in self.only_to}


def by_mail(transport: Transport[Any], composer: Composer, **settings: Any) -> Way[Any]:
    """Mail, as this composer writes it."""

    def write(row: Composable, now: datetime, thread: Sequence[str]) -> Any:
        return composer.compose(row, now, thread) if thread else composer.compose(row, now)

    return Way(transport=transport, write=write, address=mail_address, threads=True, **settings)


def mail_address(recipient: str) -> str:
    """The one mail address of a recipient."""
    return parse_address(recipient).addr_spec


def dialled(recipient: str) -> str:
    """The one telephone number of a recipient, in its international form."""
    number = e164(recipient)
    if number and _is_given_out(number):
        return number
    raise MailError(
        f'"{one_line(recipient, 40)}" is not a telephone number that can be dialled. '
        "Write it with its country, such as +49 170 1234567.",
        permanent=True,
    )


def plain_name(recipient: str) -> str:
    """The customer's ID or address, as a service of the owner's knows them."""
    name = recipient.strip()
    if _NAME.fullmatch(name):
        return name
    raise MailError(
        f'"{one_line(recipient, 40)}" cannot name a recipient. Expected a Customer ID of letters and figures.',
        permanent=True,
    )


ADDRESSES: Final[dict[str, Callable[[str], str]]] = {
    "email": mail_address, "sms": dialled, "app": plain_name, "webhook": plain_name, "phone": str.strip,
}  # fmt: skip
"""How each channel reads its recipient."""


def _is_given_out(number: str) -> bool:
    """Whether such numbers exist; without the extra `channels`, the shape alone has to do."""
    try:
        library = importlib.import_module("phonenumbers")
    except ImportError:
        return True
    try:
        return bool(library.is_possible_number(library.parse(number)))
    except library.NumberParseException:
        return False
