"""The checks before a workbook is believed: its file, its zip directory, its declared sizes.

Each thing that is wrong has its own sentence; nothing is unpacked here.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheetsync.errors import TrackerBusy, TrackerRefused

MAX_FILE: Final = 200_000_000
MAX_ENTRIES: Final = 2_000
MAX_INFLATED: Final = 200_000_000
RATIO_FROM: Final = 1 << 20
MAX_RATIO: Final = 100

_ENCRYPTED: Final = 0x1
_DRIVE: Final = re.compile(r"[A-Za-z]:")
ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip
"""What the standard library raises on a damaged zip; each was met with mutated files."""
RESTORE: Final = "Open it in Excel, let Excel repair it and save, or restore an earlier version."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """Where a file stood when it was read; equal stamps mean that it was not replaced or saved."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """The stamp of the file now; raises OSError."""
        stat = path.stat()
        return cls(
            device=stat.st_dev,
            inode=stat.st_ino,
            size=stat.st_size,
            modified_ns=stat.st_mtime_ns,
        )


def read_file(path: Path) -> tuple[bytes, FileStamp]:
    """The bytes of the file and where it stood, taken when it did not change meanwhile."""
    try:
        stamp = FileStamp.of(path)
        if stamp.size > MAX_FILE:
            raise too_large(path.name)
        data = path.read_bytes()
        after = FileStamp.of(path)
    except FileNotFoundError as error:
        raise TrackerBusy(
            f"There is no file {path.name} in {path.parent} at this moment. A save may be under way; "
            "it is looked for again in the next pass. Otherwise check the path in the configuration."
        ) from error
    except IsADirectoryError as error:
        raise TrackerRefused(f"{path} is a folder; name the workbook in it.") from error
    except OSError as error:
        raise TrackerBusy(
            f"{path.name} cannot be opened now ({error.strerror}). Another program may hold it; it is "
            "tried again in the next pass. Otherwise check that this account may read it."
        ) from error
    if stamp != after:
        raise TrackerBusy(
            f"{path.name} changed while it was being read; it is read again in the next pass."
        )
    return data, stamp


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """The zip directory of the file; raises TrackerBusy when it is cut."""
    if len(data) > MAX_FILE:
        raise too_large(name)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        raise TrackerBusy(
            f"{name} is cut off or damaged: a save or a synchronisation may be under way. "
            "It is read again in the next pass; if this stays, restore an earlier version."
        ) from error


def check_entries(infos: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse too many, unsafe, doubled, encrypted or oddly packed parts."""
    if len(infos) > MAX_ENTRIES:
        raise TrackerRefused(
            f"{name} holds {len(infos):,} parts; at most {MAX_ENTRIES:,} are accepted, and real "
            "workbooks have about a hundred. Copy the tracker tab to a new workbook."
        )
    seen: set[str] = set()
    for info in infos:
        original = info.orig_filename
        if _unsafe(original):
            raise TrackerRefused(
                f"{name} holds a part with the unsafe name {original[:80]!r}, which no spreadsheet "
                "program writes. Nothing was unpacked; get the file from its author anew."
            )
        if original.lower() in seen:
            raise TrackerRefused(
                f"{name} is damaged: it holds the part {original[:80]!r} twice. {RESTORE}"
            )
        seen.add(original.lower())
        if info.flag_bits & _ENCRYPTED:
            raise TrackerRefused(
                f"{name} is a zip file with encrypted parts. Unpack it with its password and name "
                "the workbook that was inside."
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise TrackerRefused(
                f"{name} is packed in a way that spreadsheet programs do not use. "
                "Open it in Excel and save it again."
            )


def _unsafe(name: str) -> bool:
    steps = name.split("/")
    return (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or bool(_DRIVE.match(name))
        or ".." in steps
        or "." in steps
        or "" in steps[:-1]
    )


def check_sizes(infos: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse what would unpack to too much, by the declared sizes."""
    if sum(info.file_size for info in infos) > MAX_INFLATED:
        raise too_large(name)
    for info in infos:
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
            raise TrackerRefused(
                f"{name} holds a part ({info.filename}) that unpacks to more than {MAX_RATIO} times "
                "its size, as an attack would. Copy the tracker tab to a new workbook."
            )


def too_large(name: str) -> TrackerRefused:
    """The refusal of a file beyond the limit."""
    return TrackerRefused(
        f"{name} unpacks to more than {MAX_INFLATED // 1_000_000} MB, the most that is accepted (about "
        "350,000 orders). Move finished orders to another workbook."
    )


def other_zip(names: tuple[str, ...]) -> str:
    """What a zip file is that holds no workbook."""
    if "mimetype" in names and "content.xml" in names:
        return "it is an OpenDocument file (.ods). Save it as .xlsx (Excel Workbook)"
    return "it is a zip file of another kind. Name the workbook itself"
