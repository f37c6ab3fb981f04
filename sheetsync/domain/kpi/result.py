"""What `compute` gives back: figures with their counts and orders, tables, and drill-down lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sheetsync.domain.kpi.periods import Period
from sheetsync.domain.kpi.registry import Definition
from sheetsync.domain.rules import KpiTarget

Verdict: TypeAlias = Literal["met", "near", "missed", "small", "no orders", "not measured", ""]
"""Against the target; `small`: too few orders to judge; "" where there is no target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One KPI of one period.

    `value` is in the definition's unit, None when there is nothing to measure (`note` says why).
    `parts` maps each order measured to its share in the value: 1.0 or 0.0 in a rate, the duration
    in seconds in a time, 1.0 in a count. `unmeasured` are the orders behind `not_measurable`.
    """

    definition: Definition
    value: float | int | None
    numerator: float | int | None = None
    n: int | None = None
    excluded: int = 0
    not_measurable: int = 0
    note: str = ""
    target: KpiTarget | None = None
    verdict: Verdict = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    unmeasured: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """As in kpi.yaml; a variant has a dot (`on_time_delivery_rate.instant`)."""
        return self.definition.id

    @property
    def name(self) -> str:
        """As staff read it."""
        return self.definition.name

    @property
    def unit(self) -> str:
        """Share (0 to 1), days, hours, orders, score or pieces per day."""
        return self.definition.unit

    @property
    def orders(self) -> tuple[str, ...]:
        """The Order IDs that a manager wants behind the number, sorted.

        Of a rate the orders that speak against it, else all that were measured.
        """
        if self.unit != "share":
            return tuple(sorted(self.parts))
        against = 1.0 if self.definition.better == "lower" else 0.0
        return tuple(sorted(order for order, part in self.parts.items() if part == against))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: its heading, unit (`text`, `share`, `hours`, `days`, `orders`)."""

    key: str
    heading: str
    unit: str = "orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A breakdown. `bold` names the rows (by their first cell) that stand out."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    bold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of a drill-down: why it is there, who owns it, days late or old."""

    order_id: str
    reason: str
    owner: str
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A drill-down list, worst first; `note` says why it cannot be told, "" otherwise."""

    id: str
    title: str
    entries: tuple[Entry, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Orders with a stake in the period: counted, excluded and why, and short of some fact."""

    counted: int
    excluded: Mapping[str, tuple[str, ...]]
    """Reason in words -> Order IDs."""
    not_measurable: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReport:
    """Everything computed for one period. `snapshot` is the period's end, or `as_of` before it."""

    period: Period
    as_of: datetime
    snapshot: datetime
    rules_hash: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    listings: tuple[Listing, ...]
    counts: Counts

    def figure(self, id_: str) -> Figure:
        """The figure of that id; raises KeyError when there is none."""
        for figure in self.figures:
            if figure.id == id_:
                return figure
        raise KeyError(id_)

    def table(self, id_: str) -> Table:
        """The table of that id; raises KeyError when there is none."""
        return {table.id: table for table in self.tables}[id_]

    def listing(self, id_: str) -> Listing:
        """The list of that id; raises KeyError when there is none."""
        return {listing.id: listing for listing in self.listings}[id_]
