"""Refusals as Google words them, and real answers that carry them.

Where a text was seen in a real answer or stands in a public report it is marked so; the others are believed.
"""

from __future__ import annotations

import json
from typing import Any

from gspread.exceptions import APIError
from requests import Response

SERVICE = "sheets.googleapis.com"
NO_PERMISSION = "The caller does not have permission"  # measured
NOT_FOUND = "Requested entity was not found."  # measured
PARSE_RANGE = "Unable to parse range: Orders!A1:Q"  # measured
OFFICE_FILE = "This operation is not supported for this document"  # reported
PROTECTED = (  # reported
    "Invalid requests[0].updateCells: You are trying to edit a protected cell or object. Please contact "
    "the spreadsheet owner to remove protection if you need to edit."
)
CELLS = (  # reported
    "Invalid requests[0].addSheet: This action would increase the number of cells in the workbook above "
    "the limit of 10000000 cells."
)
LONG_TEXT = (  # reported
    "Invalid requests[0].updateCells: Your input contains more than the maximum of 50000 characters in a "
    "single cell."
)
PAYLOAD = "Request payload size exceeds the limit: 10485760 bytes."  # reported
QUOTA = (  # reported
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of "
    "service 'sheets.googleapis.com' for consumer 'project_number:123456789012'."
)
DISABLED = (  # reported
    "Google Sheets API has not been used in project 123456789012 before or it is disabled. Enable it by "
    "visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project="
    "123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to "
    "propagate to our systems and retry."
)
SCOPES = "Request had insufficient authentication scopes."  # reported
UNAUTHENTICATED = (  # reported
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-"
    "project."
)
POLICY = (  # reported
    "The domain administrators have disabled Drive apps; sharing outside of your organization is against "
    "the domain policy."
)
HTML = (
    "<!DOCTYPE html><html lang=en><style>*{margin:0}</style><title>Error 502 (Server Error)!!1</title>"
    "<p><b>502.</b> <ins>That's an error.</ins><p>The server encountered a temporary error.</html>"
)


def error_info(reason: str, **metadata: str) -> dict[str, Any]:
    """One line of `details`."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": SERVICE, **metadata},
    }


def help_link(url: str) -> dict[str, Any]:
    """The line of `details` that points to the console."""
    links = [{"description": "Google developers console API activation", "url": url}]
    return {"@type": "type.googleapis.com/google.rpc.Help", "links": links}


def body(code: int, name: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    """A refusal as the API gives it."""
    more = {"details": list(details)} if details else {}
    return {"error": {"code": code, "message": message, "status": name, **more}}


def answer(status: int, content: dict[str, Any] | str) -> Response:
    """An answer as `requests` hands it over."""
    found = Response()
    found.status_code = status
    is_text = isinstance(content, str)
    found._content = (content if is_text else json.dumps(content, indent=2)).encode()
    found.headers["Content-Type"] = (
        f"{'text/html' if is_text else 'application/json'}; charset=UTF-8"
    )
    return found


def api_error(status: int, name: str, message: str, *details: dict[str, Any]) -> APIError:
    """The error that gspread raises for such an answer."""
    return APIError(answer(status, body(status, name, message, *details)))
