"""Caring for the store's file: is it sound, a copy of it now, a copy put back. Works on a damaged one, too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sheetsync.config import Config
from sheetsync.errors import UsageError
from sheetsync.store import backup, restoring
from sheetsync.store.looking import StoreFacts, look_at
from sheetsync.trackers.excel.locks import exclusive
from sheetsync.worker.doctor.diagnosis import Diagnosis, bad, note, ok, warn
from sheetsync.worker.which_store import store_file

_OLD: Final = timedelta(days=2)
_MEGA: Final = 1_000_000


def state_folder(config: Config) -> Path:
    """Where locks, backups and former stores lie."""
    return config.folder / "state"


def the_file(config: Config) -> Path:
    """The store's file. Raises UsageError for one on a server, which has tools of its own."""
    path = store_file(config)
    if path is None:
        raise UsageError(
            "This store is a PostgreSQL database, which is cared for by its own tools: copy it with pg_dump, "
            "put a copy back with pg_restore, and run sheetsync adopt if the sheet has gone on since."
        )
    return path


def alone(config: Config) -> AbstractContextManager[None]:
    """Nobody else works on this folder meanwhile; raises AlreadyRunning."""
    return exclusive(state_folder(config) / "worker.lock")


def back_up(config: Config, now: datetime) -> Path:
    """A copy of the store as it is now, even while a worker runs. Raises StoreError, UsageError."""
    path = the_file(config)
    if not path.exists():
        raise UsageError(f"There is no store {path} yet; the first pass makes it.")
    return backup.back_up(
        path, state_folder(config) / "backups", now=now, keep=config.store.backups_kept
    )


def backups(config: Config) -> list[Path]:
    """The copies there are, newest first."""
    return backup.copies(the_file(config), state_folder(config) / "backups")[::-1]


def chosen_copy(config: Config, file: Path) -> StoreFacts:
    """The facts of the copy to be put back. Raises UsageError where it is the store itself."""
    if file.resolve() == the_file(config).resolve():
        raise UsageError(f"{file} is the store itself. Name a copy, such as one of state/backups.")
    return look_at(file)


def put_back(
    config: Config,
    copy: Path,
    *,
    who: str,
    now: datetime,
    step: Callable[[str], None] = restoring.no_step,
) -> restoring.Restored:
    """Put a copy in the place of the store; the caller is `alone`. Raises StoreError."""
    aside = state_folder(config) / "replaced"
    return restoring.restore(the_file(config), copy, aside=aside, who=who, now=now, step=step)


def check(config: Config, now: datetime) -> Iterator[Diagnosis]:
    """Every page and key of the store, its newest copy, the room on its disk."""
    path = the_file(config)
    if not path.exists():
        yield note("store", f"There is no store {path} yet.", "The first pass makes it.")
        return
    found = look_at(path, thoroughly=True)
    if found.empty:
        yield note("store", found.problem, "The next pass makes its tables.")
    elif found.problem:
        step = "Put back the newest copy: sheetsync state restore FILE." if found.damaged else ""
        yield bad("store", found.problem, step)
    else:
        size = path.stat().st_size // _MEGA
        yield ok(
            "store", f"{path.name} is sound: {_extent(found)}; {size} MB, schema {found.revision}."
        )
    yield from _copies(config, now)
    yield from _room(path)


def _extent(found: StoreFacts) -> str:
    return (
        f"{_counted(found.orders, 'order', 'orders')}, "
        f"{_counted(found.passes, 'pass', 'passes')} that wrote, {_counted(found.sent, 'mail', 'mails')} sent"
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _copies(config: Config, now: datetime) -> Iterator[Diagnosis]:
    known = backups(config)
    if not known:
        yield warn("copies", "There is no copy yet.", "Make one: sheetsync state backup.")
        return
    newest = look_at(known[0])
    if newest.problem:
        yield bad("copies", f"The newest copy cannot be used: {newest.problem}",
                  "Make another one: sheetsync state backup.")  # fmt: skip
        return
    words = f"{_counted(len(known), 'copy', 'copies')}; the newest, {known[0].name}, is sound: {_extent(newest)}."
    age = now - backup.made_at(known[0])
    if age > _OLD:
        yield warn(
            "copies",
            f"{words} It is {age.days} days old.",
            "Does a worker run? See sheetsync status.",
        )
    else:
        yield ok("copies", words)


def _room(path: Path) -> Iterator[Diagnosis]:
    free = shutil.disk_usage(path.parent).free
    if free < 2 * path.stat().st_size + backup.RESERVE_BYTES:
        yield bad("disk", f"Only {free // _MEGA} MB are free beside the store: too little for a copy of it.",
                  "Free some space.")  # fmt: skip
    elif not backup.reserve_of(path).exists():
        yield warn(
            "disk",
            "The reserve for a full disk is not there.",
            "The next start of a worker makes it.",
        )
    else:
        yield ok("disk", f"{free // _MEGA} MB are free beside the store, and the reserve is there.")
