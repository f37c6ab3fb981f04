"""A selftest on a sheet in use: everything tried on a tab of its own, and afterwards the sheet is as it was."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import requests
from google.auth.credentials import AnonymousCredentials

from sheetsync.errors import SheetsyncError
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.selftest import Means, Selftest
from sheetsync.trackers.google.selftest.reporting import markdown
from tests.sheets_server.in_process import InProcess
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import BOOK_ID, NOW, book_of
from tests.support.workbooks import HEADINGS, ORDERS


class Owner:
    """The owner of a sheet, with a clock that moves when something waits."""

    def __init__(self):
        self.now = NOW
        self.service = SheetsService(clock=self.seconds)
        self.service.put(book_of([HEADINGS, *ORDERS]))
        session = requests.Session()
        session.mount("https://", InProcess(self.service))
        dice = random.Random(7).random
        self.api = SheetsApi(
            BOOK_ID,
            AnonymousCredentials(),
            clock=lambda: self.now,
            wait=self.wait,
            dice=dice,
            session=session,
        )
        self.warnings: list[str] = []
        means = Means(
            now=lambda: self.now, wait=self.wait, stopwatch=self.seconds, dice=dice,
            warn=self.warnings.append,
        )  # fmt: skip
        self.selftest = Selftest(self.api, means)

    def seconds(self):
        return self.now.timestamp()

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    def standing(self):
        """Every cell and everything else of the sheet, and the tabs there are."""
        book = self.service.files[BOOK_ID].book
        sheets = [
            (s.id, s.title, s.rows, s.properties, s.protected_ranges, s.merges) for s in book.sheets
        ]
        return repr(
            (sheets, book.named_ranges, book.metadata, book.title, book.timezone, book.locale)
        )


def test_everything_is_tried_and_the_sheet_is_as_it_was():
    owner = Owner()
    before = owner.standing()
    report = owner.selftest.run(lambda _what, _done, _all: None)
    assert [kept for kept in report.kept if kept.outcome != "held"] == []
    assert report.holds
    assert report.changed == ()
    assert len(report.answers) > 30
    assert owner.standing() == before
    assert owner.warnings == []
    assert BOOK_ID not in markdown(report)


def test_the_scratch_tab_goes_also_when_the_run_is_interrupted():
    owner = Owner()
    before = owner.standing()

    def tired(_what, done, _all):
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        owner.selftest.run(tired)
    assert owner.standing() == before


def test_an_account_that_may_only_look_gets_one_sentence_and_nothing_is_written():
    owner = Owner()
    owner.service.files[BOOK_ID].role = "reader"
    before = owner.standing()
    with pytest.raises(SheetsyncError, match="Editor"):
        owner.selftest.run(lambda _what, _done, _all: None)
    assert owner.standing() == before
