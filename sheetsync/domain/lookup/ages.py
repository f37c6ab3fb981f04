"""How long ago, and how long until, in the words that one says on the phone."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from sheetsync.domain.wording import day_words, moment_words

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_IN_HOURS: Final = 48 * _HOUR


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `4 min ago`, `5 h ago`, `3 days ago`; of a coming moment `in 5 h`."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < _MINUTE:
        return "just now"
    return f"{_long(seconds)} ago" if seconds > 0 else f"in {_long(-seconds)}"


def days_away(day: datetime, today: datetime) -> str:
    """`today`, `tomorrow`, `in 3 days`, `2 days ago`; both are local."""
    days = (day.date() - today.date()).days
    if abs(days) <= 1:
        return ("yesterday", "today", "tomorrow")[days + 1]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def when_words(local: datetime) -> str:
    """`Thu 5 Mar` of a bare day, `Thu 5 Mar 14:05` of a moment."""
    return day_words(local) if local.time() == time.min else moment_words(local)


def _long(seconds: float) -> str:
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _IN_HOURS:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} days"
