"""Karoo & Kettle, an invented shop in Cape Town: its people, goods, and the orders of the last days.

Everything follows from a fixed seed, so that the demo is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias

from sheetsync.demo.people import TICK
from sheetsync.domain.parcels.check_digits import completed

NAME: Final = "Karoo & Kettle"
SENDER: Final = "orders@karoo.example"
TIMEZONE: Final = "Africa/Johannesburg"
TODAY: Final = datetime(2025, 3, 11)  # noqa: DTZ001 - local wall-clock time of the shop; a Tuesday
OPENING: Final = TODAY.replace(hour=7, minute=59)
CLOSING: Final = TODAY.replace(hour=14, minute=11)

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


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the shop."""

    name: str
    role: str
    email: str


THABO: Final = Colleague("Thabo", "picker", "thabo@karoo.example")
LERATO: Final = Colleague("Lerato", "packer", "lerato@karoo.example")
NALEDI: Final = Colleague("Naledi", "packer and dispatcher", "naledi@karoo.example")
SIZWE: Final = Colleague("Sizwe", "floor lead", "sizwe@karoo.example")
ANITA: Final = Colleague("Anita", "operations manager", "anita@karoo.example")
HANDLERS: Final = (THABO, LERATO, NALEDI)
STAFF: Final = (*HANDLERS, SIZWE, ANITA)
CARRIERS: Final = ("FastTrack", "DHL", "UPS")
DAYS_ON_THE_ROAD: Final = {"FastTrack": (1,), "DHL": (1, 2, 4), "UPS": (1, 2)}

FIRST_NUMBER: Final = 20_446
PROMISED_DAYS: Final = {"Standard": 7, "Expedited": 3, "Bulk": 9}
DELIVERED_STAGES: Final = ("completed", "delivered")


@dataclass(frozen=True, slots=True)
class Kind:
    """Orders that have come equally far when the demo opens: how many, ordered when."""

    stage: str
    count: int
    first: datetime
    last: datetime


def _day(day: int, hour: int = 8, minute: int = 0) -> datetime:
    return TODAY.replace(day=day, hour=hour, minute=minute)


KINDS: Final = (
    Kind("completed", 16, _day(1, 9), _day(4, 12)),
    Kind("delivered", 10, _day(4, 12), _day(6, 12)),
    Kind("late parcel", 1, _day(5, 14), _day(5, 15)),
    Kind("cancelled", 2, _day(6, 12), _day(6, 18)),
    Kind("returned", 1, _day(6, 18), _day(6, 19)),
    Kind("transit", 7, _day(7, 12), _day(9, 12)),
    Kind("ready", 4, _day(9, 12), _day(10, 10)),
    Kind("packing", 4, _day(10, 10), _day(10, 11)),
    Kind("picking", 7, _day(10, 11), _day(10, 14)),
    Kind("held", 1, _day(10, 14), _day(10, 15)),
    Kind("pending", 5, _day(10, 16), _day(10, 22)),
)
"""In the order in which they were placed, which is the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Company:
    """The shop's orders: those in the tracker when the demo opens, and those of the morning."""

    opening: Sequence[Row]
    stages: Mapping[str, Sequence[str]]
    """The Order IDs of each kind of `opening`, oldest first."""
    coming: Sequence[Row]
    """What the web shop hands over during the morning."""


def company() -> Company:
    """Karoo & Kettle on the morning of the demo."""
    dice = Random(20_491)  # noqa: S311 - a fixed story, not a secret
    rows: list[Row] = []
    stages: dict[str, list[str]] = {}
    for kind in KINDS:
        step = (kind.last - kind.first) / kind.count
        for place in range(kind.count):
            order = f"#SP-{FIRST_NUMBER + len(rows)}"
            placed = _minute(kind.first + step * (place + dice.random() * 0.9))
            rows.append(_order(order, placed, dice) | _progress(kind.stage, placed, order, dice))
            stages.setdefault(kind.stage, []).append(order)
    _break_a_promise(rows)
    return Company(opening=rows, stages=stages, coming=_coming(FIRST_NUMBER + len(rows)))


def _break_a_promise(rows: list[Row]) -> None:
    """The parcel that was longest on its way had been promised for the day before it came."""
    arrivals = {
        place: (row["delivered_at"], row["dispatched_at"])
        for place, row in enumerate(rows)
        if "delivered_at" in row
    }
    days = {
        place: arrived - left
        for place, (arrived, left) in arrivals.items()
        if isinstance(arrived, datetime) and isinstance(left, datetime)
    }
    slowest = max(days, key=lambda place: days[place])
    arrived = arrivals[slowest][0]
    if isinstance(arrived, datetime):
        rows[slowest] = {**rows[slowest], "promised_at": _midnight(arrived - timedelta(days=1))}


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0)


def _coming(first_number: int) -> list[Row]:
    dice = Random(314)  # noqa: S311 - a fixed story, not a secret
    return [
        {**_order(f"#SP-{first_number + place}", _day(11, 6, 10 + 4 * place), dice),
         "priority": "Standard"}
        for place in range(10)
    ]  # fmt: skip


