"""A patch changes the parts it announces and nothing else of what staff have built."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import datetime

import pytest

from sheetsync.domain.model import Marker
from sheetsync.errors import TrackerRefused
from tests.support.rich_workbook import rich_workbook
from tests.support.workbooks import (
    batch,
    changed_parts,
    excel_tracker,
    kpi_tab,
    libreoffice_csv,
    members,
    plain_workbook,
)

SHEET = "xl/worksheets/sheet1.xml"
MARKER = Marker(uuid="u-1", epoch=1, seq=1)


@pytest.fixture
def rich(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return rich_workbook(folder / "tracker.xlsm")


def tracker_on(path):
    return excel_tracker(path, tab="Orders", allow_macros=True)


def test_the_rich_workbook_is_rich(rich):
    parts = members(rich)
    words = ("chart", "media", "comments", "threaded", "person", "slicer", "pivot", "vba", "table")
    for word in words:
        assert any(word in name for name in parts), word
    for element in (b"sparkline", b"protectedRange", b"x14:dataBar", b'cm="', b"mergeCell"):
        assert element in parts[SHEET], element
    assert len(parts) >= 40


def test_text_and_tick_change_the_sheet_and_the_recalculation_flag_only(rich):
    before = members(rich)
    receipt = tracker_on(rich).write(
        batch(("#SP-1", "check", "ok", "=late"), ("#SP-2", "picked", False, True))
    )
    assert list(receipt.outcomes["outcome"]) == ["applied", "applied"]
    after = members(rich)
    assert changed_parts(before, after) == ["xl/workbook.xml", SHEET]
    assert list(before) == list(after)
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]


def test_outside_the_two_cells_the_sheet_part_is_the_same_bytes(rich):
    before = members(rich)[SHEET]
    tracker_on(rich).write(
        batch(("#SP-1", "check", "ok", "late"), ("#SP-2", "picked", False, True))
    )
    after = members(rich)[SHEET]
    cells = re.compile(rb'<c r="(?:F2|D3)".*?(?:</c>|/>)')
    assert cells.sub(b"", after) == cells.sub(b"", before)
    styles = re.compile(rb'r="(?:F2|D3)" (s="\d+")')
    assert styles.findall(after) == styles.findall(before)


def test_a_stamp_keeps_a_date_format_and_gives_a_general_cell_one(rich):
    before = members(rich)
    moment = datetime(2026, 11, 22, 9, 30)
    tracker_on(rich).write(batch(("#SP-1", "picked_at", None, moment)))
    dated = members(rich)
    assert changed_parts(before, dated) == ["xl/workbook.xml", SHEET]
    tracker_on(rich).write(batch(("#SP-2", "picked_at", None, moment)))
    after = members(rich)
    assert changed_parts(dated, after) == ["xl/styles.xml", SHEET]
    old = re.search(rb"<cellXfs.*</cellXfs>", before["xl/styles.xml"])[0]
    new = re.search(rb"<cellXfs.*</cellXfs>", after["xl/styles.xml"])[0]
    assert new.count(b"<xf ") == old.count(b"<xf ") + 1
    assert b'formatCode="yyyy-mm-dd hh:mm"' in after["xl/styles.xml"]


def test_a_tab_of_ours_leaves_every_part_of_staff_alone(rich):
    before = members(rich)
    receipt = tracker_on(rich).write(batch(tabs=(kpi_tab(),), marker=MARKER))
    assert receipt.tabs_written == ("KPI 2026-11",)
    after = members(rich)
    changed = {n for n in changed_parts(before, after) if n in before}
    assert changed == {
        "[Content_Types].xml",
        "docProps/app.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
    }
    assert not set(before) - set(after)


def test_untouched_members_keep_order_and_dates(rich):
    def listed():
        with zipfile.ZipFile(rich) as package:
            return [(i.filename, i.date_time, i.external_attr) for i in package.infolist()]

    before = listed()
    tracker_on(rich).write(batch(("#SP-1", "check", "ok", "late")))
    assert listed() == before


def test_nobody_can_write_where_staff_have_formulas_or_merges(rich):
    tracker = tracker_on(rich)
    before = rich.read_bytes()
    from sheetsync.trackers.excel.package import Package
    from sheetsync.trackers.excel.refusals import Untouchable, tables_of
    from sheetsync.trackers.excel.scanner import scan

    with Package(before, "tracker", allow_macros=True) as package:
        found = scan(package.read(SHEET), spans=True)
        guard = Untouchable(found, tables_of(package, SHEET), [1, 8])
        stock = tables_of(package, "xl/worksheets/sheet2.xml")
        table_guard = Untouchable(scan(package.read("xl/worksheets/sheet2.xml")), stock, [1, 3])
    cells = {(r.number, c.column): c for r in found.rows for c in r.cells}
    assert "formula" in guard.reason(2, 6, cells[2, 6])
    assert "several cells" in guard.reason(2, 10, cells[2, 10]) or "formula" in guard.reason(
        2, 10, cells[2, 10]
    )
    assert "array formula" in guard.reason(3, 11, cells.get((3, 11)))
    assert guard.reason(8, 0, cells[8, 0]) == ""
    assert "merged" in guard.reason(8, 1, cells[8, 1])
    assert "heading" in table_guard.reason(1, 0, None)
    assert table_guard.reason(2, 0, None) == ""
    assert tracker.fingerprint()


def test_macros_are_refused_unless_allowed(rich):
    with pytest.raises(TrackerRefused, match="macros"):
        excel_tracker(rich, tab="Orders").write(batch(("#SP-1", "check", "ok", "late")))


@pytest.mark.libreoffice
def test_libreoffice_shows_what_was_written(tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed, so no real program opens the file")
    folder = tmp_path / "shared"
    folder.mkdir()
    path = plain_workbook(folder / "tracker.xlsx")
    tracker = excel_tracker(path)
    tracker.write(
        batch(
            ("000123", "check", "old words", "=1+1"),
            ("000123", "picked_at", None, datetime(2026, 11, 22, 9, 30)),
            ("A-2", "check", None, '<b> & "quotes" 🧾'),
            tabs=(kpi_tab(),),
            marker=MARKER,
        )
    )
    tracker.append([{"order_id": "N-1", "customer": "New"}])
    rows = libreoffice_csv(soffice, path, tmp_path)
    assert rows[1][:1] + rows[1][4:6] == ["000123", "2026-11-22 09:30", "=1+1"]
    assert rows[2][5] == '<b> & "quotes" 🧾'
    assert rows[4][:2] == ["N-1", "New"]
