"""A worker-owned tab is drawn whole, once, and stays the same tab with the same charts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from sheetsync.domain.sync_status import TITLE
from sheetsync.domain.tabs import STYLES, Box, Chart, Series, Tab
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.charts import chart_id
from sheetsync.trackers.google.own_tabs import tab_digest, tab_requests
from sheetsync.trackers.google.ownership import owned, refusal
from sheetsync.trackers.google.structure import TAB_MARK
from tests.unit.google_setup.book import a_book, applied, put, set_up, structure

CHART = Chart(
    kind="line",
    title="By week",
    series=tuple(
        Series(name=name, categories=(5, 0, 8, 0), values=(5, column, 8, column))
        for column, name in enumerate(("Placed", "Waiting"), start=1)
    ),
    row=10,
    column=0,
    height=12,
    width=3,
    y_axis="Orders",
)
TAB = Tab(
    title="KPI 2026-11",
    kind="kpi",
    boxes=(
        Box(row=0, column=0, value="=1+1 is a text", style="title", width=3),
        Box(row=1, column=0, value=datetime(2026, 11, 2, 6, 0), style="moment", note="the definition"),
        Box(row=1, column=1, value=0.97, style="tile-value-good", number_format="0.0%"),
        Box(row=1, column=2, value=True),
        Box(row=4, column=1, value="Placed", style="label", number_format="* @"),
        Box(row=4, column=2, value="Waiting", style="label"),
        *(Box(row=row, column=column, value=row * column) for row in range(5, 9) for column in range(3)),
    ),
    column_widths=(12.0, 12.0, 20.0),
    row_heights=((0, 30.0),),
    charts=(CHART, replace(CHART, kind="bar", row=24)),
    frozen_rows=1,
)  # fmt: skip


@pytest.fixture
def book():
    return a_book("Order ID", "Status")


def draw(book, tab):
    return applied(book, tab_requests(tab, structure(book)))


def test_every_style_can_be_drawn(book):
    boxes = tuple(Box(row=n, column=0, value=s, style=s) for n, s in enumerate(STYLES))
    draw(book, replace(TAB, boxes=boxes, charts=()))
    assert book.titled(TAB.title).row_count == len(STYLES)


def test_values_keep_their_type_and_nothing_becomes_a_formula(book):
    draw(book, TAB)
    sheet = book.titled(TAB.title)
    values = [sheet.cell(*at)["userEnteredValue"] for at in ((0, 0), (1, 0), (1, 1), (1, 2))]
    assert values == [
        {"stringValue": "=1+1 is a text"},
        {"numberValue": 46328.25},
        {"numberValue": 0.97},
        {"boolValue": True},
    ]
    assert sheet.cell(1, 0)["note"] == "the definition"
    assert sheet.cell(1, 1)["userEnteredFormat"]["numberFormat"] == {
        "type": "PERCENT",
        "pattern": "0.0%",
    }
    assert sheet.cell(4, 1)["userEnteredFormat"]["horizontalAlignment"] == "RIGHT"


def test_sizes_panes_merges_and_colour_are_those_of_the_tab(book):
    draw(book, TAB)
    sheet = book.titled(TAB.title)
    assert (sheet.row_count, sheet.column_count) == (36, 3)
    assert sheet.grid["frozenRowCount"] == 1
    assert sheet.grid["hideGridlines"]
    assert sheet.row_dimensions[0]["pixelSize"] == 40
    assert sheet.column_dimensions[2]["pixelSize"] == 145
    [merge] = sheet.merges
    assert merge["endColumnIndex"] == 3
    [warning] = sheet.protected_ranges
    assert warning["warningOnly"]


def test_the_same_tab_is_not_drawn_again_not_even_after_a_restart(book):
    draw(book, TAB)
    assert draw(book, TAB) == 0
    assert book.titled(TAB.title).id == structure(book).tab(TAB.title).id
    assert structure(book).tab(TAB.title).mark(TAB_MARK).value == tab_digest(TAB)


def test_another_content_takes_the_place_of_the_former_whole(book):
    draw(book, TAB)
    sheet = book.titled(TAB.title)
    id_ = sheet.id
    put(sheet, 30, 2, "typed by somebody")
    small = replace(TAB, boxes=TAB.boxes[1:2], charts=(), frozen_rows=0)
    draw(book, small)
    sheet = book.titled(TAB.title)
    assert sheet.id == id_
    assert (sheet.row_count, sheet.column_count) == (2, 3)
    assert not sheet.merges
    assert not (sheet.cell(0, 0) or {}).get("userEnteredValue")
    draw(book, TAB)
    assert not (book.titled(TAB.title).cell(30, 2) or {}).get("userEnteredValue")


def test_charts_keep_their_ids_and_a_person_s_chart_stays(book):
    draw(book, TAB)
    sheet = book.titled(TAB.title)
    spec = {"title": "mine", "basicChart": {"chartType": "LINE"}}
    cell = {"sheetId": sheet.id, "rowIndex": 1, "columnIndex": 1}
    place = {"overlayPosition": {"anchorCell": cell}}
    applied(book, [{"addChart": {"chart": {"chartId": 99, "spec": spec, "position": place}}}])
    draw(book, replace(TAB, charts=(replace(CHART, title="By day"),)))
    charts = {chart["chartId"]: chart["spec"]["title"] for chart in book.titled(TAB.title).charts}
    assert charts == {chart_id(sheet.id, 0): "By day", 99: "mine"}


def test_a_series_takes_its_name_from_the_text_above_it(book):
    draw(book, TAB)
    basic = book.titled(TAB.title).charts[0]["spec"]["basicChart"]
    assert basic["headerCount"] == 1
    assert basic["series"][0]["series"]["sourceRange"]["sources"][0]["startRowIndex"] == 4
    assert basic["legendPosition"] == "BOTTOM_LEGEND"
    bare = replace(TAB, title="Bare", boxes=TAB.boxes[6:])
    draw(book, bare)
    basic = book.titled("Bare").charts[0]["spec"]["basicChart"]
    assert basic.get("headerCount", 0) == 0
    assert basic["series"][0]["series"]["sourceRange"]["sources"][0]["startRowIndex"] == 5


def test_a_tab_of_staff_s_own_is_never_written_over(book, rules):
    applied(book, [{"addSheet": {"properties": {"title": "kpi 2026-11"}}}])
    assert not owned(structure(book), TAB.title)
    with pytest.raises(TrackerRefused, match="is staff's own"):
        tab_requests(TAB, structure(book))
    set_up(book, rules)
    assert "the tracker itself" in refusal(structure(book), "Orders")
    assert "1 to 100 characters" in refusal(structure(book), " ")
    assert refusal(structure(book), "KPI 2026-12") == ""


def test_a_tab_of_ours_that_was_renamed_gets_its_title_back(book):
    draw(book, TAB)
    sheet = book.titled(TAB.title)
    rename = {"properties": {"sheetId": sheet.id, "title": "Figures"}, "fields": "title"}
    applied(book, [{"updateSheetProperties": rename}])
    draw(book, TAB)
    assert [s.title for s in book.sheets] == ["Orders", TAB.title]


def test_text_no_cell_can_hold_is_shown_as_such(book):
    long = "x" * 60_000
    boxes = (Box(row=0, column=0, value="a\ud800b\x00"), Box(row=1, column=0, value=long))
    draw(book, replace(TAB, boxes=boxes, charts=()))
    sheet = book.titled(TAB.title)
    assert sheet.cell(0, 0)["userEnteredValue"]["stringValue"] == "a\ufffdb\ufffd"
    assert len(sheet.cell(1, 0)["userEnteredValue"]["stringValue"]) == 25_000


def test_sync_status_leaves_the_marker_s_column_alone(book):
    status = replace(TAB, title=TITLE)
    draw(book, status)
    put(book.titled(TITLE), 1, 25, "uuid")
    draw(book, replace(status, boxes=TAB.boxes[:3]))
    assert book.titled(TITLE).cell(1, 25) == {"userEnteredValue": {"stringValue": "uuid"}}
    assert book.titled(TITLE).column_count == 26
