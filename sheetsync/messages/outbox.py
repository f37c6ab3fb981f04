"""What delivery needs of an outbox, and its pure decisions: when to try again, whom to resend to.

The store's outbox fits `Outbox`; so does any other that keeps the promise that each change of state
is compare-and-swap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, TypeVar

from sheetsync.messages.compose import Composable

State = Literal[
    "pending", "claimed", "in_data", "sent", "retry", "failed", "in_doubt", "held", "superseded",
    "suppressed", "dropped",
]  # fmt: skip
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""The waits before each new attempt; after the last one a row that the server refused has failed."""
RESEND_KINDS: Final = frozenset({
    "escalation", "suppressed", "rules-broken", "held", "mails-held", "feed-held", "trouble", "digest",
    "vendor_assigned", "vendor_reminder", "vendor_digest",
})  # fmt: skip
"""Kinds that are sent again when in doubt, with the same Message-ID. All others are held."""


class Row(Composable, Protocol):
    """One notice waiting in an outbox."""

    @property
    def id(self) -> int:
        """Its number in the outbox."""

    @property
    def channel(self) -> str:
        """`email`."""

    @property
    def state(self) -> str:
        """One of State."""

    @property
    def last_error(self) -> str:
        """What was said of it last."""

    @property
    def attempts(self) -> int:
        """How often it was claimed before."""

    @property
    def expires_at(self) -> datetime | None:
        """From then on it is of no use; aware UTC."""


R = TypeVar("R", bound=Row)
CUSTOMER: Final = "customer"
RELEASED: Final = "Released by"
"""How the words begin that are kept with a message that a person let go."""


class Outbox(Protocol[R]):
    """The outbox of one tracker. Each method is one transaction; moments are aware UTC."""

    def due(self, now: datetime, limit: int) -> Sequence[R]:
        """Rows in `pending` or `retry` whose time has come, oldest first."""

    def stale(self, now: datetime, *, alone: bool) -> Sequence[R]:
        """Rows still claimed by a deliverer that is gone."""

    def claim(self, row: R, *, owner: str, until: datetime, now: datetime) -> bool:
        """First mark; False when somebody else was first."""

    def mark_in_data(
        self, row_id: int, *, owner: str, message_id: str, transport: str, now: datetime
    ) -> bool:
        """Second mark, just before the message may leave; False when the claim was lost."""

    def settle(
        self,
        row_id: int,
        *,
        from_state: str,
        to_state: str,
        now: datetime,
        owner: str | None = None,
        detail: str = "",
        not_before: datetime | None = None,
        provider_ref: str = "",
    ) -> bool:
        """Move a row on; False when it had moved."""

    def thread(self, row: R) -> Sequence[str]:
        """Message-IDs of earlier letters about the same one order to the same recipient, oldest first."""

    def suppressed(self, channel: str, address: str) -> str:
        """Why nothing is sent to this address; "" when it may be."""

    def suppress(self, channel: str, address: str, reason: str, now: datetime) -> None:
        """Send nothing more to this address."""

    def told_since(self, row: R, since: datetime) -> tuple[int, int]:
        """How many letters left to the customer of `row`, and about its order, since then."""

    def left_before(self, row: R, count: int) -> datetime | None:
        """When the `count`-th newest message to somebody like that of `row` left by its channel; None: fewer did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """What holds for letters to customers only; `stopped`: why none leaves at all.

    `quiet` are local seconds of the day, `any_hour` the kinds that leave then too. The limits count letters
    within 24 hours; 0 is no limit.
    """

    stopped: str = ""
    quiet: tuple[int, int] | None = None
    any_hour: frozenset[str] = frozenset()
    timezone: str = "UTC"
    per_person: int = 0
    per_order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """What the owner decides about delivery.

    `only_to`: nothing goes to any other address (for staging). `resend_kinds`: see RESEND_KINDS.
    `alone`: the caller holds the tracker's lock, so a row claimed earlier belongs to the dead.
    """

    lease: timedelta = timedelta(minutes=10)
    limit: int = 200
    only_to: frozenset[str] = frozenset()
    resend_kinds: frozenset[str] = RESEND_KINDS
    alone: bool = False
    customers: CustomerPolicy = CustomerPolicy()

    def allows(self, address: str) -> bool:
        """Whether `only_to` lets this address through."""
        return not self.only_to or address.casefold() in {a.casefold() for a in self.only_to}


def retry_at(dedupe_key: str, attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` attempts; None when that was the last.

    Up to a fifth of the wait is added, drawn from the key: rows spread out, and always the same way.
    """
    if attempts > len(RETRY_AFTER):
        return None
    return now + _with_jitter(RETRY_AFTER[max(attempts, 1) - 1], dedupe_key, attempts)


def retry_unreachable(dedupe_key: str, attempts: int, now: datetime) -> datetime:
    """When to try again while the transport itself is down: such a row waits, it never fails for it."""
    wait = RETRY_AFTER[min(max(attempts, 1), 3) - 1]
    return now + _with_jitter(wait, dedupe_key, attempts)


def _with_jitter(wait: timedelta, dedupe_key: str, attempts: int) -> timedelta:
    seed = hashlib.sha256(f"{dedupe_key}|{attempts}".encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(seed[:4], "big") / 2**32
    return timedelta(seconds=int(wait.total_seconds() * (1 + share / 5)))
