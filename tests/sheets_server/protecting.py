"""Protected ranges that bind the caller: a change of any cell inside is refused."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Final, TypeAlias

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.model import Book, Json, invalid

Cells: TypeAlias = list[Json | None]

_REFUSED: Final = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to "
    "remove protection if you need to edit."
)


def binds(found: Json) -> bool:
    """Whether the caller may not edit this range: it is no mere warning, and somebody else made it."""
    return not found.get("warningOnly") and not found.get("requestingUserCanEdit")


def watch(book: Book) -> Callable[[], None] | None:
    """What raises ApiError once a cell that is protected now has changed; None where nothing is."""
    if not any(binds(found) for sheet in book.sheets for found in sheet.protected_ranges):
        return None
    protected = _protected(book)

    def check() -> None:
        now = _protected(book)
        if not all(_same(cells, now.get(key, [])) for key, cells in protected.items()):
            raise invalid(_REFUSED)

    return check


def _same(old: Cells, new: Cells) -> bool:
    """Whether these are the very same cells; they are never changed in place."""
    return len(old) == len(new) and all(map(is_, old, new))


def _protected(book: Book) -> dict[int, Cells]:
    """The cells of each protected range that binds."""
    return {
        found["protectedRangeId"]: _cells(
            area_of(book, found["range"]),
            [area_of(book, free) for free in found.get("unprotectedRanges", ())],
        )
        for sheet in book.sheets
        for found in sheet.protected_ranges
        if binds(found) and "range" in found
    }


def _cells(area: Area, free: list[Area]) -> Cells:
    """The cells row by row, None for those that are blank or left open; so a grid may grow at its end."""
    found: Cells = []
    for row, cells in enumerate(area.sheet.rows[area.top : area.bottom], area.top):
        for column in range(area.left, area.right):
            cell = cells[column] if column < len(cells) else None
            spared = any(one.holds(row, row + 1, column, column + 1) for one in free)
            found.append(None if spared else cell)
    while found and found[-1] is None:
        found.pop()
    return found
