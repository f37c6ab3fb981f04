"""The history that the store holds, as a replay needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from sheetsync.domain.model import Memory

Texts = Mapping[str, str]
"""Column key -> the cell as the change log writes it; blanks left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    """One line of the change log. `seen_from`: the lower end of when a person did it, if known."""

    at: datetime
    seen_from: datetime | None
    order_id: str
    column: str
    old: str
    new: str
    by: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedMail:
    """One message of the outbox that left, or was about to."""

    at: datetime
    not_before: datetime | None
    recipient: str
    subject: str
    level: int
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """Everything on record of one tracker, oldest first.

    `cells` are people's cells as last seen, by order; `columns` the keys that the sheet has.
    `events` is a frame of STAGE_EVENT_COLUMNS, `memory` that of now. `thin`: orders of which only
    the facts of reports are known; `archived`: how many orders were taken out.
    """

    memory: Memory
    columns: frozenset[str]
    cells: Mapping[str, Texts]
    changes: Sequence[LoggedChange]
    events: pd.DataFrame
    mails: Sequence[LoggedMail]
    thin: int = 0
    archived: int = 0
