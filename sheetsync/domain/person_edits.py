"""What people changed between two reads, cell by cell, for the change log.

A cell that differs from what stood there at the read before, and is not what the worker wrote in
between, was changed by a person. Where that cannot be told (a formula; an order that was out of
sight meanwhile) the line says `unknown`. When in the interval it happened is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from sheetsync.domain.model import WRITABLE, Memory, Plan
from sheetsync.domain.seen_cells import SeenCells, SeenRow, Texts

By: TypeAlias = Literal["person", "unknown"]
_TICKED: Final = "Yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One cell that somebody changed."""

    order_id: str
    column: str
    old: str
    new: str
    by: By


class Remembered:
    """What memory of before the pass says of the orders of a read, by place."""

    def __init__(self, seen: SeenCells, memory: Memory) -> None:
        self._columns = memory.columns
        self._places = memory.orders.index.get_indexer(pd.Index(seen.ids)).tolist()
        self._missing = memory.orders["missing_since"].to_numpy("datetime64[s]")
        self._confirmed = {
            key: memory.orders[f"confirmed_{key}"].to_numpy(object)
            for key in seen.keys
            if key in WRITABLE
        }

    def watched(self, key: str) -> bool:
        """Whether the sheet had this column at the read before; where that is not known, it had."""
        return self._columns is None or key in self._columns

    def confirmed(self, place: int, key: str, meant: str) -> bool:
        """Whether what the worker meant to write there is known to have stood there."""
        at = self._places[place]
        return at >= 0 and key in self._confirmed and bool(self._confirmed[key][at] == meant)

    def out_of_sight(self, place: int) -> bool:
        """Whether no usable row showed the order at the read before: another row may stand there now."""
        at = self._places[place]
        return at < 0 or not np.isnat(self._missing[at])


def edits_of_row(
    seen: SeenCells, place: int, now: Texts, before: SeenRow, remembered: Remembered
) -> Iterator[Edit]:
    """The edits of the order at `place`, which the pass before saw as `before`.

    A column that the sheet did not have at the read before tells of no edit.
    """
    if now == before.cells and not before.ours:
        return
    for key in seen.keys:
        old, new = before.cells.get(key, ""), now.get(key, "")
        meant = before.ours.get(key)
        if meant is not None and remembered.confirmed(place, key, meant):
            old = meant
        if new in {old, meant} or not remembered.watched(key) or seen.without_value(place, key):
            continue
        unknown = remembered.out_of_sight(place) or seen.calculated(place, key)
        tick = key in seen.ticks and {old, new} == {"", _TICKED}
        words = [text or "No" for text in (old, new)] if tick else [old, new]
        yield Edit(order_id=seen.ids[place], column=key, old=words[0], new=words[1],
                   by="unknown" if unknown else "person")  # fmt: skip


def moves_of_rows(plan: Plan, memory: Memory) -> list[Edit]:
    """Rows that came into the tracker, went out of sight or came back since the read before.

    The first look tells of none: it cannot know what was there before.
    """
    if plan.baseline or plan.memory.empty:
        return []
    now = plan.memory["missing_since"].isna()
    known = now.index.isin(memory.orders.index)
    before = memory.orders["missing_since"].reindex(now.index).isna() & known
    read = set(plan.orders.frame["order_id_read"].tolist())
    moves = (
        ("appeared", now.index[~known & now]),
        ("gone", now.index[before & ~now]),
        ("back", now.index[known & ~before & now]),
    )
    return [
        Edit(order_id=str(order), column=act, old="", by="person",
             new="its Order ID is doubled" if act == "gone" and order in read else "")
        for act, orders in moves
        for order in orders
    ]  # fmt: skip
