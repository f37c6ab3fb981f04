"""A tracker as a shop keeps it: the orders of four months, most of them closed, some cells untidy.

The values are those of a Sheets read with unformatted values: dates are serial numbers, ticks are
booleans, what a person left blank is empty text, and a row ends at its last filled cell.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from sheetsync.domain.model import Sheet
from sheetsync.domain.moments import local_to_serial, scalar_to_local
from sheetsync.domain.parcels.check_digits import completed
from sheetsync.domain.rules import Rulebook

ZONE: Final = "Africa/Johannesburg"
NOW: Final = datetime(2025, 3, 9, 19, 5, tzinfo=UTC)
"""A Sunday evening: the warehouse is closed, so two minutes later nothing has changed."""
DAYS: Final = 120
UNTIDY: Final = 0.01
"""The share of orders with one cell that is not as it should be."""

Values = list[list[Any]]


def make_values(count: int, rules: Rulebook) -> Values:
    """The heading row and `count` orders, oldest first."""
    dice = Random(7)
    keys = [key for key, column in rules.columns.items() if column.template != "no"]
    local_now = scalar_to_local(NOW, ZONE).replace(minute=0)
    ages = sorted((dice.uniform(1, 24 * DAYS) for _ in range(count)), reverse=True)
    rows: Values = [[rules.columns[key].title for key in keys]]
    for number, hours in enumerate(ages):
        order = _order(number, local_now - timedelta(hours=int(hours)), local_now, dice)
        if dice.random() < UNTIDY:
            _slip(order, dice)
        rows.append(_row(order, keys))
    return rows


def sheet_of(values: Values) -> Sheet:
    """The values as a tracker gives them."""
    return Sheet(
        tracker="bench",
        tab="Orders",
        rows=values,
        row_numbers=range(1, len(values) + 1),
        timezone=ZONE,
    )


def _order(number: int, ordered: datetime, now: datetime, dice: Random) -> dict[str, Any]:
    """One order, as far as it got until now; one in fifty is stuck where it is."""
    order: dict[str, Any] = {
        "order_id": f"#SP-{100_000 + number}",
        "ordered_at": local_to_serial(ordered),
        "customer": f"Customer {dice.randrange(30_000)}",
        "skus": f"SKU-{dice.randrange(800)} x{dice.randrange(1, 5)}",
        "priority": dice.choice(("Standard", "Standard", "Expedited", "Bulk", "")),
        "promised_at": local_to_serial(ordered.replace(hour=0) + timedelta(days=6)),
        "notes": "leave at the gate" if dice.random() < 0.1 else "",
    }
    reached = dice.randrange(5) if dice.random() < 0.02 else 5
    sent = ordered + timedelta(hours=dice.randrange(8, 40))
    arrived = sent + timedelta(hours=dice.randrange(24, 90))
    steps = (ordered + timedelta(hours=2), ordered + timedelta(hours=5), sent, sent, arrived)
    done = [place < reached and moment <= now for place, moment in enumerate(steps)]
    order |= dict(zip(("allocated", "picked", "packed"), done, strict=False))
    if done[1]:
        order["handler"] = dice.choice(("Thabo", "Lerato", "Naledi"))
    if done[3]:
        order |= _parcel(dice) | {"dispatched_at": local_to_serial(sent)}
    if done[4]:
        order["delivered_at"] = local_to_serial(arrived)
    return order


def _parcel(dice: Random) -> dict[str, Any]:
    carrier = dice.choice(("DHL", "FedEx", "FastTrack"))
    digits = str(dice.randrange(10**11, 10**12))
    number = {
        "DHL": completed(digits[:9], "mod7"), "FedEx": completed(digits[:11], "fedex_12"),
        "FastTrack": f"FT{digits[:6]}K",
    }[carrier]  # fmt: skip
    return {"carrier": carrier, "tracking": number}


def _slip(order: dict[str, Any], dice: Random) -> None:
    """One of the slips that people make."""
    key, cell = dice.choice((
        ("customer", ""), ("priority", "urgent"), ("picked", "yes"), ("packed", "x"),
        ("ordered_at", "2025-02-30"), ("carrier", "dhl"), ("tracking", "see mail"),
        ("skus", "SKU-12"), ("delivered_at", "2025-03-01"), ("status", "On Hold"),
    ))  # fmt: skip
    order[key] = cell


def _row(order: dict[str, Any], keys: list[str]) -> list[Any]:
    row = [order.get(key, "") for key in keys]
    while row and row[-1] == "":
        row.pop()
    return row
