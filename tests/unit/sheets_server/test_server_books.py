"""Whole spreadsheets: what is read of them, masks, batches, by Google's own client and by gspread."""

from __future__ import annotations

import json

import pytest
import requests
from googleapiclient.errors import HttpError

from tests.sheets_server.model import Sheet
from tests.support.sheet_books import lines, span, value


def told(request):
    """Code and message of a refusal, and of its first field violation where there is one."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    error = json.loads(caught.value.content)["error"]
    found = [v for d in error.get("details", []) for v in d.get("fieldViolations", [])]
    return error["code"], found[0]["description"] if found else error["message"]


def write(google, book_id, *requests, **more):
    body = {"requests": list(requests), **more.pop("body", {})}
    return google.batchUpdate(spreadsheetId=book_id, body=body, **more).execute()


def cells(top, *plain):
    """updateCells of one row from column A on."""
    row = {"values": [{"userEnteredValue": value(one)} for one in plain]}
    area = span(top, top + 1, 0, len(plain))
    return {"updateCells": {"range": area, "rows": [row], "fields": "userEnteredValue"}}


def test_a_fresh_spreadsheet_has_all_that_clients_read_of_it(google, service):
    made = google.create(body={"properties": {"title": "Mine"}}).execute()
    found = google.get(spreadsheetId=made["spreadsheetId"]).execute()
    assert made == found
    assert found["properties"] | {"defaultFormat": 0, "spreadsheetTheme": 0} == {
        "title": "Mine", "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT",
        "defaultFormat": 0, "spreadsheetTheme": 0,
    }  # fmt: skip
    assert found["properties"]["defaultFormat"]["textFormat"]["fontSize"] == 10
    assert found["sheets"] == [
        {
            "properties": {
                "sheetId": 0, "title": "Sheet1", "index": 0, "sheetType": "GRID",
                "gridProperties": {"rowCount": 1000, "columnCount": 26},
            }
        }
    ]  # fmt: skip
    assert found["spreadsheetUrl"].endswith(f"/{found['spreadsheetId']}/edit")


def test_a_spreadsheet_is_made_with_tabs_and_cells(google):
    row = {"values": [{"userEnteredValue": {"stringValue": "Order ID"}}]}
    tab = {"properties": {"title": "Orders"}, "data": [{"startColumn": 1, "rowData": [row]}]}
    body = {"properties": {"title": "T", "locale": "en_ZA"}, "sheets": [tab, {}]}
    made = google.create(body=body).execute()
    assert [one["properties"]["title"] for one in made["sheets"]] == ["Orders", "Sheet2"]
    read = google.values().get(spreadsheetId=made["spreadsheetId"], range="Orders!A1:B1").execute()
    assert read["values"] == [["", "Order ID"]]


@pytest.mark.parametrize(
    "mask",
    [
        "spreadsheetId,sheets(properties(title,index))",
        "spreadsheetId,sheets.properties.title,sheets.properties.index",
        "spreadsheetId,sheets/properties(title,index)",
        "spreadsheetId, sheets.properties(title, index)",
    ],
)
def test_a_mask_may_be_written_with_points_slashes_and_brackets(google, service, mask):
    book = service.new_book("B")
    found = google.get(spreadsheetId=book.id, fields=mask).execute()
    tab = {"properties": {"title": "Sheet1", "index": 0}}
    assert found == {"spreadsheetId": book.id, "sheets": [tab]}


def test_a_mask_that_names_what_is_not_there_is_told(google, service):
    book = service.new_book("B")
    for mask, path in (
        ("sheets.nosuch", "sheets.nosuch"),
        ("sheets(properties", "sheets(properties"),
    ):
        assert told(google.get(spreadsheetId=book.id, fields=mask)) == (
            400, f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.",
        )  # fmt: skip


def test_a_mask_decides_about_cells_whatever_include_grid_data_says(google, service):
    book = service.new_book("B")
    write(google, book.id, cells(1, "a", 2))
    mask = "sheets.data(startRow,rowData.values.formattedValue)"
    found = google.get(
        spreadsheetId=book.id, fields=mask, ranges=["Sheet1!A2:C9"], includeGridData=False
    ).execute()
    values = [{"formattedValue": "a"}, {"formattedValue": "2"}]
    assert found == {"sheets": [{"data": [{"startRow": 1, "rowData": [{"values": values}]}]}]}
    plain = google.get(spreadsheetId=book.id, ranges=["Sheet1!A2"]).execute()
    assert "data" not in plain["sheets"][0]
    masked = google.get(spreadsheetId=book.id, fields="properties.title", includeGridData=True)
    assert masked.execute() == {"properties": {"title": "B"}}


def test_grid_data_without_a_mask_has_everything_of_a_cell(google, service):
    book = service.new_book("B")
    book.sheets[0].put(
        0, 0, {"userEnteredValue": {"formulaValue": "=1/0"}, "note": "why", "x-private": object()}
    )
    found = google.get(spreadsheetId=book.id, ranges=["A1:B2"], includeGridData=True).execute()
    [data] = found["sheets"][0]["data"]
    [cell] = data["rowData"][0]["values"]
    assert cell["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert (cell["formattedValue"], cell["note"]) == ("#DIV/0!", "why")
    assert cell["effectiveFormat"]["textFormat"]["fontFamily"] == "arial,sans,sans-serif"
    assert data["rowMetadata"] == [{"pixelSize": 21}] * 2
    assert data["columnMetadata"] == [{"pixelSize": 100}] * 2
    assert "startRow" not in data


def test_notes_of_an_empty_range_and_empty_rows_between_notes(google, service):
    book = service.new_book("B")

    def notes():
        mask = "sheets.data.rowData.values.note"
        return google.get(spreadsheetId=book.id, fields=mask, ranges=["Sheet1!A1:C3"]).execute()

    assert notes() == {"sheets": [{"data": [{}]}]}
    book.sheets[0].put(2, 1, {"note": "n"})
    rows = [{}, {}, {"values": [{}, {"note": "n"}]}]
    assert notes() == {"sheets": [{"data": [{"rowData": rows}]}]}


def test_ranges_give_only_the_tabs_they_lie_in_and_one_data_for_each(google, service):
    book = service.new_book("B")
    book.sheets.append(Sheet(7, "Other", 1))
    mask = "sheets(properties.sheetId,data(startRow,startColumn))"
    ranges = ["Other!A1", "Other!C3:D4"]
    found = google.get(spreadsheetId=book.id, fields=mask, ranges=ranges).execute()
    data = [{}, {"startRow": 2, "startColumn": 2}]
    assert found == {"sheets": [{"properties": {"sheetId": 7}, "data": data}]}


def test_an_answer_to_a_batch_shows_the_cells_as_they_stand_after_it(google, service):
    book = service.new_book("B")
    write(google, book.id, cells(0, "k1", "old"), cells(1, "k2", "old"))
    mask = (
        "replies,updatedSpreadsheet.sheets(properties.sheetId,data(startRow,startColumn,"
        "rowData.values(userEnteredValue,effectiveValue)))"
    )
    found = write(
        google,
        book.id,
        cells(1, "k2", "new"),
        {"insertDimension": {"range": lines("ROWS", 0, 1, sheetId=0)}},
        body={"includeSpreadsheetInResponse": True, "responseRanges": ["Sheet1!B2:B3", "Sheet1!A3"]},
        fields=mask,
    )  # fmt: skip

    def both(text):
        return {
            "values": [{k: {"stringValue": text} for k in ("userEnteredValue", "effectiveValue")}]
        }

    data = [
        {"startRow": 1, "startColumn": 1, "rowData": [both("old"), both("new")]},
        {"startRow": 2, "rowData": [both("k2")]},
    ]
    assert found == {
        "replies": [{}, {}],
        "updatedSpreadsheet": {"sheets": [{"properties": {"sheetId": 0}, "data": data}]},
    }


def test_a_batch_answers_with_its_cells_only_where_asked(google, service):
    book = service.new_book("B")
    assert write(google, book.id, cells(0, "a")) == {"spreadsheetId": book.id, "replies": [{}]}
    body = {"includeSpreadsheetInResponse": True, "responseRanges": ["A1"]}
    plain = write(google, book.id, cells(0, "a"), body=body)["updatedSpreadsheet"]
    assert "data" not in plain["sheets"][0]
    full = write(google, book.id, cells(0, "a"), body=body | {"responseIncludeGridData": True})
    assert full["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]


def test_a_batch_with_one_bad_request_changes_nothing(google, service):
    book = service.new_book("B")
    write(google, book.id, cells(0, "before"))
    bad = {"deleteSheet": {"sheetId": 99}}
    before, version = book.copy(), book.version
    body = {"requests": [cells(0, "after"), {"addSheet": {"properties": {"title": "New"}}}, bad]}
    code, message = told(google.batchUpdate(spreadsheetId=book.id, body=body))
    assert code == 400
    assert message.startswith("Invalid requests[2].deleteSheet: ")
    assert [s.rows for s in book.sheets] == [s.rows for s in before.sheets]
    assert book.version == version


def test_the_last_tab_cannot_be_hidden_in_googles_words(book):
    with pytest.raises(
        Exception, match=r"Invalid requests\[0\].updateSheetProperties: You can't hide"
    ):
        book.sheet1.hide()


def test_an_unknown_kind_of_request_is_refused_loudly(google, service):
    book = service.new_book("B")
    body = {"requests": [{"addTable": {"table": {"name": "T"}}}]}
    code, message = told(google.batchUpdate(spreadsheetId=book.id, body=body))
    assert (code, message) == (501, "The local server does not know addTable.")


def test_an_empty_batch_is_refused(google, service):
    book = service.new_book("B")
    found = told(google.batchUpdate(spreadsheetId=book.id, body={"requests": []}))
    assert found == (400, "Must specify at least one request.")


def test_requests_nested_in_a_list_count_as_its_items(google, service):
    book = service.new_book("B")
    found = write(google, book.id, [cells(0, "a")], [cells(1, "b"), cells(2, "c")])
    assert found["replies"] == [{}, {}, {}]


@pytest.mark.against_google_schema
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v4/nothing"), ("PATCH", "/v4/spreadsheets/x"), ("POST", "/v4/spreadsheets/x:other")],
)
def test_an_unknown_address_is_refused_loudly(running, method, path):
    answer = requests.request(method, running[1] + path, timeout=5)
    assert answer.status_code == 404
    assert "The local server does not know" in answer.json()["error"]["message"]


@pytest.mark.against_google_schema
def test_a_body_that_is_no_json_is_told_as_such(running, service):
    book = service.new_book("B")
    url = f"{running[1]}/v4/spreadsheets/{book.id}:batchUpdate"
    for body in (b"{", b"[]"):
        answer = requests.post(url, data=body, timeout=5)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"].startswith("Invalid JSON payload received.")


def test_a_tab_is_copied_into_another_spreadsheet(google, service):
    source, goal = service.new_book("From"), service.new_book("To")
    write(google, source.id, cells(0, "a"))
    body = {"destinationSpreadsheetId": goal.id}
    made = google.sheets().copyTo(spreadsheetId=source.id, sheetId=0, body=body).execute()
    assert (made["title"], made["index"], made["sheetId"] != 0) == ("Copy of Sheet1", 1, True)
    read = google.values().get(spreadsheetId=goal.id, range="'Copy of Sheet1'!A1").execute()
    assert read["values"] == [["a"]]


def test_a_fault_of_the_server_itself_is_told_as_one(running, service, capfd):
    """Not as a broken connection, which would pass for one of the scripted faults."""
    book = service.new_book("B")
    book.sheets[0].rows = None
    url = f"{running[1]}/v4/spreadsheets/{book.id}/values/Sheet1!A1"
    answer = requests.get(url, timeout=5)
    assert answer.status_code == 500
    assert answer.json()["error"]["message"].startswith("The local server failed: TypeError")
    assert "Traceback" in capfd.readouterr().err
    service.forget(book.id)
