"""The wire between a program and the server: people act in its gaps, answers get lost, old states come up.

Everything on both sides is real: gspread, requests and the product's client above, the local server
below. Only the socket is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import requests

from tests.sheets_server import faults
from tests.sheets_server.faults import Fault
from tests.sheets_server.in_process import InProcess
from tests.sheets_server.model import Book
from tests.sheets_server.service import SheetsService
from tests.simulation.google.world import World

REFUSED: Final[Mapping[str, Callable[[], Fault]]] = {
    "429": faults.too_many,
    "500": faults.server_error,
    "503": faults.unavailable,
    "connect time-out": faults.connect_timeout,
    "read time-out": faults.read_timeout,
}
"""Faults before a request is applied: nothing was done."""
LOST: Final[Mapping[str, Callable[[], Fault]]] = {
    "answer lost": faults.answer_lost,
    "late read time-out": lambda: faults.read_timeout(applied=True),
    "late 500": lambda: Fault("late 500", alter=lambda _: faults.server_error().answer(None)),
    "truncated": faults.truncated,
}
"""Faults after it was applied: the program does not get to see what was answered."""
STALE: Final = "stale"
"""A read that shows an earlier state of the sheet."""
EMPTY: Final = "empty"
"""A read that says 200 and shows no cells."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How likely a request is refused, its answer lost, and a read stale or empty."""

    refused: float = 0.0
    lost: float = 0.0
    reads: float = 0.0


CALM: Final = Trouble()


class Wire(InProcess):
    """Serves the book of a world. `script` gives faults by the number of the request, from 0."""

    def __init__(
        self,
        world: World,
        trouble: Trouble = CALM,
        script: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(SheetsService(clock=world.seconds, wait=world.wait))
        self.service.put(world.book)
        self.world, self._trouble, self._script = world, trouble, script or {}
        self._dice = Random(f"{world.seed}/wire")
        self._old: tuple[Book, int] = (world.book.copy(), 0)
        self._number = -1

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """One request, with people before and after it."""
        writes = request.method != "GET"
        self._number += 1
        fault = self._fault(writes=writes)
        name, world = _name(request), self.world
        world.before(name, writes=writes)
        if fault:
            world.ledger.note(f"fault: {fault}")
        self._script_fault(fault)
        answer: requests.Response | None = None
        try:
            answer = self._sent(request, stale=fault == STALE)
        finally:
            if fault not in REFUSED:
                lost = fault in LOST or answer is None or not answer.ok
                world.applied(
                    name, writes=writes, lost=lost, seen=self._old[1] if fault == STALE else None
                )
            if self._trouble != CALM and self._dice.random() < 0.3:
                self._old = (world.book.copy(), world.ledger.at)
        return answer

    def session(self) -> requests.Session:
        """A session of requests that speaks through this wire alone."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", self)
        return session

    def _sent(self, request: requests.PreparedRequest, *, stale: bool) -> requests.Response:
        if not stale:
            return super().send(request)
        file = self.service.files[self.world.book.id]
        file.book = self._old[0].copy()
        try:
            return super().send(request)
        finally:
            file.book = self.world.book

    def _script_fault(self, fault: str) -> None:
        made = REFUSED.get(fault) or LOST.get(fault)
        if made:
            self.service.faults.add(made())
        elif fault == EMPTY:
            self.service.faults.add(faults.empty_values())

    def _fault(self, *, writes: bool) -> str:
        if self._number in self._script:
            return self._script[self._number]
        trouble = self._trouble
        if self.world.people.resting or trouble == CALM:
            return ""
        kinds = [(trouble.refused, tuple(REFUSED)), (trouble.lost, tuple(LOST))]
        if not writes:
            kinds.append((trouble.reads, (STALE, EMPTY)))
        throw = self._dice.random()
        for rate, names in kinds:
            if throw < rate:
                return self._dice.choice(names)
            throw -= rate
        return ""


def _name(request: requests.PreparedRequest) -> str:
    path = str(request.path_url).partition("?")[0].partition("/v4/spreadsheets/")[2]
    return f"{request.method} {path.partition('/')[2] or path.partition(':')[2] or 'structure'}"
