"""Evidence over cells as they stand in a sheet, read by the real reader."""

from __future__ import annotations

from datetime import timedelta

from sheetsync.domain.columns import interpret
from sheetsync.domain.evidence import delivered_moments, observe
from sheetsync.domain.model import CellValue, Orders, Sheet
from sheetsync.domain.moments import local_to_serial
from tests.support.orders_builder import (
    ZONE,
    at,
    ids_with,
    local,
    no_memory,
    remembered,
    shipped_rules,
    utc,
)

HEADINGS = (
    "Order ID", "Status", "Picking", "Packing", "Dispatched", "Courier", "Tracking No.", "Notes",
)  # fmt: skip


def read(*rows: tuple[CellValue, ...], headings: tuple[str, ...] = HEADINGS) -> Orders:
    sheet = Sheet(
        tracker="t",
        tab="Orders",
        rows=[headings, *rows],
        row_numbers=list(range(1, len(rows) + 2)),
        timezone=ZONE,
    )
    return interpret(sheet, shipped_rules(), at("08:00"))


def test_the_documents_own_sample_row_is_in_transit_and_nothing_is_written() -> None:
    sample = (
        "#SP-20491",
        "In Transit",
        "✅",
        "✅",
        "✅",
        "FastTrack",
        "FT239845Z",
        "Delivered early",
    )

    seen = observe(read(sample), no_memory(), shipped_rules(), at("08:00"))

    assert (seen.derived[0], seen.shown[0], seen.stage[0]) == ("Shipped", "In Transit", "Transit")
    assert seen.cells.empty


def test_aliases_and_spaces_are_no_edit_of_ours() -> None:
    row = ("#SP-20491", " DISPATCHED ", "x", "yes", True, "", "", "")

    seen = observe(read(row), no_memory(), shipped_rules(), at("08:00"))

    assert seen.cells.empty
    assert seen.findings.empty


def test_dates_as_serial_numbers_survive_a_second_pass() -> None:
    headings = ("Order ID", "Inventory Allocated", "Status", "Allocated At", "Delivered Date")
    rules = shipped_rules()
    first = observe(
        read(("#SP-1001", False, "", None, None), headings=headings),
        no_memory(),
        rules,
        at("08:00"),
    )
    memory = remembered(no_memory(), first, at("08:00"))
    orders = read(("#SP-1001", True, "Pending", None, None), headings=headings)
    second = observe(orders, memory, rules, at("08:02"))
    stamp = second.cells.set_index("column").loc["allocated_at", "new"]
    memory = remembered(memory, second, at("08:02"))
    cells = ("#SP-1001", True, "Allocated", local_to_serial(stamp), local_to_serial(local("08:01")))

    third = observe(read(cells, headings=headings), memory, rules, at("08:04"))
    memory = remembered(memory, third, at("08:04"))

    assert third.stamps.loc[0, "allocated_at"] == utc("08:02")
    assert third.stamps.loc[0, "allocated_source"] == "pass"
    assert third.cells["column"].tolist() == ["status"]
    assert delivered_moments(read(cells, headings=headings), memory)[0] == utc("08:01")


def test_doubled_orders_are_neither_written_to_nor_missed() -> None:
    row = ("#SP-20491", "", "", "", "", "", "", "")
    rules = shipped_rules()
    first = observe(read(row), no_memory(), rules, at("08:00"))
    memory = remembered(no_memory(), first, at("08:00"))

    seen = observe(read(row, row), memory, rules, at("08:00") + timedelta(minutes=2))

    assert seen.cells.empty
    assert seen.missing == ()
    assert ids_with(seen, "status_behind_ticks") == []
