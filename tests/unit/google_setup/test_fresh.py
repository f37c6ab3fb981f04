"""An empty Google Sheet becomes what the template is."""

from __future__ import annotations

import openpyxl
import pytest

from sheetsync.errors import TrackerRefused
from sheetsync.resources import template_workbook
from sheetsync.trackers.google.ownership import owned
from sheetsync.trackers.google.setup import fresh_sheet_requests
from tests.sheets_server.model import Book, Sheet
from tests.unit.google_setup.book import (
    a_book,
    applied,
    first_rows,
    put,
    set_up,
    structure,
    take_back,
)


@pytest.fixture
def empty():
    return Book(id="new", title="New", sheets=[Sheet(id=0, title="Sheet1", index=0, row_count=120)])


@pytest.fixture
def made(empty, rules, marker):
    requests = fresh_sheet_requests(
        structure(empty), rules, "Sheet1", title="Orders", marker=marker
    )
    applied(empty, requests)
    return empty


@pytest.fixture(scope="module")
def template():
    return openpyxl.load_workbook(template_workbook())


def test_headings_notes_and_hidden_columns_are_the_template_s(made, template):
    sheet, shown = made.sheets[0], template["Orders"]
    for cell in shown[1]:
        ours = sheet.cell(0, cell.column - 1)
        assert ours["userEnteredValue"] == {"stringValue": cell.value}
        assert ours["note"] == cell.comment.text
        fill = ours["userEnteredFormat"]["backgroundColorStyle"]["rgbColor"]
        written = "".join(f"{round(255 * fill.get(c, 0)):02X}" for c in ("red", "green", "blue"))
        assert written == cell.fill.fgColor.rgb[-6:]
        line = sheet.column_dimensions[cell.column - 1]
        assert line.get("hiddenByUser", False) == shown.column_dimensions[cell.column_letter].hidden


def test_the_tabs_are_the_template_s(made, template):
    *titles, copy = [sheet.title for sheet in made.sheets]
    assert titles == template.sheetnames
    assert copy == "Sync Safety Copy"
    *hidden, last = [sheet.title for sheet in made.sheets if sheet.properties.get("hidden")]
    assert last == copy
    assert hidden == [
        name for name in template.sheetnames if template[name].sheet_state == "hidden"
    ]


def test_the_guide_says_the_same(made, template):
    guide = made.titled("Guide")
    texts = {
        c["userEnteredValue"]["stringValue"]
        for row in guide.rows
        for c in row
        if c and "userEnteredValue" in c
    }
    assert texts == {c.value for row in template["Guide"].iter_rows() for c in row if c.value}
    assert owned(structure(made), "Guide")


def test_names_on_staff_are_offered_at_once(made, rules):
    handler = [c.key for c in rules.columns.values() if c.template != "no"].index("handler")
    condition = made.sheets[0].cell(3, handler)["dataValidation"]["condition"]
    assert condition["type"] == "ONE_OF_RANGE"


def test_there_is_nothing_left_to_set_up(made, rules, marker):
    assert set_up(made, rules, marker=marker) == 0
    assert not first_rows(made).empty()


def test_the_guide_and_headings_stay_when_the_set_up_is_taken_back(made, rules):
    take_back(made, rules)
    assert made.titled("Guide") is not None
    assert made.sheets[0].cell(0, 0)["userEnteredValue"] == {"stringValue": "Order ID"}
    assert not made.sheets[0].conditional_formats
    assert not made.titled("Guide").protected_ranges
    assert take_back(made, rules) == 0


def test_own_tabs_go_too_when_that_is_asked(made, rules):
    take_back(made, rules, own_tabs=True)
    assert made.titled("Guide") is None
    assert made.titled("Staff") is not None, "what is on it is staff's"


def test_a_guide_and_a_staff_tab_of_one_s_own_are_left_alone(empty, rules):
    applied(empty, [{"addSheet": {"properties": {"title": "guide"}}},
                    {"addSheet": {"properties": {"title": "Staff"}}}])  # fmt: skip
    put(empty.titled("Guide"), 0, 0, "our guide")
    put(empty.titled("Staff"), 1, 0, "Lerato")
    applied(empty, fresh_sheet_requests(structure(empty), rules, "Sheet1"))
    assert empty.titled("Guide").cell(0, 0) == {"userEnteredValue": {"stringValue": "our guide"}}
    assert [sheet.title for sheet in empty.sheets].count("Staff") == 1
    assert set_up(empty, rules, title="Sheet1") == 0


def test_a_tab_that_is_not_there_is_told(rules):
    with pytest.raises(TrackerRefused, match="has no tab 'Tabelle1'"):
        fresh_sheet_requests(structure(a_book("Order ID")), rules, "Tabelle1")


def test_the_first_line_of_check_stands_level_with_its_neighbours(made):
    sheet = made.sheets[0]
    titles = [cell["userEnteredValue"]["stringValue"] for cell in sheet.rows[0]]
    check, sla = (
        sheet.cell(1, titles.index(title))["userEnteredFormat"] for title in ("Check", "SLA")
    )
    assert (check["verticalAlignment"], sla["verticalAlignment"]) == ("TOP", "MIDDLE")
    high = sheet.row_dimensions[1]["pixelSize"]
    assert (high - 17) / 2 == pytest.approx(check["padding"]["top"], abs=2)
