"""Whatever people type, a vendor hears of an assignment once, only of their own, and no answer is written over."""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.vendor_world import VendorWorld, asking_rules

ORDERS = ("SP-1", "SP-2", "SP-3")
ADDRESSES = {"v7": "acme@example.org", "v9": "karoo@example.org"}
CELLS = {
    "vendor": ("V7", "V9", "Acme Traders", "", "Nobody"),
    "vendor_confirmed": ("Yes", "No", "Partial", ""),
    "status": ("On Hold", "Processing", "Cancelled", ""),
    "skus": ("MUG-01 x1", "TEE-L x9"),
}
edits = st.sampled_from(sorted(CELLS)).flatmap(
    lambda key: st.tuples(st.sampled_from(ORDERS), st.just(key), st.sampled_from(CELLS[key]))
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("type"), edits),
        st.tuples(st.just("look"), st.sampled_from((1, 9, 15, 240, 900))),
        st.tuples(st.just("reply"), st.tuples(st.sampled_from(ORDERS), st.sampled_from(("Yes", "No")))),
    ),
    min_size=4,
    max_size=10,
)  # fmt: skip
modes = st.sampled_from(
    ({}, {"digest_from": 2}, {"quiet": (20 * 3600, 7 * 3600)}, {"mode": "draft"})
)


def play(world: VendorWorld, todo: list) -> None:
    for kind, what in todo:
        if kind == "look":
            before = {order: dict(cells) for order, cells in world.orders.items()}
            plan = world.look(minutes=what)
            by_feed = set(zip(*_fed(plan), strict=True))
            for order, cells in before.items():
                typed, stands = (
                    c.get("vendor_confirmed") or "" for c in (cells, world.orders[order])
                )
                assert typed == stands or (order, "vendor_confirmed") in by_feed
            check_letters(world, plan)
        elif kind == "type":
            order, key, value = what
            world.orders[order][key] = value
        elif what[0] in world.memory.vendors.asked and world.asked(what[0]).vendor:
            world.answer(what[0], vendor_confirmed=what[1])


def _fed(plan):
    changes = plan.changes[plan.changes["rule"].str.startswith("feed:")]
    return changes["order_id"].tolist(), changes["column"].tolist()


def check_letters(world: VendorWorld, plan) -> None:
    """Each letter is about orders of its vendor only, and to nobody else."""
    for notice in plan.notices:
        if notice.audience == "vendor":
            vendor = notice.context["vendor_key"]
            assert notice.recipient == ADDRESSES[vendor]
            for order in notice.orders:
                assert world.asked(order).vendor == vendor
                assert not world.asked(order).answer
                assert world.orders[order].get("status") not in ("On Hold", "Cancelled")


@settings(max_examples=max(settings().max_examples // 8, 3), deadline=None)
@example(
    rules={"mode": "draft"},
    todo=[
        ("look", 1),
        ("look", 15),
        ("type", ("SP-1", "skus", "MUG-01 x1")),
        ("reply", ("SP-3", "No")),
        ("look", 15),
        ("look", 240),
    ],
)
@example(
    rules={"mode": "draft"},
    todo=[("look", 1), ("look", 15), ("type", ("SP-1", "skus", "MUG-01 x1")), ("reply", ("SP-1", "Yes"))],
)  # fmt: skip
@given(rules=modes, todo=steps)
def test_an_assignment_is_told_once_and_only_to_its_vendor(rules, todo):
    world = VendorWorld(asking_rules(**rules))
    for order in ORDERS:
        world.add(order, ship_to="12 Long Street")
    play(world, todo)
    told = Counter(
        (order, row.notice.context["epochs"][order])
        for row in world.outbox.values()
        if row.notice.kind == "vendor_assigned" and row.state != "superseded"
        for order in row.notice.orders
    )
    assert not [each for each, count in told.items() if count > 1]
    for _ in range(2):  # an answer that waits is filled in by one pass, and seen by the next
        world.look()
    again = world.look()
    assert not [notice for notice in again.notices if notice.audience == "vendor"]
