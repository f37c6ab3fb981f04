"""New orders stand below the last one, in its look, and whatever ended with it grows."""

from __future__ import annotations

import re

import pytest
import xlsxwriter

from sheetsync.errors import TrackerRefused
from tests.support.workbooks import (
    HEADINGS,
    excel_tracker,
    members,
    opened,
    plain_workbook,
    with_parts,
)

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder / "tracker.xlsx"


def formatted(path, *, totals=False, table=True, extra=None):
    """Three orders in a look of their own, as a table or with a filter, and rules that end there."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    look = book.add_format({"bg_color": "#FFF2CC", "border": 1})
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, 4):
        sheet.set_row(row, 24)
        for column in range(6):
            sheet.write(row, column, f"#SP-{row}" if column == 0 else None, look)
    if table:
        headers = [{"header": h} for h in HEADINGS]
        last = 4 if totals else 3
        options = {"columns": headers, "total_row": totals, "name": "Orders1"}
        sheet.add_table(0, 0, last, 5, options)
    else:
        sheet.autofilter("A1:F4")
    sheet.data_validation("C2:C4", {"validate": "list", "source": ["Pending"]})
    sheet.conditional_format(
        "F2:F4", {"type": "cell", "criteria": "==", "value": 1, "format": look}
    )
    sheet.conditional_format("E2:E4", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("A1:A1048576", {"type": "blanks", "format": look})
    sheet.add_sparkline("I4", {"range": "Orders!A2:F2"})
    if extra:
        extra(sheet, look)
    book.close()
    return path


def append(path, *rows):
    return excel_tracker(path).append(list(rows))


def test_a_new_row_takes_look_and_height_of_the_row_above(path):
    formatted(path, table=False)
    append(path, {"order_id": "N-1", "status": "Pending"}, {"order_id": "N-2"})
    book = opened(path)
    sheet = book["Orders"]
    assert [sheet.cell(r, 1).value for r in range(4, 8)] == ["#SP-3", "N-1", "N-2", None]
    for row in (5, 6):
        assert sheet.row_dimensions[row].height == 24
        assert all(sheet.cell(row, c).fill.fgColor.rgb == "FFFFF2CC" for c in range(1, 7))


def test_filter_dimension_and_rules_grow_and_whole_columns_stay(path):
    formatted(path, table=False)
    append(path, {"order_id": "N-1"}, {"order_id": "N-2"})
    data = members(path)[SHEET].decode()
    assert '<autoFilter ref="A1:F6"' in data
    assert "$F$6" in members(path)["xl/workbook.xml"].decode()
    assert 'sqref="C2:C6"' in data
    assert 'sqref="F2:F6"' in data
    assert "<xm:sqref>E2:E6</xm:sqref>" in data
    assert "<xm:sqref>I4</xm:sqref>" in data
    assert 'sqref="A1:A1048576"' in data
    assert re.search(r'<dimension ref="A1:[A-Z]+6"/>', data)


def test_a_table_grows_with_its_filter(path):
    formatted(path)
    append(path, {"order_id": "N-1"})
    table = members(path)["xl/tables/table1.xml"].decode()
    assert table.count('ref="A1:F5"') == 2
    assert opened(path)["Orders"].tables["Orders1"].ref == "A1:F5"


def test_a_table_with_totals_or_calculated_columns_refuses_rows(path):
    formatted(path)
    part = "xl/tables/table1.xml"
    data = members(path)[part]
    with_parts(
        path,
        {
            part: data.replace(b"<table ", b'<table totalsRowCount="1" ', 1).replace(
                b' totalsRowShown="0"', b""
            )
        },
    )
    with pytest.raises(TrackerRefused, match="totals row"):
        append(path, {"order_id": "N-1"})
    calculated = data.replace(
        b'name="Check"/>',
        b'name="Check"><calculatedColumnFormula>1</calculatedColumnFormula></tableColumn>',
    )
    with_parts(path, {part: calculated})
    with pytest.raises(TrackerRefused, match="fills itself"):
        append(path, {"order_id": "N-1"})


def test_content_below_the_last_order_is_never_shifted_or_overwritten(path):
    formatted(path, table=False, extra=lambda sheet, _look: sheet.write("B9", "TOTAL"))
    before = path.read_bytes()
    with pytest.raises(TrackerRefused, match="B9"):
        append(path, {"order_id": "N-1"})
    assert path.read_bytes() == before


def test_empty_formatted_rows_below_are_used_and_keep_their_own_look(path):
    def rows(sheet, look):
        for row in (4, 5, 7):
            sheet.set_row(row, 45)
            sheet.write_blank(row, 2, None, look)
            sheet.write_boolean(row, 3, False)

    formatted(path, table=False, extra=rows)
    append(path, {"order_id": "N-1"}, {"order_id": "N-2", "picked": True}, {"order_id": "N-3"})
    sheet = opened(path)["Orders"]
    assert [sheet.cell(r, 1).value for r in (5, 6, 7)] == ["N-1", "N-2", "N-3"]
    assert [sheet.cell(r, 4).value for r in (5, 6, 7)] == [False, True, None]
    assert [sheet.row_dimensions[r].height for r in (5, 6, 7, 8)] == [45, 45, 24, 45]
    numbers = [int(n) for n in re.findall(r'<row r="(\d+)"', members(path)[SHEET].decode())]
    assert numbers == sorted(set(numbers))


def test_the_first_order_of_an_empty_tracker_is_not_written_in_the_look_of_the_header(path):
    plain_workbook(path, [])
    receipt = append(path, {"order_id": "N-1", "check": "first"})
    assert set(receipt.outcomes["outcome"]) == {"applied"}
    assert excel_tracker(path).read().rows[1] == ("N-1", None, None, None, None, "first")


def test_a_hidden_last_row_does_not_hide_the_new_one(path):
    def hide(sheet, _look):
        sheet.set_row(3, 24, None, {"hidden": True, "level": 1})

    formatted(path, table=False, extra=hide)
    append(path, {"order_id": "N-1"})
    row = re.search(r'<row r="5"[^>]*>', members(path)[SHEET].decode())[0]
    assert "hidden" not in row
    assert 'ht="24"' in row
