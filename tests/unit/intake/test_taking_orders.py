"""New orders come into the tracker once, as they were written, and the rest is told in words."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sheetsync.errors import UsageError
from sheetsync.intake.report import report_place, write_report
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from tests.support.new_orders import HEAD, ROW, desk


@pytest.fixture(scope="module")
def rules():
    return load_rules(rules_folder())


@pytest.fixture
def shop(tmp_path, rules):
    return desk(tmp_path, rules)


def test_a_new_order_stands_below_the_last_one_with_its_values(shop):
    _, done = shop.take(f"{HEAD}\n{ROW}\n")
    assert done.orders == 1
    assert shop.rows() == [
        {
            "Order ID": "SP-1",
            "Order Date & Time": datetime(2026, 3, 2, 9, 15),
            "Customer Name / ID": "Thandi",
            "SKU(s) Ordered": "MUG-01 x2",
        }
    ]


def test_taking_the_same_file_twice_adds_nothing_the_second_time(shop):
    shop.take(f"{HEAD}\n{ROW}\nSP-2,2026-03-02,B,X x1\n")
    before = (shop.folder / "tracker.xlsx").read_bytes()
    found, done = shop.take(f"{HEAD}\n{ROW}\nSP-2,2026-03-02,B,X x1\n")
    assert (len(found.reading.new), found.reading.already, done.orders) == (0, 2, 0)
    assert (shop.folder / "tracker.xlsx").read_bytes() == before


def test_an_order_that_is_there_is_not_changed(shop):
    shop.take(f"{HEAD}\n{ROW}\n")
    shop.take(f"{HEAD}\n{ROW.replace('Thandi', 'Somebody else')}\nSP-2,2026-03-02,B,X x1\n")
    assert [row["Customer Name / ID"] for row in shop.rows()] == ["Thandi", "B"]


def test_a_preview_writes_nothing(shop):
    before = (shop.folder / "tracker.xlsx").read_bytes()
    found = shop.look(f"{HEAD}\n{ROW}\n")
    assert list(found.reading.new) == ["SP-1"]
    assert (shop.folder / "tracker.xlsx").read_bytes() == before


@pytest.mark.parametrize("order", ["00123", "1E5", "#SP-20491", "12345678901234567890123", "=1+1"])
def test_identities_and_tracking_numbers_stay_as_they_were_written(shop, order):
    shop.take(f"Order ID,Tracking No.\n{order},{order}\n")
    assert shop.rows() == [{"Order ID": order, "Tracking Number": order}]


def test_text_that_looks_like_a_formula_stays_text(shop):
    shop.take(f'{HEAD}\nSP-1,2026-03-02,"=HYPERLINK(""http://x"")",+A x1\n')
    sheet = openpyxl.load_workbook(shop.folder / "tracker.xlsx")["Orders"]
    assert sheet["C2"].value == '=HYPERLINK("http://x")'
    assert shop.tracker.read().formulas == frozenset()


def test_ticks_become_ticks_and_no_becomes_blank(shop):
    shop.take("Order ID,Picking,Packing,Allocated\nSP-1,True,False,yes\n")
    assert shop.rows() == [
        {"Order ID": "SP-1", "Picking Completed": "✓", "Inventory Allocated": "✓"}
    ]


def test_a_moment_with_a_zone_becomes_local_time_and_a_configured_format_is_read(tmp_path, rules):
    shop = desk(tmp_path, rules, ["date_formats: ['%d/%m/%Y %H:%M']"])
    shop.take(f"{HEAD}\nA,2026-03-02T07:15:00Z,x,y x1\nB,02/03/2026 09:15,x,y x1\n")
    assert {row["Order Date & Time"] for row in shop.rows()} == {datetime(2026, 3, 2, 9, 15)}


def test_a_dispatch_tick_without_a_time_stays_a_tick(shop):
    shop.take("Order ID,Dispatched\nSP-1,yes\n")
    assert shop.rows() == [{"Order ID": "SP-1", "Dispatched Date": "✓"}]


def test_the_history_in_a_file_is_kept_but_worked_out_columns_are_not_taken(shop):
    found, _ = shop.take("Order ID,Allocated At,SLA,Check\nSP-1,2026-03-02 10:00,late!,bad\n")
    assert shop.rows() == [{"Order ID": "SP-1", "Allocated At": datetime(2026, 3, 2, 10, 0)}]
    assert set(found.reading.columns.ignored) == {"SLA", "Check"}


def test_choices_come_in_under_their_proper_names(shop):
    shop.take("Order ID,Priority,Status\nSP-1,express,canceled\n")
    assert shop.rows() == [
        {"Order ID": "SP-1", "Order Priority": "Expedited", "Status": "Cancelled"}
    ]


def test_unknown_headings_are_named_and_left_out(shop):
    found, _ = shop.take("Order ID,Shoe size\nSP-1,43\n")
    assert found.reading.columns.ignored == {"Shoe size": "the tracker knows no such column"}
    assert shop.rows() == [{"Order ID": "SP-1"}]


def test_a_column_that_the_tracker_lacks_is_named(shop):
    found, done = shop.take("Order ID,Payment Status\nSP-1,Paid\n")
    assert found.lacking == ("Payment Status",)
    assert done.orders == 1


def test_configured_headings_win_over_aliases(tmp_path, rules):
    shop = desk(tmp_path, rules, ["columns: {Ref: order_id, Status: notes, State: Status}"])
    shop.take("Ref,Order,Status,State\nSP-1,other,text,Shipped\n")
    assert shop.rows() == [{"Order ID": "SP-1", "Notes / Exceptions": "text", "Status": "Shipped"}]


def test_a_configured_column_that_does_not_exist_is_told_with_the_nearest(tmp_path, rules):
    shop = desk(tmp_path, rules, ["columns: {Ref: order_idd}"])
    with pytest.raises(UsageError, match="Did you mean order_id"):
        shop.look(f"{HEAD}\n{ROW}\n")


def test_blank_required_cells_are_taken_and_named(shop):
    found, done = shop.take(f"{HEAD}\nSP-1,2026-03-02,Ann,\nSP-2,2026-03-02,Bob,\n")
    odd = [(w.sentence, w.rows, w.line) for w in found.reading.warnings.values()]
    assert odd == [("SKU(s) Ordered is blank; Check will ask for it.", 2, 2)]
    assert done.orders == 2


def test_notes_speak_of_rows_that_are_taken_and_of_cells_that_are_blank(shop):
    rows = (
        "SP-1,soon,Ann,",  # refused for its date, which is not blank
        "SP-2,,Bob,",  # taken
        "SP-3,2026-03-02,Cid,",  # twice in the file, so neither is taken
        "SP-3,2026-03-02,Cid,",
        "SP-4,2026-03-02,Dan,",  # taken
    )
    found, done = shop.take("\n".join([HEAD, *rows, ""]))
    odd = {w.sentence: (w.rows, w.line) for w in found.reading.warnings.values()}
    assert odd == {
        "Order Date & Time is blank; Check will ask for it.": (1, 3),
        "SKU(s) Ordered is blank; Check will ask for it.": (2, 3),
    }
    assert done.orders == 2


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("SP-2,02/03/2026,A,B x1,", "Order Date & Time", "That can be"),
        ("SP-2,soon,A,B x1,", "Order Date & Time", "Write it like 2025-03-31"),
        ("SP-2,2026-02-30,A,B x1,", "Order Date & Time", "no such day"),
        ("SP-2,1899-12-31,A,B x1,", "Order Date & Time", "2000 to 2100"),
        ("SP-2,2026-03-02,A,B x1,perhaps", "Picking", "Tick the box or write yes"),
        (",2026-03-02,A,B x1,", "Order ID", "no Order ID"),
        (f"{'9' * 101},2026-03-02,A,B x1,", "Order ID", "At most 100 characters"),
        (f"SP-2,2026-03-02,{'x' * 40_000},B x1,", "Customer Name / ID", "a cell holds 32,767"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_and_the_others_are_taken(
    shop, row, column, words
):
    found, done = shop.take(f"{HEAD},Picking\n{ROW},\n{row}\nSP-3,2026-03-02,C,D x1,\n")
    assert [r["Order ID"] for r in shop.rows()] == ["SP-1", "SP-3"]
    assert (done.orders, found.reading.refused_rows) == (2, 1)
    refusal = found.reading.refusals[0]
    assert (refusal.line, refusal.column) == (3, column)
    assert words in refusal.expected
    assert not {"None", "nan", "null", "NaT"} & set(refusal.expected.split())


def test_an_order_that_is_doubled_in_the_file_is_refused_in_every_line(shop):
    found, _ = shop.take(f"{HEAD}\n{ROW}\nSP-2,2026-03-02,B,X x1\n{ROW.replace('Thandi', 'Z')}\n")
    assert [(r.line, r.order) for r in found.reading.refusals] == [(2, "SP-1"), (4, "SP-1")]
    assert "stands in line 4 too" in found.reading.refusals[0].expected
    assert [r["Order ID"] for r in shop.rows()] == ["SP-2"]


def test_doubles_far_apart_are_found_too(shop):
    rows = "\n".join(f"SP-{n},2026-03-02,A,B x1" for n in range(12_000))
    found = shop.look(f"{HEAD}\n{rows}\nSP-0,2026-03-02,A,B x1\n")
    assert {r.line for r in found.reading.refusals} == {2, 12_002}
    assert len(found.reading.new) == 11_999


def test_the_report_names_line_order_column_and_what_to_do_and_is_safe_to_open(shop):
    found, _ = shop.take(f"{HEAD}\n=2+3,soon,A,B x1\n")
    place = report_place(shop.folder / "orders.csv")
    write_report(place, found.reading.refusals)
    with place.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert place.name == "orders.refused.csv"
    assert lines[0] == ["Line", "Order ID", "Column", "What is there", "What to do"]
    assert lines[1][:4] == ["2", "'=2+3", "Order Date & Time", "soon"]


def test_json_lines_keep_digits_and_know_true_and_false(shop):
    orders = [
        {"Order ID": 12345678901234567890, "Picking": True, "Packing": False, "Notes": "a\nb"},
        {"Order ID": "00123", "Customer": "Ann", "Notes": None},
    ]
    text = "\n".join(json.dumps(order) for order in orders)
    found, _ = shop.take(text, "orders.jsonl")
    assert found.reading.source.kind == "JSON lines"
    assert shop.rows() == [
        {
            "Order ID": "12345678901234567890",
            "Picking Completed": "✓",
            "Notes / Exceptions": "a\nb",
        },
        {"Order ID": "00123", "Customer Name / ID": "Ann"},
    ]


def test_a_workbook_is_read_with_its_dates_and_its_tab_is_found(shop):
    book = openpyxl.Workbook()
    book.create_sheet("Cover", 0)
    book.remove(book.worksheets[1])
    sheet = book.create_sheet("Export")
    sheet.append(["Order ID", "Order Date & Time", "Customer Name / ID", "Picking"])
    sheet.append(["00123", datetime(2026, 3, 2, 9, 15), "Ann", True])
    book.save(shop.folder / "export.xlsx")
    content = (shop.folder / "export.xlsx").read_bytes()
    found, _ = shop.take(content, "wrongly-named.csv")
    assert found.reading.source.kind == "Excel workbook"
    assert found.reading.source.remarks == ("the tab Export",)
    assert shop.rows()[0]["Order Date & Time"] == datetime(2026, 3, 2, 9, 15)
    assert shop.rows()[0]["Picking Completed"] == "✓"


def test_a_locked_workbook_waits_and_nothing_is_lost(shop):
    lock = shop.folder / ".~lock.tracker.xlsx#"
    lock.write_text(",ann,pc,04.03.2026 08:00,;")
    found, done = shop.take(f"{HEAD}\n{ROW}\n")
    assert done.orders == 0
    assert "ann" in done.waiting
    assert list(found.reading.new) == ["SP-1"]
    lock.unlink()
    _, later = shop.take(f"{HEAD}\n{ROW}\n")
    assert later.orders == 1


def test_the_original_file_is_never_changed(shop):
    text = f"{HEAD}\n{ROW}\n"
    shop.take(text)
    assert Path(shop.folder / "orders.csv").read_text() == text
