"""What people see in a cell: its value and its text, formulas computed."""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.model import Book, Json, Sheet, unsupported


def value_at(book: Book, sheet: Sheet, row: int, column: int) -> Any:
    """The value of a cell: text, number, bool, None for a blank, or a tuple of one text for an error."""
    typed = (sheet.cell(row, column) or {}).get("userEnteredValue")
    if not typed:
        return None
    [(name, value)] = typed.items()
    if name == "formulaValue":
        raise unsupported("formulas here")
    return value


def shown(book: Book, sheet: Sheet, row: int, column: int) -> str:
    """The text that a cell shows, "" for a blank."""
    value = value_at(book, sheet, row, column)
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else f"{value}"


def value_json(book: Book, sheet: Sheet, row: int, column: int) -> Json | None:
    """The value of a cell as an ExtendedValue without a formula; None for a blank or an error."""
    value = value_at(book, sheet, row, column)
    if value is None or isinstance(value, tuple):
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def typed(book: Book, text: str, cell: Json) -> Json:
    """What a cell takes on when this text is typed into it: its value, and a format that comes with it."""
    if not text:
        return {}
    if text.startswith("="):
        return {"userEnteredValue": {"formulaValue": text}}
    if text.upper() in {"TRUE", "FALSE"}:
        return {"userEnteredValue": {"boolValue": text.upper() == "TRUE"}}
    kept_as_text = cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type") == "TEXT"
    if not kept_as_text and re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return {"userEnteredValue": {"numberValue": float(text)}}
    return {"userEnteredValue": {"stringValue": text}}
