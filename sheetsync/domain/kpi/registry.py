"""Every KPI's id, name, unit, attribution and definition in plain words: one home for all of it.

An id never changes its meaning; a variant has a dot (`on_time_delivery_rate.instant`). Each order
counts in exactly one period per KPI, by the attribution:

* placed: ordered in the period. due: due in the period. done: the closing event fell in it.
* stage end: the stage ended in it. snapshot: as things stood at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from sheetsync.domain.model import STAGES

Unit: TypeAlias = Literal["share", "days", "hours", "orders", "score"]
Attribution: TypeAlias = Literal[
    "placed", "due", "dispatched", "delivered", "stage end", "snapshot", "opened", "answered",
    "resolved", "milestone", "approved",
]  # fmt: skip
Better: TypeAlias = Literal["higher", "lower", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One KPI in words. `of` is what is counted, `over` what it is divided by ("" for none)."""

    id: str
    name: str
    unit: Unit
    attribution: Attribution
    of: str
    over: str = ""
    leaves_out: str = ""
    better: Better = ""

    @property
    def family(self) -> str:
        """The id without its variant."""
        return self.id.partition(".")[0]

    @property
    def is_variant(self) -> bool:
        """Whether it is a second reading of the KPI before the dot."""
        return "." in self.id

    @property
    def words(self) -> str:
        """The whole definition as one text."""
        parts = [f"{self.of} / {self.over}" if self.over else self.of]
        if self.leaves_out:
            parts.append(f"Left out: {self.leaves_out}")
        return ". ".join(parts) + "."


def variant(base: Definition, suffix: str, name: str, **changes: str) -> Definition:
    """A second reading of `base`, with the id `base.suffix`."""
    return replace(base, id=f"{base.id}.{suffix}", name=name, **changes)  # type: ignore[arg-type]


def _kpi(
    id_: str, name: str, unit: Unit, when: Attribution, of: str, *, over: str = "",
    leaves_out: str = "", better: Better = "",
) -> Definition:  # fmt: skip
    return Definition(
        id=id_, name=name, unit=unit, attribution=when, of=of, over=over,
        leaves_out=leaves_out, better=better,
    )  # fmt: skip


def _delivery() -> Iterator[Definition]:
    fulfilment = _kpi(
        "fulfilment_rate", "Order fulfilment", "share", "due",
        "orders dispatched by their dispatch-by moment", over="orders due for dispatch in the period",
        leaves_out="orders not yet due and not yet dispatched; orders without a dispatch-by moment", better="higher",
    )  # fmt: skip
    yield fulfilment
    yield variant(
        fulfilment, "placed", "Order fulfilment, of orders placed", attribution="placed",
        of="orders dispatched", over="orders placed in the period", leaves_out="",
    )  # fmt: skip
    dispatch = _kpi(
        "on_time_dispatch_rate", "On-time dispatch", "share", "due",
        "orders dispatched by their dispatch-by moment (a date without a time: by the end of that day)",
        over="orders due for dispatch in the period that were dispatched or are overdue",
        leaves_out="orders not yet due and not yet dispatched; orders without a dispatch-by moment", better="higher",
    )  # fmt: skip
    yield dispatch
    yield variant(
        dispatch, "by_day", "On-time dispatch, by calendar day",
        of="orders dispatched by the end of the local day of their dispatch-by moment",
    )  # fmt: skip
    delivery = _kpi(
        "on_time_delivery_rate", "On-time delivery", "share", "delivered",
        "orders delivered by the end of the promised local day",
        over="orders delivered in the period that had a promise",
        leaves_out="orders without a Promised Date; delivered orders without a date of delivery", better="higher",
    )  # fmt: skip
    yield delivery
    yield variant(
        delivery, "by_day", "On-time delivery, by calendar day",
    )  # fmt: skip
    yield variant(
        delivery, "instant", "On-time delivery, to the second",
        of="orders delivered by the very moment promised",
    )  # fmt: skip
    yield variant(
        delivery, "with_overdue", "On-time delivery, overdue orders too",
        over="orders delivered in the period that had a promise, and orders promised in it that are "
        "overdue and not delivered",
    )  # fmt: skip
    yield _kpi(
        "otif_rate", "On time and in full", "share", "delivered",
        "orders that were on time and in full, each order judged on both",
        over="orders delivered in the period", better="higher",
    )  # fmt: skip


