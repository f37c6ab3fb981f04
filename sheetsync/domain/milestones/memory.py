"""What is remembered of notices to customers, and what one pass decided about them: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

UNKNOWN: Final = "?"
"""Stands for what a notice was about where nobody knows any more; it counts as what the row says now."""
MISSED: Final = ("It fell due on", "It was over before", "It was too late")
"""How the reasons begin for which a notice was due and never left; every other one says that it was not due."""
Stands: TypeAlias = Literal["told", "withdrawn", "waiting"]
CUSTOMER: Final = "customer"
"""The audience of every notice of this room."""
BY_PLAN: Final = "held_because"
"""In the context of a notice that the plan itself holds: why."""
ASKED: Final = "asked_by"
"""In the context of a notice that a person asked for: it leaves whatever the row says by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How it stands with one kind of notice for one order.

    `number` counts the notices of the kind, from 0, in one `cycle` of the order; `of` is the value of the
    column that makes it news. `told`: nothing more is due. `withdrawn`: it was called off before it left.
    `waiting`: a fact is lacking.
    """

    cycle: int = 0
    number: int = 0
    of: str = ""
    stands: Stands = "told"


Told: TypeAlias = Mapping[str, Mapping[str, Telling]]
"""Order ID -> kind -> how it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A notice to a customer in the outbox that has not left: `state` is pending, retry or held."""

    key: str
    kind: str
    order_id: str
    channel: str
    recipient: str
    state: str
    reason: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A notice called off before it left, by its key, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notice that is due and lacks facts; `lacks` names them in words."""

    order_id: str
    kind: str
    lacks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellings:
    """What one pass decided about notices to customers, beside the notices themselves.

    `told` has every order whose memory changes. `active` is False where the rules tell customers nothing.
    """

    active: bool = False
    told: Told = field(default_factory=dict)
    withdrawn: tuple[Withdrawn, ...] = ()
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBefore:
    """What the store remembers of notices to customers; `since`: when they were switched on."""

    since: datetime | None = None
    told: Told = field(default_factory=dict)
    unsent: tuple[Unsent, ...] = ()


NOTHING_TOLD: Final = ToldBefore()
NO_TELLINGS: Final = Tellings()


def notice_key(kind: str, order_id: str, telling: Telling) -> str:
    """The key of a notice for ever: kind, order, and which of its kind."""
    return f"{kind}|{order_id}|{telling.cycle}.{telling.number}"


def parts_of(key: str) -> tuple[str, str, int, int] | None:
    """Kind, Order ID, cycle and number of a key that `notice_key` made; None for any other."""
    kind, bar, rest = key.partition("|")
    order_id, mark, count = rest.rpartition("|")
    cycle, dot, number = count.partition(".")
    if not (bar and mark and dot and order_id and _counts(cycle) and _counts(number)):
        return None
    return kind, order_id, int(cycle), int(number)


def _counts(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
