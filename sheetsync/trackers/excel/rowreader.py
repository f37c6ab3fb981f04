"""Reads the rows of one sheet part into plain values: the hot path of a pass.

The part is never held whole: blocks are inflated, proved by expat and matched by pattern as they
come (see `plain.py` for why that is sound). A part of another layout is read by the slow scanner,
row by row, with the same result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from sheetsync.domain.model import CellValue
from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.grid import (
    FormulaArea,
    RowScan,
    Scan,
    cell_name,
    column_index,
    formula_kind,
    parse_area,
    row_number,
)
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.plain import (
    ROW_BYTES,
    ROW_TEXT,
    SHEET_DATA,
    SHEET_DATA_END,
    VALUE_TEXT,
    NotPlain,
    attributes_of,
    outline,
    proof_parser,
    starts_plain,
    unescape,
)
from sheetsync.trackers.excel.slowscan import EnoughRows, SlowScanner
from sheetsync.trackers.excel.values import Values

MAX_COLUMNS: Final = 200
_CHUNK: Final = 1 << 20
_ROW_END: Final = b"</row>"
_HOLDS: Final = ("<v", "<f", "<is")
"""Without one of these, rows hold no value and no formula."""
_LAST_ROW: Final = re.compile(r'.*<row r="([0-9]{1,7})"', re.DOTALL)
_NUMBER: Final = ("", "n")
_TICK: Final = ("1", "0")


@dataclass(slots=True)
class RowValues:
    """The rows that hold at least one value, ragged from column A, and their row numbers.

    `formulas` are cells (row number, column index); `beyond` names the first cell with a value
    right of the columns that are read; `outline` is the scan of everything around the rows.
    """

    rows: list[tuple[CellValue, ...]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    beyond: str = ""
    outline: Scan = field(default_factory=lambda: Scan(b""))

    def keep(self, number: int, values: list[CellValue]) -> None:
        """Add a row unless it is blank."""
        if values:
            self.rows.append(tuple(values))
            self.numbers.append(number)


def read_rows(package: Package, part: str, values: Values) -> RowValues:
    """All rows of the sheet part, by the fast path where its layout allows. Raises TrackerRefused."""
    try:
        return _FastReader(part, values).read(package.stream(part))
    except NotPlain:
        return read_rows_slow(package, part, values)


def read_head(package: Package, part: str, values: Values, until: int) -> RowValues:
    """The rows up to row number `until`, or more of them: a small part is sooner read whole."""
    if package.declared_size(part) <= _CHUNK:
        return read_rows(package, part, values)
    return read_rows_slow(package, part, values, until=until)


def read_rows_slow(package: Package, part: str, values: Values, *, until: int = 0) -> RowValues:
    """All rows (or those up to row number `until`) by the slow scanner: the oracle."""
    found = RowValues()

    def take(row: RowScan) -> None:
        found.keep(row.number, _row_values(row, values, found))

    scan = found.outline
    scanner = SlowScanner(scan, part, places=False, until=until, sink=take)
    try:
        for number, block in enumerate(package.stream(part)):
            if number == 0:
                scan.utf8 = markup.is_utf8(block)
            _push(scanner.parser, block, part)
        _push(scanner.parser, b"", part, last=True)
    except EnoughRows:
        return found
    return found


def _push(parser: expat.XMLParserType, block: bytes, part: str, *, last: bool = False) -> None:
    try:
        parser.Parse(block, last)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise markup.damaged(part) from error


def _row_values(row: RowScan, values: Values, found: RowValues) -> list[CellValue]:
    cells: list[CellValue] = []
    for cell in row.cells:
        column, formula = cell.column, cell.formula is not None
        if column >= MAX_COLUMNS:
            if cell.raw and not found.beyond:
                found.beyond = cell_name(row.number, column)
            continue
        if formula:
            found.formulas.add((row.number, column))
        value = values.value(cell.type, cell.raw, row.number, column, formula=formula)
        if value is not None:
            cells.extend([None] * (column - len(cells)))
            cells.append(value)
    return cells


class _FastReader:
    """Rows by pattern from a stream of blocks; raises NotPlain for an unusual layout."""

    def __init__(self, part: str, values: Values) -> None:
        self.part, self.values = part, values
        self.found = RowValues()
        self.previous = 0
        self.areas: list[FormulaArea] = []
        self.columns: dict[str, int] = {}

    def read(self, blocks: Iterator[bytes]) -> RowValues:
        """Read the whole part."""
        proved = self._prove(blocks)
        head, rest = self._head(proved)
        rest, tail = self._body(proved, rest)
        self._rows(rest.decode())
        tail += b"".join(proved)
        scan = Scan(head + tail)
        scan.formula_areas = self.areas
        self.found.outline = outline(scan, head, tail, self.part, places=False)
        return self.found

    def _prove(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        parser = proof_parser(self.part)
        for block in blocks:
            _push(parser, block, self.part)
            yield block
        _push(parser, b"", self.part, last=True)

    def _head(self, blocks: Iterator[bytes]) -> tuple[bytes, bytes]:
        """(everything up to and with the tag `<sheetData>`, what was read behind it)."""
        data, target = b"", 0
        for block in blocks:
            data += block
            if len(data) < target:
                continue
            if not starts_plain(data[:200]):
                raise NotPlain
            opened = SHEET_DATA.search(data)
            if opened:
                return data[: opened.end()], data[opened.end() :]
            target = 2 * len(data)
        raise NotPlain

    def _body(self, blocks: Iterator[bytes], data: bytes) -> tuple[bytes, bytes]:
        """Read all rows but the last few: (what is left of the rows, the tail from `</sheetData>`)."""
        pending, size, target = [data], len(data), 0
        while True:
            if size >= target:
                data = b"".join(pending)
                closed = data.find(SHEET_DATA_END)
                if closed >= 0:
                    return data[:closed], data[closed:]
                data = self._consume(data)
                pending, size, target = [data], len(data), max(_CHUNK, 2 * len(data))
            block = next(blocks, b"")
            if block:
                pending.append(block)
                size += len(block)
            elif target:
                target = 0
                if b"".join(pending).find(SHEET_DATA_END) < 0:
                    raise NotPlain

    def _consume(self, data: bytes) -> bytes:
        """Read the complete rows at the beginning of `data`; gives back the rest."""
        cut = data.rfind(_ROW_END) + len(_ROW_END)
        if cut < len(_ROW_END):
            cut = 0
            while (row := ROW_BYTES.match(data, cut)) and row[3]:
                cut = row.end()
        self._rows(data[:cut].decode())
        return data[cut:]

    def _rows(self, text: str) -> None:
        if "xmlns" in text or "\r" in text:
            raise NotPlain
        if not any(mark in text for mark in _HOLDS):
            self._pass_over(text)
            return
        *pieces, last = text.split("</row>")
        for piece in pieces:
            self._row(piece)
        if self._skip_empty(last) != len(last):
            raise NotPlain

    def _pass_over(self, text: str) -> None:
        """A stretch of formatted blank rows, however long, costs a search and nothing else."""
        last = _LAST_ROW.match(text)
        if last:
            self.previous = row_number(last[1], self.previous, self.part)

    def _skip_empty(self, piece: str) -> int:
        """Pass over self-closing rows and white space; the offset of what follows."""
        at = 0
        while (row := ROW_TEXT.match(piece, at)) and row[3]:
            self.previous = row_number(row[1], self.previous, self.part)
            at = row.end()
        return len(piece) if not piece[at:].strip(" \t\n") else at

    def _row(self, piece: str) -> None:
        opened = ROW_TEXT.match(piece)
        if opened is None:
            raise NotPlain
        if opened[3]:
            piece = piece[self._skip_empty(piece) :]
            opened = ROW_TEXT.match(piece)
            if opened is None or opened[3]:
                raise NotPlain
        number = self.previous = row_number(opened[1], self.previous, self.part)
        if any(mark in piece for mark in _HOLDS):
            self._cells(piece, opened.end(), number, opened[1])

    def _cells(self, piece: str, begin: int, number: int, digits: str) -> None:
        found = VALUE_TEXT.findall(piece, begin)
        escaped = "&" in piece
        convert, as_number = self.values.value, self.values.number
        strings, columns = self.values.strings, self.columns
        covered, previous, limit = begin, -1, len(strings)
        cells: list[CellValue] = []
        filled = 0
        for whole, letters, row, kind, formula, attributes, mark, raw in found:
            covered += len(whole)
            column = columns.get(letters)
            if column is None:
                column = columns[letters] = column_index(letters)
            if column <= previous or row != digits:
                raise NotPlain
            previous = column
            if not (mark or formula):
                continue
            if column >= MAX_COLUMNS:
                self._note_beyond(number, column, raw)
                continue
            if escaped and "&" in raw:
                raw = unescape(raw)  # noqa: PLW2901 - the text as meant
            if mark != "v" or not raw or kind == "inlineStr":
                text = raw if mark and (mark == "v") is not (kind == "inlineStr") else None
                value: CellValue = convert(kind or "n", text, number, column, formula=bool(formula))
            elif kind == "s" and raw.isdecimal() and (at := int(raw)) < limit:
                value = strings[at] or None
            elif kind in _NUMBER:
                value = as_number(raw, number, column)
            elif kind == "b" and raw in _TICK:
                value = raw == "1"
            else:
                value = convert(kind, raw, number, column, formula=bool(formula))
            if formula:
                self._formula(number, column, attributes)
            if value is not None:
                if filled != column:
                    cells.extend([None] * (column - filled))
                cells.append(value)
                filled = column + 1
        if covered != len(piece) and piece[covered:].strip(" \t\n"):
            raise NotPlain
        self.found.keep(number, cells)

    def _note_beyond(self, number: int, column: int, raw: str) -> None:
        if raw and not self.found.beyond:
            self.found.beyond = cell_name(number, column)

    def _formula(self, number: int, column: int, text: str) -> None:
        self.found.formulas.add((number, column))
        if not text:
            return
        attributes = attributes_of(text)
        area, kind = parse_area(attributes.get("ref", "")), formula_kind(attributes)
        if area is not None and kind != "plain":
            self.areas.append(FormulaArea(kind, area, number, column))
