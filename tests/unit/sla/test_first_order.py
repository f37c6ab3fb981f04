"""The first order of a tracker that was empty so far: nothing in it is as old as the last look."""

from __future__ import annotations

from tests.support.orders_builder import at
from tests.support.told_world import World, telling_rules


def test_an_order_placed_and_ticked_since_the_last_look_has_a_clock():
    world = World(telling_rules(mode="off"))
    world.look(at("08:00"))
    world.add("#SP-1", allocated=True)
    plan = world.look(at("08:06"))
    assert plan.clocks["state"].tolist() == ["OK"]
