"""Reads the answer of a write: does every cell stand in its own order's row, and if not, whose is it in?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.model import CellError, CellValue
from sheetsync.trackers.google.journal import Sent, Undo
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.matching import order_key

UNKNOWN_ORDER: Final = "\x00"
"""In place of an Order ID that the answer did not show; no cell can hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Where the cells of a write stand.

    `displaced`: cells that stand elsewhere, each with what it displaced (None where the answer does not
    tell). `lost`: exchanges that found another text.
    """

    displaced: tuple[tuple[Sent, Undo | None], ...]
    lost: tuple[Sent, ...]

    @property
    def clean(self) -> bool:
        """Whether every cell stands where it belongs."""
        return not self.displaced


def verify(
    sent: Sequence[Sent],
    compared: Mapping[int, Sent],
    answer: Json,
    sheet_id: int,
    *,
    before: Snapshot,
    header_row: int,
    key_column: int,
) -> Verdicts:
    """Hold the state after the write against what was meant. `before` is what was read just before it."""
    replies = answer.get("replies", [])
    lost = {cell for place, cell in compared.items() if not _occurred(replies, place)}
    after = _after(answer, sheet_id)
    old = before.headings(header_row)
    now = [c if isinstance(c, str) else "" for c in after.get(header_row, ())]
    steady = _same_headings(old, now)
    keys = key_column if steady else _only(now, old[key_column] if key_column < len(old) else "")
    keyless = {cell.row for cell in sent if cell.column == keys and not steady}
    displaced = []
    for cell in sent:
        if cell in lost:
            continue
        row = after.get(cell.row, ())
        if steady:
            order, heading = order_key(_at(row, key_column)), cell.heading
        else:
            heading = now[cell.column] if cell.column < len(now) else ""
            order = (
                order_key(_at(row, keys)) if keys is not None and len(row) > 1 else UNKNOWN_ORDER
            )
        if (order, heading) != (cell.order, cell.heading):
            undo = None
            if order != UNKNOWN_ORDER and cell.row not in keyless:
                undo = undo_of(order, heading, cell.new, before, header_row, key_column)
            displaced.append((cell, undo))
    return Verdicts(displaced=tuple(displaced), lost=tuple(lost))


def undo_of(  # noqa: PLR0917 - a place, and where to look it up
    order: str, heading: str, wrong: CellValue, before: Snapshot, header_row: int, key_column: int
) -> Undo:
    """What stood in `before` where our value stands now."""
    headings = before.headings(header_row)
    rows = before.by_key(key_column, header_row).get(order, ())
    columns = [i for i, text in enumerate(headings) if text == heading]
    places = [(row, column) for row in rows for column in columns]
    formula = before.formula_texts.get(places[0], "") if len(places) == 1 else ""
    return Undo(
        order=order, heading=heading, wrong=wrong,
        rights=tuple(before.cell(*place) for place in places), formula=formula,
    )  # fmt: skip


def _occurred(replies: Sequence[Json], place: int) -> bool:
    reply = replies[place] if place < len(replies) else {}
    return bool(reply.get("findReplace", {}).get("occurrencesChanged", 0))


def _same_headings(old: Sequence[str], now: Sequence[str]) -> bool:
    width = max(len(old), len(now))
    return [*old, *[""] * (width - len(old))] == [*now, *[""] * (width - len(now))]


def _only(headings: Sequence[str], wanted: str) -> int | None:
    found = [index for index, text in enumerate(headings) if text == wanted]
    return found[0] if len(found) == 1 else None


def _at(row: Sequence[CellValue], column: int) -> CellValue:
    return row[column] if column < len(row) else None


def _after(answer: Json, sheet_id: int) -> dict[int, list[CellValue]]:
    """Row number -> cells from column A, of the rows that the answer shows."""
    found: dict[int, list[CellValue]] = {}
    sheets = answer.get("updatedSpreadsheet", {}).get("sheets", [])
    blocks = [
        block
        for sheet in sheets
        if sheet.get("properties", {}).get("sheetId", 0) == sheet_id
        for block in sheet.get("data", [])
    ]
    for block in blocks:
        first = block.get("startColumn", 0)
        for number, cells in enumerate(_rows(block), start=block.get("startRow", 0) + 1):
            row = found.setdefault(number, [])
            row.extend([None] * (first + len(cells) - len(row)))
            row[first : first + len(cells)] = cells
    return found


def _rows(block: Json) -> Iterator[list[CellValue]]:
    for row in block.get("rowData", []):
        yield [_value(cell.get("effectiveValue", {})) for cell in row.get("values", [])]


def _value(value: Json) -> CellValue:
    if "errorValue" in value:
        return CellError(str(value["errorValue"].get("type", "ERROR")))
    text: CellValue = value.get("stringValue") or None
    return value.get("numberValue", value.get("boolValue", text))
