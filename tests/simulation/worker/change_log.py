"""What must be true of the change log: played to its end, it tells what stands in the sheet."""

from __future__ import annotations

from typing import Any, Final

from sheetsync.domain.audit import Entry
from sheetsync.store.store import Store
from tests.simulation.worker.oracle import Oracle
from tests.simulation.worker.people import ORDER, TICKS
from tests.support.shop import TITLES

_TEXTS: Final = ("status", "notes", "handler", "ack")
_LOGGED: Final = {TITLES[key]: key for key in (*TICKS, *_TEXTS)}


def audit(store: Store, tracker_id: int, oracle: Oracle) -> list[str]:
    """Cells of orders that always had a row of their own, held against the last line about each."""
    with store.audit(tracker_id) as entries:
        lines = sorted(
            (line for line in entries if line.kind == "cell"), key=lambda line: int(line.number)
        )
    last = {(line.order, line.what): line for line in lines}
    found = []
    for order, slip in _plain_orders(oracle).items():
        for heading, key in _LOGGED.items():
            stands = _text(oracle.cells[slip].get(heading))
            line = last.get((order, key))
            if line is not None and not _tells(line, stands):
                found.append(
                    f"{order} {key}: the log ends with {line.new!r}, there stands {stands!r}"
                )
            elif line is None and (slip, heading) in oracle.typed_later:
                found.append(f"{order} {key}: {stands!r} was typed, and no line tells of it")
    return found


def _tells(line: Entry, stands: str) -> bool:
    """Whether a line may be the last about a cell; what the worker only meant to write may not stand there."""
    given_up = line.by == "worker" and line.old == stands
    return line.new == stands or given_up or (line.new == "No" and not stands)


def _plain_orders(oracle: Oracle) -> dict[str, str]:
    """Order ID -> slip, where neither ever stood with another one."""
    owners: dict[str, set[str]] = {}
    for slip, orders in oracle.ids.items():
        for order in orders:
            owners.setdefault(order, set()).add(slip)
    return {
        order: slip
        for slip, cells in oracle.cells.items()
        if (order := _text(cells.get(ORDER))) and oracle.ids[slip] == {order}
        and owners[order] == {slip}
    }  # fmt: skip


def _text(value: Any) -> str:
    if value is True:
        return "Yes"
    return "" if value is None or value is False else str(value).strip()
