"""What would have happened beside what happened, day by day and order by order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sheetsync.domain.model import DOUBLED_ORDER_RULE
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rehearsal.play import FLAG_COLUMNS, Flag, Outcome
from sheetsync.domain.rehearsal.recorded import LoggedMail, Recorded
from sheetsync.domain.texts import fold
from sheetsync.domain.undo.cells import undone_pass

LATE: Final = "Breached"
WRONG: Final = "Error"
"""How SLA and Check begin where an order is late, and where something must be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: orders flagged late, orders with an error, and mails; as it was, and as it would be."""

    day: date
    late: tuple[int, int]
    wrong: tuple[int, int]
    mails: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Mails to one address: as it was, and as it would be, with the orders they name."""

    address: str
    mails: tuple[int, int]
    orders: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer of a simulation. `opening`: what the new rules would say at once at the start.

    `more` are flags of orders that were not flagged so at all, `fewer` those that would not be.
    `statuses`: orders whose Status would say something else at the end: order, as it is, as it would be.
    """

    start: datetime
    end: datetime
    days: tuple[Day, ...]
    opening: tuple[int, int, int]
    more: tuple[Flag, ...]
    fewer: tuple[Flag, ...]
    statuses: tuple[tuple[str, str, str], ...]
    recipients: tuple[Recipient, ...]
    mails: tuple[LoggedMail, ...]
    looks: int
    orders: int
    left_out: int
    notes: tuple[str, ...]


def compare(
    recorded: Recorded, outcome: Outcome, *, end: datetime, timezone: str, notes: Sequence[str]
) -> Comparison:
    """Lay `outcome` beside what is on record from its start to `end` (aware UTC)."""
    were = [
        flag
        for flag in happened(recorded, outcome.start, end)
        if outcome.standing.get((flag.order_id, flag.column)) != flag.text
    ]
    was_mailed = [mail for mail in recorded.mails if outcome.start < mail.at <= end]
    would = [*outcome.opening_flags, *outcome.flags]
    mails = [*outcome.opening_mails, *outcome.mails]
    return Comparison(
        start=outcome.start,
        end=end,
        days=_days(were, outcome.flags, was_mailed, outcome.mails, timezone),
        opening=(
            _orders(outcome.opening_flags, "sla", LATE),
            _orders(outcome.opening_flags, "check", WRONG),
            len(outcome.opening_mails),
        ),
        more=_only_in(would, were),
        fewer=_only_in(were, would),
        statuses=_statuses(recorded, outcome),
        recipients=_recipients(was_mailed, mails),
        mails=tuple(mails),
        looks=outcome.looks,
        orders=outcome.orders,
        left_out=outcome.left_out,
        notes=tuple(notes),
    )


def _statuses(recorded: Recorded, outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    pairs = (
        (order, recorded.cells.get(order, {}).get("status", ""), would)
        for order, would in sorted(outcome.statuses.items())
    )
    return tuple(pair for pair in pairs if fold(pair[1]) != fold(pair[2]))


def happened(recorded: Recorded, start: datetime, end: datetime) -> list[Flag]:
    """What SLA and Check began to say in that time, by the change log; of doubled Order IDs nothing is known."""
    return [
        Flag(at=line.at, order_id=line.order_id, column=line.column, text=line.new)
        for line in recorded.changes
        if line.column in FLAG_COLUMNS
        and line.by == "worker"
        and start < line.at <= end
        and line.rule != DOUBLED_ORDER_RULE
        and undone_pass(line.rule) is None
    ]


def _days(
    were: Sequence[Flag],
    would: Sequence[Flag],
    was_mailed: Sequence[LoggedMail],
    would_mail: Sequence[LoggedMail],
    timezone: str,
) -> tuple[Day, ...]:
    def of(moment: datetime) -> date:
        return scalar_to_local(moment, timezone).date()

    days = sorted({of(flag.at) for flag in (*were, *would)} | {of(mail.at) for mail in (*was_mailed, *would_mail)})  # fmt: skip
    return tuple(
        Day(
            day=day,
            late=_both(were, would, "sla", LATE, lambda at, day=day: of(at) == day),  # type: ignore[misc]
            wrong=_both(were, would, "check", WRONG, lambda at, day=day: of(at) == day),  # type: ignore[misc]
            mails=(
                sum(of(mail.at) == day for mail in was_mailed),
                sum(of(mail.at) == day for mail in would_mail),
            ),
        )
        for day in days
    )


def _both(
    were: Sequence[Flag],
    would: Sequence[Flag],
    column: str,
    word: str,
    then: Callable[[datetime], bool],
) -> tuple[int, int]:
    one, other = ([flag for flag in flags if then(flag.at)] for flags in (were, would))
    return _orders(one, column, word), _orders(other, column, word)


def _orders(flags: Iterable[Flag], column: str, word: str) -> int:
    """How many orders are flagged so."""
    return len({f.order_id for f in flags if f.column == column and f.text.startswith(word)})


def _only_in(these: Sequence[Flag], those: Sequence[Flag]) -> tuple[Flag, ...]:
    """The first flag of each kind and order among `these` that `those` never raise."""
    known = {_kind(flag) for flag in those}
    first: dict[tuple[str, str], Flag] = {}
    for flag in these:
        kind = _kind(flag)
        if kind[1] and kind not in known:
            first.setdefault(kind, flag)
    return tuple(sorted(first.values(), key=lambda flag: (flag.at, flag.order_id)))


def _kind(flag: Flag) -> tuple[str, str]:
    """The order, and what it is flagged for; "" where the text is no alarm."""
    for column, word in (("sla", LATE), ("check", WRONG)):
        if flag.column == column and flag.text.startswith(word):
            return flag.order_id, word
    return flag.order_id, ""


def _recipients(were: Sequence[LoggedMail], would: Sequence[LoggedMail]) -> tuple[Recipient, ...]:
    addresses = sorted({mail.recipient for mail in (*were, *would)})
    return tuple(
        Recipient(
            address=address,
            mails=(_to(were, address), _to(would, address)),
            orders=(_named(were, address), _named(would, address)),
        )
        for address in addresses
    )


def _to(mails: Sequence[LoggedMail], address: str) -> int:
    return sum(mail.recipient == address for mail in mails)


def _named(mails: Sequence[LoggedMail], address: str) -> tuple[str, ...]:
    return tuple(sorted({o for mail in mails if mail.recipient == address for o in mail.orders}))
