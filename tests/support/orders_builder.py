"""Orders built from plain cells, and a small tracker that passes are run over without any store.

Dates are naive local datetimes, ticks booleans, Status any text: what staff would type. A string in
a tick or date column stands for something unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.evidence import Observation, observe
from sheetsync.domain.findings import no_findings
from sheetsync.domain.grid import frame_of, object_array
from sheetsync.domain.model import (
    ESCALATION_COLUMNS,
    EVIDENCE,
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TEXT,
    MEMORY_TICKS,
    PAUSE_COLUMNS,
    STAMPS,
    HeaderMap,
    Memory,
    Orders,
    Sheet,
)
from sheetsync.domain.moments import (
    NAT,
    as_moment,
    local_to_serial,
    scalar_to_utc,
    to_utc,
)
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold
from sheetsync.rulebook import load_rules

ZONE = "Africa/Johannesburg"
MONDAY = datetime(2026, 3, 9)
TICKS = ("allocated", "picked", "packed")
DATES = ("ordered_at", "dispatched_at", "allocated_at", "picked_at", "packed_at", "delivered_at")
COLUMNS = (
    "order_id", "ordered_at", *TICKS, "dispatched_at", "status", "handler",
    "allocated_at", "picked_at", "packed_at", "delivered_at",
)  # fmt: skip
Row = dict[str, Any]


@cache
def shipped_rules() -> Rulebook:
    """The rules that ship with the project."""
    return load_rules(Path(__file__).parents[2] / "rules")


def at(clock: str, day: int = 0) -> datetime:
    """`"09:30"` on the Monday of the tests, `day` days later, as aware UTC."""
    return scalar_to_utc(local(clock, day), ZONE)


def local(clock: str, day: int = 0) -> datetime:
    """`"09:30"` on the Monday of the tests as staff would type it."""
    hour, minute = clock.split(":")
    return MONDAY + timedelta(days=day, hours=int(hour), minutes=int(minute))


def orders_of(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Sequence[str] = COLUMNS,
    timezone: str = ZONE,
    formulas: frozenset[tuple[int, int]] = frozenset(),
    unwritable: Mapping[tuple[int, int], str] | None = None,
) -> Orders:
    """`Orders` as reading would give them; Order IDs that are blank or doubled are unusable."""
    rules = shipped_rules()
    ids = [str(row.get("order_id") or "") for row in rows]
    usable = np.array([bool(key) and ids.count(key) == 1 for key in ids], dtype=bool)
    numbers = np.arange(2, len(rows) + 2, dtype=np.int64)
    cells = {key: [row.get(key) for row in rows] for key in columns}
    frame: dict[str, Any] = {
        "row": numbers,
        "order_id": object_array([key if ok else "" for key, ok in zip(ids, usable, strict=True)]),
        "usable": usable,
        "status_known": np.ones(len(rows), dtype=bool),
        **{name: np.zeros(len(rows), dtype=np.int8) for name in EVIDENCE},
    }
    for key in columns[1:]:
        frame |= _typed(key, cells[key], rules, timezone)
    return Orders(
        frame=frame_of(frame),
        raw={key: object_array([_raw(cell) for cell in column]) for key, column in cells.items()},
        header=HeaderMap(
            row_number=1,
            columns={key: place for place, key in enumerate(columns)},
            headings={key: rules.columns[key].title for key in columns},
        ),
        findings=no_findings(),
        sheet=Sheet(
            tracker="test", tab="Orders", rows=[], row_numbers=[], timezone=timezone,
            formulas=formulas, unwritable=unwritable or {},
        ),
    )  # fmt: skip


def _typed(key: str, cells: list[Any], rules: Rulebook, timezone: str) -> dict[str, Any]:
    if key in DATES:
        naive = [cell if isinstance(cell, datetime) else NAT for cell in cells]
        typed: dict[str, Any] = {key: to_utc(np.array(naive, dtype="datetime64[s]"), timezone)}
        if key in {"dispatched_at", "delivered_at"}:
            typed[EVIDENCE[STAMPS.index(key)]] = _ticks(cells)
        return typed
    if key in TICKS:
        return {key: _ticks(cells)}
    texts = [str(cell or "").strip() for cell in cells]
    if key != "status":
        return {key: object_array(texts)}
    known = {text: rules.statuses.aliases.get(fold(text), "") for text in texts}
    return {
        "status": object_array([known[text] or text for text in texts]),
        "status_known": np.array([not text or bool(known[text]) for text in texts], dtype=bool),
    }


def _ticks(cells: list[Any]) -> np.ndarray:
    marks = [-1 if isinstance(cell, str) and cell else int(bool(cell)) for cell in cells]
    return np.array(marks, dtype=np.int8)


def _raw(cell: Any) -> Any:
    return local_to_serial(cell) if isinstance(cell, datetime) else cell


def memory_rows(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """`Memory.orders` from `{order_id: {column: value}}`; what is not given is blank."""
    index = pd.Index(list(rows), dtype=object, name="order_id")
    kinds = {
        **dict.fromkeys(MEMORY_TEXT, ("", object)),
        **dict.fromkeys(MEMORY_MOMENTS, (NAT, "datetime64[s]")),
        **dict.fromkeys(MEMORY_TICKS, (0, "int8")),
        **dict.fromkeys(MEMORY_NUMBERS, (0, "int64")),
    }
    return pd.DataFrame(
        {
            name: pd.Series(
                [row.get(name, blank) for row in rows.values()], index=index, dtype=dtype
            )
            for name, (blank, dtype) in kinds.items()
        }
    )


def no_memory() -> Memory:
    """What is known before the first pass."""
    return Memory(
        baseline_at=None,
        last_pass_at=None,
        orders=memory_rows({}),
        pauses=frame_of(
            {
                "order_id": np.empty(0, dtype=object),
                "start": np.empty(0, dtype="datetime64[s]"),
                "stop": np.empty(0, dtype="datetime64[s]"),
                "reason": np.empty(0, dtype=object),
            }
        )[list(PAUSE_COLUMNS)],
        escalations=pd.DataFrame(columns=list(ESCALATION_COLUMNS)),
    )


def remembered(memory: Memory, seen: Observation, now: datetime) -> Memory:
    """Memory after a commit of this observation, before anything is written."""
    rows = seen.memory[seen.memory_changed]
    old = memory.orders[~memory.orders.index.isin(rows.index)].copy()
    lost = [*seen.missing, *seen.unusable]
    if lost:
        old.loc[lost, "missing_since"] = as_moment(memory.last_pass_at or now)
    filled = [frame for frame in (old, rows) if len(frame)]
    return Memory(
        baseline_at=memory.baseline_at or now,
        last_pass_at=now,
        orders=pd.concat(filled) if filled else memory.orders,
        pauses=seen.pauses,
        escalations=memory.escalations,
    )


class WatchedTracker:
    """A tracker in plain dicts: staff edit `rows`, `look` runs a pass over them.

    Writes go to the same cells by Order ID, and only where the cell still holds what was expected.
    """

    def __init__(self, *rows: Row, columns: Sequence[str] = COLUMNS) -> None:
        self.rows = list(rows)
        self.columns = tuple(columns)
        self.memory = no_memory()
        self.complete_after: datetime | None = None

    def __getitem__(self, order_id: str) -> Row:
        return next(row for row in self.rows if row["order_id"] == order_id)

    def orders(self) -> Orders:
        """The tracker as read now."""
        return orders_of(self.rows, columns=self.columns)

    def look(self, now: datetime, *, write: bool = True, confirm: bool = True) -> Observation:
        """One pass: observe, commit, write (unless the workbook is in use), confirm the receipt."""
        orders = self.orders()
        deadline = None
        if self.complete_after is not None:
            deadline = np.full(len(self.rows), as_moment(self.complete_after))
        seen = observe(orders, self.memory, shipped_rules(), now, deadline)
        self.memory = remembered(self.memory, seen, now)
        if write:
            self._write(seen.cells, confirm=confirm)
        return seen

    def _write(self, cells: pd.DataFrame, *, confirm: bool) -> None:
        memory = self.memory.orders.copy()
        for change in cells.to_dict("records"):
            row, column = self[change["order_id"]], change["column"]
            assert _raw(row.get(column)) == change["expected"]
            row[column] = change["new"]
            if confirm:
                written = memory.loc[change["order_id"], f"written_{column}"]
                memory.loc[change["order_id"], f"confirmed_{column}"] = written
        self.memory = Memory(
            baseline_at=self.memory.baseline_at,
            last_pass_at=self.memory.last_pass_at,
            orders=memory,
            pauses=self.memory.pauses,
            escalations=self.memory.escalations,
        )


def watched(*rows: Row, since: str = "08:00", columns: Sequence[str] = COLUMNS) -> WatchedTracker:
    """A tracker on which watching began at `since`, with one order row of every kind given."""
    tracker = WatchedTracker(*rows, columns=columns)
    tracker.look(at(since))
    return tracker


def order(order_id: str = "#SP-1", **cells: Any) -> Row:
    """A row, ordered on Monday at 07:00."""
    return {"order_id": order_id, "ordered_at": local("07:00"), **cells}


def ids_with(seen: Observation, rule: str) -> list[str]:
    """The orders that have a finding of this rule."""
    return seen.findings.loc[seen.findings["rule"] == rule, "order_id"].tolist()


def utc(clock: str, day: int = 0) -> np.datetime64:
    """`"09:30"` local as the naive UTC moment that frames hold."""
    return as_moment(at(clock, day).astimezone(UTC))
