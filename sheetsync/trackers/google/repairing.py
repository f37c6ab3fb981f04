"""Puts right what was displaced: which cells hold our value and should not, and what belongs there.

Only a cell that still holds exactly our value is touched, and only with what stood there before. What
cannot be told from a person's typing is left alone and said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.journal import Sent, Undo
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.verifying import undo_of
from sheetsync.trackers.matching import order_key, same

Target = tuple[str, str]
"""Order ID and heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A snapshot, and where its header row and its Order IDs are."""

    cells: Snapshot
    header_row: int
    key_column: int
    renamed: Mapping[str, int] = field(default_factory=dict)
    """Columns of headings that are no longer there, by the name they had."""

    def rows(self, order: str) -> tuple[int, ...]:
        """The rows of an order; of "" those without an Order ID."""
        return self.cells.by_key(self.key_column, self.header_row).get(order, ())

    def columns(self, heading: str, width: int = 0) -> list[int]:
        """The columns under a heading; under "" those without one, of the first `width`."""
        headings = self.cells.headings(self.header_row)
        if heading in self.renamed:
            return [self.renamed[heading]]
        padded = [*headings, *[""] * (width - len(headings))]
        return [index for index, text in enumerate(padded) if text == heading]

    def places(self, order: str, heading: str) -> list[tuple[int, int]]:
        """(row number, column) of every cell of the order under the heading."""
        return [
            (row, column)
            for row in self.rows(order)
            for column in self.columns(heading, len(self.cells.row(row)))
        ]


def followed(before: Look, now: Look) -> Look:
    """`now`, in which a column that got a new name since `before` is still found under its old one."""
    old = before.cells.headings(before.header_row)
    new = now.cells.headings(now.header_row)
    renamed = {
        text: index
        for index, text in enumerate(old)
        if text and text not in new and index < len(new) and new[index] not in old
    }
    return replace(now, renamed=renamed) if renamed else now


@dataclass(slots=True)
class Repair:
    """One round: cells to send (in row order), formulas to give back, and what cannot be told apart."""

    cells: list[Sent] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    unclear: list[Undo] = field(default_factory=list)


def targets(sent: Iterable[Sent]) -> dict[Target, CellValue]:
    """What is meant to stand where."""
    return {(cell.order, cell.heading): cell.new for cell in sent}


def repair(
    undos: Sequence[Undo],
    missing: Sequence[Sent],
    *,
    meant: Mapping[Target, CellValue],
    before: Look,
    now: Look,
) -> Repair:
    """What to send now so that `undos` are undone and the cells of `missing` stand in their own rows.

    `before` is the look that the displaced write was made from: an order that was edited since waits
    for the next pass.
    """
    out = Repair()
    taken: set[tuple[int, int]] = set()
    for undo in undos:
        _undo(undo, meant, now, taken, out)
    for cell in missing:
        place = _place(cell, before, now)
        if place is not None and place not in taken:
            taken.add(place)
            out.cells.append(_at(cell.order, place, cell.heading, cell.old, cell.new))
    out.cells.sort(key=lambda cell: (cell.row, cell.column))
    return out


def infer(sent: Sequence[Sent], *, before: Look, now: Look, written: bool = False) -> list[Undo]:
    """Where cells of a write that nobody answered for stand in rows of other orders.

    A value that only we write is found wherever it went; a word that people type too counts only in the
    very row it was sent to. `written`: the answer told that it was carried out, but not where.
    """
    meant = targets(sent)
    steady = before.cells.row(before.header_row) == now.cells.row(now.header_row)
    found: dict[tuple[int, int], Undo] = {}
    own = [cell for cell in sent if not cell.common]
    for number in range(now.header_row + 1, len(now.cells.rows) + 1) if own else ():
        cells = now.cells.row(number)
        for cell in _hits(own, cells, steady):
            _suspect(number, cell, meant, before, now, found)
    for each in sent:
        if each.common and each.row > now.header_row:
            _suspect(
                each.row, each.column, meant, before, now, found,
                wrong=each.new, compared=True, new_row=written,
            )  # fmt: skip
    return list(found.values())


def standing(sent: Sequence[Sent], now: Look) -> list[Sent]:
    """The cells that stand in their own order's row."""
    return [
        cell
        for cell in sent
        if any(same(now.cells.cell(*p), cell.new) for p in now.places(cell.order, cell.heading))
    ]


