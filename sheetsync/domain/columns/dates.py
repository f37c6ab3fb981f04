"""Date cells: serial numbers and ISO text are read; any other text only by a configured format.

`03/04/2025` is two different days to two people, so it is never guessed. A tick where a date is
expected means "yes, time unknown" in the columns that are evidence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.columns.reading import Reader, broken, shown
from sheetsync.domain.findings import Problem
from sheetsync.domain.grid import Cells, Distinct, as_float
from sheetsync.domain.model import CellValue
from sheetsync.domain.moments import NAT, Moments, serials_to_local, to_utc
from sheetsync.domain.texts import clean_id, fold, number_text

Ticks = npt.NDArray[np.int8]

_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ] ?(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r" ?([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_DAY_MONTH: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d\d)(?!\d)", re.ASCII)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_WRITE: Final = "Write it like 2025-03-31 or 2025-03-31 14:05."


@dataclass(frozen=True, slots=True, eq=False)
class ReadDates:
    """Per distinct cell: the moment (UTC), the tick (1 yes, 0 no, -1 unreadable), the problems."""

    moments: Moments
    ticks: Ticks
    problems: dict[int, Problem]


def read_dates(cells: Distinct, reader: Reader, *, tick_allowed: bool) -> ReadDates:
    """Distinct cells of a date column; a tick without a date counts where `tick_allowed`."""
    values = cells.cells
    local = np.full(len(values), NAT)
    utc = np.full(len(values), NAT)
    ticks = np.zeros(len(values), dtype=np.int8)
    problems: dict[int, Problem] = {}
    numeric = _numbers(cells)
    local[:] = serials_to_local(numeric, reader.date_system)
    for place in np.flatnonzero(np.isnan(numeric)).tolist():
        cell = values[place]
        found = _read_other(cell, reader, tick_allowed=tick_allowed)
        if isinstance(found, Problem):
            problems[place] = found
        elif isinstance(found, int):
            ticks[place] = found
        elif found.tzinfo is None:
            local[place] = np.datetime64(found, "s")
        else:
            utc[place] = np.datetime64(found.astimezone(UTC).replace(tzinfo=None), "s")
    _read_formats(values, problems, local, reader)
    for place in _outside(local, numeric, reader):
        local[place] = NAT
        if tick_allowed and numeric[place] in {0.0, 1.0}:
            ticks[place] = int(numeric[place])
        else:
            problems[place] = _out_of_range(values[place], reader)
    moments: Moments = np.where(np.isnat(utc), to_utc(local, reader.timezone), utc)
    moments = _bound_utc(values, moments, reader, problems)
    ticks[~np.isnat(moments)] = 1
    ticks[list(problems)] = -1
    return ReadDates(moments, ticks, problems)


def looks_like_date(cell: CellValue, reader: Reader) -> bool:
    """Whether a cell of a tick column holds a date: "done then" is a tick too."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        serial = np.array([as_float(cell)])
        return bool(_inside(serials_to_local(serial, reader.date_system), reader)[0])
    if not isinstance(cell, str):
        return False
    if isinstance(read_iso(cell), datetime) or _DAY_MONTH.match(clean_id(cell)):
        return True
    return bool(_by_formats([clean_id(cell)], reader)[0])


def read_iso(text: str) -> datetime | str | None:
    """ISO text -> naive local or aware datetime; a reason in words if impossible; None if not ISO."""
    match = _ISO.fullmatch(text) or _ISO.fullmatch(unicodedata.normalize("NFKC", clean_id(text)))
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(  # noqa: DTZ001 - the zone follows, or it is local
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
        if fraction and fraction[0] >= "5":
            moment += timedelta(seconds=1)
        return moment if offset is None else moment.replace(tzinfo=_offset(offset))
    except (ValueError, OverflowError):
        return "There is no such day or time."


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-ahead if text[0] == "-" else ahead)


def _read_other(cell: CellValue, reader: Reader, *, tick_allowed: bool) -> datetime | int | Problem:
    """A cell that is not a number: a moment, a tick (0 also for blank text), or what is wrong."""
    problem = broken(cell, reader.heading)
    if problem is not None:
        return problem
    if isinstance(cell, str):
        found = read_iso(cell)
        if isinstance(found, datetime):
            return found
        if isinstance(found, str):
            return reader.unreadable(cell, f"{found} {_WRITE}")
        if not clean_id(cell):
            return 0
    tick = reader.ticks.get(fold(str(cell)))
    if tick is not None and tick_allowed:
        return tick
    if isinstance(cell, bool) or tick is not None:
        return reader.unreadable(cell, f"A date is expected. {_WRITE}")
    return _unknown_text(str(cell), reader)


