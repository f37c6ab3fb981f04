"""Rows sorted, shuffled and freed of duplicates: whole cells really move."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError, Metadata
from tests.support.sheet_books import a_book, cell, do, plain, span


def sort(book, *specs, top=0, bottom=10, right=6):
    names = {"+": "ASCENDING", "-": "DESCENDING"}
    orders = [{"dimensionIndex": int(s[1:]), "sortOrder": names[s[0]]} for s in specs]
    do(book, "sortRange", range=span(top, bottom, 0, right), sortSpecs=orders)


def test_numbers_come_before_text_before_booleans_before_blanks():
    book = a_book(["b"], [True], [None, "blank"], [10], ["A"], [False], [9])
    sort(book, "+0")
    assert plain(book) == [[9], [10], ["A"], ["b"], [False], [True], [None, "blank"]]


def test_blanks_stay_last_when_sorted_downwards():
    book = a_book([1], [None, "blank"], ["a"], [2])
    sort(book, "-0")
    assert plain(book) == [["a"], [2], [1], [None, "blank"]]


def test_text_is_compared_without_case_and_ties_keep_their_order():
    book = a_book(["b", 1], ["B", 2], ["a", 3], ["b", 4])
    sort(book, "+0")
    assert plain(book) == [["a", 3], ["b", 1], ["B", 2], ["b", 4]]
    sort(book, "-0")
    assert plain(book) == [["b", 1], ["B", 2], ["b", 4], ["a", 3]]


def test_the_second_order_decides_among_equals():
    book = a_book(["a", 1], ["b", 1], ["a", 2])
    sort(book, "+0", "-1")
    assert plain(book) == [["a", 2], ["a", 1], ["b", 1]]


def test_only_the_columns_and_rows_of_the_range_move():
    book = a_book(["head", "x"], [2, "two"], [1, "one"])
    sort(book, "+0", top=1, right=1)
    assert plain(book) == [["head", "x"], [1, "two"], [2, "one"]]


def test_a_note_and_a_format_go_along_and_row_sizes_stay():
    book = a_book([2], [1])
    two = {**cell(2), "note": "two", "userEnteredFormat": {"wrapStrategy": "WRAP"}}
    book.sheets[0].put(0, 0, two)
    book.sheets[0].row_dimensions[0] = {"pixelSize": 50}
    sort(book, "+0")
    assert book.sheets[0].cell(1, 0) == two
    assert book.sheets[0].row_dimensions == {0: {"pixelSize": 50}}


def test_a_formula_goes_on_referring_to_its_own_row():
    book = a_book([2, "=A1*$A$9"], [1, "=A2*$A$9"])
    sort(book, "+0")
    assert plain(book) == [[1, "=A1*$A$9"], [2, "=A2*$A$9"]]


@pytest.mark.parametrize(("follows", "row"), [(False, 0), (True, 1)])
def test_metadata_of_a_row_follows_a_sort_only_when_the_book_says_so(follows, row):
    book = a_book([2], [1])
    book.row_metadata_follows_sort = follows
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 0, "ROWS", 0, 1))
    sort(book, "+0")
    assert (book.metadata[0].start, book.metadata[0].end) == (row, row + 1)


@pytest.mark.parametrize(
    "body",
    [
        {"range": span(0, 2)},
        {"range": span(0, 2, 0, 1), "sortSpecs": [{"dimensionIndex": 1}]},
        {"range": span(0, 2), "sortSpecs": [{"dimensionIndex": 0, "backgroundColor": {}}]},
        {"range": span(0, 11), "sortSpecs": [{"dimensionIndex": 0}]},
    ],
)
def test_an_order_that_cannot_be_followed_is_refused(body):
    with pytest.raises(ApiError):
        do(a_book(), "sortRange", **body)


def test_vertically_merged_cells_are_not_sorted():
    book = a_book([2], [1])
    do(book, "mergeCells", range=span(0, 2, 1, 2))
    with pytest.raises(ApiError, match="merged"):
        sort(book, "+0")


def test_shuffled_rows_are_the_same_rows():
    book = a_book(*([n, str(n)] for n in range(9)))
    do(book, "randomizeRange", range=span(0, 9))
    assert plain(book) != [[n, str(n)] for n in range(9)]
    assert sorted(plain(book)) == [[n, str(n)] for n in range(9)]


def test_the_first_of_each_set_of_duplicates_stays():
    book = a_book(["a", 1], ["b", 2], ["A", 3], ["b", 4])
    columns = [{"dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}]
    found = do(book, "deleteDuplicates", range=span(0, 4), comparisonColumns=columns)
    assert found == {"duplicatesRemovedCount": 2}
    assert plain(book) == [["a", 1], ["b", 2]]


def test_formulas_are_sorted_by_what_they_show():
    book = a_book([2, "=A1*10"], [1, "=A2*10"], [0, "=1/0"])
    sort(book, "+1")
    assert plain(book) == [[1, "=A1*10"], [2, "=A2*10"], [0, "=1/0"]]
