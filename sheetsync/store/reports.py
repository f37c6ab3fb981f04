"""Closed KPI months: figures as they were reported, and whether they were restated since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from sheetsync.store.tables import kpi_month
from sheetsync.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFigure:
    """One KPI of one month (`YYYY-MM`). `value` None: not measured. `input_hash`: of the orders used."""

    month: str
    kpi: str
    value: float | None
    numerator: float | None
    n: int
    excluded: int
    not_measurable: int
    definition_version: str
    input_hash: str
    closed_at: datetime | None = None
    restated_at: datetime | None = None


def save_figures(
    connection: Connection, tracker_id: int, figures: Sequence[KpiFigure], now: datetime
) -> None:
    """Keep the figures of closed months; one that other orders now change is marked as restated."""
    known = {(line.month, line.kpi): line for line in load_figures(connection, tracker_id)}
    rows = []
    for figure in figures:
        old = known.get((figure.month, figure.kpi))
        same = old is not None and old.input_hash == figure.input_hash
        rows.append(
            {
                "tracker_id": tracker_id,
                "month": figure.month,
                "kpi": figure.kpi,
                "value": figure.value,
                "numerator": figure.numerator,
                "n": figure.n,
                "excluded": figure.excluded,
                "not_measurable": figure.not_measurable,
                "definition_version": figure.definition_version,
                "input_hash": figure.input_hash,
                "closed_at": old.closed_at if old else figure.closed_at or now,
                "restated_at": None if old is None else old.restated_at if same else now,
            }
        )
    upsert(connection, kpi_month, rows, key=("tracker_id", "month", "kpi"))


def load_figures(
    connection: Connection, tracker_id: int, month: str | None = None
) -> list[KpiFigure]:
    """The closed figures of one month, or of all, by month and KPI."""
    table = kpi_month
    names = [name for name in table.c.keys() if name != "tracker_id"]  # noqa: SIM118 - no dict
    query = (
        select(*(table.c[name] for name in names))
        .where(table.c.tracker_id == tracker_id)
        .order_by(table.c.month, table.c.kpi)
    )
    if month is not None:
        query = query.where(table.c.month == month)
    return [KpiFigure(**row._asdict()) for row in connection.execute(query)]
