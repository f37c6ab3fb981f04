"""A small rulebook and small sheets for the tests of reading, conditions and checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sheetsync.domain.model import CellValue, Sheet
from sheetsync.domain.rules import (
    CarrierRule,
    ColumnRule,
    Condition,
    EscalationRules,
    KpiRules,
    NotificationRules,
    NumberShape,
    RowCheck,
    Rulebook,
    Source,
    Span,
    StatusRule,
    StatusRules,
    Test,
)

SOURCE = Source("columns.yaml", 1)
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

SAMPLE_HEADINGS = (
    "Order ID", "Status", "Picking", "Packing", "Dispatched", "Courier", "Tracking No.", "Notes",
)  # fmt: skip
SAMPLE_ROW: tuple[CellValue, ...] = (
    "#SP-20491", "In Transit", "✅", "✅", "✅", "FastTrack", "FT239845Z", "Delivered 2 days early",
)  # fmt: skip


def when(**tests: Any) -> Condition:
    """A condition from `field=("operator", operand)`, or `field="operator"`."""
    made = []
    for field, spec in tests.items():
        operator, operand = spec if isinstance(spec, tuple) else (spec, None)
        made.append(Test(field=field, operator=operator, operand=operand, source=SOURCE))
    return Condition(tests=tuple(made))


def column(key: str, title: str, **settings: Any) -> ColumnRule:
    """One column of the tests' layout."""
    return ColumnRule(key=key, title=title, source=SOURCE, **settings)


def columns() -> dict[str, ColumnRule]:
    """The documents' fourteen columns, and those that the worker or extensions add."""
    listed = [
        column(
            "order_id", "Order ID", aliases=("Order No",), type="id", required=True, unique=True
        ),
        column(
            "ordered_at", "Order Date & Time", type="datetime", required=True, not_in_future=True
        ),
        column("customer", "Customer Name / ID", required=True),
        column("skus", "SKU(s) Ordered", aliases=("SKUs",), type="sku_list", required=True),
        column(
            "priority",
            "Order Priority",
            type="choice",
            choices=("Standard", "Expedited", "Bulk"),
            choice_aliases={"urgent": "Expedited"},
            default="Standard",
            required=True,
        ),
        column("allocated", "Inventory Allocated", type="checkbox"),
        column("picked", "Picking Completed", aliases=("Picking",), type="checkbox"),
        column("packed", "Packing Completed", aliases=("Packing",), type="checkbox"),
        column(
            "carrier",
            "Shipping Partner Assigned",
            aliases=("Courier",),
            type="choice",
            choices=("FastTrack", "UPS", "FedEx"),
            open_choices=True,
            required_when=when(packed="yes"),
            severity="warning",
        ),
        column(
            "dispatched_at",
            "Dispatched Date",
            aliases=("Dispatched",),
            type="datetime",
            owner="shared",
            not_before="ordered_at",
            not_in_future=True,
        ),
        column(
            "tracking",
            "Tracking Number",
            aliases=("Tracking No.",),
            type="tracking",
            required_when=when(dispatched_at="filled"),
            unique=True,
        ),
        column("status", "Status", type="choice", owner="shared"),
        column("handler", "Handled By", severity="warning"),
        column("notes", "Notes / Exceptions", aliases=("Notes",)),
        column("promised_at", "Promised Date", type="datetime"),
        column(
            "delivered_at",
            "Delivered Date",
            type="datetime",
            owner="shared",
            not_before="dispatched_at",
        ),
        column("customer_email", "Customer Email", type="email", severity="warning"),
        column("order_value", "Order Value", type="number"),
        column("picked_at", "Picked At", type="datetime", owner="worker"),
        column("sla_due", "SLA Due", type="datetime", owner="worker"),
        column("check", "Check", owner="worker"),
    ]
    return {rule.key: rule for rule in listed}


