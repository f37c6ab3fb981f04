"""Gives back headings and Order IDs that were written over: without them nothing can be found again.

It takes a row put in above the header, or the column of Order IDs moved, in the very moment of a write.
What stood there is known from the look before it; where it stands now is told by all that is unchanged
around it. Where that is not one single place, nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.repairing import Look
from sheetsync.trackers.google.snapshot import Row, Snapshot, trimmed
from sheetsync.trackers.matching import order_key, same

_HEADER_MOVES: Final = 25
"""Rows by which a header may have moved down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue:
    """`cells` are to be sent; `snapshot` is the sheet as it will be then."""

    cells: tuple[Sent, ...]
    snapshot: Snapshot


def rescue(sent: Sequence[Sent], before: Look, now: Snapshot) -> Rescue:
    """Find headings and Order IDs that a write of `sent` destroyed."""
    wrong: set[CellValue] = {cell.new for cell in sent if cell.new is not None}
    if not wrong:
        return Rescue(cells=(), snapshot=now)
    headings = list(_headings(wrong, before, now))
    fixed = _with(now, headings)
    keys = list(_keys(wrong, before, fixed))
    return Rescue(cells=(*headings, *keys), snapshot=_with(fixed, keys))


def _headings(wrong: set[CellValue], before: Look, now: Snapshot) -> Iterator[Sent]:
    old = before.cells.row(before.header_row)
    best: tuple[int, int, Row] | None = None
    for number in range(1, min(len(now.rows), before.header_row + _HEADER_MOVES) + 1):
        row = now.row(number)
        for header in _arrangements(old, len(row)):
            score = _likeness(header, row, wrong)
            if score is not None and (best is None or score > best[0]):
                best = (score, number, header)
    if best is None:
        return
    _, number, header = best
    for column, text in enumerate(header):
        found = now.cell(number, column)
        if text is not None and not same(found, text):
            yield Sent(
                order="",
                row=number,
                column=column,
                heading=str(text),
                old=found,
                new=text,
                common=True,
            )


def _likeness(header: Row, row: Row, wrong: set[CellValue]) -> int | None:
    """How many headings stand in the row; None where another difference is not of our making."""
    width = max(len(header), len(row))
    equal = 0
    for column in range(width):
        text, found = _at(header, column), _at(row, column)
        if same(text, found):
            equal += text is not None
        elif text is not None and found not in wrong:
            return None
    enough = max(2, sum(text is not None for text in header) / 3)
    return equal if equal >= enough else None


def _arrangements(header: Row, width: int) -> Iterator[Row]:
    """The header as it was, with a column more or less, or with one moved."""
    yield header
    cells = list(header)
    for place in range(len(cells) + 1):
        yield (*cells[:place], None, *cells[place:])
    if len(header) > width + 1:
        return
    for place in range(len(cells)):
        rest = cells[:place] + cells[place + 1 :]
        yield trimmed(rest)
        for target in range(len(rest) + 1):
            if target != place:
                yield (*rest[:target], cells[place], *rest[target:])


def _keys(wrong: set[CellValue], before: Look, now: Snapshot) -> Iterator[Sent]:
    name = before.cells.cell(before.header_row, before.key_column)
    top, column = _find(now, name)
    if column is None:
        return
    look = Look(cells=now, header_row=top, key_column=column)
    known = before.cells.by_key(before.key_column, before.header_row)
    here = now.by_key(column, top)
    missing = [
        order for order, rows in known.items() if order and len(rows) == 1 and order not in here
    ]
    for number in range(top + 1, len(now.rows) + 1) if missing else ():
        found = now.cell(number, column)
        if found not in wrong or order_key(found) in known:
            continue
        fitting = [o for o in missing if _fits(known[o][0], number, before, look, wrong)]
        if len(fitting) == 1:
            key = before.cells.cell(known[fitting[0]][0], before.key_column)
            yield Sent(
                order=fitting[0], row=number, column=column, heading=str(name), old=found, new=key, common=True
            )  # fmt: skip


def _fits(then: int, row: int, before: Look, now: Look, wrong: set[CellValue]) -> bool:
    """Whether the row is that of the order but for what we wrote."""
    alike = 0
    for column, heading in enumerate(before.cells.headings(before.header_row)):
        places = now.columns(heading) if heading and column != before.key_column else []
        if len(places) != 1:
            continue
        old, new = before.cells.cell(then, column), now.cells.cell(row, places[0])
        if not same(old, new) and new not in wrong:
            return False
        alike += same(old, new) and old is not None
    return alike > 0


def _find(now: Snapshot, name: CellValue) -> tuple[int, int | None]:
    for number, row in enumerate(now.rows, start=1):
        if name in row:
            return number, list(row).index(name)
    return 0, None


def _with(snapshot: Snapshot, cells: Sequence[Sent]) -> Snapshot:
    if not cells:
        return snapshot
    changed = snapshot.after({(cell.row, cell.column): cell.new for cell in cells})
    changed.at, changed.formula_texts = snapshot.at, snapshot.formula_texts
    return changed


def _at(row: Row, column: int) -> CellValue:
    return row[column] if column < len(row) else None
