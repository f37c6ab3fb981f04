"""References inside formulas: which letters and digits are one, and where it points afterwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets_server.areas import letters
from tests.sheets_server.references import after_rename, after_shift, offset, rewritten
from tests.sheets_server.spans import Deleted, Inserted, Moved, shifted


def after(formula, dimension, shift):
    return after_shift(formula, "Sheet1", "Sheet1", dimension, shift)


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("=B2", "=C2"),
        ("=$B$2", "=$C$2"),
        ("=A1", "=A1"),
        ("=A1:B2", "=A1:C2"),
        ("=B:D", "=C:E"),
        ("=2:3", "=2:3"),
        ("=B2:B", "=C2:C"),
        ("=Sheet1!B2", "=Sheet1!C2"),
        ("=Other!B2&'My tab'!B2", "=Other!B2&'My tab'!B2"),
        ('="B2"&B2', '="B2"&C2'),
        ('="say ""B2"""', '="say ""B2"""'),
        ("=LOG10(B2)", "=LOG10(C2)"),
        ("=NAME_B2+B2X", "=NAME_B2+B2X"),
        ("=1E5*B2", "=1E5*C2"),
    ],
)
def test_only_what_is_a_reference_follows_a_column_put_in(formula, found):
    assert after(formula, "COLUMNS", Inserted(1, 1)) == found


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("=A5", "=A3"),
        ("=A3", "=#REF!"),
        ("=A1:A9", "=A1:A7"),
        ("=A3:A4", "=#REF!"),
        ("=A:A", "=A:A"),
    ],
)
def test_a_reference_to_deleted_rows_is_lost(formula, found):
    assert after(formula, "ROWS", Deleted(2, 4)) == found


def test_a_copy_that_would_refer_beyond_the_first_row_refers_to_nothing():
    assert offset("=A1+$A$1", -1, 0) == "=#REF!+$A$1"


def test_a_renamed_tab_is_quoted_where_its_title_needs_it():
    assert after_rename("='Old tab'!A1+A1", "old TAB", "New") == "=New!A1+A1"
    assert after_rename("=Old!A1", "Old", "It's new") == "='It''s new'!A1"
    assert after_rename("=Über!A1", "Über", "D3") == "='D3'!A1"


@given(st.integers(0, 20_000), st.integers(0, 9_999))
def test_a_reference_left_alone_reads_as_it_was(column, row):
    formula = f"={letters(column % 18_278)}{row + 1}+1"
    assert rewritten(formula, lambda found: found) == formula
    assert offset(offset(formula, 3, 2), -3, -2) == formula


SHIFTS = st.one_of(
    st.builds(Inserted, st.integers(0, 12), st.integers(1, 3)),
    st.tuples(st.integers(0, 9), st.integers(1, 3)).map(lambda t: Deleted(t[0], t[0] + t[1])),
    st.tuples(st.integers(0, 9), st.integers(1, 3), st.integers(0, 12)).map(
        lambda t: Moved(t[0], t[0] + t[1], t[2])
    ),
)


@given(SHIFTS, st.integers(0, 11))
def test_a_span_of_one_line_goes_where_the_line_goes(shift, line):
    place = shift.index(line)
    assert shift.span(line, line + 1) == (None if place is None else (place, place + 1))


@given(SHIFTS, st.integers(0, 11), st.integers(1, 5))
def test_an_open_end_stays_open(shift, start, length):
    found = shifted(shift, start, None)
    assert found is None or found[1] is None
    closed = shifted(shift, None, start + length)
    assert closed is None or closed[0] is None


@given(st.integers(0, 9), st.integers(1, 3), st.integers(0, 12))
def test_dragging_puts_every_line_in_a_place_of_its_own(start, count, to):
    shift = Moved(start, start + count, to)
    assert sorted(shift.index(line) for line in range(15)) == list(range(15))
