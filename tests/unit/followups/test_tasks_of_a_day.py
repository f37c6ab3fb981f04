"""Tasks on a tab of their own: each once for its order and reason, until it goes away or a person did it."""

from __future__ import annotations

from datetime import datetime

import pytest

from sheetsync.worker.looking_up import log_call
from tests.support.opened import opened
from tests.support.shop import HEADINGS, MONDAY, Shop, read_tab

ON = {"escalation.yaml": [("mode: off                # off or on", "mode: on")]}
FOLLOW_UPS = ("When", "Order ID", "Who", "Channel", "Direction", "Text", "Due", "Done At")


@pytest.fixture
def shop(tmp_path) -> Shop:
    """A late order, one with a problem that stays, and one of a vendor from whom nothing is heard."""
    shop = Shop(tmp_path / "shop", rules=ON, headings=(*HEADINGS, "Vendor Confirmed"))
    shop.add(
        {"order_id": "#SP-1", "promised_at": datetime(2026, 3, 7)},
        {"order_id": "#SP-2", "status": "On Hold"},
        {"order_id": "#SP-3", "vendor": "Acme", "promised_at": datetime(2026, 3, 12)},
        {"order_id": "#SP-4"},
    )
    shop.look(shop.at("08:10"))
    return shop


def rows(shop: Shop) -> list[tuple[str, str, str, str]]:
    """Order, who, how and task of what is to be done."""
    found = read_tab(shop.workbook, "Tasks")[5:]
    end = next((at for at, row in enumerate(found) if not row[1]), len(found))
    return [(row[1], row[2], row[3], row[5]) for row in found[:end]]


def open_tasks(shop: Shop) -> list[tuple[str, str]]:
    with shop.workshop() as workshop:
        tasks = workshop.store.follow_ups(workshop.state.id).open_tasks()
        return sorted((task.order_id, task.reason) for task in tasks)


def write_down(shop: Shop, *lines: tuple) -> None:
    """A person adds rows to the tab Follow-ups."""
    book = opened(shop.workbook)
    if "Follow-ups" not in book.sheetnames:
        book.create_sheet("Follow-ups").append(list(FOLLOW_UPS))
    for order, who, done_at in lines:
        book["Follow-ups"].append([None, order, who, "phone", "out", "called", None, done_at])
    book.save(shop.workbook)


def test_what_is_to_be_done_stands_on_a_tab_with_who_and_how(shop):
    assert rows(shop) == [("#SP-1", "Thabo", "Call", "past_promise")]
    assert "1 to do, 1 of them calls." in shop.tab("Tasks")


def test_time_alone_makes_a_task_due_and_none_is_made_twice(shop):
    result = shop.look(shop.at("00:00", 1))
    assert result.outcome == "done"
    wanted = {("#SP-1", "past_promise"), ("#SP-3", "vendor_silent"), ("#SP-4", "late_in_stage")}
    assert {(order, task) for order, _, _, task in rows(shop)} >= wanted
    shop.look(shop.at("08:10", 1))
    assert ("#SP-2", "problem_stays") in open_tasks(shop)
    before = open_tasks(shop)
    assert shop.look(shop.at("08:11", 1)).outcome in {"done", "unchanged"}
    assert open_tasks(shop) == before


def test_a_task_closes_when_its_reason_goes_and_opens_again_as_the_same_one(shop):
    shop.type_in("#SP-1", promised_at=datetime(2026, 3, 20))
    shop.look(shop.at("09:00"))
    assert open_tasks(shop) == []
    assert any("No longer needed" in cell for cell in shop.tab("Tasks"))
    shop.type_in("#SP-1", promised_at=datetime(2026, 3, 7))
    shop.look(shop.at("09:05"))
    assert open_tasks(shop) == [("#SP-1", "past_promise")]


def test_a_person_closes_it_with_done_at_and_it_stays_closed_until_a_new_occasion(shop):
    write_down(shop, ("#SP-1", "Lerato", MONDAY), ("#SP-9", "Lerato", "sometime"))
    shop.look(shop.at("09:00"))
    assert open_tasks(shop) == []
    assert any(cell.startswith("Done: Find out") for cell in shop.tab("Tasks"))
    assert any("Follow-ups, row 3" in cell for cell in shop.tab("Sync Status"))
    shop.look(shop.at("10:00"))
    assert open_tasks(shop) == []
    shop.type_in("#SP-1", promised_at=datetime(2026, 3, 6))
    shop.look(shop.at("08:00", 1))
    assert ("#SP-1", "past_promise") in open_tasks(shop)


def test_a_row_that_does_not_say_who_did_it_counts_and_is_not_taken_back(shop):
    write_down(shop, ("#SP-1", None, MONDAY))
    for clock in ("09:00", "09:05", "09:10"):
        shop.type_in("#SP-4", notes=f"seen {clock}")
        shop.look(shop.at(clock))
        assert open_tasks(shop) == []


def test_what_will_be_done_later_is_not_done(shop):
    write_down(shop, ("#SP-1", "Lerato", MONDAY.replace(hour=15)))
    shop.look(shop.at("09:00"))
    assert open_tasks(shop) == [("#SP-1", "past_promise")]
    shop.look(shop.at("15:00"))
    assert ("#SP-1", "past_promise") not in open_tasks(shop)


def test_the_tab_of_people_is_never_written(shop):
    write_down(shop, ("#SP-1", "Lerato", MONDAY))
    before = read_tab(shop.workbook, "Follow-ups")
    shop.look(shop.at("09:00"))
    shop.look(shop.at("09:00", 1))
    assert read_tab(shop.workbook, "Follow-ups") == before


def test_a_logged_call_is_shown_on_the_tab_without_any_rule(tmp_path):
    shop = Shop(tmp_path / "quiet")
    shop.add({"order_id": "#SP-1"})
    shop.look(shop.at("08:00"))
    assert "Tasks" not in opened(shop.workbook).sheetnames
    with shop.workshop() as workshop:
        log_call(workshop, "#SP-1", "=1+1 asks", "phone", "in", "Lerato", shop.at("08:01"))
    assert shop.look(shop.at("08:02")).outcome == "done"
    cells = shop.tab("Tasks")
    assert "=1+1 asks" in cells
    assert "Nothing is to be done." in cells
    assert shop.look(shop.at("08:03")).outcome == "unchanged"
