"""What is installed on the tracker tab as a whole: frozen panes, bands, filter, names, a warning.

No range that orders stand in is protected: a person who may not edit a cell cannot sort the rows that
hold it. Only the header row warns, and a warning stops nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sheetsync.trackers.google.setup.ground import Ground, overlaps, reaches, table_width
from sheetsync.trackers.google.setup.parts import FOREIGN, Part
from sheetsync.trackers.google.shapes import area, colour, digest, fixed_id, hex_of
from sheetsync.trackers.google.structure import Json, Structure
from sheetsync.trackers.looks import PAPER, TEAL

NAMES: Final[Mapping[str, str]] = {
    "Order_IDs": "order_id",
    "Order_Status": "status",
    "Order_SLA": "sla",
}
"""Names for staff's own formulas -> the column they stand for. `Orders` is the whole table."""
TABLE_NAME: Final = "Orders"
NAME_PREFIX: Final = "name:"
_SECOND_BAND: Final = "FAFBFC"
_FROZEN_AT_MOST: Final = 3
"""A key column further right is not frozen: too little of the sheet would be left to scroll."""


def decoration_parts(ground: Ground, structure: Structure) -> Iterator[Part]:
    """The parts of the tab as a whole."""
    yield from _frozen(ground)
    yield _tab_colour(ground)
    yield _bands(ground)
    yield _header_warning(ground)
    yield _filter(ground)
    yield from _names(ground, structure)


def _frozen(ground: Ground) -> Iterator[Part]:
    rows = ground.header.row_number
    key = ground.header.columns.get("order_id", _FROZEN_AT_MOST) + 1
    columns = key if key <= _FROZEN_AT_MOST else 0
    for way, size, found, wanted in (
        ("Row", ground.tab.rows, ground.tab.frozen_rows, rows),
        ("Column", ground.tab.columns, ground.tab.frozen_columns, columns),
    ):
        # Sheets refuses to freeze all there is, or a line that runs through a merged cell.
        possible = 0 < wanted < size and not _cut_by(ground, way, wanted)
        yield Part(
            name=f"frozen:{way.lower()}s",
            wanted=str(wanted) if possible else "",
            found=str(found or ""),
            put=(_grid(ground, f"frozen{way}Count", wanted),),
            take_back=(_grid(ground, f"frozen{way}Count", 0),),
        )


def _cut_by(ground: Ground, way: str, line: int) -> bool:
    """Whether a merged cell lies on both sides of the line."""
    return any(
        merge.get(f"start{way}Index", 0) < line < merge.get(f"end{way}Index", 1 << 31)
        for merge in ground.tab.merges
    )


def _grid(ground: Ground, field: str, value: int) -> Json:
    properties = {"sheetId": ground.tab.id, "gridProperties": {field: value}}
    return {
        "updateSheetProperties": {"properties": properties, "fields": f"gridProperties.{field}"}
    }


def _tab_colour(ground: Ground) -> Part:
    properties = ground.tab.properties
    change: Json = {"properties": {"sheetId": ground.tab.id, "tabColorStyle": colour(TEAL)}}
    gone: Json = {"properties": {"sheetId": ground.tab.id}}
    return Part(
        name="tab colour",
        wanted=TEAL,
        found=hex_of(properties.get("tabColorStyle"), properties.get("tabColor")),
        put=({"updateSheetProperties": {**change, "fields": "tabColorStyle"}},),
        take_back=({"updateSheetProperties": {**gone, "fields": "tabColorStyle"}},),
    )


