"""The memory of each order: one row per tracker and order, loaded as one frame.

Loading is what every pass waits for, so a row has few and cheap columns: all moments in one
packed value, `written_*` and `confirmed_*` in two JSON objects without their blanks, the second left
empty while it equals the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, bindparam, func, select, update

from sheetsync.domain.daily import KIND as DIGEST
from sheetsync.domain.milestones.memory import CUSTOMER
from sheetsync.domain.model import (
    ESCALATION_COLUMNS,
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TICKS,
    PAUSE_COLUMNS,
    WRITABLE,
    Marker,
    Memory,
)
from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.domain.vendors.memory import ASSIGNED as VENDOR_ASSIGNED
from sheetsync.domain.vendors.memory import DIGEST as VENDOR_DIGEST
from sheetsync.domain.vendors.memory import REMINDER as VENDOR_REMINDER
from sheetsync.errors import StoreCorrupt
from sheetsync.store import frames
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import MEMORY_PLAIN, escalation, order_memory, outbox, pause
from sheetsync.store.told import load_told
from sheetsync.store.trackers import TrackerState
from sheetsync.store.upsert import upsert
from sheetsync.store.vendors import load_asked

_COLUMNS: Final = (
    "order_id",
    *MEMORY_PLAIN,
    "moments",
    *MEMORY_TICKS,
    *MEMORY_NUMBERS,
    "written",
    "confirmed",
)
COLUMNS_SETTING: Final = "columns"
"""Under this the keys of the columns are kept that the sheet had at the last pass carried out."""
MARK_SEEN: Final = "mark_seen"
"""Kept once the sheet was read with our mark on it: from then on a sheet without it is another one."""
ADOPTED: Final = "adopted"
"""The mark of another store that a person let be written over, as JSON."""
AWAY: Final = "away_since"
"""Orders of which an offline copy came back since the last pass, and when it went out, as JSON."""
_UNCOUNTED: Final = (DIGEST, VENDOR_ASSIGNED, VENDOR_REMINDER, VENDOR_DIGEST)
_UNSENT: Final = ("suppressed", "superseded", "held", "dropped")


def load_memory(
    connection: Connection, state: TrackerState, *, now: datetime, timezone: str
) -> Memory:
    """Everything a plan needs to know of the past.

    `marker` is that of the store, always there; `baseline_at` is None before the first pass.
    """
    return Memory(
        baseline_at=state.baseline_at,
        last_pass_at=state.last_pass_at,
        orders=load_orders(connection, state.id),
        pauses=_pauses(connection, state.id),
        escalations=_escalations(connection, state.id),
        mails_today=_mails_today(connection, state.id, now, timezone),
        marker=state.marker,
        columns=_columns_before(connection, state.id),
        mark_seen=get_setting(connection, state.id, MARK_SEEN) is not None,
        adopted=_adopted(connection, state.id),
        away=_away(connection, state.id),
        customers=load_told(connection, state.id, state.uuid),
        vendors=load_asked(connection, state.id, state.uuid),
    )


def _adopted(connection: Connection, tracker_id: int) -> Marker | None:
    text = get_setting(connection, tracker_id, ADOPTED)
    return Marker(**json.loads(text)) if text else None


def _away(connection: Connection, tracker_id: int) -> dict[str, datetime]:
    found = json.loads(get_setting(connection, tracker_id, AWAY) or "{}")
    return {order: datetime.fromtimestamp(seconds, tz=UTC) for order, seconds in found.items()}


def came_back(
    connection: Connection, tracker_id: int, orders: Iterable[str], since: datetime
) -> None:
    """Remember, until the next pass, that a copy of these orders came back that went out at `since`."""
    found = json.loads(get_setting(connection, tracker_id, AWAY) or "{}")
    seconds = int(since.timestamp())
    found |= {order: min(seconds, found.get(order, seconds)) for order in orders}
    if found:
        put_setting(connection, tracker_id, AWAY, json.dumps(found, sort_keys=True))


def have_been_seen(connection: Connection, tracker_id: int) -> None:
    """A pass has seen what came back."""
    if get_setting(connection, tracker_id, AWAY):
        put_setting(connection, tracker_id, AWAY, "")


def _columns_before(connection: Connection, tracker_id: int) -> frozenset[str] | None:
    text = get_setting(connection, tracker_id, COLUMNS_SETTING)
    return None if text is None else frozenset(json.loads(text))


def load_orders(connection: Connection, tracker_id: int) -> pd.DataFrame:
    """`Memory.orders` as documented in the model: indexed by order_id, typed columns."""
    table = order_memory
    query = (
        select(*(table.c[name] for name in _COLUMNS))
        .where(table.c.tracker_id == tracker_id)
        .order_by(table.c.order_id)
    )
    by_name = frames.by_column(connection, query)
    index = frames.order_index(by_name["order_id"])
    data: dict[str, pd.Series[Any]] = {}
    for name in MEMORY_PLAIN:
        data[name] = frames.text_series(by_name[name], index)
    moments = unpacked_moments(by_name["moments"])
    for position, name in enumerate(MEMORY_MOMENTS):
        data[name] = pd.Series(moments[:, position].copy(), index=index)
    for name in MEMORY_TICKS:
        data[name] = pd.Series(np.array(by_name[name], dtype="int8"), index=index)
    for name in MEMORY_NUMBERS:
        data[name] = pd.Series(np.array(by_name[name], dtype="int64"), index=index)
    for prefix, arrays in _unpack(by_name["written"], by_name["confirmed"]):
        for name, values in arrays.items():
            data[f"{prefix}_{name}"] = pd.Series(values, index=index, dtype=object)
    return pd.DataFrame(data, index=index)


_Arrays = dict[str, npt.NDArray[np.object_]]


def _unpack(written: Sequence[str], confirmed: Sequence[str]) -> list[tuple[str, _Arrays]]:
    ours = _parsed(written)
    written_arrays = {name: _column(ours, name) for name in WRITABLE}
    confirmed_arrays = {name: values.copy() for name, values in written_arrays.items()}
    differ = [i for i, text in enumerate(confirmed) if text]
    if differ:
        theirs = _parsed([confirmed[i] for i in differ])
        for name, values in confirmed_arrays.items():
            values[differ] = _column(theirs, name)
    return [("written", written_arrays), ("confirmed", confirmed_arrays)]


def _parsed(texts: Sequence[str]) -> list[dict[str, str]]:
    """Many small JSON objects in one go, which is far quicker than one at a time."""
    parsed: list[dict[str, str]] = json.loads("[" + ",".join(texts) + "]")
    return parsed


def _column(objects: list[dict[str, str]], name: str) -> npt.NDArray[np.object_]:
    out = np.empty(len(objects), dtype=object)
    out[:] = [entry.get(name, "") for entry in objects]
    return out


def save_orders(connection: Connection, tracker_id: int, orders: pd.DataFrame) -> None:
    """Insert or replace the rows of `orders` (shaped like `Memory.orders`)."""
    if orders.empty:
        return
    columns: dict[str, list[Any]] = {"order_id": [str(value) for value in orders.index]}
    columns |= {name: frames.text_list(orders[name]) for name in MEMORY_PLAIN}
    columns["moments"] = _packed_moments(orders)
    columns |= {name: frames.int_list(orders[name]) for name in (*MEMORY_TICKS, *MEMORY_NUMBERS)}
    written, confirmed = (_pack(orders, prefix) for prefix in ("written", "confirmed"))
    columns["written"] = written
    columns["confirmed"] = ["" if b == a else b for a, b in zip(written, confirmed, strict=True)]
    names = ("tracker_id", *columns)
    rows = [
        dict(zip(names, (tracker_id, *values), strict=True))
        for values in zip(*columns.values(), strict=True)
    ]
    upsert(connection, order_memory, rows, key=("tracker_id", "order_id"))


_PACKED: Final = np.dtype("<i8")


def _packed_moments(orders: pd.DataFrame) -> list[bytes]:
    """All moments of a row, in the model's order, as little-endian 64-bit seconds; NaT is the least."""
    columns = [np.asarray(orders[name]).astype("datetime64[s]") for name in MEMORY_MOMENTS]
    table = np.column_stack(columns).view("int64").astype(_PACKED)
    return [row.tobytes() for row in table]


