"""An empty Google Sheet made a tracker: headings, notes, hidden columns and tabs as in the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sheetsync.domain.guide import guide_tab
from sheetsync.domain.model import HeaderMap, Marker
from sheetsync.domain.optional_tabs import OPTIONAL_TABS, OptionalTab
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.trackers.google.own_tabs import dimension_requests, tab_requests
from sheetsync.trackers.google.ownership import refusal
from sheetsync.trackers.google.setup.first_rows import FirstRows
from sheetsync.trackers.google.setup.install import headings, setup_requests, the_tab
from sheetsync.trackers.google.shapes import (
    cell_format,
    colour,
    fixed_id,
    pixels_high,
    pixels_wide,
)
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

_HEADER_HEIGHT: Final = 42.0
_ROW_HEIGHT: Final = 20.0
"""Points, as in the template."""
_OPTIONAL_ROWS: Final = 500
_OPTIONAL_COLOUR: Final = "B8C4CC"
_OPTIONAL_HEADING: Final = {
    "bold": True,
    "font_color": "FFFFFF",
    "bg_color": "4A6572",
    "valign": "vcenter",
    "indent": 1,
}


def fresh_sheet_requests(
    structure: Structure,
    rules: Rulebook,
    tab: str,
    *,
    title: str = "",
    marker: Marker | None = None,
) -> list[Json]:
    """One batch that makes the empty tab `tab` a tracker, called `title` from then on, and sets it up.

    The caller has seen that the tab is empty (`FirstRows.empty`). Tabs of the team's own that have the
    title of an optional one are left as they are. Raises TrackerRefused where there is no such tab.
    """
    found = the_tab(structure, tab)
    columns = template_columns(rules)
    header = HeaderMap(
        row_number=1,
        columns={column.key: place for place, column in enumerate(columns)},
        headings={column.key: column.title for column in columns},
    )
    tabs = [optional for optional in OPTIONAL_TABS if structure.tab(optional.title) is None]
    to_come = _to_come(structure, found, tabs, title or found.title, len(columns))
    return [
        *_renamed(found, title),
        *_room(found, len(columns)),
        headings(found.id, rules, [column.key for column in columns], (0, 0)),
        *_sizes(found),
        *_hidden(found, columns),
        *_guide(structure, rules, columns),
        *(request for optional in tabs for request in _optional_tab(optional)),
        *setup_requests(
            to_come, rules, header, title or tab, first_rows=FirstRows({}), marker=marker
        ),
    ]


def template_columns(rules: Rulebook) -> list[ColumnRule]:
    """The columns of a new tracker, shown and hidden ones, in their order."""
    return [column for column in rules.columns.values() if column.template != "no"]


def _to_come(
    structure: Structure, found: TabStructure, tabs: list[OptionalTab], title: str, columns: int
) -> Structure:
    """The structure as it will be when the requests before the set-up have been applied."""
    tracker = replace(found, title=title, columns=max(found.columns, columns))
    optional = (
        TabStructure.of({"properties": {"sheetId": _optional_id(tab), "title": tab.title}})
        for tab in tabs
    )
    others = (tracker if tab.id == found.id else tab for tab in structure.tabs)
    return replace(structure, tabs=(*others, *optional))


def _renamed(found: TabStructure, title: str) -> Iterator[Json]:
    if title and title != found.title:
        properties = {"sheetId": found.id, "title": title}
        yield {"updateSheetProperties": {"properties": properties, "fields": "title"}}


def _room(found: TabStructure, columns: int) -> Iterator[Json]:
    if columns > found.columns:
        grow = {"sheetId": found.id, "dimension": "COLUMNS", "length": columns - found.columns}
        yield {"appendDimension": grow}


def _sizes(found: TabStructure) -> list[Json]:
    """Every row as high as the next: nothing jumps while people tick."""
    below = [pixels_high(_ROW_HEIGHT)] * (found.rows - 1)
    return dimension_requests(found.id, "ROWS", [pixels_high(_HEADER_HEIGHT), *below])


def _hidden(found: TabStructure, columns: list[ColumnRule]) -> Iterator[Json]:
    for place, column in enumerate(columns):
        if column.template == "hidden":
            span = {
                "sheetId": found.id,
                "dimension": "COLUMNS",
                "startIndex": place,
                "endIndex": place + 1,
            }
            hide = {"hiddenByUser": True}
            change = {"range": span, "properties": hide, "fields": "hiddenByUser"}
            yield {"updateDimensionProperties": change}


def _guide(structure: Structure, rules: Rulebook, columns: list[ColumnRule]) -> list[Json]:
    tab = guide_tab(columns, rules)
    return [] if refusal(structure, tab.title) else tab_requests(tab, structure)


def _optional_id(tab: OptionalTab) -> int:
    return fixed_id("tab", tab.title.casefold(), 0)


def _optional_tab(tab: OptionalTab) -> list[Json]:
    """A hidden tab for a team's own notes; it is staff's from the start, so it carries no mark."""
    sheet_id = _optional_id(tab)
    style = cell_format(_OPTIONAL_HEADING)
    cells: list[Json] = [
        {"userEnteredValue": {"stringValue": heading}, "userEnteredFormat": style}
        for heading in tab.headings
    ]
    cells[0]["note"] = tab.purpose
    grid = {
        "rowCount": _OPTIONAL_ROWS,
        "columnCount": len(cells),
        "frozenRowCount": 1,
        "frozenColumnCount": 1,
    }
    properties = {
        "sheetId": sheet_id,
        "title": tab.title,
        "hidden": True,
        "gridProperties": grid,
        "tabColorStyle": colour(_OPTIONAL_COLOUR),
    }
    write = {
        "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
        "rows": [{"values": cells}],
        "fields": "userEnteredValue,userEnteredFormat,note",
    }
    widths = [pixels_wide(max(14.0, len(heading) + 4.0)) for heading in tab.headings]
    return [
        {"addSheet": {"properties": properties}},
        {"updateCells": write},
        *dimension_requests(sheet_id, "COLUMNS", widths),
        *dimension_requests(sheet_id, "ROWS", [pixels_high(28)]),
    ]
