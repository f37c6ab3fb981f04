"""What one pass looks at: the orders as read, joined with what memory knows of each of them.

All arrays of this room are aligned with `Orders.frame`; a row that memory does not know, or that
may not be touched, holds the blanks of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.grid import repeated
from sheetsync.domain.model import (
    EVIDENCE,
    MEMORY_MOMENTS,
    MEMORY_NUMBERS,
    MEMORY_TEXT,
    MEMORY_TICKS,
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

SHOWN_BY: Final[Mapping[str, str]] = {"dispatched": "dispatched_at", "delivered": "delivered_at"}
"""The column that shows each piece of evidence, where it is not called like it."""

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
    `baseline`: nothing was watched before, so nothing gets a time. `row_of` gives, for each
    order of memory (`remembered`), its row; -1 when it is not in the sheet or may not be used.
    `unwatched`: evidence, or `status`, whose column stands in the sheet for the first time: what it
    says may be old, as everything is on the first pass. `new_life`: the Order ID is that of another
    order now, so nothing of the past is `known`.
    """

    orders: Orders
    rules: Rulebook
    now: np.datetime64
    since: Moments
    baseline: bool
    usable: Mask
    known: Mask
    past: Past
    remembered: pd.Index[Any]
    row_of: npt.NDArray[np.intp]
    new_life: Mask
    unwatched: frozenset[str] = frozenset()

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
        scarce = np.isnat(typed) if typed is not None else np.asarray(column == "", dtype=bool)
        return Cells(
            present=True,
            raw=raw,
            blank=_blanks(raw, scarce),
            moment=np.full(self.rows, NAT) if typed is None else typed,
            open=self.usable & ~self._closed(key),
        )

    def canonical(self, moments: Moments) -> Texts:
        """Moments (UTC) as the canonical text of a date cell."""
        if not len(moments):
            return np.empty(0, dtype=object)
        return canonical_local(to_local(moments, self.orders.sheet.timezone))

    def rows_of(self, ids: Texts) -> npt.NDArray[np.intp]:
        """The row of each remembered Order ID; -1 for any other."""
        found = self.remembered.get_indexer(pd.Index(ids, dtype=object))
        return np.asarray(np.append(self.row_of, -1)[found], dtype=np.intp)

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


def _blanks(raw: Texts, scarce: Mask) -> Mask:
    """Cells in which nothing stands; only those where nothing was read (`scarce`) are looked at."""
    blank = np.zeros(len(raw), dtype=bool)
    places = np.flatnonzero(scarce)
    cells = raw[places]
    empty: Mask = np.asarray(pd.isna(cells), dtype=bool)
    empty |= np.asarray(cells == "", dtype=bool)
    rest = np.flatnonzero(~empty)
    empty[rest] = [isinstance(cell, str) and not cell.strip() for cell in cells[rest]]
    blank[places] = empty
    return blank


def labels(rows: int, *choices: tuple[str, Mask]) -> Texts:
    """One word per row: of the last choice whose mask holds, "" where none does."""
    out = repeated("", rows)
    for word, mask in choices:
        out[mask] = word
    return out


def among(texts: Texts, words: Iterable[str]) -> Mask:
    """Whether each text is one of a few words."""
    out = np.zeros(len(texts), dtype=bool)
    for word in words:
        out |= np.asarray(texts == word, dtype=bool)
    return out


def set_scene(orders: Orders, memory: Memory, rules: Rulebook, now: datetime) -> Scene:
    """Join the orders with memory by Order ID. `now` is aware UTC."""
    usable = orders.frame["usable"].to_numpy(bool)
    ids = pd.Index(orders.frame["order_id"].to_numpy(object)[usable], dtype=object)
    places = np.full(len(usable), -1, dtype=np.intp)
    places[usable] = _places(ids, memory.orders.index)
    known = np.flatnonzero(places >= 0)
    row_of = np.full(len(memory.orders), -1, dtype=np.intp)
    row_of[places[known]] = known
    past = {
        name: _aligned(memory.orders, name, places, blank, dtype)
        for name, (blank, dtype) in _BLANKS.items()
    }
    baseline = memory.baseline_at is None
    last = NAT if baseline else as_moment(memory.last_pass_at)
    gone = past["missing_since"]
    since = np.where(np.isnat(gone), last, np.fmin(gone, last)).astype("datetime64[s]")
    since = _while_away(since, orders, memory)
    new_life = _new_life(orders, past, rules, now) & usable
    return Scene(
        orders=orders,
        rules=rules,
        now=as_moment(now),
        since=since,
        baseline=baseline,
        usable=usable,
        known=(places >= 0) & ~new_life,
        past=_forgotten(past, new_life) if new_life.any() else past,
        remembered=memory.orders.index,
        row_of=row_of,
        new_life=new_life,
        unwatched=_unwatched(orders, memory),
    )


