"""The shipped tracker is what the rules say, looks as promised, and takes orders as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from scripts.build_template import TEMPLATE, build
from sheetsync.domain.columns.headings import find_header
from sheetsync.domain.optional_tabs import OPTIONAL_TABS
from sheetsync.rulebook import load_rules
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.trackers.excel.tracker import ExcelTracker

ROOT = Path(__file__).parents[3]
FOURTEEN = (
    "Order ID", "Order Date & Time", "Customer Name / ID", "SKU(s) Ordered", "Order Priority",
    "Inventory Allocated", "Picking Completed", "Packing Completed", "Shipping Partner Assigned",
    "Dispatched Date", "Tracking Number", "Status", "Handled By", "Notes / Exceptions",
)  # fmt: skip


@pytest.fixture(scope="module")
def rules():
    return load_rules(ROOT / "rules")


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(TEMPLATE)


@pytest.fixture(scope="module")
def places(book):
    return {cell.value: cell.column for cell in book["Orders"][1]}


def lists(book):
    found = {}
    for rule in book["Orders"].data_validations.dataValidation:
        for area in rule.sqref.ranges:
            found[area.min_col] = rule
            assert area.min_row == 2
            assert area.max_row == 1_048_576
    return found


def formulas(book):
    return [
        (rule.formula[0], str(area.sqref))
        for area in book["Orders"].conditional_formatting
        for rule in area.rules
    ]


def test_the_committed_template_is_what_the_script_builds_byte_for_byte(tmp_path, rules):
    build(tmp_path / "again.xlsx", rules)
    assert (tmp_path / "again.xlsx").read_bytes() == TEMPLATE.read_bytes()


def test_the_documents_fourteen_come_first_in_their_order_and_wording(book):
    assert tuple(cell.value for cell in book["Orders"][1])[:14] == FOURTEEN


def test_every_column_of_the_rules_that_a_template_has_is_there_under_its_title(rules, places):
    assert list(places) == [c.title for c in rules.columns.values() if c.template != "no"]
    header = find_header([list(places)], [1], rules.columns)
    assert header.unknown == ()


def test_ack_is_shown_and_the_stamps_are_hidden(book, places):
    dimensions = book["Orders"].column_dimensions
    hidden = {name for name, at in places.items() if _dimension(dimensions, at).hidden}
    assert not {"Ack", "SLA", "Check", "Next Action", *FOURTEEN} & hidden
    assert {"Allocated At", "Picked At", "Packed At", "Vendor"} <= hidden


def _dimension(dimensions, at):
    return next(d for d in dimensions.values() if d.min <= at <= d.max)


def test_identities_are_text_and_dates_show_their_time(book, places):
    dimensions = book["Orders"].column_dimensions
    for name in ("Order ID", "SKU(s) Ordered", "Tracking Number"):
        assert _dimension(dimensions, places[name]).number_format == "@", name
    for name in ("Order Date & Time", "Dispatched Date", "Delivered Date", "Promised Date"):
        assert _dimension(dimensions, places[name]).number_format == "yyyy-mm-dd hh:mm", name


def test_header_and_order_id_stay_in_view_and_every_column_can_be_filtered(book, places):
    sheet = book["Orders"]
    assert sheet.freeze_panes == "B2"
    last = get_column_letter(len(places))
    assert sheet.auto_filter.ref == f"A1:{last}5000"


def test_ticks_priorities_statuses_couriers_and_people_come_from_lists(book, places, rules):
    found = lists(book)
    for name in ("Inventory Allocated", "Picking Completed", "Packing Completed"):
        assert found[places[name]].formula1 == '"✓"'
    assert found[places["Order Priority"]].formula1 == '"Standard,Expedited,Bulk"'
    for carrier in rules.carriers:
        assert carrier in found[places["Shipping Partner Assigned"]].formula1
    assert found[places["Handled By"]].formula1 == "Staff!$A$2:$A$200"
    assert found[places["Ack"]].formula1.startswith('"ACK')
    offered = found[places["Status"]].formula1.strip('"').split(",")
    assert set(offered) == set(rules.statuses.statuses)


def test_a_list_informs_and_never_forbids_what_a_person_types(book):
    assert {rule.errorStyle for rule in lists(book).values()} == {"information"}


@pytest.mark.parametrize("word", ["Breached", "At risk", "Unsure", "Paused", "OK", "Met", "Missed"])
def test_the_sla_colour_keys_on_the_first_word(book, places, word):
    letter = get_column_letter(places["SLA"])
    wanted = f'LEFT(${letter}2,{len(word)})="{word}"'
    assert (wanted, f"{letter}2:{letter}1048576") in formulas(book)


@pytest.mark.parametrize("word", ["Error", "Warning", "Unsure", "Note", "OK"])
def test_the_check_colour_keys_on_the_worst_severity(book, places, word):
    letter = get_column_letter(places["Check"])
    assert any(f'LEFT(${letter}2,{len(word)})="{word}"' == f for f, _ in formulas(book))


def test_a_breached_order_tints_its_whole_row(book, places):
    last = get_column_letter(len(places))
    sla = get_column_letter(places["SLA"])
    assert (f'LEFT(${sla}2,8)="Breached"', f"A2:{last}1048576") in formulas(book)


def test_every_status_has_a_colour_of_its_own(book, rules):
    told = " ".join(f for f, _ in formulas(book))
    assert [s for s in rules.statuses.statuses if f'="{s}"' not in told] == []


def test_every_heading_has_a_note_that_says_what_belongs_there_and_who_fills_it(book, rules):
    titles = {c.title: c for c in rules.columns.values()}
    for cell in book["Orders"][1]:
        assert cell.comment is not None, cell.value
        about = titles[cell.value].help.removesuffix(" Filled in by itself.")
        assert about in cell.comment.text
        assert "illed in by" in cell.comment.text or "fills it in" in cell.comment.text


def test_nothing_is_said_twice_about_who_fills_a_column(book):
    for cell in book["Orders"][1]:
        assert cell.comment.text.lower().count("filled in") <= 1, cell.comment.text


def test_the_guide_names_every_column_the_limits_and_proper_names(book, rules, places):
    guide = [str(cell.value or "") for row in book["Guide"].iter_rows() for cell in row]
    text = "\n".join(guide)
    assert set(places) <= set(guide)
    assert "FastTrack: 2 days;  UPS or FedEx: 3 days" in text
    assert "Expedited: 2 hours;  Bulk: 8 hours;  all others: 4 hours" in text
    assert "(" not in "".join(line for line in guide if "all others" in line)
    for target in rules.targets:
        assert not target.stage or target.stage in guide


def test_optional_tabs_wait_hidden_until_somebody_wants_them(book):
    assert book.sheetnames == ["Orders", "Guide", *[tab.title for tab in OPTIONAL_TABS]]
    shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert shown == ["Orders", "Guide"]
    for tab in OPTIONAL_TABS:
        assert [cell.value for cell in book[tab.title][1]] == list(tab.headings)


def test_no_cell_of_the_template_is_a_formula(book):
    for sheet in book:
        for row in sheet.iter_rows():
            assert [cell.coordinate for cell in row if cell.data_type == "f"] == []


def test_the_first_order_takes_the_look_of_its_columns(tmp_path, rules):
    path = tmp_path / "tracker.xlsx"
    path.write_bytes(TEMPLATE.read_bytes())
    tracker = ExcelTracker(
        path, columns=rules.columns, timezone="UTC", tab="Orders",
        backup_folder=tmp_path / "b", now=lambda: datetime(2026, 3, 2, tzinfo=UTC),
        wait=lambda _seconds: None,
    )  # fmt: skip
    tracker.append(
        [{"order_id": "00123", "ordered_at": datetime(2026, 3, 2, 9, 15), "picked": "✓"}]
    )
    sheet = openpyxl.load_workbook(path)["Orders"]
    assert (sheet["A2"].value, sheet["A2"].number_format) == ("00123", "@")
    assert (sheet["B2"].value, sheet["B2"].number_format) == (
        datetime(2026, 3, 2, 9, 15), "yyyy-mm-dd hh:mm",
    )  # fmt: skip
    assert sheet["G2"].value == "✓"
    read = read_sheet(path, rules_columns=rules.columns, timezone="UTC", tab="Orders")
    assert read.row_numbers == [1, 2]
