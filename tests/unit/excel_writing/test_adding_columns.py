"""The worker's columns come beside those of a workbook that staff own; all else keeps its bytes."""

from __future__ import annotations

import re
import shutil

import pytest
import xlsxwriter

from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.excel.add_columns import AddColumns
from sheetsync.trackers.excel.reader import read_sheet
from tests.support.rich_workbook import rich_workbook
from tests.support.workbooks import (
    COLUMNS,
    changed_parts,
    excel_tracker,
    libreoffice_csv,
    members,
    opened,
    plain_workbook,
    with_parts,
)

SHEET = "xl/worksheets/sheet1.xml"
_AT = Source("columns.yaml", 1)
MORE = {
    **COLUMNS,
    "sla": ColumnRule(key="sla", title="SLA", owner="worker", width=44, source=_AT),
    "next_action": ColumnRule(key="next_action", title="Next Action", owner="worker", source=_AT),
}
KEYS = ("sla", "check", "next_action")


def adding(path, **more):
    tracker = excel_tracker(path, columns=MORE, tab="Orders", allow_macros=True, **more)
    edit = AddColumns(MORE, KEYS)
    return tracker.revise(edit), edit.added


@pytest.fixture
def rich(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return rich_workbook(folder / "tracker.xlsm")


@pytest.fixture
def plain(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return plain_workbook(folder / "tracker.xlsx")


def test_only_the_missing_columns_are_added_right_of_everything(rich):
    before = members(rich)
    assert adding(rich) == (True, ("SLA", "Next Action"))
    after = members(rich)
    assert changed_parts(before, after) == ["xl/styles.xml", "xl/workbook.xml", SHEET]
    tab = read_sheet(rich, rules_columns=MORE, timezone="UTC", tab="Orders", allow_macros=True)
    headings = list(tab.rows[0])
    assert headings[:7] == [*[rule.title for rule in COLUMNS.values()], "Length"]
    place = headings.index("SLA")
    assert headings[place + 1] == "Next Action"
    assert [row for row in tab.rows[1:] if len(row) > place] == []


def test_of_the_sheet_only_heading_row_widths_filter_dimension_and_colours_differ(rich):
    before = members(rich)[SHEET]
    adding(rich)
    after = members(rich)[SHEET]
    ours = re.compile(
        rb'<conditionalFormatting sqref="[A-Z]+2:[A-Z]+1048576">.*?</conditionalFormatting>'
    )
    assert len(ours.findall(after)) == 2
    rest = re.compile(
        rb'<row r="1" .*?</row>|<cols>.*?</cols>|<dimension[^>]*/>|<autoFilter[^>]*/>'
    )
    assert rest.sub(b"", ours.sub(b"", after)) == rest.sub(b"", before)
    assert b"SLA" in re.findall(rb'<row r="1" .*?</row>', after)[0]


def test_a_second_time_changes_nothing_at_all(rich):
    adding(rich)
    before = rich.read_bytes()
    assert adding(rich) == (False, ())
    assert rich.read_bytes() == before


def test_the_colours_of_staff_stay_and_ours_come_after_them(rich):
    areas = re.compile(rb'<conditionalFormatting sqref="([^"]*)"')
    kept = areas.findall(members(rich)[SHEET])
    adding(rich)
    after = members(rich)[SHEET]
    assert areas.findall(after)[: len(kept)] == kept
    priorities = re.findall(rb'priority="(\d+)"', after)
    assert len(priorities) == len(set(priorities))
    assert b'2,8)="Breached"</formula>' in after
    assert b'LEFT($F2,5)="Error"</formula>' in after


def test_a_breach_is_white_on_red(plain):
    adding(plain)
    rules = [r for a in opened(plain)["Orders"].conditional_formatting for r in a.rules]
    breached = next(rule for rule in rules if "Breached" in rule.formula[0])
    assert breached.dxf.fill.bgColor.rgb == "FFC0392B"
    assert breached.dxf.font.b


def test_a_new_heading_looks_like_the_last_one_and_is_wide_enough(plain):
    adding(plain)
    sheet = opened(plain)["Orders"]
    assert sheet["G1"].value == "SLA"
    assert sheet["G1"].style_id == sheet["F1"].style_id
    assert sheet.column_dimensions["G"].width == 44


def test_a_width_that_covers_all_columns_is_cut_for_the_new_ones_only(tmp_path):
    path = tmp_path / "tracker.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["Order ID", "Check"])
    sheet.set_column(0, 100, 9)
    book.close()
    adding(path)
    cols = re.findall(rb"<col [^>]*/>", members(path)[SHEET])
    spans = [tuple(map(int, re.findall(rb'm(?:in|ax)="(\d+)"', col))) for col in cols]
    assert spans == [(1, 2), (3, 3), (4, 4), (5, 101)]
    assert b'width="44"' in cols[1]
    assert cols[0].replace(b'max="2"', b"") == cols[3].replace(b'max="101"', b"").replace(
        b'min="5"', b'min="1"'
    )


def test_the_filter_takes_the_new_columns_in_so_that_a_sort_moves_them_too(tmp_path):
    path = tmp_path / "tracker.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["Order ID", "Status"])
    sheet.write_row(1, 0, ["#1", "Pending"])
    sheet.autofilter(0, 0, 1, 1)
    book.close()
    adding(path)
    assert opened(path)["Orders"].auto_filter.ref == "A1:E2"
    assert b"Orders!$A$1:$E$2" in members(path)["xl/workbook.xml"]


def table(path, beside=False):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    columns = [{"header": "Order ID"}, {"header": "Status"}]
    sheet.add_table("A1:B3", {"columns": columns, "data": [["#1", "x"], ["#2", "y"]]})
    if beside:
        sheet.write("D2", "a remark")
    book.close()
    return path


def test_a_table_takes_the_new_columns_in(tmp_path):
    path = table(tmp_path / "tracker.xlsx")
    adding(path)
    found = opened(path)["Orders"].tables["Table1"]
    assert found.ref == found.autoFilter.ref == "A1:E3"
    assert [c.name for c in found.tableColumns] == [
        "Order ID",
        "Status",
        "SLA",
        "Check",
        "Next Action",
    ]
    assert len({c.id for c in found.tableColumns}) == 5
    assert adding(path) == (False, ())


def test_something_beside_a_table_is_a_refusal_that_names_it(tmp_path):
    path = table(tmp_path / "tracker.xlsx", beside=True)
    before = path.read_bytes()
    with pytest.raises(TrackerRefused, match="the table Table1 stands something"):
        adding(path)
    assert path.read_bytes() == before


def test_an_open_workbook_is_left_alone(plain):
    before = plain.read_bytes()
    lock = plain.with_name(f".~lock.{plain.name}#")
    lock.write_text(",ann,pc,22.11.2026 08:00,;")
    with pytest.raises(TrackerBusy):
        adding(plain)
    assert plain.read_bytes() == before


def test_a_sheet_part_with_prefixes_gets_elements_with_prefixes(plain):
    parts = members(plain)
    prefixed = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", parts[SHEET]).replace(
        b"xmlns=", b"xmlns:x="
    )
    with_parts(plain, {SHEET: prefixed})
    adding(plain)
    after = members(plain)[SHEET]
    assert b"<x:conditionalFormatting" in after
    assert not re.search(rb"<(?!x:|/x:|\?)", after)
    assert opened(plain)["Orders"]["G1"].value == "SLA"


@pytest.mark.libreoffice
def test_a_real_libreoffice_opens_it_and_sees_the_headings(rich, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed, so no real program opens the file")
    adding(rich)
    rows = libreoffice_csv(soffice, rich, tmp_path)
    assert "SLA" in rows[0]
    assert "Next Action" in rows[0]
    assert [row[0] for row in rows[1:4]] == ["#SP-1", "#SP-2", "#SP-3"]
