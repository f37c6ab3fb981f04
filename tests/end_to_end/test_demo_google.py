"""The same half-day in a Google Sheet over real HTTP: the same story, word for word, within the budget of requests."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from sheetsync.config import load_config
from sheetsync.demo.company import OPENING, TIMEZONE, company
from sheetsync.demo.folder import MARK, DemoSheet
from sheetsync.demo.people import TICK, Entry
from sheetsync.demo.script import forgotten, script
from sheetsync.demo.sheet_folder import make_sheet_folder
from sheetsync.demo.sheet_hands import PEOPLE, SheetHands
from sheetsync.domain.model import CellValue
from sheetsync.domain.moments import local_to_serial, scalar_to_utc
from sheetsync.errors import UsageError
from sheetsync.rulebook import load_rules
from sheetsync.worker.workshop import Workshop
from tests.sheets_server.page.book_view import Asked
from tests.sheets_server.page.tab_view import tab_view
from tests.sheets_server.served_here import serve
from tests.support.played_demo import PlayedDemo

SHOP = company()
FORGOTTEN = forgotten(SHOP)
STRUCTURE, CELLS = "spreadsheets.get", "spreadsheets.values.batchGet"
SET_UP_READS, SET_UP_WRITES = 4, 2
INTAKE_READS, INTAKE_WRITES = 4, 1
"""Of the worker before its first pass, and of the verb intake, which looks before and after it adds."""


@dataclass(frozen=True)
class Demo:
    """A half-day that was played on a workbook and in a sheet; what the sheet's server was asked."""

    folder: Path
    workbook: PlayedDemo
    story: str
    cells: dict[str, dict[str, CellValue]]
    asked: list[Asked]
    sheet: DemoSheet

    def by_the_worker(self, name: str, kind: str) -> int:
        return sum((one.token, one.name, one.kind) == ("", name, kind) for one in self.asked)


@pytest.fixture(scope="module")
def server():
    with serve(0) as started:
        yield started


@pytest.fixture(scope="module")
def demo(tmp_path_factory, server, played_demo):
    folder = tmp_path_factory.mktemp("newcomer") / "sheet"
    command = [sys.executable, "-m", "sheetsync", "demo", str(folder), "--google-api", server.url]
    before = len(server.asked())
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert (done.stderr, done.returncode) == ("", 0)
    sheet_id = load_config(folder / "config.yaml").tracker.spreadsheet
    asked = server.asked()[before:]
    sheet = DemoSheet(server.url, sheet_id)
    return Demo(folder, played_demo, done.stdout, SheetHands(sheet).cells(), asked, sheet)


def _told(story: str) -> list[str]:
    """The story without where it is played and where to look."""
    story = story.partition("\nWhere to look")[0]
    return [line for line in story.splitlines() if not line.startswith(("They work in", "Look on"))]


def _figures(story: str) -> tuple[int, int]:
    [(passes, quiet)] = re.findall(r"(\d+), of which (\d+) found nothing to do", story)
    return int(passes), int(quiet)


@pytest.mark.slow
def test_the_story_is_the_workbook_s_word_for_word(demo):
    assert _told(demo.story) == _told(demo.workbook.story)
    assert _figures(demo.story) == _figures(demo.workbook.story) == (187, 154)
    assert "They work in a Google Sheet. sheetsync looks every two minutes" in demo.story
    assert demo.sheet.page in demo.story


@pytest.mark.slow
def test_the_last_pass_finds_nothing_to_do(demo):
    assert "The last pass finds nothing to do: 0 cells, 0 mails" in demo.story


@pytest.mark.slow
def test_the_same_mails_go_to_the_same_people(demo):
    folders = (demo.folder, demo.workbook.folder)
    sheet, workbook = (Counter(_subjects(folder / "mails")) for folder in folders)
    assert sheet == workbook
    assert sum(sheet.values()) == 3


def _subjects(folder: Path) -> list[str]:
    texts = [file.read_text(errors="replace") for file in folder.glob("*.eml")]
    return ["".join(re.findall(r"^(?:To|Subject): .*$", text, re.MULTILINE)) for text in texts]


