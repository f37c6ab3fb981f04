"""A calendar written in local time, unrolled into the spans of UTC during which it is open.

Opening hours are local wall-clock habits; clocks need instants. This is the only place where the one
becomes the other, so a night on which the clocks change is a matter of `moments.to_utc` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.moments import to_utc
from sheetsync.domain.rules import CalendarRule

Seconds = npt.NDArray[np.int64]
DAY: Final = 86_400
_THURSDAY: Final = 3
"""The weekday of 1 January 1970, day number 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Openings:
    """Sorted, merged spans `start`..`stop` in UTC seconds, and the local days on which one begins.

    `day` is a local day number (1970-01-01 is 0); `day_opens` and `day_closes` are the first opening
    and the last closing of that day in naive local seconds (a night shift closes on the next day).
    """

    start: Seconds
    stop: Seconds
    day: Seconds
    day_opens: Seconds
    day_closes: Seconds


def unroll(calendar: CalendarRule, first_day: int, last_day: int) -> Openings:
    """Every opening that begins on the local days `first_day`..`last_day`.

    A special day replaces whatever the week, the holidays and the closed days say; a holiday or a
    closed day has no opening of its own (a night shift of the day before runs to its end).
    """
    days = np.arange(first_day, last_day + 1, dtype=np.int64)
    pieces = [*_ordinary(calendar, days), *_special(calendar, first_day, last_day)]
    local_start = _joined(start for start, _ in pieces)
    local_stop = _joined(stop for _, stop in pieces)
    start, stop = _merged(_utc(local_start, calendar.timezone), _utc(local_stop, calendar.timezone))
    day, opens, closes = _by_day(local_start, local_stop)
    return Openings(start=start, stop=stop, day=day, day_opens=opens, day_closes=closes)


def _ordinary(calendar: CalendarRule, days: Seconds) -> Iterator[tuple[Seconds, Seconds]]:
    """The week's spans on the days that nothing replaces."""
    replaced = {*calendar.holiday_dates, *calendar.closed, *calendar.special}
    exceptions = np.array([_day_number(day) for day in replaced], dtype=np.int64)
    plain = days[~np.isin(days, exceptions)]
    for weekday, spans in calendar.hours.items():
        chosen = plain[(plain + _THURSDAY) % 7 == weekday] * DAY
        for span in spans:
            begins, ends = _span(span)
            yield chosen + begins, chosen + ends


def _special(
    calendar: CalendarRule, first_day: int, last_day: int
) -> Iterator[tuple[Seconds, Seconds]]:
    """The spans of the special days."""
    for day, spans in calendar.special.items():
        number = _day_number(day)
        if first_day <= number <= last_day:
            for span in spans:
                begins, ends = _span(span)
                yield np.array([number * DAY + begins]), np.array([number * DAY + ends])


def _span(span: tuple[int, int]) -> tuple[int, int]:
    """Seconds from the day's midnight; an end at or before the start lies on the next day."""
    begins, ends = span
    return begins, ends if ends > begins else ends + DAY


def _day_number(day: object) -> int:
    return int(np.datetime64(str(day), "D").astype(np.int64))


def _joined(parts: Iterable[Seconds]) -> Seconds:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _utc(local: Seconds, timezone: str) -> Seconds:
    return to_utc(local.astype("datetime64[s]"), timezone).astype(np.int64)


def _merged(start: Seconds, stop: Seconds) -> tuple[Seconds, Seconds]:
    """Overlapping and touching spans become one; a span that a clock change swallows is dropped."""
    real = stop > start
    order = np.argsort(start[real], kind="stable")
    start, stop = start[real][order], stop[real][order]
    if not len(start):
        return start, stop
    reach = np.maximum.accumulate(stop)
    fresh = np.concatenate([[True], start[1:] > reach[:-1]])
    last = np.concatenate([np.flatnonzero(fresh)[1:] - 1, [len(start) - 1]])
    return start[fresh], reach[last]


def _by_day(start: Seconds, stop: Seconds) -> tuple[Seconds, Seconds, Seconds]:
    """Local days with an opening, each with its first opening and last closing."""
    order = np.argsort(start, kind="stable")
    start, stop = start[order], stop[order]
    day, first = np.unique(start // DAY, return_index=True)
    if not len(day):
        return day, start, stop
    return day, start[first], np.maximum.reduceat(stop, first)
