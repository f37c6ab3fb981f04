"""Who may do what, limits, and what is told where it is refused."""

from __future__ import annotations

import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import credentials as of_a_person
from google.oauth2 import service_account
from gspread.exceptions import APIError, SpreadsheetNotFound

from tests.sheets_server import faults
from tests.sheets_server.routes.tokens import REVOKED, SHORT_LIVED
from tests.support.google_keys import ROBOT, service_account_info
from tests.support.sheet_books import span
from tests.support.sheets_clients import gspread_at

SHEETS = "https://www.googleapis.com/auth/spreadsheets"


def put(book, text="x", place="Sheet1!A1"):
    return book.values_update(place, params={"valueInputOption": "RAW"}, body={"values": [[text]]})


def told(call, *args):
    """Code, status and message of a refusal."""
    with pytest.raises(APIError) as caught:
        call(*args)
    error = caught.value.error
    return error["code"], error["status"], error["message"]


def test_what_is_not_there_or_in_the_bin_is_a_404(running, service):
    client = gspread_at(running[1])
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key("nowhere")
    book = service.new_book("B")
    service.files[book.id].trashed = True
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key(book.id)


def test_what_is_not_shared_is_a_403(running, service):
    service.forbid("private")
    client = gspread_at(running[1]).http_client
    assert told(client.values_get, "private", "A1") == (
        403, "PERMISSION_DENIED", "The caller does not have permission",
    )  # fmt: skip


def test_what_is_shared_to_read_is_read_and_not_written(book, service):
    service.files[book.id].role = "reader"
    book.values_get("Sheet1!A1")
    assert told(put, book)[:2] == (403, "PERMISSION_DENIED")
    requests = [{"updateCells": {"range": span(0, 1), "fields": "note"}}]
    assert told(book.batch_update, {"requests": requests})[0] == 403


def test_an_excel_file_in_drive_is_not_served(book, service):
    service.files[book.id].office = True
    assert told(book.values_get, "Sheet1!A1") == (
        400, "FAILED_PRECONDITION", "This operation is not supported for this document",
    )  # fmt: skip


def test_an_api_that_is_off_names_its_project_and_the_link(book, service):
    service.disabled_in = "123456789012"
    try:
        with pytest.raises(APIError) as caught:
            book.values_get("Sheet1!A1")
    finally:
        service.disabled_in = ""
    error = caught.value.error
    assert error["code"] == 403
    assert error["message"].startswith(
        "Google Sheets API has not been used in project 123456789012"
    )
    info = error["details"][0]
    assert info["reason"] == "SERVICE_DISABLED"
    assert info["metadata"]["activationUrl"].endswith("?project=123456789012")


def protect(service, book, **more):
    sheet = service.files[book.id].book.sheets[0]
    entry = {"protectedRangeId": 9, "range": span(0, 1), "editors": {"users": ["boss@example.com"]}}
    sheet.protected_ranges = [entry | more]


def test_a_range_that_others_protect_cannot_be_edited_and_nothing_of_the_batch_stands(
    book, service
):
    put(book, "before")
    put(book, "k1", "Sheet1!A2")
    protect(service, book)
    refused = (
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner "
        "to remove protection if you need to edit."
    )
    assert told(put, book) == (400, "INVALID_ARGUMENT", refused)
    note = {"rows": [{"values": [{"note": "n"}]}], "fields": "note"}
    requests = [
        {"updateCells": {"range": span(4, 5, 0, 1)} | note},
        {"updateCells": {"range": span(0, 1, 0, 1)} | note},
    ]
    message = told(book.batch_update, {"requests": requests})[2]
    assert message.startswith("Invalid requests[1].updateCells: You are trying to edit a protected")
    assert book.sheet1.get_note("A5") == ""
    assert book.values_get("Sheet1!A1")["values"] == [["before"]]


def test_sorting_over_a_protected_range_is_refused_and_inserting_above_it_is_not(book, service):
    put(book, "b")
    put(book, "a", "Sheet1!A2")
    protect(service, book)
    assert told(book.sheet1.sort, (1, "asc"))[0] == 400
    book.sheet1.insert_row(["top"], 1)
    assert book.values_get("Sheet1!A1:A3")["values"] == [["top"], ["b"], ["a"]]


