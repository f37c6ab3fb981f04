"""The whole set-up as one batch: nothing where everything is in place, and never over a person's things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sheetsync.domain.model import HeaderMap, Marker
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import TrackerRefused, UsageError
from sheetsync.trackers.google.ownership import protect_tab
from sheetsync.trackers.google.safety_copy import SAFETY_MARK, room_requests
from sheetsync.trackers.google.setup.colours import colour_requests, taken_back_colours
from sheetsync.trackers.google.setup.columns import column_parts
from sheetsync.trackers.google.setup.decorations import decoration_parts
from sheetsync.trackers.google.setup.first_rows import FirstRows
from sheetsync.trackers.google.setup.ground import Ground
from sheetsync.trackers.google.setup.marks import mark_requests, taken_back_marks
from sheetsync.trackers.google.setup.parts import Part, difference, ledger_of, ledger_requests
from sheetsync.trackers.google.setup.views import view_parts
from sheetsync.trackers.google.shapes import fixed_id
from sheetsync.trackers.google.structure import (
    TAB_MARK,
    TRACKER_TAB,
    Json,
    Structure,
    TabStructure,
)
from sheetsync.trackers.looks import heading_note

OWN_COLUMNS: Final = ("sla", "check", "next_action")
"""The worker's columns that people read, for `add_columns`."""

_FIRST_ROWS: Final = 1000
"""Rows of a new safety copy; it grows with the tracker."""


def setup_requests(
    structure: Structure,
    rules: Rulebook,
    header: HeaderMap,
    tab: str,
    *,
    first_rows: FirstRows,
    marker: Marker | None = None,
    add_columns: Sequence[str] = (),
    restore: bool = False,
) -> list[Json]:
    """One batch that sets the tab up; [] where it is set up already.

    `first_rows` is a look at the tab (`look_range`, `LOOK_FIELDS`). `add_columns` are keys of columns
    to be added at the right where they are missing. With `restore`, what people took away since is
    put back too. Raises TrackerRefused where there is no such tab, UsageError for an unknown column.
    """
    found = the_tab(structure, tab)
    new, header, width = _new_columns(found, rules, header, first_rows, add_columns)
    ground = _ground(
        structure, replace(found, columns=max(found.columns, width)), header, first_rows
    )
    requests, installed = difference(
        _parts(ground, rules, structure), ground.before, restore=restore
    )
    coloured, shades = colour_requests(ground, rules, restore=restore)
    return [
        *new,
        *requests,
        *coloured,
        *_own_tabs_warn(structure),
        *mark_requests(structure, found, header, marker),
        *ledger_requests(found, installed | shades),
        *room_requests(structure, min(found.rows, _FIRST_ROWS), max(found.columns, width)),
    ]


def removal_requests(
    structure: Structure,
    rules: Rulebook,
    header: HeaderMap,
    tab: str,
    *,
    first_rows: FirstRows,
    own_tabs: bool = False,
) -> list[Json]:
    """One batch that takes back what was installed and is still as it was; [] where nothing is.

    What people changed since stays as they made it. Added columns keep their headings and last words.
    The hidden safety copy goes. With `own_tabs` the tabs that sheetsync drew go too. Raises TrackerRefused.
    """
    found = the_tab(structure, tab)
    ground = _ground(structure, found, header, first_rows)
    requests: list[Json] = []
    for part in _parts(ground, rules, structure):
        if part.taken_back(ground.before.get(part.name)):
            requests += part.take_back
    return [
        *requests,
        *taken_back_colours(ground, rules),
        *_own_tabs_go(structure, delete=own_tabs),
        *taken_back_marks(structure, found),
    ]


def the_tab(structure: Structure, title: str) -> TabStructure:
    """The tab of that title. Raises TrackerRefused."""
    found = structure.tab(title)
    if found is None:
        there = ", ".join(tab.title for tab in structure.tabs) or "none"
        raise TrackerRefused(
            f"{structure.title or 'The spreadsheet'} has no tab {title!r}; its tabs are: {there}. "
            "Name the right one under tab in config.yaml."
        )
    return found


def _ground(
    structure: Structure, tab: TabStructure, header: HeaderMap, first_rows: FirstRows
) -> Ground:
    """What is to be set up. A column whose heading nobody knows is still the one that its mark says."""
    marked = structure.columns_by_metadata(tab.id)
    taken = set(header.columns.values())
    more = {k: p for k, p in marked.items() if k not in header.columns and p not in taken}
    return Ground(
        tab=tab,
        header=replace(header, columns={**more, **header.columns}),
        first_rows=first_rows,
        before=ledger_of(tab),
        titles={other.title.casefold() for other in structure.tabs},
    )


def _parts(ground: Ground, rules: Rulebook, structure: Structure) -> Iterator[Part]:
    known = {key: place for key, place in ground.header.columns.items() if key in rules.columns}
    ground = replace(ground, header=replace(ground.header, columns=known))
    yield from column_parts(ground, rules)
    yield from decoration_parts(ground, structure)
    yield from view_parts(ground, rules)


def _new_columns(
    tab: TabStructure,
    rules: Rulebook,
    header: HeaderMap,
    first_rows: FirstRows,
    keys: Sequence[str],
) -> tuple[list[Json], HeaderMap, int]:
    """Headings at the right of all that stands there, the header with them, and the columns needed."""
    unknown = [key for key in keys if key not in rules.columns]
    if unknown:
        raise UsageError(
            f"There is no column {unknown[0]!r} to add. Name one of rules/columns.yaml."
        )
    missing = [key for key in dict.fromkeys(keys) if key not in header.columns]
    if not missing:
        return [], header, tab.columns
    start = max(first_rows.used_columns(), 1 + max(header.columns.values(), default=-1))
    end = start + len(missing)
    requests: list[Json] = []
    if end > tab.columns:
        grow = {"sheetId": tab.id, "dimension": "COLUMNS", "length": end - tab.columns}
        requests.append({"appendDimension": grow})
    requests.append(headings(tab.id, rules, missing, (header.row_number - 1, start)))
    places = {**header.columns, **{key: start + n for n, key in enumerate(missing)}}
    titles = {**header.headings, **{key: rules.columns[key].title for key in missing}}
    return requests, replace(header, columns=places, headings=titles), end


def headings(sheet_id: int, rules: Rulebook, keys: Sequence[str], place: tuple[int, int]) -> Json:
    """Write the headings of columns side by side from `place` (row, column from 0), with their notes."""
    row, column = place
    cells = [
        {
            "userEnteredValue": {"stringValue": rules.columns[key].title},
            "note": heading_note(rules.columns[key]),
        }
        for key in keys
    ]
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": cells}],
            "fields": "userEnteredValue,note",
        }
    }


def _drawn_by_us(structure: Structure) -> Iterator[tuple[TabStructure, str]]:
    for tab in structure.tabs:
        mark = tab.mark(TAB_MARK)
        if mark is not None and mark.value != TRACKER_TAB:
            yield tab, mark.value


def _own_tabs_warn(structure: Structure) -> list[Json]:
    return [request for tab, _ in _drawn_by_us(structure) for request in protect_tab(tab.id, tab)]


def _own_tabs_go(structure: Structure, *, delete: bool) -> Iterator[Json]:
    for tab, mark in _drawn_by_us(structure):
        number = fixed_id("protect", tab.id)
        if delete or mark == SAFETY_MARK:
            yield {"deleteSheet": {"sheetId": tab.id}}
        elif any(p.get("protectedRangeId") == number for p in tab.protected_ranges):
            yield {"deleteProtectedRange": {"protectedRangeId": number}}
