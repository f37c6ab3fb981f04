"""Cells copied, cut, pushed aside and taken out."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError
from tests.support.sheet_books import a_book, cell, do, plain, span

LOOK = {"userEnteredFormat": {"wrapStrategy": "WRAP"}}


def copy(book, source, destination, **more):
    do(book, "copyPaste", source=source, destination=destination, **more)


def cut(book, source, row, column, **more):
    where = {"rowIndex": row, "columnIndex": column}
    do(book, "cutPaste", source=source, destination=where, **more)


def test_a_copy_fills_a_destination_that_is_a_multiple_of_the_source():
    book = a_book(["a"], ["b"])
    copy(book, span(0, 2, 0, 1), span(0, 4, 1, 3))
    assert plain(book) == [["a"] * 3, ["b"] * 3, [None, "a", "a"], [None, "b", "b"]]


def test_a_copy_to_a_smaller_destination_is_whole():
    book = a_book(["a"], ["b"])
    copy(book, span(0, 2, 0, 1), span(5, 6, 3, 4))
    assert plain(book)[5:] == [[None, None, None, "a"], [None, None, None, "b"]]


def test_a_blank_cell_copied_over_another_one_blanks_it():
    book = a_book([None, "x"])
    copy(book, span(0, 1, 0, 1), span(0, 1, 1, 2))
    assert plain(book) == []


def test_a_copied_formula_refers_on_from_its_new_place():
    book = a_book([1, "=A1+$A$1"], [2])
    copy(book, span(0, 1, 1, 2), span(1, 2, 1, 2))
    assert plain(book) == [[1, "=A1+$A$1"], [2, "=A2+$A$1"]]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("PASTE_NORMAL", {**cell("a"), **LOOK, "note": "n"}),
        ("PASTE_VALUES", {**cell("a"), "dataValidation": {"strict": True}}),
        ("PASTE_FORMAT", {**cell("b"), **LOOK, "dataValidation": {"strict": True}}),
        ("PASTE_DATA_VALIDATION", cell("b")),
    ],
)
def test_a_way_of_pasting_takes_only_its_parts_along(how, found):
    book = a_book()
    book.sheets[0].put(0, 0, {**cell("a"), **LOOK, "note": "n"})
    book.sheets[0].put(0, 1, {**cell("b"), "dataValidation": {"strict": True}})
    copy(book, span(0, 1, 0, 1), span(0, 1, 1, 2), pasteType=how)
    assert book.sheets[0].cell(0, 1) == found


def test_a_formula_pasted_as_a_value_is_its_result():
    book = a_book([2, "=A1*2"])
    copy(book, span(0, 1, 1, 2), span(1, 2, 0, 1), pasteType="PASTE_VALUES")
    assert plain(book) == [[2, "=A1*2"], [4]]


def test_a_transposed_copy_turns_rows_to_columns():
    book = a_book(["a", "b"])
    copy(book, span(0, 1, 0, 2), span(1, 2, 0, 1), pasteOrientation="TRANSPOSE")
    assert plain(book) == [["a", "b"], ["a"], ["b"]]


def test_a_copy_takes_merges_and_colouring_rules_along():
    book = a_book(["a"])
    do(book, "mergeCells", range=span(0, 1, 0, 2))
    boolean = {"condition": {"type": "NOT_BLANK"}, "format": {"textFormat": {"bold": True}}}
    rule = {"ranges": [span(0, 1, 0, 6)], "booleanRule": boolean}
    do(book, "addConditionalFormatRule", rule=rule)
    copy(book, span(0, 1, 0, 2), span(3, 4, 1, 3))
    assert book.sheets[0].merges == [span(0, 1, 0, 2), span(3, 4, 1, 3)]
    ranges = book.sheets[0].conditional_formats[0]["ranges"]
    assert ranges == [span(0, 1, 0, 6), span(3, 4, 1, 3)]


def test_nothing_is_pasted_beyond_the_grid():
    book = a_book(["a"], ["b"])
    with pytest.raises(ApiError, match="exceeds grid limits"):
        copy(book, span(0, 2, 0, 1), span(9, 10, 0, 1))
    with pytest.raises(ApiError, match="exceeds grid limits"):
        cut(book, span(0, 2, 0, 1), 9, 0)


def test_cut_cells_leave_nothing_behind():
    book = a_book(["a", "b"], ["c", "d"])
    book.sheets[0].put(0, 0, {**cell("a"), **LOOK, "note": "n"})
    cut(book, span(0, 1), 4, 0)
    assert plain(book) == [[], ["c", "d"], [], [], ["a", "b"]]
    assert book.sheets[0].cell(4, 0) == {**cell("a"), **LOOK, "note": "n"}
    assert book.sheets[0].cell(0, 0) is None


def test_cut_cells_may_land_upon_their_old_place():
    book = a_book([1], [2], [3])
    cut(book, span(0, 2), 1, 0)
    assert plain(book) == [[], [1], [2]]


def test_what_refers_to_cut_cells_follows_them():
    book = a_book([1, "=A1+A2"], [2])
    do(book, "addNamedRange", namedRange={"name": "Cell", "range": span(0, 1, 0, 1)})
    do(book, "addNamedRange", namedRange={"name": "Both", "range": span(0, 2, 0, 1)})
    cut(book, span(0, 1, 0, 1), 5, 2)
    assert plain(book)[0] == [None, "=C6+A2"]
    assert [n["range"] for n in book.named_ranges] == [span(5, 6, 2, 3), span(0, 2, 0, 1)]


def test_cells_cut_to_another_tab_are_referred_to_there():
    book = a_book([1, "=A1"])
    do(book, "addSheet", properties={"title": "Other", "sheetId": 3})
    where = {"sheetId": 3, "rowIndex": 1}
    do(book, "cutPaste", source=span(0, 1, 0, 1), destination=where)
    assert plain(book) == [[None, "=Other!A2"]]
    assert plain(book, 1) == [[], [1]]


def test_a_part_of_a_merged_cell_is_not_cut():
    book = a_book(["a"])
    do(book, "mergeCells", range=span(0, 2, 0, 1))
    with pytest.raises(ApiError, match="only a part of merged cells"):
        cut(book, span(0, 1), 5, 0)


def test_cells_put_in_push_down_only_their_own_columns():
    book = a_book(["a", "b"], ["c", "d"])
    do(book, "insertRange", range=span(0, 1, 0, 1), shiftDimension="ROWS")
    assert plain(book) == [[None, "b"], ["a", "d"], ["c"]]
    assert book.sheets[0].row_count == 10


def test_cells_put_in_never_push_others_off_the_grid():
    book = a_book(["a"] * 6)
    with pytest.raises(ApiError, match="off the grid"):
        do(book, "insertRange", range=span(0, 1, 0, 1), shiftDimension="COLUMNS")


def test_cells_taken_out_let_the_others_close_up():
    book = a_book(["a", "b", "c"], ["d", "e", "f"])
    do(book, "deleteRange", range=span(0, 1, 0, 1), shiftDimension="COLUMNS")
    assert plain(book) == [["b", "c"], ["d", "e", "f"]]
    do(book, "deleteRange", range=span(0, 1, 0, 2), shiftDimension="ROWS")
    assert plain(book) == [["d", "e"], [None, None, "f"]]


def test_a_merge_of_all_keeps_the_first_value_only():
    book = a_book([None, "a"], ["b"])
    do(book, "mergeCells", range=span(0, 2, 0, 2), mergeType="MERGE_ALL")
    assert plain(book) == [["a"]]
    assert book.sheets[0].merges == [span(0, 2, 0, 2)]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("MERGE_ROWS", [span(0, 1, 0, 2), span(1, 2, 0, 2)]),
        ("MERGE_COLUMNS", [span(0, 2, 0, 1), span(0, 2, 1, 2)]),
    ],
)
def test_rows_or_columns_are_merged_one_by_one(how, found):
    book = a_book()
    do(book, "mergeCells", range=span(0, 2, 0, 2), mergeType=how)
    assert book.sheets[0].merges == found
    with pytest.raises(ApiError, match="must select all cells"):
        do(book, "unmergeCells", range=span(0, 1, 0, 1))
    do(book, "unmergeCells", range=span(0, 4, 0, 4))
    assert book.sheets[0].merges == []


def test_borders_are_drawn_around_and_between_cells_and_taken_away():
    book, line = a_book(), {"style": "SOLID", "color": {"red": 1}}
    do(book, "updateBorders", range=span(0, 2, 0, 1), top=line, innerHorizontal=line)
    kept = {"style": "SOLID", "color": {"red": 1}, "colorStyle": {"rgbColor": {"red": 1}}}
    first, second = (book.sheets[0].cell(n, 0)["userEnteredFormat"]["borders"] for n in (0, 1))
    assert (first, second) == ({"top": kept, "bottom": kept}, {"top": kept})
    do(book, "updateBorders", range=span(1, 2, 0, 1), top={"style": "NONE"})
    assert book.sheets[0].cell(1, 0) is None
