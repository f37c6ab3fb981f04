"""Tabs beside the orders cost no request of their own, counted by the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetsync.domain.model import Marker
from tests.support.google_sheets import NOW, SheetPerson, book_of, google_tracker, served
from tests.support.workbooks import HEADINGS, batch

ASKED = ("Customers", "Staff", "Vendors")
MARKER = Marker(uuid="3f1c", epoch=1, seq=1)


class Desk:
    """A tracker that reads two tabs along and has done its first pass; the clock moves with each count."""

    def __init__(self, server, book):
        self.now, self.counters = NOW, server.service.counters
        clock = {"clock": lambda: self.now}
        self.tracker = google_tracker(
            url=server.url, more_of_api=clock, now=lambda: self.now, companions=ASKED
        )
        self.person = SheetPerson(book)

    def cost(self, *steps, minutes=1.0):
        """Reads and writes of some steps, a while after the last."""
        self.now += timedelta(minutes=minutes)
        self.counters.reset()
        for step in steps:
            step()
        return self.counters.reads, self.counters.writes

    def write(self, old, new, count=2):
        lines = [(f"A-{n}", "check", old, new) for n in range(count)]
        receipt = self.tracker.write(batch(*lines, marker=MARKER))
        assert set(receipt.outcomes["outcome"]) <= {"applied"}
        self.receipt = receipt


@pytest.fixture
def desk():
    book = book_of([HEADINGS, *((f"A-{n}", "Ann", "Pending", False) for n in range(20))])
    person = SheetPerson(book)
    person.write_tab("Staff", [["Name"], ["Thabo"]])
    person.write_tab("Customers", [["Customer ID"], *([f"C-{n}"] for n in range(50))])
    with served(book) as server:
        found = Desk(server, book)
        found.tracker.read()
        found.write(None, "first")
        found.tracker.read()
        yield found


def test_a_first_look_asks_no_oftener_than_without():
    book = book_of([HEADINGS, ("A-1",)])
    SheetPerson(book).write_tab("Staff", [["Name"], ["Thabo"]])
    with served(book) as server:
        google_tracker(url=server.url, companions=ASKED).read()
        assert (server.service.counters.reads, server.service.counters.writes) == (3, 0)


def test_a_quiet_pass_is_one_read_and_parses_nothing(desk):
    first = desk.tracker.read()
    assert list(first.tabs) == ["Customers", "Staff"]
    assert desk.cost(desk.tracker.fingerprint) == (1, 0)
    assert desk.tracker.read() is first


def test_a_pass_that_writes_is_two_reads_and_one_write(desk):
    cost = desk.cost(
        desk.tracker.fingerprint, desk.tracker.read, lambda: desk.write("first", "second")
    )
    assert cost == (2, 1)
    assert desk.tracker.fingerprint() == desk.receipt.fingerprint


def test_an_edit_beside_the_orders_amid_a_pass_is_seen_by_the_next_one(desk):
    desk.tracker.read()
    desk.person.write_tab("Staff", [["Name"], ["Lerato"]])
    desk.write("first", "second")
    assert desk.tracker.fingerprint() != desk.receipt.fingerprint
    assert desk.tracker.read().tabs["Staff"].rows[1] == ("Lerato",)


def test_a_tab_renamed_amid_a_pass_does_not_keep_the_orders_from_being_written(desk):
    desk.tracker.read()
    desk.person.rename_tab("Staff", "People")
    assert desk.cost(lambda: desk.write("first", "second")) == (1 + 2, 1), (
        "refused, structure, again"
    )
    assert list(desk.tracker.read().tabs) == ["Customers"]


def test_a_new_tab_is_found_by_the_next_look_at_the_structure(desk):
    desk.person.write_tab("Vendors", [["Vendor ID"], ["V-1"]])
    assert desk.cost(desk.tracker.read) == (1, 0)
    assert "Vendors" not in desk.tracker.read().tabs
    assert desk.cost(desk.tracker.read, minutes=15) == (2, 0)
    assert "Vendors" in desk.tracker.read().tabs


def test_a_tab_that_lost_most_of_its_rows_is_looked_at_twice(desk):
    desk.person.write_tab("Customers", [["Customer ID"]])
    assert desk.cost(desk.tracker.fingerprint) == (1 + 1, 0)
    assert desk.tracker.read().tabs["Customers"].row_numbers == [1]
    assert desk.cost(desk.tracker.fingerprint) == (1, 0)
