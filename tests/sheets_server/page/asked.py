"""The list of requests as the page and the demo show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sheets_server.page.book_view import Asked

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


def asked_of(service: SheetsService) -> list[Asked]:
    """Every request but those of the page itself."""
    return [
        Asked(call.number, call.token, call.kind, call.name, call.path, call.code)
        for call in service.calls
        if call.kind != "other"
    ]
