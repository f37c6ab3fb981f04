"""What one answer of the API means as cells."""

from __future__ import annotations

from sheetsync.domain.model import CellError, Marker
from sheetsync.trackers.google.snapshot import Snapshot, clean, presumed, stored

MARKS = [["sheetsync"], ["3f1c"], [2], [7], ["sheet-id"]]


def answer(rows, marks=None):
    ranges = [{"range": "Orders!A1:Z1000", "values": rows}]
    return {
        "valueRanges": [*ranges, {"range": "'Sync Status'!Z1:Z5", "values": marks}]
        if marks
        else ranges
    }


def test_empty_texts_are_blanks_and_rows_end_at_their_last_cell():
    assert clean([["a", "", ""], [], ["", "", 1], [""]]) == [("a",), (), (None, None, 1)]


def test_an_error_is_never_read_as_text():
    assert clean([["#N/A", "#SP-1", "Loading..."]]) == [
        (CellError("#N/A"), "#SP-1", CellError("Loading..."))
    ]


def test_no_cells_at_all_come_without_values():
    assert Snapshot.of({"valueRanges": [{"range": "Orders!A1:Z1000"}]}, marked=False).rows == []


def test_the_marker_comes_with_the_cells():
    snapshot = Snapshot.of(answer([["x"]], MARKS), marked=True)
    assert snapshot.marker == Marker(uuid="3f1c", epoch=2, seq=7)
    assert snapshot.marked_for == "sheet-id"


def test_the_fingerprint_after_a_write_is_that_of_the_sheet_as_it_is_read_then():
    before = Snapshot(rows=clean([["Order ID", "Check"], ["A", "old"], ["B"]]))
    after = before.after({(2, 1): None, (3, 1): "new", (5, 0): "C"})
    read = Snapshot(rows=clean([["Order ID", "Check"], ["A"], ["B", "new"], [], ["C"]]))
    assert after.fingerprint() == read.fingerprint() != before.fingerprint()


def test_counting_passes_is_no_change_but_another_owner_is():
    cells = [["x"]]
    one = Snapshot(rows=clean(cells), marker=Marker(uuid="a", epoch=0, seq=1))
    two = Snapshot(rows=clean(cells), marker=Marker(uuid="a", epoch=0, seq=2))
    other = Snapshot(rows=clean(cells), marker=Marker(uuid="b", epoch=0, seq=2))
    assert one.fingerprint() == two.fingerprint() != other.fingerprint()


def test_a_tick_is_not_the_number_one_to_the_fingerprint():
    assert Snapshot(rows=[(True,)]).fingerprint() != Snapshot(rows=[(1,)]).fingerprint()


def test_a_formula_is_read_by_its_last_value_while_its_row_stands():
    planned = Snapshot(rows=clean([["Order ID", "Status"], ["A", "Pending"], ["B", "Ready"]]))
    now = Snapshot(rows=clean([["Order ID", "Status"], ["A", "=IF(1,2)"], ["C", "=B2"]]))
    presumed(planned, now)
    assert now.row(2) == ("A", "Pending")
    assert now.row(3) == ("C", "=B2"), "another order stands there: nothing is presumed"
    assert now.formula_texts == {(2, 1): "=IF(1,2)", (3, 1): "=B2"}


def test_a_text_that_only_looks_like_a_formula_is_a_text():
    planned = Snapshot(rows=[("A", "=1+1")])
    now = Snapshot(rows=[("A", "=1+1")])
    presumed(planned, now)
    assert not now.formula_texts


def test_a_whole_number_is_read_back_as_one():
    assert stored(46348.0) == 46348
    assert isinstance(stored(46348.0), int)
    assert stored("") is None
