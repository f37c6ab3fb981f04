"""Cells copied and pasted elsewhere: which parts of them, how often, and what colours them there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.sheets_server.areas import Area, area_of, beyond, bounds, grid_range
from tests.sheets_server.formula_values import Fault
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.references import offset
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.values import View, value_json

_VALUES: Final = ("userEnteredValue", "textFormatRuns", "chipRuns")
_PASTED: Final = {
    "PASTE_NORMAL": (*_VALUES, "userEnteredFormat", "note", "dataValidation"),
    "PASTE_NO_BORDERS": (*_VALUES, "userEnteredFormat", "note", "dataValidation"),
    "PASTE_VALUES": _VALUES,
    "PASTE_FORMULA": _VALUES,
    "PASTE_FORMAT": ("userEnteredFormat",),
    "PASTE_DATA_VALIDATION": ("dataValidation",),
    "PASTE_CONDITIONAL_FORMATTING": (),
}
WITH_MERGES: Final = ("PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMAT")
_WITH_RULES: Final = (*WITH_MERGES, "PASTE_CONDITIONAL_FORMATTING")

Block = list[list[Json | None]]


def paste_type(body: Json) -> str:
    """How a request pastes. Raises ApiError for a way the API does not have."""
    name = body.get("pasteType") or "PASTE_NORMAL"
    if name not in _PASTED:
        raise invalid(f"pasteType cannot be {name}.")
    return name


@kind("copyPaste")
def copy_paste(book: Book, body: Json) -> None:
    """Copy a range over another one, as often as it fits in."""
    source, how = area_of(book, body.get("source")), paste_type(body)
    block = block_of(book, source, how)
    if body.get("pasteOrientation") == "TRANSPOSE":
        block = [list(column) for column in zip(*block, strict=True)]
        for goal in _goals(area_of(book, body.get("destination")), len(block), len(block[0])):
            paste(goal.sheet, block, goal.top, goal.left, how, source=None)
        return
    merges, rules = merges_in(source), _rule_ranges(source)
    for goal in _goals(area_of(book, body.get("destination")), len(block), len(block[0])):
        by = (goal.top - source.top, goal.left - source.left)
        paste(goal.sheet, block, goal.top, goal.left, how, source=source)
        if how in WITH_MERGES:
            merge_at(merges, by, goal)
        if how in _WITH_RULES:
            _extend_rules(source.sheet, goal.sheet, rules, by)


def _goals(target: Area, height: int, width: int) -> Iterator[Area]:
    """Where copies of that size go: over the whole target where it is a multiple, else once."""
    high, wide = target.bottom - target.top, target.right - target.left
    once = bool(high % height or wide % width)
    bottom = target.top + (height if once else high)
    right = target.left + (width if once else wide)
    check_within(Area(target.sheet, target.top, bottom, target.left, right))
    for row in range(target.top, bottom, height):
        for column in range(target.left, right, width):
            yield Area(target.sheet, row, row + height, column, column + width)


def check_within(goal: Area) -> None:
    """Refuse to paste beyond the grid."""
    if goal.bottom > goal.sheet.row_count or goal.right > goal.sheet.column_count:
        raise beyond(goal)


def block_of(book: Book, source: Area, how: str) -> Block:
    """The cells as they will be pasted: only what this way of pasting takes along."""
    names, view = _PASTED[how], View(book)
    found: Block = []
    for row in range(source.top, source.bottom):
        cells: list[Json | None] = []
        for column in range(source.left, source.right):
            cell = source.sheet.cell(row, column)
            kept = {k: cell[k] for k in names if k in cell} if cell else {}
            if how == "PASTE_VALUES" and "formulaValue" in kept.get("userEnteredValue", {}):
                kept["userEnteredValue"] = _result(view, source.sheet, row, column)
            if how == "PASTE_NO_BORDERS" and "userEnteredFormat" in kept:
                looks = kept["userEnteredFormat"]
                kept["userEnteredFormat"] = {k: v for k, v in looks.items() if k != "borders"}
            cells.append({k: v for k, v in kept.items() if v} or None)
        found.append(cells)
    return found


def _result(view: View, sheet: Sheet, row: int, column: int) -> Json | None:
    """The value that a formula gives, to be pasted in its place."""
    found = view.value(sheet, row, column)
    return {"stringValue": found.text} if isinstance(found, Fault) else value_json(found)


def paste(
    sheet: Sheet, block: Block, top: int, left: int, how: str, *, source: Area | None
) -> None:
    """Put a block down; `source` says from where formulas are carried, None when transposed."""
    names = _PASTED[how]
    for down, cells in enumerate(block):
        for right, cell in enumerate(cells):
            row, column = top + down, left + right
            old = sheet.cell(row, column)
            if cell is None and old is None:
                continue
            kept = {k: v for k, v in (old or {}).items() if k not in names}
            new = cell or {}
            formula = new.get("userEnteredValue", {}).get("formulaValue")
            if formula is not None and source is not None:
                there = offset(formula, top - source.top, left - source.left)
                new = new | {"userEnteredValue": {"formulaValue": there}}
            sheet.put(row, column, (kept | new) or None)


def merges_in(source: Area) -> list[Json]:
    """The merges that lie wholly inside."""
    return [found for found in source.sheet.merges if inside(source, found)]


def inside(area: Area, found: Json) -> bool:
    """Whether a GridRange of the area's tab lies wholly inside it; open ends do not."""
    (top, bottom), (left, right) = bounds(found, "ROWS"), bounds(found, "COLUMNS")
    if None in {bottom, right}:
        return False
    return area.holds(top or 0, bottom or 0, left or 0, right or 0)


