"""The kinds of trackers that exist, each against the contract of the tabs beside the orders."""

from __future__ import annotations

import pytest

from sheetsync.trackers.memory import MemoryTracker
from tests.contract.companion_contract import ASKED, STAFF, CompanionContract
from tests.support.google_sheets import SheetPerson, book_of, google_tracker, served
from tests.support.workbook_person import WorkbookPerson
from tests.support.workbooks import COLUMNS, HEADINGS, ORDERS, excel_tracker, plain_workbook


class MemoryPerson:
    """Edits what memory trackers have in common."""

    def __init__(self, *trackers):
        self._trackers = trackers

    def type_in(self, order, column, value):
        self._trackers[0].type_in(order, column, value)

    def write_tab(self, title, rows):
        for tracker in self._trackers:
            tracker.beside[title] = [list(row) for row in rows]

    def rename_tab(self, title, new):
        for tracker in self._trackers:
            tracker.beside[new] = tracker.beside.pop(title)

    def remove_tab(self, title):
        for tracker in self._trackers:
            del tracker.beside[title]


def with_staff(tracker):
    tracker.beside["Staff"] = [list(row) for row in STAFF]
    return tracker


class TestMemory(CompanionContract):
    @pytest.fixture
    def tracker(self):
        return with_staff(MemoryTracker([HEADINGS, *ORDERS], columns=COLUMNS, companions=ASKED))

    @pytest.fixture
    def narrow(self):
        return with_staff(MemoryTracker([HEADINGS, *ORDERS], columns=COLUMNS))

    @pytest.fixture
    def person(self, tracker, narrow):
        return MemoryPerson(tracker, narrow)


class TestExcel(CompanionContract):
    @pytest.fixture
    def path(self, tmp_path):
        folder = tmp_path / "shared"
        folder.mkdir()
        path = plain_workbook(folder / "tracker.xlsx")
        WorkbookPerson(path).write_tab("Staff", STAFF)
        return path

    @pytest.fixture
    def tracker(self, path):
        return excel_tracker(path, tab="Orders", companions=ASKED)

    @pytest.fixture
    def narrow(self, path):
        return excel_tracker(path, tab="Orders")

    @pytest.fixture
    def person(self, path):
        return WorkbookPerson(path)


class TestGoogle(CompanionContract):
    """Over real HTTP, through gspread's own client."""

    @pytest.fixture
    def book(self):
        book = book_of([HEADINGS, *ORDERS])
        SheetPerson(book).write_tab("Staff", STAFF)
        return book

    @pytest.fixture
    def server(self, book):
        with served(book) as server:
            yield server

    @pytest.fixture
    def tracker(self, server):
        return google_tracker(url=server.url, companions=ASKED)

    @pytest.fixture
    def narrow(self, server):
        return google_tracker(url=server.url)

    @pytest.fixture
    def person(self, book):
        return SheetPerson(book)
