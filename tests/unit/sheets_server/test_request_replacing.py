"""findReplace: what it finds, what it leaves, what it counts."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError
from tests.support.sheet_books import a_book, cell, do, plain, span


def replace(book, find, replacement="", **more):
    where = {} if {"range", "sheetId", "allSheets"} & set(more) else {"allSheets": True}
    return do(book, "findReplace", find=find, replacement=replacement, **where, **more)


def test_every_occurrence_in_a_cell_is_replaced_and_counted():
    book = a_book(["Google Sheets"], ["e", "x"])
    found = replace(book, "e", "o")
    assert plain(book) == [["Googlo Shoots"], ["o", "x"]]
    assert found == {
        "valuesChanged": 2,
        "rowsChanged": 2,
        "sheetsChanged": 1,
        "occurrencesChanged": 4,
    }


def test_nothing_found_is_answered_with_an_empty_body():
    assert replace(a_book(["a"]), "x") == {}


def test_a_whole_cell_is_compared_and_set():
    book, where = a_book(["Pending", "Pending approval"]), {"matchEntireCell": True}
    assert replace(book, "Pending", "Done", range=span(0, 1), **where)["occurrencesChanged"] == 1
    assert plain(book) == [["Done", "Pending approval"]]
    assert replace(book, "Pending", "Done", range=span(0, 1, 0, 1), **where) == {}


@pytest.mark.parametrize(("case", "found"), [(True, ["a", "x"]), (False, ["x", "x"])])
def test_case_matters_only_when_asked_for(case, found):
    book = a_book(["a", "A"])
    replace(book, "A", "x", matchCase=case)
    assert plain(book) == [found]


def test_a_pattern_may_refer_to_its_groups():
    book = a_book(["Google Sheets"], ["Google Docs"])
    replace(book, "o.* (.*)", "$1 Rocks", searchByRegex=True)
    assert plain(book) == [["GSheets Rocks"], ["GDocs Rocks"]]


def test_a_plain_search_takes_signs_literally():
    book = a_book(["a.c (1)", "abc"])
    replace(book, ".c (1)", r"\1 $1")
    assert plain(book) == [[r"a\1 $1", "abc"]]


def test_blank_cells_are_never_found():
    book = a_book([None, "a"])
    assert replace(book, "^$", "x", searchByRegex=True) == {}


def test_a_number_is_found_by_the_text_it_shows():
    book = a_book([0.5, True])
    shown = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}
    book.sheets[0].put(0, 0, {**cell(0.5), **shown})
    replace(book, "50%", "75%", matchEntireCell=True)
    replace(book, "TRUE", "FALSE", matchEntireCell=True)
    assert plain(book) == [[0.75, False]]


def test_formulas_are_left_unless_included():
    book = a_book(["=A2&B2"])
    assert replace(book, "A2", "C2") == {}
    assert replace(book, "A2", "C2", includeFormulas=True)["formulasChanged"] == 1
    assert plain(book) == [["=C2&B2"]]


@pytest.mark.parametrize(("parse", "found"), [(True, 42), (False, "42")])
def test_the_new_text_is_read_as_typed_unless_the_book_says_otherwise(parse, found):
    book = a_book(["x"])
    book.parse_replacement = parse
    replace(book, "x", "42")
    assert plain(book) == [[found]]


def test_a_date_typed_by_a_replacement_brings_its_format_to_a_cell_without_one():
    book = a_book(["x"])
    replace(book, "x", "2026-03-01")
    assert plain(book) == [[46082]]
    looks = book.sheets[0].cell(0, 0)["userEnteredFormat"]
    assert looks["numberFormat"]["type"] == "DATE"


def test_a_text_column_keeps_the_new_text_as_text():
    book, text = a_book(["x"]), {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    book.sheets[0].put(0, 0, {**cell("x"), **text})
    replace(book, "x", "042")
    assert plain(book) == [["042"]]


def test_a_replaced_cell_keeps_its_format_and_note():
    book = a_book(["x"])
    book.sheets[0].put(0, 0, {**cell("x"), "note": "n", "dataValidation": {"strict": True}})
    replace(book, "x", "y")
    assert book.sheets[0].cell(0, 0) == {
        **cell("y"),
        "note": "n",
        "dataValidation": {"strict": True},
    }


def test_a_range_a_tab_or_all_tabs_are_searched():
    book = a_book(["x", "x"])
    do(book, "addSheet", properties={"sheetId": 4})
    book.sheets[1].put(0, 0, cell("x"))
    assert replace(book, "x", "y", range=span(0, 1, 0, 1))["occurrencesChanged"] == 1
    assert replace(book, "x", "y", sheetId=0)["occurrencesChanged"] == 1
    assert replace(book, "x", "y")["sheetsChanged"] == 1
    with pytest.raises(ApiError, match="Exactly one of"):
        replace(book, "x", "y", sheetId=0, allSheets=True)


@pytest.mark.parametrize("body", [{"find": ""}, {"find": "(", "searchByRegex": True}])
def test_a_search_that_cannot_be_made_is_refused(body):
    with pytest.raises(ApiError):
        do(a_book(["a"]), "findReplace", allSheets=True, **body)


def test_white_space_is_trimmed_and_counted():
    book = a_book(["  a \t b\n", "c", 1])
    assert do(book, "trimWhitespace", range=span(0, 1)) == {"cellsChangedCount": 1}
    assert plain(book) == [["a b", "c", 1]]
