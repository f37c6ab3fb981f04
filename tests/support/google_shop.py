"""The small shop of `shop.py` with a Google Sheet on the local server instead of a workbook, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sheetsync.worker.workshop import Workshop
from tests.sheets_server.model import Book, Sheet
from tests.support.google_sheets import BOOK_ID, Served, SheetPerson, book_of, rows_of
from tests.support.shop import TITLES, ZONE, Shop, good_order


class GoogleShop(Shop):
    """One tracker folder for a sheet on `server`. Waiting moves the shop's clock on."""

    def __init__(
        self,
        folder: Path,
        server: Served,
        *,
        title: str = "Shop orders",
        google: str = "login: none",
        sheet_timezone: str = ZONE,
        locale: str = "en_ZA",
        rows: Sequence[Sequence[Any]] = (),
        **more: Any,
    ) -> None:
        self.server, self._google = server, google
        self._title, self._zone, self._locale = title, sheet_timezone, locale
        self._rows = rows
        self.waits: list[float] = []
        super().__init__(folder, **more)

    # -- the sheet ----------------------------------------------------------------------------------

    @property
    def book(self) -> Book:
        """The spreadsheet as the server has it."""
        return self.server.service.files[BOOK_ID].book

    @property
    def person(self) -> SheetPerson:
        """Somebody at the tracker tab, whatever it is called."""
        return SheetPerson(self.book, self.book.sheets[0].title, TITLES)

    def configure(self, *, mail: str = "{mode: folder, folder: mails}", more: str = "") -> None:
        """Write config.yaml."""
        self.config.write_text(
            "version: 1\n"
            f"tracker: {{kind: google, id: {BOOK_ID}, timezone: {self.timezone}}}\n"
            f"google: {{{self._google}, api_url: '{self.server.url}', timeout: 5s}}\n"
            f"rules: rules\nmail: {mail}\n{more}"
        )

    def make_tracker(self, headings: Sequence[str], *, template: bool) -> None:
        """Put the book on the server: bare headings, or the rows given."""
        assert not template, "a Google Sheet is made by sheetsync init, not from the template"
        rows = self._rows or [headings]
        book = book_of(rows, title=self._title, timezone=self._zone, locale=self._locale)
        self.server.service.put(book)

    # -- the worker ---------------------------------------------------------------------------------

    def workshop(
        self,
        step: Callable[[str], None] = lambda _name: None,
        environment: Mapping[str, str] | None = None,
    ) -> Workshop:
        """The worker's workshop at the shop's clock, which waiting moves on; close it."""
        return Workshop.open(
            self.config, clock=lambda: self.now, wait=self.wait, environment=environment or {},
            step=step, kpi_every=timedelta(days=40),
        )  # fmt: skip

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        """The shop's clock, for a server that shall go by it."""
        return self.now.timestamp()

    def snapshot(self) -> Path:
        """A copy of the folder, and of the sheet."""
        self._kept = self.book.copy()
        return super().snapshot()

    def restore(self, snapshot: Path) -> None:
        """Put folder and sheet back; the server forgets its faults and what it counted."""
        super().restore(snapshot)
        service = self.server.service
        service.files.clear()
        service.put(self._kept.copy())
        service.faults.clear()
        service.counters.reset()
        service.before.clear()
        service.after_apply.clear()
        self.waits.clear()

    # -- staff --------------------------------------------------------------------------------------

    def add(self, *orders: Mapping[str, Any]) -> None:
        """Append orders given by column key; a good row where nothing else is said."""
        person = self.person
        places = person.places()
        for order in orders:
            cells = {
                places[TITLES[k]]: v for k, v in good_order(order).items() if TITLES[k] in places
            }
            person.add([cells.get(place) for place in range(max(cells) + 1)])

    def type_in(self, order: str, **cells: Any) -> None:
        """Type into cells of an order, by column key; None clears."""
        for key, value in cells.items():
            self.person.type_in(order, key, value)

    # -- looking ------------------------------------------------------------------------------------

    def orders(self) -> dict[str, dict[str, Any]]:
        """What stands in the tracker tab: Order ID -> heading -> value, dates as serials, blanks left out."""
        headings, *rows = rows_of(self.book, self.book.sheets[0].title)
        return {
            str(row[0]): {str(h): v for h, v in zip(headings, row, strict=False) if v is not None}
            for row in rows
            if row and row[0] is not None
        }

    def tab(self, title: str) -> list[str]:
        """Every filled cell of a tab as text."""
        return [str(v) for row in rows_of(self.book, title) for v in row if v is not None]

    def sheet_called(self, title: str) -> Sheet:
        """A tab by its title."""
        found = self.book.titled(title)
        assert found is not None
        return found
