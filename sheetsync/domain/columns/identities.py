"""Which rows are orders, and which of them may be written to: one row, one Order ID, no doubt.

A row that cannot be told apart from another is named and left alone; nothing is merged or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.columns.cells import read_ids
from sheetsync.domain.columns.headings import normalise_heading
from sheetsync.domain.columns.reading import Reader, ReadingOptions
from sheetsync.domain.findings import FindingList, Problem
from sheetsync.domain.grid import Cells, Distinct, Mask, columns_at
from sheetsync.domain.model import CellValue, HeaderMap, Sheet
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.domain.texts import both, clean_id

_TOTALS: Final = frozenset({"total", "totals", "grand total", "subtotal", "sub-total", "sum"})
_ENDS_IN_NO_DIGIT: Final = re.compile(r"(?:[^0-9\n]|\A|\n)(?:\n|\Z)")
_NAMED_ROWS: Final = 3
_TOTAL: Final = "Row {row} looks like a total or a repeated heading, so it is not read as an order."
_ID_RULE: Final = ColumnRule(key="order_id", title="Order ID", type="id", source=Source("", 0))


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """The order rows: `keys` is "" where unusable; `read` is the Order ID as read, doubled or not."""

    rows: npt.NDArray[np.int64]
    keys: Cells
    read: Cells
    usable: Mask
    findings: FindingList


def read_identities(
    sheet: Sheet, header: HeaderMap, options: ReadingOptions
) -> tuple[Mapping[str, Cells], Identities]:
    """The cells of the order rows by column key, and who they are."""
    below, rows = _below_header(sheet, header)
    columns = columns_at(below, frozenset(header.columns.values()))
    heading = header.headings["order_id"]
    reader = Reader(
        rule=_ID_RULE,
        heading=heading,
        timezone=sheet.timezone,
        date_system=sheet.date_system,
        options=options,
    )
    distinct = Distinct.of(columns[header.columns["order_id"]], repeats=False)
    texts, problems = read_ids(distinct.cells, reader)
    ids = distinct.spread(texts, "")
    broken = _spread_errors(distinct, problems)
    blank = (ids == "") & ~broken
    other = _no_orders(distinct, texts, heading)
    order = ~blank & ~other
    every = bool(order.all())
    found = _identify(ids if every else ids[order], rows[order], heading)
    found.findings.add_problems(distinct.codes[order], "order_id", problems)
    held = [place for place in np.flatnonzero(blank).tolist() if _holds_something(below[place])]
    for numbers, words in ((rows[held], _unnamed(heading)), (rows[other], _TOTAL)):
        told = [words.format(row=number) for number in numbers.tolist()]
        found.findings.add_rows(numbers, "order_id", "not_an_order", "warning", told)
    if not every:
        columns = {index: cells[order] for index, cells in columns.items()}
    return {key: columns[index] for key, index in header.columns.items()}, found


def _below_header(
    sheet: Sheet, header: HeaderMap
) -> tuple[Sequence[Sequence[CellValue]], npt.NDArray[np.int64]]:
    numbers = np.asarray(sheet.row_numbers, dtype=np.int64)
    below = int(np.searchsorted(numbers, header.row_number, side="right"))
    return sheet.rows[below:], numbers[below:]


def _spread_errors(distinct: Distinct, problems: dict[int, Problem]) -> Mask:
    flags = np.zeros(len(distinct.cells), dtype=bool)
    flags[[place for place, problem in problems.items() if problem.severity == "error"]] = True
    return np.asarray(distinct.spread(flags, blank=False))


def _no_orders(distinct: Distinct, texts: Cells, heading: str) -> Mask:
    """Rows whose Order ID cell says that they are none: totals, and a heading repeated below."""
    again = normalise_heading(heading)
    flags = np.zeros(len(texts), dtype=bool)
    # Nearly every Order ID ends in a digit, and neither a heading nor a total does.
    if not _ENDS_IN_NO_DIGIT.search("\n".join(texts)):
        return np.zeros(len(distinct.codes), dtype=bool)
    for place in [place for place, text in enumerate(texts) if not text[-1:].isdigit()]:
        word = normalise_heading(texts[place])
        flags[place] = word == again or word in _TOTALS
    return np.asarray(distinct.spread(flags, blank=False))


def _identify(ids: Cells, rows: npt.NDArray[np.int64], heading: str) -> Identities:
    doubled = np.zeros(len(ids), dtype=bool)
    if len(set(ids.tolist())) < len(ids):
        doubled = (pd.Series(ids, dtype=object).duplicated(keep=False) & (ids != "")).to_numpy()
    usable = (ids != "") & ~doubled
    keys = ids if usable.all() else np.where(usable, ids, "").astype(object, copy=False)
    findings = FindingList(ids, rows)
    places = np.flatnonzero(doubled)
    findings.add(
        places, "order_id", "doubled_order_id", "error", _doubled_words(ids, rows, places, heading)
    )
    return Identities(rows, keys, ids, usable, findings)


def _doubled_words(
    ids: Cells, rows: npt.NDArray[np.int64], places: npt.NDArray[np.intp], heading: str
) -> list[str]:
    groups: dict[str, list[int]] = {}
    for place in places.tolist():
        groups.setdefault(ids[place], []).append(int(rows[place]))
    words = []
    for place in places.tolist():
        others = [row for row in groups[ids[place]][: _NAMED_ROWS + 1] if row != rows[place]]
        count = len(groups[ids[place]]) - 1
        words.append(
            f"{heading} {ids[place]} stands in {_rows_named(others[:_NAMED_ROWS], count)} too. "
            "Give every order its own; until then these rows are left alone."
        )
    return words


def _rows_named(rows: Sequence[int], count: int) -> str:
    names = [str(row) for row in rows]
    if count > len(names):
        names.append(f"{count - len(names)} more")
    return f"row{'s' if count > 1 else ''} {both(names)}"


def _unnamed(heading: str) -> str:
    safe = heading.replace("{", "{{").replace("}", "}}")
    return (
        f"Row {{row}} has no {safe} but is not empty. Fill in the {safe}, or clear the row if it is "
        "no order."
    )


def _holds_something(cells: Sequence[CellValue]) -> bool:
    """Whether a row without an Order ID holds anything; empty tick boxes are nothing."""
    return any(
        cell is not None
        and cell is not False
        and not (isinstance(cell, str) and not clean_id(cell))
        and cell == cell  # noqa: PLR0124 - a float that is no number is blank
        for cell in cells
    )