def _quality() -> Iterator[Definition]:
    yield _kpi(
        "perfect_order_rate", "Perfect order (sheet evidence)", "share", "delivered",
        "orders on time, with a valid tracking number, without return, failed delivery or open exception",
        over="orders delivered in the period that had a promise",
        leaves_out="notices and complaints, which the tracker does not record", better="higher",
    )  # fmt: skip
    yield _kpi(
        "order_accuracy", "Order accuracy", "share", "dispatched",
        "orders without a wrong, missing or damaged item or a wrong address",
        over="orders dispatched in the period", better="higher",
    )  # fmt: skip
    tracked = _kpi(
        "orders_tracked", "Orders tracked", "share", "placed",
        "orders with a known Status, each reached stage ticked or dated, and no error in Check",
        over="orders placed in the period", better="higher",
    )  # fmt: skip
    yield tracked
    yield variant(
        tracked, "open", "Orders tracked, of open orders", attribution="snapshot",
        over="orders open at the end of the period",
    )  # fmt: skip
    coverage = _kpi(
        "tracking_coverage", "Tracking coverage", "share", "dispatched",
        "orders with a tracking number that is not known to be wrong for its carrier",
        over="orders dispatched in the period", better="higher",
    )  # fmt: skip
    yield coverage
    yield variant(
        coverage, "checked", "Tracking coverage, checked numbers only",
        of="orders with a tracking number of the shape its carrier uses",
        leaves_out="numbers of carriers whose shape is not known",
    )  # fmt: skip
    yield _kpi(
        "return_rate", "Returns", "share", "delivered",
        "orders whose Status is Returned", over="orders delivered in the period", better="lower",
    )  # fmt: skip
    yield _kpi(
        "exception_rate", "Orders with an exception", "share", "opened",
        "orders on which an exception was opened in the period",
        over="orders that were open at some time in the period", better="lower",
    )  # fmt: skip


def _speed() -> Iterator[Definition]:
    words = {"mean": "mean", "median": "median", "p90": "90th percentile"}
    for key, word in words.items():
        cycle = _kpi(
            f"cycle_time_{key}", f"Order cycle time, {word}", "days", "delivered",
            f"{word} of delivered minus ordered, over orders delivered in the period", leaves_out="orders delivered before they were ordered", better="lower",
        )  # fmt: skip
        yield cycle
        yield variant(
            cycle, "net", f"Order cycle time net of holds, {word}",
            of=f"{word} of delivered minus ordered minus the time on hold",
        )  # fmt: skip
    for key, word in words.items():
        dispatch = _kpi(
            f"dispatch_time_{key}", f"Order to dispatch, {word}", "days", "dispatched",
            f"{word} of dispatched minus ordered, over orders dispatched in the period", leaves_out="orders dispatched before they were ordered", better="lower",
        )  # fmt: skip
        yield dispatch
        yield variant(
            dispatch, "open", f"Order to dispatch in open hours, {word}", unit="hours",
            of=f"{word} of the open hours between ordered and dispatched",
        )  # fmt: skip


def _stages() -> Iterator[Definition]:
    words = {"median": "median", "p90": "90th percentile", "p95": "95th percentile"}
    for stage in STAGES:
        for key, word in words.items():
            yield _kpi(
                f"{stage.lower()}_dwell_{key}", f"{stage} time, {word}", "hours", "stage end",
                f"{word} of the time spent in {stage} (open hours of its calendar, less holds)", leaves_out="stages skipped, unsure, not measured or of negative length", better="lower",
            )  # fmt: skip
    for stage in STAGES:
        yield _kpi(
            f"{stage.lower()}_breach_rate", f"{stage} over its limit", "share", "stage end",
            f"{stage} stages that took longer than their limit",
            over=f"{stage} stages ended in the period that were within or over their limit",
            leaves_out="stages skipped, unsure or not measured", better="lower",
        )  # fmt: skip
    yield _kpi(
        "bottleneck", "Bottleneck", "hours", "stage end",
        "hours over the limit in the stage where they add up to most", leaves_out="stages skipped, unsure or not measured", better="lower",
    )  # fmt: skip


def _work() -> Iterator[Definition]:
    yield _kpi("orders_placed", "Orders placed", "orders", "placed", "orders placed in the period")
    yield _kpi(
        "orders_dispatched", "Orders dispatched", "orders", "dispatched",
        "orders dispatched in the period",
    )  # fmt: skip
    yield _kpi(
        "orders_delivered", "Orders delivered", "orders", "delivered",
        "orders delivered in the period",
    )  # fmt: skip
    backlog = _kpi(
        "backlog", "Backlog", "orders", "snapshot",
        "orders placed, not delivered and not closed at the end of the period", leaves_out="orders delivered or closed at a time nobody recorded", better="lower",
    )  # fmt: skip
    yield backlog
    yield variant(
        backlog, "undispatched", "Backlog not dispatched",
        of="open orders not dispatched at the end of the period",
    )  # fmt: skip
    yield _kpi(
        "backlog_oldest", "Oldest open order", "days", "snapshot",
        "age of the oldest open order at the end of the period", better="lower",
    )  # fmt: skip
    yield _kpi(
        "backlog_days_of_work", "Backlog in days of work", "days", "snapshot",
        "open orders not dispatched", over="mean orders dispatched on each of the last 20 working days",
        better="lower",
    )  # fmt: skip
    yield _kpi(
        "overdue_now", "Overdue now", "orders", "snapshot",
        "open orders past their Promised Date, or past their dispatch-by moment and not dispatched",
        leaves_out="orders without either date", better="lower",
    )  # fmt: skip


