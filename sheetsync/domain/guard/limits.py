"""When a change is a mass change, and what a breaker says when it trips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """Shares are of the orders that stood in the sheet at the last pass, from `min_rows` rows up.

    `moved_share`: orders whose Status goes forward at once. `recipients`: orders that are suddenly
    somebody else's. `feed_orders`: orders that one feed changes at once, where that is more than `changed_share` of all. `mails`, `mails_share`: messages of one pass, counted and per row of the sheet.
    """

    vanished_share: float = 0.2
    changed_share: float = 0.2
    moved_share: float = 0.5
    min_rows: int = 10
    recipients: int = 25
    feed_orders: int = 1000
    mails: int = 50
    mails_share: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One breaker that tripped: its name, what was counted and the limit, the orders it is about.

    `settle`: what a person can do about it where it is meant so. `adopt`: the question is whose sheet this
    is, which no approval settles.
    """

    breaker: str
    sentence: str
    orders: tuple[str, ...] = ()
    settle: Literal["approve", "adopt", "either"] = "approve"


def at_least(orders: int, limits: GuardLimits) -> float:
    """From how many orders up a change of `orders` known ones is a mass change."""
    return max(limits.min_rows, limits.changed_share * orders)


def limit_words(share: float, limits: GuardLimits) -> str:
    """`the limit is 20% from 10 rows up`."""
    return f"the limit is {share:.0%} from {limits.min_rows} rows up"
