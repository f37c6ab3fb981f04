"""An undo takes back what one pass wrote and nothing else, and the next pass does not write it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetsync.errors import PlanRefused, UsageError
from sheetsync.worker.explain import explain_order
from sheetsync.worker.undo import carry_out_undo, look_at_undo
from tests.support.open_shop import OpenShop
from tests.support.shop import Shop, local


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two orders looked at once; then #SP-1 was packed, which pass 2 saw."""
    shop = OpenShop(tmp_path_factory.mktemp("undo") / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓", "picked": "✓"}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", packed="✓")
    shop.look(shop.at("08:12"))
    shop.rest()
    return shop, shop.snapshot()


@pytest.fixture
def shop(made):
    """The shop as it was made, for one test."""
    shop, snapshot = made
    shop.restore(snapshot)
    shop.now = shop.at("08:12")
    yield shop
    shop.rest()


def undo(shop, number, moment):
    """Take the pass back at `moment`; what was planned and what was done."""
    shop.now = moment
    with shop.workshop() as workshop:
        planned = look_at_undo(workshop, number, moment)
        return planned, carry_out_undo(workshop, planned)


def cells(shop, order, *keys):
    return tuple(shop.cell(order, key) for key in keys)


def log(shop, order):
    with shop.workshop() as workshop:
        return workshop.store.history(workshop.state.id, order)


def test_every_cell_that_still_holds_it_goes_back(shop):
    assert cells(shop, "#SP-1", "status", "packed_at") == ("Ready", local("08:12"))
    planned, done = undo(shop, 2, shop.at("08:20"))
    assert {(cell.column, cell.now_text, cell.back_text) for cell in planned.taken} >= {
        ("status", "Ready", "Packing"), ("packed_at", "2026-03-09 08:12:00", ""),
    }  # fmt: skip
    assert done.cells == len(planned.taken)
    assert cells(shop, "#SP-1", "status", "packed_at", "packed") == ("Packing", None, "✓")


def test_the_next_passes_do_not_write_it_again(shop):
    undo(shop, 2, shop.at("08:20"))
    for minute in ("08:22", "08:24", "11:00"):
        shop.look(shop.at(minute))
        assert cells(shop, "#SP-1", "status", "packed_at") == ("Packing", None)
    told = log(shop, "#SP-1")
    assert not [
        line for line in told.changes if line["by"] != "worker" and line["column"] != "packed"
    ]


def test_after_an_undo_the_sheet_comes_to_rest(shop):
    undo(shop, 2, shop.at("08:20"))
    shop.look(shop.at("08:22"))
    assert shop.look(shop.at("08:24")).outcome == "unchanged"


def test_a_cell_that_a_person_changed_since_is_left_and_named(shop):
    shop.type_in("#SP-1", packed_at=local("08:11"))
    planned, _ = undo(shop, 2, shop.at("08:20"))
    (left,) = [cell for cell in planned.left if cell.column == "packed_at"]
    assert "somebody changed it since" in left.why
    assert shop.cell("#SP-1", "packed_at") == local("08:11")


def test_a_cell_that_a_later_pass_wrote_is_left_and_names_that_pass(shop):
    shop.type_in("#SP-1", dispatched_at=local("08:14"))
    shop.look(shop.at("08:15"))
    planned, _ = undo(shop, 2, shop.at("08:20"))
    (left,) = [cell for cell in planned.left if cell.column == "status"]
    assert left.why == "pass 3 wrote it again"
    assert cells(shop, "#SP-1", "status", "packed_at") == ("Shipped", None)


def test_an_order_that_is_gone_or_doubled_is_left(shop):
    shop.type_in("#SP-1", order_id="#SP-9")
    planned, _ = undo(shop, 2, shop.at("08:20"))
    assert {cell.why for cell in planned.left} == {"the order is no longer in the sheet"}
    shop.type_in("#SP-9", order_id="#SP-1")
    shop.add({"order_id": "#SP-1"})
    planned, _ = undo(shop, 2, shop.at("08:30"))
    assert {cell.why for cell in planned.left} == {"its Order ID stands on several rows"}


def test_a_formula_that_stands_there_now_is_left(shop):
    shop.type_in("#SP-1", status=None)
    with shop.sheet() as sheet:
        headings = [cell.value for cell in sheet[1]]
        sheet.cell(2, headings.index("Status") + 1).value = '="Ready"'
    planned, _ = undo(shop, 2, shop.at("08:20"))
    assert [cell.why for cell in planned.left if cell.column == "status"]


def test_a_later_tick_moves_the_order_on_as_after_a_person(shop):
    undo(shop, 2, shop.at("08:20"))
    shop.look(shop.at("08:22"))
    shop.type_in("#SP-1", dispatched_at=local("08:29"))
    shop.look(shop.at("08:30"))
    assert shop.cell("#SP-1", "status") == "Shipped"


