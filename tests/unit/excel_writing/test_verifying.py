"""The finished file is read back and thrown away unless it is exactly what was meant."""

from __future__ import annotations

import io

import pytest

from sheetsync.errors import TrackerError
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.session import Session
from sheetsync.trackers.excel.verify import verify
from sheetsync.trackers.excel.writing import change_cells, finish
from sheetsync.trackers.excel.zipcopy import rewrite
from tests.support.workbooks import COLUMNS, changes, plain_workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def session(tmp_path):
    path = plain_workbook(tmp_path / "tracker.xlsx")
    session = Session(Package(path.read_bytes(), "tracker.xlsx"), COLUMNS, None, 20)
    change_cells(session, changes(("A-2", "check", None, "late")))
    assert finish(session, None)
    return session


def built(session, **tampered):
    out = io.BytesIO()
    session.revision.write(out)
    again = io.BytesIO()
    rewrite(out.getvalue(), again, **{"changed": {}, **tampered})
    again.seek(0)
    return again


def test_what_was_meant_passes_also_without_the_old_part_at_hand(session):
    file = built(session)
    session.forget()
    verify(session.revision, file, session.expected)


@pytest.mark.parametrize(
    "tampered",
    [
        {"changed": {"xl/theme/theme1.xml": b"<other/>"}},
        {"changed": {SHEET: b"<worksheet/>"}},
        {"changed": {"xl/workbook.xml": b"<workbook/>"}},
        {"added": {"xl/more.xml": b"<x/>"}},
        {"removed": {"docProps/app.xml"}},
    ],
)
def test_any_other_part_is_noticed(session, tampered):
    with pytest.raises(TrackerError, match="thrown away"):
        verify(session.revision, built(session, **tampered), session.expected)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b">late<", b">early<", "F3 does not hold"),
        (b'<c r="B3"', b'<c s="0" t="b" r="B3"', None),
        (b'<c r="D3" t="b"><v>0</v></c>', b"", "D3 is lost"),
        (b'<c r="D3" t="b"><v>0</v></c>', b'<c r="D3" t="b"><v>1</v></c>', "D3 changed"),
    ],
)
def test_a_wrong_cell_in_a_touched_row_is_noticed_even_where_the_bytes_are_as_planned(
    session, old, new, what
):
    """As if the splices themselves had been wrong: the planned hash is that of the wrong bytes."""
    plan = session.revision.spliced[SHEET]
    content = b"".join(plan.pieces())
    assert old in content
    plan.data, plan.splices = content.replace(old, new), []
    with pytest.raises(TrackerError, match=what or "thrown away"):
        verify(session.revision, built(session), session.expected)
