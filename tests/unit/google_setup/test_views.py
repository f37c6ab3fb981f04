"""The filter views show what the step's people have to do, and nothing that is on hold."""

from __future__ import annotations

from sheetsync.domain.views import STEPS, TITLES, statuses_hidden
from sheetsync.trackers.google.setup.views import criteria
from tests.unit.google_setup.book import a_book, header_of, set_up


def view(book, title):
    return next(v for v in book.sheets[0].filter_views if v["title"] == title)


def specs(book, title):
    return {s.get("columnIndex", 0): s["filterCriteria"] for s in view(book, title)["filterSpecs"]}


def test_there_are_four_and_the_names_are_theirs(book, rules):
    set_up(book, rules)
    titles = [v["title"] for v in book.sheets[0].filter_views]
    assert titles == ["To pick", "To pack", "To ship", "Stuck"]


def test_the_views_of_a_copy_are_those_of_the_sheet(book, rules):
    set_up(book, rules)
    place = header_of(book, rules).columns["status"]
    assert [v["title"] for v in book.sheets[0].filter_views] == list(TITLES)
    for title, (stage, _done, _open) in STEPS.items():
        hidden = statuses_hidden(stage, rules)
        assert hidden
        assert specs(book, title)[place]["hiddenValues"] == hidden


def test_to_pick_hides_what_is_not_allocated_what_is_picked_and_what_is_on_hold(book, rules):
    set_up(book, rules)
    places = header_of(book, rules).columns
    found = specs(book, "To pick")
    assert found[places["allocated"]]["hiddenValues"] == ["FALSE", ""]
    assert "TRUE" in found[places["picked"]]["hiddenValues"]
    hidden = found[places["status"]]["hiddenValues"]
    assert {"On Hold", "Backordered", "Completed", "Packing"} <= set(hidden)
    assert not {"Allocated", "Picking", "In Progress", "Delayed"} & set(hidden)


def test_to_ship_shows_what_has_not_left(book, rules):
    set_up(book, rules)
    places = header_of(book, rules).columns
    assert specs(book, "To ship")[places["dispatched_at"]]["condition"] == {"type": "BLANK"}


def test_stuck_asks_for_any_trouble(book, rules):
    set_up(book, rules)
    [told] = specs(book, "Stuck").values()
    formula = told["condition"]["values"][0]["userEnteredValue"]
    assert formula.startswith('=(($O2>="Breached")*($O2<"Breachee")+')
    assert '($L2="On Hold")' in formula
    assert "," not in formula
    assert ";" not in formula
    assert formula.endswith(">0")


def test_a_sort_in_a_view_takes_staff_s_own_columns_along(book, rules):
    set_up(book, rules)
    found = view(book, "To pack")
    assert found["range"]["endColumnIndex"] == 17
    assert found["sortSpecs"] == [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]


def test_a_view_whose_column_is_missing_is_not_offered(rules):
    book = a_book("Order ID", "Status")
    set_up(book, rules)
    assert [v["title"] for v in book.sheets[0].filter_views] == ["Stuck"]
    assert criteria("To pick", header_of(book, rules), rules) == []
    assert set_up(book, rules) == 0
