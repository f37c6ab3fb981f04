"""The basic filter of a tab and its filter views. A basic filter that sorts really sorts its rows."""

from __future__ import annotations

from tests.sheets_server.areas import Area, area_of, sheet_of
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import merged, tree
from tests.sheets_server.requests.sorting import sort_area
from tests.sheets_server.requests.things import found_in, new_id, replaced

_SHELF, _ID = "filter_views", "filterViewId"


@kind("setBasicFilter")
def set_basic_filter(book: Book, body: Json) -> None:
    """Filter a tab for everybody, in place of the filter it has."""
    area, kept = _settled(book, body.get("filter") or {})
    area.sheet.basic_filter = kept
    if kept.get("sortSpecs") and area.bottom - area.top > 1:
        below = Area(area.sheet, area.top + 1, area.bottom, area.left, area.right)
        sort_area(book, below, kept["sortSpecs"])


@kind("clearBasicFilter")
def clear_basic_filter(book: Book, body: Json) -> None:
    """Take the basic filter away."""
    sheet_of(book, body).basic_filter = None


def _settled(book: Book, given: Json) -> tuple[Area, Json]:
    """A filter with all four bounds, and its criteria written both ways."""
    if given.get("namedRangeId") or given.get("tableId"):
        raise unsupported("filters by a named range or a table")
    area, kept = area_of(book, given.get("range")), settled(given)
    kept["range"] = area.json()
    specs = kept.pop("filterSpecs", None)
    if specs is None:
        specs = [
            {"filterCriteria": rule, "columnIndex": int(column)}
            for column, rule in (kept.get("criteria") or {}).items()
        ]
    kept.pop("criteria", None)
    for spec in [
        *specs,
        *({"columnIndex": s.get("dimensionIndex")} for s in kept.get("sortSpecs", [])),
    ]:
        column = spec.get("columnIndex") or 0
        if not area.left <= column < area.right:
            raise invalid(f"The column {column} of a filter must lie within its range.")
    if specs:
        kept["filterSpecs"] = specs
        kept["criteria"] = {
            str(spec.get("columnIndex") or 0): spec.get("filterCriteria", {}) for spec in specs
        }
    return area, kept


@kind("addFilterView")
def add_filter_view(book: Book, body: Json) -> Json:
    """Add a view of a range that one person at a time looks through."""
    given = body.get("filter") or {}
    area, kept = _settled(book, given)
    kept[_ID] = new_id(book, _SHELF, _ID, given.get(_ID))
    kept.setdefault("title", _free_title(area.sheet))
    _check_title(area.sheet, kept)
    area.sheet.filter_views.append(kept)
    return {"filter": kept}


def _free_title(sheet: Sheet) -> str:
    number, taken = 1, {view["title"] for view in sheet.filter_views}
    while f"Filter {number}" in taken:
        number += 1
    return f"Filter {number}"


def _check_title(sheet: Sheet, kept: Json) -> None:
    for view in sheet.filter_views:
        if view["title"] == kept["title"] and view[_ID] != kept[_ID]:
            raise invalid(f'A filter view with the name "{kept["title"]}" already exists.')


@kind("updateFilterView")
def update_filter_view(book: Book, body: Json) -> None:
    """Change what the mask names of a filter view."""
    given = body.get("filter") or {}
    mask = dict(tree(body.get("fields"), "FilterView"))
    sheet, place = found_in(book, _SHELF, _ID, given.get(_ID))
    mask.pop(_ID, None)
    if {"filterSpecs", "criteria"} & set(mask):
        mask |= {"filterSpecs": {}, "criteria": {}}
    area, kept = _settled(book, merged(sheet.filter_views[place], given, mask))
    if area.sheet is not sheet:
        raise invalid("A filter view cannot move to another sheet.")
    if not kept.get("title"):
        raise invalid("The title of a filter view cannot be empty.")
    _check_title(sheet, kept)
    replaced(sheet, _SHELF, place, kept)


@kind("duplicateFilterView")
def duplicate_filter_view(book: Book, body: Json) -> Json:
    """Add a second view like the one named."""
    sheet, place = found_in(book, _SHELF, _ID, body.get("filterId"))
    view = sheet.filter_views[place]
    twin = view | {_ID: new_id(book, _SHELF, _ID, None), "title": f"Copy of {view['title']}"}
    _check_title(sheet, twin)
    sheet.filter_views.append(twin)
    return {"filter": twin}


@kind("deleteFilterView")
def delete_filter_view(book: Book, body: Json) -> None:
    """Take a filter view away."""
    sheet, place = found_in(book, _SHELF, _ID, body.get("filterId"))
    del sheet.filter_views[place]
