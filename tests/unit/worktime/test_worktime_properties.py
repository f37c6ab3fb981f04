"""Open time against a slow walk by the wall clock, over both nights on which clocks change."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.moments import as_moment
from sheetsync.domain.sla.pauses import Holds, due_after_holds, paused
from sheetsync.domain.worktime import OpenHours
from tests.support.rules_builder import calendar
from tests.support.slow_walk import open_minutes, utc

MINUTES = 5 * 1440
LUNCH = "08:00-12:00, 13:00-17:30"
WINDOWS = {
    "spring-new-york": ("America/New_York", "2025-03-07"),
    "autumn-new-york": ("America/New_York", "2025-10-31"),
    "spring-berlin": ("Europe/Berlin", "2025-03-28"),
    "autumn-berlin": ("Europe/Berlin", "2025-10-24"),
    "johannesburg": ("Africa/Johannesburg", "2025-12-22"),
}


def _calendar(zone: str):
    """Lunch breaks, a night shift on Saturday and Monday, 24 hours on Sunday, an odd day."""
    return calendar(
        timezone=zone,
        week={
            **dict.fromkeys(range(1, 5), LUNCH),
            0: "07:00-11:00, 20:00-05:00",
            5: "22:15-06:45",
            6: "00:00-24:00",
        },
        holidays={date(2025, 12, 25): "Christmas", date(2025, 3, 31): "A Monday"},
        special={date(2025, 12, 26): "10:00-10:30, 10:20-11:00"},
    )


def _walk(name: str):
    zone, first = WINDOWS[name]
    rule, begin = _calendar(zone), utc(first)
    hours = OpenHours.build(rule, begin, begin + timedelta(days=20))
    return hours, as_moment(begin), open_minutes(rule, begin, MINUTES)


TABLES = {name: _walk(name) for name in WINDOWS}
minute = st.integers(0, MINUTES - 1)
names = st.sampled_from(sorted(WINDOWS))


def _moment(base: np.datetime64, minutes: int) -> np.ndarray:
    return np.array([base + np.timedelta64(minutes * 60, "s")])


@pytest.mark.parametrize("name", sorted(WINDOWS))
def test_every_minute_of_five_days_agrees_with_the_wall_clock(name):
    hours, base, walk = TABLES[name]
    all_minutes = base + np.arange(MINUTES + 1).astype("timedelta64[m]").astype("timedelta64[s]")
    counted = hours.between(np.full(MINUTES + 1, base), all_minutes)
    assert np.array_equal(counted, np.concatenate([[0], np.cumsum(walk) * 60]))
    assert np.array_equal(hours.is_open(all_minutes[:-1]), walk)


@given(names, minute, minute)
def test_between_is_the_number_of_open_minutes(name, a, b):
    hours, base, walk = TABLES[name]
    low, high = sorted((a, b))
    assert hours.between(_moment(base, low), _moment(base, high))[0] == walk[low:high].sum() * 60


@given(names, minute, st.integers(1, 100_000))
def test_a_deadline_is_the_exact_and_earliest_inverse(name, start, seconds):
    hours, base, _ = TABLES[name]
    begin = _moment(base, start)
    due = hours.deadline(begin, seconds)
    assert hours.between(begin, due)[0] == seconds
    assert hours.between(begin, due - np.timedelta64(1, "s"))[0] == seconds - 1


@given(names, minute)
def test_the_next_opening_is_the_first_open_minute(name, start):
    hours, base, walk = TABLES[name]
    following = np.flatnonzero(walk[start:])
    found = hours.next_opening(_moment(base, start))[0]
    if len(following):
        assert found == _moment(base, start + int(following[0]))[0]
    else:
        assert found >= _moment(base, MINUTES)[0]


pauses = st.lists(st.tuples(minute, minute, st.booleans()), max_size=6)


@given(names, st.lists(pauses, min_size=1, max_size=4), minute, minute)
def test_pauses_count_each_open_minute_once(name, by_order, a, b):
    hours, base, walk = TABLES[name]
    low, high = sorted((a, b))
    index, start, stop, expected = [], [], [], []
    for order, mine in enumerate(by_order):
        seen = np.zeros(MINUTES, dtype=bool)
        for x, y, lasting in mine:
            begin, end = sorted((x, y))
            seen[begin : MINUTES if lasting else end] = True
            index.append(order)
            start.append(_moment(base, begin)[0])
            stop.append(np.datetime64("NaT", "s") if lasting else _moment(base, end)[0])
        expected.append((seen & walk)[low:high].sum() * 60)
    got = paused(
        hours,
        np.array(index, dtype=np.int64),
        np.array(start, dtype="datetime64[s]"),
        np.array(stop, dtype="datetime64[s]"),
        np.repeat(_moment(base, low), len(by_order)),
        np.repeat(_moment(base, high), len(by_order)),
    )
    assert list(got) == expected


@given(names, pauses, st.integers(0, 1440), st.integers(1, 20), minute)
def test_the_due_moment_after_holds_is_the_first_at_which_the_net_time_is_over(
    name, mine, start, hours_limit, now
):
    hours, base, walk = TABLES[name]
    held = np.zeros(MINUTES, dtype=bool)
    bounds = [(min(x, y), max(x, y)) for x, y, _ in mine]
    for begin, end in bounds:
        held[begin : min(end, now)] = True
    net = np.cumsum((walk & ~held)[start:]) * 60
    limit = hours_limit * 3600.0
    moment = due_after_holds(
        hours,
        Holds(
            row=np.zeros(len(bounds), dtype=np.int64),
            start=np.array([_moment(base, b)[0] for b, _ in bounds], dtype="datetime64[s]"),
            stop=np.array([_moment(base, e)[0] for _, e in bounds], dtype="datetime64[s]"),
            reason=np.array([""] * len(bounds), dtype=object),
        ),
        _moment(base, start),
        np.array([limit]),
        _moment(base, now)[0],
    )[0]
    if net[-1] >= limit:
        first = int(np.argmax(net >= limit))
        assert moment == _moment(base, start + first + 1)[0]
    else:
        assert moment > _moment(base, MINUTES)[0]
