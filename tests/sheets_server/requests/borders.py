"""Lines around cells: updateBorders."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json
from tests.sheets_server.requests.apply import kind


@kind("updateBorders")
def update_borders(book: Book, body: Json) -> None:
    """Draw the borders given; those not given stay, the style NONE takes one away."""
    area, lines = area_of(book, body.get("range")), settled(body)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            drawn = {side: lines[name] for side, name in _sides(area, row, column) if name in lines}
            if drawn:
                _draw(area, row, column, drawn)


def _sides(area: Area, row: int, column: int) -> Iterator[tuple[str, str]]:
    """Per side of a cell, which line of the request it belongs to."""
    yield "top", "top" if row == area.top else "innerHorizontal"
    yield "bottom", "bottom" if row == area.bottom - 1 else "innerHorizontal"
    yield "left", "left" if column == area.left else "innerVertical"
    yield "right", "right" if column == area.right - 1 else "innerVertical"


def _draw(area: Area, row: int, column: int, drawn: Json) -> None:
    cell = area.sheet.cell(row, column) or {}
    looks = dict(cell.get("userEnteredFormat", {}))
    borders = looks.pop("borders", {}) | drawn
    borders = {side: line for side, line in borders.items() if line.get("style", "NONE") != "NONE"}
    if borders:
        looks["borders"] = borders
    rest = {k: v for k, v in cell.items() if k != "userEnteredFormat"}
    area.sheet.put(row, column, rest | ({"userEnteredFormat": looks} if looks else {}))
