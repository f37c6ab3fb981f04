"""The requests that draw a worker-owned tab whole, in place: one block of cells, then what lies on it.

The tab keeps its id and its charts theirs, so links to them hold. What was drawn last is marked on the
tab by its digest: the same tab is not drawn again, not even by a worker that has just been started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from sheetsync.domain.sync_status import TITLE as STATUS_TITLE
from sheetsync.domain.tabs import Box, Tab
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.charts import chart_extent, chart_requests
from sheetsync.trackers.google.marker import MARKER_COLUMN, MARKER_ROWS
from sheetsync.trackers.google.ownership import (
    own_sheet_id,
    present,
    protect_tab,
    refusal,
    tab_mark,
)
from sheetsync.trackers.google.shapes import (
    area,
    cell_format,
    colour,
    pixels_high,
    pixels_wide,
    storable,
    typed,
)
from sheetsync.trackers.google.structure import TAB_MARK, Json, Structure, TabStructure
from sheetsync.trackers.tab_styles import look

DEFAULT_HEIGHT: Final = 21
_DRAWING: Final = 5
"""Raised when the same tab is drawn in another way, so that every tab is drawn once more."""


def tab_digest(tab: Tab) -> str:
    """What tells this tab from any other; the same words and looks give the same digest."""
    return hashlib.sha256(repr((_DRAWING, tab)).encode()).hexdigest()[:20]


def tab_requests(tab: Tab, structure: Structure, digest: str = "") -> list[Json]:
    """The requests that make the spreadsheet hold this tab; [] where it was the last thing drawn there.

    `digest` is what is marked on it, by default `tab_digest(tab)`. Raises TrackerRefused where the
    title is staff's, KeyError for an unknown style.
    """
    if words := refusal(structure, tab.title):
        raise TrackerRefused(words)
    digest = digest or tab_digest(tab)
    found = present(tab.title, structure)
    known = found.mark(TAB_MARK) if found else None
    if found and known and known.value == digest and found.title == tab.title:
        return []
    sheet_id = found.id if found else own_sheet_id(tab.title, structure)
    rows, columns = _extent(tab)
    room = (
        (max(rows, MARKER_ROWS), MARKER_COLUMN + 1) if _has_marker(tab.title) else (rows, columns)
    )
    properties = _properties(tab, sheet_id, room)
    return [
        *_sheet(properties, found),
        _cells(tab, sheet_id, (rows, columns)),
        *_merges(tab, sheet_id),
        *_sizes(tab, sheet_id, (rows, columns)),
        *chart_requests(tab, sheet_id, found),
        *tab_mark(sheet_id, digest, found),
        *protect_tab(sheet_id, found),
    ]


def _has_marker(title: str) -> bool:
    return title.casefold() == STATUS_TITLE.casefold()


def _extent(tab: Tab) -> tuple[int, int]:
    """Rows and columns that the tab takes."""
    ends = [(b.row + b.height, b.column + b.width) for b in tab.boxes]
    ends += [chart_extent(chart) for chart in tab.charts]
    rows = max([1 + tab.frozen_rows, *(end[0] for end in ends)])
    return rows, max([1, len(tab.column_widths), *(end[1] for end in ends)])


def _properties(tab: Tab, sheet_id: int, size: tuple[int, int]) -> Json:
    grid = {
        "rowCount": size[0],
        "columnCount": size[1],
        "frozenRowCount": tab.frozen_rows,
        "frozenColumnCount": 0,
        "hideGridlines": True,
    }
    return {
        "sheetId": sheet_id,
        "title": tab.title,
        "gridProperties": grid,
        "tabColorStyle": colour(tab.tab_colour),
    }


def _sheet(properties: Json, found: TabStructure | None) -> list[Json]:
    """Add the tab, or clear the merges of the present one and make it as large as needed."""
    if found is None:
        return [{"addSheet": {"properties": properties}}]
    fields = (
        "title,tabColorStyle,gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount,"
        "hideGridlines)"
    )
    whole = {"sheetId": found.id}
    update = {"properties": properties, "fields": fields}
    return [{"unmergeCells": {"range": whole}}, {"updateSheetProperties": update}]


def _cells(tab: Tab, sheet_id: int, size: tuple[int, int]) -> Json:
    rows, columns = size
    formats: dict[tuple[str, str], Json] = {}
    grid: list[list[Json]] = [[{} for _ in range(columns)] for _ in range(rows)]
    for box in tab.boxes:
        key = (box.style, box.number_format)
        if key not in formats:
            formats[key] = cell_format(look(*key))
        for row in range(box.row, box.row + box.height):
            for column in range(box.column, box.column + box.width):
                grid[row][column] = {"userEnteredFormat": formats[key]}
        grid[box.row][box.column] = _first_cell(box, formats[key])
    return {
        "updateCells": {
            "range": area(sheet_id, (0, rows), (0, columns)),
            "rows": [{"values": cells} for cells in grid],
            "fields": "userEnteredValue,userEnteredFormat,note",
        }
    }


def _first_cell(box: Box, style: Json) -> Json:
    cell: Json = {"userEnteredFormat": style}
    if value := typed(box.value):
        cell["userEnteredValue"] = value
    if box.note:
        cell["note"] = storable(box.note)
    return cell


def _merges(tab: Tab, sheet_id: int) -> list[Json]:
    return [
        {
            "mergeCells": {
                "range": area(sheet_id, (b.row, b.row + b.height), (b.column, b.column + b.width)),
                "mergeType": "MERGE_ALL",
            }
        }
        for b in tab.boxes
        if b.width > 1 or b.height > 1
    ]


def _sizes(tab: Tab, sheet_id: int, size: tuple[int, int]) -> list[Json]:
    heights = dict(tab.row_heights)
    rows = [pixels_high(heights[r]) if r in heights else DEFAULT_HEIGHT for r in range(size[0])]
    widths = [pixels_wide(width) for width in tab.column_widths]
    return [
        *dimension_requests(sheet_id, "COLUMNS", widths),
        *dimension_requests(sheet_id, "ROWS", rows),
    ]


def dimension_requests(sheet_id: int, dimension: str, sizes: Sequence[int]) -> list[Json]:
    """Set the sizes of the first rows or columns: one request for each run of equal ones."""
    return [
        {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": sheet_id,
                    "dimension": dimension,
                    "startIndex": start,
                    "endIndex": end,
                },
                "properties": {"pixelSize": size},
                "fields": "pixelSize",
            }
        }
        for start, end, size in _runs(sizes)
    ]


def _runs(sizes: Iterable[int]) -> list[tuple[int, int, int]]:
    out = []
    for size, places in groupby(enumerate(sizes), key=lambda pair: pair[1]):
        found = [place for place, _ in places]
        out.append((found[0], found[-1] + 1, size))
    return out
