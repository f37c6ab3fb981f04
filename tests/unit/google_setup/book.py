"""A spreadsheet to set up: the local server's model, read as the two looks of a set-up read it."""

from __future__ import annotations

from sheetsync.domain.columns.headings import find_header
from sheetsync.trackers.google.setup import FirstRows, removal_requests, setup_requests
from sheetsync.trackers.google.setup.first_rows import LOOKED_AT
from sheetsync.trackers.google.structure import Structure
from tests.sheets_server.model import Book, Sheet
from tests.sheets_server.requests import kinds
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.sheet_json import book_json, line_metadata, sheet_json
from tests.unit.google_setup.discovery import problems

assert kinds.__all__


def a_book(*headings, rows=(), title="Orders", above=0):
    """A book whose one tab has these headings, below `above` blank rows, and these rows."""
    sheet = Sheet(id=7, title=title, index=0, row_count=120)
    for down, cells in enumerate([headings, *rows]):
        for column, value in enumerate(cells):
            put(sheet, above + down, column, value)
    return Book(id="the-spreadsheet", title="Our orders", sheets=[sheet])


def put(sheet, row, column, value, **more):
    """Type a value into a cell, with a format or a note."""
    kind = {bool: "boolValue", str: "stringValue"}.get(type(value), "numberValue")
    cell = {} if value is None else {"userEnteredValue": {kind: value}}
    sheet.put(row, column, cell | more)


def structure(book):
    """What `spreadsheets.get` tells with STRUCTURE_FIELDS."""
    sheets = []
    for sheet in book.sheets:
        marks = line_metadata(book, sheet, "COLUMNS")
        lines = []
        for column in range(sheet.column_count):
            line = {"pixelSize": 100} | sheet.column_dimensions.get(column, {})
            if column in marks:
                line["developerMetadata"] = marks[column]
            lines.append(line)
        sheets.append(sheet_json(book, sheet) | {"data": [{"columnMetadata": lines}]})
    return Structure.of(book_json(book) | {"sheets": sheets})


def first_rows(book, title="Orders", header_row=1):
    """What `spreadsheets.get` tells with LOOK_FIELDS of the first rows of a tab."""
    sheet = book.titled(title)
    rows = [
        {"values": [cell or {} for cell in cells]} for cells in sheet.rows[: header_row + LOOKED_AT]
    ]
    answer = {"sheets": [{"properties": {"sheetId": sheet.id}, "data": [{"rowData": rows}]}]}
    return FirstRows.of(answer, sheet.id)


def header_of(book, rules, title="Orders"):
    """The header, found by headings alone."""
    rows = [
        [next(iter(cell["userEnteredValue"].values())) if cell and "userEnteredValue" in cell else None
         for cell in cells]
        for cells in book.titled(title).rows[:20]
    ]  # fmt: skip
    return find_header(rows, range(1, len(rows) + 1), rules.columns)


def applied(book, requests):
    """Apply the requests, all of which Google's description must know; gives how many they were."""
    assert problems(requests) == []
    apply_all(book, requests)
    return len(requests)


def set_up(book, rules, title="Orders", **more):
    """Set the tab up; gives the number of requests."""
    header = header_of(book, rules, title)
    look = first_rows(book, title, header.row_number)
    return applied(
        book, setup_requests(structure(book), rules, header, title, first_rows=look, **more)
    )


def take_back(book, rules, title="Orders", **more):
    """Take the set-up back; gives the number of requests."""
    header = header_of(book, rules, title)
    look = first_rows(book, title, header.row_number)
    return applied(
        book, removal_requests(structure(book), rules, header, title, first_rows=look, **more)
    )


def content(book):
    """All there is in the book, to be compared; cells and sizes that say nothing are left out."""
    sheets = []
    for sheet in book.sheets:
        cells = {
            (r, c): cell
            for r, row in enumerate(sheet.rows)
            for c, cell in enumerate(row)
            if cell and any(cell.values())
        }
        sizes = {
            (way, place): size
            for way, lines in (("row", sheet.row_dimensions), ("column", sheet.column_dimensions))
            for place, size in lines.items()
            if size not in ({}, {"pixelSize": 100})
        }
        sheets.append((sheet_json(book, sheet), cells, sizes))
    return book_json(book), sheets
