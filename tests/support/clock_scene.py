"""A handful of orders with their stamps and holds, as the SLA clocks take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sheetsync.domain.model import EVIDENCE, PAUSE_COLUMNS, STAGES, STAMPS
from sheetsync.domain.moments import NAT, as_moment
from sheetsync.domain.rules import (
    CalendarRule,
    ColumnRule,
    Condition,
    EscalationRules,
    KpiRules,
    NotificationRules,
    Rulebook,
    Source,
    Span,
    StatusRule,
    StatusRules,
    TargetRule,
)
from sheetsync.domain.sla import STARTS, open_hours, run_clocks
from sheetsync.domain.sla.clocks import Clocks, Judge
from sheetsync.domain.worktime import OpenHours
from tests.support.rules_builder import HERE, calendar, line

JOBURG = "Africa/Johannesburg"
WAREHOUSE = calendar(week={**dict.fromkeys(range(5), "08:00-12:00, 13:00-17:00"), 5: "09:00-13:00"})
ALWAYS_OPEN = calendar("always", always=True, week={})
TITLES = {
    "ordered_at": "Order Date & Time", "priority": "Order Priority", "promised_at": "Promised Date",
    "handler": "Handled By", "vendor": "Vendor", "ack": "Ack",
}  # fmt: skip


def moment(text: str, zone: str = JOBURG) -> np.datetime64:
    """Local wall time -> naive UTC moment; "" is blank."""
    return as_moment(aware(text, zone)) if text else NAT


def aware(text: str, zone: str = JOBURG) -> datetime:
    """Local wall time -> aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def target(stage: str, *lines: Any, calendar_id: str = "warehouse", **more: Any) -> TargetRule:
    """A stage target; lines as made by `line` or `4h` texts."""
    number = STAGES.index(stage)
    made = tuple(line(text) if isinstance(text, str) else text for text in lines)
    return TargetRule(
        id=stage.lower(), stage=stage, starts=STARTS[stage], stops=STAMPS[min(number, 4)],
        calendar=calendar_id, lines=made, source=Source("sla.yaml", 9), **more,
    )  # fmt: skip


def promise(compare: str = "end_of_day", **more: Any) -> TargetRule:
    """The promise clock."""
    from sheetsync.domain.rules import ALWAYS, TargetLine

    return TargetRule(
        id="promise", starts="ordered_at", due="promised_at", stops="delivered_at",
        compare=compare, calendar="always", source=HERE,
        lines=(TargetLine(when=ALWAYS, within=None, source=Source("sla.yaml", 40)),), **more,
    )  # fmt: skip


def statuses() -> StatusRules:
    """The statuses that pause clocks, and one that does not."""
    pauses = {
        "On Hold": ("*",), "Payment Failed": ("*",), "Backordered": ("Picking", "Packing"),
        "Packing": (), "Cancelled": (), "Completed": (),
    }  # fmt: skip
    return StatusRules(
        statuses={
            name: StatusRule(name=name, kind="manual", pauses=stages, source=HERE)
            for name, stages in pauses.items()
        },
        aliases={}, next={}, auto_complete_after=None, auto_complete_unless_exception=True,
        untick_grace=Span(seconds=900).seconds * pd.Timedelta(1, "s").to_pytimedelta(),
    )  # fmt: skip


def rulebook(
    *targets: TargetRule,
    calendars: tuple[CalendarRule, ...] = (WAREHOUSE, ALWAYS_OPEN),
    escalation: EscalationRules | None = None,
) -> Rulebook:
    """A rulebook with only what clocks and escalations read."""
    none = EscalationRules(
        people={}, policies={}, rules=(), max_emails_per_pass=30, max_emails_per_day=200
    )
    return Rulebook(
        columns={
            key: ColumnRule(
                key=key, title=name, source=HERE,
                choices=("Standard", "Expedited", "Bulk") if key == "priority" else (),
            )
            for key, name in TITLES.items()
        },
        header_search_rows=5, checks=(), statuses=statuses(),
        calendars={rule.id: rule for rule in calendars}, targets=targets,
        escalation=escalation or none, carriers={}, unknown_carrier="warning",
        kpi=KpiRules(
            month_tab="KPI %Y-%m", on_time_compare="end_of_day", exclude_statuses=(),
            test_customers=(), targets={}, smallest_sample=20,
        ),
        notifications=NotificationRules(mode="draft", milestones=(), to="", max_age=Span()),
        hash="", folder="",
    )  # fmt: skip


@dataclass
class Yes:
    """The outcome of a condition."""

    mask: np.ndarray


