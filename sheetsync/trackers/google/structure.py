"""What a spreadsheet consists of besides its cells: tabs, formats by rule, views, protections, marks.

Everything that sheetsync installs is worked out from this and from nothing else, so a set-up is a pure
function of one read. Columns and tabs carry marks (developer metadata) that follow them when staff
rename or move them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sheetsync.domain.model import Marker

Json: TypeAlias = dict[str, Any]

STRUCTURE_FIELDS: Final = (
    "spreadsheetId,properties(title,locale,timeZone),namedRanges,developerMetadata,"
    "sheets(properties,conditionalFormats,protectedRanges,bandedRanges,filterViews,basicFilter,"
    "charts(chartId,position),merges,tables(tableId,range),developerMetadata,"
    "data(startColumn,columnMetadata(pixelSize,hiddenByUser,developerMetadata)))"
)
"""The mask of `spreadsheets.get`. Marks of columns come only with `data`; no cell is asked for."""

COLUMN_MARK: Final = "sheetsync.column"
"""On a column; the value is its key in rules/columns.yaml."""
TAB_MARK: Final = "sheetsync.tab"
"""On a tab: `tracker`, or the digest of what sheetsync drew there."""
INSTALLED_MARK: Final = "sheetsync.installed"
"""On the tracker tab: what was installed there."""
TRACKER_MARK: Final = "sheetsync.tracker"
"""On the spreadsheet: whose tracker this is."""
SETUP_MARK: Final = "sheetsync.setup"
"""On the spreadsheet: the version of the set-up."""
TRACKER_TAB: Final = "tracker"

DEFAULT_WIDTH: Final = 100
"""Pixels of a column that nobody made wider or narrower."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry of developer metadata; `column` is set (index from 0) where it sits on a column."""

    id: int
    key: str
    value: str
    column: int | None = None

    @classmethod
    def of(cls, entry: Json, column: int | None = None) -> Mark:
        """Read one entry; a column entry knows its place, or is told it."""
        span = entry.get("location", {}).get("dimensionRange", {})
        if column is None and span.get("dimension") == "COLUMNS":
            column = span.get("startIndex", 0)
        return cls(
            entry.get("metadataId", 0),
            entry.get("metadataKey", ""),
            entry.get("metadataValue", ""),
            column,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TabStructure:
    """One tab. Decorations are kept as the API gives them; sizes and marks are read out."""

    id: int
    title: str
    index: int
    rows: int
    columns: int
    frozen_rows: int
    frozen_columns: int
    hidden: bool
    properties: Json
    conditional_formats: tuple[Json, ...] = ()
    protected_ranges: tuple[Json, ...] = ()
    banded_ranges: tuple[Json, ...] = ()
    filter_views: tuple[Json, ...] = ()
    basic_filter: Json | None = None
    charts: tuple[Json, ...] = ()
    merges: tuple[Json, ...] = ()
    tables: tuple[Json, ...] = ()
    marks: tuple[Mark, ...] = ()
    column_marks: tuple[Mark, ...] = ()
    widths: Mapping[int, int]
    """Pixels by column index, where the answer told."""
    hidden_columns: frozenset[int] = frozenset()

    @classmethod
    def of(cls, sheet: Json) -> TabStructure:
        """Read one element of `sheets`."""
        properties = sheet.get("properties", {})
        grid = properties.get("gridProperties", {})
        marks = [Mark.of(entry) for entry in sheet.get("developerMetadata", ())]
        columns = list(_columns(sheet.get("data", ())))
        on_columns = [Mark.of(m, at) for at, c in columns for m in c.get("developerMetadata", ())]
        return cls(
            id=properties.get("sheetId", 0),
            title=properties.get("title", ""),
            index=properties.get("index", 0),
            rows=grid.get("rowCount", 0),
            columns=grid.get("columnCount", 0),
            frozen_rows=grid.get("frozenRowCount", 0),
            frozen_columns=grid.get("frozenColumnCount", 0),
            hidden=properties.get("hidden", False),
            properties=properties,
            conditional_formats=tuple(sheet.get("conditionalFormats", ())),
            protected_ranges=tuple(sheet.get("protectedRanges", ())),
            banded_ranges=tuple(sheet.get("bandedRanges", ())),
            filter_views=tuple(sheet.get("filterViews", ())),
            basic_filter=sheet.get("basicFilter"),
            charts=tuple(sheet.get("charts", ())),
            merges=tuple(sheet.get("merges", ())),
            tables=tuple(sheet.get("tables", ())),
            marks=tuple(m for m in marks if m.column is None),
            column_marks=(*on_columns, *(m for m in marks if m.column is not None)),
            widths={at: c["pixelSize"] for at, c in columns if "pixelSize" in c},
            hidden_columns=frozenset(at for at, c in columns if c.get("hiddenByUser")),
        )

    @property
    def holds_cells(self) -> bool:
        """Whether it is a tab of cells, and not a chart or what another tool shows in its place."""
        return bool(self.properties.get("sheetType", "GRID") == "GRID")

    def mark(self, key: str) -> Mark | None:
        """The tab's own mark of that key."""
        return next((mark for mark in self.marks if mark.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A whole spreadsheet but for its cells, as read once."""

    id: str
    title: str
    locale: str
    timezone: str
    tabs: tuple[TabStructure, ...]
    named_ranges: tuple[Json, ...] = ()
    marks: tuple[Mark, ...] = ()
    """Of the spreadsheet itself."""

    @classmethod
    def of(cls, answer: Json) -> Structure:
        """Read the answer of `spreadsheets.get` with the mask `STRUCTURE_FIELDS`."""
        properties = answer.get("properties", {})
        return cls(
            id=answer.get("spreadsheetId", ""),
            title=properties.get("title", ""),
            locale=properties.get("locale", ""),
            timezone=properties.get("timeZone", ""),
            tabs=tuple(TabStructure.of(sheet) for sheet in answer.get("sheets", ())),
            named_ranges=tuple(answer.get("namedRanges", ())),
            marks=tuple(Mark.of(entry) for entry in answer.get("developerMetadata", ())),
        )

    def tab(self, title: str) -> TabStructure | None:
        """The tab of that title, in any case, as Sheets compares them."""
        return next((t for t in self.tabs if t.title.casefold() == title.casefold()), None)

    def tab_by_id(self, sheet_id: int) -> TabStructure | None:
        """The tab with that id."""
        return next((tab for tab in self.tabs if tab.id == sheet_id), None)

    def tracker_tab(self) -> TabStructure | None:
        """The tab that is marked as the tracker tab, whatever it is called now; None where none or two are."""
        found = [t for t in self.tabs if (m := t.mark(TAB_MARK)) and m.value == TRACKER_TAB]
        return found[0] if len(found) == 1 else None

    def columns_by_metadata(self, sheet_id: int) -> dict[str, int]:
        """Column key -> index of the column that carries its mark. A key found twice is left out."""
        tab = self.tab_by_id(sheet_id)
        marks = [m for m in tab.column_marks if m.key == COLUMN_MARK] if tab else []
        times = Counter(mark.value for mark in marks)
        return {m.value: m.column for m in marks if m.column is not None and times[m.value] == 1}

    def mark(self, key: str) -> Mark | None:
        """The spreadsheet's own mark of that key."""
        return next((mark for mark in self.marks if mark.key == key), None)

    def marker(self) -> Marker | None:
        """Whose tracker this is, as marked on the spreadsheet (`seq` is 0: it is kept in the cells)."""
        content = self._owner()
        try:
            return Marker(uuid=str(content["uuid"]), epoch=int(content["epoch"]), seq=0)
        except (KeyError, TypeError, ValueError):
            return None

    def marked_for(self) -> str:
        """The id of the spreadsheet that was marked: another id than `id` tells a copy; "" when unmarked."""
        return str(self._owner().get("spreadsheet", ""))

    def _owner(self) -> Json:
        mark = self.mark(TRACKER_MARK)
        try:
            content = json.loads(mark.value) if mark else {}
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def owner_text(marker: Marker, spreadsheet_id: str) -> str:
    """What the mark of the spreadsheet says; `Structure.marker` and `marked_for` read it back."""
    content = {"uuid": marker.uuid, "epoch": marker.epoch, "spreadsheet": spreadsheet_id}
    return json.dumps(content, sort_keys=True)


def _columns(blocks: Iterable[Json]) -> Iterator[tuple[int, Json]]:
    for block in blocks:
        yield from enumerate(block.get("columnMetadata", ()), start=block.get("startColumn", 0))
