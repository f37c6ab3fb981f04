"""Who a role is for one order: fixed addresses, or a name in a column looked up in a directory.

A name that nobody knows never silences an escalation: the fallback person gets it, and the message
says why it came to them. The name itself is not told: it is whatever somebody typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetsync.domain.rules import Person
from sheetsync.domain.texts import fold

Cell = Callable[[str], str]
"""Column key -> the text of that cell of one order ("" when blank or there is no such column)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address, who that is, the audience (`staff` or `vendor`), and why it came here instead."""

    address: str
    name: str
    audience: str
    note: str = ""


def recipients_of(
    roles: tuple[str, ...],
    people: Mapping[str, Person],
    cell: Cell,
    titles: Mapping[str, str],
) -> tuple[Recipient, ...]:
    """Everybody whom `roles` mean for one order, each address once, in the order written."""
    found: dict[str, Recipient] = {}
    for role in roles:
        for person in _resolve(role, people, cell, titles):
            found.setdefault(person.address.casefold(), person)
    return tuple(found.values())


def _resolve(
    role: str, people: Mapping[str, Person], cell: Cell, titles: Mapping[str, str]
) -> list[Recipient]:
    """One role, following its fallbacks; none where the chain ends without an address."""
    notes: list[str] = []
    tried: set[str] = set()
    while role in people and role not in tried:
        tried.add(role)
        person = people[role]
        if not person.from_column:
            note = f"{' '.join(notes)} It comes to you instead." if notes else ""
            return [
                Recipient(address, role_words(role), "staff", note) for address in person.addresses
            ]
        written = cell(person.from_column)
        address = person.directory.get(fold(written), "") if written else ""
        if address:
            name = person.names.get(fold(written), written)
            return [Recipient(address, name, _audience(person))]
        notes.append(_unknown(written, titles.get(person.from_column, person.from_column)))
        role = person.fallback
    return []


def role_words(role: str) -> str:
    """`floor_lead` -> `Floor lead`."""
    return role.replace("_", " ").capitalize()


def _audience(person: Person) -> str:
    return "vendor" if person.from_column == "vendor" else "staff"


def _unknown(written: str, heading: str) -> str:
    if not written:
        return f"{heading} is blank."
    return f"{heading} names somebody who is not in the list of people."
