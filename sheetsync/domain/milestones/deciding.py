"""What is done about each order that has reached a milestone: tell, wait, leave out, or only remember."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.milestones.due import Reached
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import (
    ASKED,
    BY_PLAN,
    UNKNOWN,
    Telling,
    ToldBefore,
    Unsent,
    Waiting,
    Withdrawn,
    parts_of,
)
from sheetsync.domain.milestones.writing import Desk
from sheetsync.domain.model import Notice
from sheetsync.domain.moments import as_aware, scalar_to_local
from sheetsync.domain.wording import moment_words

GONE: Final = "No row that can be used shows the order any more."
TAKEN_BACK: Final = "The sheet no longer says so; it was called off before it left."
CORRECTED: Final = "The row was corrected before it left; a new letter takes its place."
NO_RULE: Final = "notifications.yaml no longer has this letter."
PASSED: Final = "It was over before what was lacking had been filled in."


@dataclass(kw_only=True, eq=False)
class Decisions:
    """What is gathered over one pass; `told` holds the entries that change, by order and kind."""

    notices: list[Notice] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    places: list[tuple[int, str, str]] = field(default_factory=list)
    """Row, kind and what is lacking, of every notice that waits."""
    told: dict[str, dict[str, Telling]] = field(default_factory=dict)


class Pass:
    """One pass over the milestones. `reached` is by kind, `cycle` by row."""

    def __init__(
        self,
        desk: Desk,
        before: ToldBefore,
        reached: Mapping[str, Reached],
        cycle: npt.NDArray[np.int64],
        *,
        silent: bool,
    ) -> None:
        self._desk, self._before, self._reached = desk, before, reached
        self._cycle, self._silent = cycle, silent
        frame = desk.facts.orders.frame
        self._ids = frame["order_id"].to_numpy(object)
        usable = np.flatnonzero(frame["usable"].to_numpy(bool))
        self._rows = {str(self._ids[row]): row for row in usable.tolist()}
        self.done = Decisions()
        self._told: defaultdict[str, set[str]] = defaultdict(set)
        self._waited: list[tuple[str, str]] = []
        for order_id, kinds in before.told.items():
            for kind, telling in kinds.items():
                if telling.stands == "told":
                    self._told[kind].add(order_id)
                elif telling.stands == "waiting":
                    self._waited.append((order_id, kind))

    def run(self) -> Decisions:
        """Judge what has not left, then what has newly been reached, in the order of an order's life."""
        for unsent in self._before.unsent:
            self._look_again(unsent)
        for kind in KINDS:
            if kind in self._reached:
                for row in self._open(self._reached[kind]):
                    self._decide(row, self._reached[kind])
        self._given_up()
        return self.done

    # -- what has not left --------------------------------------------------------------------------

    def _look_again(self, unsent: Unsent) -> None:
        """Call a notice off that is not true any more, or that a corrected one replaces."""
        parts = parts_of(unsent.key)
        row = self._rows.get(unsent.order_id)
        if parts is None or unsent.context.get(ASKED):
            return
        telling = self._entry(unsent.order_id, unsent.kind) or Telling(
            cycle=parts[2], number=parts[3]
        )
        found = self._reached.get(unsent.kind)
        if found is None:
            self._withdraw(unsent, telling, NO_RULE)
        elif row is None or int(self._cycle[row]) != parts[2]:
            self._withdraw(unsent, telling, GONE)
        elif not found.holds[row]:
            self._withdraw(unsent, telling, TAKEN_BACK)
        elif better := self._overtaken(row, found):
            self.done.withdrawn.append(Withdrawn(key=unsent.key, reason=_says_more(better)))
        else:
            self._compare(row, unsent, telling, found)

    def _compare(self, row: int, unsent: Unsent, telling: Telling, found: Reached) -> None:
        """Whether the letter would still say the same to the same person."""
        contact, context = self._desk.told(row, unsent.kind)
        facts = {name: value for name, value in unsent.context.items() if name != BY_PLAN}
        address = (contact.channel, contact.address)
        if facts == context and address == (unsent.channel, unsent.recipient):
            if not contact.skipped:
                return
            self.done.withdrawn.append(Withdrawn(key=unsent.key, reason=contact.skipped))
            return
        self._withdraw(unsent, telling, CORRECTED)
        lacks = self._desk.facts.lacking(context, found.rule.needs)
        if lacks:
            self._wait(row, found, telling.number + 1, lacks)
            return
        notice = self._tell(row, found, telling.number + 1)
        if unsent.state == "held" and BY_PLAN not in unsent.context and notice.stands == "pending":
            self.done.notices[-1] = replace(notice, stands="held", reason=unsent.reason)

    def _withdraw(self, unsent: Unsent, telling: Telling, reason: str) -> None:
        self.done.withdrawn.append(Withdrawn(key=unsent.key, reason=reason))
        self._remember(unsent.order_id, unsent.kind, replace(telling, stands="withdrawn"))

    # -- what is newly reached ----------------------------------------------------------------------

    def _open(self, found: Reached) -> Iterable[int]:
        """Rows on which something has to be decided: not told yet, or told of something else."""
        kind = found.rule.template
        due = np.flatnonzero(found.begun if self._silent else found.ready)
        told = self._told_ids(kind)
        if told and len(due):
            fresh = ~pd.Index(self._ids[due]).isin(list(told))
            doubtful = ~fresh & (bool(found.rule.once_per) | (self._cycle[due] > 0))
            for place in np.flatnonzero(doubtful).tolist():
                fresh[place] = self._is_news(int(due[place]), found)
            due = due[fresh]
        return sorted(due.tolist(), key=lambda row: str(self._ids[row]))

    def _told_ids(self, kind: str) -> set[str]:
        told = self._told[kind]
        for order, kinds in self.done.told.items():
            if kind in kinds:
                (told.add if kinds[kind].stands == "told" else told.discard)(order)
        return told

    def _is_news(self, row: int, found: Reached) -> bool:
        telling = self._entry(str(self._ids[row]), found.rule.template)
        if telling is None or telling.cycle != int(self._cycle[row]):
            return True
        if telling.of == UNKNOWN:
            telling = replace(telling, of=self._revision(row, found))
            self._remember(str(self._ids[row]), found.rule.template, telling)
        return telling.stands == "told" and telling.of != self._revision(row, found)

    def _decide(self, row: int, found: Reached) -> None:
        order_id, kind = str(self._ids[row]), found.rule.template
        before = self._entry(order_id, kind)
        number = self._next_number(row, before)
        if (
            kind in self.done.told.get(order_id, {})
            and self.done.told[order_id][kind].stands == "waiting"
        ):
            return  # a correction took a fact away, and said so a moment ago
        if self._silent:
            self._remember(order_id, kind, self._telling(row, found, number))
        elif found.old[row]:
            self._leave_out(row, found, number, self._too_late(found, row))
        elif better := self._overtaken(row, found):
            self._leave_out(row, found, number, _says_more(better))
        else:
            _, context = self._desk.told(row, kind)
            lacks = self._desk.facts.lacking(context, found.rule.needs)
            if lacks:
                self._wait(row, found, number, lacks)
            else:
                self._tell(row, found, number)

    def _tell(self, row: int, found: Reached, number: int) -> Notice:
        telling = self._telling(row, found, number)
        notice = self._desk.notice(row, found.rule, telling, _moment(found.due_at[row]))
        self.done.notices.append(notice)
        self._remember(str(self._ids[row]), found.rule.template, telling)
        return notice

    def _leave_out(self, row: int, found: Reached, number: int, reason: str) -> None:
        notice = self._tell(row, found, number)
        self.done.notices[-1] = replace(notice, stands="superseded", reason=reason, not_before=None)

    def _wait(self, row: int, found: Reached, number: int, lacks: str) -> None:
        order_id, kind = str(self._ids[row]), found.rule.template
        self.done.waiting.append(Waiting(order_id=order_id, kind=kind, lacks=lacks))
        self.done.places.append((row, kind, lacks))
        telling = replace(self._telling(row, found, number), of="", stands="waiting")
        self._remember(order_id, kind, telling)

    def _given_up(self) -> None:
        """Notices that waited for a fact until there was nothing to tell any more."""
        for order_id, kind in self._waited:
            row, found = self._rows.get(order_id), self._reached.get(kind)
            if found is None or row is None or found.holds[row]:
                continue
            if kind not in self.done.told.get(order_id, {}):
                telling = self._before.told[order_id][kind]
                self._leave_out(row, found, telling.number, PASSED)
                again = replace(self._telling(row, found, telling.number), stands="withdrawn")
                self._remember(order_id, kind, again)

    # -- small things -------------------------------------------------------------------------------

    def _entry(self, order_id: str, kind: str) -> Telling | None:
        changed = self.done.told.get(order_id, {})
        return changed.get(kind) or self._before.told.get(order_id, {}).get(kind)

    def _next_number(self, row: int, before: Telling | None) -> int:
        if before is None or before.cycle != int(self._cycle[row]):
            return 0
        return before.number if before.stands == "waiting" else before.number + 1

    def _telling(self, row: int, found: Reached, number: int) -> Telling:
        return Telling(cycle=int(self._cycle[row]), number=number, of=self._revision(row, found))

    def _revision(self, row: int, found: Reached) -> str:
        return self._desk.facts.revision(row, found.rule.once_per)

    def _remember(self, order_id: str, kind: str, telling: Telling) -> None:
        if telling != self._before.told.get(order_id, {}).get(kind):
            self.done.told.setdefault(order_id, {})[kind] = telling
        elif kind in self.done.told.get(order_id, {}):
            self.done.told[order_id][kind] = telling

    def _overtaken(self, row: int, found: Reached) -> str:
        """The kind that says more and has been reached by now; "" for none."""
        return next(
            (
                kind
                for kind in found.rule.overtaken_by
                if kind in self._reached and self._reached[kind].holds[row]
            ),
            "",
        )

    def _too_late(self, found: Reached, row: int) -> str:
        due = _moment(found.due_at[row])
        when = "" if due is None else moment_words(scalar_to_local(due, self._desk.facts.timezone))
        limit = self._desk.rules.max_age.text
        return f"It fell due on {when}, more than {limit} ago, so it was not told any more."


def _says_more(kind: str) -> str:
    return f"Left out: the letter {KINDS[kind].title} says more."


def _moment(moment: np.datetime64) -> datetime | None:
    return None if np.isnat(moment) else as_aware(moment)
