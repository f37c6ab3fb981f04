"""The ragged rows of a sheet as columns, and each column as its distinct cells.

A sheet repeats itself (statuses, ticks, handlers), so each distinct cell is understood once and the
answer is spread over the rows: that keeps 100,000 rows well under a second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import CellValue

Cells = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_FLOAT, _INT = float, int
try:
    from pandas.api.internals import (  # type: ignore[import-not-found]
        create_dataframe_from_blocks as _from_blocks,
    )
except ImportError:  # before pandas 3
    _from_blocks = None
_FEW_ROWS = 1_000
_BLOCK = 256
"""Rows that are turned into columns at a time."""


def columns_at(rows: Sequence[Sequence[CellValue]], places: Collection[int]) -> dict[int, Cells]:
    """The columns at `places` of ragged rows, each an array of its own; a short row lacks None.

    Rows are turned block by block, which keeps them in the processor's cache meanwhile.
    """
    columns = {place: np.full(len(rows), None, dtype=object) for place in places}
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        turned = zip(range(max(places) + 1), zip_longest(*block), strict=False)
        for place, cells in turned:
            if place in columns:
                columns[place][start : start + len(block)] = cells
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """A column as its distinct filled cells; `codes[row]` is the place in `cells`, -1 if blank.

    Blank is no cell at all or empty text, which no reader tells apart.
    """

    codes: Places
    cells: Cells
    floats: npt.NDArray[np.float64] | None = None
    """The cells as floats, NaN for what is no number; None where no cell is one."""

    @classmethod
    def of(cls, cells: Cells, *, repeats: bool = True) -> Distinct:
        """TRUE and 1 stay apart; numbers are not searched for repeats, they are read as arrays.

        Text is not searched either without `repeats`: a reader that takes it as it is costs less.
        """
        filled = _filled(cells)
        if filled.all():
            return cls._of_filled(cells, repeats=repeats)
        found = cls._of_filled(cells[filled], repeats=repeats)
        codes = np.full(len(cells), -1, dtype=np.intp)
        codes[filled] = found.codes
        return cls(codes, found.cells, found.floats)

    @classmethod
    def _of_filled(cls, cells: Cells, *, repeats: bool) -> Distinct:
        kinds = set(map(type, cells.tolist()))
        if not kinds <= {str} and not kinds <= {bool}:
            return cls._of_kinds(cells) if kinds - {int, float} else cls._of_numbers(cells)
        if kinds <= {str} and not repeats:
            return cls(np.arange(len(cells)), cells)
        codes, values = pd.factorize(cells)
        return cls(codes, np.asarray(values, dtype=object))

    @classmethod
    def _of_numbers(cls, cells: Cells) -> Distinct:
        floats = as_floats(cells)
        known = ~np.isnan(floats)
        if known.all():
            return cls(np.arange(len(cells)), cells, floats)
        codes = np.where(known, np.cumsum(known) - 1, -1)
        return cls(codes, cells[known], floats[known])

    @classmethod
    def _of_kinds(cls, cells: Cells) -> Distinct:
        """Numbers as they stand, then every other type by itself: TRUE is not 1."""
        kinds = np.fromiter(map(type, cells.tolist()), dtype=object, count=len(cells))
        numbers = np.asarray((kinds == _FLOAT) | (kinds == _INT), dtype=bool)
        codes = np.full(len(cells), -1, dtype=np.intp)
        found = cls._of_numbers(cells[numbers])
        codes[numbers] = found.codes
        parts = [found.cells]
        for kind in set(kinds[~numbers].tolist()):
            mine = np.asarray(kinds == kind, dtype=bool)
            each, values = pd.factorize(cells[mine])
            codes[mine] = np.where(each < 0, -1, each + sum(map(len, parts)))
            parts.append(np.asarray(values, dtype=object))
        every = np.concatenate(parts)
        floats = np.full(len(every), np.nan)
        floats[: len(found.cells)] = found.floats
        return cls(codes, every, floats)

    def spread(self, of_values: npt.NDArray[Any], blank: Any) -> npt.NDArray[Any]:
        """Per row the answer of its distinct cell; `blank` for blank cells."""
        filled = self.codes >= 0
        codes = self.codes if filled.all() else self.codes[filled]
        each_once = np.array_equal(codes, np.arange(len(of_values)))
        if each_once and len(codes) == len(filled):
            return of_values
        answers = np.full(len(filled), blank, dtype=of_values.dtype)
        answers[filled] = of_values if each_once else of_values[codes]
        return answers


def _filled(cells: Cells) -> Mask:
    """Cells that hold anything; zero and FALSE are something, so only what counts as false is read."""
    filled = cells.astype(bool)
    doubtful = np.flatnonzero(~filled)
    for blank in ("", None):
        doubtful = doubtful[np.asarray(cells[doubtful] != blank, dtype=bool)]
    filled[doubtful] = True
    return filled


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


def repeated(text: str, count: int) -> Cells:
    """The same text `count` times and once in memory, where `np.full` would make each anew."""
    out = np.empty(count, dtype=object)
    out[:] = text
    return out


def word(text: str) -> Cells:
    """One text for `np.where`: a bare one would become a new object on every row."""
    return np.array(text, dtype=object)


def worded(conditions: Sequence[Mask], words: Sequence[str], otherwise: str) -> Cells:
    """Per row the word of the first condition that holds."""
    places = np.select(conditions, range(len(words)), len(words))
    chosen: Cells = object_array([*words, otherwise])[places]
    return chosen


def frame_of(columns: dict[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """A frame that keeps each array's dtype (text stays object) over a RangeIndex."""
    if not any(map(len, columns.values())):
        kinds = tuple((name, array.dtype) for name, array in columns.items())
        return _without_rows(kinds).copy(deep=False)
    return _framed(columns)


@lru_cache(maxsize=256)
def _without_rows(kinds: tuple[tuple[str, np.dtype[Any]], ...]) -> pd.DataFrame:
    """The empty frame of these columns: most frames of a usual pass are empty, and making one takes as long."""
    return _framed({name: np.empty(0, dtype=kind) for name, kind in kinds})


def _framed(columns: dict[str, npt.NDArray[Any]]) -> pd.DataFrame:
    index = pd.RangeIndex(len(next(iter(columns.values()), ())))
    few = bool(columns) and len(index) <= _FEW_ROWS
    if few and _from_blocks is not None and all(map(_is_kept, columns.values())):
        return _of_few_rows(columns, index)
    return _of_series(columns, index)


def _is_kept(array: npt.NDArray[Any]) -> bool:
    """Whether pandas holds the array as it is."""
    return array.dtype.kind in "Obiuf" or array.dtype == np.dtype("datetime64[s]")


def _of_series(columns: dict[str, npt.NDArray[Any]], index: pd.RangeIndex) -> pd.DataFrame:
    series = {
        name: pd.Series(array, index=index, dtype=array.dtype, copy=False)
        for name, array in columns.items()
    }
    return pd.DataFrame(series, index=index, copy=False)


def _of_few_rows(columns: dict[str, npt.NDArray[Any]], index: pd.RangeIndex) -> pd.DataFrame:
    """The same, by stacking columns that are alike: with few rows, a Series for each takes ten times as long."""
    alike: dict[np.dtype[Any], list[int]] = {}
    for place, array in enumerate(columns.values()):
        alike.setdefault(array.dtype, []).append(place)
    arrays = list(columns.values())
    blocks = [
        (np.stack([arrays[at] for at in places]), np.array(places)) for places in alike.values()
    ]
    frame: pd.DataFrame = _from_blocks(blocks, index=index, columns=pd.Index(list(columns)))
    return frame