def unpacked_moments(rows: Sequence[bytes]) -> npt.NDArray[np.datetime64]:
    """What `_packed_moments` packed: a row for each order, MEMORY_MOMENTS across."""
    joined = b"".join(rows)
    if len(joined) != len(rows) * len(MEMORY_MOMENTS) * _PACKED.itemsize:
        raise StoreCorrupt(
            "The store's memory of the orders does not have the shape this sheetsync expects. "
            "Put back the newest backup, or install the sheetsync that wrote it."
        )
    seconds = np.frombuffer(joined, dtype=_PACKED).reshape(len(rows), len(MEMORY_MOMENTS))
    return seconds.astype("int64").view("datetime64[s]")


def _pack(orders: pd.DataFrame, prefix: str) -> list[str]:
    columns = [frames.text_list(orders[f"{prefix}_{name}"]) for name in WRITABLE]
    return [
        packed({name: value for name, value in zip(WRITABLE, values, strict=True) if value})
        for values in zip(*columns, strict=True)
    ]


def packed(entry: dict[str, str]) -> str:
    """One JSON object, always spelled the same way."""
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def confirm(connection: Connection, tracker_id: int, applied: dict[str, list[str]]) -> None:
    """What we meant to stand in these cells now does: `applied` maps an order to column keys."""
    table = order_memory
    found: list[dict[str, str]] = []
    for ids in frames.chunks(sorted(applied)):
        rows = connection.execute(
            select(table.c.order_id, table.c.written, table.c.confirmed)
            .where(table.c.tracker_id == tracker_id)
            .where(table.c.order_id.in_(ids))
        )
        for order_id, written, confirmed in rows:
            before = json.loads(confirmed or written)
            after = packed(_confirmed(json.loads(written), before, applied[order_id]))
            found.append({"b_order": order_id, "confirmed": "" if after == written else after})
    if found:
        statement = (
            update(table)
            .where(table.c.tracker_id == tracker_id)
            .where(table.c.order_id == bindparam("b_order"))
            .values(confirmed=bindparam("confirmed"))
        )
        connection.execute(statement, found)


