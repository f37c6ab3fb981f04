"""A fixed, seeded set of orders with every trap of real order data, and their stage times and events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.facts import build_facts
from sheetsync.domain.kpi.scene import KpiInputs
from sheetsync.domain.model import EVIDENCE, STAGES, STAMPS
from sheetsync.domain.moments import as_moment
from sheetsync.domain.rules import Rulebook
from tests.support.kpi_rules import rulebook

ZONE = "America/Sao_Paulo"
NOW = datetime(2018, 1, 10, 12, 0, tzinfo=UTC)
PRESENT = frozenset(
    [
        "order_id",
        "ordered_at",
        "customer",
        "skus",
        "priority",
        "allocated",
        "picked",
        "packed",
        "carrier",
        "dispatched_at",
        "tracking",
        "status",
        "handler",
        "notes",
        "vendor",
        "promised_at",
        "delivered_at",
        "dispatch_by",
        "csat",
    ]
)
DAY, HOUR = 86_400, 3_600
_LIMITS = {
    "Allocation": 4,
    "Picking": 4,
    "Packing": 4,
    "Dispatch": 8,
    "Transit": 120,
    "Closeout": 72,
}


def inputs(
    facts: pd.DataFrame,
    *,
    rules: Rulebook | None = None,
    present: frozenset[str] = PRESENT,
    **more: Any,
) -> KpiInputs:
    """Inputs of a report in the tests' time zone."""
    return KpiInputs(facts=facts, present=present, rules=rules or rulebook(), timezone=ZONE, **more)


def moments(seconds: Any) -> np.ndarray:
    """Seconds since 1970 (NaN blank) -> moments."""
    values = np.asarray(seconds, dtype=np.float64)
    out = np.full(len(values), np.datetime64("NaT", "s"))
    known = ~np.isnan(values)
    out[known] = values[known].astype(np.int64).astype("datetime64[s]")
    return out


def sample(
    size: int = 500, seed: int = 7, first: str = "2017-08-20", days: int = 142, now: datetime = NOW
) -> KpiInputs:
    """Orders over `days` days with stage times, holds and events; every trap is among them."""
    rng = np.random.default_rng(seed)
    start = np.datetime64(first, "s").astype(np.int64)
    ordered = np.sort(start + rng.integers(0, days * DAY, size)).astype(float)
    gaps = np.column_stack(
        [
            rng.exponential(2.0 * HOUR, size),
            rng.exponential(3.0 * HOUR, size),
            rng.exponential(2.2 * HOUR, size),
            rng.exponential(7.0 * HOUR, size),
            DAY * (1.0 + rng.gamma(4.0, 0.55, size)),
        ]
    ).round()
    stamps = ordered[:, None] + np.cumsum(gaps, axis=1)
    stamps[rng.random(size) < 0.03, 4] = np.nan
    stamps[rng.random(size) < 0.02, 3:] = np.nan
    _plant_traps(rng, stamps, ordered)
    late = as_moment(now).astype(np.int64)
    stamps[stamps > late] = np.nan
    ticks = {e: (~np.isnan(stamps[:, i])).astype("int8") for i, e in enumerate(EVIDENCE)}
    status = np.array(
        ["Pending", "Allocated", "Packing", "Ready", "Shipped", "Delivered"], dtype=object
    )[[int(max((i + 1 for i in range(5) if not np.isnan(row[i])), default=0)) for row in stamps]]
    status = _typed_statuses(rng, status, stamps)
    promised = ordered + DAY * rng.choice([4.0, 5.0, 6.0], size)
    midnight = np.floor((promised - 2 * HOUR) / DAY) * DAY + 2 * HOUR
    promised = np.where(rng.random(size) < 0.6, midnight, promised)
    promised[rng.random(size) < 0.04] = np.nan
    by = ordered + rng.choice([20.0, 30.0, 44.0], size) * HOUR
    by[rng.random(size) < 0.05] = np.nan
    errors = (rng.random(size) < 0.04).astype("int64")
    columns = np.array(
        ["tracking", "promised_at", "delivered_at,dispatched_at", "dispatch_by"], dtype=object
    )
    facts = build_facts(
        [f"#SP-{20_000 + i}" for i in range(size)],
        {
            "ordered_at": moments(ordered),
            "customer": _pick(rng, size, ["Ada", "Ben", "Cy", "Test account", "test"], [40, 30, 27, 2, 1]),
            "priority": _pick(rng, size, ["Standard", "Expedited", "Bulk", ""], [60, 25, 12, 3]),
            "carrier": _pick(rng, size, ["FastTrack", "fast track", "Courier", "Other", ""], [50, 10, 30, 7, 3]),
            "tracking": _pick(rng, size, ["FT-123456", "XX1", ""], [80, 14, 6]),
            "status": status,
            "handler": _pick(rng, size, ["Naledi", "Thabo", "Sipho", "Lerato", ""], [35, 30, 25, 5, 5]),
            "vendor": _pick(rng, size, ["Acme Traders", "Bluewave", "Cape Goods", "Delta", ""], [40, 30, 20, 1, 9]),
            "promised_at": moments(promised),
            "dispatch_by": moments(by),
            "csat": np.where(rng.random(size) < 0.5, rng.integers(1, 6, size), np.nan),
            **ticks,
            **{stamp: moments(stamps[:, i]) for i, stamp in enumerate(STAMPS)},
            "first_seen": moments(ordered + 60),
            "errors": errors,
            "error_columns": np.where(errors > 0, rng.choice(columns, size), ""),
            "exceptions": np.where(rng.random(size) < 0.05, "Delayed", ""),
        },
    )  # fmt: skip
    return inputs(
        facts,
        dwell=_dwell(rng, facts, ordered, stamps),
        pauses=_pauses(rng, facts, ordered),
        events=_events(rng, facts, ordered),
    )


