"""What people change is logged alike in a workbook and in a Google Sheet, also when they sort meanwhile."""

from __future__ import annotations

from datetime import datetime

from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import HEADINGS, Shop, rows_of

DAY = (
    {"allocated": True, "notes": "no invoice"},
    {"picked": True, "handler": "Sizwe"},
    {"status": "On Hold", "customer": "Naledi"},
    {"status": None, "dispatched_at": datetime(2026, 3, 9, 8, 13)},
    {"picked": False, "dispatched_at": None, "check": "fine by me"},
)
"""What a person types into #SP-1 before each further look."""


def a_day(shop: Shop) -> list[tuple[str, str, str, str, str]]:
    """The change log of #SP-1: moment, column, old, new, by."""
    shop.add({"order_id": "#SP-1"}, {"order_id": "#SP-2"}, {"order_id": "#SP-3"})
    shop.look(shop.at("08:10"))
    for number, cells in enumerate(DAY, start=1):
        shop.type_in("#SP-1", **cells)
        if number == 2:
            turn_round(shop)
        shop.look(shop.at(f"08:{10 + 2 * number}"))
    with shop.workshop() as workshop, workshop.store.audit(workshop.state.id) as found:
        return [(e.at, e.what, e.old, e.new, e.by) for e in found
                if e.kind == "cell" and e.order == "#SP-1"]  # fmt: skip


def turn_round(shop: Shop) -> None:
    """The rows in the other order."""
    if isinstance(shop, GoogleShop):
        shop.person.sort_orders(reverse=True)
        return
    with shop.sheet() as sheet:
        first, last = (rows_of(sheet)[order] for order in ("#SP-1", "#SP-3"))
        for cell in sheet[first]:
            other = sheet.cell(last, cell.column)
            cell.value, other.value = other.value, cell.value


def test_the_same_day_leaves_the_same_log(tmp_path):
    excel = a_day(Shop(tmp_path / "excel"))
    with served(book_of([HEADINGS])) as server:
        google = a_day(GoogleShop(tmp_path / "google", server))
    assert google == excel
    people = [(what, old, new) for _, what, old, new, by in excel if by == "person"]
    column, said, typed = people.pop()
    assert (column, said[:6], typed) == ("check", "Error:", "fine by me")
    assert people == [
        ("allocated", "No", "Yes"),
        ("notes", "", "no invoice"),
        ("handler", "Thabo", "Sizwe"),
        ("picked", "No", "Yes"),
        ("customer", "Thandi Nkosi", "Naledi"),
        ("status", "Packing", "On Hold"),
        ("dispatched_at", "", "2026-03-09 08:13:00"),
        ("status", "On Hold", ""),
        ("dispatched_at", "2026-03-09 08:13:00", ""),
        ("picked", "Yes", "No"),
    ]
