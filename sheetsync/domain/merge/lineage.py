"""Which of two bases a file goes by, where its copy came back before.

A copy may be worked in by two people: each brings back a file of their own. Or one person brings the same
file back twice, and went on working in between. The first file has what came back before in few cells, the
second one in most; held against the wrong base, the first one would turn back the other person's work.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sheetsync.domain.grid import Cells, object_array
from sheetsync.domain.merge.copies import Copy

_MOST: Final = 0.5


def goes_on_from(exported: Copy, returned: Copy, theirs: Copy) -> bool:
    """Whether the file goes on from what came back before, rather than from the export alone."""
    same, other = 0, 0
    for key in theirs.columns:
        if key not in returned.columns:
            continue
        before, back = cells_of(exported, key, theirs), cells_of(returned, key, theirs)
        moved = np.flatnonzero(np.asarray(before != back, dtype=bool))
        if len(moved):
            held = np.asarray(theirs.columns[key][moved] == back[moved], dtype=bool)
            same += int(held.sum())
            other += len(moved) - int(held.sum())
    return same + other == 0 or same >= _MOST * (same + other)


def cells_of(side: Copy, key: str, like: Copy) -> Cells:
    """The cells of a column of `side` in the order of the rows of `like`; "" where it has none."""
    blank = object_array([""] * len(like.ids))
    if key not in side.columns:
        return blank
    places = side.ids.get_indexer(like.ids)
    there = places >= 0
    blank[there] = side.columns[key][places[there]]
    return blank
