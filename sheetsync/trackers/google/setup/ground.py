"""What a set-up is worked out on: the tab, its header, its first rows, and what was put there last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sheetsync.domain.model import HeaderMap
from sheetsync.trackers.google.setup.first_rows import FirstRows
from sheetsync.trackers.google.setup.parts import Ledger
from sheetsync.trackers.google.structure import Json, TabStructure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where columns are installed: the tab, its header, what its first rows show, what was put there."""

    tab: TabStructure
    header: HeaderMap
    first_rows: FirstRows
    before: Ledger
    titles: Collection[str] = ()
    """Folded titles of the tabs whose names may be offered."""


def reaches(span: Json, tab: TabStructure, first_row: int) -> bool:
    """Whether a GridRange holds every row of the tab from `first_row` (index from 0) on.

    The API gives a range without an end back as one that ends at the last row.
    """
    start: int = span.get("startRowIndex", 0)
    end: int = span.get("endRowIndex", tab.rows)
    return start <= first_row and tab.rows <= end


def table_width(ground: Ground) -> int:
    """Columns in use, staff's own among them: a sort must not tear a row apart."""
    return max(ground.first_rows.used_columns(), max(ground.header.columns.values(), default=0) + 1)


def overlaps(first: Json, second: Json) -> bool:
    """Whether two GridRanges of one tab share a cell."""
    return all(
        first.get(f"start{way}Index", 0) < second.get(f"end{way}Index", 1 << 31)
        and second.get(f"start{way}Index", 0) < first.get(f"end{way}Index", 1 << 31)
        for way in ("Row", "Column")
    )