def _people() -> Iterator[Definition]:
    yield _kpi(
        "status_update_gap_median", "Time between status changes, median", "hours", "milestone",
        "median time from one status change of an order to its next, where the later fell in the period",
        leaves_out="orders whose Status did not change in the period", better="lower",
    )  # fmt: skip
    csat = _kpi(
        "csat", "Customer satisfaction", "score", "delivered",
        "mean rating of the orders delivered in the period", leaves_out="orders without a rating", better="higher",
    )  # fmt: skip
    yield csat
    yield variant(
        csat, "share_4_5", "Ratings of 4 or 5", unit="share",
        of="ratings of 4 or 5", over="orders delivered in the period that were rated",
    )  # fmt: skip
    yield variant(
        csat, "response_rate", "Customers who rated", unit="share",
        of="orders rated", over="orders delivered in the period", leaves_out="",
    )  # fmt: skip
    yield variant(
        csat, "placed", "Customer satisfaction, of orders placed", attribution="placed",
        of="mean rating of the orders placed in the period",
    )  # fmt: skip


def _notices() -> Iterator[Definition]:
    yield _kpi(
        "notification_coverage", "Notification coverage", "share", "milestone",
        "milestone notices sent", over="milestone notices due",
        leaves_out="notices called off, overtaken or not wanted; a delay as long as it waits for its date", better="higher",
    )  # fmt: skip
    yield _kpi(
        "customers_reached", "Customers reached", "share", "milestone",
        "customers whose every due notice went out on their preferred channel",
        over="customers with a notice due", better="higher",
    )  # fmt: skip
    yield _kpi(
        "notification_timeliness", "Notices in time", "share", "milestone",
        "notices sent within their limit", over="notices sent that have one", better="higher",
    )  # fmt: skip
    for key, word in {"mean": "mean", "median": "median", "p90": "90th percentile"}.items():
        yield _kpi(
            f"update_response_time_{key}", f"Answer to a customer's inquiry, {word}", "hours", "answered",
            f"{word} of answered minus asked", leaves_out="inquiries without an answer", better="lower",
        )  # fmt: skip
    for key, word in {"mean": "mean", "median": "median", "p90": "90th percentile"}.items():
        yield _kpi(
            f"issue_resolution_time_{key}", f"Issue resolution time, {word}", "hours", "resolved",
            f"{word} of resolved minus opened, in open hours", leaves_out="issues still open", better="lower",
        )  # fmt: skip
    yield _kpi(
        "feedback_response_rate", "Requests for feedback answered", "share", "answered",
        "requests for feedback that were answered", over="requests for feedback sent in the period", better="higher",
    )  # fmt: skip
    yield _kpi(
        "compensation_approved", "Compensation approved", "orders", "approved",
        "orders with a compensation approved in the period",
    )  # fmt: skip


def _all() -> Iterator[Definition]:
    for family in (_delivery, _quality, _speed, _stages, _work, _people, _notices):
        yield from family()


DEFINITIONS: Final[Mapping[str, Definition]] = {kpi.id: kpi for kpi in _all()}
"""Every KPI by id, in the order of a report. Breach rates get a variant per priority besides."""

NOT_RECORDED: Final[Mapping[str, str]] = {
    "otif_rate": "nothing tells whether an order was complete: the Issues tab is not read yet",
    "order_accuracy": "wrong, missing and damaged items are not known: the Issues tab is not read yet",
    "notification_coverage": "customers are not told (mode: off in notifications.yaml)",
    "customers_reached": "customers are not told (mode: off in notifications.yaml)",
    "notification_timeliness": "customers are not told (mode: off in notifications.yaml)",
    **dict.fromkeys(
        (f"update_response_time_{key}" for key in ("mean", "median", "p90")),
        "no tab Inquiries is read: unhide or add it, and name it under tabs in kpi.yaml",
    ),
    **dict.fromkeys(
        (f"issue_resolution_time_{key}" for key in ("mean", "median", "p90")),
        "no tab Issues is read: unhide or add it, and name it under tabs in kpi.yaml",
    ),
    "feedback_response_rate": "no tab Feedback is read: unhide or add it, and name it under tabs in kpi.yaml",
    "compensation_approved": "the Compensation tab is not read yet",
}
"""KPIs that no column of today's tracker can tell: why, and what would switch them on."""
