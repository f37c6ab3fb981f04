"""How often Google is asked, counted by the server: every row of the table in docs/google.md."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sheetsync.domain.model import Marker
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.sheets_server.model import Book
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import NOW, SheetPerson, book_of, google_tracker, served
from tests.support.google_shop import GoogleShop
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

    def write(
        self, count: int, old: str | None, new: str, *, outcome: str = "applied", **more: object
    ) -> None:
        lines = [(f"A-{n}", "check", old, new) for n in range(count)]
        receipt = self.tracker.write(batch(*lines, **more))
        assert set(receipt.outcomes["outcome"]) <= {outcome}


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


def test_tabs_alone_are_a_second_look_and_a_write_too(desk):
    desk.later()
    desk.tracker.read()
    desk.write(0, None, "", tabs=(kpi_tab(value=0.25),), marker=Marker(uuid="3f1c", epoch=1, seq=3))
    assert desk.asked == (2, 1)


@pytest.mark.parametrize("count", [0, 2])
def test_a_new_tab_is_one_look_at_the_structure_more(desk, count):
    desk.later()
    desk.tracker.read()
    desk.write(count, "first", "second", tabs=(kpi_tab("KPI 2026-12"),), marker=MARKER)
    desk.now += timedelta(minutes=1)
    desk.tracker.fingerprint()
    assert desk.asked == (2 + 1 + 1, 1), "two of the pass, one of the next, and one for the tab"
    desk.later()
    desk.tracker.fingerprint()
    assert desk.asked == (1, 0)


def test_something_typed_and_nothing_to_write_are_two_reads(desk):
    SheetPerson(desk.book).type_in("A-7", "customer", "Bea")
    desk.later()
    desk.tracker.fingerprint()
    desk.tracker.read()
    desk.write(0, None, "")
    assert desk.asked == (2, 0)


def test_all_rows_moved_since_the_last_pass_cost_nothing_more(desk):
    desk.write(2, "first", "")
    desk.tracker.read()
    SheetPerson(desk.book).sort_orders(reverse=True)
    desk.later()
    desk.tracker.fingerprint()
    desk.tracker.read()
    desk.write(COUNT, None, "x")
    assert desk.asked == (2, 1)


def test_all_rows_moved_between_the_two_looks_are_left_for_the_next_pass(desk):
    desk.write(2, "first", "")
    desk.tracker.read()
    desk.later()
    desk.tracker.read()
    SheetPerson(desk.book).insert_row(1)
    lines = [(f"A-{n}", "check", None, "mine") for n in range(COUNT)]
    receipt = desk.tracker.write(batch(*lines))
    assert set(receipt.outcomes["outcome"]) == {"dropped"}
    assert desk.asked == (2, 0)
    desk.later()
    desk.tracker.read()
    desk.write(COUNT, None, "mine")
    assert desk.asked == (2, 1)


def test_a_column_that_moved_is_a_look_at_the_structure_more(desk):
    SheetPerson(desk.book).insert_column(2, "Gift")
    for expected in ((1 + 1, 0), (1, 0)):
        desk.later()
        desk.tracker.fingerprint()
        desk.tracker.read()
        assert desk.asked == expected


def test_a_sheet_that_lost_most_of_its_rows_is_looked_at_twice(desk):
    SheetPerson(desk.book).delete_rows(10, COUNT - 10)
    for expected in ((1 + 1, 0), (1, 0)):
        desk.later()
        desk.tracker.fingerprint()
        assert desk.asked == expected


def test_two_megabytes_are_one_write_and_more_are_split(desk):
    desk.later()
    desk.tracker.read()
    lines = [(f"A-{n}", "customer", "Ann", f"{n:05}" + "y" * 9_995) for n in range(COUNT)]
    receipt = desk.tracker.write(batch(*lines))
    assert set(receipt.outcomes["outcome"]) == {"applied"}
    assert receipt.requests == desk.asked[1] == 3
    assert desk.asked[0] == 1 + 3, "every part looks again just before it is sent"


@pytest.mark.parametrize("count", [3, COUNT])
def test_rows_moved_in_the_moment_of_the_write_are_two_reads_and_a_write_more(desk, count):
    desk.write(2, "first", "")
    desk.tracker.read()
    person, acted = SheetPerson(desk.book), []

    def insert(call):
        if call.kind == "write" and not acted:
            acted.append(call.number)
            person.insert_row(1)

    desk.later()
    desk.tracker.read()
    desk.service.before.append(insert)
    desk.write(count, None, "mine", outcome="dropped")
    assert desk.asked == (2 + 2, 1 + 1), "one to find the rows, and one to see that all is well"
    desk.tracker.read()
    desk.write(count, None, "mine")


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


def test_a_whole_worker_keeps_to_the_table(tmp_path: Path):
    with served() as server, ExitStack() as closing:
        shop = GoogleShop(tmp_path / "shop", server)
        shop.add(*({"order_id": f"#SP-{number}"} for number in range(20)))
        worker = closing.enter_context(shop.workshop())
        counters = server.service.counters

        def one_pass() -> tuple[str, tuple[int, int]]:
            counters.reset()
            shop.now += timedelta(seconds=30)
            outcome = worker.run_pass(shop.now).outcome
            return outcome, (counters.reads, counters.writes)

        assert one_pass() == ("done", (2 + 3 + 1 + 1, 2)), "the first one; its tabs are new"
        assert one_pass() == ("unchanged", (1, 0))
        shop.type_in("#SP-3", notes="rang the customer")
        assert one_pass() == ("done", (2, 0))
        assert one_pass() == ("unchanged", (1, 0))
        for number in range(20):
            shop.type_in(f"#SP-{number}", allocated=True)
        assert one_pass() == ("done", (2, 1))
        assert one_pass() == ("unchanged", (1, 0))
        shop.person.sort_orders(reverse=True)
        assert one_pass() == ("done", (2, 0))


def test_a_worker_started_for_one_pass_looks_at_the_structure_too(tmp_path: Path):
    with served() as server:
        shop = GoogleShop(tmp_path / "shop", server)
        shop.add({"order_id": "#SP-1"})
        asked = []
        for _ in range(2):
            server.service.counters.reset()
            shop.look(shop.now + timedelta(seconds=30))
            asked.append((server.service.counters.reads, server.service.counters.writes))
        assert asked == [(2 + 3 + 1 + 1, 2), (1 + 1, 0)]
