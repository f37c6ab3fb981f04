"""A scripted day on both kinds of tracker: a copy leaves in the morning, forty edits on either side, it comes back.

What the tracker holds in the evening is worked out here a second time, cell by cell, from the list of edits
alone: the oracle. The offline edits are made by a real LibreOffice where there is one, else by openpyxl; the run says which.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sheetsync.domain.conflicts_tab import TITLE
from sheetsync.domain.merge.three_way import CONFLICT, SAME, TAKEN
from tests.support.google_sheets import served
from tests.support.google_shop import GoogleShop
from tests.support.libreoffice import NEEDED, Desk
from tests.support.offline_copy import CopyHands, bring_back, look, outcomes, take_out
from tests.support.shop import TITLES, Shop

ORDERS = 40
STAFF = ("customer", "skus", "priority", "allocated", "picked", "packed", "carrier", "tracking", "handler", "notes")  # fmt: skip
Edits = dict[tuple[str, str], Any]


def offline_edits() -> Edits:
    """Forty cells: notes, names, ticks, carriers, a tracking number with zeros in front, two cleared cells."""
    edits: Edits = {(f"#SP-{n}", "notes"): f"Kühlraum {n} ✓" for n in range(1, 13)}
    edits |= {(f"#SP-{n}", "picked"): "✓" for n in range(5, 15)}
    edits |= {(f"#SP-{n}", "handler"): "Naledi" for n in range(10, 18)}
    edits |= {(f"#SP-{n}", "carrier"): "DHL" for n in range(20, 26)}
    edits |= {("#SP-20", "tracking"): "0012345678", ("#SP-21", "tracking"): "=1+1"}
    edits |= {("#SP-30", "notes"): "", ("#SP-31", "handler"): ""}
    assert len(edits) == 40
    return edits


def online_edits() -> Edits:
    """Forty cells: five over offline ones with another value, three over them with the same."""
    edits: Edits = {(f"#SP-{n}", "notes"): f"called {n}" for n in (1, 2, 3)}
    edits |= {("#SP-10", "handler"): "Thabo", ("#SP-11", "handler"): "Thabo"}
    edits |= {
        ("#SP-12", "handler"): "Naledi",
        ("#SP-20", "carrier"): "DHL",
        ("#SP-14", "picked"): "✓",
    }
    edits |= {(f"#SP-{n}", "notes"): f"online {n}" for n in range(13, 29)}
    edits |= {(f"#SP-{n}", "priority"): "Expedited" for n in range(1, 9)}
    edits |= {(f"#SP-{n}", "allocated"): "✓" for n in range(32, 40)}
    assert len(edits) == 40
    return edits


def expected(morning: Mapping[tuple[str, str], Any]) -> tuple[dict[tuple[str, str], Any], set[Any]]:
    """The oracle: what every cell of staff's holds in the evening, and which cells are conflicts."""
    offline, online = offline_edits(), online_edits()
    evening = dict(morning) | online
    conflicts = {c for c in offline if c in online and plain(online[c]) != plain(offline[c])}
    evening |= {cell: value for cell, value in offline.items() if cell not in conflicts}
    return {cell: plain(value) for cell, value in evening.items()}, conflicts


def plain(value: Any) -> Any:
    """A cell without the ways in which programs store it."""
    if value in (None, "", False):
        return ""
    return "✓" if value is True else value


def cells_of(shop: Shop) -> dict[tuple[str, str], Any]:
    """Every cell of staff's as the tracker holds it."""
    return {
        (order, key): plain(row.get(TITLES[key])) for order, row in shop.orders().items() for key in STAFF
    }  # fmt: skip


def in_openpyxl(path: Path, folder: Path) -> None:
    """The day's edits in the copy; a row is added, one deleted, and the rows are turned round."""
    hands = CopyHands(path)
    hands.type_all(by_order(offline_edits()))
    hands.add(order_id="#SP-900", customer="On the road", skus="TEE-L x1")
    hands.delete("#SP-36")
    hands.turn()


def in_libreoffice(path: Path, folder: Path) -> None:
    """The same in a real LibreOffice."""
    desk = Desk()
    for (order_id, key), value in offline_edits().items():
        desk.type_in(order_id, TITLES[key], value)
    desk.type_in("#SP-900", TITLES["customer"], "On the road")
    desk.type_in("#SP-900", TITLES["skus"], "TEE-L x1")
    desk.delete("#SP-36")
    desk.turn()
    saved = path.with_name("saved.xlsx")
    desk.work(path, saved, folder)
    saved.replace(path)


def by_order(edits: Edits) -> dict[str, dict[str, Any]]:
    """Edits by order; an empty text clears."""
    cells: dict[str, dict[str, Any]] = {}
    for (order_id, key), value in edits.items():
        cells.setdefault(order_id, {})[key] = value or None
    return cells


