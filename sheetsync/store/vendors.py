"""How it stands with the vendors of orders, letters to them that have not left, and what they answered by mail."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from sheetsync.domain.vendors.memory import (
    NOBODY_ASKED,
    VENDOR,
    Asked,
    AskedBefore,
    AskedNow,
    Reply,
    UnsentLetter,
    from_plain,
    to_plain,
)
from sheetsync.store.inbound import KEPT, SHOWN, VENDOR_ANSWER
from sheetsync.store.settings import WHOLE_STORE, get_setting, put_setting, secret
from sheetsync.store.tables import delivery_event, inbound, outbox, vendor_asked
from sheetsync.store.upsert import upsert

SINCE: Final = "vendors_asked_since"
"""The setting that says when letters to vendors were switched on; "" while they are off."""
CODES: Final = "vendor_codes"
"""Under this the secret of the codes stands."""
SWITCHED_OFF: Final = "Letters to vendors were switched off before it left."
_UNSENT: Final = ("pending", "retry", "held")


def load_asked(connection: Connection, tracker_id: int, uuid: str) -> AskedBefore:
    """What a plan needs to know; nothing is read while vendors are not asked."""
    since = get_setting(connection, tracker_id, SINCE)
    if not since:
        return NOBODY_ASKED
    return AskedBefore(
        since=datetime.fromisoformat(since),
        asked=asked_of(connection, tracker_id),
        unsent=tuple(_unsent(connection, tracker_id, uuid)),
        replies=tuple(_replies(connection, tracker_id)),
        secret=kept_secret(connection),
    )


def kept_secret(connection: Connection) -> bytes:
    """What keys the codes in letters; b"" before the first look."""
    return base64.b64decode(get_setting(connection, WHOLE_STORE, CODES) or "")


def asked_of(connection: Connection, tracker_id: int) -> dict[str, Asked]:
    """How it stands with the vendor of every order."""
    rows = connection.execute(
        select(vendor_asked.c.order_id, vendor_asked.c.asked)
        .where(vendor_asked.c.tracker_id == tracker_id)
        .order_by(vendor_asked.c.order_id)
    ).all()
    parsed = json.loads("[" + ",".join(row.asked for row in rows) + "]")
    return {str(row.order_id): from_plain(values) for row, values in zip(rows, parsed, strict=True)}


def commit_asked(  # noqa: PLR0917 - what was decided, then when
    connection: Connection, tracker_id: int, uuid: str, now: AskedNow, at: datetime, fresh: bytes
) -> None:
    """What a pass decided: letters called off, answers seen, and how it stands now.

    `fresh` are random bytes: with the first look they become the secret of the codes.
    """
    since = get_setting(connection, tracker_id, SINCE)
    if not now.active:
        if since:
            put_setting(connection, tracker_id, SINCE, "")
            unsent = [(each.key, SWITCHED_OFF) for each in _unsent(connection, tracker_id, uuid)]
            _call_off(connection, tracker_id, uuid, unsent, at)
        return
    if not since:
        put_setting(connection, tracker_id, SINCE, at.isoformat())
        if fresh:
            secret(connection, CODES, fresh)
    _call_off(connection, tracker_id, uuid, now.withdrawn, at)
    keep_asked(connection, tracker_id, now.asked)
    for action_key in now.settled:
        connection.execute(
            update(inbound)
            .where(inbound.c.tracker_id == tracker_id, inbound.c.action_key == action_key)
            .values(state=SHOWN)
        )


def keep_asked(connection: Connection, tracker_id: int, asked: Mapping[str, Asked]) -> None:
    """Remember how it stands with the vendors of these orders."""
    rows = [
        {
            "tracker_id": tracker_id,
            "order_id": order,
            "asked": json.dumps(to_plain(record), separators=(",", ":"), sort_keys=True),
        }
        for order, record in asked.items()
    ]
    upsert(connection, vendor_asked, rows, key=("tracker_id", "order_id"))


def _call_off(
    connection: Connection,
    tracker_id: int,
    uuid: str,
    withdrawn: Iterable[tuple[str, str]],
    at: datetime,
) -> None:
    for key, reason in withdrawn:
        found = connection.execute(
            update(outbox)
            .where(outbox.c.tracker_id == tracker_id)
            .where(outbox.c.dedupe_key == f"{uuid}|{key}")
            .where(outbox.c.state.in_(_UNSENT))
            .values(state="superseded", last_error=reason, changed_at=at)
            .returning(outbox.c.id)
        ).scalar()
        if found is not None:
            line: dict[str, Any] = {
                "tracker_id": tracker_id, "outbox_id": found, "kind": "superseded", "at": at,
                "detail": reason,
            }  # fmt: skip
            connection.execute(insert(delivery_event).values(line))


def _unsent(connection: Connection, tracker_id: int, uuid: str) -> Iterable[UnsentLetter]:
    """Letters to vendors that a pass may still call off, oldest first."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.tracker_id == tracker_id)
        .where(outbox.c.state.in_(_UNSENT))
        .where(outbox.c.audience == VENDOR, outbox.c.kind.like("vendor\\_%", escape="\\"))
        .order_by(outbox.c.id)
    ).all()
    for row in rows:
        context = json.loads(row.context)
        yield UnsentLetter(
            key=str(row.dedupe_key).removeprefix(f"{uuid}|"),
            kind=row.kind,
            vendor=str(context.get("vendor_key", "")),
            facts=str(context.get("facts", "")),
            epochs={str(order): int(epoch) for order, epoch in context.get("epochs", {}).items()},
        )


def _replies(connection: Connection, tracker_id: int) -> Iterable[Reply]:
    """What vendors answered by mail and the sheet does not show yet, oldest first."""
    rows = connection.execute(
        select(inbound)
        .where(inbound.c.tracker_id == tracker_id)
        .where(inbound.c.kind == VENDOR_ANSWER, inbound.c.state == KEPT)
        .order_by(inbound.c.at, inbound.c.action_key)
    ).all()
    for row in rows:
        payload = json.loads(row.payload)
        yield Reply(
            action_key=row.action_key, order_id=row.order_id, epoch=int(payload["epoch"]),
            at=row.at, cells=payload["cells"],
        )  # fmt: skip
