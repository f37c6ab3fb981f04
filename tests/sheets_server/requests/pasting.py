"""Cells copied or cut and pasted elsewhere, and cells put into or taken out of a range."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.areas import Area, area_of, bounds, corner_of, grid_range
from tests.sheets_server.decorations import RangeMap, rewrite_formulas, with_formulas, with_sources
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.references import after_cut, offset
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.seen import value_json

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
_WITH_MERGES: Final = ("PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMAT")
_WITH_RULES: Final = (*_WITH_MERGES, "PASTE_CONDITIONAL_FORMATTING")

Block = list[list[Json | None]]


def _paste_type(body: Json) -> str:
    name = body.get("pasteType") or "PASTE_NORMAL"
    if name not in _PASTED:
        raise invalid(f"pasteType cannot be {name}.")
    return name


@kind("copyPaste")
def copy_paste(book: Book, body: Json) -> None:
    """Copy a range over another one, as often as it fits in."""
    source, how = area_of(book, body.get("source")), _paste_type(body)
    turned = body.get("pasteOrientation") == "TRANSPOSE"
    target = area_of(book, body.get("destination"))
    block = _block(book, source, how)
    height, width = source.bottom - source.top, source.right - source.left
    if turned:
        block = [list(column) for column in zip(*block, strict=True)]
        height, width = width, height
    downs = max(1, (target.bottom - target.top) // height)
    rights = max(1, (target.right - target.left) // width)
    if (target.bottom - target.top) % height or (target.right - target.left) % width:
        downs = rights = 1
    goal = Area(
        target.sheet,
        target.top,
        target.top + downs * height,
        target.left,
        target.left + rights * width,
    )
    _check_within(goal)
    merges, rules = _merges(source), _rule_ranges(source)
    for row in range(goal.top, goal.bottom, height):
        for column in range(goal.left, goal.right, width):
            _paste(goal.sheet, block, row, column, how, source=None if turned else source)
            if not turned:
                by = (row - source.top, column - source.left)
                if how in _WITH_MERGES:
                    _merge_at(
                        merges, by, Area(goal.sheet, row, row + height, column, column + width)
                    )
                if how in _WITH_RULES:
                    _extend_rules(source.sheet, goal.sheet, rules, by)


def _check_within(goal: Area) -> None:
    if goal.bottom > goal.sheet.row_count or goal.right > goal.sheet.column_count:
        area_of_goal = goal.json()
        raise invalid(
            f"The pasted cells {area_of_goal} exceed grid limits. "
            f"Max rows: {goal.sheet.row_count}, max columns: {goal.sheet.column_count}"
        )


def _block(book: Book, source: Area, how: str) -> Block:
    """The cells as they will be pasted: only what this way of pasting takes along."""
    names = _PASTED[how]
    found: Block = []
    for row in range(source.top, source.bottom):
        cells: list[Json | None] = []
        for column in range(source.left, source.right):
            cell = source.sheet.cell(row, column)
            kept = {k: cell[k] for k in names if k in cell} if cell else {}
            if how == "PASTE_VALUES" and "formulaValue" in kept.get("userEnteredValue", {}):
                kept["userEnteredValue"] = value_json(book, source.sheet, row, column)
            if how == "PASTE_NO_BORDERS" and "userEnteredFormat" in kept:
                looks = kept["userEnteredFormat"]
                kept["userEnteredFormat"] = {k: v for k, v in looks.items() if k != "borders"}
            cells.append({k: v for k, v in kept.items() if v} or None)
        found.append(cells)
    return found


def _paste(
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


def _merges(source: Area) -> list[Json]:
    return [found for found in source.sheet.merges if _inside(source, found)]


def _inside(area: Area, found: Json) -> bool:
    """Whether a GridRange of the area's tab lies wholly inside it; open ends do not."""
    (top, bottom), (left, right) = bounds(found, "ROWS"), bounds(found, "COLUMNS")
    if None in {bottom, right}:
        return False
    return area.holds(top or 0, bottom or 0, left or 0, right or 0)


def _merge_at(merges: list[Json], by: tuple[int, int], goal: Area) -> None:
    """The merges of the goal give way to those of the source."""
    sheet = goal.sheet
    sheet.merges = [found for found in sheet.merges if not _inside(goal, found)]
    sheet.merges += [_moved(found, sheet.id, by) for found in merges]


def _moved(found: Json, sheet_id: int, by: tuple[int, int]) -> Json:
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
        rule, there = source.conditional_formats[place], _moved(part, sheet.id, by)
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


@kind("cutPaste")
def cut_paste(book: Book, body: Json) -> None:
    """Move cells: the source is left empty, and what refers to them follows them."""
    source, how = area_of(book, body.get("source")), _paste_type(body)
    sheet, top, left = corner_of(book, body.get("destination") or {})
    height, width = source.bottom - source.top, source.right - source.left
    goal = Area(sheet, top, top + height, left, left + width)
    _check_within(goal)
    _check_torn(source)
    block, merges = _block(book, source, how), _merges(source)
    _empty(source)
    by = (top - source.top, left - source.left)
    _paste(sheet, block, top, left, how, source=None)
    source.sheet.merges = [found for found in source.sheet.merges if found not in merges]
    if how in _WITH_MERGES:
        _merge_at(merges, by, goal)
    if how in {"PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMULA"}:
        follow_cut(book, source, sheet, by)


