"""The kinds of messages that have templates, by who reads them."""

from __future__ import annotations

from typing import Final

CUSTOMER_KINDS: Final = (
    "order_confirmed", "processing", "packed", "shipped", "out_for_delivery", "delivered", "delayed",
    "delivery_failed", "out_of_stock", "feedback_request",
)  # fmt: skip
"""To customers, in the order of an order's life; these have an SMS text too."""

VENDOR_KINDS: Final = ("vendor_assigned", "vendor_reminder", "vendor_digest")
STAFF_KINDS: Final = (
    "escalation", "digest", "suppressed", "rules-broken", "held", "mails-held", "feed-held", "trouble",
)  # fmt: skip
KINDS: Final = (*CUSTOMER_KINDS, *VENDOR_KINDS, *STAFF_KINDS)
OUTSIDERS: Final = frozenset({"customer", "vendor"})
"""The audiences that are not us: their letters bear the brand, and no word of ours."""

UNSUBSCRIBABLE: Final = frozenset({"feedback_request"})
"""Letters about an order need no way out; a question for a favour does."""

MAIL_PARTS: Final = ("subject.txt", "body.txt", "body.html")
SMS_PART: Final = "sms.txt"
