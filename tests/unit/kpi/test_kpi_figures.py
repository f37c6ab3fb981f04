"""The traps of real order data, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.facts import FACT_COLUMNS, build_facts, check_facts
from sheetsync.domain.kpi.measure import against, wilson_lower
from sheetsync.domain.kpi.periods import parse_period
from sheetsync.domain.kpi.registry import DEFINITIONS, NOT_RECORDED
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.domain.rules import KpiTarget
from tests.support.kpi_orders import NOW, PRESENT, ZONE, inputs, sample
from tests.support.kpi_rules import HERE, kpi_rules, rulebook

NOVEMBER = parse_period("2017-11", ZONE)


def utc(day: int, hour: int = 12, minute: int = 0, month: int = 11) -> np.datetime64:
    """A local wall-clock moment of 2017."""
    local = datetime(2017, month, day, hour, minute)
    return np.datetime64(scalar_to_utc(local, ZONE).replace(tzinfo=None), "s")


def report(*orders: dict, present=PRESENT, as_of: datetime = NOW, **more) -> KpiReport:
    moments = {name for name, kind in FACT_COLUMNS.items() if kind == "moment"}
    columns = {}
    for name in {name for order in orders for name in order}:
        blank = np.datetime64("NaT", "s") if name in moments else ""
        columns[name] = [order.get(name, blank) for order in orders]
    for tick, stamp in (("delivered", "delivered_at"), ("dispatched", "dispatched_at")):
        done = [not np.isnat(order.get(stamp, np.datetime64("NaT"))) for order in orders]
        columns.setdefault(tick, [int(d) for d in done])
    facts = build_facts([f"#{i}" for i in range(len(orders))], columns)
    return compute(inputs(facts, present=present, **more), NOVEMBER, as_of)


def test_every_kpi_has_a_figure_and_says_why_when_it_cannot_be_measured():
    bare = report({"ordered_at": utc(3)}, present=frozenset({"order_id", "ordered_at", "status"}))
    assert [f.id for f in bare.figures if f.id in DEFINITIONS] == list(DEFINITIONS)
    for figure in bare.figures:
        if figure.verdict == "not measured":
            assert figure.value is None
            assert figure.note.startswith("not measured: ")
    assert {f.id for f in bare.figures if f.verdict == "not measured"} >= set(NOT_RECORDED)


def test_delivered_in_the_evening_of_the_promised_day_is_on_time_by_day_and_late_by_instant():
    order = {"ordered_at": utc(1), "delivered_at": utc(9, 23, 59), "promised_at": utc(9, 0)}
    found = report(order)
    assert found.figure("on_time_delivery_rate").value == 1.0
    assert found.figure("on_time_delivery_rate.by_day").value == 1.0
    assert found.figure("on_time_delivery_rate.instant").value == 0.0
    strict = rulebook(kpi_rules(on_time_compare="instant"))
    assert report(order, rules=strict).figure("on_time_delivery_rate").value == 0.0


def test_delivery_at_local_midnight_belongs_to_the_next_month():
    found = report(
        {"ordered_at": utc(1), "delivered_at": utc(1, 0, month=12), "promised_at": utc(9)}
    )
    assert found.figure("orders_delivered").value == 0
    assert found.figure("on_time_delivery_rate").note == "no orders"


def test_an_overdue_order_that_is_still_here_counts_against_on_time_dispatch():
    gone = {"ordered_at": utc(1), "dispatch_by": utc(3), "dispatched_at": utc(2)}
    here = {"ordered_at": utc(1), "dispatch_by": utc(3)}
    assert report(gone, here).figure("on_time_dispatch_rate").value == 0.5
    early = datetime(2017, 11, 2, 20, tzinfo=UTC)
    assert report(gone, here, as_of=early).figure("on_time_dispatch_rate").value == 1.0


def test_dispatch_exactly_when_due_is_on_time_and_a_date_means_its_whole_day():
    exact = {"ordered_at": utc(1), "dispatch_by": utc(3, 9), "dispatched_at": utc(3, 9)}
    whole_day = {"ordered_at": utc(1), "dispatch_by": utc(3, 0), "dispatched_at": utc(3, 23)}
    assert report(exact, whole_day).figure("on_time_dispatch_rate").value == 1.0


def test_a_delivery_before_the_order_leaves_the_times_and_is_counted_and_listed():
    odd = {"ordered_at": utc(9), "delivered_at": utc(8)}
    fine = {"ordered_at": utc(9), "delivered_at": utc(12)}
    found = report(odd, fine)
    figure = found.figure("cycle_time_median")
    assert (figure.value, figure.n, figure.not_measurable) == (3.0, 1, 1)
    assert figure.unmeasured == ("#0",)
    assert [e.order_id for e in found.listing("contradictory").entries] == ["#0"]


def test_delivered_before_dispatched_still_counts_as_delivered_and_is_listed():
    found = report({"ordered_at": utc(1), "dispatched_at": utc(6), "delivered_at": utc(5),
                    "promised_at": utc(7)})  # fmt: skip
    assert found.figure("on_time_delivery_rate").value == 1.0
    assert "before it was dispatched" in found.listing("contradictory").entries[0].reason


def test_delivered_without_a_date_is_unknown_not_late_and_not_open():
    found = report({"ordered_at": utc(2), "status": "Delivered", "promised_at": utc(5)})
    figure = found.figure("on_time_delivery_rate")
    assert (figure.value, figure.n, figure.not_measurable) == (None, 0, 1)
    assert found.figure("backlog").value == 0


def test_cancelled_orders_leave_every_figure_and_are_counted_beside_it():
    dated = {
        "ordered_at": utc(1),
        "delivered_at": utc(5),
        "promised_at": utc(6),
        "status": "Cancelled",
    }
    found = report(dated)
    figure = found.figure("on_time_delivery_rate")
    assert (figure.n, figure.excluded) == (0, 1)
    assert found.counts.excluded["Cancelled"] == ("#0",)
    assert "Cancelled" in found.listing("contradictory").entries[0].reason


@pytest.mark.parametrize(
    ("name", "out"), [("TEST", 1), ("Test 12", 1), ("Contest", 0), ("te st", 0)]
)
def test_test_orders_are_known_by_their_customer(name, out):
    assert report({"ordered_at": utc(1), "customer": name}).figure("orders_placed").excluded == out


def test_an_error_in_a_needed_cell_makes_the_order_not_measurable():
    order = {"ordered_at": utc(1), "delivered_at": utc(5), "promised_at": utc(6), "errors": 1}
    needed = report({**order, "error_columns": "promised_at"}).figure("on_time_delivery_rate")
    other = report({**order, "error_columns": "tracking"}).figure("on_time_delivery_rate")
    assert (needed.n, needed.not_measurable) == (0, 1)
    assert (other.n, other.not_measurable) == (1, 0)


def test_a_blank_rating_is_not_zero():
    found = report(
        {"ordered_at": utc(1), "delivered_at": utc(5), "csat": 4.0},
        {"ordered_at": utc(1), "delivered_at": utc(5), "csat": np.nan},
    )
    assert found.figure("csat").value == 4.0
    assert found.figure("csat.response_rate").value == 0.5


def test_what_came_after_as_of_has_not_happened():
    order = {"ordered_at": utc(1), "dispatched_at": utc(3), "delivered_at": utc(20),
             "promised_at": utc(8), "status": "Delivered"}  # fmt: skip
    then = report(order, as_of=datetime(2017, 11, 10, 12, tzinfo=UTC))
    assert then.figure("orders_delivered").value == 0
    assert then.figure("backlog").value == 1
    assert [e.order_id for e in then.listing("overdue_now").entries] == ["#0"]
    assert report(order).figure("backlog").value == 0


def test_orders_of_several_vendors_blame_none():
    rows = [{"ordered_at": utc(1), "dispatch_by": utc(2), "dispatched_at": utc(5), "vendor": v}
            for v in ("Acme",) * 6 + ("",) * 2]  # fmt: skip
    table = report(*rows).table("vendors")
    assert [(row[0], row[2], row[3]) for row in table.rows] == [
        ("Acme", 6, 6),
        ("No single vendor", 2, 2),
    ]


def test_a_vendor_late_beyond_doubt_is_proposed_for_review():
    rows = [{"ordered_at": utc(1), "dispatch_by": utc(2), "dispatched_at": utc(1 + i % 3), "vendor": "Acme"}
            for i in range(60)]  # fmt: skip
    assert report(*rows).table("vendors").rows[0][1] == "Review: 20 of 60 late"
    assert report(*rows[:18]).table("vendors").rows[0][1] == ""


def test_a_vendors_answers_are_timed_from_the_letter_and_short_ones_counted():
    rows = [
        {"ordered_at": utc(1), "dispatched_at": utc(5), "vendor": "Acme", "vendor_asked_at": utc(2, 8),
         "vendor_confirmed_at": utc(2, 8 + hours), "vendor_confirmed": answer}
        for hours, answer in ((1, "Yes"), (2, "Partial"), (3, "No"), (4, "Yes"), (5, "Yes"))
    ]  # fmt: skip
    (row,) = report(*rows, {"ordered_at": utc(1), "vendor": "Acme"}).table("vendors").rows
    assert row[-2:] == (3.0, 0.4)


def test_the_lower_wilson_bound_spares_small_vendors():
    assert wilson_lower(0, 0) == 0.0
    assert wilson_lower(3, 20) == pytest.approx(0.0613, abs=5e-4)
    assert wilson_lower(150, 1000) > wilson_lower(3, 20)


def test_an_unsure_stage_is_neither_met_nor_missed():
    ids = ["#0", "#1", "#2", "#3"]
    dwell = pd.DataFrame(
        {
            "order_id": pd.Series(ids, dtype=object),
            "stage": pd.Series(["Packing"] * 4, dtype=object),
            "seconds": [7_200.0, 18_000.0, 14_400.0, np.nan],
            "limit": [14_400.0] * 4,
            "outcome": pd.Series(["met", "missed", "unsure", "skipped"], dtype=object),
            "ended_at": np.array([utc(5)] * 4),
        }
    )
    found = report(*[{"ordered_at": utc(1)} for _ in ids], dwell=dwell)
    breach, median = found.figure("packing_breach_rate"), found.figure("packing_dwell_median")
    assert (breach.value, breach.n, breach.not_measurable) == (0.5, 2, 2)
    assert breach.note == "1 unsure, 1 skipped"
    assert (median.value, median.n) == (3.5, 2)
    assert breach.orders == ("#1",)


def test_a_stage_without_a_limit_has_a_length_but_no_breach_rate():
    dwell = pd.DataFrame(
        {
            "order_id": pd.Series(["#0", "#1"], dtype=object),
            "stage": pd.Series(["Closeout"] * 2, dtype=object),
            "seconds": [7_200.0, -3_600.0],
            "limit": [np.nan, np.nan],
            "outcome": pd.Series(["", "negative"], dtype=object),
            "ended_at": np.array([utc(5)] * 2),
        }
    )
    orders = [{"ordered_at": utc(1)}] * 2
    found = report(*orders, dwell=dwell)
    median = found.figure("closeout_dwell_median")
    assert (median.value, median.n, median.note) == (2.0, 1, "1 of negative length")
    alone = report(*orders, dwell=dwell.iloc[:1]).figure("closeout_breach_rate")
    assert alone.note.startswith("not measured: the rules have no limit")


def test_a_month_without_orders_says_so_and_is_not_zero_per_cent():
    empty = report()
    assert empty.figure("on_time_delivery_rate").note == "no orders"
    assert empty.figure("on_time_delivery_rate").value is None
    assert empty.figure("backlog").value == 0


def test_a_small_month_is_not_judged():
    order = {"ordered_at": utc(1), "delivered_at": utc(5), "promised_at": utc(6)}
    assert report(*[order] * 19).figure("on_time_delivery_rate").verdict == "small"
    assert report(*[order] * 20).figure("on_time_delivery_rate").verdict == "met"


def test_equal_to_the_target_is_met_and_within_near_is_near():
    least = KpiTarget(id="x", at_least=0.95, near=0.03, source=HERE)
    assert [against(v, least) for v in (19 / 20, 0.92, 0.9199)] == ["met", "near", "missed"]
    most = KpiTarget(id="x", at_most=3.0, near=0.5, source=HERE)
    assert [against(v, most) for v in (3.0, 3.5, 3.51)] == ["met", "near", "missed"]


def test_a_quarter_comes_from_its_rows_not_from_its_months():
    data = sample()
    months = [compute(data, parse_period(m, ZONE), NOW) for m in ("2017-10", "2017-11", "2017-12")]
    quarter = compute(data, parse_period("2017-Q4", ZONE), NOW).figure("cycle_time_median")
    assert quarter.n == sum(m.figure("cycle_time_median").n or 0 for m in months)
    means = np.mean([m.figure("cycle_time_median").value for m in months])
    assert quarter.value != means


def test_the_order_of_rows_changes_nothing_but_ties_of_none():
    data = sample()
    turned = replace(data, facts=data.facts.iloc[::-1])
    first, second = (compute(d, NOVEMBER, NOW) for d in (data, turned))
    assert [(f.id, f.value, f.orders) for f in first.figures] == [
        (f.id, f.value, f.orders) for f in second.figures
    ]
    assert first.listings == second.listings
    assert first.tables == second.tables


def test_facts_are_checked_at_the_door():
    with pytest.raises(ValueError, match="no column colour"):
        build_facts(["a"], {"colour": ["red"]})
    with pytest.raises(ValueError, match="stands there twice"):
        build_facts(["a", "a"], {})
    with pytest.raises(ValueError, match="column csat is missing"):
        check_facts(build_facts(["a"], {}).drop(columns="csat"))
    with pytest.raises(ValueError, match="2 values for 1 orders"):
        build_facts(["a"], {"status": ["x", "y"]})
