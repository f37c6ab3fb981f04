"""Holds and what people decide about them: since when, what was approved, who said so; adopting a sheet.

Since a tracker's row says only that it is held, and why, the rest stands among its settings. Whoever
lets something through is kept for ever, in the change log, as a line of no order.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from sheetsync.domain.model import Marker
from sheetsync.store import trackers
from sheetsync.store.memory import ADOPTED, MARK_SEEN
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import change_log, delivery_event, outbox, setting

_SINCE: Final = "held_since"
_APPROVAL: Final = "approval"
_STATUS_TAB: Final = "tab:Sync Status"
"""What the Sync Status tab said last: forgotten, the tab is written anew, and the mark with it."""
_UNSENT: Final = ("pending", "retry", "claimed", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person let one held plan through: the token of what was shown, who, and when (aware UTC)."""

    token: str
    who: str
    at: datetime


def hold(connection: Connection, tracker_id: int, reason: str, *, now: datetime) -> datetime:
    """Hold the tracker; since when it has been held without a break, which `now` begins if it was not."""
    known = get_setting(connection, tracker_id, _SINCE)
    held = trackers.get(connection, tracker_id).state == "held"
    trackers.change(connection, tracker_id, state="held", hold_reason=reason)
    if held and known:
        return datetime.fromisoformat(known)
    put_setting(connection, tracker_id, _SINCE, now.isoformat())
    return now


def release(connection: Connection, tracker_id: int) -> None:
    """End a hold, and with it whatever was approved."""
    trackers.change(connection, tracker_id, state="active", hold_reason="")
    _forget(connection, tracker_id, _SINCE, _APPROVAL)


def held_since(connection: Connection, tracker_id: int) -> datetime | None:
    """Since when the tracker is held; None where it is not, or where that is not known."""
    text = get_setting(connection, tracker_id, _SINCE)
    return datetime.fromisoformat(text) if text else None


def approve(
    connection: Connection,
    tracker_id: int,
    approval: Approval,
    *,
    reason: str,
    what: str,
    mark_anew: bool,
) -> None:
    """Keep an approval for the next pass, and for ever who gave it, for what, against which reason.

    With `mark_anew` that pass writes Sync Status in any case, and the mark with it.
    """
    if mark_anew:
        _forget(connection, tracker_id, _STATUS_TAB)
    kept = {"token": approval.token, "who": approval.who, "at": approval.at.isoformat()}
    put_setting(connection, tracker_id, _APPROVAL, json.dumps(kept))
    note_act(connection, tracker_id, "approve", approval.who, approval.at, old=reason, new=what)


def approval(connection: Connection, tracker_id: int) -> Approval | None:
    """The approval that waits for a pass."""
    text = get_setting(connection, tracker_id, _APPROVAL)
    if not text:
        return None
    kept = json.loads(text)
    return Approval(token=kept["token"], who=kept["who"], at=datetime.fromisoformat(kept["at"]))


def drop_approval(connection: Connection, tracker_id: int) -> None:
    """The plan is another one than the person was shown: the approval is of no use any more."""
    _forget(connection, tracker_id, _APPROVAL)


def adopt(
    connection: Connection, tracker_id: int, found: Marker | None, *, who: str, now: datetime
) -> None:
    """Begin anew with the sheet as it stands, whose mark is `found`.

    The next pass is a baseline under a higher epoch. What was sent stays known; what waited is not
    sent: it was decided about another state of the sheet.
    """
    state = trackers.get(connection, tracker_id)
    begin_anew(connection, tracker_id, found, now=now, why=f"The sheet was adopted by {who}.")
    if found is not None and found.uuid != state.uuid:
        put_setting(connection, tracker_id, ADOPTED, json.dumps(asdict(found)))
    old = f"{state.uuid} {state.epoch} {state.seq}"
    new = f"{found.uuid} {found.epoch} {found.seq}" if found else "no mark"
    note_act(connection, tracker_id, "adopt", who, now, old=old, new=new)


def begin_anew(
    connection: Connection, tracker_id: int, found: Marker | None, *, now: datetime, why: str
) -> None:
    """Make the next pass a baseline that outranks `found`, and send nothing that waits."""
    state = trackers.get(connection, tracker_id)
    epochs = [state.epoch, *([found.epoch] if found else [])]
    seqs = [state.seq, *([found.seq] if found and found.uuid == state.uuid else [])]
    trackers.change(
        connection, tracker_id, baseline_at=None, epoch=max(epochs), seq=max(seqs),
        fingerprint="", fail_count=0,
    )  # fmt: skip
    release(connection, tracker_id)
    _forget(connection, tracker_id, ADOPTED, MARK_SEEN, _STATUS_TAB)
    _call_off(connection, tracker_id, now, why)


def note_act(
    connection: Connection,
    tracker_id: int,
    act: str,
    who: str,
    now: datetime,
    *,
    old: str = "",
    new: str = "",
) -> None:
    """Keep for ever that a person did this to the tracker as a whole.

    The log takes one line of a kind in a second: another one in the same is entered under the next.
    """
    same = (change_log.c.tracker_id == tracker_id) & (change_log.c.order_id == "")
    last = connection.execute(
        select(func.max(change_log.c.seen_at)).where(same, change_log.c.column == act)
    ).scalar()
    moment = now if last is None or last < now else last + timedelta(seconds=1)
    connection.execute(
        insert(change_log).values(
            tracker_id=tracker_id, pass_id=0, seen_at=moment, order_id="", column=act, old=old, new=new,
            by="person", rule=who,
        )
    )  # fmt: skip


def _call_off(connection: Connection, tracker_id: int, now: datetime, why: str) -> None:
    waiting = (outbox.c.tracker_id == tracker_id) & outbox.c.state.in_(_UNSENT)
    values = {"state": "superseded", "last_error": why, "lease_owner": "", "lease_until": None}
    doubtful = (outbox.c.tracker_id == tracker_id) & (outbox.c.state == "in_data")
    connection.execute(update(outbox).where(doubtful).values({**values, "state": "in_doubt"}))
    moved = connection.execute(
        update(outbox).where(waiting).values(**values, changed_at=now).returning(outbox.c.id)
    )
    lines = [
        {
            "tracker_id": tracker_id,
            "outbox_id": row.id,
            "kind": "superseded",
            "at": now,
            "detail": why,
        }
        for row in moved
    ]
    if lines:
        connection.execute(insert(delivery_event), lines)


def _forget(connection: Connection, tracker_id: int, *keys: str) -> None:
    connection.execute(
        delete(setting).where(setting.c.tracker_id == tracker_id, setting.c.key.in_(keys))
    )
