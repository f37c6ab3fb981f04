"""Who may see a file, and what people remark on it: the permissions and comments of Drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.answers import Answer, Call
from tests.sheets_server.files import DriveError
from tests.sheets_server.model import Json
from tests.sheets_server.routes.drive import drive_file
from tests.sheets_server.routes.table import route

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("drive.permissions.list", "GET", "/drive/v3/files/{}/permissions", "drive")
def permissions_list(service: SheetsService, call: Call) -> Json:
    """Everybody a file is shared with, its owner first."""
    return {"permissions": drive_file(service, call.ids[0]).permissions}


@route("drive.permissions.create", "POST", "/drive/v3/files/{}/permissions", "drive")
def permissions_create(service: SheetsService, call: Call) -> Json:
    """Share a file."""
    found, given = drive_file(service, call.ids[0]), call.json
    entry: Json = {
        "kind": "drive#permission",
        "id": f"{len(found.permissions) + 1:020d}",
        "type": given.get("type"),
        "role": given.get("role"),
        "deleted": False,
    }
    entry |= {k: given[k] for k in ("emailAddress", "domain") if given.get(k)}
    found.permissions.append(entry)
    return {k: entry[k] for k in ("kind", "id", "type", "role")}


@route("drive.permissions.delete", "DELETE", "/drive/v3/files/{}/permissions/{}", "drive")
def permissions_delete(service: SheetsService, call: Call) -> Answer:
    """Share a file with somebody no longer."""
    found = drive_file(service, call.ids[0])
    kept = [entry for entry in found.permissions if entry["id"] != call.ids[1]]
    if len(kept) == len(found.permissions):
        raise DriveError(404, "notFound", f"Permission not found: {call.ids[1]}.")
    found.permissions = kept
    return Answer(204, {"content-type": "text/html"}, b"")


@route("drive.comments.list", "GET", "/drive/v3/files/{}/comments", "drive")
def comments_list(service: SheetsService, call: Call) -> Json:
    """What people remarked."""
    return {"comments": drive_file(service, call.ids[0]).comments}


@route("drive.comments.create", "POST", "/drive/v3/files/{}/comments", "drive")
def comments_create(service: SheetsService, call: Call) -> Json:
    """Remark something."""
    found, given = drive_file(service, call.ids[0]), call.json
    found.comments.append({k: given[k] for k in ("content", "anchor") if given.get(k)})
    return {"id": f"comment-{len(found.comments)}"}
