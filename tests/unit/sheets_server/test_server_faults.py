"""Faults by script, each of them over real HTTP and without sockets."""

from __future__ import annotations

import time

import pytest
import requests
from gspread.exceptions import APIError

from tests.sheets_server import faults
from tests.sheets_server.service import SheetsService
from tests.support.sheets_clients import gspread_at, gspread_within, serving


@pytest.fixture(params=["http", "in process"])
def desk(request):
    """A service and gspread's client at it."""
    service = SheetsService()
    service.new_book("B", "book")
    if request.param == "in process":
        yield service, gspread_within(service).http_client
        return
    with serving(service) as (_, url):
        yield service, gspread_at(url).http_client


def put(client, text):
    body = {"values": [[text]]}
    return client.values_update("book", "Sheet1!A1", {"valueInputOption": "RAW"}, body)


def stands(service):
    """What is in A1, whatever anybody is answered."""
    cell = service.files["book"].book.sheets[0].cell(0, 0)
    return cell and cell["userEnteredValue"]["stringValue"]


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (faults.too_many(), 429, "RESOURCE_EXHAUSTED"),
        (faults.server_error(), 500, "INTERNAL"),
        (faults.unavailable(), 503, "UNAVAILABLE"),
        (faults.forbidden(), 403, "PERMISSION_DENIED"),
        (faults.refused_with(409, "ABORTED", "Conflict."), 409, "ABORTED"),
    ],
)
def test_a_call_is_refused_once_and_not_carried_out(desk, fault, code, status):
    service, client = desk
    service.faults.add(fault)
    with pytest.raises(APIError) as caught:
        put(client, "x")
    assert (caught.value.response.status_code, caught.value.error["status"]) == (code, status)
    assert "retry-after" not in caught.value.response.headers
    assert stands(service) is None
    put(client, "x")
    assert stands(service) == "x"


def test_a_429_may_say_when_to_come_again(desk):
    service, client = desk
    service.faults.add(faults.too_many(retry_after=7))
    with pytest.raises(APIError) as caught:
        put(client, "x")
    assert caught.value.response.headers["Retry-After"] == "7"


def test_a_502_is_a_page_of_html(desk):
    service, client = desk
    service.faults.add(faults.bad_gateway())
    with pytest.raises(APIError) as caught:
        put(client, "x")
    assert caught.value.code == -1  # gspread found no JSON
    assert caught.value.response.status_code == 502
    assert "<title>Error 502" in caught.value.response.text


def test_faults_meet_calls_by_number_kind_path_and_predicate(desk):
    service, client = desk
    add = service.faults.add
    add(faults.server_error(), number=2)
    add(faults.unavailable(), kind="write", skip=1)
    add(faults.too_many(), path=":clear", times=2)
    add(faults.forbidden(), when=lambda call: b"secret" in call.body)
    calls = [
        lambda: put(client, "one"),
        lambda: client.values_get("book", "Sheet1!A1"),
        lambda: put(client, "two"),
        lambda: client.values_clear("book", "Sheet1!A1"),
        lambda: client.values_clear("book", "Sheet1!A1"),
        lambda: client.values_clear("book", "Sheet1!A1"),
        lambda: put(client, "a secret"),
    ]
    codes = []
    for call in calls:
        try:
            call()
            codes.append(200)
        except APIError as error:
            codes.append(error.response.status_code)
    assert codes == [200, 500, 503, 429, 429, 200, 403]
    assert service.faults.seen == [(2, "500"), (3, "503"), (4, "429"), (5, "429"), (7, "403")]
    assert [call.code for call in service.counters.calls] == codes


def test_a_connection_breaks_before_anything_was_done(desk):
    service, client = desk
    service.faults.add(faults.reset())
    with pytest.raises(requests.exceptions.ConnectionError):
        put(client, "x")
    assert stands(service) is None
    assert service.counters.calls[-1].code == 0


def test_an_answer_is_lost_after_all_was_done(desk):
    service, client = desk
    service.faults.add(faults.answer_lost())
    with pytest.raises(requests.exceptions.ConnectionError):
        put(client, "x")
    assert stands(service) == "x"


@pytest.mark.parametrize("applied", [False, True])
def test_no_answer_comes_in_time(desk, applied):
    service, client = desk
    client.set_timeout(0.2)
    service.faults.add(faults.read_timeout(applied=applied))
    with pytest.raises(requests.exceptions.ReadTimeout):
        put(client, "x")
    assert stands(service) == ("x" if applied else None)


def test_no_connection_comes_about(desk):
    service, client = desk
    client.set_timeout(0.2)
    service.faults.add(faults.connect_timeout())
    with pytest.raises(requests.exceptions.Timeout):
        put(client, "x")
    assert stands(service) is None


def test_a_slow_answer_comes_or_tries_the_clients_patience(desk):
    service, client = desk
    service.faults.add(faults.slow(0.3), times=2)
    begun = time.monotonic()
    put(client, "x")
    assert time.monotonic() - begun >= 0.3
    client.set_timeout(0.1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        put(client, "y")
    assert stands(service) == "y"


def test_a_stale_read_shows_how_it_stood_before_the_last_change(desk):
    service, client = desk
    service.faults.add(faults.stale_read(), kind="read", skip=1)
    put(client, "old")
    put(client, "new")
    read = [client.values_get("book", "Sheet1!A1")["values"] for _ in range(3)]
    assert read == [[["new"]], [["old"]], [["new"]]]


def test_an_empty_read_says_200_and_shows_nothing(desk):
    service, client = desk
    put(client, "x")
    service.faults.add(faults.empty_values(), times=2)
    assert "values" not in client.values_get("book", "Sheet1!A1")
    [one] = client.values_batch_get("book", ["Sheet1!A1"])["valueRanges"]
    assert one == {"range": "Sheet1!A1", "majorDimension": "ROWS"}
    service.faults.add(faults.empty_body())
    assert client.values_get("book", "Sheet1!A1") == {}


def test_an_answer_breaks_off_in_the_middle(desk):
    service, client = desk
    put(client, "x")
    service.faults.add(faults.truncated())
    with pytest.raises(requests.exceptions.JSONDecodeError):
        client.values_get("book", "Sheet1!A1")


def test_people_act_between_any_two_calls(desk):
    service, client = desk
    sheet = service.files["book"].book.sheets[0]
    seen = []

    def before(call):
        seen.append(("before", call.number, call.name))
        sheet.put(1, 0, {"userEnteredValue": {"stringValue": f"typed before call {call.number}"}})

    def after(call):
        seen.append(("after", call.number, call.name))
        sheet.put(0, 0, {"userEnteredValue": {"stringValue": "typed after"}})

    service.before.append(before)
    service.after_apply.append(after)
    put(client, "x")
    assert stands(service) == "typed after"
    read = client.values_get("book", "Sheet1!A1:A2")["values"]
    assert read == [["typed after"], ["typed before call 2"]]
    assert seen == [
        ("before", 1, "spreadsheets.values.update"), ("after", 1, "spreadsheets.values.update"),
        ("before", 2, "spreadsheets.values.get"), ("after", 2, "spreadsheets.values.get"),
    ]  # fmt: skip
