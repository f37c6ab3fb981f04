"""The Customers tab: how each customer wants to be told, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Table, Ways, heading, names_of, read_table
from sheetsync.domain.companions.ways import CHANNELS, channel_of, locale_of, zone_of
from sheetsync.domain.model import TabRows
from sheetsync.domain.texts import fold

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading("key", "Customer ID", "id", "Customer No", "Customer Number", required=True),
        heading("name", "Name", "text", "Customer Name", "Full Name"),
        heading("email", "Email", "email", "E-mail", "Email Address", "Mail"),
        heading("phone", "Phone", "id", "Mobile", "Telephone", "Phone Number"),
        heading(
            "channel", "Preferred Channel", "choice", "Channel", "Contact By", choices=CHANNELS
        ),
        heading("locale", "Locale", "text", "Language"),
        heading("timezone", "Time Zone", "text", "Timezone", "Zone"),
        heading("consent_updates", "Consent Updates", "checkbox", "Updates", "Consent"),
        heading("consent_survey", "Consent Survey", "checkbox", "Survey", "Surveys"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer. Every text is "" where the tab does not say; `email` and `phone` are not judged yet.

    A consent is None where nobody said anything, and False also where it cannot be read.
    """

    row: int
    key: str
    name: str
    email: str
    phone: str
    channel: str
    locale: str
    timezone: str
    consent_updates: bool | None
    consent_survey: bool | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Customers:
    """Everybody in the tab, to be found by Customer ID or by a name that only one of them has."""

    table: Table
    by_key: dict[str, int]
    by_name: dict[str, int]
    several: frozenset[str]
    """Folded names that more than one customer has."""
    people: dict[int, Customer] = field(default_factory=dict)

    @property
    def findings(self) -> list[TabFinding]:
        """What could not be understood."""
        return self.table.findings

    def __len__(self) -> int:
        return len(self.by_key)

    def find(self, written: str) -> Customer | None:
        """The customer whom a cell of an order names; None where nobody, or more than one, is meant."""
        name = fold(written)
        place = self.by_key.get(name, self.by_name.get(name))
        return self.people[place] if name and place is not None else None

    def is_unclear(self, written: str) -> bool:
        """Whether a name is not found because several customers have it."""
        return fold(written) in self.several


def read_customers(tab: TabRows, ways: Ways) -> Customers:
    """Everybody in the tab who has an ID of their own."""
    table = read_table(tab, COLUMNS, ways)
    by_key = table.keyed("key")
    by_name, several = names_of(table, by_key)
    return Customers(
        table=table,
        by_key=by_key,
        by_name=by_name,
        several=several,
        people={place: _customer(table, place) for place in by_key.values()},
    )


def _customer(table: Table, place: int) -> Customer:
    return Customer(
        row=int(table.rows[place]),
        key=table.text("key", place),
        name=table.text("name", place),
        email=table.text("email", place),
        phone=table.text("phone", place),
        channel=channel_of(table, "channel", place),
        locale=locale_of(table, "locale", place),
        timezone=zone_of(table, "timezone", place),
        consent_updates=table.tick("consent_updates", place),
        consent_survey=table.tick("consent_survey", place),
    )
