"""Exactly the cells that were meant, in whatever way the workbook is laid out, or a refusal."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.keycolumn import key_cells
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.values import Values
from tests.support.workbooks import (
    batch,
    changed_parts,
    excel_tracker,
    members,
    opened,
    plain_workbook,
    with_parts,
)

SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = "xl/workbook.xml"
MOMENT = datetime(2026, 11, 22, 9, 30)
STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
     b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
     b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return plain_workbook(folder / "tracker.xlsx")


def edited(path, part, *pairs):
    """The workbook with byte replacements in one part, each of which must fit."""
    data = members(path)[part]
    for old, new in pairs:
        assert old in data, old
        data = data.replace(old, new, 1)
    return with_parts(path, {part: data})


def write(path, *lines, **more):
    receipt = excel_tracker(path, **more).write(batch(*lines))
    return [tuple(line) for line in receipt.outcomes[["outcome", "reason"]].to_numpy()]


def shown(path):
    rows = excel_tracker(path).read()
    return {
        (number, column): cell
        for number, row in zip(rows.row_numbers, rows.rows, strict=True)
        for column, cell in enumerate(row)
        if cell is not None
    }


def cell_xml(path, name):
    return re.search(rb'<(?:x:)?c r="%s".*?(?:/>|</(?:x:)?c>)' % name, members(path)[SHEET])[0]


def prefixed(data):
    """Every element under the prefix x."""
    data = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", data)
    return data.replace(b" xmlns=", b" xmlns:x=", 1)


LAYOUTS = {
    "as written": lambda data: data,
    "with a prefix": prefixed,
    "with a comment": lambda data: data.replace(b"<sheetData>", b"<sheetData><!-- <c r='A1'> -->"),
    "without places": lambda data: re.sub(rb'(<(?:row|c)) r="[A-Z]*[0-9]+"', rb"\1", data),
    "other quotes": lambda data: data.replace(b'"', b"'").replace(b"?xml version='1.0'", b'?xml version="1.0"'),
    "other attribute order": lambda data: re.sub(
        rb'<c r="([A-Z0-9]+)" t="s">', rb'<c t="s" r="\1">', data
    ),
    "with line breaks": lambda data: data.replace(b"<row", b"\n  <row").replace(b"<c ", b"\n <c "),
    "without a declaration": lambda data: data[data.index(b"?>") + 2 :].lstrip(),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_legal_layout_is_patched_alike(path, layout):
    # A cell without a place follows the one before it, so no gaps may stand before the targets.
    plain_workbook(path, [(f"A-{n}", "Ann", "Pending", True, 45000.5, "ok") for n in range(1, 5)])
    with_parts(path, {SHEET: LAYOUTS[layout](members(path)[SHEET])})
    before = shown(path)
    done = write(path, ("A-2", "check", "ok", "=1"), ("A-4", "picked_at", 45000.5, MOMENT))
    assert done == [("applied", ""), ("applied", "")]
    assert shown(path) == {**before, (3, 5): "=1", (5, 4): 46348.3958333333}
    assert b"<f" not in members(path)[SHEET]


def test_a_strict_workbook_is_patched_in_its_own_namespace(path):
    parts = members(path)
    for old, new in STRICT:
        parts = {n: d.replace(old, new) for n, d in parts.items()}
    with_parts(path, parts)
    assert write(path, ("A-2", "check", None, "late"))[0][0] == "applied"
    assert shown(path)[3, 5] == "late"
    assert b"schemas.openxmlformats.org/spreadsheetml" not in members(path)[SHEET]


def test_a_1904_workbook_gets_the_serials_of_its_own_date_system(path):
    plain_workbook(path, date_1904=True)
    tracker = excel_tracker(path)
    assert tracker.read().date_system == 1904
    tracker.write(batch(("A-2", "picked_at", None, MOMENT)))
    assert shown(path)[3, 4] == pytest.approx(46348.3958333333 - 1462)
    book = opened(path)
    assert book["Orders"]["E3"].value == MOMENT


def test_a_missing_cell_stands_in_column_order_with_its_columns_style(path):
    edited(
        path,
        SHEET,
        (b"<sheetData>", b'<cols><col min="5" max="5" width="9" style="0"/></cols><sheetData>'),
    )
    write(path, ("A-2", "picked_at", None, MOMENT), ("A-2", "check", None, "late"))
    row = re.search(rb'<row r="3".*?</row>', members(path)[SHEET])[0]
    assert re.findall(rb'r="([A-F]3)"', row) == [b"A3", b"B3", b"C3", b"D3", b"E3", b"F3"]
    assert b'spans="1:6"' in row


def test_a_missing_cell_takes_the_style_of_a_formatted_row(path):
    styles = members(path)["xl/styles.xml"]
    styles = styles.replace(b'<cellXfs count="1">', b'<cellXfs count="2">').replace(
        b"</cellXfs>", b'<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    )
    with_parts(path, {"xl/styles.xml": styles})
    edited(path, SHEET, (b'<row r="3"', b'<row r="3" s="1" customFormat="1"'))
    write(path, ("A-2", "picked_at", None, MOMENT))
    assert b's="1"' in cell_xml(path, b"E3")
    assert members(path)["xl/styles.xml"] == styles


def test_emptying_a_cell_keeps_its_style(path):
    edited(path, SHEET, (b'<c r="F2"', b'<c r="F2" s="0"'))
    write(path, ("000123", "check", "old words", None))
    assert cell_xml(path, b"F2") == b'<c r="F2"/>'
    assert (2, 5) not in shown(path)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (b'<c r="C3"><f>A1</f><v>5</v></c>', "formula"),
        (b'<c r="C3"><f t="shared" ref="C3:C4" si="0">A1</f><v>5</v></c>', "formula"),
        (b'<c r="C3"><f t="array" ref="C3:C4">A1:A2</f><v>5</v></c>', "formula"),
        (b'<c r="C3" cm="1"><v>5</v></c>', "several cells"),
    ],
)
def test_a_cell_with_a_formula_is_refused(path, formula, reason):
    data = re.sub(rb'<c r="C3".*?</c>', formula, members(path)[SHEET])
    with_parts(path, {SHEET: data})
    before = path.read_bytes()
    ((outcome, why),) = write(path, ("A-2", "status", 5, "Shipped"))
    assert (outcome, reason in why) == ("refused", True)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("element", "word"),
    [
        (b'<f t="array" ref="F3:F4">A1:A2</f>', "array"),
        (b'<f t="dataTable" ref="F3:F4"/>', "data table"),
    ],
)
def test_a_cell_that_a_formula_spills_into_is_refused(path, element, word):
    cell = b'<c r="F3">%s<v>1</v></c>' % element
    data = re.sub(rb'(<row r="3".*?)</row>', rb"\1" + cell + b"</row>", members(path)[SHEET])
    with_parts(path, {SHEET: data})
    ((outcome, why),) = write(path, ("A-3", "check", None, "late"))
    assert (outcome, word in why) == ("refused", True)


def test_a_merged_interior_is_refused_and_the_first_cell_is_not(path):
    edited(
        path,
        SHEET,
        (
            b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="E4:F4"/></mergeCells>',
        ),
    )
    assert write(path, ("A-3", "check", None, "x"))[0][0] == "refused"
    assert write(path, ("A-3", "picked_at", 45000.5, None))[0][0] == "applied"


@pytest.mark.parametrize(
    ("value", "why"),
    [("x" * 32_768, "32,767"), ("🧾" * 16_384, "32,767"), ("half \ud83e", "half of a character"),
     (float("inf"), "not finite"), (datetime(1850, 1, 1), "before the first day")],
)  # fmt: skip
def test_what_no_cell_can_hold_is_refused_with_its_reason(path, value, why):
    before = path.read_bytes()
    ((outcome, reason),) = write(path, ("A-2", "check", None, value))
    assert (outcome, why in reason) == ("refused", True)
    assert path.read_bytes() == before


def test_control_characters_and_lookalikes_survive(path):
    text = "a\r\nb\x07 _x0041_ _x000d\r _\x01\ufffe"
    write(path, ("A-2", "check", None, text))
    assert shown(path)[3, 5] == text


def test_the_recalculation_flag_is_inserted_in_schema_order(path):
    data = members(path)[WORKBOOK]
    data = re.sub(rb"<calcPr[^>]*/>", b"", data)
    data = data.replace(
        b"</sheets>",
        b'</sheets><definedNames><definedName name="a">1</definedName></definedNames><oleSize ref="A1"/>',
    )
    with_parts(path, {WORKBOOK: data})
    write(path, ("A-2", "check", None, "late"))
    assert b'</definedNames><calcPr fullCalcOnLoad="1"/><oleSize' in members(path)[WORKBOOK]


def test_a_utf16_part_is_read_and_refused_for_writing(path):
    text = members(path)[SHEET].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    with_parts(path, {SHEET: text.encode("utf-16")})
    assert len(excel_tracker(path).read().rows) == 4
    with pytest.raises(TrackerRefused, match="UTF-8"):
        write(path, ("A-2", "check", None, "late"))


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"_xmlsignatures/sig1.xml": b"<Signature/>"}, "signed"),
        ({"xl/revisions/revisionHeaders.xml": b"<headers/>"}, "shared workbook"),
    ],
)
def test_signed_and_shared_workbooks_are_read_only(path, parts, word):
    with_parts(path, parts)
    assert len(excel_tracker(path).read().rows) == 4
    before = path.read_bytes()
    with pytest.raises(TrackerRefused, match=word):
        write(path, ("A-2", "check", None, "late"))
    assert path.read_bytes() == before


def test_a_write_reservation_is_respected(path):
    edited(
        path,
        WORKBOOK,
        (b"<workbookPr", b'<fileSharing userName="Mia" reservationPassword="CC1A"/><workbookPr'),
    )
    with pytest.raises(TrackerRefused, match="password before it may be changed"):
        write(path, ("A-2", "check", None, "late"))


def test_a_workbook_without_styles_gets_a_styles_part_for_the_stamp(path):
    parts = members(path)
    rels = "xl/_rels/workbook.xml.rels"
    without = re.sub(rb"<Relationship [^>]*styles.xml\"/>", b"", parts[rels])
    types = re.sub(rb"<Override [^>]*styles\+xml\"/>", b"", parts["[Content_Types].xml"])
    with_parts(path, {rels: without, "[Content_Types].xml": types, "xl/styles.xml": None})
    assert write(path, ("A-2", "picked_at", None, MOMENT)) == [("applied", "")]
    assert opened(path)["Orders"]["E3"].value == MOMENT


def test_an_open_workbook_defers_everything_and_names_the_holder(path):
    lock = path.parent / ".~lock.tracker.xlsx#"
    lock.write_text("Mia Berg,mia,office-pc,22.11.2026 08:55,file:///x;")
    tracker = excel_tracker(path)
    assert "Mia Berg" in tracker.read().remarks[0]
    before = path.read_bytes()
    receipt = tracker.write(batch(("A-2", "check", None, "late")))
    assert list(receipt.outcomes["outcome"]) == ["deferred"]
    assert "Mia Berg on office-pc" in receipt.outcomes["reason"][0]
    added = tracker.append([{"order_id": "N-1"}])
    assert list(added.outcomes["outcome"]) == ["deferred"]
    assert path.read_bytes() == before
    assert lock.exists()


def test_a_save_during_the_write_is_looked_at_anew_and_the_change_still_lands(path):
    other = path.parent.parent / "saved by staff.xlsx"
    plain_workbook(other, [("A-9", "First"), ("A-2", "Bob", "Pending")])
    content = other.read_bytes()

    def save(step):
        if step == "backed-up" and b"A-9" not in members(path)["xl/sharedStrings.xml"]:
            path.write_bytes(content)

    receipt = excel_tracker(path, step=save).write(batch(("A-2", "check", None, "late")))
    assert list(receipt.outcomes["outcome"]) == ["applied"]
    assert shown(path)[3, 5] == "late"
    assert shown(path)[2, 0] == "A-9"


def test_one_pass_makes_one_backup_and_one_replace(path):
    before = members(path)
    steps = []
    excel_tracker(path, step=steps.append).write(
        batch(("A-2", "check", None, "late"), ("A-3", "status", "Shipped", "Delivered"))
    )
    assert steps.count("swapped") == 1
    assert changed_parts(before, members(path)) == [SHEET]
    (backup,) = (path.parent.parent / "backups-shared").iterdir()
    assert members(backup) == before


def test_the_key_column_is_found_by_pattern_as_by_reading_every_cell(path):
    orders = [(f"#SP-{n}" if n % 3 else n, "Ann & <Co>", "Pending") for n in range(1, 200)]
    for options in ({}, {"constant_memory": True}):
        plain_workbook(path, orders, **options)
        with Package(path.read_bytes(), "tracker") as package:
            data, strings = package.read(SHEET), read_strings(package)
        values = Values(strings, 1900, "Orders")
        slow = LAYOUTS["with a comment"](data)
        for column in range(3):
            found = list(key_cells(data, column, values, 1))
            assert found == list(key_cells(slow, column, values, 1))
            assert [cell for _, cell in found] == [order[column] for order in orders]
