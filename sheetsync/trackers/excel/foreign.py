"""What hangs on a tab of ours that we did not put there: its presence forbids to write it anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheetsync.trackers.excel.markup import tree
from sheetsync.trackers.excel.package import Relationship
from sheetsync.trackers.excel.revision import Revision

_OURS: Final = {
    "sheet": frozenset({"drawing", "printerSettings"}),
    "drawing": frozenset({"chart"}),
    "chart": frozenset({"chartStyle", "chartColorStyle"}),
}
"""Relationships that may go with a replaced tab: our own, and what Excel adds on saving."""
_BELOW: Final = {"sheet": "drawing", "drawing": "chart", "chart": ""}

_WORDS: Final = {
    "comments": "a comment",
    "threadedComment": "a comment",
    "vmlDrawing": "a comment or a form control",
    "table": "a table",
    "pivotTable": "a pivot table",
    "hyperlink": "a link",
    "image": "a picture",
    "slicer": "a slicer",
    "timeline": "a timeline",
    "queryTable": "a data query",
    "oleObject": "an embedded object",
    "control": "a form control",
    "ctrlProp": "a form control",
    "chartUserShapes": "a shape in a chart",
    "customProperty": "a property",
}


def foreign_parts(revision: Revision, sheet: str, charts: int) -> list[str]:
    """In words what a person added to the tab in part `sheet`; `charts` is how many are ours."""
    found = [
        _WORDS.get(r.kind, f"a part ({r.kind})") for r in _unexpected(revision, sheet, "sheet")
    ]
    for drawing in (r for r in revision.relations(sheet) if r.kind == "drawing"):
        found += _in_drawing(revision, drawing.target, charts)
    return list(dict.fromkeys(found))


def parts_below(revision: Revision, sheet: str) -> tuple[str, ...]:
    """The parts that belong to the tab alone and go when it is replaced."""
    return tuple(dict.fromkeys(_below(revision, sheet)))


def _below(revision: Revision, part: str) -> Iterator[str]:
    for relation in revision.relations(part):
        if not relation.external and revision.has(relation.target):
            yield from _below(revision, relation.target)
            yield relation.target


def _unexpected(revision: Revision, part: str, level: str) -> Iterator[Relationship]:
    for relation in revision.relations(part):
        if relation.kind not in _OURS[level] or relation.external:
            yield relation
        elif relation.kind == _BELOW[level]:
            yield from _unexpected(revision, relation.target, relation.kind)


def _in_drawing(revision: Revision, part: str, charts: int) -> list[str]:
    root = tree(revision.read(part), part)
    contents = [
        child.name
        for anchor in root.children
        for child in anchor.children
        if child.name not in ("from", "to", "pos", "ext", "clientData")
    ]
    found = []
    if any(name != "graphicFrame" for name in contents):
        found.append("a shape or picture")
    if contents.count("graphicFrame") > charts:
        found.append("a chart")
    return found
