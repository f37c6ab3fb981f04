"""What must not be touched: whole workbooks, and single cells, each with its reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.markup import Element
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.scanner import Area, CellScan, Scan, cell_name, parse_area
from sheetsync.trackers.excel.splices import writable_tree
from sheetsync.trackers.excel.workbook import WorkbookFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFact:
    """One Excel table of the tab: its part, its tree and the cells it covers."""

    part: str
    data: bytes
    root: Element
    area: Area

    @property
    def name(self) -> str:
        """The table's name as staff see it."""
        return self.root.attributes.get("displayName", "")

    @property
    def header_rows(self) -> int:
        """How many header rows it has (1 unless it says otherwise)."""
        return int(self.root.attributes.get("headerRowCount", "1"))

    @property
    def totals_rows(self) -> int:
        """How many totals rows it has."""
        return int(self.root.attributes.get("totalsRowCount", "0"))

    @property
    def calculated(self) -> bool:
        """Whether a column of it fills itself with a formula."""
        return any(
            child.name == "calculatedColumnFormula"
            for columns in self.root.all("tableColumns")
            for column in columns.children
            for child in column.children
        )


def tables_of(package: Package, sheet_part: str) -> tuple[TableFact, ...]:
    """The tables of a sheet, by its relationships. Raises TrackerRefused when one is damaged."""
    out = []
    for part in package.related(sheet_part, "table"):
        data = package.read(part)
        root = writable_tree(data, part)
        area = parse_area(root.attributes.get("ref", ""))
        if area is None:
            raise TrackerRefused(
                f"The table in {part} does not say which cells it covers. Open the workbook in "
                "Excel, let it repair and save it."
            )
        out.append(TableFact(part=part, data=data, root=root, area=area))
    return tuple(out)


def refuse_workbook(package: Package, facts: WorkbookFacts) -> None:
    """Raise TrackerRefused for a workbook that may be read but never written."""
    name = package.name
    parts = [part.lower() for part in package.names]
    if any(part.startswith("_xmlsignatures/") for part in parts):
        raise TrackerRefused(
            f"{name} is digitally signed, and any change would break the signature. "
            "Remove the signature if the worker shall write."
        )
    if package.related(facts.part, "revisionHeaders") or any("/revisions/" in p for p in parts):
        raise TrackerRefused(
            f"{name} is a shared workbook of the old kind (with a change history). "
            "Stop sharing it that way (Review, Unshare Workbook) if the worker shall write."
        )
    sharing = facts.root.first("fileSharing")
    if sharing is not None and {"reservationPassword", "hashValue"} & set(sharing.attributes):
        raise TrackerRefused(
            f"{name} asks for a password before it may be changed. Remove it (Save As, Tools, "
            "General Options) if the worker shall write."
        )


class Untouchable:
    """The cells of one sheet that no change may touch."""

    def __init__(self, scan: Scan, tables: Sequence[TableFact], rows: Sequence[int]) -> None:
        low, high = (min(rows), max(rows)) if rows else (0, 0)
        self._merges = [a for a in scan.merges if a.first_row <= high and low <= a.last_row]
        self._areas = [
            f
            for f in scan.formula_areas
            if f.kind in ("array", "data-table")
            and f.area.first_row <= high
            and low <= f.area.last_row
        ]
        self._tables = tables

    def reason(self, row: int, column: int, cell: CellScan | None) -> str:
        """Why the cell may not be touched, "" when it may."""
        where = cell_name(row, column)
        if cell is not None and cell.formula is not None:
            return f"{where} holds a formula, which is staff's"
        if cell is not None and cell.metadata:
            return f"{where} belongs to a formula that fills several cells"
        for formula in self._areas:
            if formula.area.holds(row, column):
                kind = "a data table" if formula.kind == "data-table" else "an array formula"
                return f"{where} belongs to {kind} in {cell_name(formula.row, formula.column)}"
        for area in self._merges:
            if area.holds(row, column) and (row, column) != (area.first_row, area.first_column):
                first = cell_name(area.first_row, area.first_column)
                return f"{where} is hidden behind the merged cell {first}"
        return self._table_reason(row, column, where)

    def _table_reason(self, row: int, column: int, where: str) -> str:
        for table in self._tables:
            if not table.area.holds(row, column):
                continue
            if row < table.area.first_row + table.header_rows:
                return f"{where} is a heading of the table {table.name}"
            if row > table.area.last_row - table.totals_rows:
                return f"{where} is in the totals row of the table {table.name}"
        return ""
