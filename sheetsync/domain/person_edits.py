"""What people changed between two reads, cell by cell, for the change log.

A cell that differs from what stood there at the read before, and is not what the worker wrote in
between, was changed by a person. Where that cannot be told (a formula; an order that was out of
sight meanwhile) the line says `unknown`. When in the interval it happened is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from sheetsync.domain.model import EVIDENCE, WRITABLE, Memory
from sheetsync.domain.redaction import stands_for
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


def edits_of_row(  # noqa: PLR0917 - then, now, and how to tell
    seen: SeenCells,
    place: int,
    now: Texts,
    before: SeenRow,
    memory: Memory,
    cut: Callable[[str], str],
) -> Iterator[Edit]:
    """The edits of the order at `place`, which the pass before saw as `before`.

    `memory` is that of before this pass; `cut` makes of a personal value what a redaction left of it.
    A column that the sheet did not have at the read before tells of no edit.
    """
    order = seen.ids[place]
    lost = _out_of_sight(memory, order)
    for key in seen.keys:
        if (memory.columns is not None and key not in memory.columns) or seen.without_value(
            place, key
        ):
            continue
        new = now.get(key, "")
        old = _stood(memory, order, key, before)
        if new in {old, before.ours.get(key, old)} or stands_for(old, new, cut):
            continue
        unknown = lost or seen.calculated(place, key)
        tick = key in EVIDENCE and {old, new} == {"", _TICKED}
        words = [text or "No" for text in (old, new)] if tick else [old, new]
        yield Edit(order_id=order, column=key, old=words[0], new=words[1],
                   by="unknown" if unknown else "person")  # fmt: skip


def _stood(memory: Memory, order: str, key: str, before: SeenRow) -> str:
    """What stood in the cell last, to our knowledge: what we wrote, where that was confirmed."""
    seen = before.cells.get(key, "")
    if key not in before.ours or key not in WRITABLE or order not in memory.orders.index:
        return seen
    confirmed = str(memory.orders.at[order, f"confirmed_{key}"])
    return confirmed if confirmed == before.ours[key] else seen


def _out_of_sight(memory: Memory, order: str) -> bool:
    """Whether no usable row showed the order at the read before: another row may stand there now."""
    if order not in memory.orders.index:
        return True
    return not np.isnat(memory.orders.loc[[order], "missing_since"].to_numpy("datetime64[s]")[0])
