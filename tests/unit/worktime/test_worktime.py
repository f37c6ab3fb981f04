"""Open time: the traps that the documents list, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sheetsync.domain.moments import as_moment
from sheetsync.domain.sla.pauses import Holds, due_after_holds, paused
from sheetsync.domain.worktime import BeyondCalendar, OpenHours, cover
from tests.support.rules_builder import calendar
from tests.support.slow_walk import utc

JOBURG = calendar(week={**dict.fromkeys(range(5), "08:00-12:00, 13:00-17:00"), 5: "09:00-13:00"})
NAT = np.datetime64("NaT", "s")


def local(text: str, zone: str = "Africa/Johannesburg") -> np.datetime64:
    return as_moment(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def moments(*texts: str, zone: str = "Africa/Johannesburg") -> np.ndarray:
    return np.array([local(t, zone) for t in texts], dtype="datetime64[s]")


def year(rule, first="2025-01-01", last="2027-01-01") -> OpenHours:
    return OpenHours.build(rule, utc(first), utc(last))


def between(hours: OpenHours, a: str, b: str) -> float:
    zone = hours.calendar.timezone
    return hours.between(moments(a, zone=zone), moments(b, zone=zone))[0]


def deadline(hours: OpenHours, start: str, seconds: float) -> np.datetime64:
    return hours.deadline(moments(start, zone=hours.calendar.timezone), seconds)[0]


def test_lunch_nights_and_weekends_do_not_count():
    hours = year(JOBURG)
    assert between(hours, "2026-11-20 11:30", "2026-11-20 13:30") == 3600
    assert between(hours, "2026-11-20 16:00", "2026-11-23 09:00") == 3600 + 4 * 3600 + 3600
    assert between(hours, "2026-11-22 00:00", "2026-11-22 23:59") == 0
    assert between(hours, "2026-11-20 13:30", "2026-11-20 11:30") == -3600


def test_a_holiday_and_a_closed_day_have_no_opening_and_a_special_day_replaces_all():
    rule = calendar(
        holidays={date(2026, 12, 16): "Day of Reconciliation", date(2026, 12, 25): "Christmas"},
        closed=frozenset({date(2026, 12, 24)}),
        special={date(2026, 12, 25): "10:00-12:00", date(2026, 11, 28): "06:00-22:00"},
    )
    hours = year(rule)
    assert between(hours, "2026-12-16 00:00", "2026-12-17 00:00") == 0
    assert between(hours, "2026-12-24 00:00", "2026-12-25 00:00") == 0
    assert between(hours, "2026-12-25 00:00", "2026-12-26 00:00") == 2 * 3600
    assert between(hours, "2026-11-28 00:00", "2026-11-29 00:00") == 16 * 3600


def test_a_deadline_at_closing_is_that_closing_and_not_the_next_opening():
    hours = year(JOBURG)
    assert deadline(hours, "2026-11-20 15:00", 7200) == local("2026-11-20 17:00")
    assert deadline(hours, "2026-11-20 15:00", 7201) == local("2026-11-21 09:00:01")


def test_no_seconds_on_a_closed_sunday_is_that_sunday_and_not_fridays_closing():
    hours = year(JOBURG)
    assert deadline(hours, "2026-11-22 12:00", 0) == local("2026-11-22 12:00")
    assert deadline(hours, "2026-11-22 12:00", 1) == local("2026-11-23 08:00:01")


def test_a_fraction_of_a_second_counts_up():
    assert deadline(year(JOBURG), "2026-11-20 09:00", 0.2) == local("2026-11-20 09:00:01")


def test_beyond_the_unrolled_days_nothing_is_guessed():
    hours = year(JOBURG, "2026-11-01", "2026-12-01")
    with pytest.raises(BeyondCalendar, match="warehouse"):
        deadline(hours, "2026-11-20 09:00", 1e6)
    with pytest.raises(BeyondCalendar):
        between(hours, "2026-11-20 09:00", "2027-03-01 09:00")
    with pytest.raises(BeyondCalendar):
        hours.add_working_days(moments("2026-11-30 09:00"), 20)
    with pytest.raises(ValueError, match="zero or more"):
        deadline(hours, "2026-11-20 09:00", -1)


def test_a_calendar_that_never_opens_counts_nothing_and_promises_nothing():
    hours = year(calendar(week={}))
    assert between(hours, "2026-11-20 09:00", "2026-11-24 09:00") == 0
    assert not hours.is_open(moments("2026-11-20 09:00"))[0]
    with pytest.raises(BeyondCalendar):
        hours.next_opening(moments("2026-11-20 09:00"))


def test_blank_moments_stay_blank():
    hours = year(JOBURG)
    blank, known = np.array([NAT]), moments("2026-11-20 09:00")
    assert np.isnan(hours.between(blank, known)[0])
    assert np.isnat(hours.deadline(blank, 60)[0])
    assert np.isnat(hours.deadline(known, np.array([np.nan]))[0])
    assert np.isnat(hours.add_working_days(blank, 2)[0])
    assert np.isnat(hours.next_opening(blank)[0])
    assert not hours.is_open(blank)[0]


@pytest.mark.parametrize("zone", ["Africa/Johannesburg", "America/New_York", "Europe/Berlin"])
def test_an_always_open_calendar_is_the_plain_clock(zone):
    hours = year(calendar(timezone=zone, always=True, week={}))
    assert (
        hours.between(
            np.array([as_moment(utc("2026-03-01"))]), np.array([as_moment(utc("2026-04-01"))])
        )[0]
        == 31 * 86_400
    )
    start = np.array([as_moment(utc("2026-03-01"))])
    assert hours.deadline(start, 31 * 86_400)[0] == as_moment(utc("2026-04-01"))
    assert hours.is_open(start)[0]
    assert hours.next_opening(start)[0] == start[0]


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        ("America/New_York", "2025-03-08", "2025-11-01"),
        ("Europe/Berlin", "2025-03-29", "2025-10-25"),
        ("Africa/Johannesburg", "2025-03-29", "2025-10-25"),
    ],
)
def test_a_night_shift_lasts_an_hour_less_in_spring_and_more_in_autumn(zone, spring, autumn):
    hours = year(calendar(timezone=zone, week=dict.fromkeys(range(7), "22:00-06:00")))
    shift = 0 if zone.startswith("Africa") else 3600
    for evening, length in ((spring, 8 * 3600 - shift), (autumn, 8 * 3600 + shift)):
        start = local(f"{evening} 22:00", zone).reshape(1)
        assert hours.deadline(start, length)[0] == start[0] + np.timedelta64(length, "s")
        assert hours.deadline(start, length + 1)[0] > start[0] + np.timedelta64(length + 1, "s")


def test_24_hours_and_overlapping_spans_merge():
    rule = calendar(week={6: "00:00-24:00", 0: "00:00-09:00, 08:00-12:00, 12:00-13:00"})
    hours = year(rule)
    assert between(hours, "2026-11-22 00:00", "2026-11-24 00:00") == 37 * 3600
    assert hours.next_opening(moments("2026-11-21 10:00"))[0] == local("2026-11-22 00:00")


def test_working_days_skip_closed_days_and_keep_the_wall_time_clipped_into_the_day():
    rule = calendar(
        week={**dict.fromkeys(range(5), "08:00-17:00"), 5: "09:00-13:00"},
        holidays={date(2026, 11, 23): "Test Day"},
    )
    hours = year(rule)
    start = moments("2026-11-20 15:00", "2026-11-20 06:00", "2026-11-22 15:00")
    assert list(hours.add_working_days(start, 1)) == list(
        moments("2026-11-21 13:00", "2026-11-21 09:00", "2026-11-24 15:00")
    )
    assert hours.add_working_days(start[:1], 2)[0] == local("2026-11-24 15:00")
    assert hours.add_working_days(start, 0)[0] == start[0]


def test_the_next_opening_of_an_open_moment_is_itself_and_a_closing_is_closed():
    hours = year(JOBURG)
    asked = moments("2026-11-20 09:00", "2026-11-20 12:00", "2026-11-21 13:00")
    assert list(hours.is_open(asked)) == [True, False, False]
    assert list(hours.next_opening(asked)) == list(
        moments("2026-11-20 09:00", "2026-11-20 13:00", "2026-11-23 08:00")
    )


def test_cover_reaches_the_data_and_the_longest_limit_after_it():
    now = datetime(2026, 11, 20, tzinfo=UTC)
    data = [moments("2019-01-01 10:00"), np.array([NAT]), moments("2031-05-05 10:00")]
    hours = cover(calendar(week={1: "10:00-11:00"}), now, data, seconds=40 * 3600, working_days=3)
    assert hours.deadline(data[2], 40 * 3600)[0] > data[2][0]
    assert hours.deadline(data[0], 3600)[0] < data[2][0]
    assert hours.add_working_days(data[2], 3)[0] > data[2][0]


def test_cover_gives_up_on_a_calendar_that_never_opens_instead_of_searching_for_ever():
    hours = cover(calendar(week={}), datetime(2026, 11, 20, tzinfo=UTC), seconds=60)
    with pytest.raises(BeyondCalendar):
        hours.deadline(moments("2026-11-20 09:00"), 60)


def test_overlapping_pauses_count_once_and_only_inside_their_stage():
    hours = year(JOBURG)
    index = np.array([0, 0, 0, 1, 0])
    start = moments(
        "2026-11-20 07:00", "2026-11-20 09:00", "2026-11-20 09:30", "2026-11-20 09:00",
        "2026-11-20 16:00",
    )  # fmt: skip
    stop = moments(
        "2026-11-20 08:30", "2026-11-20 10:00", "2026-11-20 09:45", "2026-11-20 09:10",
        "2026-11-20 16:30",
    )  # fmt: skip
    stop[4] = NAT
    lo, hi = (
        moments("2026-11-20 08:15", "2026-11-20 08:15"),
        moments("2026-11-20 16:10", "2026-11-20 09:05"),
    )
    assert list(paused(hours, index, start, stop, lo, hi)) == [
        15 * 60 + 3600 + 10 * 60,
        5 * 60,
    ]


def test_a_pause_over_a_closed_weekend_stops_only_the_open_hours():
    hours = year(calendar())
    held = paused(
        hours,
        np.array([0]),
        moments("2026-11-20 16:00"),
        moments("2026-11-23 09:00"),
        moments("2026-11-20 08:00"),
        moments("2026-11-23 12:00"),
    )
    assert held[0] == 2 * 3600


def holds(*pairs: tuple[str, str]) -> Holds:
    stops = [local(b) if b else NAT for _, b in pairs]
    return Holds(
        row=np.zeros(len(pairs), dtype=np.int64),
        start=moments(*(a for a, _ in pairs)),
        stop=np.array(stops, dtype="datetime64[s]"),
        reason=np.array(["On Hold"] * len(pairs), dtype=object),
    )


def due(held: Holds, now: str) -> np.datetime64:
    start, limit = moments("2026-11-20 09:00"), np.array([2 * 3600.0])
    return due_after_holds(year(calendar()), held, start, limit, local(now))[0]


def test_a_hold_before_the_due_moment_moves_it_and_a_hold_after_it_does_not():
    assert due(holds(("2026-11-20 10:00", "2026-11-20 10:30")), "2026-11-20 15:00") == local(
        "2026-11-20 11:30"
    )
    assert due(holds(("2026-11-20 12:00", "2026-11-20 14:00")), "2026-11-20 15:00") == local(
        "2026-11-20 11:00"
    )
    assert due(holds(("2026-11-20 08:00", "2026-11-20 09:30")), "2026-11-20 15:00") == local(
        "2026-11-20 11:30"
    )


def test_a_hold_one_second_before_the_due_moment_is_found_in_one_step():
    held = holds(("2026-11-20 10:59:59", "2026-11-20 16:00"), ("2026-11-20 16:00", ""))
    assert due(held, "2026-11-20 16:30") == local("2026-11-20 16:30:01")


def test_a_hold_that_moves_the_due_moment_into_the_next_hold_moves_it_again():
    held = holds(("2026-11-20 10:00", "2026-11-20 11:00"), ("2026-11-20 11:30", "2026-11-20 12:30"))
    assert due(held, "2026-11-20 15:00") == local("2026-11-20 13:00")
