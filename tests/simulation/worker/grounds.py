"""Where the orders stand: one tab as a list of rows that people can lay hands on, whatever keeps it.

Row 1 holds the headings. A date is its serial number, a blank is None. People's acts and the oracle are
written once over these rows; only a ground knows how its kind of tracker keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from sheetsync.trackers.base import Tracker
from sheetsync.trackers.memory import MemoryTracker

if TYPE_CHECKING:
    from sheetsync.domain.rules import Rulebook
    from sheetsync.worker.which_tracker import Bench
    from tests.simulation.worker.steps import Steps

Rows: TypeAlias = list[list[Any]]
TAB: Final = "Orders"
IN_USE: Final = "sheet in use"


class Ground(Protocol):
    """One kind of tracker with the cells in it."""

    settings: str
    """What config.yaml says of it, but for the time zone."""

    def tracker(self, rules: Rulebook, bench: Bench, steps: Steps) -> Tracker:
        """The tracker of one worker's life."""

    def rows(self) -> Rows:
        """The cells as they stand, each row without the blanks at its end."""

    def put(self, rows: Rows) -> None:
        """Let the cells be these, as a person leaves them."""

    def trouble(self, dice: Random) -> str:
        """Let something go wrong in the next pass; what, in words for the figures."""

    def calm(self) -> None:
        """Nothing goes wrong any more."""

    def keep(self) -> Callable[[], None]:
        """Remember everything; what is given puts it back."""


class MemoryGround:
    """A tracker in memory: the sheet is the tracker's own list of rows."""

    settings = "{path: ../tracker.xlsx"

    def __init__(self, rows: Rows, zone: str) -> None:
        self._rows, self._zone = rows, zone
        self._kept: MemoryTracker | None = None

    def tracker(self, rules: Rulebook, bench: Bench, steps: Steps) -> Tracker:
        """The one tracker that there is; it outlives every worker."""
        del bench, steps
        if self._kept is None:
            self._kept = MemoryTracker(self._rows, columns=rules.columns, timezone=self._zone)
        return self._kept

    def rows(self) -> Rows:
        """The tracker's rows."""
        found = self._kept.cells if self._kept is not None else self._rows
        return [trimmed(row) for row in found]

    def put(self, rows: Rows) -> None:
        """Put them in the place of the others."""
        if self._kept is None:
            self._rows = rows
        else:
            self._kept.cells[:] = [list(row) for row in rows]

    def trouble(self, dice: Random) -> str:
        """Somebody has it open."""
        del dice
        if self._kept is not None:
            self._kept.holder = "Lerato"
        return IN_USE

    def calm(self) -> None:
        """Nobody has."""
        if self._kept is not None:
            self._kept.holder = ""

    def keep(self) -> Callable[[], None]:
        """Cells, own tabs and the mark."""
        tracker = self._kept
        assert tracker is not None
        cells = [list(row) for row in tracker.cells]
        tabs, marker = dict(tracker.tabs), tracker.marker

        def back() -> None:
            tracker.cells[:] = [list(row) for row in cells]
            tracker.tabs, tracker.marker = dict(tabs), marker

        return back


def trimmed(row: list[Any]) -> list[Any]:
    """The row with None for every blank, and without those at its end."""
    cells = [None if cell == "" and isinstance(cell, str) else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def serial(moment: datetime) -> float:
    """A naive local moment as the number that spreadsheets keep."""
    return round((moment - datetime(1899, 12, 30)) / timedelta(days=1), 10)


def moment_of(number: float) -> datetime:
    """The naive local moment of such a number, to the second."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(number * 86_400))
