"""The calls of Drive that gspread makes: files made, listed, looked at, copied, exported, filled, deleted."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from tests.sheets_server.answers import Answer, Call
from tests.sheets_server.areas import Area
from tests.sheets_server.files import DriveError, File, file_not_found
from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.putting import put_values
from tests.sheets_server.routes.table import route
from tests.sheets_server.values import View

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService

_FILES: Final = "/drive/v3/files"
_USUAL: Final = ("kind", "id", "name", "mimeType")


def drive_file(service: SheetsService, file_id: str) -> File:
    """The file with that id, if the caller may see it."""
    found = service.files.get(file_id)
    if found is None or found.role == "none":
        raise file_not_found(file_id)
    return found


@route("drive.files.create", "POST", _FILES, "drive")
def files_create(service: SheetsService, call: Call) -> Json:
    """A new spreadsheet."""
    given = call.json
    book = service.new_book(given.get("name") or "Untitled")
    found = service.files[book.id]
    found.parents = list(given.get("parents") or [])
    return _shown(service, found, call)


@route("drive.files.list", "GET", _FILES, "drive")
def files_list(service: SheetsService, call: Call) -> Json:
    """The spreadsheets the caller may see, by the few queries that gspread asks."""
    query = call.one("q")
    name = re.search(r'name = "([^"]*)"', query)
    parent = re.search(r'parents in "([^"]*)"', query)
    files = [
        found.json(service.clock())
        for found in service.files.values()
        if found.role != "none"
        and not found.trashed
        and (not name or found.book.title == name[1])
        and (not parent or parent[1] in found.parents)
    ]
    files.sort(key=lambda one: one["modifiedTime"], reverse=True)
    fields = re.search(r"files\(([^)]*)\)", call.one("fields"))
    names = fields[1].split(",") if fields else _USUAL
    shown = [{k: one[k] for k in names if k in one} for one in files]
    return {"kind": "drive#fileList", "files": shown}


@route("drive.files.get", "GET", _FILES + "/{}", "drive")
def files_get(service: SheetsService, call: Call) -> Json:
    """What Drive knows of a file."""
    return _shown(service, drive_file(service, call.ids[0]), call)


def _shown(service: SheetsService, found: File, call: Call) -> Json:
    fields = call.one("fields")
    everything = found.json(service.clock())
    names = everything if fields == "*" else fields.split(",") if fields else _USUAL
    return {name: everything[name] for name in names if name in everything}


@route("drive.files.delete", "DELETE", _FILES + "/{}", "drive")
def files_delete(service: SheetsService, call: Call) -> Answer:
    """Delete a spreadsheet for good."""
    service.forget(drive_file(service, call.ids[0]).book.id)
    return Answer(204, {"content-type": "text/html"}, b"")


@route("drive.files.copy", "POST", _FILES + "/{}/copy", "drive")
def files_copy(service: SheetsService, call: Call) -> Json:
    """A copy of a spreadsheet, with all that is in it."""
    found, given = drive_file(service, call.ids[0]), call.json
    copied = service.copy_book(found, given.get("name") or f"Copy of {found.book.title}")
    copied.parents = list(given.get("parents") or found.parents)
    return _shown(service, copied, call)


@route("drive.files.export", "GET", _FILES + "/{}/export", "drive")
def files_export(service: SheetsService, call: Call) -> Answer:
    """The first tab as text with commas or tabs between the cells."""
    found, kind = drive_file(service, call.ids[0]), call.one("mimeType")
    marks = {"text/csv": ",", "text/tab-separated-values": "\t"}
    if kind not in marks:
        raise DriveError(400, "badRequest", f"The local server cannot export {kind}.")
    sheet = found.book.sheets[0]
    area = Area(sheet, 0, sheet.row_count, 0, sheet.column_count)
    rows = View(found.book).rendered(area, "FORMATTED_VALUE", "")
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=marks[kind], lineterminator="\r\n")
    writer.writerows(row + [""] * (width - len(row)) for row in rows)
    return Answer(200, {"content-type": kind}, out.getvalue().removesuffix("\r\n").encode())


@route("drive.files.upload", "PUT", "/upload/drive/v2/files/{}", "drive")
def files_upload(service: SheetsService, call: Call) -> Json:
    """Put CSV in the place of all tabs; the one tab takes the file's title."""
    found = drive_file(service, call.ids[0])
    if not call.yes("convert"):
        raise DriveError(400, "badRequest", "The local server only takes CSV to convert.")
    book = found.book
    rows = list(csv.reader(io.StringIO(call.body.decode("utf-8-sig"))))
    with service.change(book):
        sheet = Sheet(0, book.title, 0)
        sheet.row_count = max(1000, len(rows))
        sheet.column_count = max(26, *map(len, rows), 1)
        book.sheets = [sheet]
        start = Area(sheet, 0, 1, 0, 1)
        put_values(book, start, {"values": rows}, "USER_ENTERED")
    shown = found.json(service.clock())
    return {"kind": "drive#file", "id": book.id, "title": book.title, "mimeType": shown["mimeType"]}
