"""Cells as requests of one batch, and the rows whose state after it the answer shall show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sheetsync.domain.columns.headings import column_letter
from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.structure import Json

WHOLE_ROWS: Final = 500
"""Up to so many touched rows are shown whole in the answer; of more, only what tells whose they are."""
MOST_BYTES: Final = 1_900_000
"""Google advises about 2 MB for one request."""


def cell_requests(sent: Sequence[Sent], sheet_id: int, before: Sequence[Json] = ()) -> list[Json]:
    """The requests that put these cells (in row order) in place; values only, formats and notes stay.

    A word that replaces another word of our own vocabulary is exchanged by compare-and-set: what a
    person typed a moment before survives. `before` are requests that go first.
    """
    plain = [cell for cell in sent if not is_compared(cell)]
    return [
        *before,
        *({"updateCells": _update(block, sheet_id)} for block in _blocks(plain)),
        *({"findReplace": _exchange(cell, sheet_id)} for cell in sent if is_compared(cell)),
    ]


def is_compared(cell: Sent) -> bool:
    """Whether the cell is exchanged by its old text: for a word that stays what it is when it is typed.

    Of a repair any text is so taken away again that still stands there.
    """
    if cell.formula:
        return False
    if cell.beside is not None and cell.new is None:
        return isinstance(cell.old, str)
    return (cell.common or cell.beside is not None) and _is_word(cell.old) and _is_word(cell.new)


def extended(value: CellValue) -> Json:
    """A typed value of the API; {} empties the cell. Nothing here can become a formula."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"boolValue": value}
        case int() | float():
            return {"numberValue": value}
        case str():
            return {"stringValue": value}
        case _:
            raise TypeError(f"no cell can be given the value {value!r}")


def touched_rows(sent: Sequence[Sent]) -> list[int]:
    """The numbers of the rows that are written to."""
    return sorted({cell.row for cell in sent})


def around(header_row: int) -> tuple[int, int]:
    """The first row and the one after the last in which a header may stand that has just moved."""
    return max(header_row - 2, 1), header_row + 3


def shows_rows(sent: Sequence[Sent]) -> bool:
    """Whether the answer shows the rows whole."""
    return len(touched_rows(sent)) <= WHOLE_ROWS


def blocks(sent: Sequence[Sent]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """((first row, last row), (first column, last column)) of the cells, as few blocks as lie side by side."""
    return [
        ((block[0][0].row, block[-1][0].row), (block[0][0].column, block[0][-1].column))
        for block in _blocks(sent)
    ]


def address(cell: Sent, title: str) -> str:
    """Where a cell is sent to."""
    return f"{quoted(title)}!{column_letter(cell.column)}{cell.row}"


def quoted(title: str) -> str:
    """A tab's title as it stands in an address."""
    return "'" + title.replace("'", "''") + "'"


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each unbroken run of ascending numbers."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        yield members[0], members[-1]


def weight(value: object) -> int:
    """About how many bytes one cell takes in a request."""
    return 60 + len(json.dumps(value, default=str))


def _is_word(value: CellValue) -> bool:
    return isinstance(value, str) and value[:1].isalpha() and value.replace(" ", "").isalpha()


def _value(cell: Sent) -> Json:
    return {"formulaValue": cell.formula} if cell.formula else extended(cell.new)


def _exchange(cell: Sent, sheet_id: int) -> Json:
    return {
        "find": cell.old,
        "replacement": cell.new or "",
        "matchCase": True,
        "matchEntireCell": True,
        "includeFormulas": False,
        "range": area(sheet_id, (cell.row, cell.row), (cell.column, cell.column)),
    }


def _blocks(cells: Sequence[Sent]) -> Iterator[list[list[Sent]]]:
    """Cells that stand side by side, over equal columns of following rows, as one block."""
    lines = [
        part
        for _, group in groupby(cells, key=lambda cell: cell.row)
        for part in _side_by_side(list(group))
    ]
    lines.sort(key=lambda part: (part[0].column, part[-1].column, part[0].row))
    block: list[list[Sent]] = []
    for part in lines:
        if block and not _below(block[-1], part):
            yield block
            block = []
        block.append(part)
    if block:
        yield block


def _side_by_side(row: Sequence[Sent]) -> Iterator[list[Sent]]:
    by_column = {cell.column: cell for cell in row}
    for first, last in runs(sorted(by_column)):
        yield [by_column[column] for column in range(first, last + 1)]


def _below(upper: Sequence[Sent], lower: Sequence[Sent]) -> bool:
    return (upper[0].column, upper[-1].column, upper[0].row + 1) == (
        lower[0].column, lower[-1].column, lower[0].row,
    )  # fmt: skip


def _update(block: Sequence[Sequence[Sent]], sheet_id: int) -> Json:
    first, last = block[0], block[-1]
    rows = [
        {"values": [{"userEnteredValue": v} if (v := _value(cell)) else {} for cell in line]}
        for line in block
    ]
    span = area(sheet_id, (first[0].row, last[0].row), (first[0].column, first[-1].column))
    return {"range": span, "rows": rows, "fields": "userEnteredValue"}


def area(sheet_id: int, rows: tuple[int, int], columns: tuple[int, int]) -> Json:
    """A GridRange from the first and last row number (from 1) and column index (from 0)."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": rows[0] - 1,
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1] + 1,
    }
