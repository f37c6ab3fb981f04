"""When a letter to a customer waits although its time has come: a limit, the quiet hours, or all are stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sheetsync.domain.milestones.memory import ASKED
from sheetsync.domain.milestones.quiet import next_loud
from sheetsync.messages.outbox import RELEASED, CustomerPolicy, Outbox, R

_DAY: Final = timedelta(hours=24)
_HOUR: Final = timedelta(hours=1)
_HELD: Final = "Release it to send it all the same."


def why_held(policy: CustomerPolicy, row: R, outbox: Outbox[R], now: datetime) -> str:
    """Why a person has to let this letter go, in one sentence; "" where it may leave.

    One that a person asked for or has let go is past the limits, but not past a full stop.
    """
    if policy.stopped:
        return policy.stopped
    if row.context.get(ASKED) or row.last_error.startswith(RELEASED):
        return ""
    if not (policy.per_person or policy.per_order):
        return ""
    person, order = outbox.told_since(row, now - _DAY)
    if not row.recipient.strip():
        person = 0  # somebody of ours finds the number: blank is no person
    for count, limit, who, name in (
        (person, policy.per_person, "The customer", "per_person_a_day"),
        (order, policy.per_order, "This order", "per_order_a_day"),
    ):
        if limit and count >= limit:
            letters = "1 letter" if count == 1 else f"{count} letters"
            words = (
                f"{who} had {letters} within 24 hours ({name} in notifications.yaml is {limit})."
            )
            return f"{words} {_HELD}"
    return ""


def waits_until(policy: CustomerPolicy, row: R, now: datetime) -> datetime | None:
    """The end of the quiet hours where this customer lives; None where it is day there."""
    if policy.quiet is None or row.kind in policy.any_hour:
        return None
    zone = str(row.context.get("timezone") or policy.timezone)
    loud = next_loud(now, policy.quiet, zone)
    return loud if loud > now else None


def room_again(limit: int, row: R, outbox: Outbox[R], now: datetime) -> datetime | None:
    """When another message may leave by the channel of `row`; None for now. `limit` in an hour; 0 is none."""
    if not limit:
        return None
    filled = outbox.left_before(row, limit)
    again = None if filled is None else filled + _HOUR
    return again if again is not None and again > now else None
