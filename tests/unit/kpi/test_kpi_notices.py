"""Were customers told: counted from what left, with everything that was due and did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.facts import build_facts
from sheetsync.domain.kpi.notices import FIGURES, NOTICE_COLUMNS
from sheetsync.domain.kpi.periods import parse_period
from sheetsync.domain.milestones import deciding
from sheetsync.domain.milestones.memory import MISSED
from sheetsync.messages import deliver
from tests.support.kpi_orders import NOW, ZONE, inputs
from tests.support.orders_builder import shipped_rules

NOVEMBER = parse_period("2017-11", ZONE)


def at(day: int, hour: int = 12, minute: int = 0) -> np.datetime64:
    moment = datetime(2017, 11, day, hour, minute, tzinfo=UTC)
    return np.datetime64(moment.replace(tzinfo=None), "s")


def notice(order: str = "#1", state: str = "sent", minutes: int = 5, **more: Any) -> dict[str, Any]:
    decided = more.pop("decided_at", at(10))
    sent = decided + np.timedelta64(minutes, "m") if state == "sent" else np.datetime64("NaT", "s")
    return {
        "order_id": order, "kind": "packed", "recipient": "a@x.org", "state": state, "reason": "",
        "fallback": False, "decided_at": decided, "sent_at": sent, **more,
    }  # fmt: skip


def figures(*notices: dict[str, Any]):
    frame = pd.DataFrame(list(notices), columns=list(NOTICE_COLUMNS))
    for name in ("decided_at", "sent_at"):
        frame[name] = frame[name].astype("datetime64[s]")
    told = replace(inputs(build_facts([], {})), notices=frame)
    rules = replace(told.rules, notifications=shipped_rules().notifications)
    return compute(replace(told, rules=rules), NOVEMBER, NOW)


def test_where_customers_are_not_told_it_is_not_measured():
    found = compute(inputs(build_facts([], {})), NOVEMBER, NOW)
    for name in FIGURES:
        assert found.figure(name).note.startswith("not measured: customers are not told")


def test_what_was_due_and_did_not_leave_counts_and_what_was_called_off_does_not():
    found = figures(
        notice(), notice("#2", "held", reason="Customer Email is empty."), notice("#3", "failed"),
        notice("#4", "superseded", reason="It fell due on Mon 9 Mar, more than 48h ago"),
        notice("#5", "superseded", reason=deciding.TAKEN_BACK),
        notice("#6", "suppressed", reason="The customer wants no updates."),
        notice("#7", decided_at=at(10) - np.timedelta64(40, "D")),
    )  # fmt: skip
    coverage = found.figure("notification_coverage")
    assert (coverage.numerator, coverage.n) == (1, 4)
    (listing,) = [each for each in found.listings if each.id == "unsent"]
    assert [entry.order_id for entry in listing.entries] == ["#2", "#3", "#4"]
    assert listing.entries[0].reason == "Packed: Customer Email is empty."


def test_a_customer_is_reached_when_every_notice_left_on_the_channel_they_prefer():
    found = figures(
        notice(recipient="A@x.org"), notice("#2", recipient="a@x.org", fallback=True),
        notice("#3", recipient="b@x.org"), notice("#4", "held", recipient="c@x.org"),
    )  # fmt: skip
    reached = found.figure("customers_reached")
    assert (reached.numerator, reached.n) == (1, 3)


def test_a_notice_is_in_time_within_the_limit_of_its_letter():
    found = figures(
        notice(minutes=240),
        notice("#2", minutes=241),
        notice("#3", "held"),
        notice("#4", kind="other"),
    )
    timely = found.figure("notification_timeliness")
    assert (timely.numerator, timely.n) == (1, 2)


def test_every_reason_for_missing_a_notice_is_known_to_the_figures():
    assert deciding.PASSED.startswith(MISSED)
    assert deliver.TOO_LATE.startswith(MISSED)
    assert not deciding.TAKEN_BACK.startswith(MISSED)
