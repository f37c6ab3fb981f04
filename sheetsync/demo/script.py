"""The half-day at Karoo & Kettle: who does what in the sheet, and when.

People tick, sort, mistype, hold and forget. One parcel, `#SP-20491`, is forgotten on the packing bench
for more than its four hours; that is what the demo is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync.demo.company import (
    LERATO,
    NALEDI,
    SIZWE,
    THABO,
    TODAY,
    Colleague,
    Company,
    tracking_number,
)
from sheetsync.demo.people import TICK, Entry
from sheetsync.trackers.receipts import NewValue

ALLOCATED: Final = "Inventory Allocated"
PICKED: Final = "Picking Completed"
PACKED: Final = "Packing Completed"
STATUS, HANDLED, PRIORITY = "Status", "Handled By", "Order Priority"
CARRIER, TRACKING = "Shipping Partner Assigned", "Tracking Number"
DISPATCHED, DELIVERED = "Dispatched Date", "Delivered Date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that happens at `at` (local). `words` follow the name of `who` in the story."""

    at: datetime
    who: str
    words: str
    entries: Sequence[Entry] = ()
    sort_by: str = ""
    show: Sequence[str] = ()
    intake: bool = False


def script(shop: Company) -> tuple[Act, ...]:
    """All acts of the half-day in order."""
    acts = (*_early(shop), *_morning(shop), *_noon(shop))
    return tuple(sorted(acts, key=lambda act: act.at))


def forgotten(shop: Company) -> str:
    """The order that nobody attends to."""
    return shop.stages["picking"][0]


def _early(shop: Company) -> list[Act]:
    pending, new = shop.stages["pending"], _coming(shop)
    picking, packing, ready = (shop.stages[stage] for stage in ("picking", "packing", "ready"))
    return [
        _tick("08:08", THABO, ALLOCATED, pending, {HANDLED: THABO.name}),
        Act(at=_at("08:14"), who="The web shop", words="hands over its orders of the night", intake=True),
        _tick("08:32", THABO, ALLOCATED, new, {HANDLED: THABO.name}),
        _type("08:40", LERATO, pending[1], {STATUS: "On Hold"}, "types On Hold in Status, because {order} waits for its address"),
        _type("08:46", SIZWE, new[2], {PRIORITY: "Expeditd"}, "mistypes the priority of {order}: “Expeditd”"),
        _type("08:54", SIZWE, new[2], {PRIORITY: "Expedited"}, "puts the priority of {order} right"),
        _tick("09:02", THABO, PICKED, picking[:3], {HANDLED: LERATO.name}),
        _tick("09:12", THABO, PICKED, [new[2]], {HANDLED: NALEDI.name}),
        _tick("09:18", NALEDI, PACKED, packing, {CARRIER: "UPS"}),
        Act(at=_at("09:26"), who=SIZWE.name, words="sorts the whole sheet by customer", sort_by="Customer Name / ID"),
        _ship("09:38", NALEDI, ready, "pastes courier numbers and dates"),
    ]  # fmt: skip


def _morning(shop: Company) -> list[Act]:
    pending, new, transit = shop.stages["pending"], _coming(shop), shop.stages["transit"]
    picking, packing = shop.stages["picking"], shop.stages["packing"]
    late = shop.stages["late parcel"][0]
    return [
        _type("09:44", NALEDI, transit[0], {STATUS: "Out for Delivry"}, "mistypes the status of {order}: “Out for Delivry”"),
        _type("09:52", NALEDI, transit[0], {STATUS: "Out for Delivery"}, "puts the status of {order} right"),
        _tick("10:06", NALEDI, PACKED, [new[2]], {CARRIER: "FastTrack"}),
        _type("10:14", LERATO, pending[1], {STATUS: None}, "has the address and clears Status of {order}"),
        _tick("10:32", THABO, PICKED, [*pending[:1], *pending[2:]], {HANDLED: NALEDI.name}),
        _ship("10:48", NALEDI, [new[2]], "hands the express parcel to the courier", {new[2]: "FastTrack"}),
        _type("11:04", NALEDI, late, {DELIVERED: _at("10:55")}, "learns that {order} has arrived and types Delivered Date"),
        _tick("11:16", THABO, PICKED, [*new[:2], *new[3:], pending[1]], {HANDLED: NALEDI.name}),
        _ship("11:34", NALEDI, packing, "hands the morning's parcels to UPS", dict.fromkeys(packing, "UPS")),
        _tick("11:48", THABO, PICKED, picking[3:], {HANDLED: NALEDI.name}),
    ]  # fmt: skip


def _noon(shop: Company) -> list[Act]:
    pending, new, transit = shop.stages["pending"], _coming(shop), shop.stages["transit"]
    first = forgotten(shop)
    second, third = shop.stages["picking"][1:3]
    return [
        _tick("12:22", LERATO, PACKED, [third], {CARRIER: "DHL"}),
        _type("12:30", LERATO, second, {"Ack": "ACK", "Notes / Exceptions": "Waiting for the gift box"},
              "writes ACK on {order}, which waits for its gift box, and forgets " + first),
        _tick("12:40", NALEDI, PACKED, [*pending[:1], *pending[2:]], {CARRIER: "FastTrack"}),
        _tick("13:24", LERATO, PACKED, [second], {CARRIER: "DHL"}),
        _tick("13:30", NALEDI, PACKED, [*new[:2], *new[3:], pending[1]], {CARRIER: "FastTrack"}),
        _type("13:42", NALEDI, transit[0], {DELIVERED: _at("13:35")}, "types Delivered Date of {order}"),
        _ship("13:54", NALEDI, [third, second], "hands two parcels to DHL", {third: "DHL", second: "DHL"}),
    ]  # fmt: skip


def _tick(
    at: str, who: Colleague, heading: str, orders: Sequence[str], also: Mapping[str, NewValue]
) -> Act:
    entries = [
        Entry(order=order, heading=name, value=value)
        for order in orders
        for name, value in {heading: TICK, **also}.items()
    ]
    words = f"ticks {heading} on {_listed(orders)}"
    return Act(at=_at(at), who=who.name, words=words, entries=entries)


def _type(at: str, who: Colleague, order: str, values: Mapping[str, NewValue], words: str) -> Act:
    entries = [Entry(order=order, heading=name, value=value) for name, value in values.items()]
    return Act(at=_at(at), who=who.name, words=words.format(order=order), entries=entries)


def _ship(
    at: str,
    who: Colleague,
    orders: Sequence[str],
    words: str,
    carriers: Mapping[str, str] | None = None,
) -> Act:
    entries = []
    for order in orders:
        carrier = (carriers or {}).get(order, "DHL")
        values: dict[str, NewValue] = {
            CARRIER: carrier, TRACKING: tracking_number(carrier, order), DISPATCHED: _at(at),
        }  # fmt: skip
        entries += [Entry(order=order, heading=name, value=value) for name, value in values.items()]
    return Act(at=_at(at), who=who.name, words=f"{words}: {_listed(orders)}", entries=entries)


def _coming(shop: Company) -> list[str]:
    return [str(row["order_id"]) for row in shop.coming]


def _listed(orders: Sequence[str]) -> str:
    """`#SP-20491`, `#SP-20491 and #SP-20492`, or the first and how many more."""
    if len(orders) == 1:
        return orders[0]
    if len(orders) <= 3:
        return f"{', '.join(orders[:-1])} and {orders[-1]}"
    return f"{orders[0]} and {len(orders) - 1} others"


def _at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return TODAY.replace(hour=int(hour), minute=int(minute))
