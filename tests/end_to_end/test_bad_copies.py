"""Every bad workbook that we know of, through `import`: its verdict, in bounded time and memory, nothing written.

The tracker holds the five orders of the control workbook, so that a file that merely looks odd must come out as
no change at all. The table of verdicts is printed (pytest -s).
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from sheetsync.cli.main import run
from sheetsync.errors import PlanRefused, SheetsyncError, TrackerBusy, UsageError
from sheetsync.worker.offline.applying import stand
from sheetsync.worker.offline.returning import Asked, ImportPlan, look_at_import
from tests.support.bad_workbooks import CASES, CONTROL, HEADINGS, is_control, tracker
from tests.support.memory_peak import count_anew, peak
from tests.support.offline_copy import take_out
from tests.support.raw_xlsx import RawSheet, xlsx
from tests.support.shop import Shop

SECONDS = 8.0
MEGABYTES = 400
SAME_TAB = {"a copy of the tracker"}
"""Cases in which a tab's title decides; a copy's tab is known by the title it went out with."""


class Desk:
    """A tracker of the control's orders, a copy of it, and the verdicts so far."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder / "shop", headings=HEADINGS)
        self.shop.workbook.write_bytes(tracker(CONTROL))
        self.shop.look(self.shop.at("08:10"))
        self.shop.now = self.shop.at("08:12")
        self.path = folder / "copy.xlsx"
        self.copy_id = take_out(self.shop, self.path).id
        self.before = self.shop.workbook.read_bytes()
        self.verdicts: list[tuple[str, str, float, int]] = []
        self.workshop = self.shop.workshop()
        self.standing = stand(self.workshop, self.shop.at("08:13"))

    def verdict(self, name: str, file: Path, *, named: bool = True) -> ImportPlan | SheetsyncError:
        """What `import` says of a file; time and memory are kept."""
        start, held = time.process_time(), count_anew()
        try:
            asked = Asked(copy_id=self.copy_id if named else "")
            found: ImportPlan | SheetsyncError = look_at_import(
                self.workshop, file, self.shop.now, asked
            )
        except SheetsyncError as problem:
            found = problem
        words = str(found) if isinstance(found, SheetsyncError) else _counts(found)
        line = (name, words, time.process_time() - start, peak() - held)
        self.verdicts.append(line)
        assert line[2] < SECONDS, f"{name} took {line[2]:.1f} s"
        assert line[3] < MEGABYTES, f"{name} took {line[3]} MB"
        assert self.shop.workbook.read_bytes() == self.before
        assert "\n" not in words
        return found


def _counts(found: ImportPlan) -> str:
    cells = found.merged.cells["outcome"].value_counts().to_dict()
    told = ", ".join(f"{count} {what}" for what, count in sorted(cells.items())) or "no change"
    refused = (
        f", rows refused {len(found.merged.rows.refused)}" if found.merged.rows.refused else ""
    )
    added = f", rows added {len(found.added)}" if found.added else ""
    return f"merged: {told}{refused}{added}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("bad"))
    yield desk
    desk.workshop.close()
    for name, words, seconds, megabytes in desk.verdicts:
        print(f"{name[:44]:<46}{seconds:5.2f} s {megabytes:4} MB  {words[:150]}")


READ = [case for case in CASES if not case.tab]


@pytest.mark.parametrize("case", READ, ids=lambda case: f"{case.number}-{case.name}")
def test_every_bad_workbook_gets_its_verdict(desk, case, tmp_path):
    file = tmp_path / "back.xlsx"
    file.write_bytes(case.build())
    found = desk.verdict(case.name, file)
    if case.check is is_control or case.name in SAME_TAB:
        assert isinstance(found, ImportPlan), found
        assert found.idle
        assert not len(found.merged.cells)
    elif case.error is not None and case.name not in SAME_TAB:
        assert isinstance(found, (case.error, PlanRefused))
        if isinstance(found, case.error):
            assert all(word in str(found) for word in case.words if word != "next pass")
    else:
        assert isinstance(found, ImportPlan | PlanRefused)


