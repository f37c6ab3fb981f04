"""The staff's hands on a Google Sheet: their own requests, with gspread, beside the worker.

Nothing here goes through the worker's tracker. Each act looks for its cells by Order ID and heading as
they stand at that moment, and types as a browser does: the sheet reads the text and makes a date of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import gspread
import requests
from google.oauth2.credentials import Credentials
from gspread.exceptions import APIError, SpreadsheetNotFound
from gspread.http_client import HTTPClient
from gspread.utils import DateTimeOption, ValueInputOption, ValueRenderOption, rowcol_to_a1

from sheetsync.demo.company import NAME, TIMEZONE
from sheetsync.demo.folder import DemoSheet
from sheetsync.demo.people import Entry
from sheetsync.domain.model import CellValue
from sheetsync.errors import UsageError
from sheetsync.trackers.matching import order_key
from sheetsync.trackers.receipts import NewValue

PEOPLE: Final = "the-people-of-the-demo"
"""Their login: the server counts their requests apart from the worker's, which has none."""
_TAB: Final = "Orders"
_ORDER_ID: Final = "Order ID"
_GOOGLE: Final = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_PATIENCE: Final = (10.0, 60.0)


class SheetHands:
    """People at a Google Sheet."""

    def __init__(self, sheet: DemoSheet) -> None:
        self._book = _client(sheet.api_url).open_by_key(sheet.id)
        self._tab = self._book.worksheet(_TAB)

    @property
    def tick(self) -> bool:
        """A ticked box."""
        return True

    def type_in(self, entries: Sequence[Entry]) -> None:
        """Fill or empty cells. Raises KeyError for an order or a heading that is not there."""
        lines = self._lines()
        places = _places(lines)
        rows = {order: row for row, order in _orders(lines).items()}
        cells = [
            {
                "range": rowcol_to_a1(rows[entry.order] + 1, places[entry.heading] + 1),
                "values": [[_as_typed(entry.value)]],
            }
            for entry in entries
        ]
        self._tab.batch_update(cells, value_input_option=ValueInputOption.user_entered)

    def sort_by(self, heading: str) -> int:
        """Sort all orders by one column, A to Z with blanks last; gives the number of rows moved."""
        before = self._lines()
        whole = self._book.worksheet(_TAB)  # as large as it is by now
        end = rowcol_to_a1(whole.row_count, whole.column_count)
        whole.sort((_places(before)[heading] + 1, "asc"), range=f"A2:{end}")
        return sum(old != new for old, new in zip(before, self._lines(), strict=True))

    def show(self, headings: Sequence[str]) -> None:
        """Unhide columns."""
        places = _places(self._lines())
        for place in sorted(places[heading] for heading in headings):
            self._tab.unhide_columns(place, place + 1)

    def cells(self) -> Mapping[str, Mapping[str, CellValue]]:
        """What stands in the sheet now: order -> heading -> cell."""
        lines = self._lines()
        places = _places(lines)
        return {
            order: {
                heading: lines[row][place]
                for heading, place in places.items()
                if place < len(lines[row]) and lines[row][place] != ""
            }
            for row, order in _orders(lines).items()
        }

    def _lines(self) -> list[list[Any]]:
        """All that stands in the tab: dates as numbers, blanks at the ends left out."""
        return self._tab.get(
            value_render_option=ValueRenderOption.unformatted,
            date_time_render_option=DateTimeOption.serial_number,
        )


def new_sheet(api_url: str, sheet_id: str = "") -> DemoSheet:
    """Somebody of the shop makes an empty Google Sheet, or takes the empty one of this id, in the shop's time zone.

    Raises UsageError where the server does not answer, has no such sheet, or the sheet is not empty.
    """

    def make() -> DemoSheet:
        client = _client(api_url)
        book = client.open_by_key(sheet_id) if sheet_id else client.create(NAME)
        tab = book.sheet1
        if any(cell for row in tab.get_all_values() for cell in row):
            raise UsageError(
                f"“{book.title}” is not empty, so it is left alone. The demo wants an empty sheet; without "
                "--google-id it makes one."
            )
        book.update_timezone(TIMEZONE)
        tab.update_title(_TAB)
        return DemoSheet(api_url=api_url, id=book.id)

    return _asked(api_url, sheet_id, make)


def _asked(api_url: str, sheet_id: str, make: Callable[[], DemoSheet]) -> DemoSheet:
    try:
        return make()
    except SpreadsheetNotFound as error:
        raise UsageError(f"The Sheets server at {api_url} has no sheet {sheet_id}.") from error
    except (requests.exceptions.RequestException, APIError) as error:
        raise UsageError(
            f"No Sheets server answers at {api_url}. Start one with make sheets, and give the address that it says."
        ) from error


class _Door(HTTPClient):
    """gspread's client at another address than Google's."""

    api_url = ""

    def request(self, method: str, endpoint: str, *rest: Any, **more: Any) -> requests.Response:
        for host in _GOOGLE:
            if endpoint.startswith(host):
                endpoint = self.api_url + endpoint.removeprefix(host)
        return super().request(method, endpoint, *rest, **more)


def _client(api_url: str) -> gspread.Client:
    client = gspread.Client(Credentials(PEOPLE), http_client=_Door)  # type: ignore[no-untyped-call]
    door = client.http_client
    if isinstance(door, _Door):
        door.api_url = api_url
    door.set_timeout(_PATIENCE)
    return client


def _places(lines: Sequence[Sequence[Any]]) -> dict[str, int]:
    return {str(heading): place for place, heading in enumerate(lines[0]) if heading != ""}


def _orders(lines: Sequence[Sequence[Any]]) -> dict[int, str]:
    """Order by its row."""
    place = _places(lines)[_ORDER_ID]
    keys = {row: order_key(line[place]) for row, line in enumerate(lines) if place < len(line)}
    return {row: order for row, order in keys.items() if row and order}


def _as_typed(value: NewValue) -> str | bool | float:
    """As it is typed: a date as people write it, nothing to empty the cell."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else value