def _plant_traps(rng: np.random.Generator, stamps: np.ndarray, ordered: np.ndarray) -> None:
    """Contradictions of real data: order of stamps swapped, delivered or dispatched too early."""
    size = len(stamps)
    some = rng.permutation(size)
    stamps[some[:4], 3] = stamps[some[:4], 0] - HOUR
    stamps[some[4:8], 4] = stamps[some[4:8], 3] - 5 * HOUR
    stamps[some[8:11], 4] = ordered[some[8:11]] - DAY
    stamps[some[11:13], 3] = ordered[some[11:13]] - 2 * HOUR


def _typed_statuses(rng: np.random.Generator, status: np.ndarray, stamps: np.ndarray) -> np.ndarray:
    """Cancelled with and without a date of delivery, Delivered without one, odd and blank ones."""
    out = status.copy()
    delivered = ~np.isnan(stamps[:, 4])
    draw = rng.random(len(status))
    out[draw < 0.04] = "Cancelled"
    out[(draw > 0.96) & ~delivered] = "Delivered"
    out[(draw > 0.90) & (draw < 0.92) & delivered] = "Returned"
    out[(draw > 0.92) & (draw < 0.94)] = "Delivery Failed"
    out[(draw > 0.94) & (draw < 0.945)] = "Shiped"
    out[(draw > 0.945) & (draw < 0.95)] = ""
    return out


def _pick(rng: np.random.Generator, size: int, values: list[str], weights: list[int]) -> np.ndarray:
    shares = np.array(weights) / sum(weights)
    return np.array(values, dtype=object)[rng.choice(len(values), size, p=shares)]


def _dwell(
    rng: np.random.Generator, facts: pd.DataFrame, ordered: np.ndarray, stamps: np.ndarray
) -> pd.DataFrame:
    edges = np.column_stack([ordered, stamps])
    parts = []
    for i, stage in enumerate(STAGES[:5]):
        seconds = edges[:, i + 1] - edges[:, i]
        known = ~np.isnan(edges[:, i + 1])
        draw = rng.random(len(facts))
        limit = np.where(facts["priority"] == "Bulk", 2.0, 1.0) * _LIMITS[stage] * HOUR
        outcome = np.where(seconds > limit, "missed", "met").astype(object)
        outcome[np.isnan(seconds)] = "skipped"
        outcome[draw < 0.04] = "unsure"
        outcome[(draw > 0.97) | np.isnan(edges[:, i])] = "unmeasured"
        parts.append(
            pd.DataFrame(
                {
                    "order_id": facts.index.to_numpy(dtype=object)[known],
                    "stage": pd.Series([stage] * int(known.sum()), dtype=object),
                    "seconds": seconds[known],
                    "limit": limit[known],
                    "outcome": pd.Series(outcome[known], dtype=object),
                    "ended_at": moments(edges[known, i + 1]),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _pauses(rng: np.random.Generator, facts: pd.DataFrame, ordered: np.ndarray) -> pd.DataFrame:
    """Holds of some orders, some overlapping, some lasting."""
    chosen = rng.permutation(len(facts))[: len(facts) // 8]
    chosen = np.concatenate([chosen, chosen[: len(chosen) // 3]])
    start = ordered[chosen] + rng.integers(-6, 30, len(chosen)) * HOUR
    stop = start + rng.integers(1, 40, len(chosen)) * HOUR
    return pd.DataFrame(
        {
            "order_id": facts.index.to_numpy(dtype=object)[chosen],
            "start": moments(start),
            "stop": moments(np.where(rng.random(len(chosen)) < 0.1, np.nan, stop)),
            "reason": pd.Series(["On Hold"] * len(chosen), dtype=object),
        }
    )


def _events(rng: np.random.Generator, facts: pd.DataFrame, ordered: np.ndarray) -> pd.DataFrame:
    """Status changes, some into an exception."""
    kinds = ["Delayed", "On Hold", "Delivery Failed", "Returned", "Packing", "Shipped"]
    rows = rng.integers(0, len(facts), len(facts))
    at = moments(ordered[rows] + rng.integers(1, 200, len(rows)) * HOUR)
    return pd.DataFrame(
        {
            "order_id": facts.index.to_numpy(dtype=object)[rows],
            "field": pd.Series(["status"] * len(rows), dtype=object),
            "old": facts["status"].to_numpy(dtype=object)[rows],
            "new": _pick(rng, len(rows), kinds, [12, 9, 5, 3, 40, 31]),
            "at": at,
            "seen_from": at,
            "seen_to": at,
            "source": pd.Series(["pass"] * len(rows), dtype=object),
        }
    )
