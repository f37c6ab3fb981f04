"""Everything of a book that names cells by their place, and how it follows when the cells go elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.sheets_server.areas import bounds, with_bounds
from tests.sheets_server.model import Book, Json, Sheet
from tests.sheets_server.references import after_shift
from tests.sheets_server.spans import Shift, shifted

RangeMap = Callable[[Json], Json | None]
"""Gives a GridRange's new place, None where nothing of it is left."""

_FORMULA_RULES: Final = ("CUSTOM_FORMULA", "ONE_OF_RANGE")


def shift_decorations(book: Book, sheet: Sheet, dimension: str, shift: Shift) -> None:
    """Let all that decorates or names cells of `sheet` follow lines that were shifted."""

    def follow(found: Json) -> Json | None:
        now = shifted(shift, *bounds(found, dimension))
        return None if now is None else with_bounds(found, dimension, *now)

    _follow_named(book, sheet, follow)
    _follow_ranges(sheet, follow)
    _follow_rules(book, sheet, dimension, shift, follow)
    _follow_charts(book, sheet, dimension, shift, follow)
    if dimension == "COLUMNS":
        sheet.filter_views = [_columns(view, shift) for view in sheet.filter_views]
        if sheet.basic_filter:
            sheet.basic_filter = _columns(sheet.basic_filter, shift)
    _follow_metadata(book, sheet, dimension, shift)


def _follow_named(book: Book, sheet: Sheet, follow: RangeMap) -> None:
    kept = []
    for named in book.named_ranges:
        if (named["range"].get("sheetId") or 0) != sheet.id:
            kept.append(named)
        elif (now := follow(named["range"])) is not None:
            kept.append(named if now == named["range"] else named | {"range": now})
    book.named_ranges = kept


def _follow_ranges(sheet: Sheet, follow: RangeMap) -> None:
    """Merges, protected and banded ranges, filters."""
    merges = [follow(found) for found in sheet.merges]
    sheet.merges = [found for found in merges if found and cells_in(found) > 1]
    sheet.protected_ranges = [
        _unprotected(found, follow) for found in _kept(sheet.protected_ranges, follow)
    ]
    sheet.banded_ranges = _kept(sheet.banded_ranges, follow)
    sheet.filter_views = _kept(sheet.filter_views, follow)
    basic = _kept([sheet.basic_filter], follow) if sheet.basic_filter else []
    sheet.basic_filter = basic[0] if basic else None


def cells_in(found: Json) -> int:
    """How many cells a bounded GridRange has."""
    (top, bottom), (left, right) = bounds(found, "ROWS"), bounds(found, "COLUMNS")
    return ((bottom or 0) - (top or 0)) * ((right or 0) - (left or 0))


def _kept(things: list[Json], follow: RangeMap) -> list[Json]:
    """The things whose `range` is still there; one without a range is kept as it is."""
    kept = []
    for thing in things:
        if "range" not in thing:
            kept.append(thing)
        elif (now := follow(thing["range"])) is not None:
            kept.append(thing if now == thing["range"] else thing | {"range": now})
    return kept


def _unprotected(found: Json, follow: RangeMap) -> Json:
    if not found.get("unprotectedRanges"):
        return found
    return found | {"unprotectedRanges": [r for r in map(follow, found["unprotectedRanges"]) if r]}


def _follow_rules(book: Book, sheet: Sheet, dimension: str, shift: Shift, follow: RangeMap) -> None:
    """Conditional formats: those of this sheet move, formulas of all sheets refer to the new places."""
    for other in book.sheets:
        kept = []
        for rule in other.conditional_formats:
            ranges = rule["ranges"]
            if other is sheet:
                ranges = [now for now in map(follow, ranges) if now is not None]
            if not ranges:
                continue
            old = bounds(rule["ranges"][0], dimension)[0] or 0
            new = bounds(ranges[0], dimension)[0] or 0

            def rewrite(
                formula: str, old: int = old, new: int = new, own: str = other.title
            ) -> str:
                anchor = (old, new) if own == sheet.title else None
                return after_shift(formula, own, sheet.title, dimension, shift, anchor=anchor)

            kept.append(with_formulas(rule | {"ranges": ranges}, rewrite))
        other.conditional_formats = kept


