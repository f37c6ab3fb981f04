"""What people outside sent us, each action once for ever: the answer of a vendor, the click of a link.

Whoever takes something in gives it an action key. The same key again changes nothing, so a mailbox may be
read twice and a kill at any moment loses and doubles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, update

from sheetsync.store.engine import reading, writing
from sheetsync.store.tables import inbound
from sheetsync.store.upsert import insert_for

VENDOR_ANSWER: Final = "vendor_answer"
WAITING: Final = "waiting"
KEPT: Final = "kept"
SHOWN: Final = "shown"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that came in. `payload` is plain JSON; `detail` says why, where it was refused."""

    action_key: str
    kind: str
    order_id: str
    payload: Mapping[str, Any]
    at: datetime
    state: str = WAITING
    detail: str = ""


class Inbound:
    """What came in for one tracker over an open store; each method is one transaction."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def take(self, action: Action) -> bool:
        """Keep it; False where an action of this key was kept before."""
        row = {
            "tracker_id": self._tracker_id, "action_key": action.action_key, "kind": action.kind,
            "order_id": action.order_id, "at": action.at, "state": action.state,
            "payload": json.dumps(dict(action.payload), ensure_ascii=False, sort_keys=True),
            "detail": action.detail,
        }  # fmt: skip
        with writing(self._engine, self._path) as connection:
            statement = insert_for(connection, inbound).on_conflict_do_nothing()
            done = connection.execute(statement.returning(inbound.c.action_key), row)
            return done.scalar() is not None

    def in_state(self, kind: str, state: str) -> list[Action]:
        """All of a kind and state, oldest first."""
        query = (
            select(inbound)
            .where(inbound.c.tracker_id == self._tracker_id)
            .where(inbound.c.kind == kind, inbound.c.state == state)
            .order_by(inbound.c.at, inbound.c.action_key)
        )
        with reading(self._engine, self._path) as connection:
            return [_action(row._asdict()) for row in connection.execute(query)]

    def move(self, action_key: str, state: str) -> None:
        """From now on it stands in `state`."""
        with writing(self._engine, self._path) as connection:
            _move(connection, self._tracker_id, action_key, state)


def _move(connection: Connection, tracker_id: int, action_key: str, state: str) -> None:
    connection.execute(
        update(inbound)
        .where(inbound.c.tracker_id == tracker_id, inbound.c.action_key == action_key)
        .values(state=state)
    )


def _action(row: dict[str, Any]) -> Action:
    kept = {name: row[name] for name in Action.__dataclass_fields__}
    return Action(**{**kept, "payload": json.loads(row["payload"])})
