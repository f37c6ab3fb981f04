"""What one pass looks at: the orders as read, joined with what memory knows of each of them.

All arrays of this room are aligned with `Orders.frame`; a row that memory does not know, or that
may not be touched, holds the blanks of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.model import (
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TEXT,
    MEMORY_TICKS,
    CellValue,
    Memory,
    Orders,
)
from sheetsync.domain.moments import NAT, Moments, as_moment, canonical_local, to_local, to_utc
from sheetsync.domain.rules import Rulebook

_BLANKS: Final[Mapping[str, tuple[Any, Any]]] = {
    **dict.fromkeys(MEMORY_TEXT, ("", np.dtype(object))),
    **dict.fromkeys(MEMORY_MOMENTS, (NAT, np.dtype("datetime64[s]"))),
    **dict.fromkeys(MEMORY_TICKS, (0, np.dtype("int8"))),
    **dict.fromkeys(MEMORY_NUMBERS, (0, np.dtype("int64"))),
}
"""Memory column -> (blank, dtype)."""

Past = Mapping[str, npt.NDArray[Any]]
"""Every memory column, aligned with the orders."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """One column of the sheet. `moment`: what was read (NaT: none). `open`: a change may go there."""

    present: bool
    raw: Texts
    blank: Mask
    moment: Moments
    open: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """The orders, what memory knows, and the interval in which anything new happened.

    What is first seen in this pass happened in (`since`, `now`]; `since` is NaT where unknown.
    `baseline`: nothing was watched before, so nothing gets a time.
    """

    orders: Orders
    rules: Rulebook
    now: np.datetime64
    since: Moments
    baseline: bool
    usable: Mask
    known: Mask
    past: Past

    @property
    def rows(self) -> int:
        """How many rows the sheet has."""
        return len(self.usable)

    def none(self) -> Mask:
        """No row at all."""
        return np.zeros(self.rows, dtype=bool)

    def cells(self, key: str) -> Cells:
        """The column `key`; blank throughout where the sheet has none."""
        if not self.orders.has(key):
            blank = np.ones(self.rows, dtype=bool)
            raw = np.full(self.rows, None, dtype=object)
            nothing = np.full(self.rows, NAT)
            return Cells(present=False, raw=raw, blank=blank, moment=nothing, open=~blank)
        raw = self.orders.raw[key]
        column = self.orders.frame[key].to_numpy()
        typed = column.astype("datetime64[s]") if column.dtype.kind == "M" else None
        return Cells(
            present=True,
            raw=raw,
            blank=np.fromiter((is_blank(cell) for cell in raw), dtype=bool, count=len(raw)),
            moment=np.full(self.rows, NAT) if typed is None else typed,
            open=self.usable & ~self._closed(key),
        )

    def canonical(self, moments: Moments) -> Texts:
        """Moments (UTC) as the canonical text of a date cell."""
        return canonical_local(to_local(moments, self.orders.sheet.timezone))

    def moments_of(self, canonical: Texts) -> Moments:
        """The canonical text of date cells as moments (UTC); "" gives NaT."""
        local = np.array([text or "NaT" for text in canonical], dtype="datetime64[s]")
        return to_utc(local, self.orders.sheet.timezone)

    def heading(self, key: str) -> str:
        """The heading of a column as staff know it."""
        named = self.orders.header.headings.get(key, "")
        rule = self.rules.columns.get(key)
        return named or (rule.title if rule else key)

    def _closed(self, key: str) -> Mask:
        """Rows whose cell in this column holds a formula or may not be written."""
        place = self.orders.header.columns[key]
        sheet = self.orders.sheet
        shut = {row for row, column in (*sheet.formulas, *sheet.unwritable) if column == place}
        if not shut:
            return self.none()
        return np.isin(self.orders.frame["row"].to_numpy(), list(shut))


def is_blank(cell: CellValue) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def set_scene(orders: Orders, memory: Memory, rules: Rulebook, now: datetime) -> Scene:
    """Join the orders with memory by Order ID. `now` is aware UTC."""
    usable = orders.frame["usable"].to_numpy(bool)
    places = _places(orders.frame["order_id"].to_numpy(object), usable, memory.orders.index)
    past = {
        name: _aligned(memory.orders, name, places, blank, dtype)
        for name, (blank, dtype) in _BLANKS.items()
    }
    baseline = memory.baseline_at is None
    last = NAT if baseline else as_moment(memory.last_pass_at)
    gone = past["missing_since"]
    since = np.where(np.isnat(gone), last, np.fmin(gone, last)).astype("datetime64[s]")
    return Scene(
        orders=orders,
        rules=rules,
        now=as_moment(now),
        since=since,
        baseline=baseline,
        usable=usable,
        known=places >= 0,
        past=past,
    )


def memory_frame(scene: Scene, columns: Past) -> pd.DataFrame:
    """Memory rows (all MEMORY columns) of the usable orders, indexed by order_id."""
    ids = scene.orders.frame["order_id"].to_numpy(object)[scene.usable]
    index = pd.Index(ids, dtype=object, name="order_id")
    data = {
        name: pd.Series(columns[name][scene.usable], index=index, dtype=dtype)
        for name, (_, dtype) in _BLANKS.items()
    }
    return pd.DataFrame(data, index=index)


def differs(scene: Scene, columns: Past) -> Mask:
    """Rows whose memory is new or not what it was."""
    changed = scene.usable & ~scene.known
    for name, values in columns.items():
        before = scene.past[name]
        if values is before:
            continue
        other = np.asarray(values != before, dtype=bool)
        if values.dtype.kind == "M":
            other &= ~(np.isnat(values) & np.isnat(before))
        changed |= other & scene.usable
    return changed


def _places(ids: Texts, usable: Mask, index: pd.Index[Any]) -> npt.NDArray[np.intp]:
    """Where each usable order stands in memory; -1 for a new order and an unusable row."""
    places = np.full(len(ids), -1, dtype=np.intp)
    places[usable] = index.get_indexer(pd.Index(ids[usable], dtype=object))
    return places


def _aligned(
    frame: pd.DataFrame, name: str, places: npt.NDArray[np.intp], blank: Any, dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    out = np.full(len(places), blank, dtype=dtype)
    known = places >= 0
    if name in frame.columns and known.any():
        out[known] = frame[name].to_numpy(dtype)[places[known]]
    return out
