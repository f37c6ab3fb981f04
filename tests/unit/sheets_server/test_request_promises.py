"""Promises of requests whatever the sheet holds: undone work leaves no trace, nothing gets lost."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets_server.model import ApiError, Book, Metadata
from tests.sheets_server.requests.apply import apply_all
from tests.support.sheet_books import a_book, do, lines, plain, row, span

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-99, 99),
    st.sampled_from(["a", "A", "b", "=A1+$B$2", "=SUM(A1:C3)"]),
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text("abAB", max_size=3))


def tables(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    return st.lists(st.lists(cells, max_size=5), max_size=6)


def decorated(table: list[list[Any]]) -> Book:
    """A book with one of everything that names cells."""
    book = a_book(*table)
    bold = {"condition": {"type": "NOT_BLANK"}, "format": {"textFormat": {"bold": True}}}
    rule = {"ranges": [span(1, 9)], "booleanRule": bold}
    bands = {"firstBandColor": {"red": 1}, "secondBandColor": {}}
    do(book, "addNamedRange", namedRange={"name": "Name", "range": span(1, 4, 1, 3)})
    do(book, "addProtectedRange", protectedRange={"range": {"startRowIndex": 1, "endRowIndex": 2}})
    do(book, "addConditionalFormatRule", rule=rule)
    do(book, "addBanding", bandedRange={"range": span(0, 8), "rowProperties": bands})
    do(book, "setBasicFilter", filter={"range": span(0, 7)})
    do(book, "addDimensionGroup", range=lines("ROWS", 2, 4))
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 0, "COLUMNS", 2, 3))
    return book


def seen(book: Book) -> Any:
    """All that can be told of a book, empty cells at the ends left out."""
    told = copy.deepcopy(book)
    told.version = told.next_id = 0
    for sheet in told.sheets:
        sheet.rows = [[c or None for c in cells] for cells in sheet.rows]
        for cells in sheet.rows:
            while cells and cells[-1] is None:
                cells.pop()
        while sheet.rows and not sheet.rows[-1]:
            sheet.rows.pop()
    return told


@given(tables(CELLS), st.sampled_from(["ROWS", "COLUMNS"]), st.integers(0, 5), st.integers(1, 3))
def test_lines_put_in_and_deleted_again_leave_no_trace(table, dimension, at, count):
    book = decorated(table)
    before = seen(book)
    do(book, "insertDimension", range=lines(dimension, at, at + count))
    do(book, "deleteDimension", range=lines(dimension, at, at + count))
    assert seen(book) == before


@given(
    tables(st.one_of(VALUES, st.just("=A1+$B$2"))),
    st.sampled_from(["ROWS", "COLUMNS"]),
    st.integers(0, 5),
    st.integers(0, 6),
)
def test_a_line_dragged_there_and_back_is_where_it_was(table, dimension, start, to):
    book = a_book(*table)
    before = plain(book)
    do(book, "moveDimension", source=lines(dimension, start, start + 1), destinationIndex=to)
    landed = to if to <= start else to - 1
    back = start if landed > start else start + 1
    do(book, "moveDimension", source=lines(dimension, landed, landed + 1), destinationIndex=back)
    assert plain(book) == before


@given(tables(VALUES), st.integers(0, 5), st.sampled_from(["ASCENDING", "DESCENDING"]))
def test_a_sort_keeps_every_row_once(table, column, order):
    book = a_book(*table)
    before = plain(book)
    specs = [{"dimensionIndex": column, "sortOrder": order}]
    do(book, "sortRange", range=span(0, 10), sortSpecs=specs)
    after = plain(book)
    assert sorted(map(repr, filter(None, after))) == sorted(map(repr, filter(None, before)))
    do(book, "sortRange", range=span(0, 10), sortSpecs=specs)
    assert plain(book) == after


@given(tables(VALUES), st.integers(0, 5), st.integers(0, 9))
def test_cut_cells_are_neither_doubled_nor_lost(table, top, to):
    book = a_book(*table)
    before = sorted(map(repr, filter(None, plain(book))))
    moved = [list(cells) for cells in plain(book)]
    do(book, "cutPaste", source=span(top, top + 1), destination={"rowIndex": to})
    lost = moved[to] if to < len(moved) and to != top else []
    after = sorted(map(repr, filter(None, plain(book))))
    if lost:
        before.remove(repr(lost))
    assert after == before


REQUESTS = [
    {"updateCells": {"start": {}, "rows": [row("x", 1)], "fields": "*"}},
    {"insertDimension": {"range": lines("ROWS", 0, 2)}},
    {"insertDimension": {"range": lines("COLUMNS", 1, 2)}},
    {"deleteDimension": {"range": lines("COLUMNS", 1, 3)}},
    {"moveDimension": {"source": lines("ROWS", 0, 1), "destinationIndex": 4}},
    {"sortRange": {"range": span(0, 5), "sortSpecs": [{"dimensionIndex": 0}]}},
    {"cutPaste": {"source": span(0, 2, 0, 2), "destination": {"rowIndex": 3, "columnIndex": 1}}},
    {"findReplace": {"find": "a", "replacement": "z", "allSheets": True}},
    {"addSheet": {"properties": {"title": "New"}}},
    {"duplicateSheet": {"sourceSheetId": 0}},
    {"updateSheetProperties": {"properties": {"title": "T"}, "fields": "title"}},
    {"updateSpreadsheetProperties": {"properties": {"title": "T"}, "fields": "title"}},
    {"addDimensionGroup": {"range": lines("ROWS", 1, 3)}},
    {"mergeCells": {"range": span(6, 7)}},
    {"clearBasicFilter": {"sheetId": 0}},
    {"deleteConditionalFormatRule": {"sheetId": 0}},
]


@given(tables(VALUES), st.lists(st.sampled_from(REQUESTS), max_size=5))
def test_a_batch_that_fails_leaves_the_book_as_it_was(table, requests):
    book = decorated(table)
    before = copy.deepcopy(book)
    with pytest.raises(ApiError):
        apply_all(book, [*requests, {"deleteSheet": {"sheetId": 99}}])
    assert book == before


@given(tables(VALUES), st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=4))
def test_a_copy_of_a_book_never_changes_with_it(table, requests):
    book = decorated(table)
    kept, told = book.copy(), copy.deepcopy(book)
    for request in requests:
        try:
            apply_all(book, [request])
        except ApiError:
            assert request
    assert kept == told
