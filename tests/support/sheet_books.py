"""Books of the local Sheets server made by hand, and what stands in them afterwards."""

from __future__ import annotations

from typing import Any

import tests.sheets_server.requests.kinds  # noqa: F401 - makes the kinds known
from tests.sheets_server.model import Book, Json, Sheet
from tests.sheets_server.requests.apply import apply_all


def value(plain: Any) -> Json | None:
    """The ExtendedValue of a plain one; text that begins with '=' is a formula."""
    if plain is None:
        return None
    if isinstance(plain, bool):
        return {"boolValue": plain}
    if isinstance(plain, (int, float)):
        return {"numberValue": plain}
    return {"formulaValue" if plain.startswith("=") else "stringValue": plain}


def cell(plain: Any) -> Json | None:
    """A cell that holds this and nothing else."""
    return None if plain is None else {"userEnteredValue": value(plain)}


def row(*plain: Any) -> Json:
    """A RowData for a request."""
    return {"values": [cell(one) or {} for one in plain]}


def a_book(*rows: list[Any], rows_in_all: int = 10, columns: int = 6) -> Book:
    """A book of one tab with these rows from A1 on."""
    sheet = Sheet(0, "Sheet1", 0, rows_in_all, columns)
    sheet.rows = [[cell(plain) for plain in one] for one in rows]
    return Book("book-1", "A book", sheets=[sheet])


def do(book: Book, kind: str, **body: Any) -> Json:
    """Apply one request; gives its reply's body."""
    [reply] = apply_all(book, [{kind: body}])
    return reply.get(kind, reply)


def plain(book: Book, tab: int = 0) -> list[list[Any]]:
    """What was typed into the cells, without empty ends."""
    rows = [[_plain(one) for one in cells] for cells in book.sheets[tab].rows]
    for cells in rows:
        while cells and cells[-1] is None:
            cells.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _plain(found: Json | None) -> Any:
    typed = (found or {}).get("userEnteredValue") or {}
    return next(iter(typed.values()), None)


def span(top: int, bottom: int, left: int = 0, right: int = 6, **more: Any) -> Json:
    """A GridRange on the tab with id 0, or the one named."""
    return {
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
        **more,
    }


def lines(dimension: str, start: int, end: int, **more: Any) -> Json:
    """A DimensionRange on the tab with id 0, or the one named."""
    return {"dimension": dimension, "startIndex": start, "endIndex": end, **more}
