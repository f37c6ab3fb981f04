"""Where formulas stand is known without asking in every pass."""

from __future__ import annotations

from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import Formula, SheetPerson, book_of, google_tracker
from tests.support.workbooks import HEADINGS, ORDERS, batch


def desk(*orders):
    book = book_of([HEADINGS, *orders])
    service = SheetsService()
    service.put(book)
    return book, service, google_tracker(service=service)


def test_a_formula_is_told_also_where_its_row_has_no_order_id_that_can_be_used():
    formula = Formula("=1/0")
    _, _, tracker = desk(*ORDERS, (formula, "Zoe", formula), ("A-9", formula))
    assert tracker.read().formulas == {(5, 0), (5, 2), (6, 1)}


def test_formulas_follow_their_orders_when_people_sort():
    book, service, tracker = desk(*ORDERS, ("A-9", Formula('="Zoe"')))
    tracker.read()
    service.counters.reset()
    SheetPerson(book).sort_orders(reverse=True)
    assert tracker.read().formulas == {(2, 1)}
    assert service.counters.reads == 1


def test_a_formula_typed_meanwhile_is_never_written_over():
    book, _, tracker = desk(*ORDERS)
    tracker.read()
    SheetPerson(book).type_in("A-2", "check", Formula('=""'))
    receipt = tracker.write(batch(("A-2", "check", None, "mine")))
    assert list(receipt.outcomes["outcome"]) == ["refused"]
    assert tracker.read().formulas == {(3, 5)}
