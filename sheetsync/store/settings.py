"""Small things to remember: settings of a tracker or of the whole store, secrets, good rule sets."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from sheetsync.store.tables import rules_set, setting
from sheetsync.store.upsert import insert_new, upsert

WHOLE_STORE: Final = 0
"""The tracker number under which the store's own settings stand."""


LOOK_AT_SETTING: Final = "look_at"
"""Cells that people have to look at; see `domain.look_at`."""


def get_setting(connection: Connection, tracker_id: int, key: str) -> str | None:
    """The value kept under `key`; None when there is none."""
    value = connection.execute(
        select(setting.c.value).where(setting.c.tracker_id == tracker_id, setting.c.key == key)
    ).scalar()
    return None if value is None else str(value)


def put_setting(connection: Connection, tracker_id: int, key: str, value: str) -> None:
    """Keep `value` under `key`."""
    row = {"tracker_id": tracker_id, "key": key, "value": value}
    upsert(connection, setting, [row], key=("tracker_id", "key"))


def secret(connection: Connection, key: str, fresh: bytes) -> bytes:
    """The random bytes kept under `key`; `fresh` becomes them the first time and is ignored later."""
    encoded = base64.b64encode(fresh).decode("ascii")
    insert_new(connection, setting, [{"tracker_id": WHOLE_STORE, "key": key, "value": encoded}])
    return base64.b64decode(get_setting(connection, WHOLE_STORE, key) or encoded)


def save_rules(
    connection: Connection, tracker_id: int, *, digest: str, packed: str, now: datetime
) -> None:
    """Remember `packed` as the last good set of rules."""
    row = {"tracker_id": tracker_id, "hash": digest, "packed": packed, "saved_at": now}
    upsert(connection, rules_set, [row], key=("tracker_id", "hash"))


def last_good_rules(connection: Connection, tracker_id: int) -> tuple[str, str] | None:
    """(hash, packed text) of the set that was good last; None when there never was one."""
    row = connection.execute(
        select(rules_set.c.hash, rules_set.c.packed)
        .where(rules_set.c.tracker_id == tracker_id)
        .order_by(rules_set.c.saved_at.desc(), rules_set.c.hash)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.hash, row.packed)


def rules_by_hash(connection: Connection, tracker_id: int, digest: str) -> str | None:
    """The packed text of one set of rules, to explain an older decision."""
    value = connection.execute(
        select(rules_set.c.packed).where(
            rules_set.c.tracker_id == tracker_id, rules_set.c.hash == digest
        )
    ).scalar()
    return None if value is None else str(value)


SERVICE_SETTING: Final = "service_records"
"""Under this stands what the tabs Inquiries, Issues and Feedback said at the last look."""
