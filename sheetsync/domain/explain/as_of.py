"""One order as it stood at an earlier moment: its cells and what was remembered of it then.

Ticks, dates and Status are taken back by the event log, which only grows. All other cells of the row
are as they stand now: nothing is kept of what they were.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.model import EVIDENCE, STAMPS, CellValue, Memory, Orders, Sheet
from sheetsync.domain.moments import (
    NAT,
    as_aware,
    as_moment,
    canonical_local,
    local_to_serial,
    scalar_to_local,
    to_local,
)

_DATED: Final = frozenset({"dispatched", "delivered"})
"""Evidence that is itself a date cell."""
Line = Mapping[str, Any]


def as_it_stood(
    orders: Orders, place: int, memory: Memory, events: pd.DataFrame, at: datetime
) -> tuple[Sheet, Memory]:
    """The header and the one row of the order in `place` as at `at`, and the memory of then.

    `events` are the stage events of this order; what was seen after `at` has not happened.
    """
    order_id = str(orders.frame["order_id"].to_numpy(object)[place])
    log = events.sort_values("seen_to", kind="stable")
    cells: dict[str, CellValue] = {}
    facts: dict[str, Any] = {"missing_since": NAT}
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        mine = log[log["field"] == evidence]
        if len(mine):
            told, known = _evidence(orders, evidence, stamp, mine, as_moment(at))
            cells |= told
            facts |= known
    status = log[log["field"] == "status"]
    if len(status):
        told, known = _status(status, as_moment(at))
        cells |= told
        facts |= known
    facts["evidence_since"] = _moved(log, as_moment(at))
    sheet = _one_row(orders, place, {key: v for key, v in cells.items() if orders.has(key)})
    return sheet, _memory_then(memory, order_id, facts, at)


def _evidence(
    orders: Orders, evidence: str, stamp: str, log: pd.DataFrame, at: np.datetime64
) -> tuple[dict[str, CellValue], dict[str, Any]]:
    """Cells and memory of one piece of evidence."""
    then = log[log["seen_to"] <= at]
    done = (then["new"].iloc[-1] if len(then) else log["old"].iloc[0]) == "yes"
    ticks = then[then["new"] == "yes"]
    moment, low, source = NAT, NAT, ""
    if done and len(ticks):
        last = ticks.iloc[-1]
        moment, low = (np.datetime64(last[name], "s") for name in ("at", "seen_from"))
        source = str(last["source"])
    elif done:
        source = "baseline"
    known = not np.isnat(moment)
    text = _canonical(moment, orders.sheet.timezone) if known else ""
    date = _serial(moment, orders) if known else None
    cells: dict[str, CellValue] = {stamp: date}
    if evidence in _DATED:
        cells[stamp] = date if known else (True if done else None)
    else:
        cells[evidence] = True if done else None
    facts: dict[str, Any] = {
        f"seen_{evidence}": int(done),
        stamp: moment,
        f"{stamp}_from": low,
        f"{evidence}_source": source,
        f"written_{stamp}": text if source in {"pass", "claim"} else "",
        f"confirmed_{stamp}": text if source in {"pass", "claim"} else "",
    }
    return cells, facts


def _status(log: pd.DataFrame, at: np.datetime64) -> tuple[dict[str, CellValue], dict[str, Any]]:
    then = log[log["seen_to"] <= at]
    last = then.iloc[-1] if len(then) else log.iloc[0]
    status = str(last["new"] if len(then) else last["old"])
    ours = bool(len(then)) and last["source"] == "worker"
    facts: dict[str, Any] = {
        "status_seen": status,
        "written_status": status if ours else "",
        "confirmed_status": status if ours else "",
        "cycle": int((then["source"] == "reopened").sum()),
    }
    if len(then):
        facts["status_since"] = np.datetime64(last["seen_to"], "s")
        facts["status_by"] = "worker" if ours else "person"
    return {"status": status or None}, facts


def _moved(log: pd.DataFrame, at: np.datetime64) -> np.datetime64:
    """When evidence last moved forward by then."""
    ticks = log[(log["new"] == "yes") & (log["old"] == "no") & (log["seen_to"] <= at)]
    return np.datetime64(ticks["seen_to"].iloc[-1], "s") if len(ticks) else NAT


def _one_row(orders: Orders, place: int, cells: Mapping[str, CellValue]) -> Sheet:
    sheet, header = orders.sheet, orders.header
    number = int(orders.frame["row"].to_numpy()[place])
    kept = [
        i for i, n in enumerate(sheet.row_numbers) if n <= header.row_number or n == number
    ]  # fmt: skip
    rows: list[Sequence[CellValue]] = [sheet.rows[i] for i in kept]
    row = list(rows[-1])
    row += [None] * (max(header.columns.values()) + 1 - len(row))
    for key, value in cells.items():
        row[header.columns[key]] = value
    return dataclasses.replace(
        sheet, rows=[*rows[:-1], row], row_numbers=[sheet.row_numbers[i] for i in kept]
    )


def _memory_then(memory: Memory, order_id: str, facts: Mapping[str, Any], at: datetime) -> Memory:
    orders = memory.orders.loc[memory.orders.index == order_id]
    if len(orders):
        values = {
            name: pd.Series([value], index=orders.index).astype(orders[name].dtype)
            for name, value in facts.items()
        }
        orders = orders.assign(**values)
    now = as_moment(at)
    pauses = memory.pauses[memory.pauses["order_id"] == order_id]
    pauses = pauses[pauses["start"] <= now].reset_index(drop=True)
    pauses = pauses.assign(stop=pauses["stop"].mask(pauses["stop"] > now))
    told = memory.escalations[memory.escalations["order_id"] == order_id]
    return dataclasses.replace(
        memory,
        orders=orders,
        pauses=pauses,
        escalations=told[told["at"] <= now].reset_index(drop=True),
        last_pass_at=min(memory.last_pass_at, at) if memory.last_pass_at else None,
    )


def _canonical(moment: np.datetime64, timezone: str) -> str:
    return str(canonical_local(to_local(np.array([moment]), timezone))[0])


def _serial(moment: np.datetime64, orders: Orders) -> float:
    local = scalar_to_local(as_aware(moment), orders.sheet.timezone)
    return local_to_serial(local, orders.sheet.date_system)
