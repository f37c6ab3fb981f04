"""The facts of an order as an escalation tells them: frozen words, no codes, no customer data, no free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.companions import Companions
from sheetsync.domain.escalation.people import Cell
from sheetsync.domain.escalation.speakable import Speakable, order_words
from sheetsync.domain.escalation.subjects import EXCEPTION
from sheetsync.domain.moments import Moments, as_aware, as_moment, scalar_to_local
from sheetsync.domain.next_action import BY_STAGE, HELD
from sheetsync.domain.rules import Level, Rulebook
from sheetsync.domain.sla.clocks import RANK, Clocks, Details, Texts
from sheetsync.domain.sla.promise import PROMISE
from sheetsync.domain.wording import duration_words, moment_words

Array = npt.NDArray[Any]
_GAP: Final = 3600
"""Seconds without a pass after which a message says so."""


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one subject, and its weight: the worst sorts first."""

    words: Mapping[str, Any]
    weight: tuple[int, float, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """Everything that a message may say about the orders of one pass."""

    cells: Mapping[str, Array]
    clocks: Mapping[str, Mapping[str, Array]]
    status: Texts
    status_since: Moments
    titles: Mapping[str, str]
    timezone: str
    now: datetime
    next_steps: Texts | None
    speakable: Speakable

    @classmethod
    def of(  # noqa: PLR0917 - as `decide` has them
        cls,
        orders: pd.DataFrame,
        clocks: Clocks,
        status: Texts,
        status_since: Moments,
        rules: Rulebook,
        timezone: str,
        now: datetime,
        next_steps: Texts | None,
        companions: Companions,
    ) -> Facts:
        """The facts of one pass."""
        titles = {key: column.title for key, column in rules.columns.items()}
        return cls(
            cells={str(key): orders[key].to_numpy() for key in orders.columns},
            clocks={
                "stage": _columns(clocks.stage, clocks.stage_details),
                "promise": _columns(clocks.promise, clocks.promise_details),
            },
            status=status, status_since=status_since, titles=titles,
            timezone=timezone, now=now, next_steps=next_steps,
            speakable=Speakable.of(rules, companions),
        )  # fmt: skip

    def cell_of(self, row: int) -> Cell:
        """Looks up text cells of one row; "" where the sheet has no such column."""

        def cell(key: str) -> str:
            return str(self.cells[key][row]) if key in self.cells else ""

        return cell

    def shared(self, last_pass_at: datetime | None) -> dict[str, Any]:
        """What every message of this pass says: the local time, and since when nobody had looked."""
        gap = last_pass_at is not None and (self.now - last_pass_at).total_seconds() > _GAP
        now = moment_words(scalar_to_local(self.now, self.timezone))
        remarks = []
        if last_pass_at is not None and gap:
            before = moment_words(scalar_to_local(last_pass_at, self.timezone))
            remarks.append(
                f"The tracker was not looked at from {before} to {now}; "
                "what fell due in between comes in this one message."
            )
        return {"as_of": now, "remarks": remarks}

    def of_subject(self, row: int, stage: str, rung: Level) -> Told:
        """The words about one late clock or open exception."""
        cell = self.cell_of(row)
        clock = self._exception(row) if stage == EXCEPTION else self._clock(row, stage)
        words = {
            "order": order_words(cell("order_id"), int(self.cells["row"][row])),
            "row": int(self.cells["row"][row]),
            "stage": stage,
            "status": str(self.status[row]),
            **{name: value for name, value in clock.items() if name != "seconds"},
            "handler": self.speakable.handler(cell("handler")),
            "vendor": self.speakable.vendor(cell("vendor")),
            "vendor_contact": self.speakable.vendor_contact(cell("vendor")),
            "priority": self.speakable.priority(cell("priority")),
            "next_step": self._next_step(row, stage),
            "policy_source": str(rung.source),
        }
        weight = (RANK.get(clock["state"], 0), -float(clock["seconds"]), cell("order_id"))
        return Told(words, weight)

    def of_order(self, row: int, stage: str, *, late: bool, promise: bool) -> dict[str, Any]:
        """The words about one order in a list: with `late` how much time is left, or by how much it is over."""
        cell, text = self.cell_of(row), ""
        if late:
            clock = self._clock(row, PROMISE if promise else stage)
            left = f"{clock['over']} past its limit" if clock["over"] else f"{clock['left']} left"
            text = f"{clock['text']}, {left}" if promise else left
        return {
            "order": order_words(cell("order_id"), int(self.cells["row"][row])),
            "row": int(self.cells["row"][row]),
            "stage": stage,
            "status": str(self.status[row]),
            "handler": self.speakable.handler(cell("handler")),
            "priority": self.speakable.priority(cell("priority")),
            "next_step": self._next_step(row, stage),
            "text": text,
        }

    def _clock(self, row: int, stage: str) -> dict[str, Any]:
        promise = stage == PROMISE
        cell = {
            name: array[row]
            for name, array in self.clocks["promise" if promise else "stage"].items()
        }
        over = self._seconds_since(cell["due"]) if promise else cell["used"] - cell["limit"]
        return {
            "state": str(cell["state"]),
            "text": f"Promised for {self._words(cell['due'])}" if promise else "",
            "since": self._words(cell["start"]),
            "limit": str(cell["limit_text"]),
            "due": self._words(cell["due"]),
            "over": duration_words(over) if over > 0 else "",
            "left": duration_words(-over) if over <= 0 else "",
            "counted_in": "clock time" if promise else "open hours",
            "source": str(cell["source"]),
            "seconds": over,
        }

    def _exception(self, row: int) -> dict[str, Any]:
        since = self._words(self.status_since[row])
        return {
            "state": str(self.status[row]), "text": f"{self.status[row]} since {since}", "since": since,
            "limit": "", "due": "", "over": "", "left": "", "counted_in": "", "source": "",
            "seconds": self._seconds_since(self.status_since[row]),
        }  # fmt: skip

    def _seconds_since(self, moment: np.datetime64) -> float:
        return float((as_moment(self.now) - moment) / np.timedelta64(1, "s"))

    def _next_step(self, row: int, stage: str) -> str:
        if self.next_steps is not None and self.next_steps[row]:
            return self.speakable.next_step(str(self.next_steps[row]), self.cell_of(row)("carrier"))
        return HELD.get(str(self.status[row]), BY_STAGE.get(stage, ""))

    def _words(self, moment: np.datetime64) -> str:
        if np.isnat(moment):
            return ""
        return moment_words(scalar_to_local(as_aware(moment), self.timezone))


def _columns(frame: pd.DataFrame, details: Details) -> dict[str, Array]:
    """The columns that are told, as plain arrays: taken once, looked at per order."""
    names = ("state", "start", "due", "used", "limit", "source")
    return {**{name: frame[name].to_numpy() for name in names}, "limit_text": details.limit_text}
