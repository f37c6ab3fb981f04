"""What became of whole rows: added offline, deleted offline, doubled, under another Order ID."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import Places
from sheetsync.domain.merge.copies import Copy

_TELLING: Final = 3
"""So many filled cells alike, and no other one, make two rows the same order under another Order ID."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of a merge; `in_both`, `gone` and `added` are places in the file's side.

    `in_both`: in file and tracker. `gone`: exported, and no usable row of the tracker any more. `added`: only
    in the file. `deleted`: exported and in the tracker, not in the file. `refused`: Order ID and why.
    """

    in_both: Places
    gone: Places
    added: tuple[int, ...]
    deleted: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def sort_rows(base: Copy, theirs: Copy, ours: Copy, keys: Sequence[str]) -> Rows:
    """Sort the rows of the file; `keys` are the columns that tell an order from another."""
    unreadable = [mask for key, mask in theirs.unreadable.items() if key in keys]
    in_base = base.ids.get_indexer(theirs.ids) >= 0
    in_ours = ours.ids.get_indexer(theirs.ids) >= 0
    forgotten = np.array([order in base.forgotten for order in theirs.ids], dtype=bool)
    only = np.flatnonzero(~in_base & ~in_ours & ~forgotten).tolist()
    missing = base.ids[(theirs.ids.get_indexer(base.ids) < 0)]
    deleted = [order for order in missing if order not in theirs.doubled]
    renamed = _renamed(base, theirs, only, deleted, keys)
    refused = [(order, "its Order ID stands in more than one row of the file") for order in theirs.doubled]  # fmt: skip
    refused += [(order, "its values were cut from the store at somebody's wish") for order in theirs.ids[forgotten & ~in_ours]]  # fmt: skip
    refused += [
        (str(theirs.ids[place]), f"it looks like order {old} under another Order ID")
        for place, old in renamed.items()
    ]
    unread = {p for p in only if p not in renamed and any(m[p] for m in unreadable)}
    refused += [(str(theirs.ids[p]), "some of what the file says there cannot be read") for p in unread]  # fmt: skip
    twice = {str(theirs.ids[place]) for place in only if str(theirs.ids[place]) in ours.doubled}
    refused += [(order, "its Order ID stands in more than one row of the tracker") for order in twice]  # fmt: skip
    still = set(ours.ids)
    return Rows(
        in_both=np.flatnonzero(in_ours & ~forgotten),
        gone=np.flatnonzero(in_base & ~in_ours & ~forgotten),
        added=tuple(p for p in only if p not in renamed and p not in unread and str(theirs.ids[p]) not in twice),
        deleted=tuple(
            sorted(o for o in deleted if o in still and o not in set(renamed.values()))
        ),
        refused=tuple(sorted(refused)),
    )  # fmt: skip


def _renamed(
    base: Copy, theirs: Copy, added: Sequence[int], deleted: Sequence[str], keys: Sequence[str]
) -> dict[int, str]:
    """Added rows that hold exactly what an exported row held that is gone from the file."""
    shared = [key for key in keys if key in base.columns]
    if not (added and deleted and shared):
        return {}
    places = base.ids.get_indexer(pd.Index(deleted, dtype=object)).tolist()
    before: dict[tuple[str, ...], str] = {}
    for order, place in zip(deleted, places, strict=True):
        before.setdefault(tuple(base.columns[key][place] for key in shared), str(order))
    found = {}
    for place in added:
        cells = tuple(theirs.columns[key][place] for key in shared)
        if cells in before and sum(map(bool, cells)) >= _TELLING:
            found[place] = before[cells]
    return found
