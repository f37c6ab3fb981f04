"""Cells as requests of one batch, and the ranges whose state after it the answer shall show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sheetsync.domain.columns.headings import column_letter
from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.structure import Json

WHOLE_ROWS: Final = 500
"""Up to so many touched rows are asked for whole; of more, only who stands there."""
MOST_BYTES: Final = 1_900_000
"""Google advises about 2 MB for one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBatch:
    """`compared[i]` is the cell that request i replaces only where its old text still stands."""

    requests: list[Json]
    compared: Mapping[int, Sent]


def cell_requests(
    sent: Sequence[Sent], sheet_id: int, formulas: Mapping[tuple[int, int], str] | None = None
) -> CellBatch:
    """The requests that put these cells (in row order) in place; values only, formats and notes stay.

    A word that replaces another word of our own vocabulary is exchanged by compare-and-set: what a
    person typed a moment before survives. `formulas` gives back a formula where one was displaced.
    """
    texts = formulas or {}
    plain = [s for s in sent if not is_compared(s)]
    requests: list[Json] = [
        {"updateCells": block} for block in _blocks(plain, sheet_id, lambda s: _value(s, texts))
    ]
    compared = {}
    for cell in sent:
        if is_compared(cell):
            compared[len(requests)] = cell
            requests.append({"findReplace": _exchange(cell, sheet_id)})
    return CellBatch(requests=requests, compared=compared)


def is_compared(cell: Sent) -> bool:
    """Whether the cell is exchanged by its old text: both are words that stay what they are when typed."""
    return cell.common and _is_word(cell.old) and _is_word(cell.new)


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


def answer_ranges(sent: Sequence[Sent], title: str, header_row: int, key_column: int) -> list[str]:
    """The header, and the touched rows: whole while they are few, else their Order IDs."""
    rows = sorted({cell.row for cell in sent})
    tab = quoted(title)
    ranges = [f"{tab}!{header_row}:{header_row}"]
    if len(rows) <= WHOLE_ROWS:
        return [*ranges, *(f"{tab}!{first}:{last}" for first, last in runs(rows))]
    letter = column_letter(key_column)
    return [*ranges, f"{tab}!{letter}{rows[0]}:{letter}{rows[-1]}"]


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


def _value(cell: Sent, formulas: Mapping[tuple[int, int], str]) -> Json:
    formula = formulas.get((cell.row, cell.column))
    return {"formulaValue": formula} if formula else extended(cell.new)


def _exchange(cell: Sent, sheet_id: int) -> Json:
    return {
        "find": cell.old,
        "replacement": cell.new,
        "matchCase": True,
        "matchEntireCell": True,
        "includeFormulas": False,
        "range": _area(sheet_id, cell.row, cell.row, cell.column, cell.column),
    }


def _blocks(cells: Sequence[Sent], sheet_id: int, value: Callable[[Sent], Json]) -> Iterator[Json]:
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
            yield _update(block, sheet_id, value)
            block = []
        block.append(part)
    if block:
        yield _update(block, sheet_id, value)


def _side_by_side(row: Sequence[Sent]) -> Iterator[list[Sent]]:
    by_column = {cell.column: cell for cell in row}
    for first, last in runs(sorted(by_column)):
        yield [by_column[column] for column in range(first, last + 1)]


def _below(upper: Sequence[Sent], lower: Sequence[Sent]) -> bool:
    return (upper[0].column, upper[-1].column, upper[0].row + 1) == (
        lower[0].column, lower[-1].column, lower[0].row,
    )  # fmt: skip


def _update(block: Sequence[Sequence[Sent]], sheet_id: int, value: Callable[[Sent], Json]) -> Json:
    first, last = block[0], block[-1]
    rows = [
        {"values": [{"userEnteredValue": v} if (v := value(cell)) else {} for cell in line]}
        for line in block
    ]
    span = _area(sheet_id, first[0].row, last[0].row, first[0].column, first[-1].column)
    return {"range": span, "rows": rows, "fields": "userEnteredValue"}


def _area(sheet_id: int, first_row: int, last_row: int, first: int, last: int) -> Json:
    return {
        "sheetId": sheet_id,
        "startRowIndex": first_row - 1,
        "endRowIndex": last_row,
        "startColumnIndex": first,
        "endColumnIndex": last + 1,
    }
