"""What the SLA clocks of one pass are: one running stage clock and one promise clock per order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import frame_of, repeated
from sheetsync.domain.model import CLOCK_COLUMNS, SLA_STATES
from sheetsync.domain.moments import NAT, Moments
from sheetsync.domain.rules import Condition
from sheetsync.domain.worktime.openings import Seconds

Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
RANK: Final = {state: rank for rank, state in enumerate(SLA_STATES)}
"""Worst first."""

_MOMENTS: Final = ("start", "start_from", "due", "warn", "turn", "paused_since", "finished")
_NUMBERS: Final = ("used", "limit")
_EXTRA_TEXT: Final = ("limit_text", "paused_by")


class Judged(Protocol):
    """The outcome of a condition over all rows; a domain/conditions/ Outcome is one."""

    @property
    def mask(self) -> Bools:
        """The rows for which the condition holds."""


Judge = Callable[[Condition], Judged]
"""Evaluates a `when:` over the rows of this pass."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Details:
    """What texts and escalations need beyond CLOCK_COLUMNS, one element per row.

    `start_from`: the earliest possible start. `turn`: the next moment after now at which the state
    changes by itself (NaT: never). `paused_since`, `paused_by`: the hold that stands now.
    `finished`: when the promise was kept or missed. `limit_text`: the limit in words.
    """

    start_from: Moments
    turn: Moments
    paused_since: Moments
    paused_by: Texts
    finished: Moments
    limit_text: Texts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clocks:
    """The clocks of every row of Orders.frame; `stage` and `promise` are frames of CLOCK_COLUMNS."""

    stage: pd.DataFrame
    promise: pd.DataFrame
    stage_details: Details
    promise_details: Details

    @property
    def states(self) -> Texts:
        """The worse of both states per row: the field `sla_state`."""
        stage, promise = (
            self.stage["state"].to_numpy(object),
            self.promise["state"].to_numpy(object),
        )
        return np.where(self.promise_is_worse, promise, stage).astype(object, copy=False)

    @property
    def promise_is_worse(self) -> Bools:
        """Rows on which the promise clock is the one to show."""
        return ranks(self.promise["state"]) < ranks(self.stage["state"])


def ranks(states: pd.Series) -> npt.NDArray[np.int64]:
    """0 for the worst state."""
    return np.asarray(states.map(RANK), dtype=np.int64)


class Board:
    """Full-length columns of one kind of clock, filled target by target."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._columns: dict[str, npt.NDArray[Any]] = {}
        for name in dict.fromkeys((*CLOCK_COLUMNS, *_MOMENTS, *_EXTRA_TEXT)):
            if name in _MOMENTS:
                self._columns[name] = np.full(rows, NAT)
            elif name in _NUMBERS:
                self._columns[name] = np.full(rows, np.nan)
            else:
                self._columns[name] = repeated("", rows)

    def put(self, positions: Seconds, **values: object) -> None:
        """Set columns of the rows at `positions`, each to an array or to one value."""
        for name, value in values.items():
            self._columns[name][positions] = value

    def frame(self) -> pd.DataFrame:
        """The board as a frame of CLOCK_COLUMNS."""
        return frame_of({name: self._columns[name] for name in CLOCK_COLUMNS})

    def details(self) -> Details:
        """The columns beside the frame."""
        names = ("start_from", "turn", "paused_since", "paused_by", "finished", "limit_text")
        return Details(**{name: self._columns[name] for name in names})


def earliest_after(now: np.datetime64, *moments: Moments) -> Moments:
    """Per row the earliest of `moments` that lies after `now`; NaT where there is none."""
    best = np.full(len(moments[0]), NAT)
    for array in moments:
        best = np.fmin(best, np.where(array > now, array, NAT))
    return best
