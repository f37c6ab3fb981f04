"""Putting a copy of the store back: under a higher epoch, as a first look, with every mail that ever left.

The new store is made complete beside the old one and takes its place in one step; the old one, however
damaged, is kept. Its log must never meet the new one, and so it goes first. What the old one knows to have been sent is carried over as far as it can be read.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, text

from sheetsync.domain.model import Marker
from sheetsync.errors import StoreError
from sheetsync.store import holds, trackers
from sheetsync.store.engine import open_engine, writing
from sheetsync.store.looking import look_at, reading_only
from sheetsync.store.schema import bring_up_to_date
from sheetsync.store.tables import ledger
from sheetsync.store.upsert import insert_new

_COMPANIONS: Final = ("-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`kept`: where the former store lies now; None where there was none.

    `merged`: how many sent messages it knew beyond the copy; `unread`: why it could not be asked.
    """

    kept: Path | None
    merged: int
    unread: str


@dataclass(slots=True, kw_only=True)
class _Former:
    """What the store that is replaced can still tell."""

    marks: dict[str, Marker] = field(default_factory=dict)
    """Tracker uuid -> its mark."""
    sent: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    """Tracker uuid -> keys that left."""
    unread: str = ""


def no_step(_name: str) -> None:
    """In production the boundaries of a restore do nothing."""


def restore(
    path: Path,
    copy: Path,
    *,
    aside: Path,
    who: str,
    now: datetime,
    step: Callable[[str], None] = no_step,
) -> Restored:
    """Put `copy` in the place of the store at `path`; the former one goes to the folder `aside`.

    The caller has made sure that nobody works on the store. Raises StoreError and changes nothing
    where the copy cannot be used or there is no room.
    """
    problem = look_at(copy).problem
    if problem:
        raise StoreError(f"{problem} It was not put back; choose another copy.")
    made = path.with_name(path.name + ".restoring")
    try:
        kept = _keep(path, aside, now)
        step("kept")
        former = _ask(path)
        _take_copy(copy, made)
        step("copied")
        merged = _prepare(made, former, who=who, now=now, source=copy.name)
        _one_file(made)
        step("prepared")
        for companion in _companions(path):
            companion.unlink(missing_ok=True)
        step("parted")
        made.replace(path)
        step("exchanged")
        return Restored(kept=kept, merged=merged, unread=former.unread)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{copy} could not be put back ({error}). Check the free space and who may write in {path.parent}."
        ) from error
    finally:
        for leftover in (made, *_companions(made)):
            leftover.unlink(missing_ok=True)


def _ask(path: Path) -> _Former:
    """What left, or may have left, by the store at `path`, and how far its marks go; a damaged one tells what it can."""
    former = _Former()
    if not path.exists():
        return former
    try:
        with closing(sqlite3.connect(path)) as raw:
            raw.row_factory = sqlite3.Row
            for row in raw.execute("SELECT id, uuid, epoch, seq FROM tracker"):
                uuid = str(row["uuid"])
                former.marks[uuid] = Marker(uuid=uuid, epoch=row["epoch"], seq=row["seq"])
                former.sent[uuid] = list(_left(raw, row["id"]))
    except sqlite3.Error as error:
        former.unread = str(error)
    return former


def _left(raw: sqlite3.Connection, tracker_id: int) -> Iterator[Mapping[str, Any]]:
    query = (
        "SELECT dedupe_key, message_id, sent_at FROM ledger WHERE tracker_id = :tracker UNION "
        "SELECT dedupe_key, coalesce(message_id, ''), coalesce(sent_at, changed_at) FROM outbox "
        "WHERE tracker_id = :tracker AND state IN ('sent', 'in_data', 'in_doubt')"
    )
    for row in raw.execute(query, {"tracker": tracker_id}):
        yield dict(row)


def _take_copy(copy: Path, made: Path) -> None:
    for leftover in (made, *_companions(made)):
        leftover.unlink(missing_ok=True)
    os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(reading_only(copy)) as old, closing(sqlite3.connect(made)) as new:
        old.backup(new)


def _prepare(made: Path, former: _Former, *, who: str, now: datetime, source: str) -> int:
    """Bring the copy up to date, enter what had left, and make the next pass of each tracker a first look."""
    engine = open_engine(f"sqlite:///{made.absolute()}")
    try:
        bring_up_to_date(engine, made, before_upgrade=lambda: None)
        with writing(engine, made) as connection:
            return sum(
                _begin_anew(connection, state, former, who=who, now=now, source=source)
                for state in trackers.every(connection)
            )
    finally:
        engine.dispose()


def _begin_anew(
    connection: Connection,
    state: trackers.TrackerState,
    former: _Former,
    *,
    who: str,
    now: datetime,
    source: str,
) -> int:
    """One epoch above all that is known, since the sheet may bear the mark of either; what was merged."""
    before = _sent_count(connection, state.id)
    keys = [
        {
            "dedupe_key": row["dedupe_key"], "tracker_id": state.id, "message_id": row["message_id"],
            "sent_at": datetime.fromtimestamp(int(row["sent_at"]), tz=UTC),
        }
        for row in former.sent.get(state.uuid, [])
    ]  # fmt: skip
    insert_new(connection, ledger, keys)
    mark = former.marks.get(state.uuid, state.marker)
    why = f"The store was put back from {source} by {who}."
    holds.begin_anew(connection, state.id, mark, now=now, why=why)
    trackers.change(connection, state.id, epoch=max(mark.epoch, state.epoch) + 1)
    holds.note_act(connection, state.id, "restore", who, now, new=source)
    return _sent_count(connection, state.id) - before


def _sent_count(connection: Connection, tracker_id: int) -> int:
    query = text("SELECT count(*) FROM ledger WHERE tracker_id = :tracker")
    return int(connection.execute(query, {"tracker": tracker_id}).scalar_one())


def _one_file(made: Path) -> None:
    """Everything into the one file, so that it can be moved alone."""
    with closing(sqlite3.connect(made)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        raw.execute("PRAGMA journal_mode = DELETE").close()
    with made.open("rb") as file:
        os.fsync(file.fileno())


def _keep(path: Path, aside: Path, now: datetime) -> Path | None:
    """A copy of the former store as it is, byte for byte, with what it had not yet taken from its log."""
    if not path.exists():
        return None
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = aside / f"{path.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{path.suffix}"
    shutil.copy2(path, kept)
    for companion, name in zip(_companions(path), _COMPANIONS, strict=True):
        if companion.exists():
            shutil.copy2(companion, kept.with_name(kept.name + name))
    return kept


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + name) for name in _COMPANIONS)
