"""The slow oracle of open time: look at a wall clock, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sheetsync.domain.rules import CalendarRule

MINUTE = timedelta(minutes=1)


def _spans_of(calendar: CalendarRule, day: date) -> tuple[tuple[int, int], ...]:
    if day in calendar.special:
        return calendar.special[day]
    if day in calendar.holiday_dates or day in calendar.closed:
        return ()
    return calendar.hours.get(day.weekday(), ())


def open_at(calendar: CalendarRule, moment: datetime) -> bool:
    """Whether the wall clock at `moment` stands inside a span of its day or a night shift before."""
    if calendar.always:
        return True
    local = moment.astimezone(ZoneInfo(calendar.timezone))
    wall = local.hour * 3600 + local.minute * 60 + local.second
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    for start, stop in _spans_of(calendar, today):
        if start <= wall and (wall < stop or stop <= start):
            return True
    return any(stop <= start and wall < stop for start, stop in _spans_of(calendar, yesterday))


def open_minutes(calendar: CalendarRule, first: datetime, minutes: int) -> np.ndarray:
    """One boolean per minute from `first` on."""
    return np.array([open_at(calendar, first + i * MINUTE) for i in range(minutes)])


def utc(text: str) -> datetime:
    """`2025-03-09 02:30` as an aware UTC moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
