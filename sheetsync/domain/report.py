"""From the snapshot in the store to the figures of a period: the same way for the tab and the command."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from sheetsync.domain.conditions import Surroundings, evaluate
from sheetsync.domain.conditions.fields import Field, FieldKind
from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.facts import FACT_COLUMNS
from sheetsync.domain.kpi.periods import Period
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.kpi.scene import KpiInputs
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.service.records import ServiceRecords
from sheetsync.domain.sla import open_hours
from sheetsync.domain.sla.dwell import stage_dwell

_FIELD_KINDS: dict[str, FieldKind] = {
    "moment": "moment", "text": "text", "tick": "tick", "number": "number", "count": "number",
}  # fmt: skip


def report_on(
    period: Period,
    *,
    facts: pd.DataFrame,
    pauses: pd.DataFrame,
    events: pd.DataFrame,
    present: frozenset[str],
    rules: Rulebook,
    timezone: str,
    as_of: datetime,
    notices: pd.DataFrame | None = None,
    service: ServiceRecords | None = None,
) -> KpiReport:
    """Every KPI of `period` as things stood at `as_of` (aware UTC).

    Args:
        period: local days of the tracker.
        facts: snapshot of every order (FACT_COLUMNS), indexed by order_id.
        pauses: all pauses (PAUSE_COLUMNS).
        events: all stage events (STAGE_EVENT_COLUMNS).
        present: column keys that the tracker has.
        rules: in force.
        timezone: of the tracker.
        as_of: what came later has not happened.
        notices: to customers (NOTICE_COLUMNS); None where customers are not told.
        service: what the tabs Inquiries, Issues and Feedback say.
    """
    frame = facts.reset_index().assign(usable=True)
    fields = {
        name: Field(_FIELD_KINDS[kind], frame[name].to_numpy())
        for name, kind in FACT_COLUMNS.items()
    }
    around = Surroundings(now=as_of, timezone=timezone, rows=len(frame))
    moments = [c.to_numpy() for f in (frame, pauses) for _, c in f.items() if c.dtype.kind == "M"]
    dwell = stage_dwell(
        orders=frame,
        stamps=frame,
        pauses=pauses,
        rules=rules,
        judge=lambda condition: evaluate(condition, fields, around),
        hours=open_hours(rules, as_of, moments),
        now=as_of,
        unreadable=_no_errors(frame),
    )
    inputs = KpiInputs(
        facts=facts, present=present, rules=rules, timezone=timezone,
        dwell=dwell, pauses=pauses, events=events, notices=notices,
        service=service,
    )  # fmt: skip
    return compute(inputs, period, as_of)


def _no_errors(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Per column with an error somewhere, the orders whose cell has one."""
    columns = frame["error_columns"].to_numpy(object)
    named = {key for text in pd.unique(columns) for key in str(text).split(",") if key}
    return {
        key: np.array([key in str(text).split(",") for text in columns], dtype=bool)
        for key in named
    }
