"""Finding an order's row again, the same way on every kind of tracker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sheetsync.domain.model import DOUBLED_ORDER_RULE, CellValue
from sheetsync.domain.texts import clean_id

_SAFE_WHOLE: Final = 10**15

GONE: Final = "the order is no longer in the tracker"
DOUBLED: Final = "the Order ID stands in more than one row"


def order_key(cell: CellValue) -> str:
    """The Order ID of a key cell as orders are compared, "" when there is none to be used.

    Text is cleaned of what cannot be seen; a whole number of at most 15 digits is its digits.
    """
    if isinstance(cell, str):
        return clean_id(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return ""
    whole = 0 <= cell < _SAFE_WHOLE and float(cell).is_integer()
    return str(int(cell)) if whole else ""


def rows_by_order(
    keys: Iterable[tuple[int, CellValue]], wanted: Collection[str]
) -> Mapping[str, tuple[int, ...]]:
    """The rows of each wanted order, given (row number, key cell) of every row below the header."""
    rows: dict[str, tuple[int, ...]] = dict.fromkeys(wanted, ())
    for number, cell in keys:
        order = cell if isinstance(cell, str) and cell in rows else order_key(cell)
        if order in rows:
            rows[order] = (*rows[order], number)
    return rows


def single_row(rows: tuple[int, ...]) -> tuple[int, str]:
    """(row, "") of an order that stands in exactly one row, else (0, why not)."""
    if len(rows) == 1:
        return rows[0], ""
    return 0, DOUBLED if rows else GONE


def row_of(rows: tuple[int, ...], row: int, rule: str) -> tuple[int, str]:
    """(row, "") where a change belongs, else (0, why not).

    A doubled order is left alone, but for the words under Check that name the doubling: those belong in
    the very `row` that was read, as long as the Order ID still stands there.
    """
    if rule == DOUBLED_ORDER_RULE and len(rows) > 1:
        return (row, "") if row in rows else (0, DOUBLED)
    return single_row(rows)


def same(first: CellValue, second: CellValue) -> bool:
    """Whether two cells hold the same: a tick is no number, and an empty text is a blank."""
    first = None if first == "" else first
    second = None if second == "" else second
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return first == second
