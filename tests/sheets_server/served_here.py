"""The local server for whoever tries things out: on the first free port, with its live page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.sheets_server.http_server import start
from tests.sheets_server.model import Book
from tests.sheets_server.page.book_view import Asked
from tests.sheets_server.page.served import LivePage
from tests.sheets_server.page.watched import WatchedService

_PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, its address and its spreadsheets."""

    url: str
    service: WatchedService

    def book(self, book_id: str) -> Book:
        """One of its spreadsheets."""
        return self.service.files[book_id].book

    def asked(self) -> list[Asked]:
        """Every request so far."""
        return list(self.service.asked)

    def make_sheet(self, book_id: str, title: str, timezone: str) -> None:
        """An empty spreadsheet under an id of one's own."""
        self.service.new_book(title, book_id).timezone = timezone


@contextmanager
def serve(port: int) -> Iterator[Server]:
    """Serve on `port`, or on the next free one; 0 takes any. Raises OSError where none is free."""
    service = WatchedService()
    with ExitStack() as stack:
        for number in range(port, port + _PORTS_TRIED):
            try:
                running = stack.enter_context(start(service, number, LivePage(service)))
            except OSError:
                if number == port + _PORTS_TRIED - 1:
                    raise
                continue
            break
        yield Server(running.url, service)
