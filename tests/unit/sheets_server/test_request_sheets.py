"""Tabs added, removed, renamed, moved, resized and hidden."""

from __future__ import annotations

import pytest

from tests.sheets_server.model import ApiError, Metadata
from tests.support.sheet_books import a_book, cell, do, lines, plain, span


def titles(book):
    return [sheet.title for sheet in book.sheets]


def update(book, fields, **properties):
    do(book, "updateSheetProperties", properties=properties, fields=fields)


def refusal(book, kind, **body):
    with pytest.raises(ApiError) as refused:
        do(book, kind, **body)
    return refused.value.message.partition(": ")[2]


def test_a_tab_added_answers_its_properties():
    grid = {"rowCount": 5, "columnCount": 4, "frozenRowCount": 1}
    book = a_book()
    found = do(book, "addSheet", properties={"title": "KPI", "sheetId": 9, "gridProperties": grid})
    assert found == {
        "properties": {
            "sheetId": 9,
            "title": "KPI",
            "index": 1,
            "sheetType": "GRID",
            "gridProperties": grid,
        }
    }


def test_a_title_or_an_id_that_is_taken_is_refused():
    book = a_book()
    assert refusal(book, "addSheet", properties={"title": "SHEET1"}) == (
        'A sheet with the name "SHEET1" already exists. Please enter another name.'
    )
    assert "ID 0 already exists" in refusal(book, "addSheet", properties={"sheetId": 0})


def test_a_tab_without_a_title_gets_a_free_one_and_an_id_nobody_had():
    book = a_book()
    first = do(book, "addSheet", properties={})["properties"]
    do(book, "deleteSheet", sheetId=first["sheetId"])
    second = do(book, "addSheet", properties={})["properties"]
    assert (first["title"], second["title"]) == ("Sheet2", "Sheet2")
    assert first["sheetId"] != second["sheetId"]


def test_a_tab_deleted_takes_what_names_it_along():
    book = a_book(["=Other!A1"])
    do(book, "addSheet", properties={"title": "Other", "sheetId": 5})
    do(book, "addNamedRange", namedRange={"name": "There", "range": {"sheetId": 5}})
    book.metadata.append(Metadata(1, "k", "v", "DOCUMENT", 5))
    do(book, "deleteSheet", sheetId=5)
    assert (titles(book), book.named_ranges, book.metadata) == (["Sheet1"], [], [])
    assert plain(book) == [["=#REF!"]]


def test_the_last_tab_is_neither_removed_nor_hidden():
    book = a_book()
    assert refusal(book, "deleteSheet", sheetId=0) == (
        "You can't remove all the sheets in a document."
    )
    body = {"properties": {"hidden": True}, "fields": "hidden"}
    assert refusal(book, "updateSheetProperties", **body) == (
        "You can't hide all the sheets in a document."
    )
    assert refusal(book, "deleteSheet", sheetId=4) == "No sheet with id: 4"


def test_a_renamed_tab_is_named_anew_in_formulas():
    book = a_book(["a"])
    do(book, "addSheet", properties={"title": "Other"})
    book.sheets[1].put(0, 0, cell("=sheet1!A1"))
    update(book, "title", sheetId=0, title="Order list")
    assert plain(book, 1) == [["='Order list'!A1"]]


@pytest.mark.parametrize(
    ("index", "found"),
    [(0, "ABC"), (1, "ABC"), (2, "BAC"), (3, "BCA"), (None, "BCA")],
)
def test_a_tab_moves_to_an_index_counted_as_before_the_move(index, found):
    book = a_book()
    update(book, "title", title="A")
    for title in "BC":
        do(book, "addSheet", properties={"title": title})
    update(book, "index", sheetId=0, index=index)
    assert "".join(titles(book)) == found
    assert [sheet.index for sheet in book.sheets] == [0, 1, 2]


def test_a_smaller_grid_loses_its_cells_and_what_stood_on_them():
    book = a_book(["a", "b"], ["c", "d"])
    do(book, "mergeCells", range=span(2, 4, 0, 2))
    size = {"rowCount": 1, "columnCount": 1}
    update(book, "gridProperties/rowCount,gridProperties/columnCount", gridProperties=size)
    assert plain(book) == [["a"]]
    assert book.sheets[0].merges == []
    update(
        book,
        "gridProperties(rowCount,columnCount)",
        gridProperties={"rowCount": 3, "columnCount": 3},
    )
    assert plain(book) == [["a"]]


def test_freezing_needs_a_row_that_scrolls_and_zero_unfreezes():
    book = a_book()
    update(book, "gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 2})
    assert book.sheets[0].grid == {"frozenRowCount": 2}
    body = {"properties": {"gridProperties": {"frozenRowCount": 10}}}
    assert refusal(
        book, "updateSheetProperties", **body, fields="gridProperties.frozenRowCount"
    ) == ("You can't freeze all visible rows on the sheet.")
    update(book, "gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 0})
    assert book.sheets[0].grid == {}


def test_a_tab_colour_is_kept_beside_its_style_and_cleared_by_leaving_it_out():
    book = a_book()
    update(book, "tabColorStyle", tabColorStyle={"rgbColor": {"red": 1, "green": 0}})
    assert book.sheets[0].properties == {
        "tabColor": {"red": 1},
        "tabColorStyle": {"rgbColor": {"red": 1}},
    }
    update(book, "tabColor")
    assert book.sheets[0].properties == {}


def test_a_duplicate_has_the_cells_and_decorations_under_ids_of_its_own():
    book = a_book(["a"])
    do(book, "addProtectedRange", protectedRange={"range": span(0, 1)})
    do(book, "addDimensionGroup", range=lines("ROWS", 0, 2))
    book.metadata.append(Metadata(7, "k", "v", "DOCUMENT", 0, "COLUMNS", 1, 2))
    found = do(book, "duplicateSheet", sourceSheetId=0, insertSheetIndex=1, newSheetId=3)
    assert (found["properties"]["title"], plain(book, 1)) == ("Copy of Sheet1", [["a"]])
    first, second = (sheet.protected_ranges[0] for sheet in book.sheets)
    assert second["range"] == span(0, 1, sheetId=3)
    assert second["protectedRangeId"] != first["protectedRangeId"]
    assert book.sheets[1].row_groups[0]["range"] == lines("ROWS", 0, 2, sheetId=3)
    assert [(entry.sheet_id, entry.key) for entry in book.metadata] == [(0, "k"), (3, "k")]
    assert book.metadata[1].id != 7


def test_a_change_to_a_duplicate_leaves_its_source():
    book = a_book(["a"])
    do(book, "duplicateSheet", sourceSheetId=0, newSheetId=3)
    do(book, "deleteDimension", range=lines("ROWS", 0, 1, sheetId=3))
    assert plain(book, 1) == [["a"]]


def test_the_spreadsheet_is_renamed_and_put_in_another_zone():
    book = a_book()
    new = {"title": "Orders", "timeZone": "Europe/Berlin"}
    do(book, "updateSpreadsheetProperties", properties=new, fields="title,timeZone")
    assert (book.title, book.timezone) == ("Orders", "Europe/Berlin")


@pytest.mark.parametrize("fields", ["gridProperties.rows", "sheetType", ""])
def test_properties_that_cannot_be_set_are_refused(fields):
    with pytest.raises(ApiError):
        update(a_book(), fields, title="x")
