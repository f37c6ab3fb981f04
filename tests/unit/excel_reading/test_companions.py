"""Tabs beside the orders in a workbook: what one of them is like never keeps the orders from being read."""

from __future__ import annotations

import openpyxl
import pytest

from tests.support.workbook_person import WorkbookPerson
from tests.support.workbooks import ORDERS, excel_tracker, members, plain_workbook, with_parts


@pytest.fixture
def path(tmp_path):
    (tmp_path / "shared").mkdir()
    path = plain_workbook(tmp_path / "shared" / "tracker.xlsx")
    WorkbookPerson(path).write_tab("Staff", [["Name"], ["Thabo"]])
    return path


def test_a_damaged_tab_is_a_remark_and_the_orders_are_read(path):
    part = "xl/worksheets/sheet2.xml"
    with_parts(path, {part: members(path)[part][:-40]})
    sheet = excel_tracker(path, tab="Orders", companions=("Staff",)).read()
    assert len(sheet.rows) == len(ORDERS) + 1
    assert sheet.tabs == {}
    assert len(sheet.remarks) == 1
    assert sheet.remarks[0].startswith("The tab 'Staff' was not read: ")


def test_the_tracker_tab_is_no_companion_of_itself(path):
    WorkbookPerson(path).rename_tab("Orders", "Customers")
    sheet = excel_tracker(path, tab="Customers", companions=("Customers", "Staff")).read()
    assert list(sheet.tabs) == ["Staff"]


def test_a_hidden_tab_is_read_as_well(path):
    book = openpyxl.load_workbook(path)
    book["Staff"].sheet_state = "hidden"
    book.save(path)
    sheet = excel_tracker(path, tab="Orders", companions=("Staff",)).read()
    assert [list(row) for row in sheet.tabs["Staff"].rows] == [["Name"], ["Thabo"]]
