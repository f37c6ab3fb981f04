"""The trackers this store watches: identity, state, and when they need looking at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, select, update

from sheetsync.domain.model import Marker
from sheetsync.errors import StoreError
from sheetsync.store.tables import tracker
from sheetsync.store.upsert import insert_new

State = Literal["active", "held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerState:
    """One tracker as the store knows it. Moments are aware UTC.

    `last_pass_at`: when the last committed pass read the sheet. `last_ok_at`: when the last pass
    that was closed did. `fingerprint` is "" while a pass is open or after one that failed.
    `lease_owner` may work on it until `lease_until`; `fence` counts the leases.
    """

    id: int
    name: str
    ref: str
    uuid: str
    epoch: int
    seq: int
    state: State
    hold_reason: str
    fingerprint: str
    rules_hash: str
    created_at: datetime
    baseline_at: datetime | None
    last_pass_at: datetime | None
    last_ok_at: datetime | None
    next_change_at: datetime | None
    fail_count: int
    lease_owner: str = ""
    lease_until: datetime | None = None
    fence: int = 0

    @property
    def marker(self) -> Marker:
        """The identity to be written on the Sync Status tab."""
        return Marker(uuid=self.uuid, epoch=self.epoch, seq=self.seq)


def find_or_create(
    connection: Connection, name: str, ref: str, *, uuid: str, now: datetime
) -> TrackerState:
    """The tracker at `ref` (path or sheet id); `uuid` names it if it is new. Keeps `name` current."""
    row = connection.execute(select(tracker).where(tracker.c.ref == ref)).one_or_none()
    if row is None:
        insert_new(connection, tracker, [_new_row(name, ref, uuid, now)])  # or another worker did
    elif row.name != name:
        change(connection, row.id, name=name)
    return _state(connection.execute(select(tracker).where(tracker.c.ref == ref)).one())


def _new_row(name: str, ref: str, uuid: str, now: datetime) -> dict[str, Any]:
    return {
        "name": name,
        "ref": ref,
        "uuid": uuid,
        "epoch": 0,
        "seq": 0,
        "state": "active",
        "hold_reason": "",
        "fingerprint": "",
        "rules_hash": "",
        "created_at": now,
        "fail_count": 0,
    }


def get(connection: Connection, tracker_id: int) -> TrackerState:
    """The tracker with this number; raises StoreError when the store does not know it."""
    row = connection.execute(select(tracker).where(tracker.c.id == tracker_id)).one_or_none()
    if row is None:
        raise StoreError(
            f"The store knows no tracker number {tracker_id}. Run a pass over the tracker first."
        )
    return _state(row)


def every(connection: Connection) -> list[TrackerState]:
    """All trackers, oldest first."""
    return [_state(row) for row in connection.execute(select(tracker).order_by(tracker.c.id))]


def change(connection: Connection, tracker_id: int, **values: Any) -> None:
    """Set these columns of one tracker."""
    connection.execute(update(tracker).where(tracker.c.id == tracker_id).values(**values))


def _state(row: Any) -> TrackerState:
    return TrackerState(**cast("dict[str, Any]", row._asdict()))
