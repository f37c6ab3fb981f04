"""What the page asks for again and again: the book's tabs, one tab as it looks, who asked the server how often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.sheets_server.model import Book, Json, Sheet
from tests.sheets_server.page.tab_view import tab_view, tabs_view

YOU: Final = "you"
"""The login of the page itself."""
_PEOPLE: Final = "the-people-of-the-demo"
_WHO: Final = {"": "sheetsync", YOU: YOU, _PEOPLE: "people"}
LINES: Final = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered: a line of the list at the side."""

    number: int
    token: str
    kind: str
    name: str
    path: str
    code: int

    @property
    def who(self) -> str:
        """Whose it is, by its login: the worker on this machine has none."""
        return _WHO.get(self.token, "another")


def book_view(book: Book, asked: Sequence[Asked], *, tab: int | None, since: int) -> Json:
    """The book for the page; `view` of the tab only where the book has changed since that version."""
    shown = shown_tab(book, tab)
    found: Json = {
        "title": book.title,
        "timezone": book.timezone,
        "version": book.version,
        "tab": shown.id,
        "tabs": tabs_view(book),
        "counters": counted(asked),
        "log": log_view(asked),
    }
    return found | ({"view": tab_view(book, shown)} if since != book.version else {})


def shown_tab(book: Book, tab: int | None) -> Sheet:
    """The tab of that id; the first one that can be seen where there is none."""
    tabs = sorted(book.sheets, key=lambda sheet: sheet.index)
    chosen = (sheet for sheet in tabs if sheet.id == tab)
    seen = (sheet for sheet in tabs if not sheet.properties.get("hidden"))
    return next(chosen, None) or next(seen, tabs[0])


def log_view(asked: Sequence[Asked]) -> list[Json]:
    """The newest requests first."""
    return [
        {
            "number": one.number,
            "who": one.who,
            "kind": one.kind,
            "name": one.name.removeprefix("spreadsheets."),
            "path": one.path,
            "code": one.code,
        }
        for one in reversed(asked[-LINES:])
    ]


def counted(asked: Iterable[Asked]) -> list[Json]:
    """Reads and writes of each, the worker first."""
    found: dict[str, list[int]] = {"sheetsync": [0, 0]}
    for one in asked:
        if one.kind in ("read", "write"):
            found.setdefault(one.who, [0, 0])[one.kind == "write"] += 1
    return [{"who": who, "reads": n[0], "writes": n[1]} for who, n in found.items()]
