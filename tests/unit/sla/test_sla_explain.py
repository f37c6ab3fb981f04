"""Explaining a clock: staff can add it up by hand."""

from __future__ import annotations

from datetime import date

from sheetsync.domain.sla.explain import explain_clock
from tests.support.clock_scene import ALWAYS_OPEN, Desk, aware, promise, rulebook, target
from tests.support.rules_builder import calendar

WEEK = calendar(
    week="08:00-12:00, 13:00-17:00",
    holidays={date(2026, 12, 16): "Day of Reconciliation"},
    special={date(2026, 12, 19): "09:00-10:00"},
)
RULES = rulebook(target("Packing", "12h"), promise(), calendars=(WEEK, ALWAYS_OPEN))


def told(desk: Desk, now: str, *, of_promise: bool = False) -> list[str]:
    clocks = desk.clocks(now)
    frame = clocks.promise if of_promise else clocks.stage
    name = frame["calendar"][0] or "warehouse"
    return explain_clock(
        clocks, 0, order_id="#SP-1", promise=of_promise, pauses=desk.pauses,
        statuses=desk.rules.statuses, hours=desk.hours(now)[name], now=aware(now), timezone=WEEK.timezone,
    )  # fmt: skip


def test_every_day_is_told_with_what_was_left_out_and_why():
    desk = Desk(RULES).add(since="2026-12-15 15:00").hold("2026-12-17 10:00", "2026-12-17 15:00")
    assert told(desk, "2026-12-21 09:30") == [
        "Packing began Tue 15 Dec 15:00.",
        "Tue 15 Dec: 2 h counted.",
        "Wed 16 Dec: nothing counted, holiday: Day of Reconciliation.",
        "Thu 17 Dec: 4 h counted.",
        "Fri 18 Dec: 8 h counted.",
        "Sat 19 Dec: 1 h counted (special hours).",
        "Sun 20 Dec: nothing counted, closed on this weekday.",
        "Mon 21 Dec: 1 h 30 min counted.",
        "On Hold from Thu 17 Dec 10:00 to Thu 17 Dec 15:00: 4 h left out.",
        "Counted so far: 16 h 30 min of open time, of a limit of 12 h.",
        "Breached: was due Fri 18 Dec 15:00.",
        "The limit stands at sla.yaml:1; calendar warehouse.",
    ]


def test_a_standing_hold_and_an_uncertain_start_are_told():
    desk = Desk(RULES).add(since="2026-12-15 15:00", earliest="2026-12-15 14:00")
    sentences = told(desk.hold("2026-12-15 16:00"), "2026-12-17 09:00")
    assert sentences[0] == (
        "Packing began between Tue 15 Dec 14:00 and Tue 15 Dec 15:00: it was seen at the later time."
    )
    assert "Thu 17 Dec: nothing counted, on hold." in sentences
    assert "On Hold from Tue 15 Dec 16:00 to now: 2 h left out." in sentences
    assert "Paused: the clock stands still while On Hold lasts." in sentences


def test_a_long_clock_is_told_in_few_sentences_that_still_add_up():
    sentences = told(Desk(RULES).add(since="2026-10-01 08:00"), "2026-12-21 09:30")
    assert len(sentences) < 30
    assert "62 more days: 360 h counted." in sentences


def test_what_cannot_be_evaluated_and_what_has_no_clock():
    assert told(Desk(RULES).add(), "2026-12-15 09:00") == [
        "Not evaluated: Picking was ticked before watching began (rule at sla.yaml:1)."
    ]
    assert told(Desk(RULES).add(stage="Dispatch"), "2026-12-15 09:00") == []


def test_a_promise_is_told_by_the_wall_clock():
    desk = Desk(RULES).add(
        ordered_at="2026-12-01 09:00", promised_at="2026-12-10 00:00", delivered=1,
        delivered_at="2026-12-11 10:00",
    )  # fmt: skip
    assert told(desk, "2026-12-15 09:00", of_promise=True) == [
        "The order is promised for Thu 10 Dec 23:59.",
        "It was delivered Fri 11 Dec 10:00.",
        "Missed: it was delivered too late. Holds and closed hours do not move that moment.",
        "The rule stands at sla.yaml:40.",
    ]
