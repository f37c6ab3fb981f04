"""Cells cut and pasted elsewhere: what refers to them goes along."""

from __future__ import annotations

from tests.sheets_server.areas import Area, area_of, corner_of
from tests.sheets_server.decorations import RangeMap, rewrite_formulas, with_formulas, with_sources
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.references import after_cut
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.pasting import (
    WITH_MERGES,
    Block,
    block_of,
    check_within,
    inside,
    merge_at,
    merges_in,
    moved,
    paste,
    paste_type,
)


@kind("cutPaste")
def cut_paste(book: Book, body: Json) -> None:
    """Move cells: the source is left empty, and what refers to them follows them."""
    source, how = area_of(book, body.get("source")), paste_type(body)
    sheet, top, left = corner_of(book, body.get("destination") or {})
    height, width = source.bottom - source.top, source.right - source.left
    goal = Area(sheet, top, top + height, left, left + width)
    check_within(goal)
    check_torn(source)
    block, merges = block_of(book, source, how), merges_in(source)
    if sheet is not source.sheet and _formulas(block):
        raise unsupported("cutting formulas to another sheet")
    empty(source)
    by = (top - source.top, left - source.left)
    paste(sheet, block, top, left, how, source=None)
    source.sheet.merges = [found for found in source.sheet.merges if found not in merges]
    if how in WITH_MERGES:
        merge_at(merges, by, goal)
    if how in {"PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMULA"}:
        follow_cut(book, source, sheet, by)


def _formulas(block: Block) -> bool:
    """Whether a block holds a formula."""
    return any(
        "formulaValue" in cell.get("userEnteredValue", {}) for row in block for cell in row if cell
    )


def check_torn(source: Area) -> None:
    """Refuse an area that cuts a merged cell."""
    for found in source.sheet.merges:
        merge = Area(
            source.sheet,
            found["startRowIndex"],
            found["endRowIndex"],
            found["startColumnIndex"],
            found["endColumnIndex"],
        )
        if merge.meets(source) and not inside(source, found):
            raise invalid("You can't cut only a part of merged cells.")


def empty(source: Area) -> None:
    """Leave nothing in any cell of the area."""
    sheet = source.sheet
    for row in range(source.top, min(source.bottom, len(sheet.rows))):
        for column in range(source.left, min(source.right, len(sheet.rows[row]))):
            if sheet.rows[row][column] is not None:
                sheet.put(row, column, None)


def follow_cut(book: Book, source: Area, sheet: Sheet, by: tuple[int, int]) -> None:
    """Let formulas, names, rules and charts follow cells that went to `sheet`, so far down and right."""

    def follow(found: Json) -> Json:
        return moved(found, sheet.id, by) if inside(source, found) else found

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
