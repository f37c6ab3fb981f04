"""Text found and replaced, or trimmed, in many cells at once: findReplace, trimWhitespace."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.cells import check_text
from tests.sheets_server.requests.seen import typed
from tests.sheets_server.values import View

_COUNTS = ("valuesChanged", "formulasChanged", "rowsChanged", "sheetsChanged", "occurrencesChanged")


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, and what takes its place."""

    pattern: re.Pattern[str]
    replacement: str
    formulas: bool


@dataclass(slots=True)
class _Tally:
    """What was changed so far."""

    values: int = 0
    formulas: int = 0
    occurrences: int = 0
    rows: set[tuple[int, int]] = field(default_factory=set)

    def reply(self) -> Json:
        sheets = {sheet_id for sheet_id, _ in self.rows}
        counts = (self.values, self.formulas, len(self.rows), len(sheets), self.occurrences)
        return {name: n for name, n in zip(_COUNTS, counts, strict=True) if n}


@kind("findReplace")
def find_replace(book: Book, body: Json) -> Json:
    """Replace text in the cells of a range, a tab or the book; blank cells are never found."""
    search = _Search(_pattern(body), _replacement(body), bool(body.get("includeFormulas")))
    tally, view = _Tally(), View(book)
    for area in _places(book, body):
        for row in range(area.top, min(area.bottom, len(area.sheet.rows))):
            for column in range(area.left, min(area.right, len(area.sheet.rows[row]))):
                if area.sheet.rows[row][column] is not None:
                    _replace(view, area.sheet, (row, column), search, tally)
    return tally.reply()


def _places(book: Book, body: Json) -> list[Area]:
    given = [k for k in ("range", "sheetId") if body.get(k) is not None]
    given += ["allSheets"] if body.get("allSheets") else []
    if len(given) != 1:
        raise invalid("Exactly one of range, sheetId and allSheets must be specified.")
    if given == ["range"]:
        return [area_of(book, body["range"])]
    sheets = book.sheets if given == ["allSheets"] else [book.sheet(body["sheetId"])]
    return [Area(sheet, 0, sheet.row_count, 0, sheet.column_count) for sheet in sheets]


def _pattern(body: Json) -> re.Pattern[str]:
    find = body.get("find")
    if not find:
        raise invalid("find must be specified.")
    return _compiled(
        find if body.get("searchByRegex") else re.escape(find),
        bool(body.get("matchCase")),
        bool(body.get("matchEntireCell")),
    )


@functools.lru_cache(maxsize=1024)
def _compiled(text: str, case: bool, entire: bool) -> re.Pattern[str]:
    try:
        return re.compile(rf"\A(?:{text})\Z" if entire else text, 0 if case else re.IGNORECASE)
    except re.error as error:
        raise invalid(f"The regular expression {text!r} cannot be read: {error}.") from error


def _replacement(body: Json) -> str:
    """The replacement as Python's own templates write it: $1 of Java is a group, a backslash quotes."""
    text = body.get("replacement") or ""
    if not body.get("searchByRegex"):
        return text.replace("\\", "\\\\")
    parts = re.findall(r"\\(.)|\$(\d)|([^\\$]+)|(.)", text, re.DOTALL)
    return "".join(
        rf"\g<{group}>" if group else (quoted or plain or rest).replace("\\", "\\\\")
        for quoted, group, plain, rest in parts
    )


def _replace(
    view: View,
    sheet: Sheet,
    place: tuple[int, int],
    search: _Search,
    tally: _Tally,
) -> None:
    row, column = place
    cell = sheet.rows[row][column] or {}
    value = cell.get("userEnteredValue")
    if not value:
        return
    formula = value.get("formulaValue")
    if formula is not None and not search.formulas:
        return
    text = view.shown(sheet, row, column) if formula is None else formula
    try:
        now, count = search.pattern.subn(search.replacement, text)
    except re.error as error:
        raise invalid(f"The replacement cannot be read: {error}.") from error
    if not count:
        return
    check_text(now)
    parse = formula is not None or view.book.parse_replacement
    new = typed(view.book, now, cell) if parse else _kept_text(now)
    rest = {k: v for k, v in cell.items() if k not in {"userEnteredValue", "textFormatRuns"}}
    sheet.put(row, column, (rest | new) or None)
    tally.formulas += formula is not None
    tally.values += formula is None
    tally.occurrences += count
    tally.rows.add((sheet.id, row))


def _kept_text(text: str) -> Json:
    return {"userEnteredValue": {"stringValue": text}} if text else {}


@kind("trimWhitespace")
def trim_whitespace(book: Book, body: Json) -> Json:
    """Take white space from both ends of every text, and keep one space of each run within."""
    area, changed = area_of(book, body.get("range")), 0
    for row in range(area.top, min(area.bottom, len(area.sheet.rows))):
        for column in range(area.left, min(area.right, len(area.sheet.rows[row]))):
            cell = area.sheet.rows[row][column] or {}
            text = cell.get("userEnteredValue", {}).get("stringValue")
            if text is not None and (now := " ".join(text.split())) != text:
                rest = {k: v for k, v in cell.items() if k != "userEnteredValue"}
                area.sheet.put(row, column, (rest | _kept_text(now)) or None)
                changed += 1
    return {"cellsChangedCount": changed} if changed else {}
