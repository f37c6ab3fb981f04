"""The orders in a sheet on the local Sheets server: real client, real requests, no socket."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, Final

import requests
from google.auth.credentials import AnonymousCredentials

from sheetsync.store.journal import StoreJournal
from sheetsync.trackers.base import Tracker
from sheetsync.trackers.google.tracker import GoogleTracker
from sheetsync.worker.fenced_api import FencedApi
from tests.sheets_server import faults
from tests.sheets_server.faults import Fault
from tests.sheets_server.in_process import InProcess
from tests.sheets_server.service import SheetsService
from tests.simulation.worker.grounds import TAB, Rows, trimmed
from tests.support.google_sheets import BOOK_ID, PLENTY, book_of, cell_of, rows_of

if TYPE_CHECKING:
    from sheetsync.domain.rules import Rulebook
    from sheetsync.worker.which_tracker import Bench
    from tests.simulation.worker.steps import Steps

FAULTS: Final[dict[str, Callable[[], Fault]]] = {
    "Google 429": faults.too_many,
    "Google 500": faults.server_error,
    "Google 503": faults.unavailable,
    "Google connect time-out": faults.connect_timeout,
    "Google read time-out": faults.read_timeout,
    "Google answer late": lambda: faults.read_timeout(applied=True),
    "Google answer lost": faults.answer_lost,
    "Google answer truncated": faults.truncated,
    "Google answer empty": faults.empty_values,
    "Google login refused": faults.unauthorised,
}


class _Wire(InProcess):
    """A way to the server of which each request is two steps: before it is carried out, and after."""

    def __init__(self, service: SheetsService, steps: Steps) -> None:
        super().__init__(service)
        self._steps = steps

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """One request."""
        writes = request.method != "GET"
        self._steps.at("wire: request")
        answer = super().send(request, **options)
        self._steps.at("wire: answered", effect=writes)
        return answer


class GoogleGround:
    """One book on a server whose clock is the world's."""

    settings = f"{{kind: google, id: {BOOK_ID}"

    def __init__(
        self, rows: Rows, zone: str, clock: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._zone = zone
        self._service = SheetsService(clock=clock, wait=wait)
        self._service.put(book_of(rows, tab=TAB, timezone=zone))

    def tracker(self, rules: Rulebook, bench: Bench, steps: Steps) -> Tracker:
        """The tracker as the worker wires it, over a wire whose requests are steps."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", _Wire(self._service, steps))
        api = FencedApi(
            BOOK_ID, AnonymousCredentials(), session=session, clock=bench.clock,
            wait=bench.wait_and_go_on, dice=lambda: 0.5, timeout=20.0, reads_per_minute=PLENTY,
            writes_per_minute=PLENTY, timezone=self._zone, go_on=bench.go_on,
        )  # fmt: skip
        return GoogleTracker(
            api, columns=rules.columns, timezone=self._zone, tab=TAB, now=bench.clock,
            search_rows=rules.header_search_rows, wait=bench.wait_and_go_on, step=bench.step,
            journal=StoreJournal(bench.store, bench.tracker_id),
        )  # fmt: skip

    def rows(self) -> Rows:
        """The cells as the server has them."""
        rows = [trimmed(row) for row in rows_of(self._book, TAB)]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def put(self, rows: Rows) -> None:
        """Type what differs; what a cell looks like stays."""
        sheet = self._book.titled(TAB)
        assert sheet is not None
        before = [trimmed(row) for row in rows_of(self._book, TAB)]
        for number in range(max(len(before), len(rows))):
            old = before[number] if number < len(before) else []
            new = rows[number] if number < len(rows) else []
            for column in range(max(len(old), len(new))):
                value = new[column] if column < len(new) else None
                if value == (old[column] if column < len(old) else None):
                    continue
                stands = sheet.cell(number, column) or {}
                dress = {k: v for k, v in stands.items() if k != "userEnteredValue"}
                sheet.put(number, column, {**dress, **(cell_of(value) or {})})
        self._book.version += 1

    def trouble(self, dice: Random) -> str:
        """One request of the next pass meets a fault; which one, the dice say."""
        kind = dice.choice(sorted(FAULTS))
        self._service.faults.add(FAULTS[kind](), skip=dice.randrange(4))
        return kind

    def calm(self) -> None:
        """No more faults."""
        self._service.faults.clear()

    def keep(self) -> Callable[[], None]:
        """The book."""
        kept = self._book.copy()

        def back() -> None:
            self._service.files[BOOK_ID].book = kept.copy()

        return back

    @property
    def _book(self) -> Any:
        return self._service.files[BOOK_ID].book
