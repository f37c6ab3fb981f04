"""The KPIs told a second time, in SQL over the same frozen rows, sharing no code with the program."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from sheetsync.domain.kpi.scene import KpiInputs

MOMENTS = ("ordered_at", "promised_at", "dispatch_by", "allocated_at", "picked_at", "packed_at",
           "dispatched_at", "delivered_at", "first_seen")  # fmt: skip

_ORDERS = """
CREATE VIEW orders AS SELECT *,
  (status = 'Cancelled' OR lower(customer) LIKE 'test%') AS out_,
  (status IN ('Delivered', 'Completed') OR delivered = 1) AND delivered_at IS NULL AS undated,
  coalesce(ordered_at, first_seen) >= :start AND coalesce(ordered_at, first_seen) < :end AS placed,
  ',' || replace(error_columns, ' ', '') || ',' AS bad
FROM frozen
"""

_RATES = {
    "on_time_delivery_rate": """
        SELECT sum(delivered_at_day <= promised_at_day), count(*) FROM orders WHERE NOT out_
        AND delivered_at >= :start AND delivered_at < :end AND promised_at IS NOT NULL
        AND bad NOT LIKE '%,promised_at,%' AND bad NOT LIKE '%,delivered_at,%'""",
    "on_time_delivery_rate.instant": """
        SELECT sum(delivered_at <= promised_at), count(*) FROM orders WHERE NOT out_
        AND delivered_at >= :start AND delivered_at < :end AND promised_at IS NOT NULL
        AND bad NOT LIKE '%,promised_at,%' AND bad NOT LIKE '%,delivered_at,%'""",
    "on_time_dispatch_rate": """
        SELECT sum(coalesce(dispatched_at <= dispatch_by_due, 0)), count(*) FROM orders WHERE NOT out_
        AND dispatch_by >= :start AND dispatch_by < :end
        AND (dispatched_at IS NOT NULL OR dispatch_by_due < :as_of)
        AND NOT (dispatched = 1 AND dispatched_at IS NULL)
        AND bad NOT LIKE '%,dispatch_by,%' AND bad NOT LIKE '%,dispatched_at,%'""",
    "fulfilment_rate.placed": """
        SELECT sum(dispatched_at IS NOT NULL OR dispatched = 1), count(*) FROM orders
        WHERE NOT out_ AND placed""",
    "return_rate": """
        SELECT sum(status = 'Returned'), count(*) FROM orders WHERE NOT out_
        AND delivered_at >= :start AND delivered_at < :end
        AND bad NOT LIKE '%,status,%' AND bad NOT LIKE '%,delivered_at,%'""",
    "tracking_coverage": """
        SELECT sum(tracking <> '' AND bad NOT LIKE '%,tracking,%' AND NOT
            (lower(carrier) IN ('fasttrack', 'fast track')
             AND tracking NOT GLOB 'FT-[0-9][0-9][0-9][0-9][0-9][0-9]')), count(*)
        FROM orders WHERE NOT out_ AND dispatched_at >= :start AND dispatched_at < :end
        AND bad NOT LIKE '%,dispatched_at,%'""",
    "perfect_order_rate": """
        SELECT sum(delivered_at_day <= promised_at_day AND exceptions = ''
            AND status NOT IN ('Returned', 'Delivery Failed', 'Delayed')
            AND tracking <> '' AND bad NOT LIKE '%,tracking,%' AND NOT
            (lower(carrier) IN ('fasttrack', 'fast track')
             AND tracking NOT GLOB 'FT-[0-9][0-9][0-9][0-9][0-9][0-9]')), count(*)
        FROM orders WHERE NOT out_ AND delivered_at >= :start AND delivered_at < :end
        AND promised_at IS NOT NULL
        AND bad NOT LIKE '%,promised_at,%' AND bad NOT LIKE '%,delivered_at,%'""",
    "csat.share_4_5": """
        SELECT sum(csat >= 4), count(*) FROM orders WHERE NOT out_ AND csat IS NOT NULL
        AND delivered_at >= :start AND delivered_at < :end AND bad NOT LIKE '%,csat,%'""",
    "packing_breach_rate": """
        SELECT sum(outcome = 'missed'), count(*) FROM dwell d JOIN orders o ON o.order_id = d.order_id
        WHERE NOT out_ AND stage = 'Packing' AND outcome IN ('met', 'missed')
        AND ended_at >= :start AND ended_at < :end AND ended_at <= :as_of""",
}
_COUNTS = {
    "orders_placed": "ordered_at >= :start AND ordered_at < :end",
    "orders_dispatched": "dispatched_at >= :start AND dispatched_at < :end",
    "orders_delivered": "delivered_at >= :start AND delivered_at < :end",
    "backlog": """ordered_at <= min(:end - 1, :as_of) AND NOT undated
        AND NOT coalesce(delivered_at <= min(:end - 1, :as_of), 0)
        AND NOT (status IN ('Completed', 'Returned') AND delivered_at IS NULL)""",
}
_UNMEASURED = {
    "on_time_delivery_rate": """SELECT count(*) FROM orders WHERE NOT out_ AND
        ((delivered_at >= :start AND delivered_at < :end AND (promised_at IS NULL
          OR bad LIKE '%,promised_at,%' OR bad LIKE '%,delivered_at,%')) OR (undated AND placed))""",
    "cycle_time_mean": """SELECT count(*) FROM orders WHERE NOT out_ AND
        ((delivered_at >= :start AND delivered_at < :end AND (ordered_at IS NULL
          OR delivered_at < ordered_at OR bad LIKE '%,ordered_at,%' OR bad LIKE '%,delivered_at,%'))
         OR (undated AND placed))""",
}
_TIMES = {
    "cycle_time": ("delivered_at - ordered_at", "delivered_at", 86_400.0),
    "dispatch_time": ("dispatched_at - ordered_at", "dispatched_at", 86_400.0),
}


class Oracle:
    """The frozen rows in SQLite, with one question per KPI."""

    def __init__(self, inputs: KpiInputs, start: datetime, end: datetime, as_of: datetime) -> None:
        self._db = sqlite3.connect(":memory:")
        _rows(inputs).to_sql("frozen", self._db, index=False)
        if inputs.dwell is not None:
            dwell = inputs.dwell.assign(ended_at=_epochs(inputs.dwell["ended_at"]))
            dwell.to_sql("dwell", self._db, index=False)
        bounds = {"start": start, "end": end, "as_of": as_of}
        self._bounds = {key: int(value.timestamp()) for key, value in bounds.items()}
        view = _ORDERS
        for key in ("start", "end"):
            view = view.replace(f":{key}", str(self._bounds[key]))
        self._db.execute(view)

    def close(self) -> None:
        """Free the data base."""
        self._db.close()

    def ask(self, sql: str) -> tuple[Any, ...]:
        """One row."""
        names = {key: value for key, value in self._bounds.items() if f":{key}" in sql}
        row: tuple[Any, ...] = self._db.execute(sql, names).fetchone()
        return row

    def rates(self) -> dict[str, tuple[int, int]]:
        """KPI id -> (numerator, denominator)."""
        return {id_: (k or 0, n) for id_, sql in _RATES.items() for k, n in [self.ask(sql)]}

    def counts(self) -> dict[str, int]:
        """KPI id -> number of orders."""
        sql = "SELECT count(*) FROM orders WHERE NOT out_ AND "
        return {id_: self.ask(sql + where)[0] for id_, where in _COUNTS.items()}

    def unmeasured(self) -> dict[str, int]:
        """KPI id -> orders that could not be measured."""
        return {id_: self.ask(sql)[0] for id_, sql in _UNMEASURED.items()}

    def csat(self) -> float | None:
        """Mean rating of the orders delivered."""
        sql = """SELECT sum(csat), count(*) FROM orders WHERE NOT out_ AND csat IS NOT NULL
            AND delivered_at >= :start AND delivered_at < :end AND bad NOT LIKE '%,csat,%'"""
        total, n = self.ask(sql)
        return total / n if n else None

    def times(self) -> dict[str, float | None]:
        """Mean, median and p90 of the durations, in days."""
        out: dict[str, float | None] = {}
        for name, (expression, done, unit) in _TIMES.items():
            inner = f"""SELECT {expression} AS s FROM orders WHERE NOT out_
                AND {done} >= :start AND {done} < :end AND {expression} >= 0
                AND bad NOT LIKE '%,ordered_at,%' AND bad NOT LIKE '%,{done},%'"""
            out |= self._statistics(name, inner, unit, mean=True)
        return out

    def dwell(self, stage: str) -> dict[str, float | None]:
        """Median, p90 and p95 of a stage, in hours."""
        inner = f"""SELECT seconds AS s FROM dwell d JOIN orders o ON o.order_id = d.order_id
            WHERE NOT out_ AND stage = '{stage}' AND outcome IN ('met', 'missed') AND seconds >= 0
            AND ended_at >= :start AND ended_at < :end"""
        return self._statistics(f"{stage.lower()}_dwell", inner, 3_600.0, shares=(0.5, 0.9, 0.95))

    def excess_hours(self) -> dict[str, float]:
        """Stage -> hours over the limit."""
        sql = """SELECT stage, sum(max(0, seconds - "limit")) / 3600.0
            FROM dwell d JOIN orders o ON o.order_id = d.order_id
            WHERE NOT out_ AND outcome IN ('met', 'missed')
            AND ended_at >= :start AND ended_at < :end GROUP BY stage"""
        bounds = {key: self._bounds[key] for key in ("start", "end")}
        return dict(self._db.execute(sql, bounds).fetchall())

    def _statistics(
        self,
        name: str,
        inner: str,
        unit: float,
        *,
        mean: bool = False,
        shares: tuple[float, ...] = (0.5, 0.9),
    ) -> dict[str, float | None]:
        keys = {0.5: "median", 0.9: "p90", 0.95: "p95"}
        out = {f"{name}_{keys[share]}": self._percentile(inner, share, unit) for share in shares}
        if mean:
            total, n = self.ask(f"SELECT sum(s), count(*) FROM ({inner})")
            out[f"{name}_mean"] = total / n / unit if n else None
        return out

    def _percentile(self, inner: str, share: float, unit: float) -> float | None:
        sql = f"""
            WITH ranked AS (SELECT s, row_number() OVER (ORDER BY s) - 1 AS i FROM ({inner})),
            place AS (SELECT {share} * (count(*) - 1) AS p, count(*) AS n FROM ranked)
            SELECT lo.s + (coalesce(hi.s, lo.s) - lo.s) * (p - cast(p AS int)) FROM place
            JOIN ranked lo ON lo.i = cast(p AS int)
            LEFT JOIN ranked hi ON hi.i = cast(p AS int) + 1"""
        row = self.ask(sql)
        return None if row is None else float(row[0]) / unit


def _rows(inputs: KpiInputs) -> pd.DataFrame:
    zone = ZoneInfo(inputs.timezone)
    frame = inputs.facts.reset_index()
    keep = ["order_id", *MOMENTS, "status", "customer", "carrier", "tracking", "csat", "dispatched",
            "delivered", "error_columns", "exceptions"]  # fmt: skip
    out = frame[keep].copy()
    for column in MOMENTS:
        out[column] = _epochs(frame[column])
    for column in ("delivered_at", "promised_at"):
        out[f"{column}_day"] = [_day(value, zone) for value in out[column]]
    out["dispatch_by_due"] = pd.Series(
        [_due(value, zone) for value in out["dispatch_by"]], dtype=object
    )
    return out


def _epochs(moments: pd.Series) -> pd.Series:
    return pd.Series([None if pd.isna(m) else int(m.timestamp()) for m in moments], dtype=object)


def _day(epoch: int | None, zone: ZoneInfo) -> str | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, zone).strftime("%Y-%m-%d")


def _due(epoch: int | None, zone: ZoneInfo) -> int | None:
    if epoch is None:
        return None
    local = datetime.fromtimestamp(epoch, zone)
    if local.strftime("%H%M%S") != "000000":
        return epoch
    tomorrow = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return int(tomorrow.timestamp()) - 1