def corrected(undos: Sequence[Undo], meant: Mapping[Target, CellValue], now: Look) -> Snapshot:
    """The cells as they will be once the undos are done, for planning before they are."""
    cells = repair(undos, (), meant=meant, before=now, now=now).cells
    seen = now.cells.after({(cell.row, cell.column): cell.new for cell in cells})
    seen.formula_texts, seen.at = now.cells.formula_texts, now.cells.at
    return seen


def _hits(own: Sequence[Sent], cells: Sequence[CellValue], steady: bool) -> list[int]:  # noqa: FBT001
    """Columns of a row that hold a value of ours; with steady columns only under its own heading."""
    width = len(cells)
    if steady:
        return [c.column for c in own if c.column < width and same(cells[c.column], c.new)]
    values = {cell.new for cell in own}
    return [index for index, value in enumerate(cells) if value in values]


def _suspect(  # noqa: PLR0917 - a place, and the two looks
    number: int,
    column: int,
    meant: Mapping[Target, CellValue],
    before: Look,
    now: Look,
    found: dict[tuple[int, int], Undo],
    *,
    wrong: CellValue = None,
    compared: bool = False,
    new_row: bool = True,
) -> None:
    """Note the cell as displaced where it differs from what stood there and is not meant to be so."""
    value = now.cells.cell(number, column)
    if compared and not same(value, wrong):
        return
    order = order_key(now.cells.cell(number, now.key_column))
    headings = now.cells.headings(now.header_row)
    heading = headings[column] if column < len(headings) else ""
    if (order, heading) in meant and same(meant[order, heading], value):
        return
    undo = undo_of(order, heading, value, before.cells, before.header_row, before.key_column)
    if any(same(right, value) for right in undo.rights) or not (undo.rights or new_row):
        return
    found[number, column] = undo


def _undo(
    undo: Undo,
    meant: Mapping[Target, CellValue],
    now: Look,
    taken: set[tuple[int, int]],
    out: Repair,
) -> None:
    if (undo.order, undo.heading) in meant and same(meant[undo.order, undo.heading], undo.wrong):
        return
    places = now.places(undo.order, undo.heading)
    hits = [p for p in places if p not in taken and same(now.cells.cell(*p), undo.wrong)]
    surplus = len(hits) - sum(same(right, undo.wrong) for right in undo.rights)
    if not hits or surplus <= 0:
        return
    if not undo.order and len(undo.rights) > 1:
        # Rows without an Order ID cannot be told apart; what was typed into one must not come into another.
        undo = replace(undo, rights=(None,) if None in undo.rights else undo.rights)
    others = Counter(now.cells.cell(*p) for p in places if p not in hits)
    rights = (
        list((Counter(undo.rights) - others).elements())
        if len(undo.rights) > 1
        else list(undo.rights)
    )
    if len(set(rights)) > 1 or surplus < len(hits):
        out.unclear.append(undo)
        return
    place, right = hits[0], rights[0] if rights else None
    taken.add(place)
    if undo.formula:
        out.formulas[place] = undo.formula
    out.cells.append(_at(undo.order, place, undo.heading, undo.wrong, right))


def _place(cell: Sent, before: Look, now: Look) -> tuple[int, int] | None:
    """Where a displaced cell belongs now; None where its order or row is not what it was."""
    then, here = before.rows(cell.order), now.places(cell.order, cell.heading)
    if len(then) != 1 or len(here) != 1 or not same(now.cells.cell(*here[0]), cell.old):
        return None
    headings = [h for h in before.cells.headings(before.header_row) if h]
    for heading in headings:
        was = [before.cells.cell(*p) for p in before.places(cell.order, heading)]
        stands = [now.cells.cell(*p) for p in now.places(cell.order, heading)]
        if len(was) == len(stands) == 1 and not same(was[0], stands[0]) and heading != cell.heading:
            return None
    return here[0]


def _at(order: str, place: tuple[int, int], heading: str, old: CellValue, new: CellValue) -> Sent:
    row, column = place
    return Sent(order=order, row=row, column=column, heading=heading, old=old, new=new)
