"""The tracker tab is read as it stands, and the same as other programs read it."""

from __future__ import annotations

import io
import os
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from sheetsync.domain.model import CellError, Marker, Uncalculated
from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.reader import WorkbookReader, read_sheet
from sheetsync.trackers.excel.scanner import Area, Scan
from sheetsync.trackers.excel.untouchable import untouchable
from tests.support.bad_workbooks import COLUMNS, CONTROL, HEADINGS, is_control
from tests.support.raw_xlsx import TRANSITIONAL, Raw, RawSheet, rows_xml, xlsx

TABLE = (
    f'<table xmlns="{TRANSITIONAL}" id="1" name="T" displayName="Orders1" ref="A1:H6" totalsRowCount="1">'
    "<tableColumns/></table>"
)


def read(data: bytes, **options):
    return read_sheet(
        io.BytesIO(data), rules_columns=COLUMNS, timezone="Africa/Johannesburg", **options
    )


def written_by_xlsxwriter(*, date_1904: bool = False, constant_memory: bool = False) -> bytes:
    out = io.BytesIO()
    options = {"date_1904": date_1904, "constant_memory": constant_memory, "in_memory": True}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("Orders")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, 40):
        sheet.write_string(row, 0, f"#SP-{row:04}")
        sheet.write_datetime(row, 1, datetime(2026, 3, row % 28 + 1, 9, 30), day)
        sheet.write_string(row, 2, ("Zoë & Søn", "=x", " two  spaces ", "a\nb", "_x0041_")[row % 5])
        sheet.write_boolean(row, 3, row % 2 == 0)
        sheet.write_blank(row, 4, None, day)
        sheet.write_number(row, 5, row * 0.25)
        if row % 3 == 0:
            sheet.write_formula(row, 6, "=UPPER(C2)", None, "DONE")
    book.close()
    return out.getvalue()


