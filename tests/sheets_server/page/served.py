"""The addresses of the page: the list of spreadsheets, one spreadsheet, its files, and what it shows right now."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tests.sheets_server.answers import Answer, Call
from tests.sheets_server.model import ApiError, Json
from tests.sheets_server.page.asked import asked_of
from tests.sheets_server.page.book_view import book_view
from tests.sheets_server.page.files import STATIC, TYPES
from tests.sheets_server.routes.table import route

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService


@route("page.list", "GET", "/", "other")
def list_page(service: SheetsService, _call: Call) -> Answer:
    """All spreadsheets, the newest first."""
    lines = [
        f'<li><a href="/sheet/{escape(book.id)}">{escape(book.title)}<small>{escape(book.id)}</small></a></li>'
        for book in reversed(list(service.books.values()))
    ]
    page = (STATIC / "list.html").read_text(encoding="utf-8")
    return _file(page.replace("<!-- books -->", "".join(lines)), ".html")


@route("page.sheet", "GET", "/sheet/{}", "other")
def sheet_page(_service: SheetsService, _call: Call) -> Answer:
    """One spreadsheet; which one, its script reads from the address."""
    return _file((STATIC / "sheet.html").read_text(encoding="utf-8"), ".html")


@route("page.file", "GET", "/page/{}", "other")
def page_file(_service: SheetsService, call: Call) -> Answer:
    """A file of the page. Only what lies in its folder is given out."""
    known = {path.name: path for path in STATIC.iterdir()}
    found = known.get(call.ids[0])
    if found is None:
        raise ApiError(404, "NOT_FOUND", f"The page has no file {call.ids[0]}.")
    return _file(found.read_text(encoding="utf-8"), found.suffix)


@route("page.live", "GET", "/live/{}", "other")
def live(service: SheetsService, call: Call) -> Json:
    """What the page shows of a book now. `tab` is the tab's id, `since` the version that it shows already."""
    book = service.book(call)
    tab, since = call.one("tab"), call.one("since")
    return book_view(
        book,
        asked_of(service),
        tab=int(tab) if tab.isdigit() else None,
        since=int(since) if since.isdigit() else -1,
    )


def _file(text: str, ending: str) -> Answer:
    return Answer(200, {"content-type": TYPES[ending], "cache-control": "no-store"}, text.encode())
