"""Follow-ups, kept: what was said about an order for ever, and each task once per order and reason.

A task is opened by the pass that first wants it, under a key that no other task will ever have; whoever
comes second finds it there. It is closed when its reason has gone, or when a person says that it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, func, select, update

from sheetsync.domain.followups.model import BY_A_PERSON, Done, FollowUp, FollowUps
from sheetsync.domain.texts import fold
from sheetsync.store import frames
from sheetsync.store.engine import reading, writing
from sheetsync.store.tables import follow_up
from sheetsync.store.upsert import insert_new

SOMEBODY: Final = "somebody"
"""Who did it, where the row does not say: that it was a person is what counts."""
_FIELDS: Final = (
    "key", "kind", "order_id", "at", "who", "channel", "direction", "text", "reason", "due_at",
    "closed_at", "closed_by",
)  # fmt: skip


class FollowUpBook:
    """The follow-ups of one tracker over an open store; each method is one transaction."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def log(self, said: FollowUp) -> None:
        """Keep what somebody said; the same again (by its key) changes nothing."""
        with writing(self._engine, self._path) as connection:
            insert_new(connection, follow_up, [_row(self._tracker_id, said)])

    def close(self, order_id: str, *, who: str, now: datetime) -> int:
        """Note that `who` did all that was to be done about an order; how many tasks that were."""
        with writing(self._engine, self._path) as connection:
            found = connection.execute(
                update(follow_up)
                .where(*_open_of(self._tracker_id), follow_up.c.order_id == order_id)
                .values(closed_at=now, closed_by=who)
            )
        return found.rowcount

    def of_order(self, order_id: str) -> tuple[FollowUp, ...]:
        """All about one order, oldest first."""
        return self._found(self._mine().where(follow_up.c.order_id == order_id))

    def open_tasks(self) -> tuple[FollowUp, ...]:
        """What is to be done, what is due first at the top."""
        found = self._found(self._mine().where(*_open_of(self._tracker_id)))
        return tuple(sorted(found, key=lambda task: (task.due_at or task.at, task.key)))

    def latest(self, count: int) -> tuple[FollowUp, ...]:
        """The newest that was said or closed, newest first."""
        ended = func.coalesce(follow_up.c.closed_at, follow_up.c.at)
        query = select(follow_up).where(
            follow_up.c.tracker_id == self._tracker_id,
            (follow_up.c.kind == "said") | follow_up.c.closed_at.is_not(None),
        )
        return self._found(query.order_by(ended.desc(), follow_up.c.id.desc()).limit(count))

    def mark(self) -> str:
        """A token that changes with whatever is logged, opened, closed or cut; "" for nothing. Cheap to ask."""
        mine = follow_up.c.tracker_id == self._tracker_id
        query = select(
            func.count(), func.count(follow_up.c.closed_at), func.max(follow_up.c.closed_at),
            func.sum(func.length(follow_up.c.text)),
        ).where(mine)  # fmt: skip
        with reading(self._engine, self._path) as connection:
            counts = connection.execute(query).one()
        if not counts[0]:
            return ""
        return ".".join(
            str(int(count.timestamp()) if isinstance(count, datetime) else count or 0)
            for count in counts
        )

    def _mine(self) -> Select[Any]:
        query = select(follow_up).where(follow_up.c.tracker_id == self._tracker_id)
        return query.order_by(follow_up.c.at, follow_up.c.id)

    def _found(self, query: Select[Any]) -> tuple[FollowUp, ...]:
        with reading(self._engine, self._path) as connection:
            rows = connection.execute(query).all()
        return tuple(FollowUp(**{name: getattr(row, name) for name in _FIELDS}) for row in rows)


def keep_follow_ups(
    connection: Connection, tracker_id: int, found: FollowUps, now: datetime
) -> None:
    """Open what is newly wanted, and close what is no longer, or was done by a person.

    A task that closed by itself is opened again, as the same one, where its reason comes back: a row that
    was cut and pasted. Where no rule asks for tasks, only what people did is closed.
    """
    if not found.active and not found.done:
        return
    query = select(follow_up).where(*_open_of(tracker_id))
    open_now = {row.key: row._asdict() for row in connection.execute(query)}
    wanted = {task.key: task for task in found.wanted}
    fresh = [key for key in wanted if key not in open_now]
    known = _open_again(connection, tracker_id, fresh)
    rows = [
        FollowUp(
            key=task.key, kind="task", order_id=task.order_id, at=now, who=task.who,
            channel=task.channel, direction="out", text=task.text, reason=task.reason,
            due_at=task.due_at,
        )
        for key in fresh
        if key not in known
        for task in (wanted[key],)
    ]  # fmt: skip
    insert_new(connection, follow_up, [_row(tracker_id, row) for row in rows])
    done = _by_order(found.done)
    for key, row in open_now.items():
        by = _done_by(row, done.get(row["order_id"], []))
        gone = found.active and key not in wanted and row["reason"] not in BY_A_PERSON
        if by is not None:
            _close(connection, tracker_id, key, by.who or SOMEBODY, now)
        elif gone:
            _close(connection, tracker_id, key, "", now)


def _by_order(done: Iterable[Done]) -> dict[str, list[Done]]:
    found: dict[str, list[Done]] = {}
    for each in done:
        found.setdefault(each.order_id, []).append(each)
    return found


def _done_by(row: dict[str, Any], done: Sequence[Done]) -> Done | None:
    """What a person wrote about its order that closes this task: not before it was opened."""
    for each in done:
        if each.at >= row["at"] and (not each.task or fold(each.task) == fold(row["reason"])):
            return each
    return None


def _close(connection: Connection, tracker_id: int, key: str, by: str, now: datetime) -> None:
    connection.execute(
        update(follow_up)
        .where(*_open_of(tracker_id), follow_up.c.key == key)
        .values(closed_at=now, closed_by=by)
    )


def _open_again(connection: Connection, tracker_id: int, keys: Iterable[str]) -> set[str]:
    """Which of these tasks were there before; those that nobody did are open again."""
    found: set[str] = set()
    for part in frames.chunks(sorted(keys)):
        known = (follow_up.c.tracker_id == tracker_id, follow_up.c.key.in_(part))
        found.update(connection.execute(select(follow_up.c.key).where(*known)).scalars())
        again = update(follow_up).where(*known, follow_up.c.closed_by == "")
        connection.execute(again.values(closed_at=None))
    return found


def _open_of(tracker_id: int) -> tuple[Any, ...]:
    return (
        follow_up.c.tracker_id == tracker_id,
        follow_up.c.kind == "task",
        follow_up.c.closed_at.is_(None),
    )


def _row(tracker_id: int, found: FollowUp) -> dict[str, Any]:
    return {"tracker_id": tracker_id, **{name: getattr(found, name) for name in _FIELDS}}
