"""Karoo & Kettle, an invented shop in Cape Town: its goods, people, and the orders of the last days.

Everything follows from a fixed seed, so that the demo is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias

TIMEZONE: Final = "Africa/Johannesburg"
TODAY: Final = datetime(2025, 3, 11)  # noqa: DTZ001 - local wall-clock time of the shop; a Tuesday
MORNING: Final = TODAY.replace(hour=7, minute=58)

Value: TypeAlias = str | bool | datetime | float | None
Row: TypeAlias = Mapping[str, Value]

GOODS: Final = (
    "MUG-STONE", "MUG-RIM", "TEA-ROOIBOS", "TEA-HONEYBUSH", "KETTLE-1L", "TRAY-OAK", "COSY-WOOL", "SPOON-SET",
    "JAR-AMBER", "APRON-LIN", "BOARD-OLIVE", "CUP-ENAMEL",
)  # fmt: skip
CUSTOMERS: Final = (
    "Amahle Dube", "Pieter Botha", "Zanele Mokoena", "Farah Patel", "Johan Visser", "Lindiwe Khumalo", "Ayesha Adams",
    "Sipho Ndlovu", "Marlene Fourie", "Kagiso Molefe", "Nadia Jacobs", "Thandi Zulu", "Wian Steyn", "Busi Cele",
    "Imran Davids", "Carla Naidoo", "Retha Malan", "Tumelo Radebe", "Yusuf Essack", "Elna Kruger",
)  # fmt: skip
STAFF: Final = (
    ("Thabo", "Picker", "thabo@karoo.example"),
    ("Lerato", "Packer", "lerato@karoo.example"),
    ("Naledi", "Packer", "naledi@karoo.example"),
    ("Sizwe", "Floor lead", "lead@karoo.example"),
    ("Anita", "Operations manager", "ops@karoo.example"),
)
CARRIERS: Final = ("FastTrack", "DHL", "UPS")


@dataclass(frozen=True, slots=True)
class Age:
    """How far an order has come when the demo opens, and how many there are of the kind."""

    stage: str
    count: int
    days_ago: float


BOOKS: Final = (
    Age("completed", 7, 9.0), Age("delivered", 8, 4.0), Age("transit", 8, 2.0), Age("ready", 5, 0.7),
    Age("packing", 5, 0.6), Age("picking", 6, 0.6), Age("pending", 4, 0.5), Age("held", 2, 1.5), Age("cancelled", 2, 3.0),
)  # fmt: skip
FIRST_NUMBER: Final = 20_440


def opening_orders() -> list[Row]:
    """The rows that stand in the tracker before the worker first looks at it, oldest first."""
    dice = Random(20_491)  # noqa: S311 - a fixed story, not a secret
    rows: list[Row] = []
    for age in BOOKS:
        for _ in range(age.count):
            number = FIRST_NUMBER + len(rows)
            ordered = _shop_hour(TODAY - timedelta(days=age.days_ago + dice.random() * 0.8), dice)
            rows.append(_row(number, ordered, age.stage, dice))
    return rows


def new_orders() -> list[Row]:
    """What the web shop hands over during the morning: ten good orders, one twice, one without a SKU."""
    dice = Random(314)  # noqa: S311 - a fixed story, not a secret
    start = FIRST_NUMBER + sum(age.count for age in BOOKS)
    return [
        _row(start + i, TODAY.replace(hour=6, minute=10 + 4 * i), "pending", dice)
        for i in range(10)
    ]


def _shop_hour(moment: datetime, dice: Random) -> datetime:
    return moment.replace(
        hour=dice.randrange(7, 19), minute=dice.randrange(60), second=0, microsecond=0
    )


def _row(number: int, ordered: datetime, stage: str, dice: Random) -> Row:
    priority = dice.choices(("Standard", "Expedited", "Bulk"), (7, 2, 1))[0]
    lines = "; ".join(
        f"{sku} x{dice.randrange(1, 4)}" for sku in dice.sample(GOODS, dice.choice((1, 1, 2, 3)))
    )
    row: dict[str, Value] = {
        "order_id": f"#SP-{number}",
        "ordered_at": ordered,
        "customer": dice.choice(CUSTOMERS),
        "skus": lines,
        "priority": priority,
        "promised_at": (ordered + timedelta(days=3 if priority == "Expedited" else 6)).replace(
            hour=0, minute=0
        ),
    }
    return row | _progress(number, ordered, stage, dice)


def _progress(number: int, ordered: datetime, stage: str, dice: Random) -> dict[str, Value]:
    """Ticks, dates and status as staff would have left them for an order of this age."""
    if stage == "pending":
        return {}
    if stage == "cancelled":
        return {"status": "Cancelled", "notes": "Customer changed her mind"}
    row: dict[str, Value] = {
        "allocated": "✓",
        "handler": dice.choice(("Thabo", "Lerato", "Naledi")),
    }
    if stage == "held":
        return row | {"status": "On Hold", "notes": "Address to be confirmed"}
    if stage == "picking":
        return row
    row |= {"picked": "✓"}
    if stage == "packing":
        return row
    row |= {"packed": "✓"}
    carrier = dice.choice(CARRIERS)
    row["carrier"] = carrier
    if stage == "ready":
        return row
    dispatched = min(ordered + timedelta(hours=dice.randrange(20, 44)), TODAY - timedelta(hours=15))
    row |= {
        "dispatched_at": dispatched,
        "tracking": _tracking(carrier, number),
        "status": "Shipped",
    }
    if stage == "transit":
        return row | ({"status": "In Transit"} if dice.random() < 0.4 else {})
    delivered = min(
        dispatched + timedelta(hours=dice.randrange(20, 60)), TODAY - timedelta(hours=14)
    )
    return row | {
        "delivered_at": delivered,
        "status": "Completed" if stage == "completed" else "Delivered",
    }


def _tracking(carrier: str, number: int) -> str:
    if carrier == "FastTrack":
        return f"FT{number * 7 % 1_000_000:06d}Z"
    if carrier == "UPS":
        return f"1Z9R5W9003{number:08d}"[:18]
    return f"{number * 77_777 % 10_000_000_000:010d}"
