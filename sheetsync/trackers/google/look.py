"""A snapshot together with what was understood of it: where its header is, and where its Order IDs are."""

from __future__ import annotations

from dataclasses import dataclass

from sheetsync.trackers.google.journal import Under
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.matching import order_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`header_row` is a row number from 1, `key_column` a column index from 0."""

    cells: Snapshot
    header_row: int
    key_column: int

    @property
    def under(self) -> Under:
        """What its cells stand under."""
        return Under(self.headings, self.header_row, self.key_column)

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts of the header row, "" where nothing or no text stands."""
        return tuple(self.cells.headings(self.header_row))

    def heading(self, column: int) -> str:
        """The text over a column, "" where there is none."""
        headings = self.headings
        return headings[column] if column < len(headings) else ""

    def order(self, row: int) -> str:
        """The Order ID in a row, "" where it has none."""
        return order_key(self.cells.cell(row, self.key_column))

    def rows(self, order: str) -> tuple[int, ...]:
        """The rows of an order; of "" those without an Order ID."""
        return self.cells.by_key(self.key_column, self.header_row).get(order, ())

    def places(self, order: str, heading: str) -> list[tuple[int, int]]:
        """(row number, column) of every cell of the order under the heading; "" is a column without one."""
        headings = self.headings
        found = []
        for row in self.rows(order):
            width = max(len(headings), len(self.cells.row(row)))
            padded = [*headings, *[""] * (width - len(headings))]
            found += [(row, column) for column, text in enumerate(padded) if text == heading]
        return found

    def times(self) -> dict[str, int]:
        """How often each Order ID stands there, and under "" how many rows without one hold anything."""
        rows = self.cells.by_key(self.key_column, self.header_row)
        filled = sum(bool(self.cells.row(number)) for number in rows.get("", ()))
        return {**{order: len(numbers) for order, numbers in rows.items()}, "": filled}
