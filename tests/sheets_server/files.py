"""What Drive knows of a spreadsheet: who may see it, when it was made and changed, whether it is trashed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from tests.sheets_server.model import ApiError, Book, Json

SHEETS_TYPE: Final = "application/vnd.google-apps.spreadsheet"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(slots=True)
class File:
    """A file with its book. `role` is what the caller may do: writer, reader, or none."""

    book: Book
    created: float
    modified: float
    role: str = "writer"
    trashed: bool = False
    office: bool = False
    """An Excel workbook that lies in Drive as it is: the Sheets API does not serve it."""
    parents: list[str] = field(default_factory=list)
    permissions: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    seen: int = 0
    """The book's version when `modified` was last true."""

    def copy(self, book: Book, now: float) -> File:
        """The file of a copied book."""
        return replace(
            self,
            book=book,
            created=now,
            modified=now,
            permissions=list(self.permissions[:1]),
            comments=[],
        )

    def json(self, now: float) -> Json:
        """The Drive v3 resource."""
        if self.book.version != self.seen:
            self.seen, self.modified = self.book.version, now
        return {
            "kind": "drive#file",
            "id": self.book.id,
            "name": self.book.title,
            "mimeType": XLSX_TYPE if self.office else SHEETS_TYPE,
            "createdTime": _stamp(self.created),
            "modifiedTime": _stamp(self.modified),
            "version": str(self.book.version + 1),
            "trashed": self.trashed,
            "parents": self.parents,
        }


def _stamp(moment: float) -> str:
    when = datetime.fromtimestamp(moment, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


class DriveError(ApiError):
    """An error of the Drive API, which has a body of another shape."""

    def __init__(self, code: int, reason: str, message: str, **more: Any) -> None:
        super().__init__(code, reason, message)
        self.more = more

    def body(self) -> Json:
        """The error as Drive words it."""
        entry = {"message": self.message, "domain": "global", "reason": self.status, **self.more}
        return {"error": {"code": self.code, "message": self.message, "errors": [entry]}}


def file_not_found(file_id: str) -> DriveError:
    """The 404 of Drive."""
    return DriveError(
        404,
        "notFound",
        f"File not found: {file_id}.",
        locationType="parameter",
        location="fileId",
    )
