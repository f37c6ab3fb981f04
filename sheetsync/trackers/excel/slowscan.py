"""The slow path of the scanner: plain expat over every element, and the oracle of the fast one.

Rows and cells are matched by namespace, never by prefix: `<xdr:row>` of a drawing anchor is no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.grid import (
    CellScan,
    FormulaArea,
    FormulaKind,
    RowScan,
    Scan,
    cell_column,
    formula_kind,
    parse_area,
    row_number,
    style_index,
)
from sheetsync.trackers.excel.markup import EXCEL_2006, MAIN, Element, damaged


class EnoughRows(Exception):
    """Raised inside a scan that was asked for the first rows only."""


class SlowScanner:
    """The handlers of the slow path: every element of a sheet part, by namespace and depth."""

    def __init__(
        self,
        scan: Scan,
        part: str,
        *,
        rows: Collection[int] | None = None,
        spans: bool = False,
        places: bool = True,
        until: int = 0,
        gap: tuple[int, int] = (0, 0),
        sink: Callable[[RowScan], None] | None = None,
    ) -> None:
        """Scan into `scan`.

        `places` False: no byte spans at all, for a part that is not held in `scan.data`. `until`
        stops with EnoughRows behind that row number. `gap` (offset, length) names bytes of
        `scan.data` that are left out when feeding. `sink` takes the rows instead of `scan.rows`.
        """
        self.scan, self.part, self.wanted, self.until = scan, part, rows, until
        self.places = places and scan.utf8
        self.spans = spans and self.places
        self.gap_at, self.gap_length = gap
        self.sink = sink or scan.rows.append
        self.data_name = self.row_name = ""
        self.parser = markup.new_parser(part)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.stack: list[str] = []
        self.opened: list[Element | None] = []
        self.row: RowScan | None = None
        self.row_number = self.column = 0
        self.cell_attributes: dict[str, str] = {}
        self.cell_start = -1
        self.formula: FormulaKind | None = None
        self.raw: list[str] | None = None
        self.inline: list[str] | None = None
        self.collect: list[str] | None = None

    # Elements -------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens (expat handler)."""
        depth = len(self.stack)
        self.stack.append(name)
        namespace, _, local = name.rpartition(" ")
        if depth == 0:
            self._start_root(namespace, local, attributes)
        elif depth == 1:
            self._keep(self._top(namespace, local, attributes))
        elif namespace == EXCEL_2006 and local == "sqref":
            element = self._element(namespace, local, attributes)
            self.scan.sqrefs.append(element)
            self._keep(element)
            self.collect = []
        elif namespace != self.scan.namespace:
            self._keep(None)
        elif self.stack[1] == self.data_name:
            self._keep(None)
            self._start_in_data(depth, local, attributes)
        else:
            self._keep(self._second(depth, local, attributes))

    def end(self, name: str) -> None:
        """An element closes (expat handler)."""
        self.stack.pop()
        depth = len(self.stack)
        element = self.opened.pop()
        if element is not None:
            self._close(element)
        elif depth > 1 and self.stack[1] == self.data_name:
            namespace, _, local = name.rpartition(" ")
            if namespace == self.scan.namespace:
                self._end_in_data(depth, local)

    def text(self, text: str) -> None:
        """Text between tags (expat handler)."""
        if self.collect is not None:
            self.collect.append(text)

    def _here(self) -> int:
        index = self.parser.CurrentByteIndex
        return index if index < self.gap_at else index + self.gap_length

    def _keep(self, element: Element | None) -> None:
        self.opened.append(element)

    def _element(self, namespace: str, local: str, attributes: dict[str, str]) -> Element:
        element = Element(namespace, local, attributes)
        element.start = self._here() if self.places else -1
        return element

    def _close(self, element: Element) -> None:
        if self.collect is not None and element.name == "sqref":
            element.text, self.collect = "".join(self.collect), None
        if self.places:
            element.open_end, element.close_start, element.end = markup.element_span(
                self.scan.data, element.start, self._here()
            )

    def _start_root(self, namespace: str, local: str, attributes: dict[str, str]) -> None:
        if local != "worksheet" or namespace not in MAIN:
            raise damaged(self.part, "a sheet was expected, but this is none")
        scan = self.scan
        scan.namespace = namespace
        self.data_name, self.row_name = f"{namespace} sheetData", f"{namespace} row"
        scan.root = self._element(namespace, local, attributes)
        if self.places:
            tag = scan.data[scan.root.start + 1 : scan.root.start + 80]
            head = re.match(rb"[^\s/>]+", tag)
            before, colon, _ = (head[0] if head else b"").partition(b":")
            scan.prefix = before + colon if colon else b""
        self._keep(scan.root)

    def _top(self, namespace: str, local: str, attributes: dict[str, str]) -> Element:
        element = self._element(namespace, local, attributes)
        scan = self.scan
        scan.children.append(element)
        if namespace != scan.namespace:
            return element
        match local:
            case "sheetData":
                if scan.sheet_data is not None:
                    raise damaged(self.part, "it holds the rows of a sheet twice")
                scan.sheet_data = element
            case "dimension":
                scan.dimension = element
            case "autoFilter":
                scan.auto_filter = element
            case "sheetProtection":
                scan.protection = element
            case "conditionalFormatting":
                scan.conditional_formats.append(element)
            case _:
                pass
        return element

    def _second(self, depth: int, local: str, attributes: dict[str, str]) -> Element | None:
        if depth != 2:
            return None
        scan, parent = self.scan, self.scan.children[-1].name
        match parent, local:
            case "cols", "col":
                element = self._element(scan.namespace, local, attributes)
                scan.columns.append(element)
                return element
            case "dataValidations", "dataValidation":
                element = self._element(scan.namespace, local, attributes)
                scan.validations.append(element)
                return element
            case "mergeCells", "mergeCell":
                area = parse_area(attributes.get("ref", ""))
                if area is None:
                    raise damaged(self.part, "a merged range has no readable place")
                scan.merges.append(area)
            case "tableParts", "tablePart":
                scan.table_parts.append(Element("", "", attributes).linked("id"))
            case _:
                pass
        return None

    # Rows and cells -------------------------------------------------------------------------

    def _start_in_data(self, depth: int, local: str, attributes: dict[str, str]) -> None:
        if depth == 2 and local == "row":
            self._start_row(attributes)
        elif depth == 3 and local == "c" and self.stack[2] == self.row_name:
            self._start_cell(attributes)
        elif depth == 4 and self.stack[3] == f"{self.scan.namespace} c":
            if local == "v":
                self.raw = self.collect = []
            elif local == "f":
                self._start_formula(attributes)
            elif local == "is":
                self.inline = []
        elif local == "t" and self._in_inline(depth):
            self.collect = self.inline

    def _in_inline(self, depth: int) -> bool:
        inside = self.stack[4:-1]
        space = self.scan.namespace
        return (depth == 5 and inside == [f"{space} is"]) or (
            depth == 6 and inside == [f"{space} is", f"{space} r"]
        )

    def _end_in_data(self, depth: int, local: str) -> None:
        if local in ("v", "t", "f"):
            self.collect = None
        elif depth == 3 and local == "c" and self.stack[2] == self.row_name:
            self._end_cell()
        elif depth == 2 and local == "row":
            self._end_row()

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = row_number(attributes.get("r"), self.row_number, self.part)
        if self.until and number > self.until:
            raise EnoughRows
        self.row_number, self.column = number, -1
        start = self._here() if self.spans else -1
        wanted = self.wanted is None or number in self.wanted
        self.row = RowScan(number, plain(attributes), [], start) if wanted else None
        self.scan.index.numbers.append(number)
        if self.spans:
            self.scan.index.starts.append(start)

    def _end_row(self) -> None:
        row = self.row
        if self.spans:
            start = self.scan.index.starts[-1]
            open_end, close_start, end = markup.element_span(self.scan.data, start, self._here())
            self.scan.index.ends.append(end)
            if row is not None:
                row = row._replace(open_end=open_end, close_start=close_start, end=end)
        if row is not None:
            self.sink(row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.column = cell_column(attributes.get("r"), self.row_number, self.column, self.part)
        self.cell_attributes = attributes
        self.cell_start = self._here() if self.spans else -1
        self.formula = self.raw = self.inline = None

    def _start_formula(self, attributes: dict[str, str]) -> None:
        self.formula = formula_kind(attributes)
        area = parse_area(attributes["ref"]) if "ref" in attributes else None
        if area is not None and self.formula != "plain":
            self.scan.formula_areas.append(
                FormulaArea(self.formula, area, self.row_number, self.column)
            )

    def _end_cell(self) -> None:
        if self.row is None:
            return
        attributes = self.cell_attributes
        kind = attributes.get("t", "n")
        pieces = self.inline if kind == "inlineStr" else self.raw
        end = -1
        if self.spans:
            index = self._here()
            end = markup.element_span(self.scan.data, self.cell_start, index)[2]
        self.row.cells.append(
            CellScan(
                self.column,
                kind,
                style_index(attributes.get("s"), self.part),
                self.formula,
                None if pieces is None else "".join(pieces),
                "cm" in attributes,
                self.cell_start,
                end,
            )
        )


def plain(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes without a namespace."""
    return {name: value for name, value in attributes.items() if " " not in name}


def scan_slow(
    data: bytes,
    *,
    rows: Collection[int] | None = None,
    spans: bool = False,
    part: str = "sheet",
) -> Scan:
    """Scan a whole sheet part with expat alone: the oracle. Raises TrackerRefused."""
    scan = Scan(data, utf8=markup.is_utf8(data))
    scanner = SlowScanner(scan, part, rows=rows, spans=spans)
    markup.feed(scanner.parser, data, part)
    return scan
