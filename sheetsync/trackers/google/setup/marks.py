"""Marks that follow their column, tab or spreadsheet when staff rename or move it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheetsync.domain.model import HeaderMap, Marker
from sheetsync.trackers.google.ownership import tab_mark
from sheetsync.trackers.google.setup.parts import drop_mark, new_mark, set_mark
from sheetsync.trackers.google.structure import (
    COLUMN_MARK,
    INSTALLED_MARK,
    SETUP_MARK,
    TAB_MARK,
    TRACKER_MARK,
    TRACKER_TAB,
    Json,
    Mark,
    Structure,
    TabStructure,
    owner_text,
)

SETUP_VERSION: Final = "1"
_OURS: Final = frozenset({COLUMN_MARK, INSTALLED_MARK, SETUP_MARK, TAB_MARK, TRACKER_MARK})


def mark_requests(
    structure: Structure, tab: TabStructure, header: HeaderMap, marker: Marker | None
) -> list[Json]:
    """Mark the known columns, the tab and the spreadsheet; what is marked so already costs nothing."""
    return [
        *_columns(tab, header),
        *_tab(structure, tab),
        *owner_requests(structure, marker),
        *_of_spreadsheet(structure, SETUP_MARK, SETUP_VERSION),
    ]


def owner_requests(structure: Structure, marker: Marker | None) -> list[Json]:
    """Write whose tracker this is; the caller has made sure that it is nobody else's."""
    if marker is None:
        return []
    return _of_spreadsheet(structure, TRACKER_MARK, owner_text(marker, structure.id))


def taken_back_marks(structure: Structure, tab: TabStructure) -> list[Json]:
    """Take every mark off the spreadsheet, the tracker tab and its columns."""
    marks = [*tab.column_marks, *tab.marks, *structure.marks]
    return [drop_mark(mark.id) for mark in marks if mark.key in _OURS]


def _columns(tab: TabStructure, header: HeaderMap) -> Iterator[Json]:
    """A mark per known column. One whose heading nobody knows stays: it is how the column is found."""
    wanted = {(key, place) for key, place in header.columns.items()}
    taken = set(header.columns.values())
    kept: set[tuple[str, int]] = set()
    ids: set[int] = set()
    for mark in tab.column_marks:
        place = (mark.value, -1 if mark.column is None else mark.column)
        if mark.key != COLUMN_MARK or (_still_good(mark, header, taken) and place not in kept):
            ids.add(mark.id)
            kept.add(place)
            continue
        yield drop_mark(mark.id)
    for key, place_ in sorted(wanted - kept, key=lambda pair: pair[1]):
        span = {"sheetId": tab.id, "dimension": "COLUMNS"}
        location = {"dimensionRange": {**span, "startIndex": place_, "endIndex": place_ + 1}}
        request = new_mark(COLUMN_MARK, key, location, (tab.id, key))
        entry = request["createDeveloperMetadata"]["developerMetadata"]
        if entry["metadataId"] in ids:
            del entry["metadataId"]
        yield request


def _still_good(mark: Mark, header: HeaderMap, taken: set[int]) -> bool:
    if mark.value in header.columns:
        return header.columns[mark.value] == mark.column
    return mark.column not in taken


def _tab(structure: Structure, tab: TabStructure) -> list[Json]:
    """This tab is the tracker tab, and another that was is no longer."""
    former = [
        drop_mark(mark.id)
        for other in structure.tabs
        if other.id != tab.id
        for mark in other.marks
        if mark.key == TAB_MARK and mark.value == TRACKER_TAB
    ]
    return [*former, *tab_mark(tab.id, TRACKER_TAB, tab)]


def _of_spreadsheet(structure: Structure, key: str, value: str) -> list[Json]:
    mark = structure.mark(key)
    if mark is None:
        return [new_mark(key, value, {"spreadsheet": True})]
    return [] if mark.value == value else [set_mark(mark.id, value)]
