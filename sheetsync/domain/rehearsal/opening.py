"""Sheet and memory as they stood at an earlier moment: the logs read backwards from now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.model import EVIDENCE, STAMPS, Memory
from sheetsync.domain.moments import NAT, as_moment, canonical_local, to_local
from sheetsync.domain.rehearsal.recorded import LoggedChange, Recorded, Texts
from sheetsync.domain.rules import StatusRules
from sheetsync.domain.texts import fold


def cells_at(recorded: Recorded, at: datetime) -> dict[str, dict[str, str]]:
    """People's cells, and those that are shared, of every order already seen at `at`."""
    first_seen = recorded.memory.orders["first_seen"]
    known = first_seen.index[(first_seen <= as_moment(at)).to_numpy(bool)]
    cells = {order: dict(recorded.cells.get(order, {})) for order in known.tolist()}
    for line in reversed(recorded.changes):
        if line.at > at and line.order_id in cells:
            cells[line.order_id][line.column] = line.old
    return cells


def cells_on_arrival(recorded: Recorded, order_id: str, lines: Iterable[LoggedChange]) -> Texts:
    """The cells of an order as the first pass that saw it found them; `lines` are all of its own."""
    cells = dict(recorded.cells.get(order_id, {}))
    for line in sorted(lines, key=lambda line: line.at, reverse=True):
        cells[line.column] = line.old
    return cells


def memory_at(recorded: Recorded, at: datetime, statuses: StatusRules, timezone: str) -> Memory:
    """What was remembered right after the pass at `at`, or the last one before it."""
    now, memory = as_moment(at), recorded.memory
    orders = memory.orders[(memory.orders["first_seen"] <= now).to_numpy(bool)]
    values = _rewound(orders, recorded, at, statuses, timezone)
    names = sorted({name for facts in values.values() for name in facts})
    columns: dict[str, pd.Series] = {}
    for name in names:
        column = orders[name].to_numpy(copy=True)
        for place, order in enumerate(orders.index.tolist()):
            if name in values.get(order, {}):
                column[place] = values[order][name]
        columns[name] = pd.Series(column, index=orders.index, dtype=column.dtype)
    gone = orders["missing_since"].mask(orders["missing_since"] > now)
    pauses = memory.pauses[(memory.pauses["start"] <= now).to_numpy(bool)].reset_index(drop=True)
    told = memory.escalations[(memory.escalations["at"] <= now).to_numpy(bool)]
    return replace(
        memory,
        orders=orders.assign(**columns, missing_since=gone),
        pauses=pauses.assign(stop=pauses["stop"].mask(pauses["stop"] > now)),
        escalations=told.reset_index(drop=True),
        last_pass_at=at,
        mails_today=0,
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """One stage event of an order; moments are naive UTC."""

    field: str
    old: str
    new: str
    at: np.datetime64
    seen_from: np.datetime64
    seen_to: np.datetime64
    source: str


def _rewound(
    orders: pd.DataFrame, recorded: Recorded, at: datetime, statuses: StatusRules, timezone: str
) -> dict[str, dict[str, Any]]:
    """Memory columns that differ at `at` from now, by order; only orders to which something happened."""
    now = as_moment(at)
    events = _events(recorded.events)
    lines = _status_lines(recorded.changes)
    touched = {order for order, log in events.items() if any(e.seen_to > now for e in log)}
    touched |= {order for order, mine in lines.items() if mine[-1].at > at}
    return {
        order: _of_order(events.get(order, []), now, timezone)
        | _status_then(lines.get(order, []), at, statuses)
        for order in orders.index.tolist()
        if order in touched
    }


def _events(frame: pd.DataFrame) -> dict[str, list[_Event]]:
    found: dict[str, list[_Event]] = {}
    names = ("field", "old", "new", "at", "seen_from", "seen_to", "source")
    columns = (frame[name].to_numpy() for name in names)
    for order, *values in zip(frame["order_id"].tolist(), *columns, strict=True):
        found.setdefault(order, []).append(_Event(*values))
    return found


def _of_order(log: Sequence[_Event], now: np.datetime64, timezone: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for evidence, stamp in zip(EVIDENCE, STAMPS, strict=True):
        mine = [event for event in log if event.field == evidence]
        if any(event.seen_to > now for event in mine):
            facts |= _evidence(evidence, stamp, mine, now, timezone)
    moved = [e.seen_to for e in log if (e.old, e.new) == ("no", "yes") and e.seen_to <= now]
    facts["evidence_since"] = moved[-1] if moved else NAT
    return facts


def _evidence(
    evidence: str, stamp: str, log: Sequence[_Event], now: np.datetime64, timezone: str
) -> dict[str, Any]:
    then = [event for event in log if event.seen_to <= now]
    done = (then[-1].new if then else log[0].old) == "yes"
    moment: np.datetime64 = NAT
    low: np.datetime64 = NAT
    source = "baseline" if done else ""
    ticks = [event for event in then if event.new == "yes"]
    if done and ticks:
        moment, low, source = ticks[-1].at, ticks[-1].seen_from, ticks[-1].source
    text = ""
    if source in {"pass", "claim"} and not np.isnat(moment):
        text = str(canonical_local(to_local(np.array([moment]), timezone))[0])
    return {
        f"seen_{evidence}": int(done), f"{evidence}_source": source, stamp: moment, f"{stamp}_from": low,
        f"written_{stamp}": text, f"confirmed_{stamp}": text,
    }  # fmt: skip


def _status_then(
    lines: Sequence[LoggedChange], at: datetime, statuses: StatusRules
) -> dict[str, Any]:
    return _status(lines, at, statuses) if lines and lines[-1].at > at else {}


def _status(lines: Sequence[LoggedChange], at: datetime, statuses: StatusRules) -> dict[str, Any]:
    """The Status of then and whose it was, by the change log."""
    before = [line for line in lines if line.at <= at]
    status = before[-1].new if before else lines[0].old
    status = statuses.aliases.get(fold(status), status)
    ours = bool(before) and before[-1].by == "worker"
    kept = status if ours else ""
    facts: dict[str, Any] = {
        "status_seen": status, "written_status": kept, "confirmed_status": kept,
        "status_by": ("worker" if ours else "person") if status else "",
    }  # fmt: skip
    if before:
        facts["status_since"] = as_moment(before[-1].at)
    return facts


def _status_lines(changes: Sequence[LoggedChange]) -> dict[str, list[LoggedChange]]:
    lines: dict[str, list[LoggedChange]] = {}
    for line in changes:
        if line.column == "status":
            lines.setdefault(line.order_id, []).append(line)
    return lines
