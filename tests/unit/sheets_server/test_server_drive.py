"""Files: what gspread asks of Drive."""

from __future__ import annotations

import pytest
import requests
from gspread.exceptions import APIError, SpreadsheetNotFound
from gspread.utils import ExportFormat

from tests.sheets_server.service import SheetsService
from tests.support.sheets_clients import gspread_at, serving


@pytest.fixture
def client():
    with serving(SheetsService()) as (_, url):
        yield gspread_at(url)


def test_a_file_is_made_found_by_its_title_and_deleted(client):
    made = client.create("Shop orders")
    other = client.create("Other")
    assert [file["id"] for file in client.list_spreadsheet_files("Shop orders")] == [made.id]
    assert client.open("Shop orders").id == made.id
    assert {book.id for book in client.openall()} == {made.id, other.id}
    client.del_spreadsheet(made.id)
    with pytest.raises(SpreadsheetNotFound):
        client.open("Shop orders")
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key(made.id)


def test_an_answer_to_a_deletion_is_empty(client):
    made = client.create("B")
    url = f"https://www.googleapis.com/drive/v3/files/{made.id}"
    answer = client.http_client.request("delete", url)
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_change_of_the_book_is_a_change_of_the_file(client):
    book = client.create("B")
    before = book.get_lastUpdateTime()
    assert book.get_lastUpdateTime() == before
    book.update_title("Renamed")
    assert book.get_lastUpdateTime() >= before
    assert client.list_spreadsheet_files()[0]["name"] == "Renamed"


def test_a_copy_has_everything_and_a_life_of_its_own(client):
    book = client.create("B")
    book.sheet1.update([["a"]], "A1")
    copied = client.copy(book.id)
    assert copied.title == "Copy of B"
    copied.sheet1.update([["b"]], "A1")
    assert (book.sheet1.acell("A1").value, copied.sheet1.acell("A1").value) == ("a", "b")


def test_the_first_tab_is_given_out_as_csv_and_filled_from_it(client):
    book = client.create("Filled")
    client.import_csv(book.id, 'Order,Note\n1,"with, comma"\n')
    book = client.open_by_key(book.id)
    assert book.sheet1.title == "Filled"
    assert book.sheet1.get_all_values() == [["Order", "Note"], ["1", "with, comma"]]
    assert client.export(book.id, ExportFormat.CSV) == b'Order,Note\r\n1,"with, comma"'
    with pytest.raises(APIError, match="cannot export"):
        client.export(book.id, ExportFormat.PDF)


def test_a_file_is_shared_and_no_longer_shared(client):
    book = client.create("B")
    book.share("ann@example.com", perm_type="user", role="writer", notify=False)
    [owner, ann] = book.list_permissions()
    assert (owner["role"], ann["role"], ann["emailAddress"]) == (
        "owner", "writer", "ann@example.com",
    )  # fmt: skip
    book.remove_permissions("ann@example.com", role="writer")
    assert len(book.list_permissions()) == 1


def test_drive_words_its_errors_in_its_own_way(client):
    with pytest.raises(APIError) as caught:
        client.get_file_drive_metadata("nowhere")
    assert caught.value.response.json()["error"] == {
        "code": 404,
        "message": "File not found: nowhere.",
        "errors": [
            {
                "message": "File not found: nowhere.", "domain": "global", "reason": "notFound",
                "locationType": "parameter", "location": "fileId",
            }
        ],
    }  # fmt: skip


def test_connections_stay_open_and_large_answers_are_packed(client):
    book = client.create("B")
    book.sheet1.update([["the same words again"] * 20] * 40, "A1")
    with serving() as (service, url):
        service.files = {book.id: service.put(service.new_book("x"))}
        with requests.Session() as session:
            answers = [session.get(f"{url}/v4/spreadsheets/{book.id}", timeout=5) for _ in range(2)]
    assert [one.headers["content-encoding"] for one in answers] == ["gzip", "gzip"]
    assert "connection" not in answers[1].headers
