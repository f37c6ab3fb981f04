"""Move a drawn tab into the tracker's workbook: sheet, drawing and charts, nothing else.

Texts become inline strings, styles are appended to the workbook's own, parts get unused numbers. A
tab is replaced only when it is proven ours and carries nothing that a person added.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sheetsync.domain.model import CellValue
from sheetsync.domain.tabs import Tab
from sheetsync.trackers.excel import workbook_edits as edits
from sheetsync.trackers.excel.cells import cell_text
from sheetsync.trackers.excel.foreign import foreign_parts, parts_below
from sheetsync.trackers.excel.own_tabs import draw, title_problem
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.revision import Revision, relations_part
from sheetsync.trackers.excel.scanner import scan
from sheetsync.trackers.excel.splices import (
    Splice,
    apply,
    escape_text,
    without_attribute,
    writable_tree,
)
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.stylesheet import Stylesheet
from sheetsync.trackers.excel.values import Values
from sheetsync.trackers.excel.workbook import WorkbookFacts, read_workbook
from sheetsync.trackers.matching import same

TAB_NAME: Final = "_sheetsync_tab"
"""The hidden defined name, local to each tab of ours, that proves it."""

Published: TypeAlias = Literal["added", "replaced", "same"]

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument"
_SHEET_TYPE: Final = f"{_TYPES}.spreadsheetml.worksheet+xml"
_DRAWING_TYPE: Final = f"{_TYPES}.drawing+xml"
_CHART_TYPE: Final = f"{_TYPES}.drawingml.chart+xml"
_TO_STRICT: Final = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "spreadsheetml/main"),
    (_OFFICE, "officeDocument/relationships"),
    ("http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
     "drawingml/spreadsheetDrawing"),
    ("http://schemas.openxmlformats.org/drawingml/2006/chart", "drawingml/chart"),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "drawingml/main"),
)  # fmt: skip
_TEXT_CELL: Final = re.compile(rb'<c (r="[A-Z]+[0-9]+"(?: s="[0-9]+")?) t="s"><v>([0-9]+)</v></c>')
_STYLED: Final = re.compile(rb'(<c r="[A-Z]+[0-9]+") s="([0-9]+)"')


class TabRefused(Exception):
    """The tab is not written; the message says why, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What the hidden name of a tab of ours tells: whose it is, what was drawn, how many charts."""

    uuid: str
    content: str
    charts: int

    @classmethod
    def read(cls, text: str) -> _Mark | None:
        words = text.strip().removeprefix('"').removesuffix('"').rsplit(" ", 2)
        if len(words) != 3 or not words[2].isdecimal():
            return None
        return cls(uuid=words[0], content=words[1], charts=int(words[2]))

    @property
    def text(self) -> str:
        return f'"{self.uuid} {self.content} {self.charts}"'


def publish_tab(
    revision: Revision, styles: Stylesheet, tab: Tab, uuid: str, strings: Sequence[str] = ()
) -> Published:
    """Put `tab` into the revision: added last, exchanged in its place, or left when it is the same.

    `uuid` is the tracker's; `strings` are the workbook's shared ones, for comparing. Styles are
    appended to `styles`, whose part the caller writes. Raises TabRefused.
    """
    if problem := title_problem(tab.title):
        raise TabRefused(f"The tab {tab.title!r} was not written: {problem}.")
    facts = current_facts(revision)
    drawn = draw(tab, facts.date_system)
    mark = _Mark(uuid=uuid, content=hashlib.sha256(drawn).hexdigest()[:32], charts=len(tab.charts))
    known = facts.sheet(tab.title)
    with Package(drawn, tab.title) as scratch:
        if known is None:
            _add(revision, facts, scratch, styles, tab.title)
            position = len(facts.sheets)
        else:
            position = facts.sheets.index(known)
            old = _proven(revision, facts, position, uuid)
            if old.content == mark.content and _intact(
                revision, facts, known.part, scratch, strings
            ):
                return "same"
            _refuse_foreign(revision, known.part, tab.title, old.charts)
            for part in parts_below(revision, known.part):
                revision.remove(part)
            if revision.has(relations_part(known.part)):
                revision.remove(relations_part(known.part))
            _fill(revision, facts, scratch, styles, known.part)
    workbook = edits.set_constant(revision.read(facts.part), TAB_NAME, mark.text, position)
    revision.put(facts.part, workbook)
    return "added" if known is None else "replaced"


def current_facts(revision: Revision) -> WorkbookFacts:
    """The facts of the workbook as the revision has it now."""
    part = revision.package.main_part
    targets = {r.id: (r.kind, r.target) for r in revision.relations(part) if not r.external}
    return read_workbook(revision.read(part), part, targets)


def _proven(revision: Revision, facts: WorkbookFacts, position: int, uuid: str) -> _Mark:
    title = facts.sheets[position].name
    text = edits.name_text(revision.read(facts.part), TAB_NAME, position)
    mark = _Mark.read(text)
    if mark is None:
        raise TabRefused(
            f"The tab {title!r} is staff's own, so it was not written over. "
            "Give it another title; the worker then adds its own."
        )
    if mark.uuid != uuid:
        raise TabRefused(
            f"The tab {title!r} was made by another sheetsync, so it was not written over. "
            "Delete it, or give it another title."
        )
    return mark


def _refuse_foreign(revision: Revision, part: str, title: str, charts: int) -> None:
    found = foreign_parts(revision, part, charts)
    if found:
        raise TabRefused(
            f"The tab {title!r} carries {' and '.join(found)} that a person added, so it was not "
            "written over. Move what you need to a tab of your own and delete it here."
        )


def _intact(
    revision: Revision, facts: WorkbookFacts, part: str, scratch: Package, strings: Sequence[str]
) -> bool:
    """Whether the tab still shows what was drawn: nobody typed over it."""
    new_part = scratch.workbook().sheets[0].part
    new = Values(read_strings(scratch), facts.date_system, "")
    old = Values(strings, facts.date_system, "")
    drawn = _shown(scratch.read(new_part), new)
    there = _shown(revision.read(part), old)
    return drawn.keys() == there.keys() and all(same(drawn[k], there[k]) for k in drawn)


def _shown(data: bytes, values: Values) -> dict[tuple[int, int], CellValue]:
    out: dict[tuple[int, int], CellValue] = {}
    for row in scan(data).rows:
        for cell in row.cells:
            value = values.value(
                cell.type, cell.raw, row.number, cell.column, formula=cell.formula is not None
            )
            if value is not None:
                out[row.number, cell.column] = value
    return out


def _add(
    revision: Revision, facts: WorkbookFacts, scratch: Package, styles: Stylesheet, title: str
) -> None:
    part = revision.unused(posixpath.join(posixpath.dirname(facts.part), "worksheets/sheet{}.xml"))
    _fill(revision, facts, scratch, styles, part)
    relation = revision.relate(facts.part, _kind("worksheet", strict=facts.strict), part)
    revision.put(facts.part, edits.append_sheet(revision.read(facts.part), title, relation)[0])
    for properties in (r.target for r in revision.relations("") if r.kind == "extended-properties"):
        if revision.has(properties):
            worksheets = sum(sheet.kind == "worksheet" for sheet in facts.sheets)
            revision.put(properties, edits.app_titles(revision.read(properties), title, worksheets))


def _fill(
    revision: Revision, facts: WorkbookFacts, scratch: Package, styles: Stylesheet, part: str
) -> None:
    """Write sheet, drawing and charts of the scratch workbook as parts of the revision."""
    folder, strict = posixpath.dirname(facts.part), facts.strict
    sheet = scratch.workbook().sheets[0].part
    content = _sheet_content(scratch, sheet, styles, first=not facts.sheets)
    for drawing in scratch.related(sheet, "drawing"):
        target = revision.unused(posixpath.join(folder, "drawings/drawing{}.xml"))
        drawn = scratch.read(drawing)
        revision.put(target, _spelled(drawn, strict=strict))
        revision.declare(target, _DRAWING_TYPE)
        # Relationship ids are given from rId1 on, in XlsxWriter as in a fresh part of ours.
        for chart in scratch.related(drawing, "chart"):
            chart_part = revision.unused(posixpath.join(folder, "charts/chart{}.xml"))
            revision.put(chart_part, _spelled(scratch.read(chart), strict=strict))
            revision.declare(chart_part, _CHART_TYPE)
            revision.relate(target, _kind("chart", strict=strict), chart_part)
        revision.relate(part, _kind("drawing", strict=strict), target)
    revision.put(part, _spelled(content, strict=strict))
    revision.declare(part, _SHEET_TYPE)


def _sheet_content(scratch: Package, sheet: str, styles: Stylesheet, *, first: bool) -> bytes:
    """The sheet part with inline strings and the workbook's own style numbers."""
    strings = read_strings(scratch)
    mapped = _style_map(scratch, styles)
    data = scratch.read(sheet)
    data = _TEXT_CELL.sub(lambda m: _inline(m[1], strings[int(m[2])]), data)
    data = _STYLED.sub(lambda m: b'%s s="%d"' % (m[1], mapped[int(m[2])]), data)
    return data if first else _not_selected(data)