def _order(order: str, placed: datetime, dice: Random) -> dict[str, Value]:
    lines = "; ".join(
        f"{sku} x{dice.randrange(1, 4)}" for sku in dice.sample(GOODS, dice.choice((1, 1, 2, 3)))
    )
    return {
        "order_id": order, "ordered_at": placed, "customer": dice.choice(CUSTOMERS), "skus": lines,
        "priority": "Standard", "promised_at": _promised(placed, "Standard"),
        "dispatch_by": _open_hours_after(placed, 18).replace(hour=17, minute=0),
    }  # fmt: skip


def _promised(placed: datetime, priority: str) -> datetime:
    return _midnight(placed) + timedelta(days=PROMISED_DAYS[priority])


def _progress(stage: str, placed: datetime, order: str, dice: Random) -> dict[str, Value]:
    """Ticks, dates and status as staff have left them for an order of this kind."""
    if stage == "pending":
        return {}
    if stage == "cancelled":
        return {"status": "Cancelled", "notes": "Customer changed her mind"}
    if stage == "held":
        return {"status": "On Hold", "notes": "Address to be confirmed by phone"}
    handler = dice.choice((LERATO, NALEDI)).name
    if stage in ("picking", "packing", "ready"):
        return _on_the_floor(stage, handler, dice)
    return _shipped(stage, placed, order, handler, dice)


def _on_the_floor(stage: str, handler: str, dice: Random) -> dict[str, Value]:
    """Ticks without times: nobody wrote down when, and the worker will not invent it."""
    row: dict[str, Value] = {"allocated": TICK, "handler": handler}
    if stage == "picking":
        return row | {"handler": THABO.name}
    row["picked"] = TICK
    if stage == "ready":
        row |= {"packed": TICK, "carrier": dice.choice(CARRIERS)}
    return row


def _shipped(
    stage: str, placed: datetime, order: str, handler: str, dice: Random
) -> dict[str, Value]:
    """Orders that left: their times were brought along from the shop's old list."""
    done = stage in DELIVERED_STAGES
    priority = dice.choices(("Standard", "Expedited", "Bulk"), (7, 2, 1))[0] if done else "Standard"
    carrier = "DHL" if stage == "late parcel" else dice.choice(CARRIERS)
    allocated = _open_hours_after(placed, dice.uniform(0.2, 2.6))
    picked = _open_hours_after(allocated, dice.uniform(0.4, 2.9))
    packed = _open_hours_after(picked, dice.choice((0.9, 1.4, 1.8, 2.2, 2.6, 3.1, 3.6, 7.6)))
    dispatched = _open_hours_after(packed, dice.choice((0.5, 1.0, 1.6, 2.4, 3.5)))
    if stage == "transit":
        dispatched = _day(10, 9, dice.randrange(60)) + timedelta(minutes=dice.randrange(360))
    if stage == "late parcel":
        dispatched = _day(6, 14, 30)
    packed = min(packed, dispatched - timedelta(minutes=40))
    picked = min(picked, packed - timedelta(minutes=90))
    allocated = min(allocated, picked - timedelta(minutes=50))
    row: dict[str, Value] = {
        "priority": priority, "promised_at": _promised(placed, priority),
        "allocated": TICK, "picked": TICK, "packed": TICK,
        "allocated_at": allocated, "picked_at": picked, "packed_at": packed, "dispatched_at": dispatched,
        "carrier": carrier, "tracking": tracking_number(carrier, order), "handler": handler, "status": "Shipped",
    }  # fmt: skip
    if stage in ("transit", "late parcel"):
        return row | {"status": "In Transit"}
    return row | _arrived(stage, dispatched, carrier, dice)


def _arrived(stage: str, dispatched: datetime, carrier: str, dice: Random) -> dict[str, Value]:
    if stage == "returned":
        return {"status": "Returned", "notes": "Wrong address, came back to us"}
    latest = _day(10, 16, dice.randrange(60))
    arrived = dispatched.replace(hour=dice.randrange(9, 17), minute=dice.randrange(60))
    arrived = min(arrived + timedelta(days=dice.choice(DAYS_ON_THE_ROAD[carrier])), latest)
    return {
        "delivered_at": arrived,
        "status": "Completed" if stage == "completed" else "Delivered",
    }


def tracking_number(carrier: str, order: str) -> str:
    """A number of the shape that the carrier's have, with the check digit that fits."""
    number = int(order.removeprefix("#SP-"))
    if carrier == "FastTrack":
        return f"FT{number * 7 % 1_000_000:06d}Z"
    if carrier == "UPS":
        return completed(f"1Z9R5W90{number:09d}", "ups_1z")
    return completed(f"{number * 77_777 % 1_000_000_000:09d}", "mod7")


def _open_hours_after(moment: datetime, hours: float) -> datetime:
    """The moment `hours` working hours later: Monday to Friday 8 to 17, Saturday 9 to 13."""
    left = timedelta(hours=hours)
    day = moment.replace(hour=0, minute=0)
    while True:
        opens, closes = {5: (9, 13), 6: (0, 0)}.get(day.weekday(), (8, 17))
        start = max(moment, day + timedelta(hours=opens))
        rest = day + timedelta(hours=closes) - start
        if rest > left:
            return _minute(start + left)
        left -= max(rest, timedelta())
        day += timedelta(days=1)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