def _check_torn(source: Area) -> None:
    for found in source.sheet.merges:
        merge = Area(
            source.sheet,
            found["startRowIndex"],
            found["endRowIndex"],
            found["startColumnIndex"],
            found["endColumnIndex"],
        )
        if merge.meets(source) and not _inside(source, found):
            raise invalid("You can't cut only a part of merged cells.")


def _empty(source: Area) -> None:
    sheet = source.sheet
    for row in range(source.top, min(source.bottom, len(sheet.rows))):
        for column in range(source.left, min(source.right, len(sheet.rows[row]))):
            if sheet.rows[row][column] is not None:
                sheet.put(row, column, None)


def follow_cut(book: Book, source: Area, sheet: Sheet, by: tuple[int, int]) -> None:
    """Let formulas, names, rules and charts follow cells that went to `sheet`, so far down and right."""

    def follow(found: Json) -> Json:
        return _moved(found, sheet.id, by) if _inside(source, found) else found

    def ours(found: Json) -> Json:
        return follow(found) if (found.get("sheetId") or 0) == source.sheet.id else found

    book.named_ranges = [n | {"range": ours(n["range"])} for n in book.named_ranges]
    if sheet is source.sheet:
        for name in ("conditional_formats", "protected_ranges"):
            setattr(sheet, name, [_reached(thing, follow) for thing in getattr(sheet, name)])
    for other in book.sheets:

        def rewrite(formula: str, own: str = other.title) -> str:
            return after_cut(formula, own, source, sheet.title, by)

        rewrite_formulas(other, rewrite)
        other.conditional_formats = [with_formulas(r, rewrite) for r in other.conditional_formats]
        other.charts = [with_sources(c, source.sheet.id, follow) for c in other.charts]


def _reached(thing: Json, follow: RangeMap) -> Json:
    """A rule or a protected range with its ranges where their cells went."""
    if "ranges" in thing:
        return thing | {"ranges": [follow(found) for found in thing["ranges"]]}
    return thing | {"range": follow(thing["range"])} if "range" in thing else thing


@kind("insertRange")
def insert_range(book: Book, body: Json) -> None:
    """Put in empty cells; those in the way go down or right, at most as far as the grid ends."""
    area, dimension = area_of(book, body.get("range")), _shift_dimension(body)
    sheet, rest = area.sheet, _rest(area, dimension)
    down = area.bottom - area.top if dimension == "ROWS" else 0
    right = area.right - area.left if dimension == "COLUMNS" else 0
    kept = Area(sheet, rest.top, rest.bottom - down, rest.left, rest.right - right)
    lost = Area(
        sheet,
        max(rest.top, rest.bottom - down) if down else rest.top,
        rest.bottom,
        max(rest.left, rest.right - right) if right else rest.left,
        rest.right,
    )
    if any("userEnteredValue" in (cell or {}) for row in _cells(lost) for cell in row):
        raise invalid("The cells put in would push cells with content off the grid.")
    _slide(book, kept, down, right, rest)


@kind("deleteRange")
def delete_range(book: Book, body: Json) -> None:
    """Take cells out; those below or to the right close up."""
    area, dimension = area_of(book, body.get("range")), _shift_dimension(body)
    rest = _rest(area, dimension)
    down = area.bottom - area.top if dimension == "ROWS" else 0
    right = area.right - area.left if dimension == "COLUMNS" else 0
    kept = Area(area.sheet, area.top + down, rest.bottom, area.left + right, rest.right)
    area.sheet.merges = [found for found in area.sheet.merges if not _inside(area, found)]
    _slide(book, kept, -down, -right, rest)


def _shift_dimension(body: Json) -> str:
    dimension = body.get("shiftDimension")
    if dimension not in {"ROWS", "COLUMNS"}:
        raise invalid("shiftDimension must be specified.")
    return dimension


def _rest(area: Area, dimension: str) -> Area:
    """The cells of the area and all that lie behind it along the dimension."""
    sheet = area.sheet
    if dimension == "ROWS":
        return Area(sheet, area.top, sheet.row_count, area.left, area.right)
    return Area(sheet, area.top, area.bottom, area.left, sheet.column_count)


def _cells(area: Area) -> Block:
    return [row[area.left : area.right] for row in area.sheet.rows[area.top : area.bottom]]


def _slide(book: Book, kept: Area, down: int, right: int, rest: Area) -> None:
    """Move the kept cells within `rest` and leave the others of it empty."""
    _check_torn(rest)
    sheet = kept.sheet
    block = [
        [sheet.cell(row, column) for column in range(kept.left, kept.right)]
        for row in range(kept.top, kept.bottom)
    ]
    merges = [found for found in sheet.merges if _inside(kept, found)]
    sheet.merges = [found for found in sheet.merges if found not in merges]
    _empty(rest)
    for below, cells in enumerate(block):
        for beside, cell in enumerate(cells):
            if cell is not None:
                sheet.put(kept.top + down + below, kept.left + right + beside, cell)
    sheet.merges += [_moved(found, sheet.id, (down, right)) for found in merges]
    if kept.top < kept.bottom and kept.left < kept.right:
        follow_cut(book, kept, sheet, (down, right))
