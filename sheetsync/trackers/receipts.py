"""Building receipts: one line per change, in the order of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import pandas as pd

from sheetsync.domain.model import RECEIPT_COLUMNS, CellValue, Receipt

NewValue: TypeAlias = str | int | float | bool | datetime | None
"""What a change may put into a cell; a datetime is naive local, None empties the cell."""

Verdict: TypeAlias = tuple[str, str]
"""Outcome and reason of one change."""


def outcomes_frame(
    orders: Sequence[str], columns: Sequence[str], verdicts: Sequence[Verdict]
) -> pd.DataFrame:
    """A frame of RECEIPT_COLUMNS; all three sequences have one entry per change."""
    lines = [
        (order, column, outcome, reason)
        for order, column, (outcome, reason) in zip(orders, columns, verdicts, strict=True)
    ]
    return pd.DataFrame(lines, columns=list(RECEIPT_COLUMNS), dtype=object)


def change_receipt(
    changes: pd.DataFrame,
    verdicts: Sequence[Verdict],
    fingerprint: str,
    *,
    tabs_written: Sequence[str] = (),
    tabs_refused: Mapping[str, str] | None = None,
    requests: int = 0,
    remarks: Sequence[str] = (),
    look_at: Sequence[str] = (),
    deferred: str = "",
    unread: bool = False,
) -> Receipt:
    """The receipt of a batch of changes (a frame of CHANGE_COLUMNS)."""
    return Receipt(
        outcomes=outcomes_frame(list(changes["order_id"]), list(changes["column"]), verdicts),
        fingerprint=fingerprint,
        tabs_written=tuple(tabs_written),
        tabs_refused=tabs_refused or {},
        requests=requests,
        remarks=tuple(remarks),
        look_at=tuple(look_at),
        deferred=deferred,
        unread=unread,
    )


def drop_whole_rows(orders: Sequence[str], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Where one change of an order is dropped, all of them are: a row is planned as a whole."""
    why = {
        order: reason
        for order, (outcome, reason) in zip(orders, verdicts, strict=True)
        if outcome == "dropped"
    }
    return [
        ("dropped", why[order]) if order in why and verdict[0] == "applied" else verdict
        for order, verdict in zip(orders, verdicts, strict=True)
    ]


def plain(value: object) -> CellValue:
    """A cell of a frame as the reader gives it: no NaN, no numpy scalar."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value  # type: ignore[return-value]


def plain_new(value: object) -> NewValue:
    """A new value of a frame: a pandas moment becomes the datetime that it is."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value if isinstance(value, datetime) else plain(value)  # type: ignore[return-value]
