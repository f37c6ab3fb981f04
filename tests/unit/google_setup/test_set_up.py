"""A set-up is one batch, changes nothing the second time, and never goes over what is a person's."""

from __future__ import annotations

import copy

import pytest

from sheetsync.errors import TrackerRefused, UsageError
from sheetsync.trackers.google.setup import look_range, setup_requests
from sheetsync.trackers.google.structure import COLUMN_MARK, SETUP_MARK
from tests.unit.google_setup.book import (
    a_book,
    applied,
    content,
    first_rows,
    header_of,
    put,
    set_up,
    structure,
    take_back,
)


def validation(book, column, row=5):
    return (book.sheets[0].cell(row, column) or {}).get("dataValidation", {})


def pattern(book, column, row=5):
    style = (book.sheets[0].cell(row, column) or {}).get("userEnteredFormat", {})
    return style.get("numberFormat", {}).get("pattern")


def test_the_second_time_nothing_is_sent(book, rules, marker):
    assert set_up(book, rules, marker=marker) > 50
    assert set_up(book, rules, marker=marker) == 0


def test_taking_it_back_leaves_the_sheet_as_it_was(book, rules, marker):
    before = copy.deepcopy(content(book))
    set_up(book, rules, marker=marker)
    assert content(book) != before
    take_back(book, rules)
    assert content(book) == before
    assert take_back(book, rules) == 0


def test_a_sheet_full_of_people_s_things_keeps_them_all(book, rules, marker):
    peoples(book)
    before = copy.deepcopy(content(book))
    set_up(book, rules, marker=marker)
    sheet = book.sheets[0]
    assert [f["title"] for f in sheet.filter_views].count("To pick") == 1
    assert sheet.banded_ranges == before[1][0][0]["bandedRanges"]
    assert sheet.basic_filter == before[1][0][0]["basicFilter"]
    assert sheet.conditional_formats[0] == before[1][0][0]["conditionalFormats"][0]
    assert validation(book, 4)["condition"]["type"] == "ONE_OF_LIST"
    assert validation(book, 4)["condition"]["values"] == [{"userEnteredValue": "Mine"}]
    assert pattern(book, 1, 1) == "dd/mm/yy"
    assert sheet.column_dimensions[2]["pixelSize"] == 321
    assert sheet.cell(0, 3)["userEnteredFormat"]["backgroundColorStyle"]
    assert set_up(book, rules, marker=marker) == 0
    take_back(book, rules)
    assert content(book) == before


def peoples(book):
    """What people had made of the sheet before: a bit of everything that a set-up installs."""
    whole = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 5}
    red = {"backgroundColorStyle": {"rgbColor": {"red": 1}}}
    own = {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": "Breached"}]}
    sla = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 14, "endColumnIndex": 15}
    listed = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Mine"}]}
    priority = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 4, "endColumnIndex": 5}
    wide = {"sheetId": 7, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    bands = {
        "firstBandColorStyle": red["backgroundColorStyle"],
        "secondBandColorStyle": {"rgbColor": {}},
    }
    applied(
        book,
        [
            {"addBanding": {"bandedRange": {"range": whole, "rowProperties": bands}}},
            {"addFilterView": {"filter": {"title": "To pick", "range": whole}}},
            {"setBasicFilter": {"filter": {"range": {**whole, "startRowIndex": 0}}}},
            {"addConditionalFormatRule": {"rule": {
                "ranges": [sla], "booleanRule": {"condition": own, "format": red}}}},
            {"addNamedRange": {"namedRange": {"name": "orders", "range": whole}}},
            {"addProtectedRange": {"protectedRange": {"range": whole, "description": "hands off"}}},
            {"setDataValidation": {"range": priority, "rule": {"condition": listed, "strict": True}}},
            {"updateDimensionProperties": {
                "range": wide, "properties": {"pixelSize": 321}, "fields": "pixelSize"}},
            {"updateSheetProperties": {"properties": {
                "sheetId": 7, "gridProperties": {"frozenColumnCount": 2}},
                "fields": "gridProperties.frozenColumnCount"}},
        ],
    )  # fmt: skip
    day = {"numberFormat": {"type": "DATE", "pattern": "dd/mm/yy"}}
    put(book.sheets[0], 1, 1, 46000.5, userEnteredFormat=day)
    put(book.sheets[0], 0, 3, "SKU(s) Ordered", userEnteredFormat=red)


def test_what_a_person_changed_since_stands_and_is_not_taken_back(book, rules):
    set_up(book, rules)
    sheet = book.sheets[0]
    sheet.column_dimensions[0] = {"pixelSize": 77}
    mine = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Mine"}]}}
    column = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 4, "endColumnIndex": 5}
    applied(book, [{"setDataValidation": {"range": column, "rule": mine}}])
    assert set_up(book, rules) == 1, "only what is installed is noted anew"
    assert set_up(book, rules) == 0
    assert sheet.column_dimensions[0] == {"pixelSize": 77}
    take_back(book, rules)
    assert sheet.column_dimensions[0] == {"pixelSize": 77}
    assert validation(book, 4)["condition"] == mine["condition"]


