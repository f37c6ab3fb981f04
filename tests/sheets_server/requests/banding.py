"""Alternating colours: addBanding, updateBanding, deleteBanding."""

from __future__ import annotations

from tests.sheets_server.areas import Area, area_of
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json, invalid
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import merged, tree, with_twins
from tests.sheets_server.requests.things import found_in, new_id, replaced

_SHELF, _ID = "banded_ranges", "bandedRangeId"


@kind("addBanding")
def add_banding(book: Book, body: Json) -> Json:
    """Give a range alternating colours; it must not touch another one that has them."""
    given = body.get("bandedRange") or {}
    area, kept = _settled(book, given, None)
    kept[_ID] = new_id(book, _SHELF, _ID, given.get(_ID))
    area.sheet.banded_ranges.append(kept)
    return {"bandedRange": kept}


def _settled(book: Book, given: Json, own: int | None) -> tuple[Area, Json]:
    area, kept = area_of(book, given.get("range")), settled(given)
    properties = [kept[name] for name in ("rowProperties", "columnProperties") if kept.get(name)]
    if not properties:
        raise invalid("A banded range must have rowProperties or columnProperties.")
    if any(not {"firstBandColor", "secondBandColor"} <= set(found) for found in properties):
        raise invalid("firstBandColor and secondBandColor must be specified.")
    for other in area.sheet.banded_ranges:
        if other[_ID] != own and area.meets(area_of(book, other["range"])):
            raise invalid(
                "You cannot add alternating background colors to a range that already has "
                "alternating background colors."
            )
    return area, kept | {"range": area.json()}


@kind("updateBanding")
def update_banding(book: Book, body: Json) -> None:
    """Change what the mask names of a banded range."""
    given = body.get("bandedRange") or {}
    mask = with_twins(tree(body.get("fields"), "BandedRange"), "BandedRange")
    sheet, place = found_in(book, _SHELF, _ID, given.get(_ID))
    mask.pop(_ID, None)
    changed = merged(sheet.banded_ranges[place], settled(given), mask)
    area, kept = _settled(book, changed, given[_ID])
    if area.sheet is not sheet:
        raise invalid("A banded range cannot move to another sheet.")
    replaced(sheet, _SHELF, place, kept)


@kind("deleteBanding")
def delete_banding(book: Book, body: Json) -> None:
    """Take the alternating colours away."""
    sheet, place = found_in(book, _SHELF, _ID, body.get(_ID))
    del sheet.banded_ranges[place]
