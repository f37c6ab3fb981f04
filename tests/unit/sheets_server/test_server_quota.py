"""Quota: reads and writes a minute, for each caller and for the project, and what is counted."""

from __future__ import annotations

import pytest
from google.oauth2.credentials import Credentials
from gspread.exceptions import APIError

from tests.sheets_server.service import SheetsService
from tests.support.sheets_clients import gspread_at, serving


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limited(clock):
    """A service that allows a caller 3 calls a minute, the project 5; and its URL."""
    with serving(SheetsService(clock=clock)) as (service, url):
        service.quota.on, service.quota.per_user, service.quota.per_project = True, 3, 5
        service.new_book("B", "book")
        yield service, url


def tab_for(url, token):
    """The tab as one caller has it; opening costs a read, as does looking for a tab."""
    return gspread_at(url, Credentials(token)).http_client


def refusal(call, *args, **more):
    with pytest.raises(APIError) as caught:
        call(*args, **more)
    return caught.value.response


def test_too_many_reads_in_a_minute_are_refused_in_googles_words(limited, clock):
    _, url = limited
    client = tab_for(url, "a")
    for _ in range(3):
        client.values_get("book", "Sheet1!A1")
    answer = refusal(client.values_get, "book", "Sheet1!A1")
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per "
        "user' of service 'sheets.googleapis.com' for consumer 'project_number:1234567890'."
    )
    assert error["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
    clock.now += 60
    client.values_get("book", "Sheet1!A1")


def test_writes_have_a_bucket_of_their_own(limited):
    service, url = limited
    client = tab_for(url, "a")
    for _ in range(3):
        client.values_get("book", "Sheet1!A1")
    for _ in range(3):
        client.values_clear("book", "Sheet1!A1")
    assert refusal(client.values_clear, "book", "Sheet1!A1").status_code == 429
    assert (service.quota.used("read", "a"), service.quota.used("write", "a")) == (3, 3)


def test_another_caller_has_its_own_share_until_the_project_has_none_left(limited):
    _, url = limited
    first, second = tab_for(url, "a"), tab_for(url, "b")
    for _ in range(3):
        first.values_get("book", "Sheet1!A1")
    for _ in range(2):
        second.values_get("book", "Sheet1!A1")
    answer = refusal(second.values_get, "book", "Sheet1!A1")
    assert "limit 'Read requests per minute' of" in answer.json()["error"]["message"]


def test_one_batch_is_one_write_however_much_is_in_it(book, service):
    service.counters.reset()
    note = {"updateCells": {"range": {"sheetId": 0, "endRowIndex": 1}, "fields": "note"}}
    book.batch_update({"requests": [note] * 50})
    book.values_batch_get(["Sheet1!A1"] * 20)
    assert (service.counters.reads, service.counters.writes) == (1, 1)
    [write, read] = service.counters.calls
    assert (write.method, write.kind, write.code) == ("POST", "write", 200)
    assert (read.method, read.path, read.kind) == (
        "GET", f"/v4/spreadsheets/{book.id}/values:batchGet", "read",
    )  # fmt: skip


def test_drive_costs_nothing_of_the_sheets_quota(book, service):
    service.counters.reset()
    assert book.get_lastUpdateTime()
    assert (service.counters.reads, service.counters.writes) == (0, 0)
    assert [call.kind for call in service.counters.calls] == ["drive"]


def test_without_being_switched_on_there_is_no_quota(book):
    for _ in range(70):
        book.values_get("Sheet1!A1")
