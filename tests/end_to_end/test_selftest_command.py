"""`sheetsync selftest --live` as the owner of a sheet types it, against the local server over real HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from tests.sheets_server import faults
from tests.support.google_sheets import BOOK_ID, Served, book_of, served
from tests.support.workbooks import HEADINGS, ORDERS

SCRATCH = "sheetsync selftest "


@pytest.fixture
def server():
    rows = [HEADINGS, *ORDERS, ("Z-9", "Thandi Nkosi", "Pending")]
    with served(book_of(rows, title="Shop of the Nkosis")) as running:
        yield running


def standing(server: Served) -> str:
    book = server.service.files[BOOK_ID].book
    tabs = [(s.id, s.title, s.rows, s.properties) for s in book.sheets]
    return repr((tabs, book.metadata, book.named_ranges, book.title))


def words(server: Served, *more: str) -> list[str]:
    return ["selftest", "--live", BOOK_ID, "--api-url", server.url, "--yes", *more]


@pytest.mark.slow
def test_it_ends_well_with_two_reports_and_the_sheet_as_it_was(server, tmp_path: Path, capsys):
    before, report = standing(server), tmp_path / "report.md"
    assert run(words(server, "--report", str(report), "--thorough")) == 0
    said = capsys.readouterr()
    assert "promises held." in said.out
    assert "The scratch tabs are gone." in said.out
    assert "Nothing else changed: titles, ids, sizes, marks, names and protections" in said.out
    assert "report.md, and report.json beside it." in " ".join(said.out.split())
    assert said.err == ""
    assert standing(server) == before
    text, facts = report.read_text(), json.loads(report.with_suffix(".json").read_text())
    assert text.startswith("# sheetsync selftest")
    assert facts["holds"] is True
    assert (facts["changed"], facts["left"]) == ([], "")
    for private in (BOOK_ID, server.url, "Thandi Nkosi", "Shop of the Nkosis"):
        assert private not in text + json.dumps(facts)


def test_nobody_is_asked_without_a_terminal_and_nothing_is_written(server, capsys):
    before = standing(server)
    assert run(words(server)[:-1]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert (
        "“Shop of the Nkosis”, 1 tab. Two hidden scratch tabs are added, used for a moment, and deleted."
        in said
    )
    assert "say --yes" in said
    assert standing(server) == before
    assert server.service.counters.writes == 0


@pytest.mark.slow
def test_ctrl_c_takes_the_scratch_tab_away(server, tmp_path: Path):
    before = standing(server)
    asked = words(server, "--report", str(tmp_path / "report.md"))
    server.service.faults.add(faults.slow(0.05), times=10_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "sheetsync", *asked], stderr=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background has its children ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    end = time.monotonic() + 30
    while server.service.counters.writes < 6:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert any(s.title.startswith(SCRATCH) for s in server.service.files[BOOK_ID].book.sheets)
    process.send_signal(signal.SIGINT)
    _, silence = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in silence
    assert standing(server) == before
    assert not (tmp_path / "report.md").exists()


def test_a_report_never_replaces_another_file(server, tmp_path: Path, capsys):
    mine = tmp_path / "notes.md"
    mine.write_text("mine")
    assert run(words(server, "--report", str(mine))) == 2
    assert "is there already and is no report of a selftest" in " ".join(capsys.readouterr().err.split())  # fmt: skip
    assert mine.read_text() == "mine"
    assert server.service.counters.number == 0
