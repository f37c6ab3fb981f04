"""The kinds of trackers that exist, each against the one contract."""

from __future__ import annotations

import pytest

from sheetsync.trackers.memory import MemoryTracker
from tests.contract.tracker_contract import TrackerContract
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import SheetPerson, book_of, google_tracker, served
from tests.support.workbook_person import WorkbookPerson
from tests.support.workbooks import COLUMNS, HEADINGS, ORDERS, excel_tracker, plain_workbook


class TestMemoryTracker(TrackerContract):
    @pytest.fixture
    def tracker(self):
        return MemoryTracker([HEADINGS, *ORDERS], columns=COLUMNS)

    @pytest.fixture
    def person(self, tracker):
        return tracker


class TestExcelTracker(TrackerContract):
    @pytest.fixture
    def tracker(self, tmp_path):
        folder = tmp_path / "shared"
        folder.mkdir()
        return excel_tracker(plain_workbook(folder / "tracker.xlsx"))

    @pytest.fixture
    def person(self, tracker):
        return WorkbookPerson(tracker.path)


class TestExcelTrackerWithInlineStrings(TestExcelTracker):
    """The layout that streaming writers leave: every text in its own cell."""

    @pytest.fixture
    def tracker(self, tmp_path):
        folder = tmp_path / "shared"
        folder.mkdir()
        path = plain_workbook(folder / "tracker.xlsx", constant_memory=True)
        return excel_tracker(path)


class TestGoogleTracker(TrackerContract):
    """Over real HTTP, through gspread's own client."""

    @pytest.fixture
    def book(self):
        return book_of([HEADINGS, *ORDERS])

    @pytest.fixture
    def tracker(self, book):
        with served(book) as server:
            yield google_tracker(url=server.url)

    @pytest.fixture
    def person(self, book):
        return SheetPerson(book)


class TestGoogleTrackerInProcess(TestGoogleTracker):
    """The same without sockets."""

    @pytest.fixture
    def tracker(self, book):
        service = SheetsService()
        service.put(book)
        return google_tracker(service=service)
