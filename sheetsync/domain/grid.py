"""The ragged rows of a sheet as columns, and each column as its distinct cells.

A sheet repeats itself (statuses, ticks, handlers), so each distinct cell is understood once and the
answer is spread over the rows: that keeps 100,000 rows well under a second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import CellValue

Cells = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_NUMERIC = frozenset({"floating", "integer", "mixed-integer-float", "integer-na"})
_HASHED = frozenset({"string", "boolean"})


def columns_at(rows: Sequence[Sequence[CellValue]], places: Collection[int]) -> dict[int, Cells]:
    """The columns at `places` of ragged rows, each an array of its own; a short row lacks None."""
    columns = dict.fromkeys(places, np.full(len(rows), None, dtype=object))
    for place, cells in zip(range(max(places) + 1), zip_longest(*rows), strict=False):
        if place in columns:
            columns[place] = np.fromiter(cells, dtype=object, count=len(rows))
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """A column as its distinct filled cells; `codes[row]` is the place in `cells`, -1 if blank.

    Blank is no cell at all or empty text, which no reader tells apart.
    """

    codes: Places
    cells: Cells
    floats: npt.NDArray[np.float64] | None = None
    """The cells as floats, where all of them are numbers."""

    @classmethod
    def of(cls, cells: Cells, *, repeats: bool = True) -> Distinct:
        """TRUE and 1 stay apart; numbers are not searched for repeats, they are read as arrays.

        Text is not searched either without `repeats`: a reader that takes it as it is costs less.
        """
        places = np.flatnonzero(np.asarray((cells != "") & (cells != None), dtype=bool))  # noqa: E711
        if len(places) == len(cells):
            return cls._of_filled(cells, repeats=repeats)
        filled = cls._of_filled(cells[places], repeats=repeats)
        codes = np.full(len(cells), -1, dtype=np.intp)
        codes[places] = filled.codes
        return cls(codes, filled.cells, filled.floats)

    @classmethod
    def _of_filled(cls, cells: Cells, *, repeats: bool) -> Distinct:
        kind = pd.api.types.infer_dtype(cells, skipna=True)
        if kind in _NUMERIC:
            floats = as_floats(cells)
            return cls._as_they_stand(cells, ~np.isnan(floats), floats)
        if kind == "string" and not repeats and all_texts(cells):
            return cls(np.arange(len(cells)), cells)
        if kind in _HASHED:
            codes, values = pd.factorize(cells)
            return cls(codes, np.asarray(values, dtype=object))
        return cls._mixed(cells)

    @classmethod
    def _as_they_stand(
        cls, cells: Cells, filled: Mask, floats: npt.NDArray[np.float64]
    ) -> Distinct:
        if filled.all():
            return cls(np.arange(len(cells)), cells, floats)
        codes = np.where(filled, np.cumsum(filled) - 1, -1)
        return cls(codes, cells[filled], floats[filled])

    @classmethod
    def _mixed(cls, cells: Cells) -> Distinct:
        known: dict[tuple[type, CellValue], int] = {}
        codes = np.full(len(cells), -1, dtype=np.intp)
        for place, cell in enumerate(cells):
            if cell is None or cell != cell:  # noqa: PLR0124 - a float that is no number
                continue
            codes[place] = known.setdefault((type(cell), cell), len(known))
        return cls(codes, object_array([cell for _, cell in known]))

    def spread(self, of_values: npt.NDArray[Any], blank: Any) -> npt.NDArray[Any]:
        """Per row the answer of its distinct cell; `blank` for blank cells."""
        padded = np.empty(len(of_values) + 1, dtype=of_values.dtype)
        padded[:-1] = of_values
        padded[-1] = blank
        return padded[self.codes]


def all_texts(values: Cells) -> bool:
    """Whether every cell is text."""
    return pd.api.types.infer_dtype(values, skipna=False) == "string"


def as_floats(values: Cells) -> npt.NDArray[np.float64]:
    """Numbers as floats; one too large for a float is infinite."""
    try:
        return values.astype(np.float64)
    except OverflowError:
        return np.array([as_float(value) for value in values], dtype=np.float64)


def as_float(value: float) -> float:
    """One number as a float; infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def object_array(values: Sequence[Any]) -> Cells:
    """Any values as a one-dimensional object array."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def frame_of(columns: dict[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """A frame that keeps each array's dtype (text stays object) over a RangeIndex."""
    index = pd.RangeIndex(len(next(iter(columns.values()), ())))
    series = {
        name: pd.Series(array, index=index, dtype=array.dtype, copy=False)
        for name, array in columns.items()
    }
    return pd.DataFrame(series, index=index, copy=False)
