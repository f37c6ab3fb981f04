"""In which row does each order stand now? Read from the key column alone, over all rows.

On the plain layout (see `plain.py`) a bytes search for one column finds the same cells as reading
all of them, many times faster; any other layout is read cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sheetsync.domain.model import CellValue
from sheetsync.trackers.excel.plain import CELL, SHEET_DATA, SHEET_DATA_END, starts_plain, unescape
from sheetsync.trackers.excel.scanner import column_letters, scan
from sheetsync.trackers.excel.values import Values

_CELL: Final = CELL.removeprefix(r"(\s*").removesuffix(")")
_LETTERS: Final = "([A-Z]{1,3})"


def key_cells(
    data: bytes, column: int, values: Values, below: int
) -> Iterator[tuple[int, CellValue]]:
    """(row number, value) of every cell of `column` in rows below row `below`.

    The part must also be scanned by `scanner.scan`, which proves that it is well-formed.
    """
    cells = _fast(data, column) if _is_plain(data) else None
    for row, kind, raw, formula in _slow(data, column) if cells is None else cells:
        if row <= below:
            continue
        if kind == "s" and raw and not formula:
            yield row, values.shared(raw, row, column)
        else:
            yield row, values.value(kind, raw, row, column, formula=formula)


_Found = tuple[int, str, str | None, bool]
"""Row, type, raw text, whether it is a formula."""


def _is_plain(data: bytes) -> bool:
    """Whether every `<c ` is a cell that names its place first; comments and CDATA are excluded."""
    return (
        starts_plain(data[:200])
        and b"<!" not in data
        and data.find(b"<?", 5) < 0
        and data.count(b"<c ") == data.count(b'<c r="')
        and b"<c>" not in data
        and b"<c\n" not in data
    )


def _fast(data: bytes, column: int) -> list[_Found] | None:
    """The cells of one column by pattern; None when a cell of it is laid out in another way."""
    opened = SHEET_DATA.search(data)
    if opened is None:
        return None
    begin, end = opened.end(), data.find(SHEET_DATA_END)
    if b"xmlns" in data[begin : begin + 1] or data.find(b"xmlns", begin, end) >= 0:
        return None
    letters = column_letters(column)
    pattern = re.compile(_CELL.replace(_LETTERS, f"({letters})", 1).encode())
    found: list[_Found] = []
    for match in pattern.finditer(data, begin, end):
        _, number, _, kind, _, formula, _, mark, text = match.groups()
        known = mark is not None and (mark == b"v") is not (kind == b"inlineStr")
        raw = unescape((text or b"").decode()) if known else None
        found.append((int(number), kind.decode() if kind else "n", raw, formula is not None))
    every = len(re.compile(f'<c r="{letters}[0-9]'.encode()).findall(data, begin, end))
    return found if len(found) == every else None


def _slow(data: bytes, column: int) -> list[_Found]:
    return [
        (row.number, cell.type, cell.raw, cell.formula is not None)
        for row in scan(data).rows
        for cell in row.cells
        if cell.column == column
    ]
