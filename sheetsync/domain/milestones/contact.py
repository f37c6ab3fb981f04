"""How one customer is reached: by the row itself, or by the Customers tab where that knows them better."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from zoneinfo import ZoneInfoNotFoundError

from sheetsync.domain.moments import zone
from sheetsync.domain.texts import clean_id, fold

_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
EMAIL: Final = "email"
BUILT_IN: Final = frozenset({EMAIL})
_CHANNELS: Final = ("email", "sms", "app", "phone", "webhook", "none")


class Person(Protocol):
    """A customer as the Customers tab knows them; "" where it does not say."""

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

    `held`: why it cannot leave before a person does something; `skipped`: why it never does.
    """

    address: str
    channel: str = EMAIL
    wanted: str = ""
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
    address = cells[to] or (person.email if person else "")
    contact = Contact(
        address=address.strip(),
        channel=wanted if wanted in channels else EMAIL,
        wanted=wanted,
        locale=_locale(cells["customer_language"]) or _locale(person.locale if person else ""),
        timezone=_zone(cells["customer_timezone"]) or _zone(person.timezone if person else ""),
    )
    return _judged(contact, titles, to, kind, person)


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
    if not contact.address:
        words = (
            f"{titles[to]} is empty. Fill it in, or choose None under {titles['customer_channel']}."
        )
        return _with(contact, held=words)
    return contact


def _with(contact: Contact, *, held: str = "", skipped: str = "") -> Contact:
    return Contact(
        address=contact.address, channel=contact.channel, wanted=contact.wanted,
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
