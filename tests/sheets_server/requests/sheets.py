"""Tabs: added, deleted, duplicated, renamed, moved, resized, frozen, hidden; and the spreadsheet's own properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.sheets_server.colours import settled
from tests.sheets_server.decorations import rewrite_formulas, with_formulas, with_sources
from tests.sheets_server.duplicating import duplicate, duplicate_metadata
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.references import after_removal, after_rename
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import Tree, tree, with_twins
from tests.sheets_server.sheet_json import sheet_properties
from tests.sheets_server.shifting import check_growth, delete_lines

_LOOKS: Final = ("hidden", "tabColor", "tabColorStyle", "rightToLeft")
_COUNTS: Final = {"rowCount": "ROWS", "columnCount": "COLUMNS"}
_FROZEN: Final = {"frozenRowCount": "row", "frozenColumnCount": "column"}
_HIDE_ALL: Final = "You can't hide all the sheets in a document."
_BOOK_FIELDS: Final = {
    "title": "title",
    "locale": "locale",
    "timeZone": "timezone",
    "autoRecalc": "auto_recalc",
}


@kind("addSheet")
def add_sheet(book: Book, body: Json) -> Json:
    """Add a tab; a title or an id that is taken is an error."""
    given = settled(body.get("properties") or {})
    if given.get("sheetType", "GRID") != "GRID" or "dataSourceSheetProperties" in given:
        raise unsupported(f"sheets of type {given.get('sheetType')}")
    title = given.get("title") or _free_title(book)
    _check_title(book, title, None)
    sheet = Sheet(_new_id(book, given.get("sheetId")), title, len(book.sheets))
    grid = given.get("gridProperties") or {}
    sheet.row_count, sheet.column_count = grid.get("rowCount", 1000), grid.get("columnCount", 26)
    if sheet.row_count < 1 or sheet.column_count < 1:
        raise invalid("The counts of rows and columns must be greater than 0.")
    check_growth(book, sheet, "ROWS", sheet.row_count)
    sheet.properties = {k: given[k] for k in _LOOKS if given.get(k)}
    sheet.grid = {k: v for k, v in grid.items() if k not in _COUNTS and v}
    _check_frozen(sheet)
    _insert(book, sheet, given.get("index"))
    return {"properties": sheet_properties(sheet)}


def _free_title(book: Book) -> str:
    number = len(book.sheets) + 1
    while book.titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _check_title(book: Book, title: str, own: Sheet | None) -> None:
    if not title:
        raise invalid("The sheet name cannot be empty.")
    if len(title) > 100:
        raise invalid("The sheet name cannot be greater than 100 characters.")
    if book.titled(title) not in (None, own):
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _new_id(book: Book, given: int | None) -> int:
    taken = [sheet.id for sheet in book.sheets]
    if given is None:
        return book.fresh_id(iter(taken))
    if given < 0:
        raise invalid("sheetId must be >= 0")
    if given in taken:
        raise invalid(f"A sheet with ID {given} already exists. Please enter another ID.")
    return given


def _insert(book: Book, sheet: Sheet, index: int | None) -> None:
    """Put the tab in its place and number all tabs anew."""
    if index is not None and not 0 <= index <= len(book.sheets):
        raise invalid(f"index[{index}] must be between 0 and {len(book.sheets)}.")
    book.sheets.insert(len(book.sheets) if index is None else index, sheet)
    renumber(book)


def renumber(book: Book) -> None:
    """Let every tab know its place."""
    for place, sheet in enumerate(book.sheets):
        sheet.index = place


@kind("deleteSheet")
def delete_sheet(book: Book, body: Json) -> None:
    """Delete a tab with everything on it; the last one that can be seen stays."""
    sheet = _named(book, body.get("sheetId") or 0)
    rest = [other for other in book.sheets if other is not sheet]
    if not any(not other.properties.get("hidden") for other in rest):
        raise invalid("You can't remove all the sheets in a document.")
    book.sheets = rest
    renumber(book)
    book.named_ranges = [
        n for n in book.named_ranges if (n["range"].get("sheetId") or 0) != sheet.id
    ]
    book.metadata = [entry for entry in book.metadata if entry.sheet_id != sheet.id]
    for other in rest:
        _rewrite(other, lambda formula: after_removal(formula, sheet.title))
        other.charts = [with_sources(chart, sheet.id, lambda _: None) for chart in other.charts]


@kind("duplicateSheet")
def duplicate_sheet(book: Book, body: Json) -> Json:
    """Add a second tab like the one named, metadata and all."""
    source = _named(book, body.get("sourceSheetId") or 0)
    title = body.get("newSheetName") or _copy_title(book, source.title)
    _check_title(book, title, None)
    check_growth(book, source, "ROWS", source.row_count)
    twin = duplicate(book, source, _new_id(book, body.get("newSheetId")), title)
    twin.properties.pop("hidden", None)
    _insert(book, twin, body.get("insertSheetIndex") or 0)
    duplicate_metadata(book, list(book.metadata), source, twin)
    return {"properties": sheet_properties(twin)}


def _copy_title(book: Book, title: str) -> str:
    name, number = f"Copy of {title}", 2
    while book.titled(name):
        name = f"Copy of {title} {number}"
        number += 1
    return name


def _rewrite(sheet: Sheet, rewrite: Callable[[str], str]) -> None:
    """Rewrite the formulas of a tab's cells and of its conditional formats."""
    rewrite_formulas(sheet, rewrite)
    sheet.conditional_formats = [with_formulas(rule, rewrite) for rule in sheet.conditional_formats]


