"""Every figure is what SQL makes of the same frozen rows, digit for digit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.facts import build_facts
from sheetsync.domain.kpi.periods import parse_period
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.kpi.scene import KpiInputs
from tests.support.kpi_orders import NOW, ZONE, inputs, moments, sample
from tests.support.kpi_sql import Oracle

SAMPLE = sample()
assert SAMPLE.dwell is not None
NO_DWELL = SAMPLE.dwell.iloc[:0]


def check(given_inputs: KpiInputs, period: str, as_of: datetime) -> KpiReport:
    bounds = parse_period(period, ZONE)
    report = compute(given_inputs, bounds, as_of)
    oracle = Oracle(given_inputs, bounds.start, bounds.end, as_of)
    try:
        for id_, (k, n) in oracle.rates().items() if given_inputs.dwell is not None else ():
            figure = report.figure(id_)
            assert (figure.numerator, figure.n) == (k, n), id_
            assert figure.value == (k / n if n else None), id_
        for id_, number in oracle.counts().items():
            assert report.figure(id_).value == number, id_
        for id_, number in oracle.unmeasured().items():
            assert report.figure(id_).not_measurable == number, id_
        for id_, value in oracle.times().items():
            assert report.figure(id_).value == value, id_
        assert report.figure("csat").value == oracle.csat()
    finally:
        oracle.close()
    return report


@pytest.mark.parametrize(
    "period",
    ["2017-09", "2017-10", "2017-11", "2017-12", "2017-W41", "2017-W48", "2017-W52", "2017-Q4"],
)
def test_every_period_of_the_fixed_orders_is_what_sql_says(period):
    report = check(SAMPLE, period, NOW)
    assert report.figure("orders_placed").n


def test_stage_times_and_the_bottleneck_are_what_sql_says():
    bounds = parse_period("2017-11", ZONE)
    report = compute(SAMPLE, bounds, NOW)
    oracle = Oracle(SAMPLE, bounds.start, bounds.end, NOW)
    for stage in ("Allocation", "Picking", "Packing", "Dispatch", "Transit"):
        for id_, value in oracle.dwell(stage).items():
            assert report.figure(id_).value == value, id_
    excess = oracle.excess_hours()
    oracle.close()
    worst = max(excess, key=lambda stage: excess[stage])
    assert report.figure("bottleneck").value == excess[worst]
    assert report.figure("bottleneck").note.startswith(worst)
    assert report.table("stages").bold == (worst,)


_EDGES = [
    int(datetime(2017, month, day, hour, tzinfo=UTC).timestamp()) + extra
    for month, day, hour in [(10, 1, 3), (10, 15, 3), (11, 1, 2), (11, 20, 15), (12, 1, 2)]
    for extra in (-86_400, -3_600, -1, 0, 1, 3_600, 86_400)
]
_moment = st.none() | st.sampled_from(_EDGES) | st.integers(min(_EDGES), max(_EDGES))
_order = st.fixed_dictionaries(
    {
        "ordered_at": _moment,
        "promised_at": _moment,
        "dispatch_by": _moment,
        "dispatched_at": _moment,
        "delivered_at": _moment,
        "status": st.sampled_from(
            ["Pending", "Shipped", "Delivered", "Completed", "Returned", "Cancelled", ""]
        ),
        "customer": st.sampled_from(["Ada", "Testa", "TEST", "Contest"]),
        "carrier": st.sampled_from(["FastTrack", "FAST TRACK", "Courier", ""]),
        "tracking": st.sampled_from(["FT-123456", "FT-12345", "X", ""]),
        "csat": st.sampled_from([1.0, 4.0, 5.0, np.nan]),
        "error_columns": st.sampled_from(
            ["", "", "delivered_at", "promised_at,csat", "ordered_at"]
        ),
        "ticked": st.booleans(),
    }
)


@settings(max_examples=20)
@given(
    st.lists(_order, max_size=12), st.sampled_from(["2017-10", "2017-11", "2017-W42", "2017-Q4"])
)
def test_any_orders_give_what_sql_says(orders, period):
    stamps = ("ordered_at", "promised_at", "dispatch_by", "dispatched_at", "delivered_at")
    columns: dict[str, Any] = {
        name: moments([np.nan if o[name] is None else o[name] for o in orders]) for name in stamps
    }
    for name in ("status", "customer", "carrier", "tracking", "csat", "error_columns"):
        columns[name] = [o[name] for o in orders]
    for tick, stamp in (("dispatched", "dispatched_at"), ("delivered", "delivered_at")):
        columns[tick] = [int(o["ticked"] or o[stamp] is not None) for o in orders]
    facts = build_facts([str(i) for i in range(len(orders))], columns)
    check(inputs(facts, dwell=NO_DWELL), period, NOW)
