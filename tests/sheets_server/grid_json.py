"""Grid data: the cells of an area as `spreadsheets.get` gives them, as much of each as is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tests.sheets_server.areas import Area
from tests.sheets_server.conditional import conditional_format
from tests.sheets_server.mask import Wanted, picked
from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.sheet_json import DEFAULT_FORMAT, line_metadata
from tests.sheets_server.values import View, format_of, plain_number, shown_value, value_json

Part = Callable[[View, Sheet, int, int, Json], Any]
"""Gives one field of a cell, None where it has none."""

_KEPT: Final = ("userEnteredFormat", "note", "textFormatRuns", "dataValidation", "chipRuns")
_LINK: Final = re.compile(r'=\s*HYPERLINK\(\s*"([^"]*)"', re.IGNORECASE)


def _entered(view: View, sheet: Sheet, row: int, column: int, cell: Json) -> Json | None:
    found = cell.get("userEnteredValue")
    if found and "numberValue" in found:
        return {"numberValue": plain_number(found["numberValue"])}
    return found


def _effective(view: View, sheet: Sheet, row: int, column: int, cell: Json) -> Json | None:
    return value_json(view.value(sheet, row, column)) if "userEnteredValue" in cell else None


def _shown(view: View, sheet: Sheet, row: int, column: int, cell: Json) -> str | None:
    if "userEnteredValue" not in cell:
        return None
    return shown_value(view.value(sheet, row, column), format_of(cell), view.locale) or None


def _format(view: View, sheet: Sheet, row: int, column: int, cell: Json) -> Json | None:
    """The default format under the cell's own, and what conditional formats add now."""
    own = cell.get("userEnteredFormat", {})
    if not own and "userEnteredValue" not in cell:
        return None
    found = DEFAULT_FORMAT | own
    extra = conditional_format(view, sheet, row, column) if sheet.conditional_formats else {}
    text = DEFAULT_FORMAT["textFormat"] | own.get("textFormat", {}) | extra.get("textFormat", {})
    return found | extra | {"textFormat": text}


def _link(view: View, sheet: Sheet, row: int, column: int, cell: Json) -> str | None:
    found = _LINK.match((cell.get("userEnteredValue") or {}).get("formulaValue", ""))
    if found:
        return found[1]
    link = cell.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {})
    return link.get("uri")


def _as_kept(name: str) -> Part:
    return lambda view, sheet, row, column, cell: cell.get(name)


_PARTS: Final[dict[str, Part]] = {
    "userEnteredValue": _entered,
    "effectiveValue": _effective,
    "formattedValue": _shown,
    "effectiveFormat": _format,
    "hyperlink": _link,
    **{name: _as_kept(name) for name in _KEPT},
}


def grid_data(view: View, area: Area, mask: Wanted) -> Json:
    """A GridData of the area; `mask` is what is wanted of it, empty for all."""
    found: Json = {}
    if area.top and _wants(mask, "startRow"):
        found["startRow"] = area.top
    if area.left and _wants(mask, "startColumn"):
        found["startColumn"] = area.left
    if _wants(mask, "rowData"):
        rows = _rows(view, area, mask.get("rowData", {}).get("values", {}))
        if rows:
            found["rowData"] = rows
    if _wants(mask, "rowMetadata"):
        found["rowMetadata"] = picked(_lines(view, area, "ROWS"), mask.get("rowMetadata", {}))
    if _wants(mask, "columnMetadata"):
        lines = _lines(view, area, "COLUMNS")
        found["columnMetadata"] = picked(lines, mask.get("columnMetadata", {}))
    return found


def _wants(mask: Wanted, name: str) -> bool:
    return not mask or name in mask


def _rows(view: View, area: Area, mask: Wanted) -> list[Json]:
    """RowData up to the last cell that has anything of what is wanted."""
    parts = [(n, p, mask.get(n, {})) for n, p in _PARTS.items() if _wants(mask, n)]
    sheet, rows, last = area.sheet, [], 0
    for row, cells in enumerate(sheet.rows[area.top : area.bottom], area.top):
        values: list[Json] = []
        filled = 0
        for column, cell in enumerate(cells[area.left : area.right], area.left):
            data: Json = {}
            if cell is not None:
                for name, part, below in parts:
                    value = part(view, sheet, row, column, cell)
                    if value is not None and (kept := picked(value, below)) != {}:
                        data[name] = kept
            values.append(data)
            if data:
                filled = len(values)
        rows.append({"values": values[:filled]} if filled else {})
        if filled:
            last = len(rows)
    return rows[:last]


def _lines(view: View, area: Area, dimension: str) -> list[Json]:
    """DimensionProperties of every row or column of the area."""
    sheet = area.sheet
    if dimension == "ROWS":
        lines, usual = range(area.top, area.bottom), {"pixelSize": 21}
        own = sheet.row_dimensions
    else:
        lines, usual = range(area.left, area.right), {"pixelSize": 100}
        own = sheet.column_dimensions
    entries = line_metadata(view.book, sheet, dimension)
    found = []
    for line in lines:
        data = usual | own[line] if line in own else usual
        if line in entries:
            data = data | {"developerMetadata": entries[line]}
        found.append(data)
    return found
