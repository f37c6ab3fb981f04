"""The staff's hands on the workbook: they type, tick and sort as in Excel, beside the worker.

Nothing here goes through the worker's tracker protocol: the file is opened, edited and saved by
itself, so that the demo's people and the worker meet only in the workbook, as in real life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sheetsync.demo.people import TICK, Entry
from sheetsync.domain.model import CellValue
from sheetsync.domain.rules import ColumnRule
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.patch import RowWriter
from sheetsync.trackers.excel.scanner import RowScan
from sheetsync.trackers.excel.session import Session
from sheetsync.trackers.excel.splices import Splice, with_attribute
from sheetsync.trackers.matching import order_key
from sheetsync.trackers.receipts import NewValue, plain_new

_TAB: Final = "Orders"
_SEARCH_ROWS: Final = 20


class WorkbookHands:
    """People at the workbook `path`; `columns` are the rulebook's, to find headings by."""

    def __init__(self, path: Path, columns: Mapping[str, ColumnRule]) -> None:
        self._path, self._columns = path, columns

    @property
    def tick(self) -> str:
        """A tick as people type it into a workbook."""
        return TICK

    def type_in(self, entries: Sequence[Entry]) -> None:
        """Fill or empty cells. Raises KeyError for an order or a heading that is not there."""

        def edit(session: Session) -> list[Splice]:
            rows = {order_key(cell): row for row, cell in session.keys}
            places = _places(session)
            wanted: dict[int, dict[int, NewValue]] = {}
            for entry in entries:
                wanted.setdefault(rows[entry.order], {})[places[entry.heading]] = entry.value
            return _rewritten(session, wanted)

        self._edit(edit)

    def sort_by(self, heading: str) -> int:
        """Sort all orders by one column, A to Z with blanks last; gives the number of rows moved."""
        moved = 0

        def edit(session: Session) -> list[Splice]:
            nonlocal moved
            numbers = [row for row, cell in session.keys if order_key(cell)]
            lines = [_values(session, row) for row in session.scan(numbers).rows]
            column = _places(session)[heading]
            ordered = sorted(lines, key=lambda line: _sort_key(line.get(column)))
            every = {place for line in lines for place in line}
            pairs = zip(numbers, lines, ordered, strict=True)
            wanted = {
                row: {place: after.get(place) for place in every if after.get(place) != before.get(place)}
                for row, before, after in pairs
                if after is not before
            }  # fmt: skip
            moved = len(wanted)
            return _rewritten(session, wanted)

        self._edit(edit)
        return moved

    def show(self, headings: Sequence[str]) -> None:
        """Unhide columns."""

        def edit(session: Session) -> list[Splice]:
            places = _places(session)
            shown = {places[heading] + 1 for heading in headings}
            return list(_unhidden(session, shown))

        self._edit(edit)

    def cells(self) -> dict[str, dict[str, CellValue]]:
        """What stands in the sheet now: order -> heading -> cell."""
        with self._session() as session:
            headings = {place: heading for heading, place in _places(session).items()}
            numbers = {row: order_key(cell) for row, cell in session.keys if order_key(cell)}
            return {
                numbers[row.number]: {
                    headings[place]: cell
                    for place, cell in _values(session, row).items()
                    if place in headings
                }
                for row in session.scan(numbers).rows
            }

    def _edit(self, edit: Callable[[Session], list[Splice]]) -> None:
        """Edit and save as Excel does: a new file beside the old one, then the one rename."""
        with self._session() as session:
            session.revision.splice(session.sheet.part, session.data, edit(session))
            session.keep_styles()
            unsaved = self._path.with_name(f".{self._path.name}.saving")
            with unsaved.open("wb") as file:
                session.revision.write(file)
        unsaved.replace(self._path)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Package(self._path.read_bytes(), self._path.name) as package:
            yield Session(package, self._columns, _TAB, _SEARCH_ROWS)


def _places(session: Session) -> dict[str, int]:
    header = session.header
    return {header.headings[key]: place for key, place in header.columns.items()}


def _values(session: Session, row: RowScan) -> dict[int, CellValue]:
    found = {cell.column: session.value(cell) for cell in row.cells}
    return {column: value for column, value in found.items() if value is not None}


def _rewritten(
    session: Session, wanted: Mapping[int, Mapping[int, CellValue | NewValue]]
) -> list[Splice]:
    scanned = session.scan(set(wanted))
    writer = RowWriter(scanned, session.styles, session.facts.date_system)
    splices: list[Splice] = []
    for row in scanned.rows:
        values = {column: plain_new(value) for column, value in wanted[row.number].items()}
        splices += writer.row_splices(row, values)
    return splices


def _unhidden(session: Session, shown: set[int]) -> Iterator[Splice]:
    scanned = session.scan(())
    for element in scanned.columns:
        first, last = int(element.attributes["min"]), int(element.attributes["max"])
        if element.attributes.get("hidden") and shown & set(range(first, last + 1)):
            tag = scanned.data[element.start : element.end]
            yield Splice(element.start, element.end, with_attribute(tag, "hidden", "0"))


def _sort_key(value: CellValue) -> tuple[int, float, str]:
    """Numbers before text before blanks, as a spreadsheet sorts."""
    if value is None or value == "":
        return 2, 0.0, ""
    if isinstance(value, int | float):
        return 0, float(value), ""
    return 1, 0.0, str(value).casefold()