def judge_of(fields: Mapping[str, np.ndarray], rows: int) -> Judge:
    """Equality and any-of over text fields: enough for these tests."""

    def judge(condition: Condition) -> Yes:
        mask = np.ones(rows, dtype=bool)
        for test in condition.tests:
            wanted = test.operand if isinstance(test.operand, tuple) else (test.operand,)
            cells = [str(cell).casefold() for cell in fields.get(test.field, [""] * rows)]
            mask &= np.isin(cells, [str(w).casefold() for w in wanted])
        return Yes(mask)

    return judge


@dataclass
class Desk:
    """Orders on the desk: add them, hold them, run the clocks."""

    rules: Rulebook
    zone: str = JOBURG
    rows: list[dict[str, Any]] = field(default_factory=list)
    holds: list[tuple[str, np.datetime64, np.datetime64, str]] = field(default_factory=list)

    def add(self, order_id: str = "#SP-1", stage: str = "Packing", since: str = "", **more: Any):
        """One order in `stage` since a local moment; `earliest` and `status` as they differ."""
        row = {"order_id": order_id, "stage": stage, "start": moment(since, self.zone), **more}
        self.rows.append(row)
        return self

    def hold(self, start: str, stop: str = "", why: str = "On Hold", order_id: str = "#SP-1"):
        """A hold; without a stop it still stands."""
        bounds = moment(start, self.zone), moment(stop, self.zone)
        self.holds.append((order_id, *bounds, why))
        return self

    def column(self, name: str, default: Any = "") -> np.ndarray:
        """One fact of every order as text."""
        return np.array([row.get(name, default) for row in self.rows], dtype=object)

    def moments(self, name: str, fallback: str = "") -> np.ndarray:
        """One fact of every order as moments."""
        found = [
            moment(row[name], self.zone) if name in row else row.get(fallback, NAT)
            for row in self.rows
        ]
        return np.array(found, dtype="datetime64[s]")

    @property
    def orders(self) -> pd.DataFrame:
        """Orders.frame, as far as clocks read it."""
        frame = pd.DataFrame(
            {
                "order_id": self.column("order_id"),
                "row": np.arange(2, 2 + len(self.rows)),
                "usable": self.column("usable", True).astype(bool),
                "ordered_at": self.moments("ordered_at"),
                "promised_at": self.moments("promised_at"),
            }
        )
        for evidence in EVIDENCE:
            frame[evidence] = self.column(evidence, 0).astype(np.int8)
        for name in ("priority", "handler", "vendor", "ack"):
            frame[name] = self.column(name)
        return frame

    @property
    def stamps(self) -> pd.DataFrame:
        """The stamps and their lower ends."""
        frame = pd.DataFrame({name: self.moments(name) for name in STAMPS})
        for name in STAMPS:
            lower = self.moments(f"{name}_from")
            frame[f"{name}_from"] = np.where(np.isnat(lower), frame[name], lower)
        return frame

    @property
    def pauses(self) -> pd.DataFrame:
        """The holds as a frame of PAUSE_COLUMNS."""
        frame = pd.DataFrame(self.holds, columns=list(PAUSE_COLUMNS))
        return frame.astype({"start": "datetime64[s]", "stop": "datetime64[s]"})

    def fields(self) -> dict[str, np.ndarray]:
        """What conditions may ask."""
        names = ("priority", "vendor", "handler", "status", "exception")
        return {name: self.column(name) for name in names}

    def hours(self, now: str) -> dict[str, OpenHours]:
        """Open hours around the facts."""
        starts = [self.moments("", "start"), self.moments("earliest", "start")]
        facts = [self.orders, self.stamps, self.pauses, *starts]
        return open_hours(self.rules, aware(now, self.zone), facts)

    def clocks(self, now: str, **more: Any) -> Clocks:
        """The clocks at a local moment."""
        stay = np.array([f"{s.lower()}#0" if s else "" for s in self.column("stage")], dtype=object)
        return run_clocks(
            orders=self.orders, stamps=self.stamps, stage=self.column("stage"), stay=stay,
            stage_start=self.moments("", "start"),
            stage_start_from=self.moments("earliest", "start"),
            status=self.column("status"), open_order=self.column("open", True).astype(bool),
            pauses=self.pauses, rules=self.rules, judge=judge_of(self.fields(), len(self.rows)),
            hours=self.hours(now), now=aware(now, self.zone), timezone=self.zone, **more,
        )  # fmt: skip

    def state(self, now: str) -> str:
        """The state of the first order's stage clock."""
        return str(self.clocks(now).stage["state"][0])
