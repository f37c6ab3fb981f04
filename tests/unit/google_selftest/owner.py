"""The owner of a sheet in use, who runs a selftest on it; a clock that moves when something waits."""

from __future__ import annotations

import random
from datetime import timedelta

from google.auth.credentials import AnonymousCredentials

from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.selftest import Means, Selftest
from tests.sheets_server.in_process import session_within
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import BOOK_ID, NOW, SheetPerson, book_of
from tests.support.workbooks import HEADINGS, ORDERS

SCRATCH = "sheetsync selftest "


class Owner:
    """Without sockets; `at` leads to a server of `service` over HTTP instead."""

    def __init__(self):
        self.now = NOW
        self.service = SheetsService(clock=self.seconds)
        self.service.put(book_of([HEADINGS, *ORDERS]))
        self.warnings: list[str] = []
        self.told: list[str] = []
        self._dice = random.Random(7)
        self.selftest = self.another()

    def another(self, url: str = "", pace: int = 50) -> Selftest:
        """A selftest in a process of its own, at `url` or without sockets."""
        session = None if url else session_within(self.service)
        api = SheetsApi(
            BOOK_ID, AnonymousCredentials(), clock=lambda: self.now, wait=self.wait,
            dice=self._dice.random, session=session, api_url=url, timeout=5.0,
            reads_per_minute=pace, writes_per_minute=pace,
        )  # fmt: skip
        means = Means(
            now=lambda: self.now, wait=self.wait, stopwatch=self.seconds, dice=self._dice.random,
            warn=self.warnings.append,
        )  # fmt: skip
        return Selftest(api, means)

    def run(self, selftest: Selftest | None = None):
        """The report of a run."""
        return (selftest or self.selftest).run(lambda what, _number, _of: self.told.append(what))

    def seconds(self):
        return self.now.timestamp()

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @property
    def book(self):
        return self.service.files[BOOK_ID].book

    @property
    def person(self):
        return SheetPerson(self.book)

    def scratch_tabs(self):
        return [sheet.title for sheet in self.book.sheets if sheet.title.startswith(SCRATCH)]

    def standing(self):
        """Every cell and everything else of the sheet, and the tabs there are."""
        book = self.book
        sheets = [
            (s.id, s.title, s.rows, s.properties, s.protected_ranges, s.merges) for s in book.sheets
        ]
        return repr(
            (sheets, book.named_ranges, book.metadata, book.title, book.timezone, book.locale)
        )
