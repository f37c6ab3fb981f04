"""Which notices are due: once each, after a while, never of a slip, never without what they need."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from tests.support.orders_builder import at, local
from tests.support.told_world import KEYS, World, telling_rules


@pytest.fixture
def world() -> World:
    """An order that came after notices were switched on; its confirmation has left."""
    return deepcopy(confirmed())


@cache
def confirmed() -> World:
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1")
    world.look(at("08:06"))
    world.look(at("08:10"))
    assert world.sent() == ["order_confirmed"]
    world.plan = None
    return world


def test_what_stood_there_before_is_never_told():
    """Five thousand rows, of long ago and of today, with everything that a letter could tell."""
    world = World()
    for number in range(5_000):
        day = -(number % 60)
        world.add(
            f"#SP-{number}", ordered_at=local("07:00", day), allocated=True, picked=True, packed=True,
            carrier="UPS", tracking=f"1Z999AA1012345{number:04}", dispatched_at=local("07:30", day),
            status=("Delayed", "")[number % 2], new_eta=local("00:00", 2), delay_cause="Weather",
        )  # fmt: skip
    world.look(at("08:00"))
    world.look(at("09:00"))
    assert world.outbox == {}


def test_nobody_is_asked_about_what_was_delivered_before():
    world = World()
    world.add(
        "#SP-1", status="Delivered", delivered_at=local("07:00"), ordered_at=local("07:00", -1)
    )
    world.look(at("08:00"))
    world.look(at("08:00", 1))
    world.look(at("08:00", 2))
    world.look(at("08:05", 2))
    assert world.outbox == {}


def test_switching_on_later_tells_nothing_of_the_past_and_everything_from_then_on():
    world = World(telling_rules(mode="off"))
    world.add("#SP-1", allocated=True)
    world.look(at("08:06"))
    assert world.memory.customers.since is None
    world.rules = telling_rules()
    world.look(at("08:20"))
    world.look(at("08:30"))
    assert world.outbox == {}
    world.orders["#SP-1"] |= {"picked": True, "packed": True}
    world.look(at("08:40"))
    world.look(at("08:44"))
    assert world.sent() == ["packed"]


def test_nothing_before_the_day_of_since_is_told():
    rules = telling_rules(since=date(2026, 3, 10))
    world = World(rules)
    world.look(at("08:00"))
    world.add("#SP-1")
    world.look(at("08:06"))
    world.look(at("08:10"))
    assert world.outbox == {}


def test_a_notice_waits_for_the_settle_time_and_leaves_once(world):
    world.orders["#SP-1"]["allocated"] = True
    world.look(at("09:00"))
    assert world.states("processing") == [("processing", "pending")]
    world.look(at("09:02"))
    assert world.states("processing") == [("processing", "pending")]
    world.look(at("09:03"))
    world.look(at("12:00"))
    assert world.states("processing") == [("processing", "sent")]


def test_what_is_taken_back_in_the_settle_time_is_never_told(world):
    world.orders["#SP-1"]["status"] = "Out for Delivery"
    world.look(at("09:00"))
    world.orders["#SP-1"]["status"] = ""
    world.look(at("09:02"))
    world.look(at("09:30"))
    assert world.states("out_for_delivery") == [("out_for_delivery", "superseded")]
    assert "called off" in world.outbox["out_for_delivery|#SP-1|0.0"].words


def test_what_was_taken_back_and_is_true_later_is_told_then(world):
    for status, clock in (
        ("Out for Delivery", "09:00"),
        ("", "09:02"),
        ("Out for Delivery", "11:00"),
    ):
        world.orders["#SP-1"]["status"] = status
        world.look(at(clock))
    world.look(at("11:04"))
    assert world.states("out_for_delivery") == [
        ("out_for_delivery", "superseded"), ("out_for_delivery", "sent"),
    ]  # fmt: skip


def test_a_status_that_comes_back_is_not_told_again(world):
    for status, clock in (
        ("Out for Delivery", "09:00"), ("Out for Delivery", "09:04"), ("In Transit", "10:00"),
        ("Out for Delivery", "11:00"), ("Out for Delivery", "11:10"),
    ):  # fmt: skip
        world.orders["#SP-1"]["status"] = status
        world.look(at(clock))
    assert world.sent() == ["order_confirmed", "out_for_delivery"]


def test_a_row_corrected_in_the_settle_time_is_told_as_corrected(world):
    shipped = {"packed": True, "picked": True, "allocated": True, "carrier": "UPS"}
    world.orders["#SP-1"] |= {
        **shipped,
        "tracking": "1Z999AA10123456780",
        "dispatched_at": local("10:00"),
    }
    world.look(at("10:01"))
    world.orders["#SP-1"]["tracking"] = "1Z999AA10123456784"
    world.look(at("10:03"))
    world.look(at("10:04"))
    assert world.states("shipped") == [("shipped", "superseded"), ("shipped", "pending")]
    world.look(at("10:06"))
    (told,) = [
        row for row in world.outbox.values() if row.state == "sent" and row.notice.kind == "shipped"
    ]
    assert told.notice.context["tracking_number"] == "1Z999AA10123456784"


def test_another_address_makes_another_letter(world):
    world.orders["#SP-1"]["allocated"] = True
    world.look(at("09:00"))
    world.orders["#SP-1"]["customer_email"] = "sipho@example.org"
    world.look(at("09:02"))
    world.look(at("09:06"))
    assert [row.notice.recipient for row in world.outbox.values() if row.notice.kind == "processing"] == [
        "thandi@example.org", "sipho@example.org",
    ]  # fmt: skip
    assert world.states("processing") == [("processing", "superseded"), ("processing", "sent")]


def test_a_delay_waits_for_its_date_and_its_cause_and_says_so(world):
    world.orders["#SP-1"]["status"] = "Delayed"
    plan = world.look(at("09:00"))
    assert world.waiting() == {"delayed": "Revised ETA and Delay Cause"}
    notes = plan.findings[plan.findings["rule"] == "customer_not_told_delayed"]
    assert notes["message"].tolist() == [
        "The customer has not been told (Delayed). Fill in Revised ETA and Delay Cause."
    ]
    world.orders["#SP-1"]["new_eta"] = local("00:00", 3)
    world.look(at("09:10"))
    assert world.waiting() == {"delayed": "Delay Cause"}
    world.orders["#SP-1"]["delay_cause"] = "a snowstorm, see http://evil.example"
    world.look(at("09:20"))
    assert world.waiting() == {"delayed": "Delay Cause"}, "only words of the list are told"
    world.orders["#SP-1"]["delay_cause"] = "weather"
    world.look(at("09:30"))
    world.look(at("09:34"))
    assert world.waiting() == {}
    assert world.sent() == ["order_confirmed", "delayed"]
    facts = world.outbox["delayed|#SP-1|0.0"].notice.context
    assert (facts["new_eta"], facts["delay_cause"]) == ("2026-03-12", "Weather")


def test_every_new_date_of_a_delay_is_told_and_the_same_one_is_not(world):
    world.orders["#SP-1"] |= {
        "status": "Delayed",
        "new_eta": local("00:00", 3),
        "delay_cause": "Weather",
    }
    world.look(at("09:00"))
    world.look(at("09:04"))
    world.orders["#SP-1"]["delay_cause"] = "Customs"
    world.look(at("09:30"))
    world.look(at("09:34"))
    assert world.sent().count("delayed") == 1
    world.orders["#SP-1"]["new_eta"] = local("00:00", 5)
    world.look(at("10:00"))
    world.look(at("10:04"))
    assert world.sent().count("delayed") == 2


def test_a_delay_that_was_never_told_is_on_record(world):
    world.orders["#SP-1"]["status"] = "Delayed"
    world.look(at("09:00"))
    world.orders["#SP-1"]["status"] = ""
    world.look(at("10:00"))
    assert world.states("delayed") == [("delayed", "superseded")]
    assert "over before what was lacking" in world.outbox["delayed|#SP-1|0.0"].words


def test_a_failed_delivery_needs_the_next_step_and_an_absent_article_its_alternatives(world):
    world.orders["#SP-1"]["status"] = "Delivery Failed"
    world.look(at("09:00"))
    assert world.waiting() == {"delivery_failed": "Next Step"}
    world.orders["#SP-1"]["next_step"] = "New delivery attempt"
    world.look(at("09:10"))
    world.look(at("09:14"))
    world.orders["#SP-1"] |= {
        "status": "Backordered",
        "alternatives": "A similar product or refund",
    }
    world.look(at("10:10"))
    world.look(at("10:14"))
    assert world.sent() == ["order_confirmed", "delivery_failed", "out_of_stock"]
    assert world.outbox["out_of_stock|#SP-1|0.0"].notice.context["alternatives"] == [
        "A similar product", "Refund",
    ]  # fmt: skip


def test_a_letter_that_says_more_takes_the_place_of_others(world):
    world.orders["#SP-1"] |= {
        "allocated": True, "picked": True, "packed": True, "carrier": "UPS",
        "tracking": "1Z999AA10123456784", "dispatched_at": local("09:00"),
    }  # fmt: skip
    world.look(at("09:01"))
    world.look(at("09:05"))
    assert world.sent() == ["order_confirmed", "shipped"]
    assert world.states("packed") == [("packed", "superseded")]
    assert "Shipped says more" in world.outbox["packed|#SP-1|0.0"].words


def test_feedback_is_asked_for_two_days_after_delivery_once(world):
    world.orders["#SP-1"] |= {"status": "Delivered", "delivered_at": local("10:00")}
    plan = world.look(at("10:05"))
    assert plan.next_change_at is not None
    world.look(at("10:09"))
    world.look(at("10:00", 1))
    assert world.sent() == ["order_confirmed", "delivered"]
    assert world.plan is not None
    assert world.plan.next_change_at <= at("10:00", 2)
    world.look(at("10:01", 2))
    world.look(at("10:05", 2))
    world.look(at("10:05", 3))
    assert world.sent() == ["order_confirmed", "delivered", "feedback_request"]


def test_an_old_milestone_is_on_record_as_missed(world):
    world.look(at("08:20"))
    world.orders["#SP-1"] |= {"status": "Delivered", "delivered_at": local("09:00")}
    world.look(at("09:30", 3))
    assert world.states("delivered") == [("delivered", "superseded")]
    assert (
        "It fell due on Mon 9 Mar 09:00, more than 48h ago"
        in world.outbox["delivered|#SP-1|0.0"].words
    )


def test_orders_that_are_cancelled_hear_nothing(world):
    world.orders["#SP-1"] |= {"allocated": True, "status": "Cancelled"}
    world.look(at("09:00"))
    world.look(at("09:10"))
    assert world.sent() == ["order_confirmed"]


def test_a_missing_address_is_held_and_told_once_it_is_there():
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1", customer_email="")
    world.look(at("08:06"))
    world.look(at("08:20"))
    assert world.states() == [("order_confirmed", "held")]
    assert "Customer Email is empty" in world.outbox["order_confirmed|#SP-1|0.0"].words
    world.orders["#SP-1"]["customer_email"] = "thandi@example.org"
    world.look(at("08:30"))
    world.look(at("08:34"))
    assert world.states() == [("order_confirmed", "superseded"), ("order_confirmed", "sent")]


@pytest.mark.parametrize(
    ("channel", "state", "words", "preferred"),
    [
        ("None", "suppressed", "wants no updates", "none"), ("pigeon", "held", "no channel", "pigeon"),
        ("SMS", "pending", "", "sms"), ("Email", "pending", "", None),
    ],
)  # fmt: skip
def test_the_channel_that_a_customer_prefers_is_heeded_or_counted(channel, state, words, preferred):
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1", customer_channel=channel)
    world.look(at("08:06"))
    (row,) = world.outbox.values()
    assert (row.state, row.notice.channel) == (state, "email")
    assert words in row.words
    assert row.notice.context.get("preferred_channel") == preferred


def test_in_draft_every_letter_waits_and_one_whose_row_changes_is_drafted_anew():
    world = World(telling_rules(mode="draft"))
    world.look(at("08:00"))
    world.add("#SP-1")
    world.look(at("08:06"))
    world.look(at("09:00"))
    assert world.states() == [("order_confirmed", "held")]
    world.orders["#SP-1"]["skus"] = "TEE-L x1"
    world.look(at("09:10"))
    assert world.states() == [("order_confirmed", "superseded"), ("order_confirmed", "held")]


def test_what_a_person_has_to_release_is_still_to_be_released_after_a_correction(world):
    world.orders["#SP-1"]["allocated"] = True
    world.look(at("09:00"))
    held = world.outbox["processing|#SP-1|0.0"]
    held.state, held.words = "held", "One pass made 60 mails at once."
    waits = replace(world.memory.customers.unsent[0], state="held", reason=held.words)
    world.memory = replace(world.memory, customers=replace(world.memory.customers, unsent=(waits,)))
    world.orders["#SP-1"]["skus"] = "TEE-L x1"
    world.look(at("09:02"))
    assert world.states("processing") == [("processing", "superseded"), ("processing", "held")]
    assert world.outbox["processing|#SP-1|0.1"].words == "One pass made 60 mails at once."


def test_a_row_that_is_gone_or_doubled_is_not_written_about(world):
    world.orders["#SP-1"]["allocated"] = True
    world.look(at("09:00"))
    row = world.orders.pop("#SP-1")
    world.look(at("09:04"))
    assert world.states("processing") == [("processing", "superseded")]
    world.orders["#SP-1"] = row
    world.look(at("09:10"))
    world.look(at("09:14"))
    assert world.states("processing") == [("processing", "superseded"), ("processing", "sent")]


def test_without_a_column_for_the_address_it_is_said_and_nothing_counts_as_told():
    world = World(columns=tuple(key for key in KEYS if key != "customer_email"))
    world.add("#SP-1")
    plan = world.look(at("08:06"))
    assert any("no column Customer Email" in remark for remark in plan.remarks)
    assert world.memory.customers.since is None


def test_quiet_hours_are_those_of_the_customer():
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1", customer_timezone="America/New_York")
    world.add("#SP-2")
    world.look(at("08:06"))
    waits = {row.notice.orders[0]: row.notice.not_before for row in world.outbox.values()}
    assert waits["#SP-2"] == at("08:09")
    assert waits["#SP-1"] == at("14:00"), "08:00 in New York"


def test_a_letter_is_of_no_use_after_its_time(world):
    world.orders["#SP-1"]["status"] = "Out for Delivery"
    world.look(at("09:00"))
    notice = world.outbox["out_for_delivery|#SP-1|0.0"].notice
    assert notice.expires_at == at("09:00") + timedelta(hours=12)


def test_an_order_opened_again_is_told_anew():
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1", status="Completed", delivered_at=local("08:00"))
    world.look(at("08:06"))
    world.orders["#SP-1"] |= {
        "status": "Packing",
        "delivered_at": "",
        "allocated": True,
        "picked": True,
        "packed": True,
    }
    world.look(at("09:00"))
    world.look(at("09:30"))
    assert [key for key in world.outbox if key.startswith("packed|")] == ["packed|#SP-1|1.0"]


def test_the_order_of_the_rows_does_not_matter():
    worlds = World(), World()
    for world, numbers in zip(worlds, ((1, 2, 3), (3, 1, 2)), strict=True):
        world.look(at("08:00"))
        for number in numbers:
            world.add(f"#SP-{number}", allocated=number > 1, status="Delayed" if number > 2 else "")
        world.look(at("08:06"))
    one, other = ([(key, row.notice) for key, row in w.outbox.items()] for w in worlds)
    assert one == other
    assert len(one) == 5
