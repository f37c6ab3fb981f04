"""No text comes to life as a formula in a file that somebody opens, and none is changed by that."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.csv_cells import as_meant, inert

LIVE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1+1", "＋1", "－1", "＠SUM(A1)")


@pytest.mark.parametrize("text", LIVE)
def test_a_text_that_would_be_a_formula_is_written_as_text(text):
    assert inert(text) == f"'{text}"
    assert inert(f"'{text}") == f"''{text}"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "#SP-1", "1.5"])
def test_any_other_text_is_left_as_it_is(text):
    assert inert(text) == as_meant(text) == text


def test_an_apostrophe_of_the_text_s_own_stays():
    assert as_meant("'tis") == "'tis"


@given(st.text() | st.sampled_from(LIVE).map("''".__add__) | st.sampled_from(LIVE))
def test_reading_takes_exactly_one_apostrophe_away(text):
    assert as_meant(inert(text)) == text
    file = io.StringIO(newline="")
    csv.writer(file).writerow([inert(text), "end"])
    file.seek(0)
    (row,) = csv.reader(file)
    assert as_meant(row[0]) == text