def _inline(head: bytes, text: str) -> bytes:
    content = escape_text(cell_text(text)).encode()
    return b'<c %s t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (head, content)


def _not_selected(data: bytes) -> bytes:
    start = data.index(b"<sheetView ")
    end = data.index(b">", start) + 1
    return apply(data, [Splice(start, end, without_attribute(data[start:end], "tabSelected"))])


def _style_map(scratch: Package, styles: Stylesheet) -> list[int]:
    """For each cell format of the scratch workbook its number in the tracker's."""
    part = scratch.related(scratch.workbook().part, "styles")[0]
    data = scratch.read(part)
    root = writable_tree(data, part)
    raw = {
        name: [data[e.start : e.end] for e in holder.children]
        for name in ("fonts", "fills", "borders")
        if (holder := root.first(name))
    }
    formats = root.first("numFmts")
    codes = {
        e.attributes["numFmtId"]: e.attributes["formatCode"]
        for e in (formats.children if formats else ())
    }
    cells = root.first("cellXfs")
    out = []
    for xf in cells.children if cells else ():
        element = data[xf.start : xf.end].decode()
        for attribute, section in (
            ("fontId", "fonts"),
            ("fillId", "fills"),
            ("borderId", "borders"),
        ):
            place = styles.add(section, raw[section][int(xf.attributes[attribute])])
            element = _renumber(element, attribute, str(place))
        if (code := codes.get(xf.attributes["numFmtId"])) is not None:
            element = _renumber(element, "numFmtId", styles.number_format(code))
        out.append(styles.add("cellXfs", element.encode()))
    return out


def _renumber(element: str, attribute: str, number: str) -> str:
    return re.sub(f'{attribute}="[0-9]+"', f'{attribute}="{number}"', element, count=1)


def _kind(word: str, *, strict: bool) -> str:
    base = "http://purl.oclc.org/ooxml/officeDocument/relationships" if strict else _OFFICE
    return f"{base}/{word}"


def _spelled(content: bytes, *, strict: bool) -> bytes:
    """The part in the namespaces of the workbook it goes into."""
    if not strict:
        return content
    for transitional, word in _TO_STRICT:
        new = f'"http://purl.oclc.org/ooxml/{word}"'.encode()
        content = content.replace(f'"{transitional}"'.encode(), new)
    return content
