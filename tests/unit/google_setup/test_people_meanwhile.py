"""Whatever people do with rows, columns and tabs in between: one set-up later all is in place again."""

from __future__ import annotations

import random

import pytest

from sheetsync.errors import PlanRefused
from sheetsync.trackers.google.own_tabs import tab_requests
from tests.sheets_server.model import ApiError
from tests.sheets_server.requests.apply import apply_all
from tests.unit.google_setup.book import a_book, applied, set_up, structure, take_back

KINDS = ("insert", "delete", "move", "rows in", "rows out", "move", "sort", "duplicate", "rename")


def operation(rng, book):
    """One thing a person does, as a request; None for one that was done at once or makes no sense."""
    sheet = book.sheets[0]
    place = rng.randrange(1, sheet.column_count)
    column, row = span("COLUMNS", place), span("ROWS", rng.randrange(1, sheet.row_count - 1))
    kind = rng.choice(KINDS)
    if kind == "rename":
        cell = sheet.cell(0, place)
        if cell and "userEnteredValue" in cell:
            sheet.put(0, place, cell | {"userEnteredValue": {"stringValue": f"x{rng.random()}"}})
        return None
    return {
        "insert": {"insertDimension": {"range": column, "inheritFromBefore": True}},
        "delete": {"deleteDimension": {"range": column}},
        "move": {"moveDimension": {"source": column, "destinationIndex": rng.randrange(20)}},
        "rows in": {"insertDimension": {"range": row, "inheritFromBefore": True}},
        "rows out": {"deleteDimension": {"range": row}},
        "sort": {"sortRange": {"range": {"sheetId": 7, "startRowIndex": 1},
                 "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}]}},
        "duplicate": {"duplicateSheet": {"sourceSheetId": 7, "newSheetName": f"{rng.random()}"}},
    }[kind]  # fmt: skip


def span(dimension, start):
    return {"sheetId": 7, "dimension": dimension, "startIndex": start, "endIndex": start + 1}


@pytest.mark.parametrize("seed", range(40))
def test_one_set_up_settles_it_and_one_removal_clears_it(seed, fourteen, rules, marker):
    rng = random.Random(seed)
    orders = [[f"#SP-{i}", 46000 + i, f"c{9 - i}"] for i in range(9)]
    book = a_book(*fourteen, "SLA", "Check", "Mine", rows=orders)
    set_up(book, rules, marker=marker)
    for _ in range(rng.randrange(1, 7)):
        request = operation(rng, book)
        try:
            apply_all(book, [request] if request else [])
        except ApiError:
            continue  # a column moved onto itself, or the last row deleted: refused, nothing happened
    try:
        set_up(book, rules, marker=marker)
    except PlanRefused:
        return  # the key column's heading is gone: there is nothing to set up
    assert set_up(book, rules, marker=marker) == 0
    take_back(book, rules)
    left = structure(book).tab("Orders")
    things = (left.conditional_formats, left.filter_views, left.banded_ranges)
    marks = (left.protected_ranges, left.marks, left.column_marks)
    assert not any((*things, *marks))
    assert take_back(book, rules) == 0


def test_a_real_month_of_figures_can_be_drawn(rules):
    from tests.unit.kpi.test_kpi_tab import EMPTY, TAB

    book = a_book("Order ID")
    applied(book, tab_requests(TAB, structure(book)))
    ids = [chart["chartId"] for chart in book.titled(TAB.title).charts]
    assert len(ids) == len(TAB.charts) > 1
    applied(book, tab_requests(EMPTY, structure(book)))
    kept = [chart["chartId"] for chart in book.titled(TAB.title).charts]
    assert kept == ids[: len(kept)]
    assert applied(book, tab_requests(EMPTY, structure(book))) == 0
