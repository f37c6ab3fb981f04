"""What a reading says of a book and its tabs."""

from __future__ import annotations

import pytest

from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Sheet
from tests.sheets_server.sheet_json import book_json, sheet_json
from tests.support.sheet_books import a_book, do, lines, span


def test_a_fresh_spreadsheet_reads_as_google_makes_it():
    book = Book("id-1", "Untitled", sheets=[Sheet(0, "Sheet1", 0)])
    found = book_json(book)
    assert list(found) == ["spreadsheetId", "properties", "spreadsheetUrl"]
    assert found["spreadsheetUrl"] == "https://docs.google.com/spreadsheets/d/id-1/edit"
    properties = found["properties"]
    assert (properties["locale"], properties["timeZone"]) == ("en_US", "Etc/GMT")
    assert properties["autoRecalc"] == "ON_CHANGE"
    assert properties["defaultFormat"]["textFormat"]["foregroundColorStyle"] == {"rgbColor": {}}
    assert len(properties["spreadsheetTheme"]["themeColors"]) == 9
    assert sheet_json(book, book.sheets[0]) == {
        "properties": {
            "sheetId": 0,
            "title": "Sheet1",
            "index": 0,
            "sheetType": "GRID",
            "gridProperties": {"rowCount": 1000, "columnCount": 26},
        }
    }


def test_what_a_tab_has_is_listed_under_googles_names():
    book = a_book()
    do(book, "mergeCells", range=span(1, 2))
    do(book, "setBasicFilter", filter={"range": span(3, 5)})
    do(book, "addDimensionGroup", range=lines("COLUMNS", 1, 2))
    found = sheet_json(book, book.sheets[0])
    assert found["merges"] == [span(1, 2)]
    assert found["basicFilter"] == {"range": span(3, 5)}
    assert found["columnGroups"] == [{"range": lines("COLUMNS", 1, 2), "depth": 1}]
    assert found["properties"]["gridProperties"]["columnGroupControlAfter"]


def test_ranges_on_other_tabs_name_their_tab():
    book = a_book()
    do(book, "addSheet", properties={"sheetId": 4})
    do(book, "mergeCells", range=span(1, 2, sheetId=4))
    assert sheet_json(book, book.sheets[1])["merges"] == [span(1, 2, sheetId=4)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            {"color": {"red": 0.2}},
            {"color": {"red": 0.2}, "colorStyle": {"rgbColor": {"red": 0.2}}},
        ),
        (
            {"colorStyle": {"rgbColor": {"green": 1.0, "blue": 0}}},
            {"color": {"green": 1}, "colorStyle": {"rgbColor": {"green": 1}}},
        ),
        ({"colorStyle": {"themeColor": "TEXT"}}, {"colorStyle": {"themeColor": "TEXT"}}),
        ({"color": {}}, {"color": {}, "colorStyle": {"rgbColor": {}}}),
        (
            {"color": {"red": 1}, "colorStyle": {"rgbColor": {"blue": 1}}},
            {"color": {"blue": 1}, "colorStyle": {"rgbColor": {"blue": 1}}},
        ),
        ({"inner": [{"backgroundColor": None}]}, {"inner": [{}]}),
    ],
)
def test_a_colour_and_its_style_are_kept_together(given, kept):
    assert settled(given) == kept
    assert settled(kept) == kept
