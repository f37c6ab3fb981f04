"""The Vendors tab: who delivers, how they are reached, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Table, Ways, heading, names_of, read_table
from sheetsync.domain.companions.ways import CHANNELS, channel_of, hours_of, locale_of, zone_of
from sheetsync.domain.model import TabRows
from sheetsync.domain.texts import fold

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading(
            "key",
            "Vendor ID",
            "id",
            "Vendor No",
            "Supplier ID",
            required=True,
        ),
        heading("name", "Name", "text", "Vendor Name", "Supplier Name", "Company"),
        heading("email", "Email", "email", "E-mail", "Email Address", "Mail"),
        heading("channel", "Channel", "choice", "Preferred Channel", choices=CHANNELS),
        heading("locale", "Locale", "text", "Language"),
        heading("timezone", "Time Zone", "text", "Timezone", "Zone"),
        heading("confirm_hours", "Confirm SLA (h)", "number", "Confirm SLA", "Confirm Within (h)"),
        heading("ship_hours", "Ship SLA (h)", "number", "Ship SLA", "Ship Within (h)"),
        heading("backup", "Backup Contact", "email", "Backup", "Backup Email"),
        heading("ships", "Ships To Customer", "checkbox", "Ships", "Drop Ship", "Dropship"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor. Every text is "" where the tab does not say; addresses are not judged yet.

    `confirm_hours` and `ship_hours` are None where the tab sets no limit.
    """

    row: int
    key: str
    name: str
    email: str
    channel: str
    locale: str
    timezone: str
    confirm_hours: float | None
    ship_hours: float | None
    backup: str
    ships: bool = False
    """Whether they send orders to customers themselves."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vendors:
    """Every vendor of the tab, to be found by Vendor ID or by a name that only one of them has."""

    table: Table
    by_key: dict[str, int]
    by_name: dict[str, int]
    several: frozenset[str]
    companies: dict[int, Vendor]

    @property
    def findings(self) -> list[TabFinding]:
        """What could not be understood."""
        return self.table.findings

    def __len__(self) -> int:
        return len(self.by_key)

    def find(self, written: str) -> Vendor | None:
        """The vendor whom a cell of an order names; None where nobody, or more than one, is meant."""
        name = fold(written)
        place = self.by_key.get(name, self.by_name.get(name))
        return self.companies[place] if name and place is not None else None

    def is_unclear(self, written: str) -> bool:
        """Whether a name is not found because several vendors have it."""
        return fold(written) in self.several


def read_vendors(tab: TabRows, ways: Ways) -> Vendors:
    """Every vendor of the tab that has an ID of its own."""
    table = read_table(tab, COLUMNS, ways)
    by_key = table.keyed("key")
    by_name, several = names_of(table, by_key)
    companies = {place: _vendor(table, place) for place in by_key.values()}
    return Vendors(
        table=table, by_key=by_key, by_name=by_name, several=several, companies=companies
    )


def _vendor(table: Table, place: int) -> Vendor:
    return Vendor(
        row=int(table.rows[place]),
        key=table.text("key", place),
        name=table.text("name", place),
        email=table.text("email", place),
        channel=channel_of(table, "channel", place),
        locale=locale_of(table, "locale", place),
        timezone=zone_of(table, "timezone", place),
        confirm_hours=hours_of(table, "confirm_hours", place),
        ship_hours=hours_of(table, "ship_hours", place),
        backup=table.text("backup", place),
        ships=table.tick("ships", place) is True,
    )
