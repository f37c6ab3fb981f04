"""Google Sheets for tests: a book made of plain rows, a tracker on it, and somebody who edits it beside us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from google.auth.credentials import AnonymousCredentials

from sheetsync.domain.moments import local_to_serial
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.journal import MemoryJournal
from sheetsync.trackers.google.safety_copy import room_requests
from sheetsync.trackers.google.structure import Structure
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.sheets_server.book_reply import book_reply
from tests.sheets_server.http_server import start
from tests.sheets_server.in_process import session_within
from tests.sheets_server.model import Book, Json, Sheet
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.service import SheetsService
from tests.sheets_server.values import View
from tests.support.workbooks import COLUMNS

NOW: Final = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BOOK_ID: Final = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
DATE: Final = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
PLENTY: Final = 10**6
"""Requests a minute, where a test is not about the quota."""


@dataclass(frozen=True)
class Formula:
    """A formula; any other text, whatever it begins with, is a text."""

    text: str


def cell_of(value: Any) -> Json | None:
    """One cell as the server keeps it; None for a blank."""
    match value:
        case None | "":
            return None
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case Formula():
            return {"userEnteredValue": {"formulaValue": value.text}}
        case datetime():
            shown = {"userEnteredFormat": {"numberFormat": DATE}}
            return {"userEnteredValue": {"numberValue": local_to_serial(value)}, **shown}
        case int() | float():
            return {"userEnteredValue": {"numberValue": value}}
        case _:
            return {"userEnteredValue": {"stringValue": str(value)}}


def book_of(
    rows: Sequence[Sequence[Any]],
    *,
    tab: str = "Orders",
    title: str = "Shop",
    timezone: str = "Etc/GMT",
    locale: str = "en_US",
    book_id: str = BOOK_ID,
) -> Book:
    """A spreadsheet with these rows from A1 of its one tab."""
    width = max([26, *(len(row) for row in rows)])
    sheet = Sheet(0, tab, 0, max(1000, len(rows) + 10), width)
    sheet.rows = [[cell_of(value) for value in row] for row in rows]
    return Book(book_id, title, locale=locale, timezone=timezone, sheets=[sheet])


def with_safety_copy(book: Book) -> Book:
    """The spreadsheet with the hidden tab that a set-up, or else the first write, adds to it."""
    view = book_reply(book, None, {}, masked=False, grid=False)
    rows = max(100, *(sheet.row_count for sheet in book.sheets))
    apply_all(book, room_requests(Structure.of(view), rows, 30))
    return book


def rows_of(book: Book, tab: str = "Orders") -> list[list[Any]]:
    """What the cells of a tab show without formats, as the server's values have it; blanks are None."""
    sheet, view = book.titled(tab), View(book)
    assert sheet is not None, [one.title for one in book.sheets]
    return [
        [view.value(sheet, number, column) for column in range(len(row))]
        for number, row in enumerate(sheet.rows)
    ]


def google_tracker(
    book_id: str = BOOK_ID,
    *,
    url: str = "",
    service: SheetsService | None = None,
    more_of_api: dict[str, Any] | None = None,
    **more: Any,
) -> GoogleTracker:
    """A tracker on a served book: over HTTP at `url`, or on `service` without sockets. Its clock stands."""
    session = None if service is None else session_within(service)
    api_options: dict[str, Any] = {
        "clock": lambda: NOW, "wait": lambda _seconds: None, "dice": lambda: 0.5, "api_url": url,
        "session": session, "timeout": 20.0, "reads_per_minute": PLENTY, "writes_per_minute": PLENTY,
    }  # fmt: skip
    api = SheetsApi(book_id, AnonymousCredentials(), **{**api_options, **(more_of_api or {})})
    options: dict[str, Any] = {
        "columns": COLUMNS, "timezone": "UTC", "now": lambda: NOW,
        "wait": lambda _seconds: None, "journal": MemoryJournal(),
    }  # fmt: skip
    return GoogleTracker(api, **{**options, **more})


@dataclass(frozen=True)
class Served:
    """Books served over real HTTP."""

    service: SheetsService
    url: str


@contextmanager
def served(*books: Book, **more: Any) -> Iterator[Served]:
    """Serve books at a port of this machine."""
    service = SheetsService(**more)
    for book in books:
        service.put(book)
    with start(service) as server:
        yield Served(service, server.url)


