"""What two trackers hold alike after a step of a mirror: the base of the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sheetsync.domain.grid import object_array
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.lineage import cells_of


def empty_copy(keys: Sequence[str]) -> Copy:
    """A side without orders: the base of a first step, when nothing is known alike yet."""
    return Copy(
        ids=pd.Index([], dtype=object),
        columns={key: object_array([]) for key in keys},
        places=np.array([], dtype=np.intp),
    )


def with_cells(
    side: Copy, cells: Mapping[tuple[str, str], str], rows: Mapping[str, Mapping[str, str]]
) -> Copy:
    """The side as it stands once these cells hold these texts and these rows were added."""
    ids = side.ids.append(pd.Index(list(rows), dtype=object))
    columns = {}
    for key, texts in side.columns.items():
        more = object_array([row.get(key, "") for row in rows.values()])
        columns[key] = np.concatenate([texts, more])
    changed = [(order, key) for order, key in cells if key in columns]
    places = ids.get_indexer(pd.Index([order for order, _ in changed], dtype=object)).tolist()
    for cell, place in zip(changed, places, strict=True):
        if place >= 0:
            columns[cell[1]][place] = cells[cell]
    return Copy(ids=ids, columns=columns, places=np.arange(len(ids)), doubled=side.doubled)


def agreed(base: Copy, first: Copy, second: Copy) -> Copy:
    """What both hold alike, and of the rest what they held alike last."""
    alike = first.ids[second.ids.get_indexer(first.ids) >= 0]
    ids = alike.append(base.ids[alike.get_indexer(base.ids) < 0])
    like = Copy(ids=ids, columns={}, places=np.arange(len(ids)))
    there = alike.get_indexer(ids) >= 0
    columns = {}
    for key in dict.fromkeys([*base.columns, *first.columns, *second.columns]):
        before = cells_of(base, key, like)
        if key in first.columns and key in second.columns:
            one, other = cells_of(first, key, like), cells_of(second, key, like)
            same = there & np.asarray(one == other, dtype=bool)
            before[same] = one[same]
        columns[key] = before
    return Copy(ids=ids, columns=columns, places=np.arange(len(ids)), forgotten=base.forgotten)
