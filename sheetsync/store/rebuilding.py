"""Messages taken over from the Messages tab into a store that lost them: so that nothing is sent twice.

What the tab calls sent was sent. What it calls queued, held or uncertain may have left after the tab was
written last: nobody knows, so it is never sent by itself, and a person decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import CUSTOMER, UNKNOWN, Stands, Telling, parts_of
from sheetsync.store.tables import delivery_event, ledger, outbox, outbox_order
from sheetsync.store.told import both, keep_told, told_of
from sheetsync.store.trackers import TrackerState
from sheetsync.store.upsert import insert_new

NOBODY_KNOWS: Final = (
    "Taken over from the tab Messages after the store was lost: nobody knows whether it left. "
    "Ask the recipient; sheetsync notify sends it anew."
)
TAKEN_OVER: Final = "Taken over from the tab Messages after the store was lost."
_BECOMES: Final[Mapping[str, str]] = {
    "sent": "sent", "failed": "failed", "skipped": "superseded", "queued": "in_doubt",
    "held": "in_doubt", "uncertain": "in_doubt",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """One message as the tab tells of it; `at` is aware UTC."""

    mark: str
    state: str
    at: datetime
    kind: str
    orders: tuple[str, ...]
    audience: str
    channel: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many messages were taken over, by what is known of them; `known` the store had already."""

    sent: int = 0
    uncertain: int = 0
    others: int = 0
    known: int = 0


def rebuild(
    connection: Connection, state: TrackerState, messages: Sequence[KnownMessage], now: datetime
) -> Rebuilt:
    """Take these messages over, oldest first; those that the store knows stay as they are."""
    counts = {"sent": 0, "in_doubt": 0, "others": 0, "known": 0}
    for message in sorted(messages, key=lambda each: (each.at, each.mark)):
        becomes = _BECOMES.get(message.state)
        if becomes is None:
            continue
        if _is_known(connection, state, message):
            counts["known"] += 1
            continue
        _take_over(connection, state, message, becomes, now)
        counts[becomes if becomes in counts else "others"] += 1
    _remember(connection, state, messages)
    return Rebuilt(
        sent=counts["sent"], uncertain=counts["in_doubt"], others=counts["others"],
        known=counts["known"],
    )  # fmt: skip


def _is_known(connection: Connection, state: TrackerState, message: KnownMessage) -> bool:
    key = f"{state.uuid}|{message.mark}"
    mine = select(outbox.c.id).where(outbox.c.dedupe_key == key)
    return connection.execute(mine).first() is not None


def _take_over(
    connection: Connection,
    state: TrackerState,
    message: KnownMessage,
    becomes: str,
    now: datetime,
) -> None:
    key = f"{state.uuid}|{message.mark}"
    words = {"sent": "", "in_doubt": NOBODY_KNOWS}.get(becomes, TAKEN_OVER)
    taken = select(outbox.c.id).where(outbox.c.message_id == message.message_id)
    is_new = message.message_id and connection.execute(taken).first() is None
    row = {
        "tracker_id": state.id, "pass_id": 0, "dedupe_key": key,
        "message_id": message.message_id if is_new else None, "kind": message.kind,
        "audience": message.audience, "channel": message.channel, "recipient": "",
        "recipient_name": "", "subject": "", "context": json.dumps({}), "members": json.dumps([]),
        "level": 0, "state": becomes, "not_before": None, "expires_at": None, "attempts": 0,
        "lease_owner": "", "lease_until": None, "last_error": words, "transport": "",
        "provider_ref": "", "created_at": message.at, "changed_at": message.at,
        "sent_at": message.at if becomes == "sent" else None,
    }  # fmt: skip
    number = connection.execute(insert(outbox).values(row).returning(outbox.c.id)).scalar_one()
    links = [
        {"outbox_id": number, "tracker_id": state.id, "order_id": order} for order in message.orders
    ]
    insert_new(connection, outbox_order, links)
    _log(connection, state, number, becomes, now)
    if becomes in ("sent", "in_doubt"):
        entry = {
            "dedupe_key": key, "tracker_id": state.id, "message_id": message.message_id,
            "sent_at": message.at,
        }  # fmt: skip
        insert_new(connection, ledger, [entry])


def _log(
    connection: Connection, state: TrackerState, number: int, kind: str, now: datetime
) -> None:
    line: dict[str, Any] = {
        "tracker_id": state.id, "outbox_id": number, "kind": kind, "at": now, "detail": TAKEN_OVER,
    }  # fmt: skip
    connection.execute(insert(delivery_event).values(line))


def _remember(
    connection: Connection, state: TrackerState, messages: Iterable[KnownMessage]
) -> None:
    """What customers were told, so that a milestone that still holds is not told anew."""
    found: dict[str, dict[str, Telling]] = {}
    for message in messages:
        parts = parts_of(message.mark)
        if message.audience != CUSTOMER or parts is None or parts[0] not in KINDS:
            continue
        kind, order_id, cycle, number = parts
        stands: Stands = "withdrawn" if message.state == "skipped" else "told"
        telling = Telling(cycle=cycle, number=number, of=UNKNOWN, stands=stands)
        kinds = found.setdefault(order_id, {})
        kinds[kind] = both(telling, kinds.get(kind))
    known = told_of(connection, state.id, found)
    merged = {
        order: {
            **known.get(order, {}),
            **{
                kind: both(telling, known.get(order, {}).get(kind))
                for kind, telling in kinds.items()
            },
        }
        for order, kinds in found.items()
    }
    keep_told(connection, state.id, merged)
