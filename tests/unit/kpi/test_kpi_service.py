"""Questions answered, problems settled, feedback given: counted from tabs that people fill, unknown said as unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.companions.reading import Ways
from sheetsync.domain.companions.service import read_service
from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.facts import build_facts
from sheetsync.domain.kpi.measure import statistic
from sheetsync.domain.kpi.periods import parse_period
from sheetsync.domain.kpi.service import FIGURES
from sheetsync.domain.model import TabRows
from sheetsync.domain.service.records import CASES, ServiceRecords, frame_of, pack, unpack
from tests.support.kpi_orders import NOW, ZONE, inputs

NOVEMBER = parse_period("2017-11", ZONE)
WAYS = Ways(timezone="UTC", date_system=1900, options=ReadingOptions())
INQUIRIES = ("Inquiry ID", "Order ID", "Received At", "Topic", "First Response At", "Resolved At")
ISSUES = ("Issue ID", "Order ID", "Type", "Opened At", "Resolved At")
FEEDBACK = ("Order ID", "Sent At", "Answered At", "Timeliness", "Accuracy", "Tracking", "Comment")


def tab(title, headings, *rows) -> TabRows:
    return TabRows(
        title=title, rows=[list(headings), *map(list, rows)], row_numbers=range(1, len(rows) + 2)
    )


def read(**tabs):
    found = {name.capitalize(): tab(name.capitalize(), *rows) for name, rows in tabs.items()}
    return read_service(found, WAYS)


def figures(records: ServiceRecords | None):
    return compute(replace(inputs(build_facts([], {})), service=records), NOVEMBER, NOW)


def test_without_the_tabs_nothing_is_measured_and_it_says_what_would_switch_it_on():
    for records in (None, ServiceRecords()):
        found = figures(records)
        for name in FIGURES:
            assert found.figure(name).value is None
            assert "kpi.yaml" in found.figure(name).note


def test_response_times_are_told_with_what_is_unanswered_and_by_topic():
    records, findings = read(inquiries=(
        INQUIRIES,
        ("1", "#1", "2017-11-10 10:00", "Where is it", "2017-11-10 11:00", None),
        ("2", "#1", "2017-11-10 10:00", "where is it", "2017-11-10 13:00", None),
        ("3", None, "2017-11-11 10:00", "Damaged", "2017-11-11 20:00", None),
        ("4", "#4", "2017-11-12 10:00", None, None, None),
        ("5", "#5", "2017-10-01 10:00", None, "2017-10-01 11:00", None),
        ("6", "#6", "2017-11-12 10:00", None, "2017-11-12 09:00", None),
        ("7", "#7", None, None, "2017-11-12 09:00", None),
    ))  # fmt: skip
    found = figures(records)
    median = found.figure("update_response_time_median")
    assert (median.value, median.n, median.not_measurable) == (3.0, 3, 1)
    assert found.figure("update_response_time_p90").value == pytest.approx(8.6)
    assert found.figure("update_response_time_mean").value == pytest.approx(14 / 3)
    assert (
        median.note == "2 without an answer; by topic: Where is it 2, Damaged 1, without a topic 2"
    )
    assert [finding.sentence for finding in findings] == [
        "Inquiries, row 7: First Response At lies before Received At, so it does not count. Correct one.",
        "Inquiries, row 8: Received At is blank, so the row counts in no figure. Fill it in.",
    ]


def test_problems_are_counted_in_open_hours_and_open_ones_beside_them():
    records, _ = read(issues=(
        ISSUES,
        ("1", "#1", "Damaged", "2017-11-13 12:00", "2017-11-13 14:00"),
        ("2", "#2", "Damaged", "2017-11-13 12:00", None),
    ))  # fmt: skip
    figure = figures(records).figure("issue_resolution_time_median")
    assert figure.n == 1
    assert figure.value is not None
    assert figure.value <= 2
    assert figure.note == "1 without a solution; by topic: Damaged 2"


def test_feedback_tells_how_many_answered_and_the_marks():
    records, findings = read(feedback=(
        FEEDBACK,
        ("#1", "2017-11-10", "2017-11-11", 5, 4, None, "secret words"),
        ("#2", "2017-11-10", None, None, None, None, None),
        ("#3", "2017-11-10", "2017-12-20", 9, 4, 4, None),
        ("#4", "2017-12-10", None, None, None, None, None),
    ))  # fmt: skip
    figure = figures(records).figure("feedback_response_rate")
    assert (figure.numerator, figure.n) == (1, 3)
    assert figure.note == "of 5: timeliness 5.0, accuracy 4.0"
    assert [each.message for each in findings] == ["Timeliness says 9; marks go from 1 to 5."]
    assert "secret" not in pack(records)


def test_a_tab_without_rows_measures_nothing_but_is_no_unknown():
    records, findings = read(inquiries=(INQUIRIES,), feedback=(FEEDBACK,))
    found = figures(records)
    assert found.figure("update_response_time_median").note == "no orders"
    assert found.figure("feedback_response_rate").note == "no orders; nobody was asked"
    assert findings == ()


def test_a_tab_of_another_shape_is_a_finding_and_counts_nothing():
    records, findings = read(inquiries=(("Name", "Thing"), ("a", "b")))
    assert len(records.inquiries) == 0
    assert findings


MOMENTS = st.one_of(st.none(), st.integers(1_509_000_000, 1_513_000_000))


@given(st.lists(st.tuples(st.sampled_from(["", "#1", "#2"]), MOMENTS, MOMENTS), max_size=12))
def test_what_is_kept_is_what_was_read_and_the_median_is_that_of_the_answered(rows):
    orders, opened, answered = (
        (list(each) for each in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    blank = [""] * len(rows)
    frame = frame_of(
        {"order_id": orders, "topic": blank, "channel": blank, "opened_at": opened,
         "answered_at": answered, "resolved_at": [None] * len(rows)},
        CASES,
    )  # fmt: skip
    records = ServiceRecords(inquiries=frame)
    again = unpack(pack(records))
    pd.testing.assert_frame_equal(again.inquiries, frame)
    figure = figures(again).figure("update_response_time_median")
    first, last = (int(m.timestamp()) for m in (NOVEMBER.start, NOVEMBER.end))
    took = [
        b - a
        for a, b in zip(opened, answered, strict=True)
        if a is not None and b is not None and first <= b < last
    ]
    assert figure.n == len(took)
    expected = statistic(np.array(took, dtype=float), "median")
    assert figure.value == (None if expected is None else pytest.approx(expected / 3600))