def merge_at(merges: list[Json], by: tuple[int, int], goal: Area) -> None:
    """The merges of the goal give way to those of the source."""
    sheet = goal.sheet
    sheet.merges = [found for found in sheet.merges if not inside(goal, found)]
    sheet.merges += [moved(found, sheet.id, by) for found in merges]


def moved(found: Json, sheet_id: int, by: tuple[int, int]) -> Json:
    """A bounded GridRange so far down and right, on that tab."""
    (top, bottom), (left, right) = bounds(found, "ROWS"), bounds(found, "COLUMNS")
    return grid_range(
        sheet_id,
        (top or 0) + by[0],
        (bottom or 0) + by[0],
        (left or 0) + by[1],
        (right or 0) + by[1],
    )


def _rule_ranges(source: Area) -> list[tuple[int, Json]]:
    """Which conditional formats reach into the source: their index and the part inside."""
    found = []
    for place, rule in enumerate(source.sheet.conditional_formats):
        for reach in rule["ranges"]:
            (top, bottom), (left, right) = bounds(reach, "ROWS"), bounds(reach, "COLUMNS")
            part = Area(
                source.sheet,
                max(source.top, top or 0),
                min(source.bottom, source.bottom if bottom is None else bottom),
                max(source.left, left or 0),
                min(source.right, source.right if right is None else right),
            )
            if part.top < part.bottom and part.left < part.right:
                found.append((place, part.json()))
    return found


def _extend_rules(
    source: Sheet, sheet: Sheet, rules: list[tuple[int, Json]], by: tuple[int, int]
) -> None:
    """Let the rules that colour the source colour the pasted cells too."""
    for place, part in rules:
        rule, there = source.conditional_formats[place], moved(part, sheet.id, by)
        if sheet is not source:
            sheet.conditional_formats.append(rule | {"ranges": [there]})
        elif not any(_covers(found, there) for found in rule["ranges"]):
            sheet.conditional_formats[place] = rule | {"ranges": [*rule["ranges"], there]}


def _covers(found: Json, part: Json) -> bool:
    for dimension in ("ROWS", "COLUMNS"):
        (start, end), (first, last) = bounds(found, dimension), bounds(part, dimension)
        if (start or 0) > (first or 0) or (end is not None and end < (last or 0)):
            return False
    return True
