"""What of a row may be told in a message: words of the rules, and Order IDs that look like one.

Whoever can type into the sheet must not be able to write into somebody's mail. So no free text of
a cell gets there: a person, a vendor, a carrier or a priority is told only by the name that the rules
have for it, and an Order ID only where it is no sentence, link or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.companions import Companions
from sheetsync.domain.next_action import BY_STAGE
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold

_LONGEST_ID: Final = 40
_ID: Final = re.compile(r"#?[^\W_]+(?:[-_/#][^\W_]+)*")
"""Letters and digits of any script, held together by single marks: nothing that a mail program links."""
_LETTERS: Final = re.compile(r"[^\W\d_]{13,}")
_NAME: Final = re.compile(r"[^\W\d_]+(?:(?:\.? |[-'’])[^\W\d_]+){0,4}\.?")
"""Words of letters only: no figure, no address, and no dot that a mail program would take for a link."""
_LONGEST_NAME: Final = 60
UNLISTED: Final = "a name that is not in the rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakable:
    """The names that the rules know, by folded text."""

    handlers: Mapping[str, str]
    vendors: Mapping[str, str]
    priorities: Mapping[str, str]
    carriers: frozenset[str]
    vendor_addresses: Mapping[str, str]
    """By ID and name, where mail reaches a vendor of the tab Vendors."""

    @classmethod
    def of(cls, rules: Rulebook, companions: Companions) -> Speakable:
        """All names of one set of rules, and those of the tabs Staff and Vendors that look like names."""
        priority = rules.columns.get("priority")
        named = [*rules.carriers, *(a for c in rules.carriers.values() for a in c.aliases)]
        return cls(
            handlers=_staff_names(companions) | _listed(rules, "handler"),
            vendors=_vendor_names(companions) | _listed(rules, "vendor"),
            priorities=_folded((*priority.choices, *priority.choice_aliases.values()))
            if priority
            else {},
            carriers=frozenset(fold(name) for name in named),
            vendor_addresses=_vendor_addresses(companions),
        )

    def handler(self, text: str) -> str:
        """The handler by the name in the list of people; "" for a blank cell."""
        return self.handlers.get(fold(text), UNLISTED) if text else ""

    def vendor(self, text: str) -> str:
        """The vendor by the name in the list of people; "" for any other."""
        return self.vendors.get(fold(text), "")

    def vendor_contact(self, text: str) -> str:
        """The vendor's address by the tab Vendors; "" for any other."""
        return self.vendor_addresses.get(fold(text), "") if text else ""

    def priority(self, text: str) -> str:
        """The priority where it is one of the choices."""
        return self.priorities.get(fold(text), "")

    def next_step(self, step: str, carrier: str) -> str:
        """What to do next; a carrier that the rules do not know is not named in it."""
        if carrier and carrier in step and fold(carrier) not in self.carriers:
            return BY_STAGE["Dispatch"]
        return step


def name_words(text: str) -> str:
    """The name where it looks like one, else ""."""
    return text if len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) else ""


def order_words(order_id: str, row: int) -> str:
    """The Order ID where it looks like one, else where the order stood when it was read."""
    return order_id if looks_like_an_id(order_id) else f"the order in row {row}"


def looks_like_an_id(text: str) -> bool:
    """Whether this is an Order ID and could not be a sentence, a link or an address."""
    plain = len(text) <= _LONGEST_ID and _ID.fullmatch(text)
    return bool(plain and any(sign.isdigit() for sign in text) and not _LETTERS.search(text))


def _listed(rules: Rulebook, column: str) -> dict[str, str]:
    people = rules.escalation.people.values()
    return {
        folded: person.names.get(folded, "")
        for person in people
        if person.from_column == column
        for folded in person.directory
    }


def _staff_names(companions: Companions) -> dict[str, str]:
    if companions.staff is None:
        return {}
    names = ((name, name_words(each.name)) for name, each in companions.staff.by_name.items())
    return {folded: words for folded, words in names if words}


def _vendor_names(companions: Companions) -> dict[str, str]:
    """By ID and by name."""
    if companions.vendors is None:
        return {}
    found = companions.vendors
    names = (
        (folded, name_words(found.companies[place].name))
        for folded, place in (*found.by_name.items(), *found.by_key.items())
    )
    return {folded: words for folded, words in names if words}


def _vendor_addresses(companions: Companions) -> dict[str, str]:
    if companions.vendors is None:
        return {}
    found = companions.vendors
    addresses = (
        (folded, found.companies[place].email)
        for folded, place in (*found.by_name.items(), *found.by_key.items())
    )
    return {folded: address for folded, address in addresses if is_one_address(address)}


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in names}