def _named(book: Book, sheet_id: int) -> Sheet:
    """The tab of that id. Raises ApiError in the words these kinds have for it."""
    for sheet in book.sheets:
        if sheet.id == sheet_id:
            return sheet
    raise invalid(f"No sheet with id: {sheet_id}")


@kind("updateSheetProperties")
def update_sheet_properties(book: Book, body: Json) -> None:
    """Change what the mask names of a tab."""
    given = body.get("properties") or {}
    sheet = _named(book, given.get("sheetId") or 0)
    mask = _properties_mask(body.get("fields"))
    if "title" in mask and given.get("title") != sheet.title:
        _rename(book, sheet, given.get("title") or "")
    if "index" in mask:
        _move(book, sheet, given.get("index"))
    if {"tabColor", "tabColorStyle", "rightToLeft", "hidden"} & set(mask):
        _set_looks(book, sheet, settled(given), mask)
    if "gridProperties" in mask:
        _set_grid(book, sheet, given.get("gridProperties") or {}, mask["gridProperties"])


def _properties_mask(fields: str | None) -> Tree:
    mask = with_twins(tree(fields, "SheetProperties"), "SheetProperties")
    if fields and fields.strip() != "*":
        for name in mask:
            if name not in {"title", "index", "gridProperties", "sheetId", *_LOOKS}:
                raise unsupported(f"writing {name} of a sheet")
    return mask


def _rename(book: Book, sheet: Sheet, title: str) -> None:
    _check_title(book, title, sheet)
    old, sheet.title = sheet.title, title
    for other in book.sheets:
        _rewrite(other, lambda formula: after_rename(formula, old, title))


def _move(book: Book, sheet: Sheet, index: int | None) -> None:
    """Indices count as before the move: moving to the own place or the one after it does nothing."""
    count = len(book.sheets)
    if index is None:
        index = count
    if not 0 <= index <= count:
        raise invalid(f"index[{index}] must be between 0 and {count}.")
    if index in {sheet.index, sheet.index + 1}:
        return
    to = index if index < sheet.index else index - 1
    book.sheets.remove(sheet)
    book.sheets.insert(to, sheet)
    renumber(book)


def _set_looks(book: Book, sheet: Sheet, given: Json, mask: Tree) -> None:
    kept = {k: v for k, v in sheet.properties.items() if k not in mask}
    sheet.properties = kept | {k: given[k] for k in _LOOKS if k in mask and given.get(k)}
    if "hidden" in mask and all(other.properties.get("hidden") for other in book.sheets):
        raise invalid(_HIDE_ALL)


def _set_grid(book: Book, sheet: Sheet, given: Json, mask: Tree) -> None:
    """Grid properties: without a narrower mask, all of those given are set and the others cleared."""
    names = set(mask) or {"rowCount", "columnCount", *_FROZEN, "hideGridlines", *given}
    kept = {k: v for k, v in sheet.grid.items() if k not in names}
    sheet.grid = kept | {k: given[k] for k in names if k not in _COUNTS and given.get(k)}
    for name, dimension in _COUNTS.items():
        if name in names and (name in given or mask):
            _resize(book, sheet, dimension, given.get(name))
    _check_frozen(sheet)


def _resize(book: Book, sheet: Sheet, dimension: str, count: int | None) -> None:
    if not count or count < 1:
        raise invalid("The counts of rows and columns must be greater than 0.")
    old = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if count < old:
        frozen = sheet.grid
        sheet.grid = {}
        delete_lines(book, sheet, dimension, count, old)
        sheet.grid = frozen
        return
    check_growth(book, sheet, dimension, count - old)
    if dimension == "ROWS":
        sheet.row_count = count
    else:
        sheet.column_count = count


def _check_frozen(sheet: Sheet) -> None:
    for name, word in _FROZEN.items():
        count = sheet.row_count if word == "row" else sheet.column_count
        if sheet.grid.get(name, 0) >= count:
            raise invalid(f"You can't freeze all visible {word}s on the sheet.")


@kind("updateSpreadsheetProperties")
def update_spreadsheet_properties(book: Book, body: Json) -> None:
    """Change the spreadsheet's title, locale, time zone or recalculation."""
    mask = tree(body.get("fields"), "SpreadsheetProperties")
    given = body.get("properties") or {}
    for name in mask:
        if name in _BOOK_FIELDS and given.get(name):
            setattr(book, _BOOK_FIELDS[name], given[name])
        elif name in _BOOK_FIELDS and body.get("fields") != "*":
            raise invalid(f"The {name} of a spreadsheet cannot be empty.")
        elif name not in _BOOK_FIELDS and body.get("fields") != "*":
            raise unsupported(f"writing {name} of a spreadsheet")
