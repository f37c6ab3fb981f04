"""One pass over the vendors: records first, then letters that no longer hold, then what falls due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np

from sheetsync.domain.companions import Vendor
from sheetsync.domain.model import Notice
from sheetsync.domain.vendors.answers import Replied, look_at_replies
from sheetsync.domain.vendors.chasing import Silent, tell_people
from sheetsync.domain.vendors.letters import Member, entries_of, facts_mark, lacking, letter
from sheetsync.domain.vendors.memory import (
    ASSIGNED,
    DIGEST,
    REMINDER,
    VENDOR,
    Asked,
    UnsentLetter,
)
from sheetsync.domain.vendors.scene import Scene, address_of, key_of, why_not
from sheetsync.domain.vendors.standing import stands_now

CALLED_OFF: Final = "The sheet no longer asks this vendor for all of these orders; it was called off before it left."
CORRECTED: Final = (
    "The orders or the address were corrected before it left; a new letter takes its place."
)


@dataclass(kw_only=True, eq=False)
class Decided:
    """What is gathered over one pass. `records` and `vendors` are by row, `changed` by order."""

    records: dict[int, Asked] = field(default_factory=dict)
    vendors: dict[int, Vendor] = field(default_factory=dict)
    changed: dict[str, Asked] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    withdrawn: list[tuple[str, str]] = field(default_factory=list)
    replied: Replied = field(default_factory=Replied)
    unknown: list[int] = field(default_factory=list)
    """Rows whose Vendor cell names nobody of the tab."""
    waiting: dict[int, str] = field(default_factory=dict)
    """Row -> what a letter lacks, or why it does not reach the vendor."""
    turns: list[datetime] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Desk:
    """What is due for one vendor: orders not told yet, orders without an answer, and those to be reminded of."""

    vendor: Vendor
    fresh: list[Member] = field(default_factory=list)
    open: list[Member] = field(default_factory=list)
    remind: list[Member] = field(default_factory=list)


class VendorPass:
    """One pass over the vendors of a scene."""

    def __init__(self, scene: Scene, mails_today: int) -> None:
        self._scene, self._mails_today = scene, mails_today
        frame = scene.orders.frame
        ids = frame["order_id"].to_numpy(object)
        usable = np.flatnonzero(frame["usable"].to_numpy(bool)).tolist()
        self._rows = {str(ids[row]): row for row in usable}
        self._silent: list[Silent] = []
        self.done = Decided()

    def run(self) -> Decided:
        """Everything that falls due at this moment."""
        self.done.replied = look_at_replies(self._scene, self._rows, self._scene.before.asked)
        for order, row in self._rows.items():
            self._record(order, row)
        for against in self.done.replied.against:
            self._keep(against.row, replace(self.done.records[against.row], stood=against.stood))
        if not self._scene.silent:
            for unsent in self._scene.before.unsent:
                self._look_again(unsent)
            for _, desk in sorted(self._desks().items()):
                self._letters(desk)
            bag = tell_people(self._scene, self._silent, self._mails_today)
            self.done.notices += bag.notices
            self.done.remarks += bag.remarks
        return self.done

    # -- how it stands ------------------------------------------------------------------------------

    def _record(self, order: str, row: int) -> None:
        scene = self._scene
        written, old = scene.text("vendor", row), scene.before.asked.get(order)
        if not written and old is None:
            return
        vendor = scene.vendors.find(written) if written else None
        if written and vendor is None:
            if scene.open_order[row]:
                self.done.unknown.append(row)
            if old is not None:
                self.done.records[row] = old
            return
        record = stands_now(scene, row, vendor, old, self.done.replied.at.get(order))
        if record is None:
            return
        self.done.records[row] = record
        if vendor is not None:
            self.done.vendors[row] = vendor
        if record != old:
            self.done.changed[order] = record

    def _keep(self, row: int, record: Asked) -> None:
        self.done.records[row] = record
        self.done.changed[self._scene.order(row)] = record

    def _is_told(self, row: int) -> bool:
        """Whether a letter may speak of the order in this row now."""
        found = row in self.done.vendors and not self.done.records[row].off
        return found and bool(self._scene.open_order[row] and self._scene.told[row])

    # -- what has not left --------------------------------------------------------------------------

    def _look_again(self, unsent: UnsentLetter) -> None:
        """Call a letter off that is not true any more; what of it still is goes into a new one."""
        rows = [self._rows.get(order, -1) for order in unsent.epochs]
        if all(self._still_asks(row, unsent) for row in rows):
            members = [Member(row=row, order=order, record=self.done.records[row])
                       for order, row in zip(unsent.epochs, rows, strict=True)]  # fmt: skip
            vendor = self.done.vendors[rows[0]]
            mark = facts_mark(entries_of(self._scene, vendor, members), address_of(vendor))
            if mark == unsent.facts:
                return
            self.done.withdrawn.append((unsent.key, CORRECTED))
        else:
            self.done.withdrawn.append((unsent.key, CALLED_OFF))
        for row in rows:
            if self._is_asked(row, unsent):
                self._take_back(row, unsent.kind)

    def _is_asked(self, row: int, unsent: UnsentLetter) -> bool:
        record = self.done.records.get(row)
        if record is None or record.vendor != unsent.vendor or record.stands != "asked":
            return False
        return record.epoch == unsent.epochs.get(self._scene.order(row))

    def _still_asks(self, row: int, unsent: UnsentLetter) -> bool:
        return (
            self._is_asked(row, unsent) and self._is_told(row) and not self.done.records[row].answer
        )

    def _take_back(self, row: int, kind: str) -> None:
        """As if the letter that was called off had never been decided."""
        record = self.done.records[row]
        if kind == REMINDER:
            self._keep(row, replace(record, reminded=max(0, record.reminded - 1), by_date=False))
        elif record.reminded == 0:
            new = replace(record, stands="new", asked_at=None, digested_at=None, by_date=False)
            self._keep(row, new)

    # -- what falls due -----------------------------------------------------------------------------

    def _desks(self) -> dict[str, _Desk]:
        desks: dict[str, _Desk] = {}
        for order, row in sorted(self._rows.items()):
            if row not in self.done.records or not self._is_told(row):
                continue
            vendor, record = self.done.vendors[row], self.done.records[row]
            desk = desks.setdefault(key_of(vendor), _Desk(vendor=vendor))
            member = Member(row=row, order=order, record=record)
            if record.stands == "new" and not record.answer:
                self._new(desk, member)
            elif record.stands == "asked" and not record.answer:
                desk.open.append(member)
                self._chase(desk, member)
        return desks

    def _new(self, desk: _Desk, member: Member) -> None:
        words = why_not(desk.vendor, self._scene.vendors.table.title) or lacking(
            self._scene, member.row, desk.vendor
        )
        if words:
            self.done.waiting[member.row] = words
        else:
            desk.fresh.append(member)

    def _chase(self, desk: _Desk, member: Member) -> None:
        """The reminders of one order that has no answer: by the vendor's own time, and before the due date."""
        record, scene = member.record, self._scene
        if record.asked_at is None:
            return
        allowed, steps = scene.confirm_time(desk.vendor), scene.settings.steps
        moments = [record.asked_at + step.at * allowed for step in steps]
        top = sum(moment <= scene.now for moment in moments)
        self.done.turns += moments[top : top + 1]
        remind = self._by_date(member, record.asked_at)
        if top > record.reminded:
            passed = steps[record.reminded : top]
            remind = remind or any(VENDOR in step.who for step in passed)
            self._silent.append(
                Silent(row=member.row, order=member.order, epoch=record.epoch, level=top,
                       step=steps[top - 1], asked_at=record.asked_at, allowed=allowed)
            )  # fmt: skip
            self._keep(member.row, replace(self.done.records[member.row], reminded=top))
        if remind:
            desk.remind.append(replace(member, record=self.done.records[member.row]))

    def _by_date(self, member: Member, asked_at: datetime) -> bool:
        """Whether the vendor, of whom nothing was heard, is asked once more since the order must leave soon."""
        ahead, scene = self._scene.settings.ask_before_due, self._scene
        due = scene.moment("dispatch_by", member.row) or scene.moment("promised_at", member.row)
        record = self.done.records[member.row]
        if ahead is None or due is None or record.by_date or record.heard_at is not None:
            return False
        at = due - ahead
        if at > scene.now:
            self.done.turns.append(at)
            return False
        self._keep(member.row, replace(record, by_date=True))
        return at > asked_at

    def _letters(self, desk: _Desk) -> None:
        fresh = self._ready(desk.fresh)
        remind = desk.remind if address_of(desk.vendor) else []
        if not (fresh or remind):
            return
        every = sorted([*desk.open, *fresh], key=lambda each: each.order)
        settings = self._scene.settings
        if settings.digest_from and len(every) >= settings.digest_from:
            self._list(desk.vendor, every)
            return
        if fresh:
            self._write(ASSIGNED, desk.vendor, fresh)
        if remind:
            self._write(REMINDER, desk.vendor, remind)

    def _ready(self, fresh: Sequence[Member]) -> list[Member]:
        """All that is new for one vendor, once the oldest of it has waited long enough."""
        starts = [each.record.since or self._scene.now for each in fresh]
        if not starts:
            return []
        ends = min(starts) + self._scene.settings.window
        if ends > self._scene.now:
            self.done.turns.append(ends)
            return []
        return list(fresh)

    def _list(self, vendor: Vendor, every: Sequence[Member]) -> None:
        """One list of all that waits, at most one in so long."""
        told = [each.record.digested_at for each in every if each.record.digested_at is not None]
        again = max(told) + self._scene.settings.digest_every if told else self._scene.now
        if again > self._scene.now:
            self.done.turns.append(again)
        else:
            self._write(DIGEST, vendor, every)

    def _write(self, kind: str, vendor: Vendor, members: Iterable[Member]) -> None:
        """Decide one letter, and remember of each order that it was."""
        scene = self._scene
        current = [
            replace(each, record=self.done.records[each.row])
            for each in sorted(members, key=lambda each: each.order)
        ]
        allowed = scene.confirm_time(vendor)
        ends = [(each.record.asked_at or scene.now) + allowed for each in current]
        coming = [end for end in ends if end > scene.now]
        by = min(coming) if coming else None
        self.done.notices.append(letter(scene, kind, vendor, current, by))
        for each in current:
            record = replace(each.record, letters=each.record.letters + 1)
            if record.stands == "new":
                record = replace(record, stands="asked", asked_at=scene.now, prior=None)
                self._first_turn(record, vendor)
            if kind == DIGEST:
                record = replace(record, digested_at=scene.now)
            self._keep(each.row, record)

    def _first_turn(self, record: Asked, vendor: Vendor) -> None:
        steps = self._scene.settings.steps
        if steps and record.asked_at is not None:
            allowed = self._scene.confirm_time(vendor)
            self.done.turns.append(record.asked_at + steps[0].at * allowed)
