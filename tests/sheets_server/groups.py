"""Groups of rows or columns, kept as the depth of each line: so they nest, join and split by themselves."""

from __future__ import annotations

from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.spans import Shift


def groups_of(sheet: Sheet, dimension: str) -> list[Json]:
    """The DimensionGroups of a sheet along ROWS or COLUMNS."""
    return sheet.row_groups if dimension == "ROWS" else sheet.column_groups


def deepen(sheet: Sheet, dimension: str, start: int, end: int, by: int) -> bool:
    """Add (1) or take away (-1) one level of grouping over lines. Says whether anything changed."""
    depths: dict[int, int] = {}
    for group in groups_of(sheet, dimension):
        for line in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[line] = max(depths.get(line, 0), group["depth"])
    before = dict(depths)
    for line in range(start, end):
        depths[line] = max(0, depths.get(line, 0) + by)
    _set(sheet, dimension, _runs(sheet, dimension, depths))
    return any(depths[line] != before.get(line, 0) for line in range(start, end))


def shift_groups(sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Let the groups follow lines that were shifted."""
    kept = []
    for group in groups_of(sheet, dimension):
        now = shift.span(group["range"]["startIndex"], group["range"]["endIndex"])
        if now is not None:
            span = group["range"] | {"startIndex": now[0], "endIndex": now[1]}
            kept.append(group | {"range": span})
    if kept or groups_of(sheet, dimension):
        _set(sheet, dimension, kept)


def _runs(sheet: Sheet, dimension: str, depths: dict[int, int]) -> list[Json]:
    """For each depth the longest runs of lines that are at least so deep."""
    collapsed = {
        (g["range"]["startIndex"], g["range"]["endIndex"], g["depth"])
        for g in groups_of(sheet, dimension)
        if g.get("collapsed")
    }
    found = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        lines = sorted(line for line, deep in depths.items() if deep >= depth)
        starts = [line for line in lines if depths.get(line - 1, 0) < depth]
        ends = [line + 1 for line in lines if depths.get(line + 1, 0) < depth]
        for start, end in zip(starts, ends, strict=True):
            found.append(_group(sheet, dimension, start, end, depth))
            if (start, end, depth) in collapsed:
                found[-1]["collapsed"] = True
    return found


def _group(sheet: Sheet, dimension: str, start: int, end: int, depth: int) -> Json:
    span: Json = {"sheetId": sheet.id} if sheet.id else {}
    return {
        "range": span | {"dimension": dimension, "startIndex": start, "endIndex": end},
        "depth": depth,
    }


def _set(sheet: Sheet, dimension: str, groups: list[Json]) -> None:
    if dimension == "ROWS":
        sheet.row_groups = groups
    else:
        sheet.column_groups = groups