def _bands(ground: Ground) -> Part:
    id_ = fixed_id("bands", ground.tab.id)
    row = ground.header.row_number
    span = area(ground.tab.id, (row, None), (0, table_width(ground)))
    shades = {"firstBandColorStyle": colour(PAPER), "secondBandColorStyle": colour(_SECOND_BAND)}
    bands = {"bandedRangeId": id_, "range": span, "rowProperties": shades}
    ours = next((b for b in ground.tab.banded_ranges if b.get("bandedRangeId") == id_), None)
    others = [b.get("range", {}) for b in (*ground.tab.banded_ranges, *ground.tab.tables)]
    taken = any(overlaps(span, o) for o in others if ours is None or o is not ours.get("range"))
    put: Json = {"addBanding": {"bandedRange": bands}}
    if ours is not None:
        put = {"updateBanding": {"bandedRange": bands, "fields": "range,rowProperties"}}
    found = ground.before.get("bands", FOREIGN) if ours is not None else FOREIGN if taken else ""
    return Part(
        name="bands",
        wanted=digest(shades, table_width(ground)),
        found=found,
        put=(put,),
        take_back=({"deleteBanding": {"bandedRangeId": id_}},),
        short=ours is not None and not reaches(ours.get("range", {}), ground.tab, row),
    )


def _header_warning(ground: Ground) -> Part:
    id_ = fixed_id("protect", ground.tab.id)
    row = ground.header.row_number
    protected: Json = {
        "protectedRangeId": id_,
        "range": area(ground.tab.id, (row - 1, row)),
        "description": "Headings tell sheetsync which column is which. Rename with care.",
        "warningOnly": True,
    }
    there = any(p.get("protectedRangeId") == id_ for p in ground.tab.protected_ranges)
    put: Json = {"addProtectedRange": {"protectedRange": protected}}
    if there:
        put = {"updateProtectedRange": {"protectedRange": protected, "fields": "range,description"}}
    return Part(
        name="warning",
        wanted=f"row {row}",
        found=ground.before.get("warning", FOREIGN) if there else "",
        put=(put,),
        take_back=({"deleteProtectedRange": {"protectedRangeId": id_}},),
    )


def _filter(ground: Ground) -> Part:
    """The arrows on the headings, only where the tab has none: there is one basic filter a tab."""
    row = ground.header.row_number
    span = area(ground.tab.id, (row - 1, None), (0, table_width(ground)))
    present = ground.tab.basic_filter is not None
    return Part(
        name="filter",
        wanted="" if ground.tab.tables else "arrows",
        found=ground.before.get("filter", FOREIGN) if present else "",
        put=({"setBasicFilter": {"filter": {"range": span}}},),
        take_back=({"clearBasicFilter": {"sheetId": ground.tab.id}},),
    )


def _names(ground: Ground, structure: Structure) -> Iterator[Part]:
    row, places = ground.header.row_number, ground.header.columns
    spans = {TABLE_NAME: area(ground.tab.id, (row - 1, None), (0, table_width(ground)))}
    for name, key in NAMES.items():
        if key in places:
            spans[name] = area(ground.tab.id, (row, None), (places[key], places[key] + 1))
    known = (n.removeprefix(NAME_PREFIX) for n in ground.before if n.startswith(NAME_PREFIX))
    for name in dict.fromkeys([*spans, *known]):
        yield _name(ground, structure, name, spans.get(name))


def _name(ground: Ground, structure: Structure, name: str, span: Json | None) -> Part:
    id_ = f"sheetsync{fixed_id('name', ground.tab.id, name)}"
    ours = next((n for n in structure.named_ranges if n.get("namedRangeId") == id_), None)
    others = [n.get("name", "").casefold() for n in structure.named_ranges if n is not ours]
    taken = name.casefold() in others
    range_: Json = {"namedRangeId": id_, "name": name, "range": span or {}}
    put: Json = {"addNamedRange": {"namedRange": range_}}
    if ours is not None:
        put = {"updateNamedRange": {"namedRange": range_, "fields": "name,range"}}
    found = FOREIGN if taken else ""
    if ours is not None:
        found = ground.before.get(NAME_PREFIX + name, FOREIGN)
    first = span.get("startRowIndex", 0) if span else 0
    return Part(
        name=NAME_PREFIX + name,
        wanted=digest(span) if span else "",
        found=found,
        put=(put,),
        take_back=({"deleteNamedRange": {"namedRangeId": id_}},),
        short=ours is not None and not reaches(ours.get("range", {}), ground.tab, first),
    )
