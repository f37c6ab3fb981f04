"""Quiet hours: when a customer is not written to, by the clock on the customer's own wall.

A night of a time change is as long as it is: an hour that comes twice is quiet twice, and one that is left
out ends at the first minute that exists.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sheetsync.domain.moments import scalar_to_utc, zone

Quiet = tuple[int, int]
"""Local seconds of the day: from, until; over midnight where the end is not later than the start."""


def is_quiet(moment: datetime, quiet: Quiet, timezone: str) -> bool:
    """Whether the wall clock of `timezone` shows a quiet hour at `moment` (aware)."""
    local = moment.astimezone(zone(timezone))
    return _within(local.hour * 3600 + local.minute * 60 + local.second, quiet)


def next_loud(moment: datetime, quiet: Quiet | None, timezone: str) -> datetime:
    """`moment` (aware), or the end of the quiet hours that it lies in; aware UTC."""
    at = moment.astimezone(UTC)
    while quiet is not None and is_quiet(at, quiet, timezone):
        at = _end(at, quiet, timezone)
    return at


def _end(moment: datetime, quiet: Quiet, timezone: str) -> datetime:
    """The first time after `moment` at which the wall clock shows, or has jumped over, the end."""
    here = zone(timezone)
    day = moment.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    days = (day + timedelta(days=later) for later in (0, 1, 2))
    ends = [end for each in days for end in _times(each + timedelta(seconds=quiet[1]), timezone)]
    return min(end for end in ends if end > moment)


def _times(local: datetime, timezone: str) -> tuple[datetime, datetime]:
    """When the wall clock shows this time, the first and the last time; both are one on most days."""
    first = scalar_to_utc(local, timezone)
    last = local.replace(tzinfo=zone(timezone), fold=1).astimezone(UTC)
    return first, max(first, last)


def _within(second: int, quiet: Quiet) -> bool:
    start, stop = quiet
    if start < stop:
        return start <= second < stop
    return second >= start or second < stop
