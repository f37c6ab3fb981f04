"""The facts of each order as this pass saw them: what reports, `explain` and merges read later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.evidence import Observation
from sheetsync.domain.grid import repeated
from sheetsync.domain.kpi.facts import FACT_COLUMNS, build_facts
from sheetsync.domain.model import EVIDENCE, STAMPS, Orders
from sheetsync.domain.moments import NAT, Moments, as_moment
from sheetsync.domain.sla.clocks import Clocks
from sheetsync.domain.vendors.memory import Asked


def take_facts(
    orders: Orders,
    seen: Observation,
    clocks: Clocks,
    findings: pd.DataFrame,
    asked: Mapping[int, Asked],
) -> pd.DataFrame:
    """One row of FACT_COLUMNS per usable order, indexed by order_id; `asked` says by row what its vendor was."""
    usable = orders.frame["usable"].to_numpy()
    every = slice(None) if usable.all() else usable
    errors, error_columns = _errors(orders, findings)
    columns: dict[str, Any] = {
        key: orders.frame[key].to_numpy()[every] for key in FACT_COLUMNS if key in orders.frame
    }
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        columns[evidence] = seen.ticks[evidence].to_numpy()[every]
        columns[stamp] = seen.stamps[stamp].to_numpy()[every]
        columns[f"{stamp}_from"] = seen.stamps[f"{stamp}_from"].to_numpy()[every]
        certainty = seen.stamps[f"{evidence}_certainty"].to_numpy(object)[every]
        columns[f"{evidence}_certainty"] = certainty
    columns |= {
        "status": seen.standing[every],
        "exceptions": np.where(seen.exception, seen.standing, "")[every],
        "errors": errors[every],
        "error_columns": error_columns[every],
        "first_seen": seen.memory["first_seen"].to_numpy("datetime64[s]"),
        "dispatch_by": _dispatch_by(orders, clocks)[every],
        "vendor_asked_at": _moments(orders, {row: each.asked_at for row, each in asked.items()})[
            every
        ],
    }
    if asked and "vendor_confirmed_at" not in columns:
        answered = {row: each.confirmed_at for row, each in asked.items()}
        columns["vendor_confirmed_at"] = _moments(orders, answered)[every]
    return build_facts(orders.frame["order_id"].to_numpy(object)[every], columns)


def _moments(orders: Orders, known: Mapping[int, datetime | None]) -> Moments:
    """A moment per row; NaT where none is known."""
    found = np.full(len(orders.frame), NAT)
    for row, at in known.items():
        if at is not None:
            found[row] = as_moment(at)
    return found


def _dispatch_by(orders: Orders, clocks: Clocks) -> np.ndarray:
    """The promised dispatch; where none is typed, the due moment of the running Dispatch clock."""
    due = clocks.stage["due"].to_numpy("datetime64[s]")
    running = np.asarray(clocks.stage["stage"].to_numpy(object) == "Dispatch", dtype=bool)
    by_sla = np.where(running, due, np.datetime64("NaT", "s"))
    if "dispatch_by" not in orders.frame:
        return by_sla
    typed = orders.frame["dispatch_by"].to_numpy("datetime64[s]")
    return np.where(np.isnat(typed), by_sla, typed)


def _errors(orders: Orders, findings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Errors per row, and the columns they touch joined by commas."""
    size = len(orders.frame)
    counts = np.zeros(size, dtype=np.int64)
    columns = repeated("", size)
    bad = findings[findings["severity"] == "error"]
    if bad.empty:
        return counts, columns
    place = pd.Index(orders.frame["row"].to_numpy()).get_indexer(bad["row"].to_numpy())
    here = place >= 0
    np.add.at(counts, place[here], 1)
    for at, column in zip(place[here].tolist(), bad["column"].to_numpy(object)[here], strict=True):
        columns[at] = ",".join(sorted({*filter(None, columns[at].split(",")), column}))
    return counts, columns
