"""A vendor hears of the orders that name them: once, together, with their own lines only, and never of a slip."""

from __future__ import annotations

import pytest

from tests.support.vendor_world import ACME, KAROO, VendorWorld, asking_rules


@pytest.fixture
def world():
    return VendorWorld()


def test_orders_within_one_window_are_one_letter_to_each_vendor(world):
    world.add("SP-1")
    world.add("SP-2", "Acme Traders")
    world.add("SP-3", "V9", ship_to="12 Long Street; 8001 Cape Town")
    world.look(minutes=1)
    world.add("SP-4")
    world.look(minutes=5)
    assert world.letters() == []
    world.look(minutes=5)
    assert world.letters() == [
        ("vendor_assigned", "acme@example.org", ("SP-1", "SP-2", "SP-4")),
        ("vendor_assigned", "karoo@example.org", ("SP-3",)),
    ]
    world.look(hours=1)
    assert len(world.letters()) == 2


def test_the_pass_comes_back_when_the_window_ends(world):
    world.add("SP-1")
    plan = world.look(minutes=1)
    assert (plan.next_change_at - world.now).total_seconds() == 600


def test_what_was_assigned_before_letters_were_switched_on_is_never_told():
    world = VendorWorld(asking_rules(mode="off"))
    world.add("SP-1")
    world.look(minutes=30)
    world.rules = asking_rules()
    for _ in range(20):
        world.look(hours=3)
    assert world.letters() == []
    assert world.asked("SP-1").stands == "known"


def test_an_assignment_taken_back_within_the_window_is_never_told(world):
    world.add("SP-1")
    world.look(minutes=1)
    world.orders["SP-1"]["vendor"] = ""
    world.look(minutes=30)
    assert world.letters() == []


def test_a_slip_to_another_vendor_and_back_writes_to_nobody_anew(world):
    world.add("SP-1")
    world.look(minutes=1)
    world.look(minutes=10)
    epoch = world.asked("SP-1").epoch
    world.orders["SP-1"]["vendor"] = "V9"
    world.look(minutes=1)
    world.orders["SP-1"]["vendor"] = "V7"
    world.look(minutes=30)
    assert world.letters() == [("vendor_assigned", "acme@example.org", ("SP-1",))]
    assert world.asked("SP-1").epoch == epoch


def test_an_order_on_hold_is_told_when_it_goes_on(world):
    world.add("SP-1", status="On Hold")
    world.look(minutes=1)
    world.look(hours=2)
    assert world.letters() == []
    world.orders["SP-1"]["status"] = "Processing"
    world.look(minutes=5)
    assert len(world.letters()) == 1


def test_a_vendor_sees_only_their_own_lines(world):
    world.lines = [
        ("SP-1", "MUG-01", "Mug, blue", 2, 9.5, "Acme Traders"),
        ("SP-1", "TEE-L", "Shirt", 1, 20, "V9"),
        ("SP-1", "BOX-1", "see http://evil.example", 1, 1, ""),
    ]
    world.add("SP-1", skus="MUG-01 x2; TEE-L x1; BOX-1 x1")
    world.look(minutes=1)
    world.look(minutes=10)
    (row,) = world.outbox.values()
    assert row.notice.context["assignments"][0]["lines"] == [
        {"sku": "MUG-01", "product": "Mug, blue", "quantity": "2"},
        {"sku": "BOX-1", "product": "", "quantity": "1"},
    ]


def test_only_a_vendor_who_ships_is_told_the_address_and_waits_for_it(world):
    world.add("SP-1", ship_to="12 Long Street; 8001 Cape Town")
    world.add("SP-2", "V9")
    world.look(minutes=1)
    world.look(minutes=10)
    ((_, to, orders),) = world.letters()
    assert (to, orders) == ("acme@example.org", ("SP-1",))
    assert "Long Street" not in str(world.outbox)
    assert "Fill in Ship To" in world.check("SP-2")
    world.orders["SP-2"]["ship_to"] = "7 Kloof Road\n8001 Cape Town"
    world.look(minutes=1)
    (_, karoo) = world.outbox.values()
    assert karoo.notice.context["assignments"][0]["ship_to"] == [
        "Thandi Nkosi", "7 Kloof Road", "8001 Cape Town",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["see www.evil.example", "=HYPERLINK(1)", "<b>x</b>", "a@b.org"])
def test_an_address_that_looks_like_none_is_not_told(world, text):
    world.add("SP-1", "V9", ship_to=text)
    world.look(minutes=1)
    world.look(minutes=10)
    assert world.letters() == []
    assert "does not look like an address" in world.check("SP-1")


def test_of_wishes_only_the_words_of_the_list_are_told(world):
    world.add("SP-1", special_handling="fragile")
    world.add("SP-2", special_handling="Call me on 555 0101")
    world.look(minutes=1)
    world.look(minutes=10)
    (row,) = world.outbox.values()
    assert [each["preferences"] for each in row.notice.context["assignments"]] == ["Fragile", ""]


def test_a_vendor_who_cannot_be_reached_is_named_in_check_and_messages(world):
    world.vendors = [("V7", "Acme", "", "", "", "", None, None, "", ""), KAROO]
    world.add("SP-1")
    world.add("SP-2", "Nobody Ltd")
    plan = world.look(minutes=30)
    assert world.letters() == []
    assert "The vendor has not been told." in world.check("SP-1")
    assert "no address" in world.check("SP-1")
    assert "Nobody Ltd" in world.check("SP-2")
    assert [note.order_id for note in plan.asked.notes] == ["SP-1"]
    world.vendors = [ACME, KAROO]
    world.look(minutes=30)
    assert len(world.letters()) == 1


def test_a_vendor_who_wants_no_mail_gets_none(world):
    world.vendors = [("V7", "Acme", "acme@example.org", "Phone", "", "", None, None, "", "")]
    world.add("SP-1")
    world.look(minutes=1)
    world.look(minutes=30)
    assert world.letters() == []
    assert "Tell them in another way" in world.check("SP-1")


def test_a_letter_waits_for_the_end_of_the_night_and_is_called_off_when_the_order_goes_elsewhere():
    world = VendorWorld(asking_rules(quiet=(20 * 3600, 7 * 3600)))
    world.look(hours=12)
    world.add("SP-1")
    world.add("SP-2")
    world.look(minutes=1)
    world.look(minutes=15)
    assert [row.state for row in world.outbox.values()] == ["pending"]
    world.orders["SP-1"]["vendor"] = "V9"
    world.orders["SP-1"]["ship_to"] = "12 Long Street"
    world.look(minutes=15)
    world.look(hours=11)
    assert world.letters("vendor_assigned") == [
        ("vendor_assigned", "acme@example.org", ("SP-2",)),
        ("vendor_assigned", "karoo@example.org", ("SP-1",)),
    ]


def test_a_draft_waits_for_a_person_and_follows_corrections():
    world = VendorWorld(asking_rules(mode="draft"))
    world.add("SP-1")
    world.look(minutes=1)
    world.look(minutes=15)
    world.orders["SP-1"]["skus"] = "MUG-01 x3"
    world.look(minutes=15)
    first, second = world.outbox.values()
    assert (first.state, second.state) == ("superseded", "held")
    assert second.notice.context["assignments"][0]["lines"][0]["quantity"] == 3


def test_switched_off_it_decides_nothing_and_reads_no_tab():
    world = VendorWorld(asking_rules(mode="off"))
    world.add("SP-1")
    plan = world.look(hours=1)
    assert (plan.notices, plan.asked.active, plan.asked.asked) == ((), False, {})
