"""The Staff tab: who works here, in which roles, and where mail reaches them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.columns.cells import looks_like_email
from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Table, Ways, heading, read_table
from sheetsync.domain.companions.ways import zone_of
from sheetsync.domain.model import TabRows
from sheetsync.domain.texts import fold

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading("name", "Name", "text", "Staff Name", "Employee", "Person", required=True),
        heading("role", "Role", "text", "Roles", "Position", "Function"),
        heading("email", "Email", "email", "E-mail", "Email Address", "Mail"),
        heading("phone", "Phone", "id", "Mobile", "Telephone", "Phone Number"),
        heading("active", "Active", "checkbox", "Works Here", "In Service"),
        heading("timezone", "Time Zone", "text", "Timezone", "Zone"),
    )
}
_ROLES_BETWEEN: Final = re.compile(r"[,;/\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One person. `email` is "" where none stands there or it is not one address; `roles` are as written."""

    row: int
    name: str
    roles: tuple[str, ...]
    email: str
    phone: str
    active: bool
    timezone: str

    @property
    def can_be_told(self) -> bool:
        """Whether mail reaches them: they are active, and there is an address."""
        return self.active and bool(self.email)

    def has_role(self, role: str) -> bool:
        """Whether they have the role, however it is spelt in case and spaces."""
        return fold(role) in {fold(each) for each in self.roles}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staff:
    """Everybody in the tab whose name stands there once, in its order."""

    title: str
    people: tuple[Colleague, ...]
    by_name: dict[str, Colleague]
    findings: list[TabFinding]

    def __len__(self) -> int:
        return len(self.people)

    def named(self, written: str) -> Colleague | None:
        """The person whom a cell names."""
        return self.by_name.get(fold(written))

    def in_role(self, role: str) -> tuple[Colleague, ...]:
        """Everybody with the role, active or not, in the order of the tab."""
        return tuple(person for person in self.people if person.has_role(role))


def read_staff(tab: TabRows, ways: Ways) -> Staff:
    """Everybody in the tab. A blank under Active counts as active, and a cell that cannot be read as not."""
    table = read_table(tab, COLUMNS, ways)
    by_name = {name: _colleague(table, place) for name, place in table.keyed("name").items()}
    return Staff(
        title=tab.title,
        people=tuple(sorted(by_name.values(), key=lambda person: person.row)),
        by_name=by_name,
        findings=table.findings,
    )


def _colleague(table: Table, place: int) -> Colleague:
    email = table.text("email", place)
    roles = (" ".join(part.split()) for part in _ROLES_BETWEEN.split(table.text("role", place)))
    return Colleague(
        row=int(table.rows[place]),
        name=table.text("name", place),
        roles=tuple(role for role in roles if role),
        email=email if looks_like_email(email) else "",
        phone=table.text("phone", place),
        active=table.tick("active", place) is not False,
        timezone=zone_of(table, "timezone", place),
    )
