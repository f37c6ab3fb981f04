"""What must be true of sheet and mails, worked out from the people's truth; nothing of the product is asked.

`after_a_pass` holds whenever a pass was finished, while people go on. `in_the_end` holds once they have
gone home and the worker was let finish.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from sheetsync.domain.moments import local_to_serial
from tests.sheets_server.model import Book
from tests.simulation.kills.mailbox import Handing
from tests.simulation.kills.shop_rules import PACKING
from tests.simulation.kills.truth import STAMPS, Order, Truth
from tests.support.google_sheets import rows_of
from tests.support.shop import TITLES

SECOND: Final = 1 / 86_400


@dataclass(slots=True)
class Verdict:
    """What was found, in words; the same thing is said once."""

    wrong_rows: set[str] = field(default_factory=set)
    lost_edits: set[str] = field(default_factory=set)
    stamps: set[str] = field(default_factory=set)
    """Stamps that are lost, invented or moved."""
    unsettled: set[str] = field(default_factory=set)
    """What is not as it must be once all is quiet."""

    def lines(self) -> list[str]:
        """All of it."""
        return sorted(self.wrong_rows | self.lost_edits | self.stamps | self.unsettled)


@dataclass(slots=True)
class SheetOracle:
    """Looks at the book itself. `zone` is that of the tracker."""

    book: Book
    truth: Truth
    zone: tzinfo
    verdict: Verdict = field(default_factory=Verdict)
    _stamped: dict[tuple[str, str], float] = field(default_factory=dict)

    def after_a_pass(self) -> None:
        """A pass was just finished: no cell in a wrong row, nothing of people's gone, no stamp moved."""
        for order, row in self._rows():
            self._typed(order, row)
            for box, stamp in STAMPS.items():
                self._stamp(order, box, stamp, row.get(TITLES[stamp]))

    def in_the_end(self, now: datetime) -> None:
        """Nobody types any more: every order is complete and right."""
        self.after_a_pass()
        for order, row in self._rows():
            self._whole(order, row, now)

    # -- rows ---------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[Order, Mapping[str, Any]]]:
        headings, *rows = rows_of(self.book, self.book.sheets[0].title)
        found = [dict(zip(map(str, headings), row, strict=False)) for row in rows if any(row)]
        ids = [str(row.get(TITLES["order_id"])) for row in found]
        if sorted(ids) != sorted(self.truth.orders):
            self.verdict.wrong_rows.add(
                f"the rows are not the people's: {_unlike(ids, self.truth)}"
            )
        for order_id, row in zip(ids, found, strict=True):
            if order_id in self.truth.orders:
                yield self.truth.orders[order_id], row

    def _typed(self, order: Order, row: Mapping[str, Any]) -> None:
        for key, value in order.typed.items():
            wanted, stands = _cell(value), row.get(TITLES[key])
            if not _same(wanted, stands):
                self.verdict.lost_edits.add(
                    f"{order.order_id}: somebody typed {wanted!r} under {TITLES[key]}, "
                    f"{stands!r} stands there"
                )

    def _stamp(self, order: Order, box: str, stamp: str, stands: Any) -> None:
        key = (order.order_id, stamp)
        if stands is None or stamp in order.typed:
            self._stamped.pop(key, None)
            return
        where = f"{order.order_id}: {TITLES[stamp]}"
        if box not in order.ticked:
            self.verdict.wrong_rows.add(f"{where} is {stands}, and the box was never ticked")
        elif abs(self._stamped.setdefault(key, stands) - stands) > SECOND / 2:
            self.verdict.stamps.add(f"{where} was {self._stamped[key]} and is {stands} now")

    # -- the end ------------------------------------------------------------------------------------

    def _whole(self, order: Order, row: Mapping[str, Any], now: datetime) -> None:
        said = self.verdict.unsettled
        if row.get(TITLES["status"]) != order.status:
            said.add(
                f"{order.order_id}: Status is {row.get(TITLES['status'])!r}, not {order.status!r}"
            )
        for box, moment in order.ticked.items():
            stands = row.get(TITLES[STAMPS[box]])
            if STAMPS[box] in order.typed:
                continue
            first = self._serial(moment - timedelta(seconds=1))
            if not isinstance(stands, float | int) or not first <= stands <= self._serial(now):
                self.verdict.stamps.add(
                    f"{order.order_id}: {box} was ticked at {moment:%H:%M:%S}, its stamp is {stands!r}"
                )
        breached = str(row.get(TITLES["sla"]) or "").startswith("Breached")
        if breached != order.late:
            said.add(f"{order.order_id}: SLA says {row.get(TITLES['sla'])!r}")
        picked, due = row.get(TITLES["picked_at"]), row.get(TITLES["sla_due"])
        if order.status == "Packing" and isinstance(picked, float | int):
            until = picked + PACKING.total_seconds() * SECOND
            if not isinstance(due, float | int) or abs(due - until) > 60 * SECOND:
                said.add(f"{order.order_id}: picked at {picked}, SLA Due is {due!r}")

    def _serial(self, moment: datetime) -> float:
        return local_to_serial(moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0))