@pytest.mark.slow
def test_a_quiet_pass_costs_one_read_and_a_writing_one_two_and_one_write(demo):
    passes, quiet = _figures(demo.story)
    moments = re.findall(r"^\d\d:\d\d  sheetsync  (.*)$", demo.story, re.MULTILINE)
    writing = sum("read anew" not in words for words in moments)
    assert writing == passes - quiet
    again = len(moments)  # whoever read the sheet anew looked once more before it wrote or did not
    reads = demo.by_the_worker(CELLS, "read")
    first = 1  # the very first look is taken twice
    assert reads == passes + first + again + SET_UP_READS + INTAKE_READS
    writes = demo.by_the_worker("spreadsheets.batchUpdate", "write")
    assert writes == writing + SET_UP_WRITES + INTAKE_WRITES


@pytest.mark.slow
def test_the_structure_is_looked_at_four_times_an_hour(demo):
    looks = demo.by_the_worker(STRUCTURE, "read")
    assert 6 * 4 <= looks <= 6 * 4 + 5


@pytest.mark.slow
def test_the_worker_asks_for_nothing_else_and_is_never_refused(demo):
    names = {one.name for one in demo.asked if not one.token}
    assert names == {STRUCTURE, CELLS, "spreadsheets.batchUpdate"}
    assert {one.code for one in demo.asked} == {200}
    assert {one.token for one in demo.asked} == {"", PEOPLE}


@pytest.mark.slow
def test_everything_that_people_typed_is_still_theirs(demo):
    titles = {key: rule.title for key, rule in load_rules(demo.folder / "rules").columns.items()}
    typed: dict[tuple[str, str], object] = {
        (str(row["order_id"]), titles[key]): value
        for row in (*SHOP.opening, *SHOP.coming)
        for key, value in row.items()
        if key != "status"
    }
    for act in script(SHOP):
        entries = (entry for entry in act.entries if entry.heading != "Status")
        typed |= {(entry.order, entry.heading): entry.value for entry in entries}
    assert len(typed) > 500
    for (order, heading), value in typed.items():
        wanted = local_to_serial(value) if isinstance(value, datetime) else value
        found = demo.cells[order].get(heading)
        assert found == pytest.approx(True if wanted == TICK else wanted), (order, heading)


@pytest.mark.slow
def test_the_page_shows_the_late_order_in_red_and_the_charts(demo, server):
    book = server.book(demo.sheet.id)
    orders = tab_view(book, book.titled("Orders"))
    headings = [cell.get("t") for cell in orders["cells"][0]]
    row = next(cells for cells in orders["cells"] if cells[0].get("t") == FORGOTTEN)
    sla, packed = (row[headings.index(name)] for name in ("SLA", "Packing Completed"))
    assert sla["t"] == "Breached: Packing since 09:03, limit 4 h, was due 13:03"
    assert "background-color:#c0392b" in orders["looks"][sla["s"]][0]
    assert (packed["k"], packed["v"]) == ("tick", False)
    assert len(tab_view(book, book.titled("KPI 2025-03"))["charts"]) == 3
    assert {"Sync Status", "Guide"} <= {sheet.title for sheet in book.sheets}


@pytest.mark.slow
def test_a_further_pass_has_nothing_to_do_and_what_to_type_works(demo, capsys):
    line = next(line for line in demo.story.splitlines() if line.startswith("The month"))
    words = line.partition("sheetsync ")[2].split()
    words[words.index("--config") + 1] = str(demo.folder / "config.yaml")
    assert run(words) == 0
    assert "March 2025" in capsys.readouterr().out


@pytest.fixture
def sheet(server, tmp_path):
    """A tracker without orders, set up as init --google does."""
    folder = make_sheet_folder(tmp_path / "demo", server.url)
    now = scalar_to_utc(OPENING, TIMEZONE)
    with Workshop.open(
        folder.config, clock=lambda: now, wait=lambda _seconds: None, environment={}
    ) as shop:
        shop.installer(now).make_fresh(shop.state.marker)
        shop.tracker(shop.rules(now).rules).append(SHOP.opening[:3])
    return folder.sheet


