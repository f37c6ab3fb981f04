"""What people do in the tracker, whatever it is kept in: they type, tick, sort and unhide columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sheetsync.domain.model import CellValue
from sheetsync.trackers.receipts import NewValue

TICK: Final = "✓"
"""A tick as the story writes it, and as people put it into a workbook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One cell that a person fills: `heading` as it stands in the sheet; None empties the cell."""

    order: str
    heading: str
    value: NewValue


class Hands(Protocol):
    """People at one tracker. They never go through the worker: the two meet only in the sheet."""

    @property
    def tick(self) -> str | bool:
        """What a tick is in this sheet."""

    def type_in(self, entries: Sequence[Entry]) -> None:
        """Fill or empty cells. Raises KeyError for an order or a heading that is not there."""

    def sort_by(self, heading: str) -> int:
        """Sort all orders by one column, A to Z with blanks last; gives the number of rows moved."""

    def show(self, headings: Sequence[str]) -> None:
        """Unhide columns."""

    def cells(self) -> Mapping[str, Mapping[str, CellValue]]:
        """What stands in the sheet now: order -> heading -> cell."""
