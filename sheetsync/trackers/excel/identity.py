"""Which version of the workbook is this, and does it stand still?

A workbook in a shared folder may be half-saved, half-synced or absent for an instant. It is read
only when two looks some seconds apart see the same file, and what was read is remembered exactly,
so that a later write can tell whether it is still the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from sheetsync.errors import TrackerBusy, TrackerError

Wait: TypeAlias = Callable[[float], None]
"""Sleeps that many seconds; injected, because only the command line and the daemon sleep."""

PAUSE: Final = 2.0
_LOOKS: Final = 4


@dataclass(frozen=True, slots=True)
class Look:
    """What the file system says of the file, without reading it."""

    device: int
    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Identity:
    """One version of the workbook: its content (sha256, hex) and where it lay."""

    sha256: str
    look: Look


def look(path: Path) -> Look | None:
    """How the file looks now; None when it is absent. Raises TrackerError when it cannot be seen."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    return Look(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def digest(path: Path) -> str:
    """The sha256 of the file's content, hex. Raises OSError."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def identify(path: Path) -> Identity | None:
    """The version that lies there now; None when it is absent or changes while it is read."""
    before = look(path)
    if before is None:
        return None
    try:
        sha256 = digest(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    return Identity(sha256, before) if look(path) == before else None


def read_stable(
    path: Path, wait: Wait, known: Look | None = None, *, pause: float = PAUSE
) -> tuple[bytes, Identity]:
    """The content and identity of a file that stood still for two looks, `pause` seconds apart.

    A file that still looks as `known` (seen standing still before) is not waited for. Raises
    TrackerBusy when it keeps changing, TrackerError when it is absent or cannot be read.
    """
    earlier = known or look(path)
    for attempt in range(_LOOKS):
        if known is None or attempt:
            wait(pause)
        now = look(path)
        if now is not None and now == earlier:
            content = _content(path)
            if content is not None and look(path) == now:
                return content, Identity(hashlib.sha256(content).hexdigest(), now)
        earlier = now
    if earlier is None:
        raise TrackerError(
            f"There is no workbook at {path}. Check `path` in the configuration, and that the "
            "shared folder is connected."
        )
    raise TrackerBusy(
        f"{path.name} keeps changing: it is being saved or synchronised. Nothing was read; "
        "the next pass tries again."
    )


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> TrackerError:
    kind = TrackerBusy if isinstance(error, PermissionError) else TrackerError
    return kind(
        f"{path} cannot be read ({error.strerror}). Check that the folder is connected and that "
        "sheetsync may read it."
    )