def test_a_warning_and_what_a_protected_tab_leaves_open_bind_nobody(book, service):
    protect(service, book, warningOnly=True)
    put(book)
    protect(service, book, range={}, unprotectedRanges=[span(0, 1)])
    put(book, "y")
    assert told(put, book, "z", "Sheet1!A2")[0] == 400


def test_ten_million_cells_are_the_limit_of_a_book(book):
    message = told(book.sheet1.resize, 500_000, 21)[2]
    assert "above the limit of 10000000 cells" in message


def test_a_text_of_more_than_50000_characters_is_refused(book):
    put(book, "x" * 50_000)
    assert "more than the maximum of 50000 characters in a single cell" in told(put, book, "x" * 50_001)[2]  # fmt: skip


def test_a_payload_beyond_the_limit_is_refused(book, service):
    service.payload_limit = 1000
    try:
        assert told(put, book, "x" * 1000)[::2] == (
            413, "Request payload size exceeds the limit: 1000 bytes.",
        )  # fmt: skip
    finally:
        service.payload_limit = None


# -- tokens


@pytest.fixture
def guarded(service):
    """The service, which takes only tokens that it gave."""
    service.tokens.wanted = True
    yield service
    service.tokens.wanted = False
    service.tokens.revoked.clear()
    service.skew = 0


def robot(url, *scopes):
    info = service_account_info(f"{url}/token")
    return service_account.Credentials.from_service_account_info(info, scopes=scopes or [SHEETS])


def person(url):
    return of_a_person.Credentials(
        None, refresh_token="1//refresh", token_uri=f"{url}/token",
        client_id="c", client_secret="s", scopes=[SHEETS],
    )  # fmt: skip


@pytest.mark.parametrize("who", [robot, person])
def test_an_account_gets_a_token_and_is_let_in(running, guarded, who):
    book = guarded.new_book("B")
    client = gspread_at(running[1], who(running[1])).http_client
    assert client.values_get(book.id, "A1")["range"] == "Sheet1!A1"


def test_a_401_sends_the_client_for_another_token(running, guarded):
    book = guarded.new_book("B")
    guarded.faults.add(faults.unauthorised(), kind="read")
    gspread_at(running[1], robot(running[1])).http_client.values_get(book.id, "A1")
    calls = [(call.kind, call.code) for call in guarded.counters.calls]
    assert calls == [("token", 200), ("read", 401), ("token", 200), ("read", 200)]


def test_a_token_of_another_maker_is_refused_where_ours_are_wanted(running, guarded):
    book = guarded.new_book("B")
    client = gspread_at(running[1], of_a_person.Credentials("elsewhere")).http_client
    with pytest.raises((APIError, RefreshError)):
        client.values_get(book.id, "A1")
    assert guarded.counters.calls[-1].code == 401


def test_a_token_with_too_narrow_a_scope_is_told_so(running, guarded):
    book = guarded.new_book("B")
    reading = gspread_at(running[1], robot(running[1], f"{SHEETS}.readonly")).http_client
    reading.values_get(book.id, "A1")
    with pytest.raises(APIError) as caught:
        reading.values_clear(book.id, "A1")
    assert caught.value.error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    other = gspread_at(running[1], robot(running[1], "https://www.googleapis.com/auth/calendar"))
    assert told(other.http_client.values_get, book.id, "A1")[0] == 403


def test_a_clock_that_is_wrong_gets_no_token_and_the_date_header_tells_why(running, guarded):
    guarded.skew = 900
    with pytest.raises(RefreshError, match="Invalid JWT: Token must be a short-lived token"):
        robot(running[1]).refresh(Request())
    answer = Request()(f"{running[1]}/v4/spreadsheets/x")
    assert answer.headers["date"].endswith("GMT")


def test_a_login_that_was_taken_back_gets_no_token(running, guarded):
    guarded.tokens.revoked |= {"1//refresh", ROBOT}
    with pytest.raises(RefreshError, match=REVOKED):
        person(running[1]).refresh(Request())
    with pytest.raises(RefreshError, match="invalid_grant"):
        robot(running[1]).refresh(Request())


def test_the_token_endpoint_has_faults_too(running, guarded):
    guarded.faults.add(faults.no_token(SHORT_LIVED), kind="token")
    with pytest.raises(RefreshError, match="reasonable timeframe"):
        robot(running[1]).refresh(Request())
    robot(running[1]).refresh(Request())
