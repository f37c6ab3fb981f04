"""Copies of the store while it is in use, the newest of each of the last days kept; a small reserve of disk space."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sheetsync.errors import StoreError

KEEP: Final = 7
NEWEST: Final = 3
"""So many of the newest copies are kept, however many there were on one day."""
RESERVE_BYTES: Final = 10 * 1024 * 1024
_STAMP: Final = "%Y%m%dT%H%M%SZ"


def back_up(path: Path, folder: Path, *, now: datetime, keep: int = KEEP, label: str = "") -> Path:
    """Copy the store to `folder` as `<name>-<UTC time>.db`, and delete what is not kept.

    Kept are the newest copy of each of the last `keep` days on which there is one, and the newest three;
    one with a `label` in its name always. The copy is one moment's state, checked, and appears whole or
    not at all. Raises StoreError.
    """
    stamp = now.astimezone(UTC).strftime(_STAMP)
    target = folder / f"{path.stem}-{stamp}{'-' if label else ''}{label}.db"
    unfinished = folder / f".{target.name}.{os.getpid()}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            _copy(path, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The backup {target} could not be written ({error}). "
            "Check the folder, its rights and the free space."
        ) from error
    for old in _superfluous(copies(path, folder), keep):
        old.unlink()
    return target


def copies(path: Path, folder: Path) -> list[Path]:
    """The copies of the store in `folder`, oldest first."""
    return sorted(folder.glob(f"{path.stem}-[0-9]*T[0-9]*Z.db"))


def made_at(copy: Path) -> datetime:
    """When a copy was made, as its name tells; aware UTC."""
    return datetime.strptime(copy.stem.rpartition("-")[2], _STAMP).replace(tzinfo=UTC)


def _superfluous(known: list[Path], keep: int) -> list[Path]:
    newest_of_day = {made_at(copy).date(): copy for copy in known}
    days = sorted(newest_of_day)[-keep:]
    kept = {newest_of_day[day] for day in days} | set(known[-min(NEWEST, keep) :])
    return [copy for copy in known if copy not in kept]


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE").close()
        found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")


def keep_reserve(path: Path, size: int = RESERVE_BYTES) -> None:
    """Hold `size` bytes of disk beside the store, to be freed for the last lines when it is full."""
    reserve = reserve_of(path)
    if reserve.exists():
        return
    try:
        handle = os.open(reserve, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)
        finally:
            os.close(handle)
    except OSError:
        # No room for a reserve: the store itself will say so when it needs the room.
        reserve.unlink(missing_ok=True)


def free_reserve(path: Path) -> bool:
    """Give the reserve back to the disk; whether there was one."""
    reserve = reserve_of(path)
    if not reserve.exists():
        return False
    reserve.unlink()
    return True


def reserve_of(path: Path) -> Path:
    """The file that keeps room free."""
    return path.with_name(path.name + ".reserve")
