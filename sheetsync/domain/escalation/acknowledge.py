"""Acknowledging: `ACK` in a staff column quiets the higher escalation levels for a while.

A cell tells neither who typed it nor when, so the worker logs when it first saw the text; the log
lines live among the escalations, with the outcome `acknowledged`. An acknowledgement covers one stay
in one stage: the same text still standing there when the order moves on covers nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.moments import (
    NAT,
    Moments,
    as_aware,
    as_moment,
    scalar_to_local,
    scalar_to_utc,
)
from sheetsync.domain.rules import Span
from sheetsync.domain.sla.clocks import Bools, Texts
from sheetsync.domain.texts import fold

LOG: Final = "acknowledgement"
"""Stands as `policy` in the log lines."""
HELP: Final = "Write ACK, ACK 4h or ACK until 14:00."
_ACK: Final = re.compile(
    r"(?:ack(?:nowledged)?|snooze)(?: (?:for )?(?P<number>\d{1,3}) ?(?P<unit>m|min|h|hours?|d|days?)"
    r"| until (?:(?P<day>\d{4}-\d\d-\d\d) )?(?P<hour>\d{1,2}):(?P<minute>\d\d))?",
    re.ASCII,
)
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Acknowledged:
    """Per row: until when it is quiet (NaT: it is not), and whether the text cannot be understood.

    `lines` are the new log lines, as escalation rows.
    """

    until: Moments
    unreadable: Bools
    lines: tuple[Mapping[str, Any], ...]


def acknowledged_until(
    text: str, first_seen: datetime, default: Span, timezone: str
) -> datetime | None:
    """When an acknowledgement first seen then (aware) lapses; None when `text` is none.

    Spans are clock time. `until 14:00` is the next 14:00 of the tracker after it was seen.
    """
    match = _ACK.fullmatch(fold(text))
    if match is None:
        return None
    if match["number"]:
        return first_seen + timedelta(seconds=int(match["number"]) * _SECONDS[match["unit"][0]])
    if match["hour"]:
        return _clock_time(match, first_seen, timezone)
    return first_seen + timedelta(days=default.working_days, seconds=default.seconds)


def _clock_time(match: re.Match[str], first_seen: datetime, timezone: str) -> datetime | None:
    seen = scalar_to_local(first_seen, timezone)
    try:
        wished = seen.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=0)
        if match["day"]:
            return scalar_to_utc(
                datetime.combine(datetime.fromisoformat(match["day"]).date(), wished.time()),
                timezone,
            )
    except ValueError:
        return None
    return scalar_to_utc(wished if wished > seen else wished + timedelta(days=1), timezone)


def read_acknowledgements(
    *,
    order_id: Texts,
    cells: Texts,
    stay: Texts,
    usable: Bools,
    escalations: pd.DataFrame,
    default: Span,
    now: datetime,
    timezone: str,
) -> Acknowledged:
    """Who has acknowledged what, from the cells as they stand and the log so far.

    Args:
        order_id: per row, as every array here.
        cells: the text of the acknowledge column.
        stay: the running stay in a stage.
        usable: rows with a usable Order ID.
        escalations: all escalations decided so far, the log lines among them.
        default: how long a bare ACK lasts.
        now: the moment of the pass; a text not in the log is first seen now.
        timezone: the tracker's, for `until 14:00`.
    """
    log = _latest(escalations)
    until, unreadable = np.full(len(cells), NAT), np.zeros(len(cells), dtype=np.bool_)
    lines: list[Mapping[str, Any]] = []
    logged = np.isin(order_id.astype(str), list(log)) if log else np.zeros(len(cells), dtype=bool)
    for row in np.flatnonzero(usable & ((cells != "") | logged)).tolist():
        number, text, seen, covered = log.get(order_id[row], (0, "", now, ""))
        if fold(cells[row]) != fold(text):
            seen, covered = now, stay[row]
            lines.append(_line(order_id[row], stay[row], number + 1, cells[row], now))
        end = acknowledged_until(cells[row], seen, default, timezone)
        unreadable[row] = end is None and cells[row] != ""
        if end is not None and covered == stay[row]:
            until[row] = as_moment(end)
    return Acknowledged(until=until, unreadable=unreadable, lines=tuple(lines))


def _latest(escalations: pd.DataFrame) -> dict[str, tuple[int, str, datetime, str]]:
    """Per order the last log line: its number, text, when it was seen, the stay it covers."""
    mine = escalations[(escalations["policy"] == LOG).to_numpy(bool)].sort_values("repeat")
    columns = (mine[name].tolist() for name in ("order_id", "repeat", "recipients", "stay"))
    seen = [as_aware(at) for at in mine["at"].to_numpy("datetime64[s]")]
    return {
        order: (number, text, at, stay)
        for (order, number, text, stay), at in zip(zip(*columns, strict=True), seen, strict=True)
    }


def _line(order_id: str, stay: str, number: int, text: str, now: datetime) -> Mapping[str, Any]:
    return {
        "key": f"{order_id}|{LOG}|{stay}|0|{number}", "order_id": order_id, "policy": LOG,
        "stay": stay, "level": 0, "repeat": number, "outcome": "acknowledged",
        "at": as_moment(now), "recipients": text,
    }  # fmt: skip