def edited(path: Path, work: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(path)
    work(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def without(path: Path, *, names: bool, properties: bool, tab: bool) -> bytes:
    """The copy with some of the three places of its mark gone."""

    def work(book: openpyxl.Workbook) -> None:
        if names:
            for name in list(book.defined_names):
                del book.defined_names[name]
        if properties:
            for held in list(book.custom_doc_props.names):
                del book.custom_doc_props[held]
        if tab:
            del book["About this copy"]

    return edited(path, work)


@pytest.mark.parametrize("left", ["names", "properties", "tab"])
def test_one_of_the_three_marks_is_enough(desk, left, tmp_path):
    file = tmp_path / "back.xlsx"
    file.write_bytes(without(desk.path, **{name: name != left for name in ("names", "properties", "tab")}))  # fmt: skip
    found = desk.verdict(f"only the mark in {left} left", file, named=False)
    assert isinstance(found, ImportPlan), found
    assert found.idle


def test_a_copy_without_any_mark_says_how_to_name_it(desk, tmp_path):
    file = tmp_path / "back.xlsx"
    file.write_bytes(without(desk.path, names=True, properties=True, tab=True))
    found = desk.verdict("no mark left", file, named=False)
    assert isinstance(found, UsageError)
    assert "--copy" in str(found)


def _delete_a_cell(book: openpyxl.Workbook) -> None:
    sheet = book["Orders"]
    sheet.cell(1, 1).value = "Nummer"


OWN: dict[str, tuple[Callable[[Path], bytes], type[Exception], str]] = {
    "key heading renamed": (lambda p: edited(p, _delete_a_cell), PlanRefused, "Order ID"),
    "still being written": (lambda p: p.read_bytes()[:-900], TrackerBusy, "import it again"),
    "headings of another language": (
        lambda _: xlsx(RawSheet(name="Orders", rows=[["Bestellnummer", "Kunde"], ["#SP-1", "Ann"]])),
        PlanRefused, "heading",
    ),
    "a heading twice": (
        lambda _: tracker([[*HEADINGS, "Status"], *CONTROL[1:]]), PlanRefused, "2 headings mean Status",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_copy_that_was_spoilt_on_the_way(desk, name, tmp_path):
    build, error, words = OWN[name]
    file = tmp_path / "back.xlsx"
    file.write_bytes(build(desk.path))
    found = desk.verdict(name, file)
    assert isinstance(found, error)
    assert words in str(found)
    assert "next pass" not in str(found)


def test_a_file_that_lost_every_row_deletes_nothing_and_says_so(desk, tmp_path):
    file = tmp_path / "back.xlsx"
    file.write_bytes(tracker(CONTROL[:1]))
    found = desk.verdict("every row gone, headings left", file)
    assert isinstance(found, ImportPlan)
    assert found.idle
    assert len(found.merged.rows.deleted) == 5


def test_what_is_no_workbook_is_sent_where_it_belongs(desk, tmp_path):
    csv = tmp_path / "back.csv"
    csv.write_text("Order ID,Status\n#SP-1,Packing\n")
    assert "sheetsync intake" in str(desk.verdict("a CSV file", csv))
    assert "is a folder" in str(desk.verdict("a folder", tmp_path))
    assert "There is no file" in str(desk.verdict("no file", tmp_path / "none.xlsx"))
    lines = tmp_path / "back.jsonl"
    lines.write_text('{"Order ID": "#SP-1"}\n')
    assert "no workbook" in str(desk.verdict("JSON lines", lines))


def test_the_command_line_tells_one_sentence_and_a_code(desk, tmp_path, capsys):
    file = tmp_path / "back.xlsx"
    file.write_bytes(b"PK\x03\x04 not quite")
    code = run(["import", str(file), "--apply", "--yes", "--config", str(desk.shop.config)])
    said = capsys.readouterr().err
    assert code in (1, 75)
    assert said.count("sheetsync:") == 1
    assert "Traceback" not in said
    assert desk.shop.workbook.read_bytes() == desk.before
