"""The fast scanner says what the slow one says; nothing but a typed refusal ever leaves the reader."""

from __future__ import annotations

import io

from hypothesis import assume, event, given
from hypothesis import strategies as st

from sheetsync.errors import TrackerError, TrackerRefused
from sheetsync.trackers.excel.markup import Element
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.plain import NotPlain
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.trackers.excel.rowreader import read_rows, read_rows_slow
from sheetsync.trackers.excel.scanner import Scan, scan, scan_fast, scan_slow
from sheetsync.trackers.excel.values import Values
from tests.support.bad_workbooks import COLUMNS, CONTROL
from tests.support.raw_xlsx import RawSheet, parts, xlsx, zipped
from tests.support.sheet_layouts import sheets


def told(element: Element | None) -> tuple[object, ...] | None:
    if element is None:
        return None
    places = element.start, element.open_end, element.close_start, element.end
    return element.namespace, element.name, element.attributes, places, element.text


def facts(found: Scan) -> dict[str, object]:
    """Everything a scan says, comparable."""
    return {
        "rows": found.rows,
        "index": found.index,
        "spaces": (found.namespace, found.prefix, found.utf8),
        "merges": found.merges,
        "tables": found.table_parts,
        "areas": found.formula_areas,
        **{
            name: [told(e) for e in getattr(found, name)]
            for name in ("children", "columns", "conditional_formats", "validations", "sqrefs")
        },
        **{
            name: told(getattr(found, name))
            for name in ("root", "dimension", "sheet_data", "auto_filter", "protection")
        },
    }


@given(data=sheets(), wanted=st.none() | st.sets(st.integers(1, 9)), spans=st.booleans())
def test_the_fast_scanner_equals_the_slow_one(data: bytes, wanted: set[int] | None, spans: bool):
    try:
        slow = facts(scan_slow(data, rows=wanted, spans=spans))
    except TrackerRefused:
        assume(False)
    try:
        fast = facts(scan_fast(data, rows=wanted, spans=spans))
        event("fast")
    except NotPlain:
        event("not plain")
        return
    assert fast == slow


@given(data=sheets())
def test_spans_point_at_the_elements_they_name(data: bytes):
    try:
        found = scan(data, spans=True)
    except TrackerRefused:
        assume(False)
    assume(found.utf8)
    mark = b"<" + found.prefix
    for row in found.rows:
        assert data[row.start :].startswith(mark + b"row")
        assert data[: row.open_end].endswith(b">")
        assert data[row.close_start : row.end] in (b"", b"</" + found.prefix + b"row>")
        for cell in row.cells:
            piece = data[cell.start : cell.end]
            assert piece.startswith(mark + b"c")
            assert piece.endswith((b"/>", b"</" + found.prefix + b"c>"))
    for element in (*found.children, *found.validations, *found.columns, *found.sqrefs):
        assert data[element.start : element.end].endswith(b">")
        assert element.name.encode() in data[element.start : element.open_end]


@given(data=sheets())
def test_rows_read_fast_equal_rows_read_slowly(data: bytes):
    members = {**parts([RawSheet()]), "xl/tabs/t1.xml": data}
    with Package(zipped(members), "tracker.xlsx") as package:
        values = Values(["shared", ""], 1900, "Orders")
        try:
            slow = read_rows_slow(package, "xl/tabs/t1.xml", values)
        except TrackerRefused:
            assume(False)
        fast = read_rows(package, "xl/tabs/t1.xml", values)
    assert repr(fast.rows) == repr(slow.rows)
    assert fast.numbers == slow.numbers
    assert fast.formulas == slow.formulas
    assert fast.outline.formula_areas == slow.outline.formula_areas
    assert fast.outline.merges == slow.outline.merges


WORKBOOK = xlsx(RawSheet(rows=CONTROL, after='<mergeCells><mergeCell ref="A9:C9"/></mergeCells>'))
MEMBERS = parts(
    [RawSheet(rows=CONTROL)],
    strings="<si><t>a</t></si><si><r><t>b</t></r></si>",
    names="<definedNames/>",
)
EDITS = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.binary(max_size=6), st.integers(0, 6)),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    for place, new, removed in edits:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + removed :]
    return data


def read_or_refuse(data: bytes) -> None:
    said = "Read."
    try:
        read_sheet(io.BytesIO(data), rules_columns=COLUMNS, timezone="UTC")
    except TrackerError as refusal:
        said = str(refusal)
    assert said.endswith(".")


@given(edits=EDITS)
def test_a_damaged_file_is_read_or_refused_never_a_traceback(edits: list[tuple[int, bytes, int]]):
    read_or_refuse(mutated(WORKBOOK, edits))


@given(edits=EDITS, part=st.sampled_from(sorted(MEMBERS)))
def test_a_damaged_part_is_read_or_refused_never_a_traceback(
    edits: list[tuple[int, bytes, int]], part: str
):
    read_or_refuse(zipped({**MEMBERS, part: mutated(MEMBERS[part], edits)}))


@given(data=sheets(), edits=EDITS)
def test_a_damaged_sheet_is_scanned_or_refused(data: bytes, edits: list[tuple[int, bytes, int]]):
    try:
        scan(mutated(data, edits), spans=True)
    except TrackerRefused:
        return
