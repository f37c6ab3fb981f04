"""Copies of the workbook as it was before each write: the remedy for whatever the checks miss."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sheetsync.errors import TrackerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Where backups of one workbook go and how many are kept (at least 1).

    `folder` lies outside the shared folder; it is made, for the owner only, when it is absent.
    """

    folder: Path
    kept: int = 20

    def save(self, workbook: Path, content: bytes, now: datetime) -> Path:
        """Store `content` as the state of `workbook` at `now` (aware), mode 0600, and thin out.

        Raises OSError, and TrackerError when the folder is the workbook's own.
        """
        if self.folder.resolve() == workbook.parent.resolve():
            raise TrackerError(
                f"Backups may not lie in the folder of {workbook.name} itself, where they would be "
                "shared and synchronised. Set another folder for backups in the configuration."
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._store(workbook, content, now)
        for old in self.of(workbook)[: -max(self.kept, 1)]:
            old.unlink(missing_ok=True)
        return path

    def of(self, workbook: Path) -> list[Path]:
        """The backups of `workbook`, oldest first."""
        if not self.folder.is_dir():
            return []
        start, suffix = f"{workbook.stem}-", workbook.suffix
        return sorted(
            file
            for file in self.folder.iterdir()
            if file.name.startswith(start)
            and file.suffix == suffix
            and _is_stamp(file.name[len(start) : -len(suffix)])
        )

    def _store(self, workbook: Path, content: bytes, now: datetime) -> Path:
        start = f"{workbook.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-"
        used = [int(b.stem[-3:]) for b in self.of(workbook) if b.name.startswith(start)]
        number = max(used, default=-1) + 1
        path = self.folder / f"{start}{number:03}{workbook.suffix}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def _is_stamp(text: str) -> bool:
    """Whether a name carries our time stamp (`20240229T081500Z-000`)."""
    digits = text.replace("T", "", 1).replace("Z-", "", 1)
    return len(text) == 20 and text[8:9] == "T" and digits.isdigit()
