"""Customers hear of what the courier says as of what staff type: out for delivery once, trouble once it can be explained."""

from __future__ import annotations

import pytest

from tests.support.orders_builder import at, local
from tests.support.told_world import KEYS, World


@pytest.fixture
def world() -> World:
    """A parcel that left three days before, of a sheet that was watched since."""
    world = World(columns=(*KEYS, "carrier_status", "carrier_update"))
    world.look(at("08:00", -4))
    world.add("#SP-1", ordered_at=local("08:00", -3))
    world.look(at("08:06", -3))
    world.orders["#SP-1"] |= {
        "allocated": True, "picked": True, "packed": True, "carrier": "DHL", "tracking": "3318810025",
        "dispatched_at": local("08:00", -3),
    }  # fmt: skip
    world.look(at("08:10", -3))
    return world


def says(world: World, word: str, clock: str) -> None:
    world.orders["#SP-1"] |= {"carrier_status": word, "carrier_update": local(clock)}


def test_a_parcel_that_is_out_by_the_couriers_word_is_told_once_however_long_it_was_under_way(
    world,
):
    says(world, "WC", "08:55")
    for clock in ("09:00", "09:04", "09:30", "10:00"):
        world.look(at(clock))
    assert world.states("out_for_delivery") == [("out_for_delivery", "sent")]


def test_a_delay_by_the_couriers_word_waits_for_its_date_and_cause(world):
    says(world, "CD", "08:55")
    world.look(at("09:00"))
    world.look(at("09:30"))
    assert "delayed" not in world.sent()
    world.orders["#SP-1"] |= {"new_eta": local("00:00", 2), "delay_cause": "Customs"}
    world.look(at("09:40"))
    world.look(at("09:44"))
    assert world.states("delayed") == [("delayed", "sent")]


def test_a_failed_attempt_by_the_couriers_word_waits_for_the_next_step(world):
    says(world, "NH", "08:55")
    world.look(at("09:00"))
    assert "delivery_failed" not in world.sent()
    world.orders["#SP-1"]["next_step"] = "New delivery attempt"
    world.look(at("09:40"))
    world.look(at("09:44"))
    assert world.states("delivery_failed") == [("delivery_failed", "sent")]


def test_a_word_that_nobody_knows_is_told_nobody(world):
    says(world, "Ask Sipho", "08:55")
    world.look(at("09:00"))
    world.look(at("09:10"))
    assert {"out_for_delivery", "delayed", "delivery_failed"}.isdisjoint(world.sent())
