"""Why is this row red? One clock told day by day: what was counted, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.moments import (
    Moments,
    as_aware,
    as_moment,
    scalar_to_local,
    scalar_to_utc,
)
from sheetsync.domain.rules import CalendarRule, StatusRules
from sheetsync.domain.sla import pausing
from sheetsync.domain.sla.clocks import Clocks
from sheetsync.domain.sla.pauses import Holds
from sheetsync.domain.wording import day_words, duration_words, moment_words
from sheetsync.domain.worktime import OpenHours

_PROMISE: Final = {
    "OK": "there is time until then",
    "At risk": "little time is left until then",
    "Breached": "that moment has passed and the order is not delivered",
    "Met": "it was delivered in time",
    "Missed": "it was delivered too late",
    "Unsure": "whether it was delivered in time is not known for certain",
}
_MOST_DAYS: Final = 21
"""Days told one by one; of a longer clock the first and the last ten."""


def explain_clock(
    clocks: Clocks,
    row: int,
    *,
    order_id: str,
    promise: bool,
    pauses: pd.DataFrame,
    statuses: StatusRules,
    hours: OpenHours,
    now: datetime,
    timezone: str,
) -> list[str]:
    """Plain sentences about the stage clock, or the promise clock, of the order in `row`.

    `pauses` is the frame of PAUSE_COLUMNS that the clocks were run with, `hours` the open hours of
    the clock's calendar, `now` (aware) the moment of the pass. Moments are told in the tracker's
    `timezone`, hours counted per day in the calendar's own. An order without such a clock gives none.
    """
    frame = clocks.promise if promise else clocks.stage
    if not frame["state"].to_numpy(object)[row]:
        return []
    teller = _Teller(clocks, frame, row, hours=hours, now=as_moment(now), zone=timezone)
    if teller.text("state") == "Not evaluated":
        return [f"Not evaluated: {teller.text('reason')} (rule at {teller.text('source')})."]
    if promise:
        return list(teller.promise())
    usable = np.ones(1, dtype=np.bool_)
    holds = Holds.of(pauses, np.array([order_id], dtype=object), usable)
    return list(teller.stage(pausing(holds, teller.text("stage"), statuses)))


class _Teller:
    """One clock and its words."""

    def __init__(
        self,
        clocks: Clocks,
        frame: pd.DataFrame,
        row: int,
        *,
        hours: OpenHours,
        now: np.datetime64,
        zone: str,
    ) -> None:
        self.frame, self.row, self.hours, self.now = frame, row, hours, now
        details = clocks.promise_details if frame is clocks.promise else clocks.stage_details
        self.start_from = details.start_from[row]
        self.finished = details.finished[row]
        self.limit_text = details.limit_text[row]
        self.zone = zone
        calendar = hours.calendar
        self.day_zone = zone if calendar.always else calendar.timezone

    def text(self, name: str) -> str:
        return str(self.frame[name].to_numpy(object)[self.row])

    def moment(self, name: str) -> np.datetime64:
        return np.datetime64(self.frame[name].to_numpy("datetime64[s]")[self.row])

    def number(self, name: str) -> float:
        return float(self.frame[name].to_numpy()[self.row])

    def local(self, moment: np.datetime64) -> datetime:
        return scalar_to_local(as_aware(moment), self.zone)

    def promise(self) -> Iterator[str]:
        """The promise runs by the wall clock: there is nothing to leave out."""
        yield f"The order is promised for {moment_words(self.local(self.moment('due')))}."
        if not np.isnat(self.finished):
            yield f"It was delivered {moment_words(self.local(self.finished))}."
        state = self.text("state")
        yield f"{state}: {_PROMISE[state]}. Holds and closed hours do not move that moment."
        yield f"The rule stands at {self.text('source')}."

    def stage(self, holds: Holds) -> Iterator[str]:
        """Start, days, holds, sum, limit."""
        yield self._began()
        yield from self._days(holds)
        yield from self._holds(holds)
        used = duration_words(self.number("used"))
        yield f"Counted so far: {used} of open time, of a limit of {self.limit_text}."
        yield self._verdict()
        yield f"The limit stands at {self.text('source')}; calendar {self.text('calendar')}."

    def _began(self) -> str:
        start, stage = self.moment("start"), self.text("stage")
        if self.start_from < start:
            first, last = (moment_words(self.local(m)) for m in (self.start_from, start))
            return f"{stage} began between {first} and {last}: it was seen at the later time."
        return f"{stage} began {moment_words(self.local(start))}."

    def _verdict(self) -> str:
        state, due = self.text("state"), self.moment("due")
        if np.isnat(due):
            return f"{state}: the clock stands still while {self.text('reason')} lasts."
        return f"{state}: {'was ' if due < self.now else ''}due {moment_words(self.local(due))}."

    def _days(self, holds: Holds) -> Iterator[str]:
        """One sentence per local day from start to now."""
        begin, end = self.moment("start"), max(self.now, self.moment("start"))
        first, last = self.local(begin).date(), self.local(end).date()
        count = (last - first).days + 1
        days = [first + timedelta(days=offset) for offset in range(count)]
        shown = days if count <= _MOST_DAYS else [*days[:10], *days[-10:]]
        for place, day in enumerate(shown):
            if count > _MOST_DAYS and place == 10:
                left = np.array([self._midnight(days[10]), self._midnight(days[-10])])
                total = self._counted(left[:1], left[1:], holds)
                yield f"{count - 20} more days: {duration_words(total)} counted."
            yield self._day(day, begin, end, holds)

    def _day(self, day: date, begin: np.datetime64, end: np.datetime64, holds: Holds) -> str:
        lo = np.array([max(begin, self._midnight(day))])
        hi = np.array([min(end, self._midnight(day + timedelta(days=1)))])
        counted = self._counted(lo, hi, holds)
        name = day_words(datetime.combine(day, datetime.min.time()))
        why = closed_because(self.hours.calendar, day)
        if counted:
            return f"{name}: {duration_words(counted)} counted{f' ({why})' if why else ''}."
        if self.hours.between(lo, hi)[0]:
            return f"{name}: nothing counted, on hold."
        return f"{name}: nothing counted, {why or 'outside opening hours'}."

    def _counted(self, lo: Moments, hi: Moments, holds: Holds) -> float:
        return float((self.hours.between(lo, hi) - holds.open_seconds(self.hours, lo, hi))[0])

    def _midnight(self, day: date) -> np.datetime64:
        return as_moment(scalar_to_utc(datetime.combine(day, datetime.min.time()), self.day_zone))

    def _holds(self, holds: Holds) -> Iterator[str]:
        """One sentence per hold that left open time out."""
        for place in np.argsort(holds.start).tolist():
            begin = max(holds.start[place], self.moment("start"))
            lasting = bool(np.isnat(holds.stop[place]))
            end = self.now if lasting else min(holds.stop[place], self.now)
            if begin < end:
                left = self.hours.between(np.array([begin]), np.array([end]))[0]
                until = "now" if lasting else moment_words(self.local(end))
                yield (
                    f"{holds.reason[place]} from {moment_words(self.local(begin))} to {until}: "
                    f"{duration_words(left)} left out."
                )


def closed_because(calendar: CalendarRule, day: date) -> str:
    """Why a local day differs from the calendar's ordinary week, or has no opening; "" for neither."""
    if day in calendar.special:
        return "special hours"
    if day in calendar.holiday_dates:
        return f"holiday: {calendar.holiday_dates[day]}"
    if day in calendar.closed:
        return "a closed day of the calendar"
    if not calendar.always and not calendar.hours.get(day.weekday()):
        return "closed on this weekday"
    return ""
