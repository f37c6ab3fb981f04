"""One scanner of a sheet part, for reading and for patching alike.

Because both look at the same bytes, no row can move between the check before a write and the splice.
The slow path (`slowscan.py`) is plain expat and serves as the oracle; `scan` takes the fast path
where the layout of the part allows it and gives the same answer.
"""

from __future__ import annotations

from collections.abc import Collection

from sheetsync.trackers.excel.fastscan import scan_fast
from sheetsync.trackers.excel.grid import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    CellScan,
    FormulaArea,
    FormulaKind,
    RowIndex,
    RowScan,
    Scan,
    cell_name,
    column_index,
    column_letters,
    parse_area,
    parse_cell,
)
from sheetsync.trackers.excel.plain import NotPlain
from sheetsync.trackers.excel.slowscan import scan_slow

__all__ = [
    "MAX_COLUMN",
    "MAX_ROW",
    "Area",
    "CellScan",
    "FormulaArea",
    "FormulaKind",
    "RowIndex",
    "RowScan",
    "Scan",
    "cell_name",
    "column_index",
    "column_letters",
    "parse_area",
    "parse_cell",
    "scan",
    "scan_fast",
    "scan_slow",
]


def scan(
    data: bytes,
    *,
    rows: Collection[int] | None = None,
    spans: bool = False,
    part: str = "sheet",
) -> Scan:
    """Scan a sheet part: `rows` names the rows whose cells are wanted (None: all of them).

    `spans` adds byte spans of rows and cells (elements around the rows always have theirs).
    `part` is only for messages. Raises TrackerRefused when the part is damaged or hostile.
    """
    try:
        return scan_fast(data, rows=rows, spans=spans, part=part)
    except NotPlain:
        return scan_slow(data, rows=rows, spans=spans, part=part)
