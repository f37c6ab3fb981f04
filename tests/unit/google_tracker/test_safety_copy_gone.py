"""The hidden tab may be deleted or renamed at any time: a slip is put right all the same, and nothing gets stuck."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetsync.trackers.google.journal import (
    NOTHING_OPEN,
    Entry,
    MemoryJournal,
    Then,
    Under,
    Undo,
    pack,
    unpack,
)
from sheetsync.trackers.google.safety_copy import TITLE
from tests.sheets_server.faults import empty_body
from tests.sheets_server.requests.apply import apply_all
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import book_of, google_tracker, rows_of, with_safety_copy
from tests.support.workbooks import HEADINGS, batch

CHECK = HEADINGS.index("Check")
OURS = "A-9 is missing something"


class Kept(MemoryJournal):
    """A journal that remembers the last entry that was not the empty one."""

    last = ""

    def keep(self, entry):
        self.last = entry or self.last
        super().keep(entry)


class Desk:
    """A tracker whose last write left a slip open: words of another order stand under Check of A-1."""

    def __init__(self):
        row = ["A-1", "Ann", "Pending", False, None, OURS]
        self.book = with_safety_copy(book_of([HEADINGS, row]))
        self.service, self.journal = SheetsService(), Kept()
        self.service.put(self.book)
        self.tracker = google_tracker(service=self.service, journal=self.journal)
        self.tracker.read()
        then = Then(
            write="yesterday 1", number=2, key="A-1", cells=tuple(row), touched=(CHECK,),
            headings=tuple(HEADINGS), key_column=0,
        )  # fmt: skip
        undo = Undo(
            then=then,
            order="A-9",
            heading="Check",
            column=CHECK,
            wrong=OURS,
            right="what stood there",
        )
        under = Under(tuple(HEADINGS), 1, 0)
        self.journal.keep(pack(Entry(under=under, times={"A-1": 1}, undos=(undo,))))

    def do(self, kind, **body):
        apply_all(self.book, [{kind: body}])

    def rename_customer(self):
        """One write when nothing is open any more."""
        self.tracker.write(batch())
        self.tracker.read()
        receipt = self.tracker.write(batch(("A-1", "customer", "Ann", "Ann Lee")))
        assert list(receipt.outcomes["outcome"]) == ["applied"]

    def check(self):
        return rows_of(self.book)[1][CHECK]


@pytest.fixture
def desk():
    return Desk()


def delete(desk):
    desk.do("deleteSheet", sheetId=desk.book.titled(TITLE).id)


def rename(desk):
    properties = {"sheetId": desk.book.titled(TITLE).id, "title": "What is this?"}
    desk.do("updateSheetProperties", properties=properties, fields="title")


@pytest.mark.parametrize("act", [delete, rename])
def test_an_open_slip_is_put_right_also_where_the_copy_is_gone(desk, act):
    act(desk)
    assert not any(desk.tracker.read().rows[1][CHECK:]), "planned from as it will be"
    desk.tracker.write(batch())
    assert desk.check() is None, "what belongs there is computed anew"
    assert desk.journal.load() == ""


@pytest.mark.parametrize("act", [delete, rename])
def test_what_was_sent_last_is_asked_for_also_where_the_copy_is_gone(desk, act):
    desk.rename_customer()
    desk.journal.keep(desk.journal.last)
    act(desk)
    desk.tracker.read()
    desk.tracker.write(batch())
    assert desk.journal.load() == ""
    assert rows_of(desk.book)[1][1] == "Ann Lee"


def test_the_next_write_adds_the_copy_again(desk):
    delete(desk)
    desk.rename_customer()
    assert desk.book.titled(TITLE).properties["hidden"]
    assert rows_of(desk.book)[1][1] == "Ann Lee"


def test_what_no_receipt_has_told_yet_is_told_by_the_next_one(desk):
    words = "Under “Check” of A-1 stands “x”, which may be ours or a person's; please look at it."
    desk.journal.keep(pack(replace(NOTHING_OPEN, told=(words,))))
    desk.tracker.read()
    assert desk.tracker.write(batch()).remarks == (words,)
    assert desk.journal.load() == ""
    assert desk.tracker.write(batch()).remarks == ()


def test_a_copy_that_comes_back_empty_is_asked_for_again(desk):
    desk.rename_customer()
    entry = unpack(desk.journal.last)
    shows_copy = lambda call: "rowData" in call.one("fields")  # noqa: E731
    desk.service.faults.add(empty_body(), when=shows_copy, times=2)
    assert desk.tracker.guarded.heard_of(entry).stand == entry.sent
    assert len(desk.service.faults.seen) == 2
