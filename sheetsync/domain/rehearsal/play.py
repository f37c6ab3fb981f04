"""People do again what they did, and a worker with other rules looks on, all of it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.guard import GuardLimits, too_many_mails
from sheetsync.domain.model import PAUSE_COLUMNS, WRITABLE, CellValue, Memory, Plan, Sheet
from sheetsync.domain.moments import as_aware, local_to_serial, scalar_to_local
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rehearsal.opening import cells_at, cells_on_arrival, memory_at
from sheetsync.domain.rehearsal.recorded import LoggedChange, LoggedMail, Recorded, Texts
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.domain.texts import fold

FLAG_COLUMNS: Final = ("sla", "check")
"""The columns by which an order is seen to be flagged."""
_MOMENT: Final = len("2025-03-10 14:05:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What SLA or Check began to say of an order, and when."""

    at: datetime
    order_id: str
    column: str
    text: str


@dataclass(slots=True)
class Outcome:
    """What a worker with these rules would have written and sent. `opening`: at its very first look."""

    start: datetime
    flags: list[Flag] = field(default_factory=list)
    mails: list[LoggedMail] = field(default_factory=list)
    opening_flags: list[Flag] = field(default_factory=list)
    opening_mails: list[LoggedMail] = field(default_factory=list)
    looks: int = 0
    orders: int = 0
    left_out: int = 0
    standing: dict[tuple[str, str], str] = field(default_factory=dict)
    """What SLA and Check said at the start: (order, column) -> text."""
    statuses: dict[str, str] = field(default_factory=dict)
    """What the Status of each order says at the end."""
    held: list[tuple[datetime, int]] = field(default_factory=list)
    """Looks at which the guard would have held back that many mails."""
    remarks: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Step:
    """What people did between two looks."""

    since: datetime | None = None
    edits: list[LoggedChange] = field(default_factory=list)
    arrivals: list[str] = field(default_factory=list)
    departures: list[str] = field(default_factory=list)


