"""The addresses of the page: the list of spreadsheets, one spreadsheet, its files, and what it shows right now."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from tests.sheets_server.answers import Answer, json_answer, query_of, refusal
from tests.sheets_server.model import ApiError, Book
from tests.sheets_server.page.book_view import book_view
from tests.sheets_server.page.files import STATIC, TYPES
from tests.sheets_server.page.watched import WatchedService


class LivePage:
    """Answers what is not the API; looking on is not counted as asking."""

    def __init__(self, service: WatchedService) -> None:
        self._service = service

    def __call__(self, method: str, path: str, query: str, body: bytes) -> Answer | None:
        """The answer to a request for a page, None where there is no such page."""
        del body
        first, _, rest = path.removeprefix("/").partition("/")
        show = _PAGES.get(first) if method == "GET" else None
        if show is None:
            return None
        try:
            return show(self._service, rest, query)
        except ApiError as error:
            return refusal(error)


def _list(service: WatchedService, rest: str, _query: str) -> Answer | None:
    """All spreadsheets, the newest first."""
    if rest:
        return None
    with service.lock:
        books = [found.book for found in service.files.values()]
    lines = [
        f'<li><a href="/sheet/{escape(book.id)}">{escape(book.title)}<small>{escape(book.id)}</small></a></li>'
        for book in reversed(books)
    ]
    page = (STATIC / "list.html").read_text(encoding="utf-8")
    return _file(page.replace("<!-- books -->", "".join(lines)), ".html")


def _sheet(service: WatchedService, rest: str, _query: str) -> Answer:
    """One spreadsheet; which one, its script reads from the address."""
    _book(service, rest)
    return _file((STATIC / "sheet.html").read_text(encoding="utf-8"), ".html")


def _own_file(_service: WatchedService, rest: str, _query: str) -> Answer:
    """A file of the page. Only what lies in its folder is given out."""
    found = {path.name: path for path in STATIC.iterdir()}.get(rest)
    if found is None:
        raise ApiError(404, "NOT_FOUND", f"The page has no file {rest}.")
    return _file(found.read_text(encoding="utf-8"), found.suffix)


def _live(service: WatchedService, rest: str, query: str) -> Answer:
    """What the page shows of a book now. `tab` is the tab's id, `since` the version that it shows already."""
    given = query_of(query)
    tab, since = (given.get(name, [""])[-1] for name in ("tab", "since"))
    with service.lock:
        found = book_view(
            _book(service, rest),
            service.asked,
            tab=int(tab) if tab.isdigit() else None,
            since=int(since) if since.isdigit() else -1,
        )
    return json_answer(found)


def _book(service: WatchedService, book_id: str) -> Book:
    if book_id not in service.files:
        raise ApiError(404, "NOT_FOUND", f"There is no spreadsheet {book_id} on this server.")
    return service.files[book_id].book


def _file(text: str, ending: str) -> Answer:
    return Answer(200, {"content-type": TYPES[ending], "cache-control": "no-store"}, text.encode())


_PAGES: Final[dict[str, Callable[[WatchedService, str, str], Answer | None]]] = {
    "": _list,
    "sheet": _sheet,
    "page": _own_file,
    "live": _live,
}
