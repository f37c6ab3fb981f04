"""The surgical patch of one sheet part: exactly the cells that were meant, or a reason why not.

Every change names the row it was resolved to, what it expects there and what shall stand there. The
check and the splice look at the same bytes, so nothing can move in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sheetsync.domain.model import CellValue, DateSystem
from sheetsync.trackers.excel.cells import Unwritable, cell_bytes, check, stored
from sheetsync.trackers.excel.refusals import Untouchable
from sheetsync.trackers.excel.scanner import CellScan, RowScan, Scan, cell_name
from sheetsync.trackers.excel.splices import Splice, tag_name, with_attribute
from sheetsync.trackers.excel.stylesheet import Stylesheet
from sheetsync.trackers.matching import same
from sheetsync.trackers.receipts import NewValue, Verdict

Value = Callable[[CellScan], CellValue]
"""How the reader understands a cell, so that expected values compare with what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One cell to be given another value: row from 1, column from 0, and what stands there now."""

    row: int
    column: int
    expected: CellValue
    new: NewValue

    @property
    def name(self) -> str:
        """The cell's name as staff see it."""
        return cell_name(self.row, self.column)


@dataclass(slots=True, eq=False)
class Patch:
    """Splices of the sheet part, and what a reader must find afterwards, by (row, column)."""

    splices: list[Splice] = field(default_factory=list)
    targets: dict[tuple[int, int], CellValue] = field(default_factory=dict)


def judge(
    scan: Scan, changes: Sequence[CellChange], *, value: Value, untouchable: Untouchable
) -> list[Verdict]:
    """Outcome and reason of each change, if it were made on the scanned bytes.

    `scan` has the cells of every row named. A change whose cell holds something else than expected
    is `dropped`; one that may not be made is `refused`, as is the second one of the same cell.
    """
    seen: set[tuple[int, int]] = set()
    verdicts = []
    for change in changes:
        verdict = _judge(scan, change, value, untouchable)
        if verdict[0] == "applied" and (change.row, change.column) in seen:
            verdict = ("refused", f"{change.name} would be written twice in one pass")
        seen.add((change.row, change.column))
        verdicts.append(verdict)
    return verdicts


def patch_cells(
    scan: Scan, changes: Sequence[CellChange], *, value: Value, writer: RowWriter
) -> Patch:
    """The splices of changes that `judge` found good; `scan` has spans."""
    patch = Patch()
    rows: dict[int, dict[int, NewValue]] = defaultdict(dict)
    for change in changes:
        rows[change.row][change.column] = change.new
        patch.targets[change.row, change.column] = stored(change.new, writer.date_system)
    for number, cells in rows.items():
        row = scan.row(number)
        if row is not None:
            patch.splices += writer.row_splices(
                row, _different(row, cells, value, writer.date_system)
            )
    return patch


def _judge(scan: Scan, change: CellChange, value: Value, untouchable: Untouchable) -> Verdict:
    row = scan.row(change.row)
    if row is None:
        return "dropped", f"row {change.row} is gone"
    cell = find_cell(row, change.column)
    if reason := untouchable.reason(change.row, change.column, cell):
        return "refused", reason
    current = None if cell is None else value(cell)
    if not same(current, change.expected):
        return "dropped", f"{change.name} no longer holds what the plan was made from"
    try:
        check(change.new)
    except Unwritable as error:
        return "refused", f"{change.name}: {error}"
    return "applied", ""


def _different(
    row: RowScan, cells: dict[int, NewValue], value: Value, date_system: DateSystem
) -> dict[int, NewValue]:
    """The values that differ from what stands there: an old value written again changes no byte."""
    out: dict[int, NewValue] = {}
    for column, new in cells.items():
        cell = find_cell(row, column)
        current = None if cell is None else value(cell)
        if not same(current, stored(new, date_system)):
            out[column] = new
    return out


def find_cell(row: RowScan, column: int) -> CellScan | None:
    """The cell of that column, None when the row has none there."""
    return next((cell for cell in row.cells if cell.column == column), None)


class RowWriter:
    """Builds the bytes of cells and rows in the manner of the part: prefix, styles, spans."""

    def __init__(self, scan: Scan, styles: Stylesheet, date_system: DateSystem) -> None:
        self.scan, self.styles, self.date_system = scan, styles, date_system
        prefix = scan.prefix
        self.prefix = prefix if not prefix or prefix.endswith(b":") else prefix + b":"
        names = ("min", "max", "style")
        self._columns = [tuple(_number(c.attributes.get(n)) for n in names) for c in scan.columns]

    def cell(self, row: int, column: int, style: int, value: NewValue) -> bytes:
        """A whole cell; a moment in a cell without a number format gets one that shows it."""
        if isinstance(value, datetime):
            style = self.styles.dated(style)
        return cell_bytes(
            cell_name(row, column),
            style,
            value,
            prefix=self.prefix,
            date_system=self.date_system,
        )

    def row_splices(self, row: RowScan, values: dict[int, NewValue]) -> list[Splice]:
        """The splices that put `values` (by column) into an existing row."""
        present = {cell.column: cell for cell in row.cells}
        missing = {c: v for c, v in values.items() if c not in present and v not in (None, "")}
        splices = [
            Splice(cell.start, cell.end, self.cell(row.number, column, cell.style, values[column]))
            for column, cell in present.items()
            if column in values
        ]
        tag = self._wider(self.scan.data[row.start : row.open_end], row, missing)
        added = {
            column: self.cell(row.number, column, self.default_style(row, column), missing[column])
            for column in sorted(missing)
        }
        if row.open_end == row.end:
            if added:
                splices.append(Splice(row.start, row.end, self.whole_row(tag, added.values())))
            return splices
        if tag != self.scan.data[row.start : row.open_end]:
            splices.append(Splice(row.start, row.open_end, tag))
        for column, content in added.items():
            after = [cell.start for cell in row.cells if cell.column > column]
            place = after[0] if after else row.close_start
            splices.append(Splice(place, place, content))
        return splices

    def whole_row(self, tag: bytes, cells: Iterable[bytes]) -> bytes:
        """A row element from its (start or self-closing) tag and its cells."""
        opened = tag[:-2].rstrip() + b">" if tag.endswith(b"/>") else tag
        return opened + b"".join(cells) + b"</" + tag_name(tag) + b">"

    def default_style(self, row: RowScan | None, column: int) -> int:
        """The style that a cell without an element shows: its row's, else its column's."""
        if row is not None and row.attributes.get("customFormat") in ("1", "true"):
            return _number(row.attributes.get("s"))
        return next((style for low, high, style in self._columns if low <= column + 1 <= high), 0)

    def _wider(self, tag: bytes, row: RowScan, columns: Iterable[int]) -> bytes:
        spans = row.attributes.get("spans", "")
        return tag if not spans else with_spans(tag, spans, columns)


def with_spans(tag: bytes, spans: str, columns: Iterable[int]) -> bytes:
    """A row's start tag whose `spans` (a hint of first and last column) covers `columns`."""
    blocks = [block.split(":") for block in spans.split()]
    bounds = [int(b) for block in blocks for b in block if b.isdecimal()]
    wanted = [column + 1 for column in columns]
    if not bounds or not wanted or (min(bounds) <= min(wanted) and max(wanted) <= max(bounds)):
        return tag
    low, high = min(bounds + wanted), max(bounds + wanted)
    return with_attribute(tag, "spans", f"{low}:{high}")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