class SheetPerson:
    """Edits a tab as a person does in the browser; finds orders by the first column, headings in row 1."""

    def __init__(
        self, book: Book, tab: str = "Orders", titles: dict[str, str] | None = None
    ) -> None:
        self.book, self._tab = book, tab
        self._titles = titles or {key: column.title for key, column in COLUMNS.items()}

    @property
    def sheet(self) -> Sheet:
        """The tab."""
        found = self.book.titled(self._tab)
        assert found is not None
        return found

    def type_in(self, order: str, column: str, value: Any) -> None:
        """Type into a cell of an order; what the cell looks like stays."""
        place = self.places()[self._titles[column]]
        for row in self.rows_of(order):
            self.put(row, place, value)

    def put(self, row: int, column: int, value: Any) -> None:
        """Type into a cell by its indices from 0."""
        kept = {
            k: v for k, v in (self.sheet.cell(row, column) or {}).items() if k != "userEnteredValue"
        }
        self.sheet.put(row, column, {**kept, **(cell_of(value) or {})})
        self.book.version += 1

    def sort_orders(self, *, reverse: bool = False) -> None:
        """Sort everything below the header by Order ID."""
        direction = "DESCENDING" if reverse else "ASCENDING"
        area = self._area(1, len(self.sheet.rows), 0, self.sheet.column_count)
        spec = {"dimensionIndex": 0, "sortOrder": direction}
        self.ask("sortRange", range=area, sortSpecs=[spec])

    def insert_row(self, before: int) -> None:
        """Insert an empty row before a row index."""
        self.ask("insertDimension", range=self.span("ROWS", before, before + 1))

    def insert_column(self, index: int, heading: str) -> None:
        """Insert a column with a heading."""
        self.ask("insertDimension", range=self.span("COLUMNS", index, index + 1))
        self.put(0, index, heading)

    def delete_rows(self, first: int, count: int) -> None:
        """Delete rows from a row index on."""
        self.ask("deleteDimension", range=self.span("ROWS", first, first + count))

    def delete_order(self, order: str) -> None:
        """Delete an order's rows."""
        for row in reversed(self.rows_of(order)):
            self.delete_rows(row, 1)

    def copy_order(self, order: str) -> None:
        """Copy an order's row to below the last one."""
        width = self.sheet.column_count
        row, end = self.rows_of(order)[0], len(self.sheet.rows)
        self.ask(
            "copyPaste", source=self._area(row, row + 1, 0, width),
            destination=self._area(end, end + 1, 0, width), pasteType="PASTE_NORMAL",
        )  # fmt: skip

    def add(self, values: Sequence[Any]) -> None:
        """Type a row below the last one."""
        row = len(self.sheet.rows)
        for column, value in enumerate(values):
            if value not in (None, ""):
                self.put(row, column, value)

    def write_tab(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """Put a tab beside the orders, or write the one there anew."""
        found = self.book.titled(title)
        if found is None:
            number = max(sheet.id for sheet in self.book.sheets) + 1
            found = Sheet(number, title, len(self.book.sheets))
            self.book.sheets.append(found)
        found.rows = [[cell_of(value) for value in row] for row in rows]
        self.book.version += 1

    def rename_tab(self, title: str, new: str) -> None:
        """Give a tab another name."""
        properties = {"sheetId": self._tab_id(title), "title": new}
        self.ask("updateSheetProperties", properties=properties, fields="title")

    def remove_tab(self, title: str) -> None:
        """Delete a tab."""
        self.ask("deleteSheet", sheetId=self._tab_id(title))

    def _tab_id(self, title: str) -> int:
        found = self.book.titled(title)
        assert found is not None
        return found.id

    def places(self) -> dict[str, int]:
        """Heading -> column index."""
        return {
            str(value): place for place, value in enumerate(self._rows()[0]) if value is not None
        }

    def rows_of(self, order: str) -> list[int]:
        """The row indices of an Order ID."""
        return [n for n, row in enumerate(self._rows()) if n and row and row[0] == order]

    def ask(self, kind: str, **body: Any) -> None:
        """Do what a menu does, by the request of that kind."""
        apply_all(self.book, [{kind: body}])
        self.book.version += 1

    def span(self, dimension: str, start_: int, end: int) -> Json:
        """Rows or columns of the tab."""
        return {
            "sheetId": self.sheet.id,
            "dimension": dimension,
            "startIndex": start_,
            "endIndex": end,
        }

    def _rows(self) -> list[list[Any]]:
        return rows_of(self.book, self.sheet.title)

    def _area(self, top: int, bottom: int, left: int, right: int) -> Json:
        return {
            "sheetId": self.sheet.id, "startRowIndex": top, "endRowIndex": bottom,
            "startColumnIndex": left, "endColumnIndex": right,
        }  # fmt: skip