def written_over(shop: Shop) -> dict[tuple[str, str], str]:
    """What the audit keeps of the texts that the import wrote over."""
    with shop.workshop() as workshop, workshop.store.audit(workshop.state.id) as entries:
        return {
            (e.order, e.what): e.old
            for e in entries
            if e.rule.startswith("import:") and e.what != "picked"
        }


class ExcelDay:
    """Online edits in the workbook, with a sort and an inserted row."""

    boxes: Mapping[str, Any] = {}

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder)

    def online(self) -> None:
        hands = CopyHands(self.shop.workbook)
        hands.type_all(by_order(online_edits()))
        hands.turn()
        hands.edit(lambda sheet: sheet.insert_rows(6))
        self.shop.add({"order_id": "#SP-800", "handler": None, "notes": None})


class GoogleDay:
    """Online edits in a Google Sheet, with a sort and an inserted row."""

    boxes: Mapping[str, Any] = {"allocated": False, "picked": False, "packed": False}
    """Ticks are boxes there: TRUE and FALSE."""

    def __init__(self, folder: Path, server: Any) -> None:
        self.shop = GoogleShop(folder, server)

    def online(self) -> None:
        person = self.shop.person
        for (order, key), value in online_edits().items():
            person.type_in(order, key, True if value == "✓" else value)
        person.sort_orders(reverse=True)
        person.insert_row(6)
        self.shop.add({"order_id": "#SP-800", "handler": None, "notes": None})


@pytest.fixture(params=["excel", "google"])
def day(request, tmp_path):
    if request.param == "excel":
        yield ExcelDay(tmp_path / "shop")
        return
    with served() as server:
        yield GoogleDay(tmp_path / "shop", server)


OTHERWISE = pytest.mark.skipif(
    shutil.which("soffice") is not None,
    reason="a real LibreOffice plays this day in the other test",
)


@NEEDED
@pytest.mark.libreoffice
def test_a_day_offline_in_libreoffice_comes_back_cell_by_cell(day, tmp_path, desk):
    play(day, tmp_path, desk, in_libreoffice)


@OTHERWISE
def test_a_day_offline_in_another_program_comes_back_cell_by_cell(day, tmp_path, desk):
    play(day, tmp_path, desk, in_openpyxl)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The folder of LibreOffice's profile, which takes a while to make."""
    return tmp_path_factory.mktemp("desk")


def play(day: Any, folder: Path, desk: Path, work: Callable[[Path, Path], None]) -> None:
    shop = day.shop
    shop.add(*(order(n) | day.boxes for n in range(1, ORDERS + 1)))
    shop.look(shop.at("08:10"))
    morning = cells_of(shop)
    shop.now = shop.at("08:15")
    path = folder / "copy.xlsx"
    take_out(shop, path)

    work(path, desk)
    day.online()
    shop.look(shop.at("15:00"))
    shop.now = shop.at("16:00")
    evening, conflicts = expected(morning)

    found = look(shop, path)
    told = outcomes(found)
    assert {cell for cell, what in told.items() if what == CONFLICT} == conflicts
    assert sum(what == TAKEN for what in told.values()) == 40 - len(conflicts) - 3
    assert sum(what == SAME for what in told.values()) == 3
    assert found.merged.rows.deleted == ("#SP-36",)
    before = cells_of(shop)
    done = bring_back(shop, path)
    assert (done.missed, done.rows, done.conflicts) == (0, 1, len(conflicts))
    taken = {cell for cell, what in told.items() if what == TAKEN}
    assert written_over(shop) == {cell: before[cell] for cell in taken if cell[1] != "picked"}

    after = cells_of(shop)
    assert {cell: after[cell] for cell in evening} == evening
    ticked = day.shop.orders()["#SP-5"][TITLES["picked"]]
    assert ticked is True if day.boxes else ticked == "✓"
    assert after["#SP-900", "customer"] == "On the road"
    assert {"#SP-36", "#SP-800", "#SP-900"} <= shop.orders().keys()
    listed = shop.tab(TITLE)
    for order_id, key in conflicts:
        assert {order_id, TITLES[key], str(offline_edits()[order_id, key])} <= set(listed)

    again = look(shop, path)
    assert again.idle
    shop.look(shop.at("16:02"))
    assert cells_of(shop) == after


def order(number: int) -> dict[str, Any]:
    return {
        "order_id": f"#SP-{number}", "notes": f"note {number}", "handler": "Lerato",
        "ordered_at": datetime(2026, 3, 9, 7, number), "skus": "MUG-01 x2",
    }  # fmt: skip
