"""The one way between the tracker's wall-clock time and UTC, and between serial numbers and dates.

Sheet times are naive local. An hour that the autumn change repeats means its first occurrence; an
hour that the spring change skips is shifted forward to the first moment that exists.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import DateSystem

Moments = npt.NDArray[np.datetime64]
NAT: Final = np.datetime64("NaT", "s")
_EPOCH_SERIAL: Final[dict[int, int]] = {1900: 25_569, 1904: 24_107}
_LAST_SERIAL: Final = 3_000_000.0
"""Beyond the year 9999: no date in any program."""


@lru_cache(maxsize=32)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone `name`; raises ZoneInfoNotFoundError when there is none."""
    return ZoneInfo(name)


def to_utc(local: Moments, timezone: str) -> Moments:
    """Naive local wall-clock moments -> naive UTC moments (`datetime64[s]`); NaT stays NaT."""
    index = pd.DatetimeIndex(local.astype("datetime64[s]"))
    aware = index.tz_localize(
        zone(timezone),
        ambiguous=np.ones(len(index), dtype=bool),
        nonexistent="shift_forward",
    )
    return np.asarray(aware.tz_convert("UTC").tz_localize(None)).astype("datetime64[s]")


def to_local(utc: Moments, timezone: str) -> Moments:
    """Naive UTC moments -> naive local wall-clock moments (`datetime64[s]`); NaT stays NaT."""
    index = pd.DatetimeIndex(utc.astype("datetime64[s]")).tz_localize("UTC")
    return np.asarray(index.tz_convert(zone(timezone)).tz_localize(None)).astype("datetime64[s]")


def scalar_to_utc(local: datetime, timezone: str) -> datetime:
    """One naive local wall-clock moment -> aware UTC, by the same rule as `to_utc`."""
    return as_aware(to_utc(np.array([local], dtype="datetime64[s]"), timezone)[0])


def scalar_to_local(moment: datetime, timezone: str) -> datetime:
    """One aware moment -> naive local wall-clock time."""
    return moment.astimezone(zone(timezone)).replace(tzinfo=None)


def as_moment(moment: datetime | None) -> np.datetime64:
    """An aware datetime -> naive UTC `datetime64[s]`; None -> NaT."""
    if moment is None:
        return NAT
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def as_aware(moment: np.datetime64) -> datetime:
    """A naive UTC `datetime64` (not NaT) -> aware datetime in UTC."""
    return datetime.fromtimestamp(int(moment.astype("datetime64[s]").astype("int64")), tz=UTC)


def serials_to_local(serials: npt.NDArray[np.float64], date_system: DateSystem) -> Moments:
    """Serial day numbers -> naive local moments rounded to whole seconds; NaN -> NaT.

    No bounds are checked here: serials outside the configured range are the reader's finding.
    """
    result = np.full(len(serials), NAT)
    good = np.abs(serials) < _LAST_SERIAL
    seconds = np.round((np.where(good, serials, 0.0) - _EPOCH_SERIAL[date_system]) * 86_400.0)
    result[good] = seconds[good].astype("int64").astype("datetime64[s]")
    return result


def local_to_serial(local: datetime, date_system: DateSystem = 1900) -> float:
    """A naive local moment -> its serial day number, with the 10 decimals that survive a round trip."""
    days = (local - datetime(1970, 1, 1)).total_seconds() / 86_400.0  # noqa: DTZ001 - local by definition
    return round(days + _EPOCH_SERIAL[date_system], 10)


def canonical_local(local: npt.NDArray[np.datetime64]) -> npt.NDArray[np.object_]:
    """Naive local moments -> `YYYY-MM-DD HH:MM:SS` text; NaT -> ""."""
    text = np.datetime_as_string(local.astype("datetime64[s]"), unit="s").astype(object, copy=False)
    out = np.array([t.replace("T", " ") for t in text], dtype=object)
    out[np.isnat(local)] = ""
    return out
