"""How books stood before their last change, for reads that are answered late."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from tests.sheets_server.model import Book

if TYPE_CHECKING:
    from tests.sheets_server.files import File


class History:
    """The last two states of each book that differ."""

    def __init__(self) -> None:
        self._states: dict[str, deque[Book]] = {}

    def keep(self, book: Book) -> None:
        """Remember how a book stands now."""
        states = self._states.setdefault(book.id, deque(maxlen=2))
        if not states or states[-1].version != book.version:
            states.append(book.copy())

    def shown(self, found: File | None, *, stale: bool) -> AbstractContextManager[None]:
        """While this lasts, a file shows its book's state before the last change, if `stale`."""
        return _replaced(found, self._before(found.book)) if stale and found else nullcontext()

    def _before(self, book: Book) -> Book:
        older = [state for state in self._states.get(book.id, ()) if state.version != book.version]
        return older[-1] if older else book


@contextmanager
def _replaced(found: File, book: Book) -> Iterator[None]:
    now, found.book = found.book, book
    try:
        yield
    finally:
        found.book = now
