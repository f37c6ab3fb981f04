"""Dates as numbers: whole days since 1899-12-30, the time of day as the fraction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1899, 12, 30)
_DAY: Final = 86_400


def serial(year: int, month: int, day: int) -> int:
    """The number of a day. Raises ValueError for a day that no calendar has."""
    return (date(year, month, day) - EPOCH.date()).days


def fraction(hours: int, minutes: int, seconds: float) -> float:
    """The number of a time of day."""
    return (hours * 3600 + minutes * 60 + seconds) / _DAY


def moment(number: float) -> datetime | None:
    """The moment a number stands for, to the millisecond; None where no calendar reaches."""
    try:
        return EPOCH + timedelta(milliseconds=round(number * _DAY * 1000))
    except OverflowError:
        return None