class Rehearsal:
    """One replay from `start` to `end` (aware UTC); the worker looks each `every`, as in real life."""

    def __init__(
        self,
        recorded: Recorded,
        rules: Rulebook,
        options: PlanOptions,
        *,
        start: datetime,
        end: datetime,
        every: timedelta,
        limits: GuardLimits,
    ) -> None:
        self._recorded, self._rules, self._options = recorded, rules, options
        self._start, self._end, self._every, self._limits = start, end, every, limits
        keys = {*recorded.columns, *FLAG_COLUMNS} - {"order_id", *OWN_COLUMNS} | set(FLAG_COLUMNS)
        self._keys = ("order_id", *(key for key in rules.columns if key in keys))
        self._lines = _by_order(recorded.changes)
        self._rows: dict[str, list[CellValue]] = {}
        self._memory = memory_at(recorded, start, rules.statuses, options.timezone)
        self._outcome = Outcome(start=start)
        self._mails_on: dict[date, int] = {}

    def play(self, tell: Callable[[datetime], None] = lambda _at: None) -> Outcome:
        """Play it all; `tell` is called with the moment of each look."""
        self._open()
        script = self._script()
        due = self._look(self._start, self._start - self._every, opening=True)
        while True:
            coming = min(script, default=None)
            at = self._next_look(due)
            if coming is not None and coming <= at:
                at, step = coming, script.pop(coming)
                self._act(step)
                since = step.since or at - self._every
            else:
                since = at - self._every
            if at > self._end:
                break
            tell(at)
            due = self._look(at, since)
        self._outcome.orders = len(self._rows)
        self._outcome.statuses = self._statuses()
        return self._outcome

    def _open(self) -> None:
        """Put the orders on the sheet that were there and not closed, or to which something happens."""
        cells = cells_at(self._recorded, self._start)
        missing = self._memory.orders["missing_since"]
        here = set(missing.index[missing.isna().to_numpy(bool)])
        kept = [order for order in cells if order in here and self._matters(order, cells[order])]
        self._outcome.left_out = len(here) - len(kept)
        for order in kept:
            self._put_row(order, cells[order])
        mine = self._memory.orders.index.isin(kept) | ~missing.isna().to_numpy(bool)
        self._memory = replace(self._memory, orders=self._memory.orders[mine])

    def _matters(self, order: str, cells: Texts) -> bool:
        status = self._rules.statuses.aliases.get(fold(cells.get("status", "")), "")
        rule = self._rules.statuses.statuses.get(status)
        later = any(line.at > self._start for line in self._lines.get(order, ()))
        return rule is None or rule.open or later

    def _script(self) -> dict[datetime, _Step]:
        script: dict[datetime, _Step] = {}
        for line in self._recorded.changes:
            if line.at > self._start and line.by != "worker":
                step = script.setdefault(line.at, _Step())
                step.edits.append(line)
                if line.seen_from is not None:
                    step.since = min(step.since or line.seen_from, line.seen_from)
        orders = self._recorded.memory.orders
        for order, first, gone in zip(
            orders.index.tolist(), orders["first_seen"].to_numpy(), orders["missing_since"].to_numpy(),
            strict=True,
        ):  # fmt: skip
            if as_aware(first) > self._start:
                script.setdefault(as_aware(first), _Step()).arrivals.append(order)
            if not np.isnat(gone) and as_aware(gone) >= self._start:
                script.setdefault(as_aware(gone) + self._every, _Step()).departures.append(order)
        return script

    def _next_look(self, due: datetime | None) -> datetime:
        """The first look of the worker's own beat at which something can have fallen due."""
        if due is None:
            return self._end + self._every
        beats = -(-(due - self._start) // self._every)
        return self._start + max(beats, 1) * self._every

    def _act(self, step: _Step) -> None:
        for order in step.arrivals:
            lines = self._lines.get(order, ())
            self._put_row(order, cells_on_arrival(self._recorded, order, lines))
        for line in step.edits:
            if line.order_id in self._rows and line.column in self._keys:
                self._put(line.order_id, line.column, self._cell(line.column, line.new))
        for order in step.departures:
            self._rows.pop(order, None)

    def _look(self, at: datetime, since: datetime, *, opening: bool = False) -> datetime | None:
        today = scalar_to_local(at, self._options.timezone).date()
        memory = replace(self._memory, last_pass_at=since, mails_today=self._mails_on.get(today, 0))
        plan = make_plan(self._sheet(), memory, self._rules, at, self._options)
        self._note(plan, opening=opening)
        self._memory = carried_out(memory, plan)
        for order, column, new in _cells(plan):
            self._put(order, column, new)
        self._outcome.looks += 1
        self._mails_on[today] = self._mails_on.get(today, 0) + len(plan.notices)
        later = plan.next_change_at
        return later if later is None or later > at else at + self._every

    def _note(self, plan: Plan, *, opening: bool) -> None:
        out = self._outcome
        flags, mails = (out.opening_flags, out.opening_mails) if opening else (out.flags, out.mails)
        for order, column, new in _cells(plan):
            if column in FLAG_COLUMNS and isinstance(new, str):
                flags.append(Flag(at=plan.at, order_id=order, column=column, text=new))
        for notice in plan.notices:
            mails.append(
                LoggedMail(
                    at=plan.at, not_before=notice.not_before, recipient=notice.recipient,
                    subject=notice.subject, level=notice.level, orders=notice.orders,
                )
            )  # fmt: skip
        if too_many_mails(plan, self._limits):
            out.held.append((plan.at, len(plan.notices)))
        for remark in plan.remarks:
            out.remarks[remark] = out.remarks.get(remark, 0) + 1

    def _statuses(self) -> dict[str, str]:
        if "status" not in self._keys:
            return {}
        place = self._keys.index("status")
        return {order: str(row[place] or "") for order, row in self._rows.items()}

    def _sheet(self) -> Sheet:
        titles: list[CellValue] = [self._rules.columns[key].title for key in self._keys]
        rows = [titles, *self._rows.values()]
        return Sheet(
            tracker="rehearsal", tab="Orders", rows=rows, row_numbers=range(1, len(rows) + 1),
            timezone=self._options.timezone, marker=self._memory.marker,
        )  # fmt: skip

    def _put_row(self, order: str, cells: Texts) -> None:
        row = [self._cell(key, cells.get(key, "")) for key in self._keys]
        row[0] = order
        orders = self._recorded.memory.orders
        for key in FLAG_COLUMNS:
            known = order in self._memory.orders.index and f"confirmed_{key}" in orders
            said = self._said(order, key) if known else None
            row[self._keys.index(key)] = said
            if known:
                self._outcome.standing[order, key] = said or ""
        self._rows[order] = row

    def _said(self, order: str, key: str) -> str | None:
        """What SLA or Check said at the start, by the log; else what it says now."""
        lines = [line for line in self._lines.get(order, ()) if line.column == key]
        before = [line for line in lines if line.at <= self._start]
        if before:
            return before[-1].new or None
        if lines:
            return lines[0].old or None
        return str(self._recorded.memory.orders.loc[order, f"confirmed_{key}"]) or None

    def _put(self, order: str, column: str, value: CellValue) -> None:
        row = self._rows.get(order)
        if row is not None and column in self._keys:
            row[self._keys.index(column)] = value

    def _cell(self, column: str, text: str) -> CellValue:
        return cell_value(text, self._rules.columns[column])


def carried_out(memory: Memory, plan: Plan) -> Memory:
    """What is remembered once `plan` was carried out to the last cell."""
    fresh = plan.memory.assign(
        **{f"confirmed_{key}": plan.memory[f"written_{key}"] for key in WRITABLE}
    )
    kept = memory.orders[~memory.orders.index.isin(fresh.index)]
    pauses = pd.concat([memory.pauses, plan.pauses[list(PAUSE_COLUMNS)]], ignore_index=True)
    told = [memory.escalations, plan.escalations]
    return replace(
        memory,
        baseline_at=memory.baseline_at or plan.at,
        last_pass_at=plan.at,
        orders=pd.concat([kept, fresh]) if len(kept) else fresh,
        pauses=pauses.drop_duplicates(["order_id", "start", "reason"], keep="last", ignore_index=True),
        escalations=pd.concat(told, ignore_index=True) if len(plan.escalations) else told[0],
        columns=frozenset(plan.orders.header.columns),
    )  # fmt: skip


def cell_value(text: str, rule: ColumnRule) -> CellValue:
    """A text of the change log as the cell that it tells of."""
    if not text:
        return None
    if rule.type == "checkbox":
        return {"Yes": True, "No": False}.get(text, text)
    if rule.type == "datetime":
        try:
            return local_to_serial(datetime.fromisoformat(text)) if len(text) == _MOMENT else text
        except ValueError:
            return text
    if rule.type == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _cells(plan: Plan) -> Iterator[tuple[str, str, CellValue]]:
    """What the plan writes, as cells."""
    changes = plan.changes
    for order, column, new in zip(
        changes["order_id"].tolist(), changes["column"].tolist(), list(changes["new"]), strict=True
    ):
        yield order, column, local_to_serial(new) if isinstance(new, datetime) else new


def _by_order(changes: Iterable[LoggedChange]) -> Mapping[str, list[LoggedChange]]:
    found: dict[str, list[LoggedChange]] = {}
    for line in changes:
        found.setdefault(line.order_id, []).append(line)
    return found
