"""The facts of the workbook part: its sheets in order, date system, defined names.

Found by namespace and relationship, so a Strict workbook or one with prefixes reads like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from sheetsync.domain.model import DateSystem, Marker
from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.markup import MAIN, STRICT, Element, damaged

SheetState: TypeAlias = Literal["visible", "hidden", "veryHidden"]

MARKER_UUID: Final = "_sheetsync_uuid"
MARKER_EPOCH: Final = "_sheetsync_epoch"
MARKER_SEQ: Final = "_sheetsync_seq"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFact:
    """One sheet as the workbook lists it; `kind` is worksheet, chartsheet, dialogsheet ..."""

    name: str
    sheet_id: int
    relation: str
    part: str
    state: SheetState
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedName:
    """A defined name; `sheet` is the position of the tab it belongs to, None for the workbook."""

    name: str
    text: str
    sheet: int | None
    hidden: bool

    @property
    def constant(self) -> str:
        """The text of a constant: `"abc"` and `3` without quotes."""
        text = self.text.removeprefix("=").strip()
        quoted = len(text) >= 2 and text[0] == text[-1] == '"'
        return text[1:-1].replace('""', '"') if quoted else text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkbookFacts:
    """What the workbook part says. `root` and `data` are for a patch of that part."""

    part: str
    data: bytes
    root: Element
    sheets: tuple[SheetFact, ...]
    names: tuple[DefinedName, ...]
    date_system: DateSystem

    @property
    def strict(self) -> bool:
        """Whether the workbook is Strict Open XML."""
        return self.root.namespace == STRICT

    def sheet(self, name: str) -> SheetFact | None:
        """The sheet of that name; Excel compares titles without regard to case."""
        exact = next((s for s in self.sheets if s.name == name), None)
        folded = name.casefold().strip()
        return exact or next((s for s in self.sheets if s.name.casefold() == folded), None)

    def constant(self, name: str) -> str:
        """The constant behind a workbook-wide defined name, "" when there is none."""
        wanted = name.casefold()
        found = (n for n in self.names if n.name.casefold() == wanted and n.sheet is None)
        return next((n.constant for n in found), "")

    @property
    def marker(self) -> Marker | None:
        """The tracker's identity as the last write left it; None when unmarked."""
        uuid = self.constant(MARKER_UUID)
        epoch, seq = self.constant(MARKER_EPOCH), self.constant(MARKER_SEQ)
        if not (uuid and epoch.isdecimal() and seq.isdecimal()):
            return None
        return Marker(uuid=uuid, epoch=int(epoch[:18]), seq=int(seq[:18]))


def read_workbook(data: bytes, part: str, targets: Mapping[str, tuple[str, str]]) -> WorkbookFacts:
    """Parse the workbook part; `targets` maps relationship ids to (kind, part name)."""
    root = markup.tree(data, part)
    if root.name != "workbook" or root.namespace not in MAIN:
        raise damaged(part, "a workbook was expected, but this is none")
    properties, listed = root.first("workbookPr"), root.first("sheets")
    sheets = tuple(_sheet(e, targets, part) for e in listed.all("sheet")) if listed else ()
    if len({s.name.casefold() for s in sheets}) != len(sheets):
        raise damaged(part, "two of its tabs have the same title")
    names = root.first("definedNames")
    is_1904 = properties is not None and truthy(properties.attributes.get("date1904"))
    return WorkbookFacts(
        part=part,
        data=data,
        root=root,
        sheets=sheets,
        names=tuple(map(_name, names.all("definedName"))) if names else (),
        date_system=1904 if is_1904 else 1900,
    )


def truthy(text: str | None) -> bool:
    """An XML boolean: `1`, `true` and (met in the wild) `on` are true, absent is false."""
    return text is not None and text.strip().lower() in ("1", "true", "on")


def _sheet(element: Element, targets: Mapping[str, tuple[str, str]], part: str) -> SheetFact:
    attributes = element.attributes
    relation = element.linked("id")
    name, number = attributes.get("name", ""), attributes.get("sheetId", "")
    if relation not in targets or not name or not number.isdecimal():
        raise damaged(part, f"the tab {name!r} is listed without its content")
    kind, target = targets[relation]
    state = attributes.get("state", "visible")
    if state not in ("visible", "hidden", "veryHidden"):
        raise damaged(part, f"the tab {name!r} has an unknown state")
    return SheetFact(
        name=name,
        sheet_id=int(number[:10]),
        relation=relation,
        part=target,
        state=cast("SheetState", state),
        kind=kind,
    )


def _name(element: Element) -> DefinedName:
    attributes = element.attributes
    place = attributes.get("localSheetId", "")
    return DefinedName(
        name=attributes.get("name", ""),
        text=element.text,
        sheet=int(place[:6]) if place.isdecimal() else None,
        hidden=truthy(attributes.get("hidden")),
    )
