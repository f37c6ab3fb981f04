"""When a daily digest falls due: once for each local day, made up for after the worker stood still.

A digest that fell due while nobody looked is told by the next pass. One that fell due before the worker
first knew of it is not: who writes a rule in the afternoon gets the first digest the next morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from sheetsync.domain.moments import as_moment, scalar_to_local, scalar_to_utc
from sheetsync.domain.rules import CalendarRule, DigestRule
from sheetsync.domain.worktime import OpenHours

_A_DAY = timedelta(days=1)
_LONGEST_CLOSED = 14
"""Days that a calendar may stay closed before its digests are no longer looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One digest of one day: which local day it is about, since when it is due, and when the next one is."""

    day: date
    due: datetime
    following: datetime


def last_turn(
    rule: DigestRule, timezone: str, calendars: Mapping[str, CalendarRule], now: datetime
) -> Turn | None:
    """The digest that fell due last, at or before `now` (aware UTC); None where there was none lately."""
    today = scalar_to_local(now, timezone).date()
    for step in range(_LONGEST_CLOSED):
        day = today - step * _A_DAY
        due = _moment(rule, day, timezone)
        if due <= now and _is_told(rule, day, timezone, calendars):
            following = next_turn(rule, timezone, calendars, now)
            return Turn(day=day, due=due, following=following or due + _A_DAY)
    return None


def next_turn(
    rule: DigestRule, timezone: str, calendars: Mapping[str, CalendarRule], now: datetime
) -> datetime | None:
    """When the next digest falls due, after `now`; None where none does soon."""
    today = scalar_to_local(now, timezone).date()
    for step in range(_LONGEST_CLOSED):
        day = today + step * _A_DAY
        due = _moment(rule, day, timezone)
        if due > now and _is_told(rule, day, timezone, calendars):
            return due
    return None


def _moment(rule: DigestRule, day: date, timezone: str) -> datetime:
    return scalar_to_utc(datetime.combine(day, time(*rule.at)), timezone)


def _is_told(
    rule: DigestRule, day: date, timezone: str, calendars: Mapping[str, CalendarRule]
) -> bool:
    """Whether the calendar opens at all on that day."""
    if not rule.calendar:
        return True
    start = scalar_to_utc(datetime.combine(day, time.min), timezone)
    hours = OpenHours.build(calendars[rule.calendar], start, start + _A_DAY)
    opening = hours.next_opening(np.full(1, as_moment(start)))[0]
    return bool(opening < as_moment(start + _A_DAY))
