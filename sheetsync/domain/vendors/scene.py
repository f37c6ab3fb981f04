"""What one pass knows about vendors: the rows, who they are, and what stands in the cells that concern them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.addresses import is_one_address
from sheetsync.domain.companions import Companions, Vendor, Vendors
from sheetsync.domain.companions.vendor_lines import VendorLines
from sheetsync.domain.feeds.planning import CellTexts
from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import as_aware, scalar_to_local
from sheetsync.domain.rules import Rulebook, VendorRules
from sheetsync.domain.texts import fold
from sheetsync.domain.vendors.memory import AskedBefore
from sheetsync.domain.wording import moment_words

ANSWER: Final = "vendor_confirmed"
SHIP_ON: Final = "vendor_ship_at"
NOTE: Final = "vendor_note"
STAMP: Final = "vendor_confirmed_at"
_BY_MAIL: Final = ("", "email", "sms", "app", "webhook")
"""What is no mail is not set up for vendors; a mail takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """One pass. `open_order`: neither closed, nor gone to the courier; `told`: those that a letter may speak of.

    `silent`: what stands is remembered, and nobody is written to. `tracker` is its mark in the codes.
    """

    orders: Orders
    rules: Rulebook
    vendors: Vendors
    companions: Companions
    lines: VendorLines | None
    before: AskedBefore
    now: datetime
    timezone: str
    open_order: Mask
    told: Mask
    silent: bool
    tracker: str = ""
    arriving: frozenset[tuple[str, str]] = frozenset()
    """The cells (order, column) that a feed fills in this very pass."""
    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    @property
    def settings(self) -> VendorRules:
        """The block of the rules."""
        return self.rules.notifications.vendors

    def text(self, key: str, row: int) -> str:
        """The text of a cell; "" where it is blank, or the sheet has no such column."""
        if key not in self.columns:
            frame = self.orders.frame
            self.columns[key] = frame[key].to_numpy() if key in frame else np.empty(0)
        column = self.columns[key]
        return str(column[row]) if len(column) else ""

    def moment(self, key: str, row: int) -> datetime | None:
        """The moment in a cell, aware UTC; None for none."""
        if key not in self.columns:
            frame = self.orders.frame
            self.columns[key] = (
                frame[key].to_numpy("datetime64[s]") if key in frame else np.empty(0)
            )
        column = self.columns[key]
        return as_aware(column[row]) if len(column) and not np.isnat(column[row]) else None

    def order(self, row: int) -> str:
        """The Order ID of a row."""
        return self.text("order_id", row)

    def title(self, key: str) -> str:
        """The heading of a column as people see it."""
        found = self.orders.header.headings.get(key)
        rule = self.rules.columns.get(key)
        return found or (rule.title if rule else key)

    def words(self, moment: datetime) -> str:
        """A moment in words, in the zone of the tracker."""
        return moment_words(scalar_to_local(moment, self.timezone))

    def cells(self) -> CellTexts:
        """The cells as feeds would write them."""
        return CellTexts(self.orders, self.rules)

    def confirm_time(self, vendor: Vendor) -> timedelta:
        """How long the vendor may take to answer."""
        if vendor.confirm_hours is not None:
            return timedelta(seconds=round(vendor.confirm_hours * 3600))
        return self.settings.confirm_within

    def ship_time(self, vendor: Vendor) -> timedelta | None:
        """How long after the answer the vendor may take to ship; None for no limit."""
        if vendor.ship_hours is not None:
            return timedelta(seconds=round(vendor.ship_hours * 3600))
        return self.settings.ship_within


def key_of(vendor: Vendor) -> str:
    """By this a vendor is remembered."""
    return fold(vendor.key)


def names_of(vendor: Vendor) -> frozenset[str]:
    """What a cell may call the vendor, folded."""
    return frozenset(fold(name) for name in (vendor.key, vendor.name) if name)


def address_of(vendor: Vendor) -> str:
    """Where mail reaches the vendor; "" for nowhere."""
    ways = (vendor.email, vendor.backup)
    return next((each for each in ways if is_one_address(each)), "")


def why_not(vendor: Vendor, tab: str) -> str:
    """Why no letter reaches the vendor, and what to do; "" where it does."""
    if vendor.channel not in _BY_MAIL:
        return (
            f"The tab {tab} says that this vendor gets no mail (row {vendor.row}). Tell them in another way, "
            "and fill in the answer."
        )
    if not address_of(vendor):
        return f"Row {vendor.row} of the tab {tab} has no address that mail can go to. Put it in there."
    return ""