def test_a_status_taken_back_to_nothing_stays_empty_until_evidence_comes(shop):
    """#SP-2's Status was filled by the first look."""
    planned, _ = undo(shop, 1, shop.at("08:20"))
    assert ("#SP-2", "status", "") in {(c.order_id, c.column, c.back_text) for c in planned.taken}
    for minute in ("08:22", "08:24"):
        shop.look(shop.at(minute))
        assert shop.cell("#SP-2", "status") is None
    with shop.workshop() as workshop:
        told, _ = explain_order(workshop, "#SP-2", shop.now)
    (status,) = [section.lines for section in told.sections if section.title == "Status"]
    assert status[1].startswith("An undo took Pending back, Mon 9 Mar 08:20")
    assert status[2] == "It stays empty until ticks or dates ask for another word."
    shop.type_in("#SP-2", allocated="✓")
    shop.look(shop.at("08:30"))
    assert shop.cell("#SP-2", "status") == "Picking"


def test_a_withdrawn_time_is_not_measured_and_a_new_tick_is_stamped(shop):
    undo(shop, 2, shop.at("08:20"))
    events = [(line["field"], line["source"], line["at"]) for line in log(shop, "#SP-1").events]
    assert ("packed", "pass", shop.at("08:12")) in events
    assert ("packed", "undone", None) in events
    shop.type_in("#SP-1", packed=None)
    shop.look(shop.at("08:30"))
    shop.type_in("#SP-1", packed="✓")
    shop.look(shop.at("08:40"))
    assert shop.cell("#SP-1", "packed_at") == local("08:40")


def test_a_date_that_status_had_claimed_goes_with_its_claim(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓", "picked": "✓", "packed": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", status="Shipped")
    shop.look(shop.at("08:12"))
    assert shop.cell("#SP-1", "dispatched_at") == local("08:12")
    undo(shop, 2, shop.at("08:20"))
    for minute in ("08:22", "08:24"):
        shop.look(shop.at(minute))
        assert cells(shop, "#SP-1", "status", "dispatched_at") == ("Shipped", None)


def test_an_undo_can_be_undone(shop):
    before = shop.orders()
    _, done = undo(shop, 2, shop.at("08:20"))
    shop.look(shop.at("08:22"))
    undo(shop, done.number, shop.at("08:30"))
    shop.look(shop.at("08:32"))
    assert cells(shop, "#SP-1", "status", "packed_at") == ("Ready", local("08:12"))
    assert shop.orders() == before
    stamps = [line for line in log(shop, "#SP-1").events if line["field"] == "packed"]
    assert [(line["source"], line["at"]) for line in stamps][-1] == ("pass", shop.at("08:12"))


def test_the_log_only_grows_and_names_what_was_undone(shop):
    before = log(shop, "#SP-1").changes
    _, done = undo(shop, 2, shop.at("08:20"))
    after = log(shop, "#SP-1").changes
    assert after[: len(before)] == before
    assert {line["rule"] for line in after[len(before) :]} == {"undo:2"}
    with shop.workshop() as workshop:
        listed = workshop.store.undoing(workshop.state.id).passes(5)
    assert [(found.line.id, found.undoes) for found in listed[:2]] == [(done.number, 2), (2, None)]


def test_what_people_did_meanwhile_keeps_its_interval(shop):
    """An undo is no look at the tracker: a tick made before it is not dated after it."""
    shop.type_in("#SP-2", allocated="✓")
    undo(shop, 2, shop.at("08:20"))
    shop.look(shop.at("08:22"))
    (tick,) = [line for line in log(shop, "#SP-2").events if line["field"] == "allocated"]
    assert (tick["seen_from"], tick["seen_to"]) == (shop.at("08:12"), shop.at("08:22"))


def test_an_unknown_pass_and_a_tracker_without_passes_are_told(shop, tmp_path):
    with shop.workshop() as workshop, pytest.raises(UsageError, match="no pass number 99"):
        look_at_undo(workshop, 99, shop.now)
    fresh = Shop(tmp_path / "fresh")
    with fresh.workshop() as workshop, pytest.raises(UsageError, match="no pass number 1"):
        look_at_undo(workshop, 1, fresh.now)


def test_another_trackers_mark_is_refused(shop):
    snapshot = shop.snapshot()
    other = Shop(snapshot.with_name("other"))
    other.workbook.write_bytes(shop.workbook.read_bytes())
    other.now = other.at("08:30")
    other.adopt()
    shop.workbook.write_bytes(other.workbook.read_bytes())
    with shop.workshop() as workshop, pytest.raises(PlanRefused, match="another sheetsync"):
        look_at_undo(workshop, 2, shop.at("08:40"))


STEPS = ("commit", "committed", "written")


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("place", STEPS)
def test_killed_at_any_step_the_next_pass_or_asking_again_finishes_it(shop, place):
    def step(name):
        if name == place:
            raise Crash

    shop.now = shop.at("08:20")
    with shop.workshop() as workshop:
        planned = look_at_undo(workshop, 2, shop.now)
        with pytest.raises(Crash):
            carry_out_undo(workshop, planned, step=step)
    shop.rest()
    shop.look(shop.at("08:22"))
    if place == "commit":
        assert cells(shop, "#SP-1", "status", "packed_at") == ("Ready", local("08:12"))
    else:
        assert cells(shop, "#SP-1", "status", "packed_at") == ("Packing", None)
    undo(shop, 2, shop.at("08:26"))
    shop.look(shop.at("08:28"))
    assert cells(shop, "#SP-1", "status", "packed_at", "packed") == ("Packing", None, "✓")
    with shop.workshop() as workshop:
        assert workshop.run_pass(shop.now + timedelta(minutes=2)).cells == 0
