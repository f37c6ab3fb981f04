"""Formulas computed: cells that hold one, and the conditions of conditional formats."""

from __future__ import annotations

import operator
from typing import Any, Final

from tests.sheets_server.a1 import area
from tests.sheets_server.formula_functions import FUNCTIONS
from tests.sheets_server.formula_parts import CannotRead, Tree, tree_of
from tests.sheets_server.formula_values import (
    DIV0,
    NAME,
    NUM,
    PARSE,
    REF,
    VALUE,
    Block,
    Fault,
    Faulty,
    Value,
    compared,
    number,
    single,
    text,
    truth,
)
from tests.sheets_server.model import ApiError, Book, Sheet
from tests.sheets_server.references import offset

_ORDERS: Final = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_LAZY: Final = ("IF", "IFERROR", "ISERROR", "ISBLANK", "ISNUMBER", "ISTEXT", "ROW", "COLUMN")


class Workings:
    """One look at a book: the values of its cells, each formula computed once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._known: dict[tuple[int, int, int], Value] = {}
        self._busy: set[tuple[int, int, int]] = set()

    def value(self, sheet: Sheet, row: int, column: int) -> Value:
        """The value of a cell: text, a number, a bool, None for a blank, or a Fault."""
        cell = sheet.cell(row, column)
        typed = cell.get("userEnteredValue") if cell else None
        if not typed:
            return None
        [(name, value)] = typed.items()
        if name != "formulaValue":
            return value
        key = (sheet.id, row, column)
        if key not in self._known:
            if key in self._busy:
                return REF
            self._busy.add(key)
            self._known[key] = self.computed(value, sheet, row, column)
            self._busy.discard(key)
        return self._known[key]

    def computed(self, formula: str, sheet: Sheet, row: int, column: int) -> Value:
        """The value of a formula that stands in this cell."""
        try:
            found = _Scene(self, sheet, row, column).at(tree_of(formula))
            if isinstance(found, list):
                found = found[0][0]
        except Faulty as error:
            return error.fault
        except CannotRead:
            return PARSE
        except (OverflowError, ValueError):
            return NUM
        except IndexError:
            return Fault("#N/A")
        return 0 if found is None else found

    def holds(
        self, formula: str, sheet: Sheet, cell: tuple[int, int], first: tuple[int, int]
    ) -> bool:
        """Whether a condition is true of a cell, of a rule whose range begins at `first`."""
        moved = offset(formula, cell[0] - first[0], cell[1] - first[1])
        found = self.computed(moved, sheet, *cell)
        return not isinstance(found, (str, Fault)) and bool(found)


class _Scene:
    """A formula at its place."""

    def __init__(self, workings: Workings, sheet: Sheet, row: int, column: int) -> None:
        self.workings, self.sheet, self.row, self.column = workings, sheet, row, column

    def at(self, tree: Tree) -> Value | Block:
        """The value of a tree."""
        kind = tree[0]
        if kind in {"number", "text"}:
            return tree[1]
        if kind == "range":
            return self._range(tree[1])
        if kind == "call":
            return self._call(tree[1], tree[2])
        if kind == "blank":
            return None
        if kind == "minus":
            return -number(self.at(tree[1]))
        if kind == "percent":
            return number(self.at(tree[1])) / 100
        if kind == "error":
            raise Faulty(Fault(tree[1]))
        if kind == "name":
            return self._name(tree[1])
        return _joined(kind, self.at(tree[1]), self.at(tree[2]))

    def _name(self, name: str) -> Value | Block:
        if name.upper() in {"TRUE", "FALSE"}:
            return name.upper() == "TRUE"
        if any(n["name"].casefold() == name.casefold() for n in self.workings.book.named_ranges):
            return self._range(name)
        raise Faulty(NAME)

    def _range(self, name: str) -> Value | Block:
        try:
            found = area(self.workings.book, name if "!" in name else self._own(name))
        except ApiError:
            raise Faulty(REF) from None
        value, sheet = self.workings.value, found.sheet
        if found.bottom - found.top == 1 and found.right - found.left == 1:
            return value(sheet, found.top, found.left)
        bottom = min(found.bottom, max(len(sheet.rows), found.top + 1))
        return [
            [value(sheet, row, column) for column in range(found.left, found.right)]
            for row in range(found.top, bottom)
        ]

    def _own(self, name: str) -> str:
        return "'" + self.sheet.title.replace("'", "''") + "'!" + name

    def _call(self, name: str, trees: list[Tree]) -> Value | Block:
        if name in {"ROW", "COLUMN"} and not trees:
            return (self.row if name == "ROW" else self.column) + 1
        if name == "IF":
            branch = 1 if truth(self.at(trees[0])) else 2
            return self.at(trees[branch]) if branch < len(trees) else False
        if name == "IFERROR":
            found = self._bare(trees[0])
            if not isinstance(found, Fault):
                return found
            return self.at(trees[1]) if len(trees) > 1 else None
        if name not in FUNCTIONS:
            raise Faulty(NAME)
        take = self._bare if name in _LAZY else self.at
        return FUNCTIONS[name]([take(tree) for tree in trees])

    def _bare(self, tree: Tree) -> Value | Block:
        """The value of a tree; a fault is given, not raised."""
        try:
            return self.at(tree)
        except Faulty as error:
            return error.fault


def _joined(sign: str, left: Value | Block, right: Value | Block) -> Any:
    """The value of an operator between two others."""
    if sign in _ORDERS:
        return _ORDERS[sign](compared(single(left), single(right)), 0)
    if sign == "&":
        return text(left) + text(right)
    first, second = number(left), number(right)
    if sign == "+":
        return first + second
    if sign == "-":
        return first - second
    if sign == "*":
        return first * second
    if sign == "^":
        found = first**second
        if isinstance(found, complex):
            raise Faulty(NUM)
        return found
    if second == 0:
        raise Faulty(DIV0 if sign == "/" else VALUE)
    return first / second
