"""Cells merged and parted again."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.model import Book, Json, invalid
from tests.sheets_server.requests.apply import kind

_TYPES: Final = ("MERGE_ALL", "MERGE_ROWS", "MERGE_COLUMNS")
_VALUE: Final = ("userEnteredValue", "textFormatRuns", "chipRuns")


@kind("mergeCells")
def merge_cells(book: Book, body: Json) -> None:
    """Merge a range whole, row by row or column by column; only the first value of each merge stays."""
    area, how = area_of(book, body.get("range")), body.get("mergeType") or "MERGE_ALL"
    if how not in _TYPES:
        raise invalid(f"mergeType cannot be {how}.")
    kept = _outside(area, "You must select all cells in a merged range to merge or unmerge them.")
    for merge in _parts(area, how):
        if (merge.bottom - merge.top) * (merge.right - merge.left) > 1:
            kept.append(merge.json())
            _keep_first(merge)
    area.sheet.merges = kept


@kind("unmergeCells")
def unmerge_cells(book: Book, body: Json) -> None:
    """Part every merge of a range."""
    area = area_of(book, body.get("range"))
    area.sheet.merges = _outside(
        area, "You must select all cells in a merged range to merge or unmerge them."
    )


def _outside(area: Area, refusal: str) -> list[Json]:
    """The merges that do not touch the area. Raises ApiError where the area cuts one."""
    kept = []
    for found in area.sheet.merges:
        rows = (found["startRowIndex"], found["endRowIndex"])
        columns = (found["startColumnIndex"], found["endColumnIndex"])
        if area.holds(*rows, *columns):
            continue
        if area.meets(Area(area.sheet, *rows, *columns)):
            raise invalid(refusal)
        kept.append(found)
    return kept


def _parts(area: Area, how: str) -> list[Area]:
    sheet, top, bottom, left, right = area.sheet, area.top, area.bottom, area.left, area.right
    if how == "MERGE_ROWS":
        return [Area(sheet, row, row + 1, left, right) for row in range(top, bottom)]
    if how == "MERGE_COLUMNS":
        return [Area(sheet, top, bottom, column, column + 1) for column in range(left, right)]
    return [area]


def _keep_first(merge: Area) -> None:
    """Clear every value but the first one found, which stands in the corner from now on."""
    sheet, first = merge.sheet, None
    for row in range(merge.top, min(merge.bottom, len(sheet.rows))):
        for column in range(merge.left, min(merge.right, len(sheet.rows[row]))):
            cell = sheet.rows[row][column]
            if cell and "userEnteredValue" in cell:
                first = first or {k: cell[k] for k in _VALUE if k in cell}
                sheet.put(row, column, {k: v for k, v in cell.items() if k not in _VALUE})
    if first:
        corner = sheet.cell(merge.top, merge.left) or {}
        sheet.put(merge.top, merge.left, corner | first)
