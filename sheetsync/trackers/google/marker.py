"""The tracker's identity in cells: a hidden last column of Sync Status, read with every pass.

The mark on the spreadsheet says whose tracker it is and seldom changes; `seq` counts passes, and so it
stands in cells that one `values:batchGet` brings along.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sheetsync.domain.model import CellValue, Marker
from sheetsync.domain.sync_status import TITLE
from sheetsync.trackers.google.ownership import own_sheet_id, present, protect_tab, tab_mark
from sheetsync.trackers.google.shapes import typed
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

MARKER_COLUMN: Final = 25
"""Column Z, from 0. What is drawn on Sync Status ends before it."""
MARKER_ROWS: Final = 5
MARKER_CELLS: Final = f"Z1:Z{MARKER_ROWS}"
MARKER_RANGE: Final = f"'{TITLE}'!{MARKER_CELLS}"
_HEADING: Final = "sheetsync: do not change"
_UNDRAWN: Final = "undrawn"
"""The mark of a Sync Status that holds nothing but the marker yet."""
_FIRST_ROWS: Final = 40


def marker_range(structure: Structure) -> str | None:
    """Where the marker is to be read, by the title that the tab has now; None where there is no such tab."""
    found = present(TITLE, structure)
    if found is None or found.columns <= MARKER_COLUMN:
        return None
    quoted = found.title.replace("'", "''")
    return f"'{quoted}'!{MARKER_CELLS}"


def marker_requests(
    marker: Marker, spreadsheet_id: str, structure: Structure, drawn: Collection[str] = ()
) -> list[Json]:
    """Write the marker. It comes after the tabs of the same batch, whose titles are `drawn`.

    [] where staff have a Sync Status of their own, which is not written to.
    """
    found = present(TITLE, structure)
    if found is None and structure.tab(TITLE) is not None:
        return []
    sheet_id = own_sheet_id(TITLE, structure)
    new = found is None and TITLE not in drawn
    words = (_HEADING, marker.uuid, marker.epoch, marker.seq, spreadsheet_id)
    write = {
        "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": MARKER_COLUMN},
        "rows": [{"values": [{"userEnteredValue": typed(word)}]} for word in words],
        "fields": "userEnteredValue",
    }
    return [
        *(_new_tab(sheet_id) if new else []),
        *([] if TITLE in drawn else _room(found)),
        *_hidden(sheet_id, found),
        {"updateCells": write},
    ]


def marker_of(values: Sequence[Sequence[CellValue]] | None) -> tuple[Marker | None, str | None]:
    """(marker, id of the spreadsheet it was written for) from the values read; (None, None) where none stands."""
    cells = [row[0] if row else None for row in values or ()]
    if len(cells) < MARKER_ROWS:
        return None, None
    _, uuid, epoch, seq, spreadsheet_id = cells[:MARKER_ROWS]
    numbers = [n for n in (epoch, seq) if isinstance(n, int | float) and not isinstance(n, bool)]
    if not isinstance(uuid, str) or not isinstance(spreadsheet_id, str) or len(numbers) < 2:
        return None, None
    return Marker(uuid=uuid, epoch=int(numbers[0]), seq=int(numbers[1])), spreadsheet_id


def _new_tab(sheet_id: int) -> list[Json]:
    grid = {"rowCount": _FIRST_ROWS, "columnCount": MARKER_COLUMN + 1, "hideGridlines": True}
    properties = {"sheetId": sheet_id, "title": TITLE, "gridProperties": grid}
    return [
        {"addSheet": {"properties": properties}},
        *tab_mark(sheet_id, _UNDRAWN, None),
        *protect_tab(sheet_id, None),
    ]


def _room(found: TabStructure | None) -> list[Json]:
    """Rows and columns for the marker, on a tab that is not drawn in this batch."""
    if found is None:
        return []
    missing = {"ROWS": MARKER_ROWS - found.rows, "COLUMNS": MARKER_COLUMN + 1 - found.columns}
    return [
        {"appendDimension": {"sheetId": found.id, "dimension": dimension, "length": length}}
        for dimension, length in missing.items()
        if length > 0
    ]


def _hidden(sheet_id: int, found: TabStructure | None) -> list[Json]:
    if found and MARKER_COLUMN in found.hidden_columns:
        return []
    span = {
        "sheetId": sheet_id,
        "dimension": "COLUMNS",
        "startIndex": MARKER_COLUMN,
        "endIndex": MARKER_COLUMN + 1,
    }
    hide = {"range": span, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    return [{"updateDimensionProperties": hide}]
