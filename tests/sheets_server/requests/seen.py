"""What a cell takes on when people type into it."""

from __future__ import annotations

from tests.sheets_server.model import Book, Json
from tests.sheets_server.typed import entered
from tests.sheets_server.values import format_of


def typed(book: Book, text: str, cell: Json) -> Json:
    """What a cell takes on when this text is typed into it: its value, and a format that comes with it."""
    if not text:
        return {}
    own = format_of(cell)
    value, found = entered(text, book.locale, as_text=bool(own) and own.get("type") == "TEXT")
    if own or not found:
        return {"userEnteredValue": value}
    return {
        "userEnteredValue": value,
        "userEnteredFormat": cell.get("userEnteredFormat", {}) | {"numberFormat": found},
    }