def row_checks() -> tuple[RowCheck, ...]:
    """A few cross-field checks, the sample row's contradiction among them."""
    return (
        RowCheck(
            id="dispatched_not_packed",
            when=when(dispatched_at="filled", packed="no"),
            severity="error",
            columns=("packed", "dispatched_at"),
            message="Dispatched Date is filled in but Packing Completed is not ticked.",
            source=SOURCE,
        ),
        RowCheck(
            id="notes_say_delivered",
            when=when(
                status=("any_of", ("shipped", "in transit")), notes=("contains", "delivered")
            ),
            severity="note",
            columns=("status", "notes"),
            message="The notes speak of a delivery. If the order has arrived, set Status to Delivered.",
            source=SOURCE,
        ),
    )


def statuses() -> StatusRules:
    """The canonical statuses, with a few aliases."""
    names = {
        "Pending": "Allocation", "Allocated": "Picking", "Picking": "Picking", "Packing": "Packing",
        "Ready": "Dispatch", "Shipped": "Transit", "In Transit": "Transit",
        "Delivered": "Closeout", "Completed": "", "On Hold": "", "Cancelled": "",
    }  # fmt: skip
    final = {"Completed", "Cancelled"}
    made = {
        name: StatusRule(
            name=name,
            kind="derived",
            stage=stage,
            open=name not in final,
            final=name in final,
            source=SOURCE,
        )
        for name, stage in names.items()
    }
    aliases = {name.casefold(): name for name in names} | {"canceled": "Cancelled"}
    return StatusRules(
        statuses=made,
        aliases=aliases,
        next={},
        auto_complete_after=None,
        auto_complete_unless_exception=True,
        untick_grace=timedelta(minutes=15),
    )


def rulebook(**changes: Any) -> Rulebook:
    """A rulebook of the parts above; `changes` replace fields of it."""
    carriers = {
        "FastTrack": CarrierRule(
            name="FastTrack", numbers=(NumberShape(r"^FT\d{6}[A-Z]$"),), source=SOURCE
        ),
        "UPS": CarrierRule(
            name="UPS", numbers=(NumberShape(r"^1Z[0-9A-Z]{16}$", "ups_1z"),), source=SOURCE
        ),
        "FedEx": CarrierRule(
            name="FedEx",
            aliases=("Fed Ex",),
            numbers=(NumberShape(r"^(\d{12}|\d{15})$"),),
            source=SOURCE,
        ),
    }
    made = Rulebook(
        columns=columns(),
        header_search_rows=20,
        checks=row_checks(),
        statuses=statuses(),
        calendars={},
        targets=(),
        escalation=EscalationRules(
            people={}, policies={}, rules=(), max_emails_per_pass=1, max_emails_per_day=1
        ),
        carriers=carriers,
        unknown_carrier="warning",
        kpi=KpiRules(
            month_tab="KPI {month}",
            on_time_compare="end_of_day",
            exclude_statuses=(),
            test_customers=(),
            targets={},
            smallest_sample=20,
        ),
        notifications=NotificationRules(mode="draft", milestones=(), to="", max_age=Span()),
        hash="test",
        folder="rules",
    )
    return replace(made, **changes)


def sheet(
    headings: Sequence[str],
    rows: Sequence[Sequence[CellValue]],
    *,
    timezone: str = "UTC",
    **settings: Any,
) -> Sheet:
    """A sheet with its header in row 1 and the orders from row 2 on."""
    return Sheet(
        tracker="orders.xlsx",
        tab="Orders",
        rows=[list(headings), *[list(row) for row in rows]],
        row_numbers=range(1, len(rows) + 2),
        timezone=timezone,
        **settings,
    )


def orders_sheet(rows: Sequence[Mapping[str, CellValue]], **settings: Any) -> Sheet:
    """A sheet with every column of `columns()`; each row names the cells that are not blank."""
    layout = columns()
    cells = [[row.get(key) for key in layout] for row in rows]
    return sheet([rule.title for rule in layout.values()], cells, **settings)
