"""A tab as it stands now, read under the headings that stood there then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.aligning import aligned, likeness
from sheetsync.trackers.google.journal import Then, Undo
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.matching import order_key

_FIRST_ROWS: Final = 60
"""How far down a header is looked for."""


class AlignedTab:
    """Where columns, Order IDs and values of earlier stand now. Answers are kept: the tab does not change."""

    def __init__(self, now: Snapshot) -> None:
        self.now = now
        self._aligned: dict[tuple[str, ...], tuple[int, dict[int, int]]] = {}
        self._keys: dict[int, dict[str, list[int]]] = {}
        self._holding: dict[int, dict[CellValue, list[int]]] = {}

    def header_row(self, headings: Sequence[str]) -> int:
        """The row that holds most of these headings; 0 where none holds two of them."""
        return self._alignment(tuple(headings))[0]

    def columns(self, headings: Sequence[str]) -> Mapping[int, int]:
        """Column then -> column now, as far as that can be told."""
        return self._alignment(tuple(headings))[1]

    def columns_like(self, undo: Undo) -> list[int]:
        """The columns that may be the one: where it is by its neighbours, and all under its heading."""
        then = undo.then
        heading = then.headings[undo.column] if undo.column < len(then.headings) else ""
        column = self.columns(then.headings).get(undo.column)
        texts = self.now.headings(self.header_row(then.headings))
        like = {place for place, text in enumerate(texts) if text and text == heading}
        return sorted(like if column is None else {column, *like})

    def rows_with(self, column: int, value: CellValue) -> Sequence[int]:
        """The rows that hold the value in the column."""
        if column not in self._holding:
            found: dict[CellValue, list[int]] = {}
            for number, row in enumerate(self.now.rows, start=1):
                if column < len(row):
                    found.setdefault(row[column], []).append(number)
            self._holding[column] = found
        return self._holding[column].get(value, ())

    def rows_of(self, then: Then, order: str) -> Sequence[int]:
        """The rows under an Order ID, where those of the row then stood."""
        return self._by_key(self._key_column(then)).get(order, ())

    def key(self, then: Then, number: int) -> str:
        """The Order ID of a row."""
        return order_key(self.now.cell(number, self._key_column(then)))

    # -- within ---------------------------------------------------------------------------------

    def _key_column(self, then: Then) -> int:
        return self.columns(then.headings).get(then.key_column, then.key_column)

    def _by_key(self, column: int) -> dict[str, list[int]]:
        if column not in self._keys:
            found: dict[str, list[int]] = {}
            for number in range(1, len(self.now.rows) + 1):
                if self.now.row(number):
                    key = order_key(self.now.cell(number, column))
                    found.setdefault(key, []).append(number)
            self._keys[column] = found
        return self._keys[column]

    def _alignment(self, headings: tuple[str, ...]) -> tuple[int, dict[int, int]]:
        if headings not in self._aligned:
            self._aligned[headings] = self._align(headings)
        return self._aligned[headings]

    def _align(self, headings: tuple[str, ...]) -> tuple[int, dict[int, int]]:
        best, top = 1, 0
        for number in range(1, min(len(self.now.rows), _FIRST_ROWS) + 1):
            found = likeness(self.now.headings(number), headings)
            if found > best:
                best, top = found, number
        if not top:
            return 0, {column: column for column in range(len(headings))}
        return top, aligned(headings, self.now.headings(top))
