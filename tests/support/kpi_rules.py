"""A small rulebook for KPI tests: the documents' targets, two carriers, a warehouse calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sheetsync.domain.rules import (
    ALWAYS,
    CalendarRule,
    CarrierRule,
    EscalationRules,
    KpiRules,
    KpiTarget,
    NotificationRules,
    NumberShape,
    Rulebook,
    Source,
    Span,
    StatusKind,
    StatusRule,
    StatusRules,
    TargetLine,
    TargetRule,
)

HERE = Source("kpi.yaml", 1)
_HOURS = dict.fromkeys(range(5), ((8 * 3600, 17 * 3600),))
CLOSED = {"Completed", "Returned", "Cancelled"}
STATUS_KINDS: dict[str, StatusKind] = {
    "Pending": "derived",
    "Allocated": "derived",
    "Picking": "derived",
    "Packing": "derived",
    "Ready": "derived",
    "Shipped": "derived",
    "In Transit": "manual",
    "Out for Delivery": "manual",
    "Delivered": "shared",
    "Completed": "shared",
    "In Progress": "alias_group",
    "Delayed": "overlay",
    "On Hold": "manual",
    "Delivery Failed": "manual",
    "Returned": "manual",
    "Cancelled": "manual",
}


def kpi_rules(**changes: Any) -> KpiRules:
    """kpi.yaml as shipped in the sketches."""
    least = {
        "fulfilment_rate": (0.97, 0.02),
        "on_time_dispatch_rate": (0.96, 0.02),
        "on_time_delivery_rate": (0.95, 0.03),
        "perfect_order_rate": (0.90, 0.05),
        "orders_tracked": (1.0, 0.01),
        "tracking_coverage": (1.0, 0.01),
        "notification_coverage": (1.0, 0.02),
        "customers_reached": (0.95, 0.02),
        "csat": (4.2, 0.3),
    }
    most = {"packing_breach_rate": (0.05, 0.02), "cycle_time_median": (3.0, 0.5)}
    targets = {
        **{
            k: KpiTarget(id=k, at_least=v, near=near, source=HERE) for k, (v, near) in least.items()
        },
        **{k: KpiTarget(id=k, at_most=v, near=near, source=HERE) for k, (v, near) in most.items()},
    }
    rules = KpiRules(
        month_tab="KPI {yyyy}-{mm}",
        on_time_compare="end_of_day",
        exclude_statuses=("Cancelled",),
        test_customers=("test", "test*"),
        targets=targets,
        smallest_sample=20,
        vendor_review={"days": 90, "orders": 20, "late_rate": 0.1},
    )
    return replace(rules, **changes)


def rulebook(kpi: KpiRules | None = None) -> Rulebook:
    """One consistent set of rules, enough for every KPI."""
    statuses = {
        name: StatusRule(
            name=name,
            kind=kind,
            open=name not in CLOSED,
            exception=name in {"Delivery Failed", "Returned"},
            pauses=("*",) if name == "On Hold" else (),
            source=HERE,
        )
        for name, kind in STATUS_KINDS.items()
    }
    always = CalendarRule(id="always", timezone="UTC", always=True, source=HERE)
    warehouse = CalendarRule(
        id="warehouse", timezone="America/Sao_Paulo", hours=_HOURS, source=HERE
    )
    dispatch = TargetRule(
        id="dispatch",
        stage="Dispatch",
        starts="packed_at",
        stops="dispatched_at",
        calendar="warehouse",
        lines=(TargetLine(when=ALWAYS, within=Span(seconds=8 * 3600), source=HERE),),
        source=HERE,
    )
    return Rulebook(
        columns={},
        header_search_rows=1,
        checks=(),
        statuses=StatusRules(
            statuses=statuses,
            aliases={name.casefold(): name for name in statuses},
            next={},
            auto_complete_after=None,
            auto_complete_unless_exception=True,
            untick_grace=timedelta(minutes=15),
        ),
        calendars={"always": always, "warehouse": warehouse},
        targets=(dispatch,),
        escalation=EscalationRules(
            people={}, policies={}, rules=(), max_emails_per_pass=1, max_emails_per_day=1
        ),
        carriers={
            "FastTrack": CarrierRule(
                name="FastTrack",
                aliases=("Fast Track",),
                numbers=(NumberShape(r"FT-\d{6}"),),
                transit=Span(seconds=2 * 86_400),
                source=HERE,
            ),
            "Courier": CarrierRule(name="Courier", source=HERE),
        },
        unknown_carrier="warning",
        kpi=kpi or kpi_rules(),
        notifications=NotificationRules(
            mode="off", milestones=(), to="", max_age=Span(seconds=86_400)
        ),
        hash="4f2a91c07d",
        folder="rules",
    )
