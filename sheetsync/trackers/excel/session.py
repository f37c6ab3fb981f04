"""One look at the workbook for writing: where the tab, its header and its orders are now.

Everything is found anew from the bytes that will be patched; what the plan remembers of places is
not believed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Final

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.keycolumn import key_cells
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.refusals import refuse_workbook, tables_of
from sheetsync.trackers.excel.revision import Revision
from sheetsync.trackers.excel.rowreader import read_head
from sheetsync.trackers.excel.scanner import CellScan, Scan, scan
from sheetsync.trackers.excel.splices import require_utf8
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.stylesheet import Stylesheet, empty_styles
from sheetsync.trackers.excel.values import Values
from sheetsync.trackers.excel.verify import Expected
from sheetsync.trackers.excel.whichtab import choose_tab
from sheetsync.trackers.matching import order_key

HEAD_ROWS: Final = 400
"""How far down the header and the rows before it are looked for."""

_STYLES_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


class Session:
    """The open workbook and the revision that is being made of it.

    Raises TrackerRefused for a workbook or tab that may not be written, PlanRefused where the
    header cannot be found.
    """

    def __init__(
        self,
        package: Package,
        columns: Mapping[str, ColumnRule],
        tab: str | None,
        search_rows: int,
    ) -> None:
        self.package = package
        self.facts = package.workbook()
        refuse_workbook(package, self.facts)
        self.strings: Sequence[str] = read_strings(package)
        self.sheet = choose_tab(package, self.strings, columns, tab, search_rows).sheet
        self.values = Values(self.strings, self.facts.date_system, self.sheet.name)
        head = read_head(package, self.sheet.part, self.values, HEAD_ROWS)
        self.header: HeaderMap = find_header(head.rows, head.numbers, columns, search_rows)
        self.tables = tables_of(package, self.sheet.part)
        self.revision = Revision(package)
        self.expected: Expected | None = None
        self._data: bytes | None = None

    @property
    def data(self) -> bytes:
        """The sheet part, inflated; held until `forget`."""
        if self._data is None:
            self._data = self.package.read(self.sheet.part)
            require_utf8(self._data, self.sheet.part)
        return self._data

    def forget(self) -> None:
        """Let go of the sheet part, which may be large; what was written stays checkable."""
        self._data = None
        for part in self.revision.spliced.values():
            part.data, part.splices = b"", []

    @property
    def position(self) -> int:
        """The tab's position among the sheets, from 0."""
        return self.facts.sheets.index(self.sheet)

    @cached_property
    def keys(self) -> list[tuple[int, CellValue]]:
        """Row number and key cell of every row below the header."""
        column = self.header.columns["order_id"]
        return list(key_cells(self.data, column, self.values, self.header.row_number))

    @property
    def last_order(self) -> int:
        """The row of the last order; the header's own when there is none yet."""
        rows = [row for row, cell in self.keys if order_key(cell)]
        return max([self.header.row_number, *rows])

    def scan(self, rows: Collection[int]) -> Scan:
        """The sheet with the cells of `rows` and all byte spans. Raises TrackerRefused."""
        found = scan(self.data, rows=frozenset(rows), spans=True, part=self.sheet.part)
        if not found.utf8:
            raise TrackerRefused(
                f"The tab {self.sheet.name!r} is stored as UTF-16, so nothing can be written. "
                "Open the workbook in Excel and save it."
            )
        return found

    def value(self, cell: CellScan) -> CellValue:
        """What the reader makes of a cell."""
        return self.values.value(
            cell.type, cell.raw, 0, cell.column, formula=cell.formula is not None
        )

    @cached_property
    def styles_part(self) -> str:
        """The name of the styles part; that of a new one where the workbook has none."""
        found = self.package.related(self.facts.part, "styles")
        return found[0] if found else ""

    @cached_property
    def styles(self) -> Stylesheet:
        """The workbook's styles, to which looks can be appended."""
        if not self.styles_part:
            return Stylesheet(empty_styles(strict=self.facts.strict))
        return Stylesheet(self.package.read(self.styles_part), self.styles_part)

    def keep_styles(self) -> None:
        """Put what was appended to the styles into the revision."""
        if "styles" not in self.__dict__ or not self.styles.splices():
            return
        part = self.styles_part
        if not part:
            folder = self.facts.part.rpartition("/")[0]
            part = f"{folder}/styles.xml"
            if self.revision.has(part):
                part = self.revision.unused(f"{folder}/styles{{}}.xml")
            self.revision.declare(part, _STYLES_TYPE)
            sheet_kinds = [
                r.type for r in self.package.relationships(self.facts.part) if r.kind == "worksheet"
            ]
            kind = sheet_kinds[0].removesuffix("worksheet") + "styles"
            self.revision.relate(self.facts.part, kind, part)
        self.revision.put(part, self.styles.content())
