"""Rows and columns put in, deleted, dragged, sized and grouped, and all that goes with them."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError, Metadata
from tests.sheets_server.requests.apply import apply_all
from tests.support.sheet_books import a_book, cell, do, lines, plain, span

YELLOW = {"backgroundColor": {"red": 1, "green": 1}}
RULE = {
    "ranges": [span(1, 10)],
    "booleanRule": {
        "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$C2="x"'}]},
        "format": YELLOW,
    },
}


def formula(book):
    condition = book.sheets[0].conditional_formats[0]["booleanRule"]["condition"]
    return condition["values"][0]["userEnteredValue"]


def insert(book, dimension, start, end, **more):
    do(book, "insertDimension", range=lines(dimension, start, end), **more)


def test_rows_put_in_push_the_others_down_and_the_grid_grows():
    book = a_book(["a"], ["b"])
    insert(book, "ROWS", 1, 3)
    assert plain(book) == [["a"], [], [], ["b"]]
    assert book.sheets[0].row_count == 12


def test_columns_put_in_push_the_others_right():
    book = a_book(["a", "b"], ["c"])
    insert(book, "COLUMNS", 1, 2)
    assert plain(book) == [["a", None, "b"], ["c"]]
    assert book.sheets[0].column_count == 7


@pytest.mark.parametrize(
    ("before", "looks"), [(True, {"note": "first"}), (False, {"note": "second"})]
)
def test_a_row_put_in_looks_like_the_row_before_or_after_it(before, looks):
    book = a_book(["a"], ["b"])
    for number, name in enumerate(("first", "second")):
        look = {"userEnteredFormat": {"note": name}}
        book.sheets[0].put(number, 0, {**cell(name), **look, "note": "not taken over"})
    insert(book, "ROWS", 1, 2, inheritFromBefore=before)
    assert book.sheets[0].cell(1, 0) == {"userEnteredFormat": looks}


@pytest.mark.parametrize(
    ("range_", "before", "words"),
    [
        (
            lines("ROWS", 10, 11),
            False,
            "range.startIndex[10] must be less than the grid size[10] if inheritFromBefore is false.",
        ),
        (lines("ROWS", 0, 1), True, "range.startIndex must be > 0 if inheritFromBefore is true."),
        (lines("ROWS", -1, 1), False, "DimensionRange indexes must be >= 0"),
        (
            {"dimension": "ROWS"},
            False,
            "Both the start and end indexes of the range must be bounded.",
        ),
    ],
)
def test_lines_are_not_put_in_beyond_the_grid(range_, before, words):
    body = {"range": range_, "inheritFromBefore": before}
    with pytest.raises(ApiError) as refused:
        apply_all(a_book(), [{"insertDimension": body}])
    assert refused.value.message == f"Invalid requests[0].insertDimension: {words}"


def test_deleted_rows_are_gone_and_the_grid_shrinks():
    book = a_book(["a"], ["b"], ["c"])
    do(book, "deleteDimension", range=lines("ROWS", 0, 2))
    assert plain(book) == [["c"]]
    assert book.sheets[0].row_count == 8


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (
            10,
            11,
            (
                "Cannot delete a row that doesn't exist. "
                "Tried to delete row index 10 but there are only 10 rows."
            ),
        ),
        (0, 10, "Sorry, it is not possible to delete all non-frozen rows."),
        (1, 10, "Sorry, it is not possible to delete all non-frozen rows."),
    ],
)
def test_the_last_row_that_scrolls_is_not_deleted(start, end, words):
    book = a_book()
    book.sheets[0].grid["frozenRowCount"] = 1
    with pytest.raises(ApiError) as refused:
        do(book, "deleteDimension", range=lines("ROWS", start, end))
    assert refused.value.message == f"Invalid requests[0].deleteDimension: {words}"


@pytest.mark.parametrize(
    ("start", "end", "to", "found"),
    [
        (1, 3, 4, [[0], [3], [1], [2], [4]]),
        (3, 4, 0, [[3], [0], [1], [2], [4]]),
        (1, 2, 1, [[0], [1], [2], [3], [4]]),
        (0, 1, 5, [[1], [2], [3], [4], [0]]),
    ],
)
def test_dragged_rows_land_before_the_destination_counted_as_before_the_move(start, end, to, found):
    book = a_book([0], [1], [2], [3], [4])
    do(book, "moveDimension", source=lines("ROWS", start, end), destinationIndex=to)
    assert plain(book) == found


def test_dragged_columns_take_their_metadata_their_width_and_their_references_along():
    book = a_book(["a", "b", "=A1"])
    book.sheets[0].column_dimensions[0] = {"pixelSize": 50}
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 0, "COLUMNS", 0, 1))
    do(book, "moveDimension", source=lines("COLUMNS", 0, 1), destinationIndex=3)
    assert plain(book) == [["b", "=C1", "a"]]
    assert book.sheets[0].column_dimensions == {2: {"pixelSize": 50}}
    assert (book.metadata[0].start, book.metadata[0].end) == (2, 3)


def test_a_part_of_a_merged_cell_is_not_dragged_away():
    book = a_book()
    do(book, "mergeCells", range=span(0, 2, 0, 1))
    for body in (
        {"source": lines("ROWS", 0, 1), "destinationIndex": 4},
        {"source": lines("ROWS", 4, 5), "destinationIndex": 1},
    ):
        with pytest.raises(ApiError, match="only a part of merged rows"):
            do(book, "moveDimension", **body)


def test_everything_that_names_cells_follows_a_column_put_in_before_them():
    book = a_book(["a", "b", "c"])
    do(book, "addNamedRange", namedRange={"name": "Area", "range": span(0, 2, 1, 3)})
    do(book, "addProtectedRange", protectedRange={"range": span(0, 1, 0, 3)})
    do(book, "addConditionalFormatRule", rule=RULE)
    do(book, "mergeCells", range=span(4, 5, 1, 3))
    specs = [{"columnIndex": 2, "filterCriteria": {"hiddenValues": ["x"]}}]
    do(book, "setBasicFilter", filter={"range": span(0, 5), "filterSpecs": specs})
    order = [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}]
    do(book, "addFilterView", filter={"range": span(0, 5), "sortSpecs": order})
    bands = {"firstBandColor": {"red": 1}, "secondBandColor": {}}
    do(book, "addBanding", bandedRange={"range": span(0, 5), "rowProperties": bands})
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 0, "COLUMNS", 2, 3))
    insert(book, "COLUMNS", 1, 2)
    sheet = book.sheets[0]
    assert book.named_ranges[0]["range"] == span(0, 2, 2, 4)
    assert sheet.protected_ranges[0]["range"] == span(0, 1, 0, 4)
    assert sheet.conditional_formats[0]["ranges"] == [span(1, 10, 0, 7)]
    assert formula(book) == '=$D2="x"'
    assert sheet.merges == [span(4, 5, 2, 4)]
    assert sheet.basic_filter["range"] == span(0, 5, 0, 7)
    assert sheet.basic_filter["filterSpecs"][0]["columnIndex"] == 3
    assert list(sheet.basic_filter["criteria"]) == ["3"]
    assert sheet.filter_views[0]["sortSpecs"][0]["dimensionIndex"] == 3
    assert sheet.banded_ranges[0]["range"] == span(0, 5, 0, 7)
    assert book.metadata[0].start == 3


def test_what_stood_on_deleted_lines_only_goes_with_them():
    book = a_book(["a", "b", "=B1", "=A1+A2"])
    do(book, "addNamedRange", namedRange={"name": "Gone", "range": span(0, 2, 1, 2)})
    do(book, "mergeCells", range=span(4, 5, 0, 2))
    do(book, "addConditionalFormatRule", rule=RULE | {"ranges": [span(0, 5, 1, 2)]})
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 0, "COLUMNS", 1, 2))
    do(book, "deleteDimension", range=lines("COLUMNS", 1, 2))
    assert book.named_ranges == book.metadata == []
    assert book.sheets[0].merges == book.sheets[0].conditional_formats == []
    assert plain(book) == [["a", "=#REF!", "=A1+A2"]]


def test_a_rule_keeps_its_own_row_when_the_first_row_of_its_range_is_deleted_or_dragged():
    book = a_book([0], [1], [2], [3])
    do(book, "addConditionalFormatRule", rule=RULE)
    do(book, "deleteDimension", range=lines("ROWS", 1, 2))
    assert formula(book) == '=$C2="x"'
    do(book, "moveDimension", source=lines("ROWS", 1, 2), destinationIndex=3)
    assert formula(book) == '=$C2="x"'
    insert(book, "ROWS", 0, 1)
    assert formula(book) == '=$C3="x"'


def test_open_ended_ranges_stay_open():
    book = a_book()
    do(book, "addNamedRange", namedRange={"name": "Open", "range": {"startRowIndex": 1}})
    insert(book, "ROWS", 0, 1)
    assert book.named_ranges[0]["range"] == {"startRowIndex": 2}


def test_frozen_rows_grow_and_shrink_with_the_rows_among_them():
    book = a_book()
    book.sheets[0].grid["frozenRowCount"] = 2
    insert(book, "ROWS", 1, 2)
    assert book.sheets[0].grid == {"frozenRowCount": 3}
    do(book, "deleteDimension", range=lines("ROWS", 0, 3))
    assert book.sheets[0].grid == {}


def test_formulas_on_other_tabs_follow_too():
    book = a_book(["a"])
    do(book, "addSheet", properties={"title": "Other tab"})
    book.sheets[1].put(0, 0, cell("=Sheet1!A1&A1"))
    insert(book, "ROWS", 0, 1)
    assert plain(book, 1) == [["=Sheet1!A2&A1"]]


def test_a_chart_follows_its_sources_and_its_anchor():
    book = a_book()
    sources = {"sourceRange": {"sources": [span(0, 3, 0, 1)]}}
    spec = {"basicChart": {"domains": [{"domain": sources}]}}
    position = {"overlayPosition": {"anchorCell": {"rowIndex": 4}}}
    do(book, "addChart", chart={"spec": spec, "position": position})
    insert(book, "ROWS", 1, 3)
    chart = book.sheets[0].charts[0]
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 6}
    domain = chart["spec"]["basicChart"]["domains"][0]["domain"]
    assert domain["sourceRange"]["sources"] == [span(0, 5, 0, 1)]


def test_sizes_and_hidden_lines_are_kept_only_where_they_differ_from_the_default():
    book = a_book()
    where = lines("COLUMNS", 0, 2)
    new = {"pixelSize": 42, "hiddenByUser": True}
    do(book, "updateDimensionProperties", range=where, properties=new, fields="*")
    assert book.sheets[0].column_dimensions == {0: new, 1: new}
    new = {"pixelSize": 100}
    do(book, "updateDimensionProperties", range=where, properties=new, fields="*")
    assert book.sheets[0].column_dimensions == {}


def test_appended_lines_come_at_the_end():
    book = a_book(["a"])
    do(book, "appendDimension", sheetId=0, dimension="COLUMNS", length=3)
    assert (book.sheets[0].column_count, plain(book)) == (9, [["a"]])


def test_a_workbook_holds_ten_million_cells_at_most():
    book = a_book()
    with pytest.raises(ApiError, match="above the limit of 10000000 cells"):
        do(book, "appendDimension", sheetId=0, dimension="ROWS", length=2_000_000)


def test_groups_nest_and_join_as_their_ranges_say():
    book = a_book()
    do(book, "addDimensionGroup", range=lines("COLUMNS", 1, 4))
    found = do(book, "addDimensionGroup", range=lines("COLUMNS", 2, 5))
    assert found == {
        "dimensionGroups": [
            {"range": lines("COLUMNS", 1, 5), "depth": 1},
            {"range": lines("COLUMNS", 2, 4), "depth": 2},
        ]
    }
    do(book, "deleteDimensionGroup", range=lines("COLUMNS", 3, 5))
    assert book.sheets[0].column_groups == [
        {"range": lines("COLUMNS", 1, 4), "depth": 1},
        {"range": lines("COLUMNS", 2, 3), "depth": 2},
    ]


def test_the_last_group_deleted_is_answered_with_an_empty_body():
    book = a_book()
    do(book, "addDimensionGroup", range=lines("ROWS", 1, 3))
    assert apply_all(book, [{"deleteDimensionGroup": {"range": lines("ROWS", 1, 3)}}]) == [
        {"deleteDimensionGroup": {}}
    ]
    with pytest.raises(ApiError, match="There is no group"):
        do(book, "deleteDimensionGroup", range=lines("ROWS", 1, 3))


def test_a_collapsed_group_hides_its_lines():
    book = a_book()
    do(book, "addDimensionGroup", range=lines("ROWS", 1, 3))
    group = {"range": lines("ROWS", 1, 3), "depth": 1, "collapsed": True}
    do(book, "updateDimensionGroup", dimensionGroup=group, fields="collapsed")
    assert book.sheets[0].row_dimensions == {n: {"hiddenByUser": True} for n in (1, 2)}
    assert book.sheets[0].row_groups == [group]


def test_a_column_resized_by_itself_is_as_wide_as_its_longest_text():
    book = a_book(["a longer text than the others"], ["b"])
    do(book, "autoResizeDimensions", dimensions=lines("COLUMNS", 0, 1))
    assert book.sheets[0].column_dimensions[0]["pixelSize"] > 100
