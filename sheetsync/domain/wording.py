"""Moments and time spans in the words that staff read: `Fri 21 Nov 09:03`, `4 h`, `1 h 12 min`.

Names of days and months are ours, not the machine's, so that a text is the same everywhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.moments import Moments
from sheetsync.domain.rules import Span

Texts = npt.NDArray[np.object_]
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_DAY_MINUTES: Final = 1440
_MANY_DAYS: Final = 4000
_CLOCK: Final = np.array(
    [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)], dtype=object
)
"""Every minute of a day, worded once."""


def times_of_day(local: Moments) -> Texts:
    """`09:03` for each naive local moment; seconds are cut off, NaT is ""."""
    minute = _minutes(local) % _DAY_MINUTES
    return np.where(np.isnat(local), "", _CLOCK[minute]).astype(object, copy=False)


def days(local: Moments) -> Texts:
    """`Fri 21 Nov` for each naive local moment; NaT is ""."""
    day = _minutes(local) // _DAY_MINUTES
    first, last = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    if last - first > _MANY_DAYS:
        different, place = np.unique(day, return_inverse=True)
        words = _each_day(different)[place]
    else:
        words = _each_day(np.arange(first, last + 1))[day - first]
    return np.where(np.isnat(local), "", words).astype(object, copy=False)


def days_and_times(local: Moments) -> Texts:
    """`Fri 21 Nov 09:03` for each naive local moment; NaT is ""."""
    between = np.where(np.isnat(local), "", " ").astype(object, copy=False)
    texts: Texts = days(local) + between + times_of_day(local)
    return texts


def day_words(local: datetime) -> str:
    """`Fri 21 Nov` of one naive local moment."""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def moment_words(local: datetime) -> str:
    """`Fri 21 Nov 09:03` of one naive local moment."""
    return f"{day_words(local)} {local:%H:%M}"


def span_words(span: Span) -> str:
    """A limit as written in the rules: `30 min`, `4 h`, `2 days`, `3 working days`."""
    if span.working_days:
        return f"{span.working_days} working day{'s' if span.working_days > 1 else ''}"
    if span.text.strip().endswith("d") and span.seconds % 86_400 == 0 and span.seconds:
        number = span.seconds // 86_400
        return f"{number} day{'s' if number > 1 else ''}"
    return duration_words(span.seconds)


def duration_words(seconds: float) -> str:
    """`2 min 5 s`, `4 h`, `1 h 12 min`: seconds are told only below one hour."""
    whole = int(seconds)
    hours, rest = divmod(abs(whole), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else left, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def _minutes(local: Moments) -> npt.NDArray[np.int64]:
    """Whole local minutes since 1970; any known one stands in for NaT."""
    minutes = local.astype("datetime64[m]").astype(np.int64)
    known = minutes[~np.isnat(local)]
    return np.where(np.isnat(local), known[0] if len(known) else 0, minutes)


def _each_day(numbers: npt.NDArray[np.int64]) -> Texts:
    days_ = numbers.astype("datetime64[D]").astype("datetime64[s]")
    return np.array([day_words(day.item()) for day in days_], dtype=object)
