"""A calendar in words: `Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-13:00`, and its next free days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Final

from sheetsync.domain.rules import CalendarRule

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_words(calendar: CalendarRule) -> str:
    """The ordinary week; days that are not named are closed."""
    if calendar.always:
        return "day and night"
    week = [(day, calendar.hours.get(day, ())) for day in range(7)]
    runs = [(spans, list(days)) for spans, days in groupby(week, key=lambda pair: pair[1])]
    parts = [f"{_days([day for day, _ in days])} {_spans(spans)}" for spans, days in runs if spans]
    return "; ".join(parts) or "never"


def next_free_days(calendar: CalendarRule, today: date, count: int) -> list[tuple[date, str]]:
    """The next `count` holidays and closed days from `today` on, with their names.

    A day with special hours is no free day, and neither is a holiday on a weekday that is closed
    anyway.
    """
    named = {**dict.fromkeys(calendar.closed, "closed"), **calendar.holiday_dates}
    days = [
        (day, name)
        for day, name in sorted(named.items())
        if day >= today and day not in calendar.special and calendar.hours.get(day.weekday())
    ]
    return days[:count]


def _days(days: Sequence[int]) -> str:
    first, last = _DAYS[days[0]], _DAYS[days[-1]]
    return first if len(days) == 1 else f"{first}-{last}"


def _spans(spans: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{_clock(start)}-{_clock(stop)}" for start, stop in spans)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
