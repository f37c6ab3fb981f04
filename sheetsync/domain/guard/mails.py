"""The message breaker: more mails in one pass than work makes are held, and the owner is told.

It stands apart from the others: the sheet is written as usual, only the messages wait for a person. Daily
digests are not counted: everybody gets one, however quiet the day.
"""

from __future__ import annotations

from sheetsync.domain.daily import KIND as DIGEST
from sheetsync.domain.guard.limits import GuardLimits
from sheetsync.domain.model import Plan


def too_many_mails(plan: Plan, limits: GuardLimits) -> str:
    """Why the messages of `plan` are held back, in one sentence; "" when they may go."""
    count = sum(notice.kind != DIGEST for notice in plan.mails)
    rows = len(plan.orders.frame)
    share = max(limits.min_rows, limits.mails_share * rows)
    if count > limits.mails:
        limit = f"the limit is {limits.mails}"
    elif count > share:
        limit = (
            f"the limit is {limits.mails_share:.0%} of the {rows} rows, from {limits.min_rows} up"
        )
    else:
        return ""
    return f"One pass made {count} mails at once ({limit}), so all of them are held back."
