"""Notices, outbox rows and letters for the tests of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sheetsync.domain.model import Notice
from sheetsync.messages.compose import Composer
from sheetsync.messages.render import Renderer

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
RENDERER = Renderer()
SECRET = b"a secret of the tests, 32 bytes.."


def digest_row(order: str, **facts: Any) -> dict[str, Any]:
    """One row of an escalation digest."""
    return {
        "order": order,
        "stage": "Packing",
        "state": "Breached",
        "text": "",
        "since": "Mon 09:03",
        "limit": "4 h",
        "counted_in": "open hours",
        "left": "",
        "due": "Mon 13:03",
        "over": "2 h 27 min",
        "handler": "Thabo",
        "next_step": "Pack and tick Packed, or put the order on hold with a note.",
        "priority": "Standard",
        "customer": "Acme Traders",
        **facts,
    }


def digest_context(count: int = 3) -> dict[str, Any]:
    """The facts of an escalation digest of `count` orders, worst first."""
    rows = [
        digest_row("#SP-20491", priority="Expedited", over="1 day 2 h"),
        digest_row("#SP-20502", stage="Dispatch", handler="", over="40 min", customer=""),
        digest_row(
            "#SP-20517",
            state="At risk",
            over="",
            left="40 min",
            stage="Picking",
            since="Mon 11:10",
            limit="3 h",
            due="Mon 14:10",
            customer="Grootfontein General Trading & Supply",
        ),
    ]
    rows += [digest_row(f"#SP-{20600 + i}", over=f"{59 - i} min") for i in range(max(0, count - 3))]
    return {
        "recipient_name": "Lerato",
        "level": 2,
        "rows": rows[:count],
        "more": 0,
        "as_of": "Mon 2 Mar 15:30",
        "tracker": "Orders Johannesburg",
        "remarks": [],
    }


@dataclass(frozen=True, kw_only=True)
class AnyRow:
    """An outbox row that stands in no outbox."""

    dedupe_key: str = "key"
    message_id: str = ""
    kind: str = "escalation"
    audience: str = "staff"
    recipient: str = "lead@example.org"
    recipient_name: str = "Lerato"
    subject: str = "2 orders past their limit"
    level: int = 2
    orders: tuple[str, ...] = ("#SP-20491",)
    context: Mapping[str, Any] = field(default_factory=digest_context)


def composer(**settings: Any) -> Composer:
    """A composer with the shipped templates."""
    chosen = {"renderer": RENDERER, "sender": "tracker@example.org", "secret": SECRET, **settings}
    return Composer(**chosen)


def notice(key: str, recipient: str = "lead@example.org", **facts: Any) -> Notice:
    """An escalation notice."""
    chosen: dict[str, Any] = {
        "kind": "escalation",
        "audience": "staff",
        "channel": "email",
        "recipient_name": "Lerato",
        "subject": f"Order {key} is past its limit",
        "context": digest_context(2),
        "orders": (f"#SP-{key}",),
        "level": 1,
        **facts,
    }
    return Notice(key=key, recipient=recipient, **chosen)
