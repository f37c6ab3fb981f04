"""Put a new version of the workbook in place of the one that was read: whole, or not at all.

The order of steps is the protection: build and check a temporary file beside the workbook, back up,
compare once more with what was read, then one rename. A kill anywhere leaves the old or the new
workbook whole under its name, and at most one temporary file, which the next write removes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final, TypeAlias

from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from sheetsync.trackers.excel import locks
from sheetsync.trackers.excel.backups import Backups
from sheetsync.trackers.excel.exchange import exchange
from sheetsync.trackers.excel.identity import Identity, Wait, digest, identify

STEPS: Final = ("begin", "created", "built", "verified", "backed-up", "compared", "swapped", "done")
Step: TypeAlias = Callable[[str], None]
Exchange: TypeAlias = Callable[[Path, Path], bool]

_BACK_OFF: Final = (0.5, 1.0, 2.0, 4.0)
_TEMP: Final = re.compile(r"~\$sheetsync-(\d+)\.tmp")
_LEFT_OVER_AFTER: Final = timedelta(minutes=1)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class WorkbookChanged(TrackerBusy):
    """Somebody saved the workbook after it was read: the patch is dropped, scan anew."""


def no_step(_name: str) -> None:
    """The hook of a real run: nothing happens between the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a replace needs besides the new content.

    `now` is aware; `wait` sleeps; `step` is called with each name of STEPS as it is reached;
    `exchange` swaps two files in one step, or says that it cannot.
    """

    workbook: Path
    backups: Backups
    now: datetime
    wait: Wait
    step: Step = no_step
    exchange: Exchange = exchange


def refuse_other_hands(workbook: Path, now: datetime) -> None:
    """Raise TrackerBusy where somebody has the workbook open or saves it just now.

    Raises TrackerRefused where a sync client left a conflict copy, or the file is read-only.
    """
    try:
        copies = locks.conflict_copies(workbook)
        saving = locks.being_saved(workbook, now)
    except OSError as error:
        raise TrackerBusy(
            f"The folder of {workbook.name} cannot be listed ({error.strerror}). "
            "Check that it is connected."
        ) from error
    if copies:
        raise TrackerRefused(
            f"Beside {workbook.name} stands {', '.join(copies)}: a sync client kept two versions. "
            "Nothing is written until one of them is gone. Bring what is missing into "
            f"{workbook.name} and move the other away."
        )
    if open_by := locks.holders(workbook, now):
        raise TrackerBusy(f"{workbook.name} is {' and '.join(map(str, open_by))}.")
    if saving:
        raise TrackerBusy(f"{workbook.name} is being saved (temporary file {saving}).")
    if workbook.exists() and not os.access(workbook, os.W_OK):
        raise TrackerRefused(
            f"{workbook.name} is marked read-only, so nothing is written. "
            "Remove the mark if the worker may write to it."
        )


def replace_workbook(
    place: Workplace,
    seen: Identity,
    old: bytes,
    build: Callable[[IO[bytes]], None],
    verify: Callable[[IO[bytes]], None],
) -> Identity:
    """Replace the workbook, read as `old` with the identity `seen`, by what `build` writes.

    `verify` reads the finished temporary file and raises when it is not exactly what was meant.
    Returns the new identity. Raises WorkbookChanged, TrackerBusy (in use), TrackerRefused
    (conflict copy), TrackerError (disk full, not writable); the old workbook then still stands.
    """
    refuse_other_hands(place.workbook, place.now)
    with _told_plainly(place.workbook):
        _remove_left_overs(place)
        place.step("begin")
        temp = place.workbook.parent / f"~$sheetsync-{os.getpid()}.tmp"
        try:
            new = _make(place, temp, build, verify)
            place.step("verified")
            place.backups.save(place.workbook, old, place.now)
            place.step("backed-up")
            refuse_other_hands(place.workbook, place.now)
            if identify(place.workbook) != seen:
                raise _changed(place.workbook)
            place.step("compared")
            _swap(place, temp, seen)
            place.step("swapped")
        finally:
            temp.unlink(missing_ok=True)
        _sync_folder(place.workbook.parent)
    place.step("done")
    return new


@contextlib.contextmanager
def _told_plainly(workbook: Path) -> Iterator[None]:
    """System errors as sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise TrackerError(
                f"The disk is full: {workbook.name} was left as it was and nothing was written. "
                "Make room on the disk of the workbook and of the backups, then run again."
            ) from error
        raise TrackerError(
            f"{workbook.name} could not be replaced ({error.strerror}); it was left as it was. "
            "Check that its folder and the backup folder may be written."
        ) from error


def _make(
    place: Workplace,
    temp: Path,
    build: Callable[[IO[bytes]], None],
    verify: Callable[[IO[bytes]], None],
) -> Identity:
    """Build and check the temporary file; returns its identity, which a rename does not change."""
    temp.unlink(missing_ok=True)
    handle = os.open(temp, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w+b") as file:
        place.step("created")
        _keep_rights(place.workbook, temp)
        build(file)
        file.flush()
        os.fsync(file.fileno())
        place.step("built")
        file.seek(0)
        verify(file)
    made = identify(temp)
    if made is None:
        raise TrackerBusy(f"The temporary file {temp.name} was taken away; nothing was written.")
    return made


def _keep_rights(workbook: Path, temp: Path) -> None:
    """Mode, extended attributes and, where we may, the owner of the workbook go to its successor."""
    stat = workbook.stat()
    with contextlib.suppress(PermissionError):  # only root may give a file away
        os.chown(temp, stat.st_uid, stat.st_gid)
    shutil.copystat(workbook, temp)


def _swap(place: Workplace, temp: Path, seen: Identity) -> None:
    """The one rename. A file held open elsewhere is tried again a few times, then it is busy."""
    for pause in (*_BACK_OFF, None):
        try:
            if not place.exchange(temp, place.workbook):
                temp.replace(place.workbook)
                return
        except FileNotFoundError as error:
            raise _changed(place.workbook) from error
        except PermissionError as error:
            if pause is None:
                raise TrackerBusy(
                    f"{place.workbook.name} is held open by another program "
                    f"({error.strerror}); nothing was written."
                ) from error
            place.wait(pause)
            continue
        if digest(temp) != seen.sha256:
            place.exchange(temp, place.workbook)
            raise _changed(place.workbook)
        return


def _changed(workbook: Path) -> WorkbookChanged:
    return WorkbookChanged(
        f"{workbook.name} was saved by somebody while the change was prepared; nothing was "
        "written, the next pass looks anew."
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network folders cannot; the file itself is synced
            os.fsync(handle)
    finally:
        os.close(handle)


def _remove_left_overs(place: Workplace) -> None:
    """Remove temporary files of killed runs. One that is a whole workbook is kept as a backup.

    A file of another process that lives, or that was written a moment ago, is not ours to judge.
    """
    for file in place.workbook.parent.iterdir():
        match = _TEMP.fullmatch(file.name)
        if not match or _lives(int(match[1])):
            continue
        age = place.now - datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
        if int(match[1]) != os.getpid() and age < _LEFT_OVER_AFTER:
            continue
        _keep_whole(place, file)
        file.unlink(missing_ok=True)


def _keep_whole(place: Workplace, file: Path) -> None:
    """A run killed just after the swap leaves the old workbook in its temporary file."""
    known = {digest(backup) for backup in place.backups.of(place.workbook)}
    if zipfile.is_zipfile(file) and digest(file) not in known | {digest(place.workbook)}:
        place.backups.save(place.workbook, file.read_bytes(), place.now)


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
