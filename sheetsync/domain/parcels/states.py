"""The few things that can be true of a parcel, whatever its courier calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

ParcelState: TypeAlias = Literal[
    "info_received", "picked_up", "in_transit", "out_for_delivery", "ready_for_pickup", "delivered",
    "failed_attempt", "delayed", "on_hold", "misrouted", "damaged", "lost", "exception", "returned",
    "cancelled", "expired", "unknown",
]  # fmt: skip

STATES: Final[tuple[ParcelState, ...]] = get_args(ParcelState)

SHOWN: Final[Mapping[ParcelState, str]] = {
    "info_received": "Info received",
    "picked_up": "Picked up",
    "in_transit": "In transit",
    "out_for_delivery": "Out for delivery",
    "ready_for_pickup": "Ready for pickup",
    "delivered": "Delivered",
    "failed_attempt": "Failed attempt",
    "delayed": "Delayed",
    "on_hold": "On hold",
    "misrouted": "Misrouted",
    "damaged": "Damaged",
    "lost": "Lost",
    "exception": "Exception",
    "returned": "Returned",
    "cancelled": "Cancelled",
    "expired": "Expired",
    "unknown": "Unknown",
}
"""How a state stands in the column Carrier Status."""

TROUBLE: Final[frozenset[ParcelState]] = frozenset({
    "failed_attempt", "delayed", "on_hold", "misrouted", "damaged", "lost", "exception", "returned",
    "cancelled", "expired",
})  # fmt: skip
"""States that somebody must do something about: the courier's own words are shown beside them."""

OVER: Final[frozenset[ParcelState]] = frozenset({
    "delivered", "returned", "cancelled", "lost", "expired",
})  # fmt: skip
"""States after which a courier has no more news worth asking for often."""
