"""Open time: how many working seconds lie between two moments, and when so many of them are over.

A limit of four hours means four hours during which somebody is there. One table per calendar
(`start`, `stop` and the open seconds before each span) answers every question by binary search, for
100,000 orders at once, and exactly: `deadline` is the earliest inverse of `between`.

Moments are naive UTC `datetime64[s]` arrays, as everywhere in the domain; NaT gives NaN or NaT.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.moments import NAT, Moments, as_aware, as_moment, to_local, to_utc
from sheetsync.domain.rules import CalendarRule
from sheetsync.domain.worktime.openings import DAY, Openings, Seconds, unroll

Numbers = npt.NDArray[np.float64]
_ALWAYS: Final = 1 << 40
"""Seconds around 1970 that an always-open calendar covers: 34,000 years."""
_SPARE_DAYS: Final = 3
"""Days unrolled on either side of the range, wider than any time zone and night shift."""
_LONGEST_DAYS: Final = 40 * 366


class BeyondCalendar(ValueError):
    """A moment lies outside the days for which the opening hours were unrolled (a fault of ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenHours:
    """One calendar, unrolled over a range of days; make it with `build` or `cover`."""

    calendar: CalendarRule
    lowest: int
    highest: int
    openings: Openings
    before: Seconds
    """Open seconds before each span, and after the last one: one element more than spans."""

    @classmethod
    def build(cls, calendar: CalendarRule, first: datetime, last: datetime) -> OpenHours:
        """Unroll `calendar` so that every moment from `first` to `last` (aware) can be asked about."""
        if calendar.always:
            return cls._always(calendar)
        lowest, highest = int(first.timestamp()), int(last.timestamp())
        openings = unroll(calendar, lowest // DAY - _SPARE_DAYS, highest // DAY + _SPARE_DAYS)
        before = np.concatenate([[0], np.cumsum(openings.stop - openings.start)])
        return cls(calendar, lowest, highest, openings, before)

    @classmethod
    def _always(cls, calendar: CalendarRule) -> OpenHours:
        none = np.empty(0, dtype=np.int64)
        start, stop = np.array([-_ALWAYS]), np.array([_ALWAYS])
        openings = Openings(start=start, stop=stop, day=none, day_opens=none, day_closes=none)
        return cls(calendar, -_ALWAYS, _ALWAYS, openings, np.array([0, 2 * _ALWAYS]))

    def between(self, a: Moments, b: Moments) -> Numbers:
        """Open seconds from `a` to `b` (negative when `b` is earlier); NaN where either is NaT."""
        blank = np.isnat(a) | np.isnat(b)
        elapsed = (self._at(b) - self._at(a)).astype(np.float64)
        return np.where(blank, np.nan, elapsed)

    def deadline(self, t: Moments, seconds: Numbers | float) -> Moments:
        """The earliest moment, not before `t`, at which `seconds` open seconds are over.

        A deadline that falls on a closing is that closing, not the next opening. Fractions of a
        second count up. NaT or NaN gives NaT. Raises ValueError for negative seconds and
        BeyondCalendar when the answer lies outside the unrolled days.
        """
        wanted, moments = np.broadcast_arrays(np.asarray(seconds, dtype=np.float64), t)
        blank = np.isnan(wanted) | np.isnat(moments)
        if (wanted[~blank] < 0).any():
            msg = "a deadline needs a time span of zero or more seconds"
            raise ValueError(msg)
        reached = self._at(moments) + np.ceil(np.where(blank, 0, wanted)).astype(np.int64)
        if (reached[~blank] > self.before[-1]).any():
            raise BeyondCalendar(self._beyond())
        span = np.maximum(np.searchsorted(self.before, reached, side="left") - 1, 0)
        found = self._span_start(span) + reached - self.before[span]
        found = np.where(wanted > 0, found, self._inside(moments))
        if (found[~blank] > self._end()).any():
            raise BeyondCalendar(self._beyond())
        return self._moments(found, blank)

    def add_working_days(self, t: Moments, days: int) -> Moments:
        """The `days`-th following local day with an opening, at the same wall time clipped into it.

        A day belongs to the shift that begins on it. Raises BeyondCalendar, and ValueError for
        negative days; zero days gives `t`.
        """
        if days < 0:
            msg = "working days are counted forward only"
            raise ValueError(msg)
        if days == 0:
            return t.astype("datetime64[s]")
        blank = np.isnat(t)
        zone = self.calendar.timezone
        local = to_local(np.where(blank, np.datetime64(0, "s"), t), zone).astype(np.int64)
        moved = local + days * DAY if self.calendar.always else self._moved(local, days, blank)
        answer = to_utc(moved.astype("datetime64[s]"), zone)
        return np.where(blank, NAT, answer)

    def next_opening(self, t: Moments) -> Moments:
        """`t` where it is open, else the start of the next opening. Raises BeyondCalendar."""
        blank = np.isnat(t)
        seconds = self._inside(t)
        span = self._span(seconds)
        inside = self._open_in(span, seconds)
        following = np.where(inside | blank, 0, span + 1)
        if ((following >= len(self.openings.start)) & ~blank).any():
            raise BeyondCalendar(self._beyond())
        return self._moments(np.where(inside, seconds, self._span_start(following)), blank)

    def is_open(self, t: Moments) -> npt.NDArray[np.bool_]:
        """Whether the calendar is open at `t`; a closing second itself is closed. NaT is False."""
        seconds = self._inside(t)
        return self._open_in(self._span(seconds), seconds) & ~np.isnat(t)

    def reaches(self, last: datetime, seconds: float, working_days: int) -> bool:
        """Whether so much open time, and so many open days before it, still fit in after `last`."""
        moment = as_moment(last).reshape(1)
        try:
            self.next_opening(self.deadline(self.add_working_days(moment, working_days), seconds))
        except BeyondCalendar:
            return False
        return True

    def _moved(self, local: Seconds, days: int, blank: npt.NDArray[np.bool_]) -> Seconds:
        place = np.searchsorted(self.openings.day, local // DAY, side="right") + days - 1
        if (place[~blank] >= len(self.openings.day)).any():
            raise BeyondCalendar(self._beyond())
        place = np.where(blank, 0, place)
        wished = self.openings.day[place] * DAY + local % DAY
        clipped: Seconds = np.clip(
            wished, self.openings.day_opens[place], self.openings.day_closes[place]
        )
        return clipped

    def _at(self, t: Moments) -> Seconds:
        """Open seconds from the start of the table to `t`."""
        if not len(self.openings.start):
            return np.zeros(np.shape(t), dtype=np.int64)
        seconds = self._inside(t)
        span = self._span(seconds)
        known = np.maximum(span, 0)
        within = np.minimum(seconds, self.openings.stop[known]) - self.openings.start[known]
        return np.where(span < 0, 0, self.before[known] + np.maximum(within, 0))

    def _inside(self, t: Moments) -> Seconds:
        """UTC seconds; NaT becomes the start of the table. Raises BeyondCalendar."""
        blank = np.isnat(t)
        plain = np.ascontiguousarray(t, dtype="datetime64[s]").view(np.int64)
        seconds = np.where(blank, self.lowest, plain)
        if ((seconds < self.lowest) | (seconds > self._end())).any():
            raise BeyondCalendar(self._beyond())
        return seconds

    def _end(self) -> int:
        return self.highest + DAY

    def _span(self, seconds: Seconds) -> Seconds:
        return np.searchsorted(self.openings.start, seconds, side="right") - 1

    def _span_start(self, span: Seconds) -> Seconds:
        return self.openings.start[span] if len(self.openings.start) else np.zeros_like(span)

    def _open_in(self, span: Seconds, seconds: Seconds) -> npt.NDArray[np.bool_]:
        if not len(self.openings.start):
            return np.zeros(np.shape(seconds), dtype=np.bool_)
        return (span >= 0) & (seconds < self.openings.stop[np.maximum(span, 0)])

    @staticmethod
    def _moments(seconds: Seconds, blank: npt.NDArray[np.bool_]) -> Moments:
        return np.where(blank, NAT, seconds.astype("datetime64[s]"))

    def _beyond(self) -> str:
        first, last = (np.datetime64(s, "s") for s in (self.lowest, self.highest))
        return f"the calendar {self.calendar.id} was unrolled from {first} to {last} UTC only"


def cover(
    calendar: CalendarRule,
    now: datetime,
    moments: Iterable[Moments] = (),
    *,
    seconds: float = 0,
    working_days: int = 0,
) -> OpenHours:
    """Open hours that hold `now`, every one of `moments`, and the longest limit after the last of them.

    A calendar that hardly ever opens is unrolled for 40 years at most; a limit beyond that raises
    BeyondCalendar when it is asked for.
    """
    first = last = now
    for array in moments:
        known = array[~np.isnat(array)]
        if len(known):
            first, last = min(first, as_aware(known.min())), max(last, as_aware(known.max()))
    spare = 30 + 2 * working_days + int(2 * seconds / max(_open_share(calendar), 0.02) / DAY)
    while True:
        hours = OpenHours.build(calendar, first, last + timedelta(days=spare))
        if spare >= _LONGEST_DAYS or hours.reaches(last, seconds, working_days):
            return hours
        spare = min(spare * 4, _LONGEST_DAYS)


def _open_share(calendar: CalendarRule) -> float:
    """The share of an ordinary week that is open, overlaps counted twice: only a first guess."""
    spans = [span for day in calendar.hours.values() for span in day]
    seconds = sum(stop - start if stop > start else stop - start + DAY for start, stop in spans)
    return 1.0 if calendar.always else seconds / (7 * DAY)
