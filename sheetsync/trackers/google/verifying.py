"""Reads how a write was carried out: what it replaced, whose rows it met, and what is to be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from sheetsync.domain.model import CellError, CellValue
from sheetsync.trackers.google.aligning import aligned, differing, likeness
from sheetsync.trackers.google.journal import Sent, Then, Under, Undo
from sheetsync.trackers.google.sending import around, is_compared
from sheetsync.trackers.google.snapshot import ERRORS, Row, Snapshot, trimmed
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.matching import order_key, same


@dataclass(frozen=True, slots=True)
class Replaced:
    """What stood in a cell at the moment of a write; `formula` where it was one."""

    value: CellValue = None
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """How a write was carried out.

    `replaced` are the cells of the safety copy by (row number, column), `width` how many columns of a
    row it shows, 0 where it does not show rows whole. `shown` are cells of the tracker tab after the
    write. `ticket` tells which write it was.
    """

    ticket: str
    replaced: Mapping[tuple[int, int], Replaced]
    width: int = 0
    shown: Mapping[tuple[int, int], Replaced] = field(default_factory=dict)

    @classmethod
    def of(
        cls, sheets: Sequence[Json], *, tab: int, copy: int, ticket_column: int, width: int
    ) -> Landing:
        """From the tabs of an answer, those with the ids of the tracker tab and the safety copy."""
        cells: dict[int, dict[tuple[int, int], Replaced]] = {tab: {}, copy: {}}
        for sheet in sheets:
            number = sheet.get("properties", {}).get("sheetId", 0)
            if number in cells:
                cells[number] |= {place: _replaced(cell) for place, cell in _cells(sheet)}
        ticket = cells[copy].pop((1, ticket_column), Replaced()).value
        return cls(ticket=str(ticket or ""), replaced=cells[copy], width=width, shown=cells[tab])

    def cell(self, row: int, column: int) -> Replaced:
        """What stood in a cell."""
        return self.replaced.get((row, column), Replaced())

    def headings(self, row: int, width: int) -> tuple[str, ...]:
        """The texts of a row at the moment of the write."""
        values = (self.cell(row, column).value for column in range(max(width, self.width)))
        return _texts([v if isinstance(v, str) and v not in ERRORS else None for v in values])

    def row(self, number: int) -> tuple[CellValue, ...] | None:
        """A touched row as it was, None where it was not shown."""
        if not self.width:
            return None
        return tuple(trimmed([self.cell(number, column).value for column in range(self.width)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What became of the cells of a write; those in neither `stand` nor `away` were not written at all.

    `stand`: in their own order's row. `away`: elsewhere, or over something else than what had been
    read. `undos`: what is to be put back.
    """

    stand: tuple[Sent, ...] = ()
    away: tuple[Sent, ...] = ()
    undos: tuple[Undo, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is to be put back."""
        return not self.undos


def verify(sent: Sequence[Sent], landing: Landing, under: Under) -> Verdicts:
    """Hold a write against what was meant when its cells were read `under` that."""
    touched = {row: list(cells) for row, cells in groupby(sent, key=lambda cell: cell.row)}
    top, there = under.header_row, landing.headings(under.header_row, len(under.headings))
    if there != _texts(under.headings):
        top, there = _likeliest(under, landing, touched)
    stays = {c for c in range(len(under.headings)) if _stays(c, under.headings, there)}
    key_column = aligned(under.headings, there).get(under.key_column, under.key_column)
    wide = max(landing.width, *(cell.column + 1 for cell in sent))
    hit = _texts(_after(touched.get(top, ()), there, landing))
    thens = {
        row: _then(row, cells, landing, _padded(hit if row == top else there, wide), key_column)
        for row, cells in touched.items()
    }
    unmoved = there == _texts(under.headings)
    thens = _doubles_told(thens)
    stand, away, undos = [], [], []
    for cell in sent:
        if not _is_written(cell, landing):
            continue
        found = landing.cell(cell.row, cell.column)
        as_read = same(found.value, cell.old) and not found.formula
        steady = {under.key_column, cell.column} <= stays
        if as_read and (steady or unmoved) and _in_own_row(cell, landing, key_column):
            stand.append(cell)
            continue
        away.append(cell)
        if not _says_the_same(cell, found):
            undos.append(_undo(cell, found, landing, thens[cell.row]))
    return Verdicts(stand=tuple(stand), away=tuple(away), undos=tuple(undos))


def _padded(headings: tuple[str, ...], wide: int) -> tuple[str, ...]:
    return headings + ("",) * (wide - len(headings))


def _stays(column: int, headings: Sequence[str], there: Sequence[str]) -> bool:
    """Whether a column surely stands where it stood."""
    text = headings[column]
    unique = list(headings).count(text) == list(there).count(text) == 1
    return bool(text) and unique and list(there).index(text) == column


def _in_own_row(cell: Sent, landing: Landing, key_column: int) -> bool:
    row = landing.row(cell.row)
    named = order_key(landing.cell(cell.row, key_column).value) == cell.order
    if cell.beside is None or row is None:
        return named
    return (named and cell.alone) or differing(cell.beside, row) <= 1


def _says_the_same(cell: Sent, found: Replaced) -> bool:
    return not cell.formula and not found.formula and same(found.value, cell.new)


def _undo(cell: Sent, found: Replaced, landing: Landing, then: Then) -> Undo:
    shown = landing.shown.get((cell.row, cell.column), Replaced()).value
    return Undo(
        then=then,
        order=cell.order if cell.beside is None else "",
        heading=cell.heading,
        column=cell.column,
        wrong=shown if cell.formula else cell.new,
        right=found.value,
        formula=found.formula,
    )


def _then(
    row: int, sent: Sequence[Sent], landing: Landing, headings: tuple[str, ...], key: int
) -> Then:
    """The row as it stands after the write."""
    before = landing.row(row)
    cells = None if before is None else tuple(_after(sent, before, landing))
    keys = [cell.new for cell in sent if cell.column == key and _is_written(cell, landing)]
    known = keys[0] if keys else landing.cell(row, key).value
    return Then(
        write=landing.ticket,
        number=row,
        key=order_key(known),
        cells=cells,
        touched=tuple(cell.column for cell in sent if _is_written(cell, landing)),
        headings=headings,
        key_column=key,
    )


def _doubles_told(thens: Mapping[int, Then]) -> dict[int, Then]:
    """The same rows, those with one Order ID in common known as such."""
    keys = Counter(then.key for then in thens.values())
    return {
        row: replace(then, doubled=bool(then.key) and keys[then.key] > 1)
        for row, then in thens.items()
    }


def _after(sent: Iterable[Sent], before: Sequence[CellValue], landing: Landing) -> Row:
    """A row as it stands after the write."""
    written = {(1, cell.column): cell.new for cell in sent if _is_written(cell, landing)}
    return Snapshot(rows=[before]).after(written).row(1)


def _is_written(cell: Sent, landing: Landing) -> bool:
    found = landing.cell(cell.row, cell.column)
    return not is_compared(cell) or (same(found.value, cell.old) and not found.formula)


def _likeliest(
    under: Under, landing: Landing, touched: Iterable[int]
) -> tuple[int, tuple[str, ...]]:
    """The header, where it did not stand as it was read: perhaps some rows away, as far as that was copied.

    Its row number, 0 where it is not there, and its texts.
    """
    rows = [*range(*around(under.header_row)), *touched]
    found = [(row, landing.headings(row, len(under.headings))) for row in rows]
    row, best = max(found, key=lambda each: likeness(each[1], under.headings))
    return (row, best) if likeness(best, under.headings) > 1 else (0, under.headings)


def _texts(cells: Sequence[CellValue]) -> tuple[str, ...]:
    """The texts of a row without the blanks at its end."""
    found = trimmed([cell if isinstance(cell, str) and cell else None for cell in cells])
    return tuple(str(text or "") for text in found)


def _cells(sheet: Json) -> Iterator[tuple[tuple[int, int], Json]]:
    for block in sheet.get("data", []):
        first = block.get("startColumn", 0)
        for number, row in enumerate(block.get("rowData", []), start=block.get("startRow", 0) + 1):
            for column, cell in enumerate(row.get("values", []), start=first):
                yield (number, column), cell


def _replaced(cell: Json) -> Replaced:
    formula = cell.get("userEnteredValue", {}).get("formulaValue", "")
    return Replaced(_value(cell.get("effectiveValue", {})), formula)


def _value(value: Json) -> CellValue:
    if "errorValue" in value:
        return CellError(str(value["errorValue"].get("type", "ERROR")))
    text: CellValue = value.get("stringValue") or None
    return value.get("numberValue", value.get("boolValue", text))
