"""One number per row that changes with any of its values: what tells whether a row must be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_PRIME: Final = np.uint64(1_000_003)
_LOOKED_AT: Final = 512
_FEW: Final = 256
"""Of the first cells looked at: a text column with fewer distinct ones is hashed by its distinct cells."""


def row_digests(columns: Mapping[str, npt.NDArray[Any]], rows: int, salt: str) -> list[int]:
    """A signed 64-bit number per row, from `columns` in their order, their names and `salt`."""
    names = "\x1f".join((salt, *columns))
    start = pd.util.hash_array(np.array([names], dtype=object))[0]
    out = np.full(rows, start, dtype=np.uint64)
    for values in columns.values():
        out = (out * _PRIME) ^ _hashes(values)
    return list(out.view("int64").tolist())


def whole_digest(ids: Sequence[str], digests: Sequence[int]) -> str:
    """One text that changes with any row, and not with their order."""
    names = np.empty(len(ids), dtype=object)
    names[:] = ids
    rows = np.array(digests, dtype=np.int64).view(np.uint64)
    mixed = (_hashes(names) ^ rows) * _PRIME
    return f"{len(ids)}:{int(np.bitwise_xor.reduce(mixed)):016x}{int(mixed.sum()):016x}"


def _hashes(values: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    if values.dtype != object:
        return np.asarray(pd.util.hash_array(values), dtype=np.uint64)
    few = len(set(map(str, values[:_LOOKED_AT].tolist()))) < _FEW
    return np.asarray(pd.util.hash_array(values, categorize=few), dtype=np.uint64)
