"""What people did, remembered beside the sheet: what each order must look like in the end follows from it alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tests.simulation.kills.shop_rules import LEAD, address

BOXES: Final = ("allocated", "picked", "packed")
STATUS: Final = ("Pending", "Picking", "Packing", "Ready", "Shipped")
STAMPS: Final = {"allocated": "allocated_at", "picked": "picked_at", "packed": "packed_at"}


@dataclass(slots=True)
class Order:
    """One order as the people know it. Moments are aware; `typed` holds what stands last under a heading."""

    order_id: str
    handler: str
    typed: dict[str, Any] = field(default_factory=dict)
    ticked: dict[str, datetime] = field(default_factory=dict)
    """Box -> when it was ticked."""
    late: bool = False
    """Whether it breaches its limit, which is told once to its handler and to the lead."""
    rests: bool = False
    """Whether nobody moves it on any more."""

    @property
    def stage(self) -> int:
        """How far it has come: a place in STATUS."""
        return 4 if "dispatched_at" in self.typed else len(self.ticked)

    @property
    def status(self) -> str:
        """What must stand under Status."""
        return str(self.typed.get("status") or STATUS[self.stage])

    def due(self) -> set[tuple[str, str]]:
        """(recipient, order) of each telling that is due for it."""
        people = (address(self.handler), LEAD)
        return {(person, self.order_id) for person in people} if self.late else set()


@dataclass(slots=True)
class Truth:
    """All that people did. `keystrokes` counts the cells they typed into."""

    orders: dict[str, Order] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    keystrokes: int = 0
    acts: int = 0

    def due(self) -> set[tuple[str, str]]:
        """(recipient, order) of every telling that is due."""
        return {telling for order in self.orders.values() for telling in order.due()}