def test_people_type_where_order_and_heading_stand_at_that_moment(server, sheet):
    hands, order = SheetHands(sheet), str(SHOP.opening[1]["order_id"])
    hands.type_in([Entry(order=order, heading="Notes / Exceptions", value="first")])
    book = server.book(sheet.id)
    tab = book.titled("Orders")
    for line in tab.rows[:5]:
        line.insert(0, None)
    tab.rows.insert(1, [])
    tab.column_count, tab.row_count = tab.column_count + 1, tab.row_count + 1
    hands.type_in([
        Entry(order=order, heading="Inventory Allocated", value=True),
        Entry(order=order, heading="Delivered Date", value=datetime(2025, 3, 11, 9, 30)),
        Entry(order=order, heading="Tracking Number", value="0012345678"),
        Entry(order=order, heading="Notes / Exceptions", value=None),
    ])  # fmt: skip
    found = hands.cells()[order]
    assert found["Inventory Allocated"] is True
    assert found["Delivered Date"] == pytest.approx(45727 + 9.5 / 24)
    assert found["Tracking Number"] == "0012345678"
    assert "Notes / Exceptions" not in found
    with pytest.raises(KeyError):
        hands.type_in([Entry(order="#SP-1", heading="Status", value="On Hold")])


def test_people_sort_whole_rows_and_show_columns(server, sheet):
    hands = SheetHands(sheet)
    before = hands.cells()
    hands.show(["Ack"])
    hands.sort_by("Customer Name / ID")
    after = hands.cells()
    assert after == before
    customers = [str(cells["Customer Name / ID"]).casefold() for cells in after.values()]
    assert customers == sorted(customers)
    tab = server.book(sheet.id).titled("Orders")
    ack = next(
        place for place, cell in enumerate(tab.rows[0]) if cell["userEnteredValue"]["stringValue"] == "Ack"
    )  # fmt: skip
    assert not tab.column_dimensions[ack].get("hiddenByUser")


@pytest.mark.parametrize("address", ["https://sheets.googleapis.com", "127.0.0.1:8085", "ftp://localhost"])  # fmt: skip
def test_the_demo_plays_on_this_machine_only(tmp_path, address):
    with pytest.raises(UsageError, match="plays only there"):
        make_sheet_folder(tmp_path / "demo", address)
    assert not (tmp_path / "demo").exists()


def test_where_no_server_answers_the_way_to_one_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"No Sheets server answers at .*make sheets"):
        make_sheet_folder(tmp_path / "demo", "http://127.0.0.1:1")


def test_a_sheet_that_is_not_empty_or_not_there_is_left_alone(tmp_path, server, sheet):
    with pytest.raises(UsageError, match="is not empty"):
        make_sheet_folder(tmp_path / "one", server.url, sheet.id)
    with pytest.raises(UsageError, match="has no sheet no-such-sheet"):
        make_sheet_folder(tmp_path / "two", server.url, "no-such-sheet")
    with pytest.raises(UsageError, match="--google-id"):
        make_sheet_folder(tmp_path / "three", server.url, "short")


def test_an_empty_sheet_of_one_s_own_is_taken(tmp_path, server):
    server.make_sheet("my-own-sheet", "Mine", "Etc/UTC")
    folder = make_sheet_folder(tmp_path / "demo", server.url, "my-own-sheet")
    assert folder.sheet == DemoSheet(server.url, "my-own-sheet")
    assert (folder.root / MARK).is_file()
    config = load_config(folder.config)
    assert (config.tracker.kind, config.tracker.timezone) == ("google", TIMEZONE)


def test_google_id_alone_is_told_what_it_goes_with(tmp_path, capsys):
    assert run(["demo", str(tmp_path / "demo"), "--google-id", "my-own-sheet"]) == 2
    assert "--google-id goes with --google-api" in capsys.readouterr().err
