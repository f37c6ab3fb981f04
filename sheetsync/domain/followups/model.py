"""One follow-up: what somebody said about an order, or what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["said", "task"]
Direction: TypeAlias = Literal["in", "out"]

CHANNELS: Final = ("phone", "email", "sms", "chat", "letter", "in_person", "other")
"""Ways on which people talk about an order. The worker itself calls nobody: `phone` makes a call task."""
PHONE: Final = "phone"
CALL_CUSTOMER: Final = "call_customer"
BOUNCED: Final = "letter_came_back"
INQUIRY: Final = "inquiry"
BY_A_PERSON: Final = frozenset({CALL_CUSTOMER, BOUNCED, INQUIRY})
"""Reasons of tasks that a message opened: only a person ends them, whatever the rules ask for."""
MOST_TEXT: Final = 2_000
"""Characters kept of what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What was said (`kind` said), or is to be done (task). Moments are aware UTC.

    `at`: when it was said, or since when it is to be done. `who` said it, or has to do it. `key` is unique for
    ever. `reason` is the rule of a task; `closed_by` who did it, "" where its reason went away by itself.
    """

    key: str
    kind: Kind
    order_id: str
    at: datetime
    who: str = ""
    channel: str = ""
    direction: str = ""
    text: str = ""
    reason: str = ""
    due_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.kind == "task" and self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A task as the rules want it at this moment; its `key` tells order, reason and occasion."""

    key: str
    order_id: str
    reason: str
    channel: str
    who: str
    text: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a person wrote into the tab Follow-ups: that something about an order was done, and when.

    From `since` on it is done, and it tells of every task that was opened by `at`: of a day without a time,
    its begin and its end. `task` is "" for all that is to be done about the order; `row` is where it stands.
    """

    order_id: str
    since: datetime
    at: datetime
    who: str
    task: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """What one pass decided about follow-ups. `active` is False where no rule asks for any."""

    active: bool = False
    wanted: tuple[Wanted, ...] = ()
    done: tuple[Done, ...] = ()


NO_FOLLOW_UPS: Final = FollowUps()
