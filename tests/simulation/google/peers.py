"""What people write today instead: four plain scripts on gspread, as careful as their way of writing allows.

Each reads once, lets the same planner decide, and writes. Values go in raw, or escaped where a
library knows only typed input, so that nothing but the races tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import gspread
import pandas as pd
from gspread.utils import DateTimeOption, ValueInputOption, ValueRenderOption, rowcol_to_a1
from gspread_dataframe import get_as_dataframe, set_with_dataframe

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import HeaderMap, Sheet
from sheetsync.trackers.base import WriteBatch
from tests.simulation.google.little_tracker import COLUMNS, SEARCH_ROWS
from tests.simulation.google.planner import Planner, stored

Peer: TypeAlias = Callable[[gspread.Worksheet, Planner, datetime], None]
"""One pass of a script."""


def row_by_row(tab: gspread.Worksheet, planner: Planner, now: datetime) -> None:
    """`update_cell` for each change, at the row that was read."""
    batch = _decide(tab, planner, now)
    for _, row, column, value in _cells(batch):
        tab.update_cell(row, column, value)


def find_then_update(tab: gspread.Worksheet, planner: Planner, now: datetime) -> None:
    """`find` the order's row anew for each change, then `update_cell`."""
    batch = _decide(tab, planner, now)
    keys = batch.header.columns["order_id"] + 1
    for order, _, column, value in _cells(batch):
        found = tab.find(order, in_column=keys)
        if found is not None:
            tab.update_cell(found.row, column, value)


def one_batch(tab: gspread.Worksheet, planner: Planner, now: datetime) -> None:
    """One `batch_update` of all changes, at the rows that were read."""
    batch = _decide(tab, planner, now)
    updates = [
        {"range": rowcol_to_a1(row, column), "values": [[value]]}
        for _, row, column, value in _cells(batch)
    ]
    if updates:
        tab.batch_update(updates, value_input_option=ValueInputOption.raw)


def whole_frame(tab: gspread.Worksheet, planner: Planner, now: datetime) -> None:
    """The sheet as a data frame, and the whole frame back again."""
    frame = get_as_dataframe(tab, evaluate_formulas=True, dtype=object, drop_empty_rows=False)
    rows: list[Sequence[Any]] = [list(frame.columns), *_plain_rows(frame)]
    batch = _planned(rows, planner, now)
    for _, row, column, value in _cells(batch):
        frame.iloc[row - 2, column - 1] = value
    if len(batch.changes):
        last = max((n for n, row in enumerate(_plain_rows(frame)) if any(row)), default=-1)
        set_with_dataframe(
            tab, frame.iloc[: last + 1], allow_formulas=False, string_escaping="full"
        )


PEERS: Final[dict[str, Peer]] = {
    "row by row, update_cell": row_by_row,
    "find, then update_cell": find_then_update,
    "one batch_update, remembered rows": one_batch,
    "whole frame, gspread-dataframe": whole_frame,
}


def _decide(tab: gspread.Worksheet, planner: Planner, now: datetime) -> WriteBatch:
    rows = tab.get(
        value_render_option=ValueRenderOption.unformatted,
        date_time_render_option=DateTimeOption.serial_number,
    )
    return _planned(rows, planner, now)


def _planned(rows: Sequence[Sequence[Any]], planner: Planner, now: datetime) -> WriteBatch:
    numbers = list(range(1, len(rows) + 1))
    sheet = Sheet(tracker="peer", tab="Orders", rows=rows, row_numbers=numbers, timezone="UTC")
    header: HeaderMap = find_header(rows, numbers, COLUMNS, SEARCH_ROWS)
    batch = planner.plan_under(sheet, header, now)
    planner.commit(batch)
    return batch


def _cells(batch: WriteBatch) -> Iterator[tuple[str, int, int, Any]]:
    """Order, row and column from 1, and the value as the API takes it."""
    changes = batch.changes
    for order, row, key, new in zip(
        *(changes[name] for name in ("order_id", "row", "column", "new")), strict=True
    ):
        value = stored(new)
        yield order, int(row), batch.header.columns[key] + 1, "" if value is None else value


def _plain_rows(frame: pd.DataFrame) -> list[list[Any]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.to_numpy("object")]
