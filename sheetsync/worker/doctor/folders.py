"""The folders: may they be written, is there room, does a sync client meddle, is the store local."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn
from sheetsync.worker.which_store import store_file

_SYNC_CLIENTS: Final = {
    "onedrive": "OneDrive", "dropbox": "Dropbox", "google drive": "Google Drive",
    "googledrive": "Google Drive", "my drive": "Google Drive", "icloud": "iCloud",
    "com~apple~clouddocs": "iCloud", "nextcloud": "Nextcloud", "sharepoint": "SharePoint",
}  # fmt: skip
_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "drvfs", "afpfs", "webdav"}
)
_MOUNTS: Final = Path("/proc/self/mounts")
_LEAST: Final = 50_000_000
_COPIES: Final = 5
_MEGA: Final = 1_000_000


def folder_checks(patient: Patient) -> Iterator[Diagnosis]:
    """The folder of the workbook, that of backups and state, and the disk of the store."""
    state = (patient.config.folder / "state").resolve()
    if patient.config.tracker.kind == "excel":
        yield from _beside(patient.config.tracker.workbook.resolve(), _nearest(state))
    else:
        yield from _writable(_nearest(state), "the folder of state and backups")
        yield from _room(0, {_nearest(state)})
    yield from _store_place(patient)


def _beside(workbook: Path, state: Path) -> Iterator[Diagnosis]:
    yield from _writable(workbook.parent, "the folder of the workbook")
    yield from _writable(state, "the folder of state and backups")
    size = workbook.stat().st_size if workbook.is_file() else 0
    yield from _room(size, {workbook.parent, state})
    client = sync_client(workbook)
    if client:
        yield warn(
            "folder",
            f"{workbook.name} lies in a folder of {client}: who has it open elsewhere cannot be seen "
            "from here, and two versions may arise.",
            "Let one machine run sheetsync, keep the workbook closed elsewhere while it writes; where "
            "several people edit at once, a Google Sheet suits better.",
        )


def sync_client(path: Path) -> str:
    """The sync client whose folder the path seems to lie in, "" for none."""
    for part in path.absolute().parent.parts:
        for sign, name in _SYNC_CLIENTS.items():
            if part.casefold().startswith(sign):
                return name
    return ""


def _writable(folder: Path, what: str) -> Iterator[Diagnosis]:
    if not folder.is_dir():
        yield bad("folder", f"There is no folder {folder} ({what}).", "Connect or make it.")
    elif os.access(folder, os.W_OK | os.X_OK):
        yield ok("folder", f"{folder} ({what}) may be written.")
    else:
        yield bad(
            "folder", f"{folder} ({what}) may not be written by this account.",
            "Give this account the right to write there.",
        )  # fmt: skip


def _room(size: int, folders: AbstractSet[Path]) -> Iterator[Diagnosis]:
    wanted = max(_LEAST, _COPIES * size)
    for folder in folders:
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        if free < wanted:
            yield bad(
                "disk", f"Only {free // _MEGA} MB are free on the disk of {folder}.",
                f"Free some space: {wanted // _MEGA} MB are wanted for copies and backups.",
            )  # fmt: skip


def _store_place(patient: Patient) -> Iterator[Diagnosis]:
    path = store_file(patient.config)
    if path is None:
        return
    path = path.resolve()
    client, kind = sync_client(path), _file_system(path)
    if client:
        yield bad(
            "store", f"The store {path} lies in a folder of {client}, which may tear it apart.",
            "Name a folder on this machine under store: url.",
        )  # fmt: skip
    elif kind in _NETWORK:
        yield bad(
            "store", f"The store {path} lies on a network drive ({kind}), where it can be damaged.",
            "Name a folder on this machine under store: url.",
        )  # fmt: skip
    elif not kind:
        yield note("store", "Whether the store lies on a disk of this machine cannot be told here.")
    else:
        yield ok("store", "The store lies on a disk of this machine.")


def _file_system(path: Path) -> str:
    """The kind of file system a path lies on, "" where the system does not tell."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = _nearest(path).resolve()
    found = ("", "")
    for line in lines:
        fields = line.split(" ")
        point = Path(fields[1].replace("\\040", " "))
        if place.is_relative_to(point) and len(str(point)) >= len(found[0]):
            found = (str(point), fields[2])
    return found[1]


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return next((place for place in (path, *path.parents) if place.is_dir()), path)
