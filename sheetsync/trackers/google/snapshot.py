"""All cells of the tracker tab as one answer gave them: by row, by heading, by order; nothing decided yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from sheetsync.domain.model import CellError, CellValue, Marker
from sheetsync.domain.moments import local_to_serial
from sheetsync.trackers.google.marker import marker_of
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.matching import order_key
from sheetsync.trackers.receipts import NewValue

Row: TypeAlias = Sequence[CellValue]
ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#ERROR!", "Loading..."}
)
"""What an error shows as; the API gives it as text."""


@dataclass(slots=True, eq=False)
class Snapshot:
    """`rows[i]` is row i + 1 without the blanks at its end; blank rows are ()."""

    rows: list[Row]
    marker: Marker | None = None
    marked_for: str = ""
    formula_texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """Where formulas stand, by (row number, column), as far as that is known."""
    at: datetime | None = None
    """When the answer came (aware UTC)."""
    tabs: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """The companion tabs that were read along, by the title asked for; `rows` as above."""
    _fingerprint: str = ""
    _keys: dict[int, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Json, *, marked: bool, beside: Sequence[str] = ()) -> Snapshot:
        """From the decoded answer of `values:batchGet`.

        `marked`: the second range is the marker's. The ranges after it are the tabs `beside`.
        """
        ranges = answer.get("valueRanges", [])
        values = ranges[0].get("values", []) if ranges else []
        marks = ranges[1].get("values") if marked and len(ranges) > 1 else None
        marker, marked_for = marker_of(marks)
        others = [found.get("values", []) for found in ranges[1 + marked :]]
        tabs = {title: clean(rows) for title, rows in zip(beside, others, strict=False)}
        return cls(rows=clean(values), marker=marker, marked_for=marked_for or "", tabs=tabs)

    @property
    def extent(self) -> tuple[int, int]:
        """How many rows and columns there are to the last one that holds anything."""
        return len(self.rows), max(map(len, self.rows), default=1)

    def cell(self, row: int, column: int) -> CellValue:
        """The cell at a row number from 1 and a column index from 0."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else None

    def row(self, number: int) -> Row:
        """The cells of a row number from 1."""
        return self.rows[number - 1] if 0 < number <= len(self.rows) else ()

    def by_key(self, column: int, top: int) -> Mapping[str, tuple[int, ...]]:
        """Order ID -> its row numbers, of the rows below the header row `top`; "" are rows without one."""
        if column not in self._keys:
            found: dict[str, tuple[int, ...]] = {}
            for number in range(top + 1, len(self.rows) + 1):
                key = order_key(self.cell(number, column))
                found[key] = (*found[key], number) if key in found else (number,)
            self._keys[column] = found
        return self._keys[column]

    def headings(self, header_row: int) -> list[str]:
        """The texts of the header row by column index; "" where nothing or no text stands."""
        return [c if isinstance(c, str) else "" for c in self.row(header_row)]

    def after(
        self, changed: Mapping[tuple[int, int], CellValue], marker: Marker | None = None
    ) -> Snapshot:
        """As it will be once `changed` (row number, column) and, if given, `marker` are written."""
        rows: list[Row] = list(self.rows)
        for (number, column), value in changed.items():
            rows.extend(() for _ in range(number - len(rows)))
            cells = list(rows[number - 1])
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = value
            rows[number - 1] = trimmed(cells)
        while rows and not rows[-1]:
            rows.pop()
        return Snapshot(
            rows=rows, marker=marker or self.marker, marked_for=self.marked_for, tabs=self.tabs
        )

    def fingerprint(self) -> str:
        """Of everything read but the number of the last pass."""
        if not self._fingerprint:
            known = (self.marker.uuid, self.marker.epoch) if self.marker else ()
            read = [self.rows, known, *([self.tabs] if self.tabs else [])]
            text = json.dumps(read, ensure_ascii=False, default=_plain)
            self._fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return self._fingerprint


def presumed(before: Snapshot, after: Snapshot) -> None:
    """Read the formulas of `after`, in which they stand as texts, by the values of `before`.

    A formula is a text beginning with = where `before` shows something else. Its value is taken to be as
    before while all else in its row is; otherwise its text stays, so that it matches no order.
    """
    for number, cells in enumerate(after.rows, start=1):
        found = [i for i, cell in enumerate(cells) if isinstance(cell, str) and cell[:1] == "="]
        found = [i for i in found if before.cell(number, i) != cells[i]]
        if not found:
            continue
        after.formula_texts |= {(number, i): str(cells[i]) for i in found}
        was = before.row(number)
        width = max(len(was), len(cells))
        if all(
            before.cell(number, i) == after.cell(number, i) for i in range(width) if i not in found
        ):
            after.rows[number - 1] = tuple(
                before.cell(number, i) if i in found else cell for i, cell in enumerate(cells)
            )


def clean(values: Sequence[Sequence[Any]]) -> list[Row]:
    """Rows as the API gives them -> cells: no empty texts, no errors that look like texts."""
    rows: list[Row] = []
    for cells in values:
        if "" in cells or not ERRORS.isdisjoint(cells):
            rows.append(trimmed([_cell(cell) for cell in cells]))
        else:
            rows.append(tuple(cells))
    while rows and not rows[-1]:
        rows.pop()
    return rows


def trimmed(cells: Sequence[CellValue]) -> Row:
    """The row without the blanks at its end."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return tuple(cells[:end])


def stored(value: NewValue) -> CellValue:
    """What a cell will be read as once `value` was written."""
    if isinstance(value, datetime):
        value = local_to_serial(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" and isinstance(value, str) else value


def _cell(value: Any) -> CellValue:
    if value == "":
        return None
    return CellError(value) if isinstance(value, str) and value in ERRORS else value


def _plain(value: object) -> str:
    return f"error {value.text}" if isinstance(value, CellError) else repr(value)
