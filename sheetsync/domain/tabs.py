"""Worker-owned tabs (KPI yyyy-mm, Sync Status, Changes) as plain data, the same on Excel and Google.

A tab is laid out here in words and boxes; a tracker room draws it in its own format. Styles are
named; `STYLES` says what each means, and every tracker must know all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

TabValue: TypeAlias = str | int | float | bool | datetime | None
"""datetime is naive local time of the tracker."""

STYLES: Final = (
    "plain", "title", "subtitle", "sentence", "heading", "heading-right", "label", "note", "text", "wrapped",
    "number", "decimal", "percent", "days", "hours", "moment", "date",
    "tile-name", "tile-value", "tile-value-good", "tile-value-near", "tile-value-bad", "tile-value-grey",
    "tile-note", "good", "near", "bad", "grey", "banner-good", "banner-near", "banner-bad", "strong",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One cell, or a merged block of cells: place counts from 0, `number_format` as in a workbook."""

    row: int
    column: int
    value: TabValue
    style: str = "plain"
    width: int = 1
    height: int = 1
    number_format: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line or set of bars; ranges are (first row, first column, last row, last column) from 0."""

    name: str
    categories: tuple[int, int, int, int]
    values: tuple[int, int, int, int]
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A native chart over cells of its own tab; size in cells."""

    kind: Literal["column", "stacked", "bar", "line"]
    title: str
    series: tuple[Series, ...]
    row: int
    column: int
    height: int
    width: int
    y_axis: str = ""
    number_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A whole worker-owned tab. `kind` is kpi, sync-status or changes."""

    title: str
    kind: str
    boxes: tuple[Box, ...]
    column_widths: tuple[float, ...]
    row_heights: tuple[tuple[int, float], ...] = ()
    charts: tuple[Chart, ...] = ()
    frozen_rows: int = 0
    page_breaks: tuple[int, ...] = ()
    """Rows (from 0) that begin a new page on paper."""
    landscape: bool = True
    tab_colour: str = "1F6F78"