def _confirmed(
    written: dict[str, str], confirmed: dict[str, str], columns: list[str]
) -> dict[str, str]:
    merged = {**confirmed, **{name: written.get(name, "") for name in columns}}
    return {name: merged[name] for name in WRITABLE if merged.get(name)}


def _pauses(connection: Connection, tracker_id: int) -> pd.DataFrame:
    rows = connection.execute(
        select(*(pause.c[name] for name in PAUSE_COLUMNS))
        .where(pause.c.tracker_id == tracker_id)
        .order_by(pause.c.order_id, pause.c.start, pause.c.id)
    ).all()
    orders, start, stop, reason = list(zip(*rows, strict=True)) or [(), (), (), ()]
    index = pd.RangeIndex(len(rows))
    return pd.DataFrame(
        {
            "order_id": frames.text_series(orders, index),
            "start": frames.moments(start),
            "stop": frames.moments(stop),
            "reason": frames.text_series(reason, index),
        }
    )


def _escalations(connection: Connection, tracker_id: int) -> pd.DataFrame:
    rows = connection.execute(
        select(*(escalation.c[name] for name in ESCALATION_COLUMNS))
        .where(escalation.c.tracker_id == tracker_id)
        .order_by(escalation.c.key)
    ).all()
    columns = list(zip(*rows, strict=True)) or [() for _ in ESCALATION_COLUMNS]
    index = pd.RangeIndex(len(rows))
    data: dict[str, Any] = {}
    for name, values in zip(ESCALATION_COLUMNS, columns, strict=True):
        if name == "at":
            data[name] = frames.moments(values)
        elif name in {"level", "repeat"}:
            data[name] = np.array(values, dtype="int64")
        else:
            data[name] = frames.text_series(values, index)
    return pd.DataFrame(data)


def _mails_today(connection: Connection, tracker_id: int, now: datetime, timezone: str) -> int:
    """Mails decided since midnight of the tracker's own day, less digests, letters and those that were called off."""
    midnight = scalar_to_local(now, timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    start = scalar_to_utc(midnight, timezone)
    return int(
        connection.execute(
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.tracker_id == tracker_id)
            .where(outbox.c.created_at >= start)
            .where(outbox.c.state.not_in(_UNSENT))
            .where(outbox.c.audience != CUSTOMER, outbox.c.kind.not_in(_UNCOUNTED))
        ).scalar_one()
    )
