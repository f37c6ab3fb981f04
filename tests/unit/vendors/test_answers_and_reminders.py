"""Until a vendor answers they are reminded at shares of their own time, then our people; an answer ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.orders_builder import local
from tests.support.vendor_world import VendorWorld, asking_rules


@pytest.fixture
def world():
    return asked_world()


def asked_world(count: int = 1, **changed):
    """A world in which V7 (8 hours to answer) has just been asked for so many orders."""
    world = VendorWorld(asking_rules(**changed))
    for number in range(1, count + 1):
        world.add(f"SP-{number}")
    world.look(minutes=1)
    world.look(minutes=10)
    return world


def told_people(world):
    """Addresses and levels of the mails to our own people."""
    rows = [row.notice for row in world.outbox.values() if row.notice.audience != "vendor"]
    return [(notice.recipient, notice.level, notice.audience) for notice in rows]


def test_reminders_climb_at_50_100_150_and_200_percent(world):
    world.look(hours=3)
    assert world.letters("vendor_reminder") == []
    world.look(hours=1)
    assert world.letters("vendor_reminder") == [("vendor_reminder", "acme@example.org", ("SP-1",))]
    assert told_people(world) == []
    world.look(hours=4)
    assert len(world.letters("vendor_reminder")) == 2
    assert told_people(world) == [("thabo@example.org", 2, "staff")]
    world.look(hours=4)
    world.look(hours=4)
    world.look(hours=40)
    assert len(world.letters("vendor_reminder")) == 2
    assert [(to, audience) for to, _, audience in told_people(world)[1:]] == [
        ("ops@example.org", "manager"), ("director@example.org", "manager"),
    ]  # fmt: skip


def test_after_an_outage_only_the_highest_step_is_told_and_the_vendor_once(world):
    world.look(hours=13)
    assert len(world.letters("vendor_reminder")) == 1
    assert told_people(world) == [("ops@example.org", 3, "manager")]


def test_an_answer_by_a_person_stamps_confirmed_at_and_ends_the_reminders(world):
    world.look(hours=2)
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    assert world.orders["SP-1"]["vendor_confirmed_at"] is not None
    assert world.asked("SP-1").confirmed_at == world.now
    world.look(hours=30)
    assert world.letters("vendor_reminder") == []
    assert told_people(world) == []


def test_confirmed_at_goes_when_the_answer_is_taken_back(world):
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    world.orders["SP-1"]["vendor_confirmed"] = ""
    world.look(minutes=1)
    assert world.orders["SP-1"]["vendor_confirmed_at"] is None


def test_the_answer_of_the_vendor_before_is_nobodys_answer(world):
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    world.orders["SP-1"] |= {"vendor": "V9", "ship_to": "12 Long Street"}
    world.look(minutes=1)
    assert "answer of the vendor before" in world.check("SP-1")
    assert world.orders["SP-1"]["vendor_confirmed_at"] is None
    world.look(minutes=10)
    assert world.letters()[-1][:2] == ("vendor_assigned", "karoo@example.org")
    world.orders["SP-1"]["vendor_confirmed"] = ""
    world.look(minutes=1)
    assert "vendor before" not in world.check("SP-1")


def test_a_silent_vendor_stands_in_check_until_they_answer(world):
    world.look(hours=9)
    assert "has not answered within 8 h" in world.check("SP-1")
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    assert "has not answered" not in world.check("SP-1")


@pytest.mark.parametrize("answer", ["No", "Partial"])
def test_no_and_partial_open_the_way_to_the_customer(world, answer):
    world.orders["SP-1"]["vendor_confirmed"] = answer
    world.look(minutes=1)
    assert "The vendor cannot send all of this order" in world.check("SP-1")


def test_a_vendor_who_does_not_ship_in_time_stands_in_check(world):
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    world.look(hours=23)
    assert "was to ship" not in world.check("SP-1")
    world.look(hours=2)
    assert "The vendor was to ship by" in world.check("SP-1")
    world.orders["SP-1"]["vendor_ship_at"] = local("00:00", day=5)
    world.look(minutes=1)
    assert "was to ship" not in world.check("SP-1")


def test_before_the_due_date_a_vendor_is_asked_once_of_whom_nothing_was_heard():
    world = asked_world(steps=())
    world.orders["SP-1"]["dispatch_by"] = local("12:00", day=3)
    world.look(hours=24)
    assert world.letters("vendor_reminder") == []
    world.look(hours=30)
    assert len(world.letters("vendor_reminder")) == 1
    world.look(hours=5)
    assert len(world.letters("vendor_reminder")) == 1


def test_at_peaks_one_list_takes_the_place_of_letters():
    world = VendorWorld(asking_rules(digest_from=3))
    for number in range(5):
        world.add(f"SP-{number}")
    world.look(minutes=1)
    world.look(minutes=10)
    assert [kind for kind, _, _ in world.letters()] == ["vendor_digest"]
    assert len(world.letters()[0][2]) == 5
    world.add("SP-9")
    world.look(minutes=1)
    world.look(minutes=30)
    assert len(world.letters()) == 1
    world.look(hours=4)
    assert [len(orders) for _, _, orders in world.letters()] == [5, 6]


def test_an_answer_by_mail_fills_the_cells_and_is_the_time_that_counts(world):
    world.look(hours=1)
    world.answer("SP-1", vendor_confirmed="Yes", vendor_ship_at="2026-03-11 00:00:00")
    said = world.now
    world.look(minutes=5)
    assert world.orders["SP-1"]["vendor_confirmed"] == "Yes"
    world.look(minutes=1)
    assert world.asked("SP-1").confirmed_at == said
    assert world.replies == []


def test_an_answer_never_overwrites_what_a_person_typed_and_is_named(world):
    world.orders["SP-1"]["vendor_confirmed"] = "Yes"
    world.look(minutes=1)
    world.answer("SP-1", vendor_confirmed="No")
    plan = world.look(minutes=1)
    assert world.orders["SP-1"]["vendor_confirmed"] == "Yes"
    assert "by mail on" in world.check("SP-1")
    assert [note.kind for note in plan.asked.notes] == ["vendor_answer"]
    world.look(hours=1)
    assert "by mail" in world.check("SP-1")
    world.orders["SP-1"]["vendor_confirmed"] = "Partial"
    world.look(minutes=1)
    assert "by mail" not in world.check("SP-1")


def test_an_answer_to_an_assignment_that_is_over_changes_nothing(world):
    world.answer("SP-1", vendor_confirmed="Yes")
    world.orders["SP-1"] |= {"vendor": "V9", "ship_to": "12 Long Street"}
    world.look(minutes=1)
    assert not world.orders["SP-1"]["vendor_confirmed"]
    world.look(minutes=1)
    assert world.replies == []


def test_the_word_that_a_letter_arrived_is_heard_but_no_answer():
    world = asked_world(steps=())
    world.orders["SP-1"]["dispatch_by"] = local("12:00", day=3)
    world.answer("SP-1")
    world.look(minutes=1)
    assert world.asked("SP-1").heard_at is not None
    assert world.asked("SP-1").confirmed_at is None
    world.look(hours=60)
    assert world.letters("vendor_reminder") == []


def test_figures_know_when_a_vendor_was_asked_and_answered(world):
    asked_at = world.asked("SP-1").asked_at
    world.orders["SP-1"]["vendor_confirmed"] = "Partial"
    world.look(hours=2)
    facts = world.look(minutes=1).facts.loc["SP-1"]
    assert facts["vendor_asked_at"] == asked_at.replace(tzinfo=None)
    assert facts["vendor_confirmed"] == "Partial"
    assert (facts["vendor_confirmed_at"] - facts["vendor_asked_at"]) == timedelta(hours=2)