@dataclass(slots=True)
class MailVerdict:
    """The mails counted: each telling is one recipient told of one order."""

    due: int = 0
    sent: int = 0
    doubled: int = 0
    """Copies that a hard kill during the handing over excuses."""
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def count_mails(
    truth: Truth, handings: Sequence[Handing], killed: Iterable[int], held: set[str]
) -> MailVerdict:
    """Compare what arrived with what was due. `killed`: the lives that ended by a hard kill.

    A second copy is excused only where the one before it was the last mail that a killed worker began:
    of every earlier one that worker had noted that it was sent. `held`: orders that wait visibly.
    """
    verdict = MailVerdict(due=len(truth.due()))
    last = {handing.life: handing for handing in handings}
    ended = set(killed)
    copies: dict[str, list[Handing]] = defaultdict(list)
    for handing in handings:
        if handing.content:
            copies[handing.message_id].append(handing)
    told: dict[tuple[str, str], str] = {}
    for message_id, same in copies.items():
        _one_mail(verdict, message_id, same)
        for before in same[:-1]:
            verdict.doubled += 1
            if before.life not in ended or last[before.life] is not before:
                verdict.broken.append(f"{message_id} was sent twice, and no kill excuses it")
        for order in same[0].orders():
            telling = (same[0].recipient, order)
            if told.setdefault(telling, message_id) != message_id:
                verdict.broken.append(f"{telling} was told by two mails")
    verdict.sent = len(told.keys() & truth.due())
    verdict.lost = [
        f"{order} was never told to {recipient}"
        for recipient, order in sorted(truth.due() - told.keys())
        if order not in held
    ]
    verdict.broken += [
        f"{order} was told to {recipient}, and that was not due"
        for recipient, order in sorted(told.keys() - truth.due())
    ]
    return verdict


def _one_mail(verdict: MailVerdict, message_id: str, same: Sequence[Handing]) -> None:
    first = same[0]
    if not message_id or not first.text or not first.orders():
        verdict.broken.append(f"a mail to {first.recipient} arrived torn: {first.content[:200]!r}")
    for copy in same[1:]:
        if (copy.recipient, copy.text) != (first.recipient, first.text):
            verdict.broken.append(f"{message_id} came a second time with another text")


def _cell(value: Any) -> Any:
    return local_to_serial(value) if isinstance(value, datetime) else value


def _same(wanted: Any, stands: Any) -> bool:
    if isinstance(wanted, float) and isinstance(stands, float | int):
        return abs(wanted - stands) < SECOND / 2
    return bool(wanted == stands)


def _unlike(ids: Sequence[str], truth: Truth) -> str:
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    gone, more = sorted(truth.orders.keys() - set(ids)), sorted(set(ids) - truth.orders.keys())
    return f"doubled {doubled}, gone {gone}, more {more}"
