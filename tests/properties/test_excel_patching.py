"""Whatever people type survives a write, and writing what stands there changes nothing."""

from __future__ import annotations

import io
import re
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.model import CellValue
from sheetsync.trackers.excel.cells import cell_bytes, cell_text, stored
from sheetsync.trackers.excel.scanner import scan
from sheetsync.trackers.excel.values import Values, decode_escapes
from sheetsync.trackers.excel.zipcopy import rewrite
from sheetsync.trackers.matching import same
from tests.support.workbooks import batch, excel_tracker, members, plain_workbook

texts = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=60) | st.sampled_from(
    ["_x000D_", "_x005F_x0041_", "\r\n", "=1+1", "@x", "\t", " ", "]]>", "&amp;", "<!--", "\x00"]
)  # fmt: skip
escapes = st.text("_x0041Ff\r\x01", min_size=1, max_size=30)
values = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.none(),
)


@given(text=texts | escapes)
def test_any_text_survives_escaping(text):
    assert decode_escapes(cell_text(text)) == text


@given(value=values)
def test_a_cell_is_read_back_as_it_was_written(value):
    cell = cell_bytes("B2", 3, value, prefix=b"", date_system=1900)
    assert b"<f" not in cell
    part = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="2">' + cell + b"</row></sheetData></worksheet>"
    )
    (found,) = scan(part).rows[0].cells
    read: CellValue = Values([], 1900, "t").value(found.type, found.raw, 2, 1, formula=False)
    assert same(read, stored(value, 1900))
    assert found.style == 3


@settings(max_examples=15)
@given(first=values, second=values)
def test_edits_in_one_patch_and_one_by_one_give_the_same_cells(tmp_path_factory, first, second):
    shown = []
    for together in (True, False):
        folder = tmp_path_factory.mktemp("property") / "shared"
        folder.mkdir()
        tracker = excel_tracker(plain_workbook(folder / "tracker.xlsx"))
        edits = [("000123", "check", "old words", first), ("A-2", "check", None, second)]
        for lines in [edits] if together else [[edit] for edit in edits]:
            receipt = tracker.write(batch(*lines))
            assert set(receipt.outcomes["outcome"]) == {"applied"}
        shown.append(tracker.read().rows)
        assert not re.search(rb"<f[ >/]", members(tracker.path)["xl/worksheets/sheet1.xml"])
    assert shown[0] == shown[1]


@settings(max_examples=15)
@given(orders=st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
def test_writing_what_stands_there_changes_no_byte(tmp_path_factory, orders):
    folder = tmp_path_factory.mktemp("property") / "shared"
    folder.mkdir()
    rows = [(f"#SP-{n}", *order) for n, order in enumerate(orders)]
    path = plain_workbook(folder / "tracker.xlsx", rows)
    before = path.read_bytes()
    tracker = excel_tracker(path)
    cells = {row[0]: row for row in tracker.read().rows[1:]}
    lines = [
        (order, key, value, value)
        for order, row in cells.items()
        for key, value in zip(("customer", "status"), row[1:3], strict=False)
    ]
    receipt = tracker.write(batch(*lines))
    assert set(receipt.outcomes["outcome"]) == {"applied"}
    assert path.read_bytes() == before


@given(parts=st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=300), min_size=1))
def test_a_rewritten_package_is_rewritten_to_itself(parts):
    source = io.BytesIO()
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
    once, twice = io.BytesIO(), io.BytesIO()
    rewrite(source.getvalue(), once, changed={})
    rewrite(once.getvalue(), twice, changed={})
    assert once.getvalue() == twice.getvalue()
