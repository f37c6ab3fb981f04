"""One running server for the tests of a module, and an empty spreadsheet for each test."""

from __future__ import annotations

import pytest

from tests.support.sheets_clients import google_at, gspread_at, serving


@pytest.fixture(scope="module")
def running():
    """A service and its URL."""
    with serving() as (service, url):
        yield service, url


@pytest.fixture
def service(running):
    """The service, its faults and counts fresh."""
    service, _ = running
    service.counters.reset()
    yield service
    service.faults.clear()


@pytest.fixture
def book(service, running):
    """A new spreadsheet as gspread has it, over real HTTP."""
    return gspread_at(running[1]).open_by_key(service.new_book("A book").id)


@pytest.fixture
def tab(book):
    """Its one tab: Sheet1, 1000 x 26."""
    return book.sheet1


@pytest.fixture(scope="module")
def google_client(running):
    with google_at(running[1]) as spreadsheets:
        yield spreadsheets


@pytest.fixture
def google(service, google_client):
    """The spreadsheets of Google's own client, over real HTTP."""
    return google_client
