"""One mail per recipient and pass: forty breaches at once are one message, worst first.

What is critical comes in a mail of its own, before all others and at any hour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from sheetsync.domain.escalation.people import Recipient
from sheetsync.domain.model import Notice
from sheetsync.domain.texts import both

Channel: TypeAlias = Literal["cell", "email", "digest"]
KIND: Final = "escalation"
_MANAGERS_FROM: Final = 3
"""The level from which an escalation addresses managers."""
_NAMED: Final = 5
"""Orders named beside one reason."""
_STAFF_ONLY: Final = ("handler", "level", "note", "row", "vendor_contact")


class _Place(NamedTuple):
    """What tells one message of a pass from another."""

    address: str
    audience: str
    critical: bool
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One escalation to be told: its key, for whom, and the frozen facts of its order.

    `skipped` are lower levels that it passes over. `weight` sorts the worst first (smallest);
    `max_rows` is how many orders one mail names.
    """

    key: str
    order_id: str
    policy: str
    stay: str
    level: int
    repeat: int
    skipped: tuple[int, ...]
    channel: Channel
    recipients: tuple[Recipient, ...]
    facts: Mapping[str, Any]
    weight: tuple[int, float, str]
    max_rows: int
    not_before: datetime | None = None
    critical: bool = False
    """It is told apart from all that is not, and first."""
    chosen_by: str = ""
    """The line of the rule that put the order on this ladder, as file:line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbag:
    """The messages that leave, and by item key the addresses that get it; what the limits held back."""

    notices: tuple[Notice, ...]
    told: Mapping[str, tuple[str, ...]]
    suppressed: int
    remarks: tuple[str, ...]


def group(
    items: Sequence[Item],
    shared: Mapping[str, Any],
    *,
    per_pass: int,
    per_day: int,
    mails_today: int,
) -> Mailbag:
    """Group `items` into messages and keep within the limits, higher levels first.

    `shared` are facts that every message carries. A message beyond a limit is not kept for later:
    its orders stay marked in the SLA column and appear in the daily report.
    """
    notices = [_notice(found, shared) for found in _grouped(items).values()]
    notices.sort(
        key=lambda each: (not each.context["critical"], -each.level, each.recipient, each.key)
    )
    room = max(min(per_pass, per_day - mails_today), 0)
    kept, left = notices[:room], notices[room:]
    told: dict[str, list[str]] = {}
    for notice in kept:
        for member in notice.members:
            told.setdefault(member, []).append(notice.recipient)
    limit = "max_emails_per_pass" if per_pass <= per_day - mails_today else "max_emails_per_day"
    return Mailbag(
        notices=tuple(kept),
        told={key: tuple(addresses) for key, addresses in told.items()},
        suppressed=len(left),
        remarks=_remarks(len(left), limit, per_pass if limit.endswith("pass") else per_day),
    )


def _grouped(items: Sequence[Item]) -> dict[_Place, list[tuple[Item, Recipient]]]:
    """What goes into which message, each with whom it is meant for there."""
    groups: dict[_Place, list[tuple[Item, Recipient]]] = {}
    for item in items:
        for recipient in item.recipients:
            place = _Place(
                recipient.address.casefold(), recipient.audience, item.critical, item.not_before
            )
            groups.setdefault(place, []).append((item, recipient))
    return groups


def _notice(members: list[tuple[Item, Recipient]], shared: Mapping[str, Any]) -> Notice:
    recipient = members[0][1]
    members = sorted(members, key=lambda member: (member[0].weight, member[0].key))
    items = [item for item, _ in members]
    keys = tuple(sorted(item.key for item in items))
    shown = members[: min(item.max_rows for item in items)]
    level = max(item.level for item in items)
    return Notice(
        key=_digest(keys, recipient.address),
        kind=KIND,
        audience=_audience(recipient, level),
        channel="email",
        recipient=recipient.address,
        recipient_name=recipient.name,
        subject=_subject(items),
        context={
            **shared,
            "remarks": [*shared.get("remarks", ()), *_notes(members)],
            "recipient_name": recipient.name,
            "level": level,
            "critical": items[0].critical,
            "count": len(items),
            "more": len(items) - len(shown),
            "rows": [_row(item, addressee) for item, addressee in shown],
        },
        members=keys,
        orders=tuple(sorted({item.order_id for item in items})),
        level=level,
        not_before=items[0].not_before,
    )


def _row(item: Item, addressee: Recipient) -> dict[str, Any]:
    """The facts of one order for this reader: a vendor sees nothing about our staff and our sheet."""
    facts = {**item.facts, "level": item.level, "note": addressee.note}
    if addressee.audience == "vendor":
        return {name: value for name, value in facts.items() if name not in _STAFF_ONLY}
    return facts


def _notes(members: Sequence[tuple[Item, Recipient]]) -> list[str]:
    """Why orders came to this reader who is not their handler: each reason once."""
    orders: dict[str, list[str]] = {}
    for item, addressee in members:
        if addressee.note:
            orders.setdefault(addressee.note, []).append(str(item.facts["order"]))
    return [
        f"{', '.join(ids[:_NAMED])}{f' +{len(ids) - _NAMED} more' * (len(ids) > _NAMED)}: {note}"
        for note, ids in orders.items()
    ]


def _audience(recipient: Recipient, level: int) -> str:
    if recipient.audience == "vendor":
        return "vendor"
    return "manager" if level >= _MANAGERS_FROM else "staff"


def _subject(items: Sequence[Item]) -> str:
    """`Level 2: 3 orders over their limit`: what and how many, no figure that runs."""
    count = len(items)
    states = {item.facts["state"] for item in items}
    late = "over their limit" if count > 1 else "over its limit"
    words = {frozenset({"Breached"}): late, frozenset({"At risk"}): "at risk"}
    what = words.get(frozenset(states), "in need of attention")
    levels = sorted({item.level for item in items})
    level = f"level{'s' if len(levels) > 1 else ''} {both([str(each) for each in levels])}"
    head = f"Critical, {level}" if items[0].critical else level.capitalize()
    return f"{head}: {count} order{'s' if count > 1 else ''} {what}"


def _digest(keys: Sequence[str], address: str) -> str:
    text = "\n".join((address.casefold(), *keys))
    return f"{KIND}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _remarks(suppressed: int, limit: str, number: int) -> tuple[str, ...]:
    if not suppressed:
        return ()
    mails = "escalation mail was" if suppressed == 1 else "escalation mails were"
    sentence = (
        f"{suppressed} {mails} suppressed: the limit of {number} ({limit} in escalation.yaml) is "
        "reached. The orders stay marked in the SLA column; look there, or raise the limit."
    )
    return (sentence,)
