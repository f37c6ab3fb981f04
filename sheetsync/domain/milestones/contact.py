"""How one customer is reached: by the row itself, or by the Customers tab where that knows them better.

The channel that they prefer comes first, then mail, then a call by somebody of ours; what is not the preferred one is
counted as a fallback, with what was lacking.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfoNotFoundError

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.moments import zone
from sheetsync.domain.phones import e164
from sheetsync.domain.texts import clean_id, fold

_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
EMAIL: Final = "email"
PHONE: Final = "phone"
LACKS: Final = "channel_lacks"
"""In the context of a notice that does not go by the preferred channel although that is set up: why."""
_KEY: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,126}[A-Za-z0-9])?")
_LONGEST_NUMBER: Final = 40
Lacks: TypeAlias = Literal["", "number", "name", "address"]
BUILT_IN: Final = (EMAIL,)
_CHANNELS: Final = ("email", "sms", "app", "phone", "webhook", "none")


class Person(Protocol):
    """A customer as the Customers tab knows them; "" where it does not say."""

    @property
    def key(self) -> str:
        """Their Customer ID."""

    @property
    def name(self) -> str:
        """As they are addressed."""

    @property
    def email(self) -> str:
        """A mail address, as yet unchecked."""

    @property
    def phone(self) -> str:
        """A telephone number, as yet unchecked."""

    @property
    def channel(self) -> str:
        """How they want to hear from us."""

    @property
    def locale(self) -> str:
        """Their language."""

    @property
    def timezone(self) -> str:
        """Where their clock runs."""

    @property
    def consent_updates(self) -> bool | None:
        """Whether they agreed to be told; None where nobody said."""

    @property
    def consent_survey(self) -> bool | None:
        """Whether they agreed to be asked; None where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where a notice goes. `wanted` is the channel that the customer prefers, `channel` the one it takes.

    `lacks`: what is not known that the preferred channel would need. `held`: why it cannot leave before a person does something; `skipped`: why it never does.
    """

    address: str
    channel: str = EMAIL
    wanted: str = ""
    lacks: Lacks = ""
    locale: str = ""
    timezone: str = ""
    held: str = ""
    skipped: str = ""


def contact_of(
    cells: Mapping[str, str],
    titles: Mapping[str, str],
    *,
    to: str,
    kind: str,
    person: Person | None,
    channels: Collection[str] = BUILT_IN,
) -> Contact:
    """How the customer of one row is reached.

    Args:
        cells: the row's texts by column key; "" where blank, or where there is no such column.
        titles: headings by column key, for words.
        to: the column with the address.
        kind: of the notice; a question for a favour needs more consent than news of an order.
        person: what the Customers tab says of them.
        channels: what can be sent at all.
    """
    wanted = fold(cells["customer_channel"]) or fold(person.channel if person else "")
    mail = (cells[to] or (person.email if person else "")).strip()
    channel, address, lacks = _reached(wanted, mail, person, channels)
    contact = Contact(
        address=address,
        channel=channel,
        wanted=wanted,
        lacks=lacks,
        locale=_locale(cells["customer_language"]) or _locale(person.locale if person else ""),
        timezone=_zone(cells["customer_timezone"]) or _zone(person.timezone if person else ""),
    )
    return _judged(contact, titles, to, kind, person)


def _reached(
    wanted: str, mail: str, person: Person | None, channels: Collection[str]
) -> tuple[str, str, Lacks]:
    """Channel, address on it, and what the preferred one lacks: preferred, else mail, else a call."""
    phone = person.phone if person else ""
    lacks: Lacks = ""
    if wanted == PHONE and PHONE in channels:
        return PHONE, _number(phone), ""
    if wanted in channels and wanted not in (EMAIL, "none"):
        address = e164(phone) if wanted == "sms" else _name(mail, person)
        if address:
            return wanted, address, ""
        lacks = "number" if wanted == "sms" else "name"
    if mail or PHONE not in channels or not phone or wanted == "none":
        return EMAIL, mail, lacks
    return PHONE, _number(phone), lacks or "address"


def _number(phone: str) -> str:
    """A number as a person dials it."""
    return e164(phone) or clean_id(phone)[:_LONGEST_NUMBER]


def _name(mail: str, person: Person | None) -> str:
    """By what an app or a program of the owner's knows the customer: their ID, else their address."""
    key = clean_id(person.key) if person else ""
    if _KEY.fullmatch(key):
        return key
    return mail if is_one_address(mail) else ""


def _judged(
    contact: Contact, titles: Mapping[str, str], to: str, kind: str, person: Person | None
) -> Contact:
    if contact.wanted == "none":
        return _with(contact, skipped="The customer wants no updates.")
    if person is not None and person.consent_updates is False:
        return _with(contact, skipped="The customer has not agreed to updates.")
    if kind == "feedback_request" and person is not None and person.consent_survey is False:
        return _with(contact, skipped="The customer has not agreed to be asked.")
    if contact.wanted and contact.wanted not in _CHANNELS:
        words = f"{titles['customer_channel']} says something that is no channel. Choose one from its list."
        return _with(contact, held=words)
    if not contact.address and contact.channel != PHONE:
        words = (
            f"{titles[to]} is empty. Fill it in, or choose None under {titles['customer_channel']}."
        )
        return _with(contact, held=words)
    return contact


def _with(contact: Contact, *, held: str = "", skipped: str = "") -> Contact:
    return Contact(
        address=contact.address, channel=contact.channel, wanted=contact.wanted, lacks=contact.lacks,
        locale=contact.locale, timezone=contact.timezone, held=held, skipped=skipped,
    )  # fmt: skip


def _locale(text: str) -> str:
    tag = clean_id(text)
    return tag.replace("_", "-") if _LOCALE.fullmatch(tag) else ""


def _zone(text: str) -> str:
    if not text:
        return ""
    try:
        return zone(clean_id(text).replace(" ", "_")).key or ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
