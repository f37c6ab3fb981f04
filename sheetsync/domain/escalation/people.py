"""Who a role is for one order: fixed addresses, the people of a role, or the name in a column, looked up.

A name that nobody knows never silences an escalation: the fallback person gets it, and the message
says why it came to them. The name itself is not told: it is whatever somebody typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.companions import STAFF, VENDORS, Colleague, Companions
from sheetsync.domain.escalation.speakable import name_words
from sheetsync.domain.rules import Person
from sheetsync.domain.texts import fold

TO_YOU = " It comes to you instead."
"""How the reason ends that a fallback is told."""
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
    companions: Companions,
) -> tuple[Recipient, ...]:
    """Everybody whom `roles` mean for one order, each address once, in the order written."""
    found: dict[str, Recipient] = {}
    for role in roles:
        for person in _resolve(role, people, cell, titles, companions):
            found.setdefault(person.address.casefold(), person)
    return tuple(found.values())


def can_be_mailed(person: Colleague) -> bool:
    """Whether they are active and their address is one that mail can go to."""
    return person.active and is_one_address(person.email)


def role_words(role: str) -> str:
    """`floor_lead` -> `Floor lead`."""
    return role.replace("_", " ").capitalize()


def _resolve(
    role: str,
    people: Mapping[str, Person],
    cell: Cell,
    titles: Mapping[str, str],
    companions: Companions,
) -> list[Recipient]:
    """One role, following its fallbacks; none where the chain ends without an address."""
    notes: list[str] = []
    tried: set[str] = set()
    while role in people and role not in tried:
        tried.add(role)
        person = people[role]
        note = f"{' '.join(notes)}{TO_YOU}" if notes else ""
        if person.addresses:
            return [Recipient(each, role_words(role), "staff", note) for each in person.addresses]
        if person.staff_role:
            found = _in_role(person, companions, note)
            why = f"Nobody in the tab {STAFF} has the role that this goes to."
        else:
            found, why = _by_column(person, cell, titles, companions)
        if found:
            return found
        notes.append(why)
        role = person.fallback
    return []


def _in_role(person: Person, companions: Companions, note: str) -> list[Recipient]:
    if companions.staff is None:
        return []
    return [
        Recipient(each.email, name_words(each.name) or role_words(person.id), "staff", note)
        for each in companions.staff.in_role(person.staff_role)
        if can_be_mailed(each)
    ]


def _by_column(
    person: Person, cell: Cell, titles: Mapping[str, str], companions: Companions
) -> tuple[list[Recipient], str]:
    """Whom the cell names, first by its tab and then by the directory; else why nobody is found."""
    written = cell(person.from_column)
    heading = titles.get(person.from_column, person.from_column)
    if not written:
        return [], f"{heading} is blank."
    found, why = _by_tab(person, written, companions)
    if found is not None or why:
        return [found] if found else [], f"{heading} names {why}"
    address = person.directory.get(fold(written), "")
    if address:
        name = person.names.get(fold(written), written)
        return [Recipient(address, name, _audience(person))], ""
    return [], f"{heading} names somebody who is not in the list of people."


def _by_tab(person: Person, written: str, companions: Companions) -> tuple[Recipient | None, str]:
    """Whom the tab knows by that name; or why such a person is not written to, whatever a directory says."""
    if person.tab == STAFF and companions.staff is not None:
        colleague = companions.staff.named(written)
        if colleague is not None and not colleague.active:
            return None, f"somebody who is not active in the tab {STAFF}."
        if colleague is not None and is_one_address(colleague.email):
            name = name_words(colleague.name) or role_words(person.id)
            return Recipient(colleague.email, name, _audience(person)), ""
    if person.tab == VENDORS and companions.vendors is not None:
        vendor = companions.vendors.find(written)
        ways = (vendor.email, vendor.backup) if vendor else ()
        address = next((each for each in ways if is_one_address(each)), "")
        if vendor is not None and address:
            name = name_words(vendor.name) or role_words(person.id)
            return Recipient(address, name, "vendor"), ""
    return None, ""


def _audience(person: Person) -> str:
    return "vendor" if person.from_column == "vendor" else "staff"
