"""Plans and receipts for the tests of the store, small and typed as the model says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.model import (
    CHANGE_COLUMNS,
    CLOCK_COLUMNS,
    ESCALATION_COLUMNS,
    FINDING_COLUMNS,
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TEXT,
    MEMORY_TICKS,
    PAUSE_COLUMNS,
    RECEIPT_COLUMNS,
    STAGE_EVENT_COLUMNS,
    HeaderMap,
    Notice,
    Orders,
    Plan,
    Receipt,
    Sheet,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_MOMENTS = {"at", "seen_from", "seen_to", "start", "stop"}
_NUMBERS = {"level", "repeat", "row"}


def moment(text: str) -> np.datetime64:
    """`2026-03-02 08:00` (UTC) as the domain holds it."""
    return np.datetime64(text.replace(" ", "T"), "s") if text else np.datetime64("NaT", "s")


def frame(columns: tuple[str, ...], *rows: tuple[Any, ...]) -> pd.DataFrame:
    """A frame of these columns: moments from text, whole numbers, and object columns."""
    data: dict[str, Any] = {}
    for position, name in enumerate(columns):
        values = [row[position] for row in rows]
        if name in _MOMENTS:
            data[name] = np.array([moment(v) for v in values], dtype="datetime64[s]")
        elif name in _NUMBERS:
            data[name] = np.array(values, dtype="int64")
        else:
            cells = np.empty(len(values), dtype=object)
            cells[:] = values
            data[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(data)


def memory_frame(orders: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of `Memory.orders`; what is not given is blank. Moments are given as text."""
    ids = np.empty(len(orders), dtype=object)
    ids[:] = list(orders)
    index = pd.Index(ids, dtype=object, name="order_id")
    data: dict[str, Any] = {}
    for name in MEMORY_TEXT:
        data[name] = pd.Series(
            [row.get(name, "") for row in orders.values()], index=index, dtype=object
        )
    for name in MEMORY_MOMENTS:
        values = [moment(row.get(name, "")) for row in orders.values()]
        data[name] = pd.Series(np.array(values, dtype="datetime64[s]"), index=index)
    for name, dtype in [
        *((n, "int8") for n in MEMORY_TICKS),
        *((n, "int64") for n in MEMORY_NUMBERS),
    ]:
        numbers = np.array([row.get(name, 0) for row in orders.values()], dtype=dtype)
        data[name] = pd.Series(numbers, index=index)
    return pd.DataFrame(data, index=index)


def facts_frame(orders: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Facts of a few kinds: `status` text, `ordered_at` moment, `value` number, `packed` tick, `late` truth."""
    ids = np.empty(len(orders), dtype=object)
    ids[:] = list(orders)
    index = pd.Index(ids, dtype=object, name="order_id")
    rows = list(orders.values())
    text = pd.Series([row.get("status", "") for row in rows], index=index, dtype=object)
    moments = np.array([moment(row.get("ordered_at", "")) for row in rows], dtype="datetime64[s]")
    return pd.DataFrame(
        {
            "status": text,
            "ordered_at": pd.Series(moments, index=index),
            "value": pd.Series([float(row.get("value", "nan")) for row in rows], index=index),
            "packed": pd.Series(
                np.array([row.get("packed", 0) for row in rows], dtype="int8"), index=index
            ),
            "late": pd.Series([bool(row.get("late")) for row in rows], index=index, dtype="bool"),
        },
        index=index,
    )


def plan(
    *,
    at: datetime = NOW,
    baseline: bool = False,
    changes: tuple[tuple[Any, ...], ...] = (),
    events: tuple[tuple[Any, ...], ...] = (),
    pauses: tuple[tuple[Any, ...], ...] = (),
    escalations: tuple[tuple[Any, ...], ...] = (),
    notices: tuple[Notice, ...] = (),
    memory: Mapping[str, Mapping[str, Any]] | None = None,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
    next_change_at: datetime | None = None,
) -> Plan:
    """A plan that decides exactly this."""
    sheet = Sheet(tracker="t", tab="Orders", rows=(), row_numbers=(), timezone="UTC")
    header = HeaderMap(row_number=1, columns={}, headings={})
    findings = frame(FINDING_COLUMNS)
    orders = Orders(frame=pd.DataFrame(), raw={}, header=header, findings=findings, sheet=sheet)
    clocks = pd.DataFrame(columns=list(CLOCK_COLUMNS))
    return Plan(
        at=at,
        baseline=baseline,
        orders=orders,
        changes=frame(CHANGE_COLUMNS, *changes),
        findings=findings,
        clocks=clocks,
        promises=clocks,
        stage_events=frame(STAGE_EVENT_COLUMNS, *events),
        pauses=frame(PAUSE_COLUMNS, *pauses),
        escalations=frame(ESCALATION_COLUMNS, *escalations),
        notices=notices,
        memory=memory_frame(memory or {}),
        facts=facts_frame(facts or {}),
        next_change_at=next_change_at,
        rules_hash="r1",
    )


def receipt(*outcomes: tuple[str, str, str, str], requests: int = 1) -> Receipt:
    """A receipt with these (order, column, outcome, reason)."""
    return Receipt(
        outcomes=frame(RECEIPT_COLUMNS, *outcomes), fingerprint="after", requests=requests
    )
