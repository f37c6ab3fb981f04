"""The base of the next merge: what the file says, but for cells that did not get where they should.

After an import both sides have seen what the file says. Were the old base kept, the same file imported
again after a person put a cell back would overwrite that person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from sheetsync.domain.grid import Cells, object_array
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.three_way import REFUSED, Merge
from sheetsync.domain.rules import ColumnRule


def advanced(
    base: Copy,
    theirs: Copy,
    merged: Merge,
    columns: Mapping[str, ColumnRule],
    *,
    without: Collection[str] = (),
    unwritten: Collection[tuple[str, str]] = (),
    added: Collection[str] = (),
) -> Copy:
    """The base after an import.

    Args:
        base: as it was.
        theirs: the file.
        merged: what the merge came to.
        columns: the rules' columns.
        without: columns that were left out.
        unwritten: cells (order, column) that should have been written and were not.
        added: orders of the file that were added to the tracker.
    """
    places = merged.rows.in_both
    known = set(base.ids)
    fresh = [
        order for order in [*theirs.ids[places], *added] if order not in known
    ]  # added online or by this import
    ids = base.ids.append(pd.Index(fresh, dtype=object))
    wide = {key: _longer(cells, len(fresh)) for key, cells in base.columns.items()}
    taken = np.asarray([*theirs.ids[places], *added], dtype=object)
    from_ = theirs.ids.get_indexer(pd.Index(taken, dtype=object))
    to = ids.get_indexer(pd.Index(taken, dtype=object))
    for key, cells in theirs.columns.items():
        if key in without or columns[key].owner == "worker":
            continue
        target = wide.setdefault(key, object_array([""] * len(ids)))
        target[to] = cells[from_]
    _put_back(base, wide, ids, merged, unwritten)
    return replace(base, ids=ids, columns=wide, places=np.arange(len(ids)))


def _longer(cells: Cells, count: int) -> Cells:
    return np.concatenate([cells, object_array([""] * count)])


def _put_back(
    base: Copy,
    wide: Mapping[str, Cells],
    ids: pd.Index,
    merged: Merge,
    unwritten: Collection[tuple[str, str]],
) -> None:
    """Cells that were refused or not written are told again by the next import."""
    lines = merged.cells
    refused = lines[(lines["outcome"] == REFUSED).to_numpy(bool)]
    cells = set(zip(refused["order_id"].tolist(), refused["column"].tolist(), strict=True))
    wanted = sorted(cells | set(unwritten))
    orders = pd.Index([order for order, _ in wanted], dtype=object)
    places = zip(
        ids.get_indexer(orders).tolist(), base.ids.get_indexer(orders).tolist(), strict=True
    )
    for (_, key), (at, was) in zip(wanted, places, strict=True):
        if at >= 0 and key in wide:
            wide[key][at] = base.columns[key][was] if was >= 0 and key in base.columns else ""
