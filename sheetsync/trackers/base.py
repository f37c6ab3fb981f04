"""What every tracker can do. The only rooms that know a sheet's format stand behind this protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from sheetsync.domain.model import HeaderMap, Marker, Receipt, Sheet
from sheetsync.domain.tabs import Tab


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WriteBatch:
    """What one pass wants written, in one go.

    `changes` is a frame of CHANGE_COLUMNS; `header` is the header map that the plan was made with
    (the tracker finds the columns anew and drops every change whose column or row moved or
    whose cell no longer holds `expected`). `fingerprint` is that of the sheet planned from.
    `tabs` are worker-owned tabs to add or replace; `marker` is written with them.
    """

    changes: pd.DataFrame
    header: HeaderMap
    fingerprint: str
    tabs: Sequence[Tab] = ()
    marker: Marker | None = None


class Tracker(Protocol):
    """One tracker tab and the worker-owned tabs beside it."""

    @property
    def name(self) -> str:
        """For messages: the file name, or the sheet's title."""

    def fingerprint(self) -> str:
        """A cheap token that changes whenever the tracker does; raises TrackerError."""

    def in_the_way(self) -> tuple[str, ...]:
        """What forbids writing until a person acts, in sentences; cheap to ask. Raises TrackerError."""

    def read(self) -> Sheet:
        """All cells as they stand. An unchanged tracker is not parsed again. Raises TrackerError."""

    def write(self, batch: WriteBatch) -> Receipt:
        """Write what still fits, exactly; everything or nothing. Raises TrackerError."""

    def append(self, rows: Sequence[Mapping[str, str | bool | datetime | float | None]]) -> Receipt:
        """Add one row per mapping (column key -> value) below the last order. Raises TrackerError."""
