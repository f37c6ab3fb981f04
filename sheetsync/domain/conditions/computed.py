"""Fields that are worked out rather than typed: what a `when:` may ask besides the columns."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sheetsync.domain.companions import OrderLines
from sheetsync.domain.companions.asked import ORDER_VALUE
from sheetsync.domain.conditions.fields import Field, Fields
from sheetsync.domain.evidence import Observation
from sheetsync.domain.model import EVIDENCE, STAMPS, Orders
from sheetsync.domain.moments import Moments, as_moment
from sheetsync.domain.sla.clocks import Clocks

_DATES_OF_STAFF = ("dispatched_at", "delivered_at")
"""Where the sheet lacks such a column, rules about it are not evaluated."""


def with_evidence(
    fields: Fields, seen: Observation, orders: Orders, now: datetime
) -> dict[str, Field]:
    """`fields` with stage, status in force, stamps, age and skipped steps; `now` is aware UTC."""
    more: dict[str, Field] = dict(fields)
    more["stage"] = Field("text", seen.stage)
    more["status"] = Field("text", seen.standing)
    more["exception"] = Field(
        "text", np.where(seen.exception, seen.standing, "").astype(object, copy=False)
    )
    more["minutes_in_stage"] = Field("number", _since(seen.stage_start, now) / 60.0)
    if orders.has("ordered_at"):
        placed = orders.frame["ordered_at"].to_numpy("datetime64[s]")
        more["age"] = Field("number", _since(placed, now) / 3600.0)
    more["stage_skipped"] = Field("tick", _skipped(seen))
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        if stamp in _DATES_OF_STAFF and not orders.has(stamp):
            continue
        ticks = seen.ticks[evidence].to_numpy()
        moments = seen.stamps[stamp].to_numpy("datetime64[s]")
        more[stamp] = Field("moment", moments, given_filled=ticks == 1)
        if evidence in more:
            more[evidence] = Field("tick", np.where(ticks == 1, 1, more[evidence].data))
    return more


def with_values(fields: Fields, orders: Orders, lines: OrderLines | None) -> Fields:
    """`fields` with what each order is worth by the tab Order Lines, unless a column says it."""
    if lines is None or ORDER_VALUE in fields:
        return fields
    worth = lines.of(orders.frame["order_id_read"].to_numpy(object))
    return {**fields, ORDER_VALUE: Field("number", worth)}


def with_clocks(fields: Fields, clocks: Clocks, now: datetime) -> dict[str, Field]:
    """`fields` with the SLA state and its figures; `now` is aware UTC."""
    more: dict[str, Field] = dict(fields)
    more["sla_state"] = Field("text", clocks.states)
    limit = clocks.stage["limit"].to_numpy("float64")
    used = clocks.stage["used"].to_numpy("float64")
    share = np.divide(100.0 * used, limit, out=np.full(len(used), np.nan), where=limit > 0)
    more["sla_used_percent"] = Field("number", share)
    due = clocks.promise["due"].to_numpy("datetime64[s]")
    more["days_late"] = Field("number", np.maximum(_since(due, now), 0.0) / 86_400.0)
    return more


def _since(start: Moments, now: datetime) -> np.ndarray:
    """Seconds from `start` to now; NaN where there is no start."""
    seconds = (as_moment(now) - start).astype("timedelta64[s]")
    return np.where(np.isnat(start), np.nan, seconds.astype("float64"))


def _skipped(seen: Observation) -> np.ndarray:
    """1 where a later piece of evidence is there and an earlier one is not."""
    done = seen.ticks[list(EVIDENCE)].to_numpy() == 1
    later = np.flip(np.logical_or.accumulate(np.flip(done, axis=1), axis=1), axis=1)
    return np.asarray((later & ~done).any(axis=1), dtype=np.int8)
