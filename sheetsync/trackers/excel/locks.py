"""Who else has the workbook: owner files of office programs, conflict copies, and our own lock.

Owner files are hints, not locks: they stay after a crash and do not travel through sync clients.
They are read tolerantly, named in messages, and never deleted.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sheetsync.errors import AlreadyRunning, StoreError

STALE_AFTER: Final = timedelta(hours=24)
SAVING_FOR: Final = timedelta(minutes=10)
_EXCEL_SAVING: Final = re.compile(r"[0-9A-F]{8}(\.tmp)?")
_MACHINE: Final = re.compile(
    r"(?i)(desktop|laptop|win|pc|macbook|imac)[-a-z0-9]*|[a-z0-9-]+-(pc|mac)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An owner file: the program and, where it tells, who has the workbook open and since when."""

    program: str
    file: str
    person: str
    computer: str = ""
    since: str = ""
    stale: bool = False

    def __str__(self) -> str:
        who = self.person or "someone"
        where = f" on {self.computer}" if self.computer else ""
        since = f" since {self.since}" if self.since else ""
        text = f"open in {self.program} by {who}{where}{since}"
        if not self.stale:
            return text
        return (
            f"{text} (the owner file {self.file} is more than a day old: if nobody has the "
            "workbook open, delete that file)"
        )


def holders(workbook: Path, now: datetime) -> tuple[Holder, ...]:
    """The owner files that stand beside `workbook`. `now` is aware; a day-old file is `stale`."""
    found = []
    for name, read in (
        (f".~lock.{workbook.name}#", _libreoffice),
        (f"~${workbook.name}", _excel),
    ):
        file = workbook.parent / name
        try:
            content, moment = file.read_bytes()[:4096], file.stat().st_mtime
        except FileNotFoundError:
            continue
        except OSError:
            # On Windows shares the owner file itself is held: that it is there tells enough.
            content, moment = b"", now.timestamp()
        stale = now - datetime.fromtimestamp(moment, tz=UTC) > STALE_AFTER
        found.append(read(content, name, stale))
    return tuple(found)


def _libreoffice(content: bytes, file: str, stale: bool) -> Holder:  # noqa: FBT001 - one reader's shape
    fields = [f.strip() for f in content.decode("utf-8", "replace").rstrip(";\n").split(",")]
    fields += [""] * (5 - len(fields))
    return Holder(
        program="LibreOffice",
        file=file,
        person=_clean(fields[0] or fields[1]),
        computer=_clean(fields[2]),
        since=_clean(fields[3]),
        stale=stale,
    )


def _excel(content: bytes, file: str, stale: bool) -> Holder:  # noqa: FBT001 - one reader's shape
    """Byte 0 is the length of the name; where the 8-bit copy is unreadable the UTF-16 one serves."""
    length = min(content[0], 54) if content else 0
    narrow = content[1 : 1 + length]
    person = _clean(narrow.decode("utf-8" if narrow.isascii() else "cp1252", "replace"))
    wide_length = int.from_bytes(content[55:57], "little") if len(content) >= 57 else 0
    if 0 < wide_length <= 54 and (not narrow.isascii() or not person.strip("?")):
        wide = content[57 : 57 + 2 * wide_length].decode("utf-16-le", "replace")
        person = _clean(wide) or person
    return Holder(program="Excel", file=file, person=person, stale=stale)


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c != "\ufffd").strip()[:80]


def being_saved(workbook: Path, now: datetime) -> str:
    """The name of a temporary file that Excel is writing in the folder just now, or ""."""
    for file in workbook.parent.iterdir():
        if not _EXCEL_SAVING.fullmatch(file.name):
            continue
        try:
            age = now - datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
        except FileNotFoundError:
            continue
        if age < SAVING_FOR:
            return file.name
    return ""


def conflict_copies(workbook: Path) -> tuple[str, ...]:
    """Names of files beside `workbook` that a sync client made of two versions of it."""
    stem, suffix = workbook.stem, workbook.suffix
    return tuple(
        sorted(
            file.name
            for file in workbook.parent.iterdir()
            if file.name != workbook.name
            and file.name.startswith(stem)
            and file.suffix.lower() == suffix.lower()
            and _is_conflict(file.name[len(stem) : -len(suffix)])
        )
    )


def _is_conflict(rest: str) -> bool:
    """Whether what follows the workbook's name marks a conflict copy (five sync clients' ways)."""
    folded = rest.casefold()
    if re.match(r"[ _.-]*\(.*(conflict|in konflikt|conflit).*\)$", folded):
        return True
    if re.match(r"[.-]?(sync-conflict-|conflict-)\d{8}", folded) or folded.endswith("_conflict"):
        return True
    if not rest.startswith("-"):
        return False
    machine = re.sub(r"-\d+$", "", rest[1:])
    return machine.casefold() == socket.gethostname().casefold() or bool(
        _MACHINE.fullmatch(machine)
    )


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path` (made if absent) while the block runs; gone when the process is.

    Lies beside the state, not in the shared folder. Raises AlreadyRunning when another process has
    it, StoreError when the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"The lock file {path} cannot be made ({error.strerror}). "
            "Check that the state folder exists and may be written."
        ) from error
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        other = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
        who = f" (process {other})" if other else ""
        raise AlreadyRunning(
            f"Another sheetsync works on this tracker{who}. "
            f"Wait until it is done, or stop it; it holds {path}."
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
