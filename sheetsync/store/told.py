"""What customers were told of each order, and the notices to them that have not left yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from sheetsync.domain.milestones.memory import (
    CUSTOMER,
    NOTHING_TOLD,
    UNKNOWN,
    Telling,
    Tellings,
    Told,
    ToldBefore,
    Unsent,
    Withdrawn,
)
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import customer_told, delivery_event, outbox
from sheetsync.store.upsert import upsert

SINCE: Final = "customers_told_since"
"""The setting that says when notices to customers were switched on; "" while they are off."""
_UNSENT: Final = ("pending", "retry", "held")


def load_told(connection: Connection, tracker_id: int, uuid: str) -> ToldBefore:
    """What a plan needs to know; nothing is read while customers are not told anything."""
    since = get_setting(connection, tracker_id, SINCE)
    if not since:
        return NOTHING_TOLD
    return ToldBefore(
        since=datetime.fromisoformat(since),
        told=told_of(connection, tracker_id),
        unsent=tuple(_unsent(connection, tracker_id, uuid)),
    )


def told_of(
    connection: Connection, tracker_id: int, orders: Collection[str] | None = None
) -> dict[str, dict[str, Telling]]:
    """How it stands with the customers of all orders, or of some."""
    query = select(customer_told.c.order_id, customer_told.c.told).where(
        customer_told.c.tracker_id == tracker_id
    )
    if orders is not None:
        query = query.where(customer_told.c.order_id.in_(sorted(orders)))
    rows = connection.execute(query.order_by(customer_told.c.order_id)).all()
    parsed = json.loads("[" + ",".join(row.told for row in rows) + "]")
    return {
        str(row.order_id): {kind: _telling(values) for kind, values in kinds.items()}
        for row, kinds in zip(rows, parsed, strict=True)
    }


def keep_told(connection: Connection, tracker_id: int, told: Told) -> None:
    """Remember how it stands with the customers of these orders."""
    rows = [
        {
            "tracker_id": tracker_id,
            "order_id": order,
            "told": json.dumps(
                {kind: _values(telling) for kind, telling in kinds.items()},
                separators=(",", ":"), sort_keys=True,
            ),
        }
        for order, kinds in told.items()
    ]  # fmt: skip
    upsert(connection, customer_told, rows, key=("tracker_id", "order_id"))


def commit_told(
    connection: Connection, tracker_id: int, uuid: str, tellings: Tellings, at: datetime
) -> None:
    """What a pass decided: notices called off, and how it stands now."""
    since = get_setting(connection, tracker_id, SINCE)
    if not tellings.active:
        if since:
            put_setting(connection, tracker_id, SINCE, "")
        return
    _call_off(connection, tracker_id, uuid, tellings.withdrawn, at)
    if since:
        keep_told(connection, tracker_id, tellings.told)
        return
    put_setting(connection, tracker_id, SINCE, at.isoformat())
    known = told_of(connection, tracker_id)
    keep_told(
        connection,
        tracker_id,
        {
            order: {
                **known.get(order, {}),
                **{
                    kind: both(telling, known.get(order, {}).get(kind))
                    for kind, telling in kinds.items()
                },
            }
            for order, kinds in tellings.told.items()
        },
    )


def both(one: Telling, other: Telling | None) -> Telling:
    """What is known from both: the higher count, and told wherever one of them says so."""
    if other is None:
        return one
    if one.cycle != other.cycle:
        return max(one, other, key=lambda each: each.cycle)
    newest = max(one, other, key=lambda each: each.number)
    told = "told" in (one.stands, other.stands)
    exact = next((each.of for each in (one, newest, other) if each.of != UNKNOWN), UNKNOWN)
    return replace(newest, of=exact, stands="told" if told else newest.stands)


def _call_off(
    connection: Connection,
    tracker_id: int,
    uuid: str,
    withdrawn: Iterable[Withdrawn],
    at: datetime,
) -> None:
    for each in withdrawn:
        found = connection.execute(
            update(outbox)
            .where(outbox.c.tracker_id == tracker_id)
            .where(outbox.c.dedupe_key == f"{uuid}|{each.key}")
            .where(outbox.c.state.in_(_UNSENT))
            .values(state="superseded", last_error=each.reason, changed_at=at)
            .returning(outbox.c.id)
        ).scalar()
        if found is not None:
            line = {
                "tracker_id": tracker_id, "outbox_id": found, "kind": "superseded", "at": at,
                "detail": each.reason,
            }  # fmt: skip
            connection.execute(insert(delivery_event).values(line))


def _unsent(connection: Connection, tracker_id: int, uuid: str) -> Iterable[Unsent]:
    """Notices to customers that a pass may still call off, oldest first."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.tracker_id == tracker_id)
        .where(outbox.c.state.in_(_UNSENT))
        .where(outbox.c.audience == CUSTOMER)
        .order_by(outbox.c.id)
    ).all()
    for row in rows:
        key = str(row.dedupe_key).removeprefix(f"{uuid}|")
        _, _, rest = key.partition("|")
        yield Unsent(
            key=key,
            kind=row.kind,
            order_id=rest.rpartition("|")[0],
            channel=row.channel,
            recipient=row.recipient,
            state=row.state,
            reason=row.last_error,
            context=json.loads(row.context),
        )


def _telling(values: list[Any]) -> Telling:
    cycle, number, of, stands = values
    return Telling(cycle=cycle, number=number, of=of, stands=stands)


def _values(telling: Telling) -> list[Any]:
    return [telling.cycle, telling.number, telling.of, telling.stands]
