"""The fast path of the scanner: rows by a bytes search, cells by pattern, only where they are wanted.

Same answer as `slowscan.scan_slow`, held by property tests; see `plain.py` for why that is sound.
"""

from __future__ import annotations

from collections.abc import Collection

from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.grid import (
    MAX_ROW,
    CellScan,
    FormulaArea,
    RowScan,
    Scan,
    cell_column,
    column_index,
    formula_kind,
    parse_area,
    row_number,
)
from sheetsync.trackers.excel.plain import (
    CELL_BYTES,
    CELL_START,
    FORMULA_TAG,
    ROW_BYTES,
    ROW_LIKE,
    SHEET_DATA,
    SHEET_DATA_END,
    NotPlain,
    attributes_of,
    outline,
    proof_parser,
    starts_plain,
    unescape,
)

_ROW_END = b"</row>"


def scan_fast(
    data: bytes,
    *,
    rows: Collection[int] | None = None,
    spans: bool = False,
    part: str = "sheet",
) -> Scan:
    """Scan a plainly laid out sheet part; raises NotPlain for others, TrackerRefused when damaged."""
    if not starts_plain(data[:200]):
        raise NotPlain
    markup.feed(proof_parser(part), data, part)
    opened = SHEET_DATA.search(data)
    closed = data.find(SHEET_DATA_END, opened.end()) if opened else -1
    if opened is None or closed < 0:
        raise NotPlain
    begin = opened.end()
    if data.find(b"xmlns", begin, closed) >= 0 or data.find(b"\r", begin, closed) >= 0:
        raise NotPlain
    scan = Scan(data, plain=True)
    _scan_rows(scan, begin, closed, rows, part, spans=spans)
    _scan_formula_areas(scan, begin, closed)
    return outline(scan, data[:begin], data[closed:], part, places=True)


def find_rows(data: bytes, wanted: Collection[int], part: str) -> list[RowScan]:
    """The wanted rows of a part whose other bytes are known to be a proved plain part's.

    Each is found by its number, and the patterns check every character of it. Raises NotPlain.
    """
    rows: list[RowScan] = []
    at = 0
    for number in sorted(wanted):
        at = data.find(f'<row r="{number}"'.encode(), at)
        found = ROW_BYTES.match(data, at) if at >= 0 else None
        if found is None:
            at = max(at, 0)
            continue
        opened = closed = found.end()
        if not found[3]:
            closed = data.find(_ROW_END, opened)
        cells = _scan_cells(data, opened, closed, number, part, spans=False)
        attributes = attributes_of(f'r="{number}"' + found[2].decode())
        rows.append(RowScan(number, attributes, cells, -1, -1, -1, -1))
        at = closed
    return rows


def _scan_rows(
    scan: Scan, begin: int, end: int, wanted: Collection[int] | None, part: str, *, spans: bool
) -> None:
    data, index = scan.data, scan.index
    match_row, find, previous, at = ROW_BYTES.match, data.find, 0, begin
    count = 0
    while found := match_row(data, at, end):
        count += 1
        number = int(found[1])
        if not previous < number <= MAX_ROW:
            number = row_number(found[1].decode(), previous, part)
        previous = number
        opened = found.end()
        start = find(b"<", at) if spans else -1
        if found[3]:
            closed = at = opened
        else:
            closed = find(_ROW_END, opened, end)
            if closed < 0:
                raise NotPlain
            at = closed + len(_ROW_END)
        index.numbers.append(number)
        if spans:
            index.starts.append(start)
            index.ends.append(at)
        if wanted is None or number in wanted:
            places = (start, opened, closed, at) if spans else (-1, -1, -1, -1)
            cells = _scan_cells(data, opened, closed, number, part, spans=spans)
            attributes = attributes_of(f'r="{number}"' + found[2].decode())
            attributes["r"] = found[1].decode()
            scan.rows.append(RowScan(number, attributes, cells, *places))
    if data[at:end].strip(b" \t\n") or count != len(ROW_LIKE.findall(data, begin, end)):
        raise NotPlain


def _scan_cells(
    data: bytes, begin: int, end: int, row: int, part: str, *, spans: bool
) -> list[CellScan]:
    cells: list[CellScan] = []
    digits, previous, at = str(row).encode(), -1, begin
    while found := CELL_BYTES.match(data, at, end):
        _, letters, number, style, kind, metadata, formula, formula_attributes, mark, text = (
            found.groups()
        )
        column = column_index(letters.decode())
        if column <= previous or number != digits:
            column = cell_column((letters + number).decode(), row, previous, part)
        previous = column
        at = found.end()
        start = data.index(b"<", found.start())
        cells.append(
            CellScan(
                column,
                kind.decode() if kind else "n",
                int(style) if style else 0,
                formula_kind(attributes_of(formula_attributes.decode())) if formula else None,
                _raw(mark, text, kind),
                metadata is not None,
                start if spans else -1,
                at if spans else -1,
            )
        )
    if data[at:end].strip(b" \t\n"):
        raise NotPlain
    return cells


def _raw(mark: bytes | None, text: bytes | None, kind: bytes | None) -> str | None:
    if mark is None or (mark == b"v") is (kind == b"inlineStr"):
        return None
    raw = text.decode() if text else ""
    return unescape(raw) if "&" in raw else raw


def _scan_formula_areas(scan: Scan, begin: int, end: int) -> None:
    data = scan.data
    for found in FORMULA_TAG.finditer(data, begin, end):
        if found[1] is None:
            raise NotPlain
        attributes = attributes_of(found[1].decode()) if found[1] else {}
        area = parse_area(attributes["ref"]) if "ref" in attributes else None
        kind = formula_kind(attributes)
        if area is None or kind == "plain":
            continue
        cell = CELL_START.match(data, data.rfind(b"<c", begin, found.start()))
        if cell is None:
            raise NotPlain
        place = int(cell[2]), column_index(cell[1].decode())
        scan.formula_areas.append(FormulaArea(kind, area, *place))
