"""What looks like an accident in a file: a column sorted without the others, or moved by a row.

No single cell shows it, so a file like that is refused as a whole until a person says that it is meant so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from sheetsync.domain.grid import Cells
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.rules import ColumnRule

FEWEST: Final = 10
"""Fewer cells than this are work, not an accident."""
SHARE: Final = 0.2
_SHIFTED: Final = 0.8
_DIFFERENT: Final = 4
"""A column with fewer different values than this is not told by its order."""


def oddities(base: Copy, theirs: Copy, columns: Mapping[str, ColumnRule]) -> Iterator[str]:
    """A sentence for each column that looks like an accident; of columns that the worker fills in, none."""
    places = base.ids.get_indexer(theirs.ids)
    there = places >= 0
    for key, rule in columns.items():
        if key in base.columns and key in theirs.columns and rule.owner != "worker":
            sentence = _odd(base.columns[key][places[there]], theirs.columns[key][there])
            if sentence:
                yield f"{rule.title} {sentence}"


def _odd(before: Cells, now: Cells) -> str:
    changed = np.asarray(before != now, dtype=bool)
    count = int(changed.sum())
    if count < max(FEWEST, SHARE * len(before)) or len(set(before.tolist())) < _DIFFERENT:
        return ""
    if Counter(before.tolist()) == Counter(now.tolist()):
        return f"holds the same values as before in other rows ({count:,} of {len(before):,}): was it sorted without the other columns?"  # fmt: skip
    for step, words in ((1, "down"), (-1, "up")):
        moved = np.roll(before, step)
        inner = changed.copy()
        inner[0 if step > 0 else -1] = False
        fits = np.asarray(moved[inner] == now[inner], dtype=bool)
        if len(fits) >= FEWEST and fits.mean() >= _SHIFTED:
            return f"stands one row further {words} than before ({count:,} of {len(before):,} rows): was a cell inserted or deleted in it?"  # fmt: skip
    return ""
