"""Protected ranges: addProtectedRange, updateProtectedRange, deleteProtectedRange."""

from __future__ import annotations

from tests.sheets_server.areas import area_of, printed
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import merged, tree
from tests.sheets_server.requests.things import found_in, new_id, replaced

_SHELF, _ID = "protected_ranges", "protectedRangeId"


@kind("addProtectedRange")
def add_protected_range(book: Book, body: Json) -> Json:
    """Protect a range; the reply has empty editors, a later reading lists them."""
    given = body.get("protectedRange") or {}
    sheet, kept = _settled(book, given)
    kept = {_ID: new_id(book, _SHELF, _ID, given.get(_ID))} | kept
    sheet.protected_ranges.append(kept)
    return {"protectedRange": kept}


def _settled(book: Book, given: Json) -> tuple[Sheet, Json]:
    if given.get("namedRangeId") or given.get("tableId"):
        raise unsupported("protection by a named range or a table")
    sheet = area_of(book, given.get("range")).sheet
    kept: Json = {"range": printed(given["range"])}
    if given.get("description"):
        kept["description"] = given["description"]
    if given.get("unprotectedRanges"):
        if set(kept["range"]) - {"sheetId"}:
            raise invalid("Unprotected ranges are only supported on protected sheets.")
        kept["unprotectedRanges"] = [printed(r) for r in given["unprotectedRanges"]]
    if given.get("warningOnly"):
        kept["warningOnly"] = True
    kept["requestingUserCanEdit"] = True
    editors = {} if given.get("warningOnly") else given.get("editors") or {}
    kept["editors"] = {k: v for k, v in editors.items() if v}
    return sheet, kept


@kind("updateProtectedRange")
def update_protected_range(book: Book, body: Json) -> None:
    """Change what the mask names of a protected range; it may go to another tab."""
    given = body.get("protectedRange") or {}
    mask = tree(body.get("fields"), "ProtectedRange")
    sheet, place = found_in(book, _SHELF, _ID, given.get(_ID))
    wanted = {name: below for name, below in mask.items() if name != _ID}
    goal, kept = _settled(book, merged(sheet.protected_ranges[place], given, wanted))
    kept = {_ID: given[_ID]} | kept
    if goal is sheet:
        replaced(sheet, _SHELF, place, kept)
    else:
        del sheet.protected_ranges[place]
        goal.protected_ranges.append(kept)


@kind("deleteProtectedRange")
def delete_protected_range(book: Book, body: Json) -> None:
    """Protect a range no longer."""
    sheet, place = found_in(book, _SHELF, _ID, body.get(_ID))
    del sheet.protected_ranges[place]