def _unknown_text(cell: str, reader: Reader) -> Problem:
    match = _DAY_MONTH.match(clean_id(cell))
    if match is not None:
        first, second = int(match[1]), int(match[2])
        if first != second and 1 <= first <= 12 and 1 <= second <= 12:
            two = f"{first} {_MONTHS[second - 1]} or {second} {_MONTHS[first - 1]}"
            words = f"That can be {two}. {_WRITE}"
            return reader.wrong("ambiguous_date", "error", cell, words)
    return reader.unreadable(cell, f"That is not a date we can read. {_WRITE}")


def _read_formats(
    values: Cells, problems: dict[int, Problem], local: Moments, reader: Reader
) -> None:
    """Give text that was no ISO date to the configured formats; what they settle is no problem."""
    places = [p for p in problems if isinstance(values[p], str) and read_iso(values[p]) is None]
    if not reader.options.date_formats or not places:
        return
    for place, readings in zip(
        places, _by_formats([clean_id(values[p]) for p in places], reader), strict=True
    ):
        if len(readings) == 1:
            local[place] = next(iter(readings))
            del problems[place]
        elif readings:
            days = " or ".join(sorted(str(day)[:10] for day in readings))
            words = f"That can be {days}. {_WRITE}"
            problems[place] = reader.wrong("ambiguous_date", "error", values[place], words)


def _by_formats(texts: list[str], reader: Reader) -> list[set[np.datetime64]]:
    """Per text the different moments that the configured formats make of the whole of it."""
    readings: list[set[np.datetime64]] = [set() for _ in texts]
    narrow = [unicodedata.normalize("NFKC", text) for text in texts]
    for pattern in reader.options.date_formats:
        parsed = pd.to_datetime(pd.Series(narrow, dtype=object), format=pattern, errors="coerce")
        moments = parsed.to_numpy().astype("datetime64[s]")
        for place in np.flatnonzero(~np.isnat(moments)).tolist():
            readings[place].add(moments[place])
    return readings


def _numbers(cells: Distinct) -> npt.NDArray[np.float64]:
    """Numbers among the cells (TRUE is none); NaN elsewhere."""
    return np.full(len(cells.cells), np.nan) if cells.floats is None else cells.floats


def _inside(local: Moments, reader: Reader) -> npt.NDArray[np.bool_]:
    first = np.datetime64(f"{reader.options.earliest_year:04d}-01-01", "s")
    beyond = np.datetime64(f"{reader.options.latest_year + 1:04d}-01-01", "s")
    return np.asarray((local >= first) & (local < beyond))


def _outside(local: Moments, numeric: npt.NDArray[np.float64], reader: Reader) -> list[int]:
    """Places of the dates outside the years in use."""
    outside = ~_inside(local, reader) & (~np.isnat(local) | ~np.isnan(numeric))
    return [int(place) for place in np.flatnonzero(outside)]


def _bound_utc(
    values: Cells, utc: Moments, reader: Reader, problems: dict[int, Problem]
) -> Moments:
    """The same for moments written with a zone; a day's slack, because zones differ by a day."""
    day = np.timedelta64(1, "D")
    outside = ~np.isnat(utc) & ~_inside(utc + day, reader) & ~_inside(utc - day, reader)
    for place in np.flatnonzero(outside).tolist():
        problems[place] = _out_of_range(values[place], reader)
    return np.where(outside, NAT, utc)


def _out_of_range(cell: CellValue, reader: Reader) -> Problem:
    span = f"{reader.options.earliest_year} to {reader.options.latest_year}"
    if isinstance(cell, int | float) and 0 < cell < 1:
        words = (
            f"{reader.heading} holds {number_text(cell)}, a time or share without a day. {_WRITE}"
        )
    else:
        words = f"{reader.heading} holds {shown(cell)}, which is no date in {span}. {_WRITE}"
    return Problem("date_out_of_range", "error", words)
