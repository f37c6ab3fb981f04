"""What people do to a sheet while a program works on it: type, tick, sort, drag, paste, rename.

An act is a small value, so that a trace can be printed and played again: `perform(book, act)`. Rows
are counted from the first one below the header; a number beyond the last row means the last one.
Whatever moves cells goes through the server's own request kinds, so that it moves them as the API
would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import tests.sheets_server.requests.kinds  # noqa: F401 - makes the kinds known
from tests.sheets_server.model import ApiError, Book, Json, Sheet
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.trail import TRAIL, Trail, Typed, cell_of, trail_of, value_of

_HEADER_WITHIN: Final = 20


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person does: its name and what to."""

    name: str
    args: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(repr(arg) for arg in self.args)})"


@dataclass(frozen=True, slots=True)
class Keystroke:
    """A line of the people's ledger: what was typed, where, and whether the row had been there before."""

    at: int
    order: Typed
    role: str
    value: Typed
    existed: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where the orders stand: the tab, the row of the header, and each role's column."""

    sheet: Sheet
    head: int
    columns: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many rows stand below the header, up to the last one that holds anything."""
        for number in range(len(self.sheet.rows) - 1, self.head, -1):
            if any(value_of(cell) is not None for cell in self.sheet.rows[number]):
                return number - self.head
        return 0

    @property
    def width(self) -> int:
        """Columns up to the last one with a heading."""
        return 1 + max(self.columns.values())


def place_of(book: Book) -> Place:
    """Find the orders by their headings' trails, wherever the header stands now."""
    for sheet in book.sheets:
        for number, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
            roles = {t.role: c for c, cell in enumerate(row) if (t := trail_of(cell)) and t.role}
            if roles:
                return Place(sheet, number, roles)
    raise LookupError("No tab of this book has a header that people know.")


@dataclass(slots=True)
class _Desk:
    """One person at one sheet for one act."""

    book: Book
    place: Place
    at: int
    strokes: list[Keystroke] = field(default_factory=list)

    @property
    def sheet(self) -> Sheet:
        return self.place.sheet

    def row(self, number: int) -> int:
        """The index of an existing row."""
        return self.place.head + 1 + min(number, max(self.place.count - 1, 0))

    def gap(self, number: int) -> int:
        """The index at which a row may be put in: also just below the last row."""
        return self.place.head + 1 + min(number, self.place.count)

    def rows(self, start: int, end: int) -> Json:
        """A grid range over whole rows, as wide as the headings reach."""
        return {
            "sheetId": self.sheet.id,
            "startRowIndex": start,
            "endRowIndex": end,
            "startColumnIndex": 0,
            "endColumnIndex": self.place.width,
        }

    def span(self, dimension: str, start: int, end: int) -> Json:
        return {
            "sheetId": self.sheet.id,
            "dimension": dimension,
            "startIndex": start,
            "endIndex": end,
        }

    def ask(self, kind: str, body: Json) -> None:
        apply_all(self.book, [{kind: body}])

    def type(self, row: int, role: str, value: Typed, *, existed: bool = True) -> None:
        """Put a value under a heading; a role that is gone by now takes no keystroke."""
        if role not in self.place.columns:
            return
        column = self.place.columns[role]
        old = self.sheet.cell(row, column)
        self.sheet.put(row, column, {**_dress(old), **cell_of(value, Trail(self.at, old))})
        order = value_of(self.sheet.cell(row, self.place.columns["order_id"]))
        self.strokes.append(Keystroke(self.at, order, role, value, existed))


def _dress(cell: Json | None) -> Json:
    """What typing leaves as it was: format, validation, note."""
    return {k: v for k, v in (cell or {}).items() if k[:2] != "x-" and k != "userEnteredValue"}


def _value(cell: Json | None) -> Json:
    entered = (cell or {}).get("userEnteredValue")
    return {"userEnteredValue": entered} if entered else {}


_Doing = Callable[..., None]
ACTS: Final[dict[str, _Doing]] = {}


def _act(doing: _Doing) -> _Doing:
    ACTS[doing.__name__.lstrip("_")] = doing
    return doing