def test_a_view_that_was_deleted_stays_away_until_it_is_asked_back(book, rules):
    set_up(book, rules)
    gone = book.sheets[0].filter_views.pop()
    assert set_up(book, rules) == 0
    assert set_up(book, rules, restore=True) == 1
    assert book.sheets[0].filter_views[-1]["title"] == gone["title"]


def test_lists_offer_and_never_refuse(book, rules):
    set_up(book, rules)
    places = header_of(book, rules).columns
    status = validation(book, places["status"], 110)
    assert [v["userEnteredValue"] for v in status["condition"]["values"]][:2] == [
        "Pending",
        "Allocated",
    ]
    assert status["showCustomUi"]
    assert not status.get("strict")
    assert (
        validation(book, places["carrier"])["condition"]["values"][0]["userEnteredValue"]
        == "FastTrack"
    )
    assert validation(book, places["picked"])["condition"]["type"] == "BOOLEAN"
    assert validation(book, places["dispatched_at"])["condition"]["type"] == "DATE_IS_VALID"
    assert not validation(book, places["handler"]), "there is no Staff tab to take names from"
    assert not validation(book, 16), "a column of staff's own"


def test_names_are_offered_once_there_is_a_tab_of_them(book, rules):
    set_up(book, rules)
    applied(book, [{"addSheet": {"properties": {"title": "Staff"}}}])
    assert set_up(book, rules) == 2
    handler = header_of(book, rules).columns["handler"]
    assert validation(book, handler)["condition"]["type"] == "ONE_OF_RANGE"
    assert set_up(book, rules) == 0


def test_ticks_in_words_get_no_checkboxes(fourteen, rules):
    book = a_book(*fourteen, rows=[["#SP-1", 46000.5, "Thandi", "MUG", "Bulk", "✓"]])
    set_up(book, rules)
    assert not validation(book, 5)
    assert validation(book, 6)["condition"]["type"] == "BOOLEAN"
    assert set_up(book, rules) == 0


def test_numbers_that_are_names_stay_text_and_moments_show_their_time(book, rules):
    set_up(book, rules)
    places = header_of(book, rules).columns
    assert pattern(book, places["order_id"]) == pattern(book, places["tracking"]) == "@"
    assert pattern(book, places["dispatched_at"]) == "yyyy-mm-dd hh:mm"
    assert pattern(book, 16) is None


def test_only_the_header_row_warns_and_it_stops_nobody(book, rules):
    set_up(book, rules)
    [warning] = book.sheets[0].protected_ranges
    assert warning["warningOnly"]
    assert (warning["range"].get("startRowIndex", 0), warning["range"]["endRowIndex"]) == (0, 1)


def test_a_header_further_down_is_set_up_from_there(fourteen, rules):
    book = a_book(*fourteen, above=3)
    set_up(book, rules)
    assert book.sheets[0].grid["frozenRowCount"] == 4
    assert not validation(book, 4, 3)
    assert validation(book, 4, 4)
    assert set_up(book, rules) == 0


def test_a_banner_across_the_key_column_keeps_it_from_being_frozen(fourteen, rules):
    book = a_book(*fourteen, above=1)
    banner = {
        "sheetId": 7,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": 6,
    }
    applied(book, [{"mergeCells": {"range": banner, "mergeType": "MERGE_ALL"}}])
    set_up(book, rules)
    assert book.sheets[0].grid["frozenRowCount"] == 2
    assert not book.sheets[0].grid.get("frozenColumnCount")


