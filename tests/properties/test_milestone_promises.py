"""Promises to customers, whatever staff do with the rows and whenever the worker looks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.orders_builder import at, local
from tests.support.told_world import World

FEW = settings(max_examples=max(settings().max_examples // 8, 3))
STATUSES = ("", "Out for Delivery", "Delayed", "Backordered", "Delivery Failed", "Delivered")
CELLS: dict[str, tuple[Any, ...]] = {
    "allocated": (True, False), "picked": (True, False), "packed": (True, False),
    "carrier": ("UPS", ""), "tracking": ("1Z999AA10123456784", ""), "status": STATUSES,
    "dispatched_at": (local("08:30"), ""), "delivered_at": (local("08:40"), ""),
    "new_eta": (local("00:00", 2), local("00:00", 3), ""), "delay_cause": ("Weather", ""),
    "next_step": ("Refund", ""), "alternatives": ("Refund", ""),
    "customer_email": ("thandi@example.org", "sipho@example.org", ""),
}  # fmt: skip
ONCE = (
    "order_confirmed",
    "processing",
    "packed",
    "shipped",
    "out_for_delivery",
    "delivered",
    "feedback_request",
)
EDITS = st.sampled_from(sorted(CELLS)).flatmap(
    lambda key: st.tuples(st.just(key), st.sampled_from(CELLS[key]))
)
STEPS = st.lists(st.tuples(st.integers(1, 8), st.lists(EDITS, max_size=3)), min_size=1, max_size=6)


@FEW
@given(STEPS)
def test_nothing_untrue_leaves_and_nothing_leaves_twice(steps):
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1")
    sent: dict[str, int] = {}
    for minutes, edits in steps:
        world.orders["#SP-1"] |= dict(edits)
        standing = dict(world.orders["#SP-1"])
        before = {key for key, row in world.outbox.items() if row.state == "sent"}
        world.look(minutes=minutes)
        for key, row in world.outbox.items():
            if row.state != "sent" or key in before:
                continue
            facts, kind = row.notice.context, row.notice.kind
            sent[kind] = sent.get(kind, 0) + 1
            assert row.notice.recipient == standing["customer_email"] != ""
            assert facts["tracking_number"] == (standing.get("tracking") or "")
            assert kind != "out_for_delivery" or standing["status"] == "Out for Delivery"
            assert kind != "delayed" or (facts["new_eta"] and facts["delay_cause"])
            assert kind != "delivery_failed" or facts["next_step"]
            assert row.notice.not_before is not None
    assert all(sent.get(kind, 0) <= 1 for kind in ONCE)
    told = [
        row.notice.context["new_eta"]
        for row in world.outbox.values()
        if row.state == "sent" and row.notice.kind == "delayed"
    ]
    assert all(one != two for one, two in pairwise(told))


@FEW
@given(st.dictionaries(st.sampled_from(sorted(CELLS)), st.integers(0, 1), max_size=8))
def test_a_quick_slip_is_never_told(edits):
    """Whatever is typed and put back within the settle time leaves no letter."""
    world = World()
    world.look(at("08:00"))
    world.add("#SP-1")
    world.look(at("08:06"))
    world.look(at("08:10"))
    before = dict(world.orders["#SP-1"])
    world.orders["#SP-1"] |= {key: CELLS[key][place] for key, place in edits.items()}
    world.look(at("08:20"))
    world.orders["#SP-1"] = before
    world.look(at("08:22"))
    world.look(at("08:40"))
    assert world.sent() == ["order_confirmed"]