def written_by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Orders"
    sheet.append(list(HEADINGS))
    for row in range(1, 30):
        sheet.append(
            [f"#SP-{row}", datetime(2026, 5, 4, 3, 2, 1), "Ann", True, None, row / 7, "Pending"]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_others_say(value: object, date_1904: bool) -> object:
    """A value of another library in our terms: serial dates, whole numbers as int, blank as None."""
    if isinstance(value, datetime):
        base = datetime(1904, 1, 1) if date_1904 else datetime(1899, 12, 30)
        value = round((value - base).total_seconds() / 86_400, 10)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" else value


def comparable(rows, *, date_1904: bool = False):
    out = []
    for row in rows:
        cells = [as_others_say(value, date_1904) for value in row]
        cells = [round(c, 7) if isinstance(c, float) else c for c in cells]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            out.append(cells)
    return out


@pytest.mark.parametrize("date_1904", [False, True])
@pytest.mark.parametrize("constant_memory", [False, True])
def test_xlsxwriter_files_read_as_openpyxl_and_calamine_read_them(date_1904, constant_memory):
    data = written_by_xlsxwriter(date_1904=date_1904, constant_memory=constant_memory)
    sheet = read(data)
    ours = comparable(sheet.rows)
    theirs = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Orders"].values
    escaped = [
        ["A" if c == "_x0041_" else c for c in row]
        for row in comparable(theirs, date_1904=date_1904)
    ]
    assert sheet.date_system == (1904 if date_1904 else 1900)
    assert [["A" if c == "_x0041_" else c for c in row] for row in ours] == escaped
    quick = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(
        "Orders"
    )
    assert ours == comparable(quick.to_python(), date_1904=date_1904)


def test_openpyxl_files_read_as_openpyxl_reads_them():
    data = written_by_openpyxl()
    theirs = openpyxl.load_workbook(io.BytesIO(data))["Orders"].values
    assert comparable(read(data).rows) == comparable(theirs)


def test_both_date_systems_differ_by_the_documented_days():
    ours = [read(written_by_xlsxwriter(date_1904=flag)).rows[1][1] for flag in (False, True)]
    assert ours[0] - ours[1] == pytest.approx(1462)


def test_every_kind_of_cell_is_understood():
    cells = {
        '<c r="{ref}" t="str"><f>A1</f><v></v></c>': None,
        '<c r="{ref}" t="str"><f>A1</f></c>': Uncalculated(),
        '<c r="{ref}"><f>A1</f></c>': Uncalculated(),
        '<c r="{ref}" t="b"><v>true</v></c>': True,
        '<c r="{ref}" t="e"><v>#N/A</v></c>': CellError("#N/A"),
        '<c r="{ref}" t="d"><v>2026-03-01T12:00:00</v></c>': 46082.5,
        '<c r="{ref}" t="d"><v>2026-03-01</v></c>': 46082,
        '<c r="{ref}" t="d"><v>1900-01-01</v></c>': 1,
        '<c r="{ref}" t="d"><v>06:00:00</v></c>': 0.25,
        '<c r="{ref}" t="d"><v>2026-03-01T12:00:00Z</v></c>': "2026-03-01T12:00:00Z",
        '<c r="{ref}" t="d"><v>soon</v></c>': "soon",
        '<c r="{ref}" t="s"><v>0</v></c>': "bold and plain",
        '<c r="{ref}" t="s"><v>1</v></c>': "A_x0041_",
        '<c r="{ref}" t="s"><v>2</v></c>': None,
        '<c r="{ref}" t="s"><v>3</v></c>': "👍",
        '<c r="{ref}"><v>-12</v></c>': -12,
        '<c r="{ref}"><v>1.5E3</v></c>': 1500.0,
        '<c r="{ref}"/>': None,
        '<c r="{ref}" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>': "ab",
    }
    strings = (
        '<si><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space="preserve"> and plain</t></r>'
        "<rPh sb='0' eb='1'><t>no</t></rPh></si><si><t>_x0041__x005F_x0041_</t></si><si><t/></si>"
        "<si><t>_xD83D__xDC4D_</t></si>"
    )
    rows: list[list[object]] = [[*HEADINGS]]
    rows += [[f"#{i}", Raw(xml)] for i, xml in enumerate(cells)]
    sheet = read(xlsx(RawSheet(rows=rows), strings=strings))
    found = [row[1] if len(row) > 1 else None for row in sheet.rows[1:]]
    assert found == list(cells.values())
    assert [type(value) for value in found] == [type(value) for value in cells.values()]
    assert sheet.formulas == {(2, 1), (3, 1), (4, 1)}


def test_cells_that_no_write_may_touch_are_named_with_the_reason():
    rows = [list(row) for row in CONTROL]
    rows[1][7] = Raw('<c r="{ref}" cm="1"><f t="array" ref="H2:H4">X</f><v>1</v></c>')
    rows[2][6] = Raw('<c r="{ref}"><f t="shared" ref="G3:G5" si="0">X</f><v>1</v></c>')
    rows[3][6] = Raw('<c r="{ref}"><f t="shared" si="0"/><v>1</v></c>')
    merges = '<mergeCells><mergeCell ref="C5:D900000"/><mergeCell ref="A50:XFD60"/></mergeCells>'
    sheet = read(xlsx(RawSheet(rows=rows, after=merges, tables=[TABLE])))
    reasons = sheet.unwritable
    assert all((1, column) in reasons and "'Orders1'" in reasons[1, column] for column in range(8))
    assert all("totals row" in reasons[6, column] for column in (0, 1, 7))
    assert {place for place, why in reasons.items() if "merged" in why} == {(5, 3), (6, 2), (6, 3)}
    assert {place for place, why in reasons.items() if "several cells" in why} == {
        (2, 7),
        (3, 7),
        (4, 7),
    }
    assert "G3:G5" in reasons[3, 6]
    assert (4, 6) in sheet.formulas
    assert (4, 6) not in reasons


def test_merges_over_everything_are_refused_before_they_fill_the_memory():
    merged = Scan(b"", merges=[Area(1, 0, 1_048_576, 16_383)])
    with pytest.raises(TrackerRefused, match="Unmerge"):
        untouchable(merged, (), range(1, 2_600), 200)
    assert len(untouchable(merged, (), [3, 900_000], 4)) == 8


def test_the_marker_of_the_worker_is_read_from_hidden_names():
    names = (
        '<definedNames><definedName name="_sheetsync_epoch" hidden="1">3</definedName>'
        '<definedName name="_sheetsync_seq" hidden="1">"41"</definedName>'
        '<definedName name="_sheetsync_uuid" hidden="1">"0f-1"</definedName></definedNames>'
    )
    assert read(xlsx(RawSheet(rows=CONTROL), names=names)).marker == Marker(
        uuid="0f-1", epoch=3, seq=41
    )
    assert read(xlsx(RawSheet(rows=CONTROL))).marker is None


def test_far_columns_and_far_rows_are_never_dropped_silently():
    rows: list[list[object]] = [[*HEADINGS, *[None] * 195, "far"], *CONTROL[1:]]
    sheet = read(xlsx(RawSheet(rows=rows)))
    assert "GV1" in sheet.remarks[0]
    far = (
        f'<row r="9000">{"".join(["<c r=" + chr(34) + "A9000" + chr(34) + "><v>1</v></c>"])}</row>'
    )
    xml = f'<worksheet xmlns="{TRANSITIONAL}"><sheetData>{rows_xml(CONTROL)}{far}</sheetData></worksheet>'
    sheet = read(xlsx(RawSheet(xml=xml)))
    assert sheet.row_numbers[-1] == 9000
    assert "8,993 blank rows between row 6 and row 9000" in sheet.remarks[0]


def test_a_hidden_tracker_is_read_and_said_to_be_hidden():
    sheet = read(xlsx(RawSheet(name="Info", rows=[["Hi"]]), RawSheet(rows=CONTROL, state="hidden")))
    assert is_control(sheet)
    assert "'Orders' has the tracker's headings and is hidden" in sheet.remarks[0]


def test_an_order_lines_tab_beside_the_tracker_is_not_taken_for_it():
    lines = RawSheet(name="Order Lines", rows=[["Order ID", "Notes"], ["#SP-1", "x"]])
    assert read(xlsx(lines, RawSheet(rows=CONTROL))).tab == "Orders"


def test_two_rows_read_as_one_header_find_the_tab():
    rows: list[list[object]] = [
        ["Order", "Order", "Customer"],
        ["ID", "Date", "Name"],
        *CONTROL[1:],
    ]
    assert read(xlsx(RawSheet(name="Info", rows=[["Hi"]]), RawSheet(rows=rows))).tab == "Orders"


class TestAnUnchangedFile:
    """It is not parsed again."""

    def reader(self, path: Path) -> WorkbookReader:
        return WorkbookReader(path, rules_columns=COLUMNS, timezone="UTC")

    def test_gives_the_same_sheet(self, tmp_path: Path):
        path = tmp_path / "tracker.xlsx"
        path.write_bytes(xlsx(RawSheet(rows=CONTROL)))
        reader = self.reader(path)
        sheet = reader.read()
        assert reader.read() is sheet
        assert reader.fingerprint() == sheet.fingerprint

    def test_saved_again_with_the_same_bytes_gives_the_same_sheet(self, tmp_path: Path):
        path = tmp_path / "tracker.xlsx"
        path.write_bytes(xlsx(RawSheet(rows=CONTROL)))
        reader = self.reader(path)
        sheet = reader.read()
        os.utime(path, ns=(1, 1))
        assert reader.read() is sheet

    def test_changed_is_read_anew(self, tmp_path: Path):
        path = tmp_path / "tracker.xlsx"
        path.write_bytes(xlsx(RawSheet(rows=CONTROL)))
        reader = self.reader(path)
        sheet = reader.read()
        path.write_bytes(xlsx(RawSheet(rows=CONTROL[:3])))
        assert reader.fingerprint() != sheet.fingerprint
        assert len(reader.read().rows) == 3

    def test_gone_for_a_moment_is_busy_and_comes_back(self, tmp_path: Path):
        path = tmp_path / "tracker.xlsx"
        data = xlsx(RawSheet(rows=CONTROL))
        path.write_bytes(data)
        reader = self.reader(path)
        reader.read()
        path.unlink()
        with pytest.raises(TrackerBusy, match="at this moment"):
            reader.read()
        path.write_bytes(data)
        assert is_control(reader.read())


def test_parts_are_found_by_relationship_and_without_regard_to_case():
    with Package(xlsx(RawSheet(rows=CONTROL), names=""), "t.xlsx") as package:
        assert package.main_part == "xl/book.xml"
        assert package.has("XL/Book.xml")
        assert package.workbook().sheets[0].part == "xl/tabs/t1.xml"
        assert package.related("xl/book.xml", "worksheet") == ("xl/tabs/t1.xml",)
        assert package.relationships("xl/tabs/t1.xml") == ()
