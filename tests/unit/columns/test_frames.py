"""Frames keep what their arrays are: texts stay texts, whether there are no rows, a few or many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sheetsync.domain.grid import frame_of, object_array

ROWS = (0, 1, 1_000, 1_001)


def columns(rows):
    return {
        "text": object_array(["a word", None, 7] * rows)[:rows],
        "at": np.full(rows, "2026-03-09", dtype="datetime64[s]"),
        "known": np.ones(rows, dtype=bool),
        "tick": np.zeros(rows, dtype=np.int8),
        "more": object_array(["x"] * rows),
        "hours": np.full(rows, np.nan),
    }


@pytest.mark.parametrize("rows", ROWS)
def test_every_column_keeps_kind_order_and_cells(rows):
    frame, given = frame_of(columns(rows)), columns(rows)
    assert list(frame.columns) == list(given)
    assert frame.index.equals(pd.RangeIndex(rows))
    for name, array in given.items():
        assert frame[name].dtype == array.dtype
        np.testing.assert_array_equal(frame[name].to_numpy(), array)


@pytest.mark.parametrize("rows", ROWS)
def test_what_is_done_to_one_frame_is_not_done_to_another(rows):
    one, other = frame_of(columns(rows)), frame_of(columns(rows))
    one["text"] = "changed"
    one["added"] = 1
    del one["at"]
    assert list(other.columns) == list(columns(rows))
    assert len(other) == len(frame_of(columns(rows))) == rows


@pytest.mark.parametrize("rows", [2, 2_000])
def test_columns_of_different_length_are_refused(rows):
    with pytest.raises(ValueError, match=r"."):
        frame_of({"one": object_array(["a"] * rows), "two": object_array(["a"] * (rows - 1))})
    with pytest.raises(ValueError, match=r"."):
        frame_of({"one": object_array(["a"] * rows), "two": np.zeros(rows - 1)})


def test_a_frame_without_columns_is_empty():
    assert frame_of({}).empty
