"""Weeks, months and quarters of the tracker's local time: the same code, other bounds.

A period runs from local midnight to local midnight, so a month over a change of the clocks is an
hour longer or shorter in UTC. A week is the ISO week, whose year may differ from the calendar's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.errors import UsageError

PeriodKind: TypeAlias = Literal["week", "month", "quarter"]

_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July",
                  "August", "September", "October", "November", "December")  # fmt: skip
_SHAPES: Final[dict[PeriodKind, re.Pattern[str]]] = {
    "week": re.compile(r"(\d{4})-[Ww](\d{1,2})"),
    "quarter": re.compile(r"(\d{4})-[Qq]([1-4])"),
    "month": re.compile(r"(\d{4})-(\d{1,2})"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One reporting period. `first` and `last` are its local days, both inside.

    `start` and `end` are aware UTC: a moment t belongs to it when start <= t < end.
    """

    id: str
    kind: PeriodKind
    timezone: str
    first: date
    last: date
    start: datetime
    end: datetime

    @property
    def title(self) -> str:
        """As a person says it: `November 2017`, `week 48 of 2017`, `4th quarter of 2017`."""
        if self.kind == "month":
            return f"{_MONTHS[self.first.month - 1]} {self.first.year}"
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"week {week} of {year}"
        quarter = (self.first.month + 2) // 3
        return f"{('1st', '2nd', '3rd', '4th')[quarter - 1]} quarter of {self.first.year}"

    @property
    def short(self) -> str:
        """A narrow heading: `Nov 17`, `W48`, `Q4 17`."""
        if self.kind == "month":
            return f"{_MONTHS[self.first.month - 1][:3]} {self.first:%y}"
        if self.kind == "week":
            return f"W{self.first.isocalendar().week:02d}"
        return f"Q{(self.first.month + 2) // 3} {self.first:%y}"

    def shifted(self, by: int) -> Period:
        """The period `by` periods later; earlier where `by` is negative."""
        if self.kind == "week":
            return week_of(self.first + timedelta(weeks=by), self.timezone)
        step = 1 if self.kind == "month" else 3
        months = self.first.year * 12 + self.first.month - 1 + by * step
        first = date(months // 12, months % 12 + 1, 1)
        if self.kind == "month":
            return month_of(first, self.timezone)
        return quarter_of(first, self.timezone)


def month_of(day: date, timezone: str) -> Period:
    """The calendar month that holds the local `day`."""
    first = day.replace(day=1)
    return _period(f"{first:%Y-%m}", "month", timezone, first, _next_month(first))


def quarter_of(day: date, timezone: str) -> Period:
    """The calendar quarter that holds the local `day`."""
    number = (day.month + 2) // 3
    first = date(day.year, number * 3 - 2, 1)
    after = _next_month(date(day.year, number * 3, 1))
    return _period(f"{day.year:04d}-Q{number}", "quarter", timezone, first, after)


def week_of(day: date, timezone: str) -> Period:
    """The ISO week (Monday to Sunday) that holds the local `day`."""
    year, week, weekday = day.isocalendar()
    first = day - timedelta(days=weekday - 1)
    return _period(f"{year:04d}-W{week:02d}", "week", timezone, first, first + timedelta(days=7))


def period_at(moment: datetime, kind: PeriodKind, timezone: str) -> Period:
    """The period of that kind in which the aware `moment` falls, by local time."""
    day = scalar_to_local(moment, timezone).date()
    return {"week": week_of, "month": month_of, "quarter": quarter_of}[kind](day, timezone)


def parse_period(text: str, timezone: str) -> Period:
    """`2017-11`, `2017-W48` or `2017-Q4` -> its period in the tracker's time zone.

    Raises UsageError, which says how to write it, for anything else.
    """
    written = text.strip()
    for kind, shape in _SHAPES.items():
        match = shape.fullmatch(written)
        if match:
            found = _build(kind, int(match[1]), int(match[2]), timezone)
            if found is not None:
                return found
    raise UsageError(
        f'"{written}" is not a period. '
        "Write a month like 2017-11, a week like 2017-W48 or a quarter like 2017-Q4."
    )


def _build(kind: PeriodKind, year: int, number: int, timezone: str) -> Period | None:
    try:
        if kind == "week":
            return week_of(date.fromisocalendar(year, number, 1), timezone)
        if kind == "quarter":
            return quarter_of(date(year, number * 3, 1), timezone)
        return month_of(date(year, number, 1), timezone)
    except (ValueError, OverflowError):
        return None


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _period(id_: str, kind: PeriodKind, timezone: str, first: date, after: date) -> Period:
    return Period(
        id=id_,
        kind=kind,
        timezone=timezone,
        first=first,
        last=after - timedelta(days=1),
        start=_midnight(first, timezone),
        end=_midnight(after, timezone),
    )


@lru_cache(maxsize=4096)
def _midnight(day: date, timezone: str) -> datetime:
    return scalar_to_utc(datetime(day.year, day.month, day.day), timezone)  # noqa: DTZ001 - local by definition
