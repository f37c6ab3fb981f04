"""Messages as JSON files in a folder: for trying out, and for programs that pick files up.

A file is named after the message, so writing it again replaces it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sheetsync.messages.folder import stem_of, write_whole
from sheetsync.messages.notes import Note
from sheetsync.messages.transports import Recovered, SendResult


class FileTransport:
    """Writes each message into `folder`; each file appears whole or not at all."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, note: Note, *, before_commit: Callable[[], None]) -> SendResult:
        """Write one message."""
        path = self._path(note.message_id)
        data = json.dumps(note.as_json(), ensure_ascii=False, indent=2, sort_keys=True).encode()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return self._unreachable(error)
        before_commit()
        try:
            write_whole(path, data + b"\n")
        except OSError as error:
            return self._unreachable(error)
        return SendResult(outcome="sent", reference=path.name)

    def recover(self, message_id: str) -> Recovered:
        """A folder knows what was written into it, unless somebody picked it up."""
        return "delivered" if self._path(message_id).exists() else "unknown"

    def close(self) -> None:
        """Nothing to end."""

    def _path(self, message_id: str) -> Path:
        return self._folder / f"{stem_of(message_id)}.json"

    def _unreachable(self, error: OSError) -> SendResult:
        return SendResult(
            outcome="unreachable",
            detail=f"The folder {self._folder} cannot be written ({error.strerror}). "
            "Check the folder and the free space.",
        )
