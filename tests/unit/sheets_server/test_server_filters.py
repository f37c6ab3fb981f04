"""Data filters and developer metadata, asked by Google's own client."""

from __future__ import annotations

import json

import pytest
from googleapiclient.errors import HttpError

from tests.support.sheet_books import cell, lines


@pytest.fixture
def bound(service):
    """A book with a header and one order; column B is bound to the key `status`."""
    book = service.new_book("B")
    book.sheets[0].rows = [[cell("Order ID"), cell("Status")], [cell("SP-1"), cell("Pending")]]
    return book


@pytest.fixture
def marked(google, bound):
    """That book with metadata on the spreadsheet, on the tab and on column B."""
    places = [
        ("owner", {"spreadsheet": True}),
        ("tab", {"sheetId": 0}),
        ("status", {"dimensionRange": lines("COLUMNS", 1, 2, sheetId=0)}),
    ]
    requests = [
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": number, "metadataKey": key, "metadataValue": f"v{number}",
                    "location": location, "visibility": "DOCUMENT",
                }
            }
        }
        for number, (key, location) in enumerate(places, 101)
    ]  # fmt: skip
    google.batchUpdate(spreadsheetId=bound.id, body={"requests": requests}).execute()
    return bound


def by_key(key):
    return {"developerMetadataLookup": {"metadataKey": key}}


def test_values_are_read_by_the_metadata_of_their_column_wherever_it_went(google, marked):
    move = {"source": lines("COLUMNS", 1, 2, sheetId=0), "destinationIndex": 5}
    body = {"requests": [{"moveDimension": move}]}
    google.batchUpdate(spreadsheetId=marked.id, body=body).execute()
    body = {"dataFilters": [by_key("status")], "majorDimension": "COLUMNS"}
    found = google.values().batchGetByDataFilter(spreadsheetId=marked.id, body=body).execute()
    [one] = found["valueRanges"]
    assert one["valueRange"] == {
        "range": "Sheet1!E1:E1000", "majorDimension": "COLUMNS", "values": [["Status", "Pending"]],
    }  # fmt: skip
    assert one["dataFilters"] == [by_key("status")]


def test_values_are_written_and_cleared_by_filters(google, marked):
    area = {"gridRange": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "endColumnIndex": 2}}
    data = [{"dataFilter": area, "values": [["SP-2", "Shipped"]]}]
    body = {"valueInputOption": "RAW", "data": data}
    values = google.values()
    found = values.batchUpdateByDataFilter(spreadsheetId=marked.id, body=body).execute()
    assert found["totalUpdatedCells"] == 2
    [reply] = found["responses"]
    assert (reply["updatedRange"], reply["dataFilter"]) == ("Sheet1!A2:B2", area)
    body = {"dataFilters": [{"a1Range": "Sheet1!A2"}]}
    cleared = values.batchClearByDataFilter(spreadsheetId=marked.id, body=body).execute()
    assert cleared["clearedRanges"] == ["Sheet1!A2"]
    read = values.get(spreadsheetId=marked.id, range="Sheet1!A2:B2").execute()
    assert read["values"] == [["", "Shipped"]]


def test_a_spreadsheet_is_read_by_filters(google, marked):
    body = {"dataFilters": [by_key("status")], "includeGridData": True}
    found = google.getByDataFilter(
        spreadsheetId=marked.id, body=body, fields="sheets.data.rowData.values.formattedValue"
    ).execute()
    rows = found["sheets"][0]["data"][0]["rowData"]
    assert [row["values"] for row in rows] == [
        [{"formattedValue": "Status"}], [{"formattedValue": "Pending"}],
    ]  # fmt: skip


def test_metadata_is_got_by_its_id_and_searched(google, marked):
    metadata = google.developerMetadata()
    found = metadata.get(spreadsheetId=marked.id, metadataId=103).execute()
    assert (found["metadataKey"], found["metadataValue"]) == ("status", "v103")
    assert found["location"]["dimensionRange"] == lines("COLUMNS", 1, 2)
    filters = [{"developerMetadataLookup": {"locationType": "SHEET"}}, by_key("owner")]
    body = {"dataFilters": filters}
    matched = metadata.search(spreadsheetId=marked.id, body=body).execute()
    assert [
        (one["developerMetadata"]["metadataId"], one["dataFilters"])
        for one in matched["matchedDeveloperMetadata"]
    ] == [(101, [filters[1]]), (102, [filters[0]])]
    nothing = metadata.search(spreadsheetId=marked.id, body={"dataFilters": [by_key("x")]})
    assert nothing.execute() == {}


def test_metadata_that_is_not_there_is_a_404(google, bound):
    with pytest.raises(HttpError) as caught:
        google.developerMetadata().get(spreadsheetId=bound.id, metadataId=5).execute()
    assert json.loads(caught.value.content)["error"]["status"] == "NOT_FOUND"


def test_metadata_stands_where_a_reading_of_the_structure_looks_for_it(google, marked):
    mask = "developerMetadata.metadataId,sheets(developerMetadata.metadataId,data.columnMetadata)"
    found = google.get(spreadsheetId=marked.id, fields=mask, ranges=["Sheet1!A1:C1"]).execute()
    assert found["developerMetadata"] == [{"metadataId": 101}]
    [tab] = found["sheets"]
    assert tab["developerMetadata"] == [{"metadataId": 102}]
    columns = tab["data"][0]["columnMetadata"]
    assert [
        [entry["metadataId"] for entry in column.get("developerMetadata", [])] for column in columns
    ] == [[], [103], []]
