"""What an explanation is made from and what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.moments import as_aware, scalar_to_local
from sheetsync.domain.plan import Reasons
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.wording import moment_words

Line: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the store kept of the order, oldest first; moments are aware UTC.

    `changes`, `messages`, `escalations`, `pauses` hold the columns of their tables.
    """

    changes: Sequence[Line] = ()
    messages: Sequence[Line] = ()
    escalations: Sequence[Line] = ()
    pauses: Sequence[Line] = ()

    def until(self, at: datetime) -> Past:
        """What had happened by `at`."""
        return Past(
            changes=[line for line in self.changes if line["seen_at"] <= at],
            messages=[line for line in self.messages if line["created_at"] <= at],
            escalations=[line for line in self.escalations if line["at"] and line["at"] <= at],
            pauses=[line for line in self.pauses if line["start"] and line["start"] <= at],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One order (`place` in the plan's orders) with everything that led to how it looks.

    `memory` is that of before the plan. `tracker` names the workbook. `from_store`: the workbook
    could not be read, so its cells are those of the last pass. `notes` are told first.
    """

    order_id: str
    place: int
    plan: Plan
    reasons: Reasons
    memory: Memory
    rules: Rulebook
    past: Past
    timezone: str
    tracker: str
    last_pass_at: datetime | None
    from_store: bool = False
    notes: tuple[str, ...] = ()

    def cell(self, key: str) -> str:
        """A text of the order's row, "" for blank or no such column."""
        frame = self.plan.orders.frame
        return str(frame[key].to_numpy(object)[self.place]) if key in frame else ""

    def heading(self, key: str) -> str:
        """A column as staff know it."""
        rule = self.rules.columns.get(key)
        return self.plan.orders.header.headings.get(key) or (rule.title if rule else key)

    def words(self, moment: datetime | np.datetime64) -> str:
        """`Mon 2 Mar 09:03`, in the tracker's local time."""
        aware = as_aware(moment) if isinstance(moment, np.datetime64) else moment
        return moment_words(scalar_to_local(aware, self.timezone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and the sentences under it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer. `headline` is one line; `data` holds plain JSON values, the sections included."""

    order_id: str
    at: datetime
    headline: str
    sections: tuple[Section, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


def moment_of(orders: pd.DataFrame, order_id: str, name: str) -> np.datetime64:
    """A moment of one order in a frame indexed by order_id; NaT for blank."""
    found: np.datetime64 = orders.loc[[order_id], name].to_numpy("datetime64[s]")[0]
    return found
