"""SLA clocks: the documents' own example, and the traps that the documents list."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.sla import next_change
from sheetsync.domain.sla.texts import sla_dues, sla_texts
from tests.support.clock_scene import (
    ALWAYS_OPEN,
    JOBURG,
    Desk,
    aware,
    moment,
    promise,
    rulebook,
    target,
)
from tests.support.rules_builder import calendar, line

PACKING = rulebook(target("Packing", "4h"))


def desk(since: str, rules=PACKING, **more) -> Desk:
    return Desk(rules).add(since=since, **more)


def text(order: Desk, now: str) -> str:
    return str(sla_texts(order.clocks(now), order.zone, aware(now, order.zone))[0])


def test_four_hours_in_packing_are_met_and_one_second_more_is_a_breach():
    order = desk("2026-11-20 13:00")
    assert order.state("2026-11-20 16:11:59") == "OK"
    assert order.state("2026-11-20 16:12:00") == "At risk"
    order = desk("2026-11-20 08:00")
    assert order.state("2026-11-20 12:00:00") == "At risk"
    assert order.state("2026-11-20 13:00:00") == "At risk"
    assert order.state("2026-11-20 13:00:01") == "Breached"


def test_lunch_a_weekend_and_a_holiday_do_not_make_a_packer_late():
    rules = rulebook(
        target("Packing", "4h"),
        calendars=(
            calendar(week="08:00-12:00, 13:00-17:00", holidays={date(2026, 12, 16): "Day"}),
        ),
    )
    over_lunch = desk("2026-12-15 10:00", rules)
    assert over_lunch.state("2026-12-15 15:00:00") == "At risk"
    assert over_lunch.state("2026-12-15 15:00:01") == "Breached"
    over_holiday = desk("2026-12-15 15:00", rules)
    assert over_holiday.state("2026-12-17 10:00:00") == "At risk"
    assert over_holiday.state("2026-12-17 10:00:01") == "Breached"
    over_weekend = desk("2026-12-18 15:30", rules)
    assert over_weekend.state("2026-12-21 10:30:00") == "At risk"
    assert over_weekend.state("2026-12-21 10:30:01") == "Breached"


@pytest.mark.parametrize(
    ("zone", "start", "exact"),
    [
        ("America/New_York", "2025-03-09 00:30", "2025-03-09 05:30"),
        ("America/New_York", "2025-11-02 00:30", "2025-11-02 03:30"),
        ("Europe/Berlin", "2025-03-30 00:30", "2025-03-30 05:30"),
        ("Europe/Berlin", "2025-10-26 00:30", "2025-10-26 03:30"),
    ],
)
def test_on_the_nights_when_clocks_change_four_hours_stay_four_hours(zone, start, exact):
    nights = calendar(timezone=zone, week=dict.fromkeys(range(7), "22:00-06:00"))
    order = Desk(rulebook(target("Packing", "4h"), calendars=(nights,)), zone).add(since=start)
    assert order.state(f"{exact}:00") == "At risk"
    assert order.state(f"{exact}:01") == "Breached"


def test_the_text_says_since_limit_and_due_and_stays_the_same_all_day():
    order = desk("2026-11-20 08:03")
    expected = "Breached: Packing since 08:03, limit 4 h, was due 13:03"
    for now in ("2026-11-20 13:04", "2026-11-20 16:00", "2026-11-20 23:59"):
        assert text(order, now) == expected
    assert text(order, "2026-11-20 12:30") == "At risk: Packing since 08:03, limit 4 h, due 13:03"
    assert text(order, "2026-11-20 09:00") == "OK: Packing since 08:03, limit 4 h, due 13:03"


def test_a_breach_of_an_earlier_day_names_its_day_from_midnight_on_and_then_never_changes():
    order = desk("2026-11-20 08:03")
    expected = "Breached: Packing since Fri 20 Nov 08:03, limit 4 h, was due Fri 20 Nov 13:03"
    for now in ("2026-11-21 00:00", "2026-11-23 09:00", "2027-03-01 09:00"):
        assert text(order, now) == expected


def test_an_unsure_start_of_an_earlier_day_names_its_day():
    order = desk("2026-11-20 12:00", earliest="2026-11-20 08:00")
    assert text(order, "2026-11-20 16:00").startswith("Unsure: Packing began between 08:00 and")
    order = Desk(rulebook(target("Packing", "12h"))).add(
        since="2026-11-20 12:00", earliest="2026-11-20 08:00"
    )
    assert text(order, "2026-11-23 11:30") == (
        "Unsure: Packing began between Fri 20 Nov 08:00 and Fri 20 Nov 12:00, limit 12 h"
    )


def test_a_due_moment_on_another_day_is_told_with_both_dates():
    order = desk("2026-11-20 15:30")
    assert text(order, "2026-11-20 16:00") == (
        "OK: Packing since Fri 20 Nov 15:30, limit 4 h, due Sat 21 Nov 11:30"
    )


def test_a_due_moment_at_closing_is_that_closing_and_the_breach_comes_at_the_next_opening():
    order = desk("2026-11-20 13:00")
    clocks = order.clocks("2026-11-20 16:30")
    assert clocks.stage["due"][0] == moment("2026-11-20 17:00")
    assert next_change(clocks) is not None
    assert scalar_to_local(next_change(clocks), JOBURG).isoformat() == "2026-11-21T09:00:01"
    assert order.state("2026-11-20 23:00") == "At risk"
    assert order.state("2026-11-21 09:00:01") == "Breached"


def test_an_order_placed_on_a_holiday_starts_counting_at_the_next_opening():
    rules = rulebook(
        target("Allocation", "1h"), calendars=(calendar(holidays={date(2026, 12, 16): "Day"}),)
    )
    order = desk("2026-12-16 10:00", rules, stage="Allocation")
    assert order.state("2026-12-16 23:00") == "OK"
    assert order.state("2026-12-17 09:00:00") == "At risk"
    assert order.state("2026-12-17 09:00:01") == "Breached"


def test_a_hold_that_began_before_its_stage_counts_only_from_the_stage_on():
    order = desk("2026-11-20 09:00").hold("2026-11-20 08:00", "2026-11-20 10:00")
    clocks = order.clocks("2026-11-20 11:00")
    assert clocks.stage["used"][0] == 3600
    assert clocks.stage["due"][0] == moment("2026-11-20 15:00")


def test_a_hold_over_a_closed_day_gives_back_only_open_hours():
    order = desk("2026-11-20 15:00").hold("2026-11-20 16:00", "2026-11-23 09:00")
    clocks = order.clocks("2026-11-23 10:00")
    assert clocks.stage["used"][0] == 2 * 3600
    assert clocks.stage["due"][0] == moment("2026-11-23 12:00")


def test_a_standing_hold_shows_paused_without_a_due_moment():
    order = desk("2026-11-20 09:00").hold("2026-11-20 10:00")
    clocks = order.clocks("2026-11-20 16:00")
    assert clocks.stage["state"][0] == "Paused"
    assert clocks.stage["reason"][0] == "On Hold"
    assert np.isnat(sla_dues(clocks, JOBURG)[0])
    assert text(order, "2026-11-20 16:00") == "Paused: On Hold since Fri 20 Nov 10:00"
    assert text(order, "2026-11-25 16:00") == "Paused: On Hold since Fri 20 Nov 10:00"
    assert next_change(clocks) is None


def test_a_hold_after_a_breach_changes_neither_the_breach_nor_its_text():
    order = desk("2026-11-20 08:00")
    before = text(order, "2026-11-20 14:00")
    order.hold("2026-11-20 14:30")
    assert text(order, "2026-11-20 16:00") == before
    later = "Breached: Packing since Fri 20 Nov 08:00, limit 4 h, was due Fri 20 Nov 12:00"
    assert text(order, "2026-11-24 16:00") == later


def test_a_hold_stops_only_the_stages_that_its_status_pauses():
    rules = rulebook(target("Packing", "4h"), target("Allocation", "4h"))
    order = desk("2026-11-20 09:00", rules).add("#SP-2", "Allocation", "2026-11-20 09:00")
    for order_id in ("#SP-1", "#SP-2"):
        order.hold("2026-11-20 10:00", why="Backordered", order_id=order_id)
    assert list(order.clocks("2026-11-20 11:00").stage["state"]) == ["Paused", "OK"]


def test_a_changed_priority_applies_from_the_same_start():
    rules = rulebook(
        target("Packing", line("2h", "priority", "Expedited", number=31), line("4h", number=32))
    )
    standard = desk("2026-11-20 08:00", rules, priority="Standard")
    expedited = desk("2026-11-20 08:00", rules, priority="Expedited")
    assert standard.state("2026-11-20 10:30") == "OK"
    assert expedited.state("2026-11-20 10:30") == "Breached"
    assert expedited.clocks("2026-11-20 10:30").stage["source"][0] == "sla.yaml:31"
    assert "limit 2 h" in text(expedited, "2026-11-20 10:30")


def test_a_limit_inside_the_gap_between_two_passes_is_unsure_and_never_a_breach():
    order = desk("2026-11-20 11:42", earliest="2026-11-20 08:10")
    assert order.state("2026-11-20 13:10:00") == "OK"
    assert order.state("2026-11-20 13:10:01") == "Unsure"
    assert order.state("2026-11-20 16:42:00") == "Unsure"
    assert order.state("2026-11-20 16:42:01") == "Breached"
    assert text(order, "2026-11-20 14:00") == (
        "Unsure: Packing began between 08:10 and 11:42, limit 4 h"
    )


def test_what_cannot_be_measured_says_why_and_never_ok():
    rules = rulebook(
        target("Packing", line("2h", "priority", "Expedited"), line("4h")),
        target("Allocation", "4h"),
    )
    order = desk("", rules).add("#SP-2", "Allocation").add("#SP-3", since="2026-11-20 08:00")
    order.add("#SP-4", "Allocation")
    unreadable = {
        "priority": np.array([False, False, True, False]),
        "ordered_at": np.array([False, False, False, True]),
    }
    clocks = order.clocks("2026-11-20 16:00", unreadable=unreadable)
    assert list(sla_texts(clocks, JOBURG, aware("2026-11-20 16:00"))) == [
        "Not evaluated: Picking was ticked before watching began",
        "Not evaluated: no Order Date & Time",
        "Not evaluated: Order Priority cannot be read",
        "Not evaluated: Order Date & Time cannot be read",
    ]


def test_closed_unusable_and_untargeted_orders_have_no_clock():
    order = desk("2026-11-20 08:00", open=False).add(
        "#SP-2", since="2026-11-20 08:00", usable=False
    )
    order.add("#SP-3", "Dispatch", "2026-11-20 08:00")
    now = "2026-11-24 08:00"
    assert list(sla_texts(order.clocks(now), JOBURG, aware(now))) == ["", "", ""]


def test_a_start_in_the_future_has_used_nothing():
    clocks = desk("2026-11-27 08:00").clocks("2026-11-20 08:00")
    assert clocks.stage["used"][0] == 0
    assert clocks.stage["state"][0] == "OK"


def test_a_limit_of_working_days_ends_at_the_same_wall_time():
    order = desk("2026-11-20 15:00", rulebook(target("Packing", "2 working days")))
    assert order.clocks("2026-11-20 16:00").stage["due"][0] == moment("2026-11-23 15:00")
    assert order.state("2026-11-23 15:00:00") == "At risk"
    assert order.state("2026-11-23 15:00:01") == "Breached"
    assert "limit 2 working days" in text(order, "2026-11-23 15:00")


def test_the_next_change_walks_through_warning_and_breach():
    order = desk("2026-11-20 08:00")
    seen = []
    for now in ("2026-11-20 08:00", "2026-11-20 11:12", "2026-11-20 13:00:01"):
        found = next_change(order.clocks(now))
        seen.append(scalar_to_local(found, JOBURG).strftime("%H:%M:%S") if found else "")
    assert seen == ["11:12:00", "13:00:01", ""]


PROMISED = rulebook(promise())


def promised(**more) -> Desk:
    more = {"ordered_at": "2026-11-16 09:00", "promised_at": "2026-11-20 00:00", **more}
    return Desk(more.pop("rules", PROMISED)).add(stage="Transit", **more)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-17 09:00", "OK: promised for Fri 20 Nov"),
        ("2026-11-20 23:59:59", "At risk: promised for Fri 20 Nov"),
        ("2026-11-21 00:00:00", "Breached: promised for Fri 20 Nov, not delivered"),
    ],
)
def test_a_promised_day_ends_at_its_local_midnight(now, expected):
    assert text(promised(), now) == expected


def test_a_promise_with_a_time_is_due_then_where_instants_are_compared():
    rules = rulebook(promise("instant"))
    order = promised(rules=rules, promised_at="2026-11-20 14:00")
    assert text(order, "2026-11-20 14:00:01") == (
        "Breached: promised for Fri 20 Nov 14:00, not delivered"
    )
    assert text(order, "2026-11-20 14:00:00").startswith("At risk")
    assert text(promised(rules=rules), "2026-11-20 23:59:59").startswith("At risk")
    late_ok = promised(promised_at="2026-11-20 14:00")
    assert text(late_ok, "2026-11-20 23:00").startswith("At risk: promised for Fri 20 Nov")


def test_a_promise_runs_through_a_hold():
    order = promised().hold("2026-11-17 09:00")
    assert text(order, "2026-11-21 09:00").startswith("Breached: promised")


def test_a_delivered_order_has_met_or_missed_its_promise_for_good():
    for delivered, verdict in (("2026-11-20 23:59", "Met"), ("2026-11-21 00:00", "Missed")):
        order = promised(delivered_at=delivered, delivered=1, open=False, status="Completed")
        assert text(order, "2026-12-20 10:00").startswith(
            f"{verdict}: promised for Fri 20 Nov, del"
        )
    order = promised(delivered_at="2026-11-21 08:00", delivered_at_from="2026-11-20 17:00",
                     delivered=1)  # fmt: skip
    assert text(order, "2026-12-20 10:00").startswith("Unsure: promised for Fri 20 Nov")


def test_a_promise_that_cannot_be_judged_says_why():
    assert text(promised(promised_at=""), "2026-11-20 10:00") == "Not evaluated: no Promised Date"
    ticked = promised(delivered=1)
    assert text(ticked, "2026-11-25 10:00") == ("Not evaluated: the time of delivery is not known")
    assert text(promised(status="Cancelled"), "2026-11-25 10:00") == ""
    assert text(promised(open=False, status="Returned"), "2026-11-25 10:00") == ""


def test_the_cell_shows_the_worse_of_both_clocks():
    rules = rulebook(target("Packing", "4h"), promise(), calendars=(calendar(), ALWAYS_OPEN))
    order = Desk(rules).add(
        since="2026-11-20 08:00", ordered_at="2026-11-16 09:00", promised_at="2026-11-18 00:00"
    )
    clocks = order.clocks("2026-11-20 09:00")
    assert text(order, "2026-11-20 09:00") == "Breached: promised for Wed 18 Nov, not delivered"
    assert list(clocks.states) == ["Breached"]
    assert sla_dues(clocks, JOBURG)[0] == np.datetime64("2026-11-18T23:59:59")
    assert text(order, "2026-11-20 16:00").startswith("Breached: Packing")


def test_a_new_promised_date_is_a_new_stay():
    stays = [
        promised(promised_at=day).clocks("2026-11-25 10:00").promise["stay"][0]
        for day in ("2026-11-20 00:00", "2026-11-30 00:00")
    ]
    assert stays == ["promise#0@2026-11-20", "promise#0@2026-11-30"]


def test_clocks_keep_the_declared_columns_and_types():
    from sheetsync.domain.model import CLOCK_COLUMNS

    clocks = desk("2026-11-20 08:00").add("#SP-2", "").clocks("2026-11-20 09:00")
    for frame in (clocks.stage, clocks.promise):
        assert tuple(frame.columns) == CLOCK_COLUMNS
        assert frame["due"].dtype == np.dtype("datetime64[s]")
        assert frame["state"].dtype == object
        assert frame["used"].dtype == np.float64


def test_no_orders_at_all_is_no_problem():
    clocks = Desk(rulebook(target("Packing", "4h"), promise())).clocks("2026-11-20 09:00")
    assert len(clocks.stage) == 0
    assert len(sla_texts(clocks, JOBURG, aware("2026-11-20 09:00"))) == 0
    assert next_change(clocks) is None
