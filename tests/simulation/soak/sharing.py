"""Sharing the seconds: which part is played next, and when it is time to stop."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from tests.simulation.kills.many import store_for
from tests.simulation.kills.seeds import KILLS
from tests.simulation.soak.parts import REAL, SIMULATED, STORES, Piece, Played, play
from tests.support.postgres import PostgresServer

SHARES: Final = {SIMULATED: 0.5, REAL: 0.4, STORES: 0.1}
_GUESSES: Final = {SIMULATED: 1.0, REAL: 30.0, STORES: 2.0}
"""Seconds that a piece takes, until one was played."""
_FEWEST: Final = 5
_A_KILL: Final = 8.0
"""A world has no more kills than one for so many seconds of the soak."""


@dataclass(slots=True)
class _Account:
    """What a part has used: seconds of the pieces that came back, and how many are under way."""

    seed: int
    guess: float
    spent: float = 0.0
    played: int = 0
    under_way: int = 0

    @property
    def cost(self) -> float:
        """Seconds that one more piece takes, most likely."""
        return self.spent / self.played if self.played else self.guess

    @property
    def begun(self) -> bool:
        """Whether anything of it was played."""
        return bool(self.played or self.under_way)

    @property
    def used(self) -> float:
        """Seconds, with those that are under way."""
        return self.spent + self.under_way * self.cost


class Shares:
    """Gives pieces of these parts until the seconds are used up, from seed `first` on; `clock` is a steady one."""

    def __init__(
        self,
        seconds: float,
        server: PostgresServer | None,
        *,
        parts: Iterable[str] = SHARES,
        first: int = 0,
        clock: Callable[[], float] = time.monotonic,
        plant: str = "",
    ) -> None:
        self._clock, self._end = clock, clock() + seconds
        self._server, self._plant = server, plant
        self._kills = max(_FEWEST, min(KILLS, int(seconds / _A_KILL)))
        guesses = _GUESSES | {REAL: _GUESSES[REAL] * self._kills / KILLS}
        self._parts = {
            part: _Account(first, guesses[part])
            for part in parts
            if part != STORES or server is not None
        }

    def piece(self) -> Piece | None:
        """The part that lags furthest behind its share; None where the time is over.

        What would not come to its end in time is not begun, but each part is played once.
        """
        left = self._end - self._clock()
        fits = [
            p for p, account in self._parts.items() if account.cost <= left or not account.begun
        ]
        if left <= 0 or not fits:
            return None
        part = min(fits, key=lambda part: self._parts[part].used / SHARES[part])
        account = self._parts[part]
        made = self._made(part, account.seed)
        account.under_way += 1
        account.seed += 1
        return made

    def done(self, played: Played) -> None:
        """A piece came back."""
        account = self._parts[played.piece.part]
        account.under_way -= 1
        account.played += 1
        account.spent += played.seconds
        if played.piece.store and self._server is not None:
            self._server.drop(played.piece.store)

    def _made(self, part: str, seed: int) -> Piece:
        if part == REAL:
            return Piece(part, seed, self._kills, store_for(seed, self._server), self._plant)
        if part == STORES and self._server is not None:
            return Piece(part, seed, store=self._server.new_database())
        return Piece(part, seed, plant=self._plant)


def shared(shares: Shares, jobs: int) -> Iterator[Played]:
    """What every piece came to, from so many processes that are never idle while there is time."""
    gc.freeze()  # what was imported need not be looked through in every process
    with get_context("fork").Pool(jobs) as pool:
        at_work = []
        while True:
            while len(at_work) < jobs and (piece := shares.piece()) is not None:
                at_work.append(pool.apply_async(play, (piece,)))
            if not at_work:
                return
            ready = next((one for one in at_work if one.ready()), None)
            if ready is None:
                at_work[0].wait(0.1)
                continue
            at_work.remove(ready)
            played = ready.get()
            shares.done(played)
            yield played
