"""Tabs for a team's own notes that a new tracker brings along, hidden until somebody wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalTab:
    """One optional tab: its headings with widths, and one sentence of what it is for."""

    title: str
    purpose: str
    headings: tuple[str, ...]


OPTIONAL_TABS: Final = (
    OptionalTab(
        title="Staff",
        purpose="The names that the list in Handled By offers; unhide this tab to fill it in.",
        headings=("Name", "Role", "Email", "Phone", "Active"),
    ),
    OptionalTab(
        title="Vendors",
        purpose="Vendors, how they are reached, and how long they may take.",
        headings=("Vendor ID", "Name", "Email", "Channel", "Locale", "Time Zone", "Confirm SLA (h)", "Ship SLA (h)",
                  "Backup Contact", "Ships To Customer"),
    ),
    OptionalTab(
        title="Customers",
        purpose="Customers and the channel on which they want to hear from you.",
        headings=("Customer ID", "Name", "Email", "Phone", "Preferred Channel", "Locale", "Time Zone",
                  "Consent Updates", "Consent Survey"),
    ),
    OptionalTab(
        title="Stock",
        purpose="What is on hand, promised and to be re-ordered, by SKU.",
        headings=("SKU", "Product", "On Hand", "Allocated", "Available", "Reorder Point", "Restock ETA"),
    ),
    OptionalTab(
        title="Order Lines",
        purpose="One line per order and SKU where prices and discounts matter.",
        headings=("Order ID", "SKU", "Product", "Quantity", "Price", "Discount", "Vendor"),
    ),
    OptionalTab(
        title="Issues",
        purpose="Wrong or missing items, complaints, returns: one row per issue, bound to its order.",
        headings=("Issue ID", "Order ID", "Type", "Opened At", "Source", "Owner", "Next Step", "Resolution",
                  "Resolved At"),
    ),
    OptionalTab(
        title="Follow-ups",
        purpose="Calls and messages about an order: who, when, how, and what came of it.",
        headings=("When", "Order ID", "Who", "Channel", "Direction", "Text", "Due", "Done At", "Task"),
    ),
    OptionalTab(
        title="Inquiries",
        purpose="Questions of customers with the time of the first answer.",
        headings=("Inquiry ID", "Order ID", "Received At", "Channel", "From", "Topic", "Question", "Assigned To",
                  "First Response At", "Resolved At", "Outcome"),
    ),
    OptionalTab(
        title="Feedback",
        purpose="Ratings after delivery.",
        headings=("Order ID", "Sent At", "Answered At", "Timeliness", "Accuracy", "Tracking", "Comment", "Source"),
    ),
    OptionalTab(
        title="Compensation",
        purpose="Offers to customers: proposed by a rule, approved by a person.",
        headings=("Order ID", "Proposed At", "Offer", "Amount", "Reason", "Approved By", "Approved At"),
    ),
)  # fmt: skip