def with_formulas(rule: Json, rewrite: Callable[[str], str]) -> Json:
    """A conditional format with the formulas of its condition rewritten."""
    boolean = rule.get("booleanRule")
    condition = boolean.get("condition") if boolean else None
    if not boolean or not condition or not condition.get("values"):
        return rule
    return rule | {"booleanRule": boolean | {"condition": condition_with(condition, rewrite)}}


def condition_with(condition: Json, rewrite: Callable[[str], str]) -> Json:
    """A condition with each value that is a formula rewritten; the same object where nothing changes."""
    values = condition.get("values") or []
    now = [
        value | {"userEnteredValue": rewrite(value["userEnteredValue"])}
        if str(value.get("userEnteredValue", "")).startswith("=")
        else value
        for value in values
    ]
    return condition if now == values else condition | {"values": now}


def rewrite_formulas(sheet: Sheet, rewrite: Callable[[str], str]) -> None:
    """Rewrite the formulas in a sheet's cells, and those that their validation refers with."""
    for number, row in enumerate(sheet.rows):
        fresh: list[Json | None] | None = None
        for place, cell in enumerate(row):
            if cell is None or not (
                "formulaValue" in cell.get("userEnteredValue", ()) or "dataValidation" in cell
            ):
                continue
            now = _cell_with(cell, rewrite)
            if now is not cell:
                fresh = fresh or list(row)
                fresh[place] = now
        if fresh is not None:
            sheet.rows[number] = fresh


def _cell_with(cell: Json, rewrite: Callable[[str], str]) -> Json:
    typed = cell.get("userEnteredValue")
    if typed and "formulaValue" in typed:
        now = rewrite(typed["formulaValue"])
        if now != typed["formulaValue"]:
            cell = cell | {"userEnteredValue": {"formulaValue": now}}
    validation = cell.get("dataValidation")
    if validation and validation["condition"]["type"] in _FORMULA_RULES:
        condition = condition_with(validation["condition"], rewrite)
        if condition is not validation["condition"]:
            cell = cell | {"dataValidation": validation | {"condition": condition}}
    return cell


def _follow_charts(
    book: Book, sheet: Sheet, dimension: str, shift: Shift, follow: RangeMap
) -> None:
    name = "rowIndex" if dimension == "ROWS" else "columnIndex"
    for other in book.sheets:
        if other.charts:
            other.charts = [with_sources(chart, sheet.id, follow) for chart in other.charts]
    sheet.charts = [_anchored(chart, name, shift) for chart in sheet.charts]


def with_sources(found: Any, sheet_id: int, follow: RangeMap) -> Any:
    """A chart with each source range on that sheet at its new place; sources that are gone are left out."""
    if isinstance(found, list):
        return [with_sources(item, sheet_id, follow) for item in found]
    if not isinstance(found, dict):
        return found
    if "sources" in found:
        there = [
            follow(item) if (item.get("sheetId") or 0) == sheet_id else item
            for item in found["sources"]
        ]
        return found | {"sources": [item for item in there if item is not None]}
    return {name: with_sources(value, sheet_id, follow) for name, value in found.items()}


def _anchored(chart: Json, name: str, shift: Shift) -> Json:
    """The chart goes with the cell it is pinned to, or with the next one where that was deleted."""
    overlay = chart["position"]["overlayPosition"]
    anchor = overlay.get("anchorCell", {})
    now = shift.index(anchor.get(name, 0))
    if now is None:
        now = getattr(shift, "start", 0)
    moved = {k: v for k, v in (anchor | {name: now}).items() if v}
    return chart | {"position": {"overlayPosition": overlay | {"anchorCell": moved}}}


def _columns(found: Json, shift: Shift) -> Json:
    """A filter whose criteria and sort orders name columns by index."""
    now = dict(found)
    for list_name, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if found.get(list_name):
            moved = [(spec, shift.index(spec.get(key, 0))) for spec in found[list_name]]
            now[list_name] = [spec | {key: to} for spec, to in moved if to is not None]
    if found.get("criteria"):
        places = [(shift.index(int(c)), rule) for c, rule in found["criteria"].items()]
        now["criteria"] = {str(place): rule for place, rule in places if place is not None}
    return now


def _follow_metadata(book: Book, sheet: Sheet, dimension: str, shift: Shift) -> None:
    kept = []
    for entry in book.metadata:
        if entry.sheet_id == sheet.id and entry.dimension == dimension:
            now = shift.span(entry.start, entry.end)
            if now is None:
                continue
            entry.start, entry.end = now
        kept.append(entry)
    book.metadata = kept
