"""What staff have in their cells stays: long texts, formulas, errors, chips, formats, decimal commas."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.bad_google_sheets.damage import set_up, sync
from tests.support.google_sheets import Formula, cell_of
from tests.support.google_shop import GoogleShop
from tests.support.shop import TITLES


def test_the_longest_text_that_a_cell_can_hold_is_read_and_left(shop: GoogleShop):
    shop.type_in("#SP-2", notes="n" * 50_000, customer="ü" * 50_000)
    assert sync(shop) == 0
    assert shop.cell("#SP-2", "notes") == "n" * 50_000
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert max(len(str(cell)) for cell in shop.tab("Sync Status")) < 50_000


def test_formulas_and_errors_of_staff_stay_what_they_are(shop: GoogleShop):
    wanted = {"customer": Formula('="Than"&"di"'), "notes": Formula("=NA()"), "status": Formula('="On Hold"'),
              "packed": Formula("=1/0"), "next_action": Formula('=""')}  # fmt: skip
    shop.type_in("#SP-1", **wanted)
    place = shop.person.places()
    row = shop.person.rows_of("#SP-1")[0]
    assert sync(shop) == 0
    assert sync(shop) == 0
    sheet = shop.book.sheets[0]
    for key, formula in wanted.items():
        assert sheet.cell(row, place[TITLES[key]]) == cell_of(formula)
    assert "holds the error #DIV/0!" in str(shop.cell("#SP-1", "check"))


def test_chips_links_notes_and_formats_survive_in_staff_cells_and_around_ours(shop: GoogleShop):
    person, sheet = shop.person, shop.book.sheets[0]
    row = person.rows_of("#SP-1")[0]
    rich = {
        "handler": {"chipRuns": [{"chip": {"personProperties": {"email": "thabo@example.org"}}}]},
        "customer": {
            "textFormatRuns": [{"format": {}}, {"startIndex": 3, "format": {"bold": True}}]
        },
        "notes": {"note": "call first", "hyperlink": "https://example.org"},
        "sla": {"note": "why?", "userEnteredFormat": {"textFormat": {"italic": True}}},
        "status": {"dataValidation": {"condition": {"type": "ONE_OF_LIST"}}},
    }
    for key, more in rich.items():
        place = person.places()[TITLES[key]]
        sheet.put(row, place, {**(sheet.cell(row, place) or cell_of("x") or {}), **more})
    assert sync(shop) == 0
    for key, more in rich.items():
        found = sheet_cell(shop, row, key)
        assert {name: found.get(name) for name in more} == more
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")


def sheet_cell(shop: GoogleShop, row: int, key: str) -> dict[str, Any]:
    return shop.book.sheets[0].cell(row, shop.person.places()[TITLES[key]]) or {}


def test_a_sheet_with_decimal_commas_is_read_and_written_alike(shop: GoogleShop):
    shop.type_in("#SP-2", notes=1234.5, ordered_at=46090.25)
    plain = shop.book.copy()
    cells = []
    for locale in ("en_US", "de_DE"):
        shop.book.restore(plain)
        shop.book.locale = locale
        set_up(shop)
        shop.type_in("#SP-2", allocated=True)
        shop.look(shop.at("09:00"))
        cells.append(shop.orders())
        shop.restore(shop.folder.with_name(f"{shop.folder.name}-snapshot"))
    assert cells[0] == cells[1]
    assert cells[0]["#SP-2"]["Allocated At"]