def perform(book: Book, act: Act, at: int = 0) -> list[Keystroke]:
    """Do `act` at moment `at`; gives the keystrokes it came to. What the sheet refuses is not done."""
    desk = _Desk(book, place_of(book), at)
    try:
        ACTS[act.name](desk, *act.args)
    except ApiError as error:
        if error.code != 400:
            raise
    book.version += 1
    return desk.strokes


# Typing ---------------------------------------------------------------------------------------


@_act
def _type_in(desk: _Desk, row: int, role: str, value: Typed) -> None:
    desk.type(desk.row(row), role, value)


@_act
def _clear(desk: _Desk, row: int, role: str) -> None:
    desk.type(desk.row(row), role, None)


@_act
def _tick(desk: _Desk, row: int, role: str = "picked") -> None:
    desk.type(desk.row(row), role, True)


@_act
def _untick(desk: _Desk, row: int, role: str = "picked") -> None:
    desk.type(desk.row(row), role, False)


@_act
def _edit_key(desk: _Desk, row: int, key: Typed) -> None:
    desk.type(desk.row(row), "order_id", key)


@_act
def _paste_block(desk: _Desk, row: int, role: str, block: Sequence[Sequence[Typed]]) -> None:
    """Paste values over the cells right and down of a cell, as far as there are headings."""
    first = desk.place.columns.get(role)
    at = {column: name for name, column in desk.place.columns.items()}
    for down, values in enumerate(block):
        for right, value in enumerate(values):
            if first is not None and first + right in at:
                desk.type(desk.row(row) + down, at[first + right], value)


# Rows -----------------------------------------------------------------------------------------


@_act
def _sort(desk: _Desk, role: str, descending: bool = False) -> None:
    """Sort the rows below the header by a column."""
    desk.ask("sortRange", {"range": _below(desk), "sortSpecs": _by(desk, role, descending)})


@_act
def _insert_empty(desk: _Desk, row: int) -> None:
    _open_row(desk, desk.gap(row))


@_act
def _insert_filled(desk: _Desk, row: int, values: Sequence[tuple[str, Typed]]) -> None:
    """Insert a row and fill it at once, as a paste of a copied row does."""
    index = desk.gap(row)
    _open_row(desk, index)
    for role, value in values:
        desk.type(index, role, value, existed=False)


@_act
def _delete(desk: _Desk, row: int) -> None:
    index = desk.row(row)
    desk.ask("deleteDimension", {"range": desk.span("ROWS", index, index + 1)})


@_act
def _move_rows(desk: _Desk, first: int, count: int, to: int) -> None:
    """Drag rows to before row `to`."""
    start = desk.row(first)
    source = desk.span("ROWS", start, min(start + count, desk.gap(desk.place.count)))
    desk.ask("moveDimension", {"source": source, "destinationIndex": desk.gap(to)})


@_act
def _cut_paste(desk: _Desk, row: int, to: int) -> None:
    """Cut a row's cells and paste them over row `to`, or into the first empty row below all."""
    source, target = desk.row(row), desk.gap(to)
    goal = {"sheetId": desk.sheet.id, "rowIndex": target, "columnIndex": 0}
    body = {"source": desk.rows(source, source + 1), "destination": goal}
    if source == target:
        return
    cells = [desk.sheet.cell(source, column) for column in range(desk.place.width)]
    desk.ask("cutPaste", {**body, "pasteType": "PASTE_NORMAL"})
    for column, cell in enumerate(cells):
        private = {k: v for k, v in (cell or {}).items() if k[:2] == "x-"}
        desk.sheet.put(target, column, {**_dress(cell), **_value(cell), **private})
        # Nothing of anybody's is left behind: what was known of the cell went with it.
        desk.sheet.put(source, column, _dress(desk.sheet.cell(source, column)) or None)