def test_rows_added_at_the_end_are_taken_in(book, rules):
    set_up(book, rules)
    applied(book, [{"appendDimension": {"sheetId": 7, "dimension": "ROWS", "length": 30}}])
    set_up(book, rules)
    sheet = book.sheets[0]
    ends = [rule["ranges"][0].get("endRowIndex", 150) for rule in sheet.conditional_formats]
    assert set(ends) == {150}
    assert sheet.filter_views[0]["range"].get("endRowIndex", 150) == 150
    assert set_up(book, rules) == 0


def test_a_moved_column_costs_an_update_and_then_nothing(book, rules):
    set_up(book, rules)
    status = {"sheetId": 7, "dimension": "COLUMNS", "startIndex": 11, "endIndex": 12}
    applied(book, [{"moveDimension": {"source": status, "destinationIndex": 2}}])
    assert set_up(book, rules) < 15
    assert structure(book).columns_by_metadata(7)["status"] == 2
    assert set_up(book, rules) == 0


def test_a_column_whose_heading_nobody_knows_keeps_its_mark(book, rules):
    set_up(book, rules)
    put(book.sheets[0], 0, 11, "Where it is")
    assert set_up(book, rules) <= 8, "the heading's own look was replaced with it"
    assert structure(book).columns_by_metadata(7)["status"] == 11
    assert validation(book, 11)


def test_a_heading_written_over_another_column_moves_the_mark(book, rules):
    set_up(book, rules)
    put(book.sheets[0], 0, 11, "Old status")
    put(book.sheets[0], 0, 16, "Status")
    set_up(book, rules)
    assert structure(book).columns_by_metadata(7)["status"] == 16
    assert set_up(book, rules) == 0


def test_every_known_column_the_tab_and_the_spreadsheet_are_marked(book, rules, marker):
    set_up(book, rules, marker=marker)
    found = structure(book)
    assert found.columns_by_metadata(7) == dict(header_of(book, rules).columns)
    assert found.tracker_tab().id == 7
    assert (found.marker().uuid, found.marker().epoch) == ("3f0c", 2)
    assert found.marked_for() == "the-spreadsheet"
    assert found.mark(SETUP_MARK).value == "1"


def test_a_mark_that_stands_twice_tells_nothing(book, rules):
    set_up(book, rules)
    span = {"sheetId": 7, "dimension": "COLUMNS", "startIndex": 20, "endIndex": 21}
    twin = {"metadataKey": COLUMN_MARK, "metadataValue": "status", "visibility": "DOCUMENT",
            "location": {"dimensionRange": span}}  # fmt: skip
    applied(book, [{"createDeveloperMetadata": {"developerMetadata": twin}}])
    assert "status" not in structure(book).columns_by_metadata(7)
    set_up(book, rules)
    assert structure(book).columns_by_metadata(7)["status"] == 11


def test_own_columns_are_added_only_when_asked_and_right_of_everything(fourteen, rules):
    book = a_book(*fourteen, None, None, "Shelf", rows=[["#SP-1"]])
    book.sheets[0].column_count = 18
    set_up(book, rules)
    assert "sla" not in header_of(book, rules).columns
    set_up(book, rules, add_columns=("sla", "check", "next_action"))
    places = header_of(book, rules).columns
    assert [places[key] for key in ("sla", "check", "next_action")] == [17, 18, 19]
    assert book.sheets[0].cell(0, 17)["note"].startswith("Whether this order is in time")
    assert set_up(book, rules, add_columns=("sla", "check", "next_action")) == 0


def test_a_missing_tab_and_an_unknown_column_are_told_in_words(book, rules):
    header, look = header_of(book, rules), first_rows(book)
    with pytest.raises(TrackerRefused, match="has no tab 'Order'; its tabs are: Orders"):
        setup_requests(structure(book), rules, header, "Order", first_rows=look)
    with pytest.raises(UsageError, match="There is no column 'slaa' to add"):
        set_up(book, rules, add_columns=("slaa",))


def test_the_look_never_asks_beyond_the_grid(book):
    tab = structure(book).tab("orders")
    assert look_range(tab, 1) == "'Orders'!1:61"
    assert look_range(tab, 99) == "'Orders'!1:120"
