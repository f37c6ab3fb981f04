"""The local server for whoever tries things out: on the first free port, with its live page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.sheets_server.http_server import Running, start
from tests.sheets_server.model import Book
from tests.sheets_server.page.asked import asked_of
from tests.sheets_server.page.book_view import Asked

_PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its spreadsheets."""

    running: Running

    @property
    def url(self) -> str:
        """Its address."""
        return self.running.url

    def book(self, book_id: str) -> Book:
        """One of its spreadsheets."""
        return self.running.service.books[book_id]

    def asked(self) -> list[Asked]:
        """Every request so far."""
        return asked_of(self.running.service)

    def make_sheet(self, book_id: str, title: str, timezone: str) -> None:
        """An empty spreadsheet under an id of one's own."""
        self.running.service.new_book(title, book_id).timezone = timezone


@contextmanager
def serve(port: int) -> Iterator[Server]:
    """Serve on `port`, or on the next free one."""
    for number in range(port, port + _PORTS_TRIED):
        try:
            running = start(port=number)
            found = running.__enter__()
        except OSError:
            continue
        try:
            yield Server(found)
        finally:
            running.__exit__(None, None, None)
        return
    raise OSError(f"no port from {port} to {port + _PORTS_TRIED - 1} is free")
