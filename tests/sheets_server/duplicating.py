"""A second tab like the first: its ranges name the new tab, its decorations have ids of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from tests.sheets_server.model import Book, Json, Metadata, Sheet

_RANGES: Final = ("range", "ranges", "sources", "unprotectedRanges", "anchorCell")
_WITH_IDS: Final = {
    "protected_ranges": "protectedRangeId",
    "filter_views": "filterViewId",
    "banded_ranges": "bandedRangeId",
    "charts": "chartId",
}
_WITHOUT_IDS: Final = ("conditional_formats", "row_groups", "column_groups")


def duplicate(book: Book, source: Sheet, sheet_id: int, title: str) -> Sheet:
    """A copy of a tab, of this book or another one, for `book`; the caller puts it among its tabs."""
    twin = replace(source.copy(), id=sheet_id, title=title)
    twin.merges = [_retargeted(found, source.id, sheet_id) for found in source.merges]
    for shelf in (*_WITHOUT_IDS, *_WITH_IDS):
        setattr(twin, shelf, _inner(getattr(source, shelf), source.id, sheet_id))
    if source.basic_filter:
        twin.basic_filter = _inner(source.basic_filter, source.id, sheet_id)
    for shelf, name in _WITH_IDS.items():
        things = [
            thing | {name: book.fresh_id(_taken(book, shelf, name))}
            for thing in getattr(twin, shelf)
        ]
        setattr(twin, shelf, things)
    return twin


def duplicate_metadata(book: Book, entries: list[Metadata], source: Sheet, twin: Sheet) -> None:
    """Give the twin the metadata of its source, under ids of its own (believed of Google)."""
    for entry in [e for e in entries if e.sheet_id == source.id]:
        number = book.fresh_id(e.id for e in book.metadata)
        book.metadata.append(replace(entry, id=number, sheet_id=twin.id))


def _taken(book: Book, shelf: str, name: str) -> Iterator[int]:
    return (thing[name] for sheet in book.sheets for thing in getattr(sheet, shelf))


def _retargeted(found: Json, old: int, new: int) -> Json:
    """A range or a coordinate of the old tab, on the new one."""
    if (found.get("sheetId") or 0) != old:
        return found
    rest = {k: v for k, v in found.items() if k != "sheetId"}
    return ({"sheetId": new} if new else {}) | rest


def _inner(found: Any, old: int, new: int) -> Any:
    """Every range inside a decoration, on the new tab."""
    if isinstance(found, list):
        return [_inner(item, old, new) for item in found]
    if not isinstance(found, dict):
        return found
    kept: Json = {}
    for name, value in found.items():
        if name not in _RANGES:
            kept[name] = _inner(value, old, new)
        elif isinstance(value, list):
            kept[name] = [_retargeted(item, old, new) for item in value]
        else:
            kept[name] = _retargeted(value, old, new)
    return kept
