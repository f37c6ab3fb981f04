"""What a daily digest says of some orders: how many are open and how they stand, and which need somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.conditions import WorkingDays
from sheetsync.domain.escalation.facts import Facts
from sheetsync.domain.grid import Mask
from sheetsync.domain.moments import Moments, as_aware, as_moment, scalar_to_local
from sheetsync.domain.rules import Span
from sheetsync.domain.sla.clocks import Clocks
from sheetsync.domain.wording import moment_words

SECTIONS: Final = ("breached", "at_risk", "no_update", "waiting")
"""An order stands in the first of these that it belongs to."""
_STATES: Final = {"breached": "Breached", "at_risk": "At risk"}
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """How every order stands, per row of Orders.frame.

    `moved`: when evidence or status moved last, NaT where that is unknown. `mend`: Check names something to
    put right. `exception`: an open business problem. `unowned`: started, and nobody's.
    """

    facts: Facts
    clocks: Clocks
    open_order: Mask
    moved: Moments
    working_days: WorkingDays
    mend: Mask
    exception: Mask
    unowned: Mask

    def masks(self, no_update_after: Span) -> Mapping[str, Mask]:
        """Which rows belong into each section; an order may be in several."""
        late = self._states("Breached"), self._states("At risk")
        return {
            "breached": self.open_order & late[0],
            "at_risk": self.open_order & late[1] & ~late[0],
            "no_update": self.open_order & self._silent(no_update_after),
            "waiting": self.open_order & (self.mend | self.exception | self.unowned),
        }

    def _silent(self, span: Span) -> Mask:
        """Orders that did not move for so long; where nobody knows since when, they are not named."""
        days = self.working_days(self.moved, span.working_days) if span.working_days else self.moved
        return np.asarray(days + np.timedelta64(span.seconds, "s") <= as_moment(self.facts.now))

    def _states(self, state: str) -> Mask:
        frames = (self.clocks.stage, self.clocks.promise)
        stage, promise = (frame["state"].to_numpy(object) == state for frame in frames)
        return np.asarray(stage | promise, dtype=bool)

    def told(self, rows: Mask, most: int, no_update_after: Span) -> Mapping[str, Any]:
        """The counts and sections of these rows, at most so many orders named in each section."""
        free, counts = rows.copy(), {"open": int((rows & self.open_order).sum())}
        sections: list[Mapping[str, Any]] = []
        for name, mask in self.masks(no_update_after).items():
            counts[name] = int((rows & mask).sum())
            places = self._worst_first(np.flatnonzero(free & mask), name)
            free &= ~mask
            if len(places):
                named = [self._row(place, name) for place in places[:most].tolist()]
                sections.append({"kind": name, "rows": named, "more": len(places) - len(named)})
        return {"counts": counts, "sections": sections}

    def _worst_first(self, places: Places, section: str) -> Places:
        weights = {
            "breached": self.clocks.stage["due"].to_numpy("datetime64[s]"),
            "at_risk": self.clocks.stage["due"].to_numpy("datetime64[s]"),
            "no_update": self.moved,
        }
        if section not in weights:
            return places
        return places[np.argsort(weights[section][places], kind="stable")]

    def _row(self, place: int, section: str) -> dict[str, Any]:
        late = _STATES.get(section, "")
        own = self.clocks.stage["state"].to_numpy(object)[place] == late
        stage = str(self.clocks.stage["stage"].to_numpy(object)[place])
        row = self.facts.of_order(place, stage, late=bool(late), promise=bool(late) and not own)
        if section == "no_update":
            row["text"] = f"nothing moved since {self._words(self.moved[place])}"
        elif section == "waiting":
            row["text"] = self._why(place)
        return row

    def _why(self, place: int) -> str:
        if self.exception[place]:
            return str(self.facts.status[place])
        return "Check names something to put right" if self.mend[place] else "nobody has it yet"

    def _words(self, moment: np.datetime64) -> str:
        return moment_words(scalar_to_local(as_aware(moment), self.facts.timezone))
