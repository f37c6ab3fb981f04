"""Protected ranges that bind the caller: a change of any cell inside is refused."""

from __future__ import annotations

from collections.abc import Callable

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.model import Book, Json, invalid

_REFUSED = (
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
    before = book.copy()  # kept, so that no new cell takes an old one's identity
    protected = _protected(before)

    def check() -> None:
        now = _protected(book)
        if any(now.get(key) != cells for key, cells in protected.items()):
            raise invalid(_REFUSED)
        assert before

    return check


def _protected(book: Book) -> dict[int, list[int]]:
    """Per protected range that binds, the identity of each cell in it (they are never changed in place)."""
    return {
        found["protectedRangeId"]: _cells(
            area_of(book, found["range"]),
            [area_of(book, free) for free in found.get("unprotectedRanges", ())],
        )
        for sheet in book.sheets
        for found in sheet.protected_ranges
        if binds(found) and "range" in found
    }


def _cells(area: Area, free: list[Area]) -> list[int]:
    """Blank cells count as one another's equals, so that a grid may grow."""
    found = []
    for row, cells in enumerate(area.sheet.rows[area.top : area.bottom], area.top):
        for column in range(area.left, area.right):
            cell = cells[column] if column < len(cells) else None
            spared = any(one.holds(row, row + 1, column, column + 1) for one in free)
            found.append(0 if spared or not cell else id(cell))
    while found and not found[-1]:
        found.pop()
    return found