def _while_away(since: Moments, orders: Orders, memory: Memory) -> Moments:
    """What came back with an offline copy may have been done since the copy went out."""
    if not memory.away:
        return since
    ids = orders.frame["order_id"].tolist()
    out = np.array([as_moment(memory.away.get(order)) for order in ids], dtype="datetime64[s]")
    earlier = np.where(np.isnat(since), since, np.fmin(since, out))
    return earlier.astype("datetime64[s]")


def _new_life(orders: Orders, past: Past, rules: Rulebook, now: datetime) -> Mask:
    """Orders that come back after longer than a slip lasts and show nothing of what they showed.

    Then the order was deleted and another one bears its Order ID. What cannot be read may be the
    old; without a Status column, in which the worker's own text comes back, there is no telling.
    """
    gone = past["missing_since"]
    away = ~np.isnat(gone) & (as_moment(now) - gone > np.timedelta64(rules.statuses.untick_grace))
    if not away.any() or not orders.has("status"):
        return np.zeros(len(gone), dtype=bool)
    showed = np.asarray(past["status_seen"] != "", dtype=bool)
    showed |= np.asarray(past["written_status"] != "", dtype=bool)
    still = ~_blanks(orders.raw["status"], orders.frame["status"].to_numpy(object) == "")
    for evidence in EVIDENCE:
        seen = past[f"seen_{evidence}"] == 1
        showed |= seen
        still |= seen & (orders.frame[evidence].to_numpy() != 0)
    return np.asarray(away & showed & ~still, dtype=bool)


def _forgotten(past: Past, new_life: Mask) -> Past:
    """The past without the former lives; each counts one cycle, so that stays have names of their own."""
    blank = {
        name: np.where(new_life, np.array(_BLANKS[name][0], dtype=values.dtype), values)
        for name, values in past.items()
    }
    return blank | {"cycle": past["cycle"] + new_life}


def _unwatched(orders: Orders, memory: Memory) -> frozenset[str]:
    if memory.columns is None:
        return frozenset()
    shown_by = {name: SHOWN_BY.get(name, name) for name in (*EVIDENCE, "status")}
    return frozenset(
        name
        for name, column in shown_by.items()
        if orders.has(column) and column not in memory.columns
    )


def memory_frame(scene: Scene, columns: Past) -> pd.DataFrame:
    """Memory rows (all MEMORY columns) of the usable orders, indexed by order_id."""
    ids = scene.orders.frame["order_id"].to_numpy(object)[scene.usable]
    index = pd.Index(ids, dtype=object, name="order_id")
    every = slice(None) if scene.usable.all() else scene.usable
    data = {
        name: pd.Series(columns[name][every], index=index, dtype=dtype, copy=False)
        for name, (_, dtype) in _BLANKS.items()
    }
    return pd.DataFrame(data, index=index, copy=False)


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


def _places(ids: pd.Index[Any], index: pd.Index[Any]) -> npt.NDArray[np.intp]:
    """Where each Order ID stands in memory; -1 for a new order."""
    if len(ids) == len(index) and bool((ids == index).all()):
        return np.arange(len(ids))
    return index.get_indexer(ids)


def _aligned(
    frame: pd.DataFrame, name: str, places: npt.NDArray[np.intp], blank: Any, dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    known = places >= 0
    if name not in frame.columns or not known.any():
        return np.broadcast_to(np.array(blank, dtype=dtype), len(places))
    out = frame[name].to_numpy(dtype)[places]
    out[~known] = blank
    return out
