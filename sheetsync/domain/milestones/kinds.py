"""The kinds of notice that a customer can get, and what is true of each whatever the rules say.

The names are the names of the template folders. What an owner decides (when, how soon, what is needed
besides) stands in rules/notifications.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of notice: how people call it, from which moment it ages, what it cannot do without.

    `overtaken_by`: kinds that say more, after which it would only confuse. `once_per`: the column whose
    every new value is news.
    """

    title: str
    at: str = ""
    needs: tuple[str, ...] = ()
    overtaken_by: tuple[str, ...] = ()
    once_per: str = ""


_GONE: Final = ("shipped", "out_for_delivery", "delivered")

KINDS: Final[Mapping[str, Kind]] = {
    "order_confirmed": Kind(title="Order confirmed", at="ordered_at", overtaken_by=_GONE),
    "processing": Kind(title="Processing", at="allocated_at", overtaken_by=("packed", *_GONE)),
    "packed": Kind(title="Packed", at="packed_at", overtaken_by=_GONE),
    "shipped": Kind(title="Shipped", at="dispatched_at", overtaken_by=("delivered",)),
    "out_for_delivery": Kind(
        title="Out for delivery", at="status_since", overtaken_by=("delivered",)
    ),
    "delivered": Kind(title="Delivered", at="delivered_at"),
    "delayed": Kind(
        title="Delayed", needs=("new_eta", "delay_cause"), once_per="new_eta",
        overtaken_by=("delivered",),
    ),
    "delivery_failed": Kind(
        title="Delivery failed", needs=("next_step",), once_per="next_step",
        overtaken_by=("delivered",),
    ),
    "out_of_stock": Kind(title="Out of stock", once_per="skus", overtaken_by=_GONE),
    "feedback_request": Kind(title="Feedback request", at="delivered_at"),
}  # fmt: skip
"""In the order of an order's life; that is also the order in which they are told."""

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer_name": ("customer",),
    "lines": ("skus",),
    "ordered_on": ("ordered_at",),
    "carrier": ("carrier",),
    "tracking_number": ("tracking",),
    "tracking_link": ("carrier", "tracking"),
    "eta": ("eta", "promised_at"),
    "new_eta": ("new_eta",),
    "delay_cause": ("delay_cause",),
    "next_step": ("next_step",),
    "alternatives": ("alternatives",),
    "dispatched_on": ("dispatched_at",),
    "delivered_on": ("delivered_at",),
}
"""Every fact that a notice can tell, and the columns that it comes from."""
