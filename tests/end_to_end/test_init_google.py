"""`sheetsync init --google` and `sheetsync setup` as a person types them, against the local server."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.cli.main import run
from sheetsync.config import load_config
from sheetsync.setup.google_sheet import name_for_empty_tab
from tests.sheets_server import faults
from tests.support.google_sheets import BOOK_ID, Served, book_of, cell_of, rows_of, served
from tests.support.workbooks import HEADINGS, ORDERS


@pytest.fixture
def server():
    with served() as running:
        yield running


@pytest.fixture
def init(server: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Type `init` for the folder `shop`; gives the exit code and what was said."""

    def type_in(*more: str) -> tuple[int, str]:
        place = ["init", str(tmp_path / "shop"), "--google", BOOK_ID, "--api-url", server.url]
        code = run([*place, *more])
        said = capsys.readouterr()
        return code, " ".join(f"{said.out} {said.err}".split())

    return type_in


@pytest.fixture
def setup(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Type `setup`; gives what was said."""

    def type_in(*more: str) -> str:
        assert run(["setup", "--config", str(tmp_path / "shop" / "config.yaml"), *more]) == 0
        return " ".join(capsys.readouterr().out.split())

    return type_in


def filled(server: Served) -> list[list[object]]:
    """The rows of the tab Sheet1 that hold anything."""
    rows = rows_of(server.service.files[BOOK_ID].book, "Sheet1")
    return [row for row in rows if any(value is not None for value in row)]


def tab_in_config(folder: Path) -> str:
    return load_config(folder / "shop" / "config.yaml").tracker.tab


@pytest.mark.parametrize(
    ("title", "becomes"),
    [("Sheet1", "Orders"), ("Tabellenblatt1", "Orders"), ("シート1", "Orders"), ("Feuille 1", "Orders"),
     ("Bestellungen", "Bestellungen"), ("Orders", "Orders"), ("Shop 12", "Shop 12"), ("2026-1", "2026-1")],
)  # fmt: skip
def test_an_empty_tab_that_nobody_named_is_called_orders(
    server, init, setup, tmp_path, *, title, becomes
):
    server.service.put(book_of([], tab=title))
    code, said = init()
    assert code == 0
    assert f"The tab {title} was empty: it has the headings and looks of a new tracker" in said
    assert (f"and is called {becomes}" in said) is (title != becomes)
    book = server.service.files[BOOK_ID].book
    assert book.sheets[0].title == becomes == tab_in_config(tmp_path)
    assert rows_of(book, becomes)[0][0] == "Order ID"
    assert setup("--dry-run") == "Everything is as it should be; nothing was changed."


def test_a_tab_that_was_asked_for_by_name_keeps_it(server, init, tmp_path):
    server.service.put(book_of([], tab="Sheet1"))
    assert init("--tab", "Sheet1")[0] == 0
    assert server.service.files[BOOK_ID].book.sheets[0].title == "Sheet1"
    assert tab_in_config(tmp_path) == "Sheet1"
    assert name_for_empty_tab("Sheet1", "Sheet1") == "Sheet1"


def test_a_sheet_in_use_keeps_its_name_its_headings_and_its_cells(server, init, setup, tmp_path):
    server.service.put(book_of([HEADINGS, *ORDERS], tab="Sheet1"))
    before = filled(server)
    code, said = init()
    assert code == 0
    assert "set up, in one step." in said
    assert filled(server) == before
    assert tab_in_config(tmp_path) == "Sheet1"
    assert setup() == "Everything is as it should be; nothing was changed."


def test_what_comes_next_is_told_with_the_time_zone_of_the_sheet(server, init):
    server.service.put(book_of([], tab="Sheet1", timezone="Africa/Johannesburg"))
    _, said = init()
    assert "Time zone: Africa/Johannesburg (as the sheet has it)" in said
    assert "doctor --config" in said
    assert "run --config" in said


def test_a_set_up_whose_answer_is_lost_is_found_again_by_its_mark(server, init, setup):
    server.service.put(book_of([], tab="Sheet1"))
    server.service.faults.add(faults.answer_lost(), kind="write")
    code, said = init()
    assert code == 75
    assert "After an init the command is sheetsync setup." in said
    assert server.service.files[BOOK_ID].book.sheets[0].title == "Orders"
    assert setup() == "Everything is as it should be; nothing was changed."


def test_one_of_several_tabs_must_be_named_and_nothing_is_made_before(server, init, tmp_path):
    book = book_of([], tab="Sheet1")
    server.service.put(book)
    book.sheets.append(book_of([], tab="Notes").sheets[0])
    book.sheets[1].id = 5
    code, said = init()
    assert code == 2
    assert "its tabs are “Sheet1”, “Notes”. Name the one with the orders: --tab TITLE" in said
    assert not (tmp_path / "shop").exists()


def test_a_dry_run_counts_what_would_be_done_and_does_nothing(server, init, setup):
    server.service.put(book_of([HEADINGS, *ORDERS], tab="Orders"))
    init()
    book = server.service.files[BOOK_ID].book
    version = book.version
    said = setup("--remove", "--dry-run")
    assert "things would be taken back, in one step. Nothing was changed now." in said
    assert book.version == version

    assert "things taken back, in one step." in setup("--remove")
    nothing = "Nothing that sheetsync installed is in the sheet; nothing was changed."
    assert setup("--remove") == nothing
    assert "would be set up, in one step. Nothing was changed now." in setup("--dry-run")
    assert book.sheets[0].cell(0, 0) == cell_of("Order ID")
