"""How often Google is asked, counted by the server: the table of requests per pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from sheetsync.domain.model import Marker
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.sheets_server.model import Book
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import NOW, SheetPerson, book_of, google_tracker, served
from tests.support.workbooks import HEADINGS, batch, kpi_tab

COUNT = 400
MARKER = Marker(uuid="3f1c", epoch=1, seq=1)


@dataclass
class Desk:
    """A tracker that has done its first pass, over real HTTP, and a clock that the test moves."""

    book: Book
    service: SheetsService
    tracker: GoogleTracker
    now: datetime = NOW

    def later(self, minutes: float = 2) -> None:
        self.now += timedelta(minutes=minutes)
        self.service.counters.reset()

    @property
    def asked(self) -> tuple[int, int]:
        """Reads and writes since the clock was moved last."""
        return self.service.counters.reads, self.service.counters.writes

    def write(self, count: int, old: str | None, new: str, **more: object) -> None:
        lines = [(f"A-{n}", "check", old, new) for n in range(count)]
        receipt = self.tracker.write(batch(*lines, **more))
        assert set(receipt.outcomes["outcome"]) <= {"applied"}


@pytest.fixture
def desk():
    orders = [(f"A-{n}", "Ann", "Pending", False) for n in range(COUNT)]
    book = book_of([HEADINGS, *orders])
    with served(book) as server:
        found = Desk(book, server.service, google_tracker(url=server.url))
        clock = {"clock": lambda: found.now}
        found.tracker = google_tracker(url=server.url, more_of_api=clock, now=lambda: found.now)
        found.tracker.read()
        found.write(2, None, "first", tabs=(kpi_tab(),), marker=MARKER)
        found.tracker.read()
        yield found


def test_a_first_look_asks_for_structure_cells_and_formulas_once_each():
    book = book_of([HEADINGS, ("A-1",)])
    with served(book) as server:
        google_tracker(url=server.url).read()
        assert (server.service.counters.reads, server.service.counters.writes) == (3, 0)


def test_twenty_quiet_passes_are_twenty_reads(desk):
    before = desk.tracker.fingerprint()
    desk.later(0.5)
    for _ in range(20):
        desk.now += timedelta(seconds=30)
        assert desk.tracker.fingerprint() == before
    assert desk.asked == (20, 0)


@pytest.mark.parametrize("count", [1, 100, COUNT])
def test_any_number_of_changes_are_two_reads_and_one_write(desk, count):
    desk.write(2, "first", "")
    desk.tracker.read()
    desk.later()
    desk.tracker.fingerprint()
    desk.tracker.read()
    desk.write(count, None, "x" * 50)
    assert desk.asked == (2, 1)


def test_tabs_and_marker_ride_along(desk):
    desk.later()
    desk.tracker.read()
    desk.write(
        2, "first", "second", tabs=(kpi_tab(value=0.5),), marker=Marker(uuid="3f1c", epoch=1, seq=2)
    )
    assert desk.asked == (2, 1)
    desk.later()
    assert desk.tracker.fingerprint() == desk.tracker.read().fingerprint
    assert desk.asked == (1, 0)


def test_tabs_alone_are_a_read_more_and_a_write(desk):
    desk.later()
    desk.tracker.read()
    desk.write(0, None, "", tabs=(kpi_tab(value=0.25),), marker=Marker(uuid="3f1c", epoch=1, seq=3))
    assert desk.asked[1] == 1
    assert desk.asked[0] <= 2


def test_two_megabytes_are_one_write_and_more_are_split(desk):
    desk.later()
    desk.tracker.read()
    lines = [(f"A-{n}", "customer", "Ann", f"{n:05}" + "y" * 9_995) for n in range(COUNT)]
    receipt = desk.tracker.write(batch(*lines))
    assert set(receipt.outcomes["outcome"]) == {"applied"}
    assert receipt.requests == desk.asked[1] == 3
    assert desk.asked[0] == 1 + 3, "every part looks again just before it is sent"


def test_rows_moved_in_the_moment_of_the_write_are_a_read_and_a_write_more_and_a_last_look(desk):
    person, acted = SheetPerson(desk.book), []

    def insert(call):
        if call.kind == "write" and not acted:
            acted.append(call.number)
            person.insert_row(1)

    desk.later()
    desk.tracker.read()
    desk.service.before.append(insert)
    receipt = desk.tracker.write(batch(("A-5", "check", None, "mine")))
    assert list(receipt.outcomes["outcome"]) == ["applied"]
    assert desk.asked == (2 + 2, 2)


def test_the_structure_is_asked_for_every_quarter_of_an_hour(desk):
    desk.later(20)
    desk.tracker.fingerprint()
    desk.later(1)
    for _ in range(30):
        desk.now += timedelta(minutes=1)
        desk.tracker.fingerprint()
    assert desk.asked == (30 + 2, 0)


def test_the_server_and_the_worker_count_the_same(desk):
    desk.later()
    before = desk.tracker.api.client.sent
    desk.tracker.read()
    desk.write(2, "first", "second")
    assert desk.tracker.api.client.sent - before == sum(desk.asked)