@_act
def _duplicate(desk: _Desk, row: int, to: int) -> None:
    """Insert a copy of a row before row `to`: the same Order ID stands twice.

    A copy of what a program wrote is no keystroke of a person.
    """
    source, target = desk.row(row), desk.gap(to)
    cells = list(desk.sheet.rows[source])
    _open_row(desk, target)
    for column, cell in enumerate(cells):
        if cell is not None:
            own = {TRAIL: Trail(desk.at)} if trail_of(cell) else {}
            desk.sheet.put(target, column, {**_dress(cell), **_value(cell), **own})
            for mark in (cell[name] for name in cell if name[:2] == "x-" and name != TRAIL):
                desk.sheet.put(target, column, mark.on_a_copy(desk.sheet.cell(target, column)))


@_act
def _insert_above(desk: _Desk) -> None:
    """Insert a title row above the header."""
    desk.ask("insertDimension", {"range": desk.span("ROWS", 0, 1), "inheritFromBefore": False})
    desk.sheet.put(0, 0, cell_of("Our orders", Trail(desk.at)))


@_act
def _delete_above(desk: _Desk) -> None:
    if desk.place.head:
        desk.ask("deleteDimension", {"range": desk.span("ROWS", 0, desk.place.head)})


def _open_row(desk: _Desk, index: int) -> None:
    span = desk.span("ROWS", index, index + 1)
    desk.ask("insertDimension", {"range": span, "inheritFromBefore": True})


def _below(desk: _Desk) -> Json:
    return desk.rows(desk.place.head + 1, desk.place.head + 1 + desk.place.count)


def _by(desk: _Desk, role: str, descending: bool) -> list[Json]:
    order = "DESCENDING" if descending else "ASCENDING"
    return [{"dimensionIndex": desk.place.columns.get(role, 0), "sortOrder": order}]


# Columns and tabs -----------------------------------------------------------------------------


@_act
def _move_column(desk: _Desk, role: str, to: int) -> None:
    """Drag a column to before the column `to`."""
    column = desk.place.columns.get(role)
    if column is not None:
        source = desk.span("COLUMNS", column, column + 1)
        desk.ask("moveDimension", {"source": source, "destinationIndex": min(to, desk.place.width)})


@_act
def _insert_column(desk: _Desk, before: int, heading: str) -> None:
    """Insert a column of staff's own; its role is `extra`, a colon and its heading (with ' where taken)."""
    index = min(before, desk.place.width)
    span = desk.span("COLUMNS", index, index + 1)
    desk.ask("insertDimension", {"range": span, "inheritFromBefore": False})
    role = f"extra:{heading}"
    while role in desk.place.columns:
        role += "'"
    desk.sheet.put(desk.place.head, index, cell_of(heading, Trail(desk.at, role=role)))


@_act
def _delete_column(desk: _Desk, role: str) -> None:
    column = desk.place.columns.get(role)
    if column is not None:
        desk.ask("deleteDimension", {"range": desk.span("COLUMNS", column, column + 1)})


@_act
def _rename_heading(desk: _Desk, role: str, heading: str) -> None:
    column = desk.place.columns.get(role)
    if column is not None:
        old = desk.sheet.cell(desk.place.head, column)
        trail = replace((old or {})[TRAIL], at=desk.at)
        desk.sheet.put(desk.place.head, column, {**_dress(old), **cell_of(heading, trail)})


@_act
def _rename_tab(desk: _Desk, title: str) -> None:
    properties = {"sheetId": desk.sheet.id, "title": title}
    desk.ask("updateSheetProperties", {"properties": properties, "fields": "title"})


@_act
def _set_filter(desk: _Desk) -> None:
    span = desk.rows(desk.place.head, desk.place.head + 1 + desk.place.count)
    desk.ask("setBasicFilter", {"filter": {"range": span}})


@_act
def _clear_filter(desk: _Desk) -> None:
    desk.ask("clearBasicFilter", {"sheetId": desk.sheet.id})


@_act
def _filter_view(desk: _Desk, role: str, descending: bool = False) -> None:
    """A person sorts a view of one's own: nobody else's rows move."""
    span = desk.rows(desk.place.head, desk.place.head + 1 + desk.place.count)
    view = {"title": f"By {role}", "range": span, "sortSpecs": _by(desk, role, descending)}
    desk.ask("addFilterView", {"filter": view})
