"""What updateCells, appendCells, repeatCell and setDataValidation do to cells, and what they leave."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError
from tests.sheets_server.requests.apply import apply_all
from tests.support.sheet_books import a_book, cell, do, plain, row, span

BOLD = {"textFormat": {"bold": True}}


def test_a_value_written_over_a_cell_leaves_its_format_and_its_note():
    book = a_book(["old"])
    book.sheets[0].put(0, 0, {**cell("old"), "userEnteredFormat": BOLD, "note": "mind"})
    do(book, "updateCells", range=span(0, 1, 0, 1), rows=[row("new")], fields="userEnteredValue")
    assert book.sheets[0].cell(0, 0) == {
        "userEnteredValue": {"stringValue": "new"},
        "userEnteredFormat": BOLD,
        "note": "mind",
    }


def test_a_cell_missing_from_the_rows_of_a_range_loses_the_masked_fields_only():
    book = a_book(["a", "b"], ["c", "d"])
    book.sheets[0].put(1, 1, {**cell("d"), "note": "stays"})
    do(book, "updateCells", range=span(0, 2, 0, 2), rows=[row("x")], fields="userEnteredValue")
    assert plain(book) == [["x"]]
    assert book.sheets[0].cell(1, 1) == {"note": "stays"}


def test_from_a_start_only_the_cells_given_are_written():
    book = a_book(["a", "b"], ["c", "d"])
    do(book, "updateCells", start={"rowIndex": 1}, rows=[row("x")], fields="userEnteredValue")
    assert plain(book) == [["a", "b"], ["x", "d"]]


def test_a_star_writes_every_field_that_can_be_written():
    book = a_book(["a"])
    book.sheets[0].put(0, 0, {**cell("a"), "note": "gone"})
    do(book, "updateCells", range=span(0, 1, 0, 1), rows=[row("b")], fields="*")
    assert book.sheets[0].cell(0, 0) == cell("b")


def test_a_nested_mask_changes_one_part_of_a_format():
    book = a_book()
    book.sheets[0].put(0, 0, {"userEnteredFormat": {**BOLD, "wrapStrategy": "WRAP"}})
    looks = {"userEnteredFormat": {"textFormat": {"italic": True}}}
    fields = "userEnteredFormat(textFormat/italic,wrapStrategy)"
    do(book, "updateCells", start={}, rows=[{"values": [looks]}], fields=fields)
    assert book.sheets[0].cell(0, 0) == {
        "userEnteredFormat": {"textFormat": {"bold": True, "italic": True}}
    }


def test_a_colour_written_is_kept_in_32_bits_without_zeros_and_beside_its_style():
    book = a_book()
    looks = {"userEnteredFormat": {"backgroundColor": {"red": 127 / 255, "green": 0, "blue": 1}}}
    fields = "userEnteredFormat.backgroundColor"
    do(book, "updateCells", start={}, rows=[{"values": [looks]}], fields=fields)
    colour = {"red": 0.49803922, "blue": 1}
    assert book.sheets[0].cell(0, 0) == {
        "userEnteredFormat": {
            "backgroundColor": colour,
            "backgroundColorStyle": {"rgbColor": colour},
        }
    }


def test_an_empty_text_clears_a_cell():
    book = a_book(["a"])
    do(book, "updateCells", start={}, rows=[row("")], fields="userEnteredValue")
    assert plain(book) == []


def test_writing_a_value_drops_the_smart_chips_of_a_cell():
    book = a_book(["a"])
    book.sheets[0].put(0, 0, {**cell("a"), "chipRuns": [{"startIndex": 0}]})
    do(book, "updateCells", start={}, rows=[row("b")], fields="userEnteredValue")
    assert book.sheets[0].cell(0, 0) == cell("b")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"range": span(10, 12)},
            "Range (Sheet1!A11:F12) exceeds grid limits. Max rows: 10, max columns: 6",
        ),
        (
            {"start": {"rowIndex": 9}, "rows": [row("a"), row("b")]},
            "Attempting to write row: 10, beyond the last requested row of: 9",
        ),
        (
            {"range": span(0, 1, 0, 1), "rows": [row("a", "b")]},
            "Attempting to write column: 1, beyond the last requested column of: 0",
        ),
        (
            {"start": {"rowIndex": 10}},
            "GridCoordinate.rowIndex[10] is after last row in grid[9]",
        ),
        ({"start": {"sheetId": 7}}, "No grid with id: 7"),
        ({}, "Either a range or a start must be specified."),
    ],
)
def test_cells_beyond_the_grid_are_refused(body, words):
    with pytest.raises(ApiError) as refused:
        apply_all(a_book(), [{"updateCells": {"fields": "userEnteredValue", **body}}])
    assert refused.value.message == f"Invalid requests[0].updateCells: {words}"


@pytest.mark.parametrize("fields", ["", None, "userEnteredFormat.bold", "effectiveValue", "a(b"])
def test_a_mask_that_names_nothing_to_write_is_refused(fields):
    with pytest.raises(ApiError):
        do(a_book(), "updateCells", start={}, rows=[row("a")], fields=fields)


@pytest.mark.parametrize(
    "typed",
    [
        {"stringValue": "a", "numberValue": 1},
        {"formulaValue": "1+1"},
        {"errorValue": {}},
        {"stringValue": "x" * 50_001},
        {"numberValue": float("nan")},
    ],
)
def test_a_value_that_no_cell_can_hold_is_refused(typed):
    rows = [{"values": [{"userEnteredValue": typed}]}]
    with pytest.raises(ApiError):
        do(a_book(), "updateCells", start={}, rows=rows, fields="userEnteredValue")


def test_appended_cells_stand_below_the_last_row_with_a_value_and_the_grid_grows():
    book = a_book(["a"], ["b"], rows_in_all=2)
    book.sheets[0].rows.append([{"note": "no value here"}])
    book.sheets[0].row_count = 3
    do(book, "appendCells", rows=[row("c"), row("d")], fields="userEnteredValue")
    assert plain(book) == [["a"], ["b"], ["c"], ["d"]]
    assert book.sheets[0].row_count == 4


def test_a_repeated_formula_refers_on_from_each_cell():
    book = a_book()
    wanted = {"userEnteredValue": {"formulaValue": "=A1+$A$1"}}
    do(book, "repeatCell", range=span(1, 3, 1, 3), cell=wanted, fields="userEnteredValue")
    assert plain(book)[1:] == [
        [None, "=A1+$A$1", "=B1+$A$1"],
        [None, "=A2+$A$1", "=B2+$A$1"],
    ]


def test_a_repeated_format_leaves_the_values():
    book = a_book(["a", "b"])
    do(
        book,
        "repeatCell",
        range={"startColumnIndex": 1, "endColumnIndex": 2},
        cell={"userEnteredFormat": BOLD},
        fields="userEnteredFormat.textFormat.bold",
    )
    assert plain(book) == [["a", "b"]]
    assert book.sheets[0].cell(0, 1) == {**cell("b"), "userEnteredFormat": BOLD}
    assert book.sheets[0].cell(9, 1) == {"userEnteredFormat": BOLD}


def test_validation_is_put_on_every_cell_and_taken_away_without_a_rule():
    book, rule = a_book(["a"]), {"condition": {"type": "BOOLEAN"}, "strict": True}
    do(book, "setDataValidation", range=span(0, 2, 0, 1), rule=rule)
    assert book.sheets[0].cell(0, 0) == {**cell("a"), "dataValidation": rule}
    assert book.sheets[0].cell(1, 0) == {"dataValidation": rule}
    do(book, "setDataValidation", range=span(0, 2, 0, 1))
    assert book.sheets[0].cell(0, 0) == cell("a")
    assert book.sheets[0].cell(1, 0) is None
