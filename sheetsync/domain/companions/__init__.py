"""The tabs beside the orders, read into what they say: who is who, and how each wants to be reached.

A tab that is missing switches nothing but itself off; one that cannot be understood is a finding with its
name, row and heading, and never stops a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.companions.customers import Customer, Customers, read_customers
from sheetsync.domain.companions.findings import TabFinding, told
from sheetsync.domain.companions.follow_ups import read_done
from sheetsync.domain.companions.order_lines import OrderLines, read_order_lines
from sheetsync.domain.companions.reading import Ways
from sheetsync.domain.companions.service import FEEDBACK, INQUIRIES, ISSUES, read_service
from sheetsync.domain.companions.staff import Colleague, Staff, read_staff
from sheetsync.domain.companions.vendors import Vendor, Vendors, read_vendors
from sheetsync.domain.followups.model import Done
from sheetsync.domain.model import Sheet
from sheetsync.domain.service.records import NO_RECORDS, ServiceRecords

__all__ = [
    "COMPANIONS", "CUSTOMERS", "FOLLOW_UPS", "ORDER_LINES", "STAFF", "VENDORS", "Colleague", "Companions", "Customer",
    "Customers", "OrderLines", "Staff", "TabFinding", "Vendor", "Vendors", "read_companions", "told",
]  # fmt: skip

CUSTOMERS: Final = "Customers"
VENDORS: Final = "Vendors"
STAFF: Final = "Staff"
ORDER_LINES: Final = "Order Lines"
FOLLOW_UPS: Final = "Follow-ups"
COMPANIONS: Final = (
    CUSTOMERS, VENDORS, STAFF, ORDER_LINES, FOLLOW_UPS, INQUIRIES, FEEDBACK, ISSUES,
)  # fmt: skip
"""Titles of the tabs that can be read along; see `optional_tabs` for their headings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """What the tabs say; None where nobody asked for the tab, or it is not there."""

    customers: Customers | None = None
    vendors: Vendors | None = None
    staff: Staff | None = None
    lines: OrderLines | None = None
    done: tuple[Done, ...] = ()
    service: ServiceRecords = NO_RECORDS
    findings: tuple[TabFinding, ...] = field(default=())


def read_companions(sheet: Sheet, options: ReadingOptions) -> Companions:
    """The tabs that came with `sheet` and say of whom or what, and what in them could not be understood."""
    ways = Ways(timezone=sheet.timezone, date_system=sheet.date_system, options=options)
    tabs = sheet.tabs
    customers = read_customers(tabs[CUSTOMERS], ways) if CUSTOMERS in tabs else None
    vendors = read_vendors(tabs[VENDORS], ways) if VENDORS in tabs else None
    staff = read_staff(tabs[STAFF], ways) if STAFF in tabs else None
    lines = read_order_lines(tabs[ORDER_LINES], ways) if ORDER_LINES in tabs else None
    done, slips = read_done(tabs[FOLLOW_UPS], ways) if FOLLOW_UPS in tabs else ((), [])
    service, odd = read_service(tabs, ways)
    read = (customers, vendors, staff, lines)
    return Companions(
        customers=customers,
        vendors=vendors,
        staff=staff,
        lines=lines,
        done=done,
        service=service,
        findings=(
            *(finding for each in read if each is not None for finding in each.findings),
            *slips,
            *odd,
        ),
    )
