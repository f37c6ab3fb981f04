"""Building receipts: one line per change, in the order of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from sheetsync.domain.model import RECEIPT_COLUMNS, Receipt

Verdict = tuple[str, str]
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
) -> Receipt:
    """The receipt of a batch of changes (a frame of CHANGE_COLUMNS)."""
    return Receipt(
        outcomes=outcomes_frame(list(changes["order_id"]), list(changes["column"]), verdicts),
        fingerprint=fingerprint,
        tabs_written=tuple(tabs_written),
        tabs_refused=tabs_refused or {},
        requests=requests,
        remarks=tuple(remarks),
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
