"""Delivery of what was decided: claim, compose, mark, hand over, record - one row at a time.

Two marks tell after a kill what can have happened. `claimed`: the message cannot have left, it is
simply sent again. `in_data`: nobody can know; kinds that resend go out again with the same Message-ID (at
most one duplicate per hard kill), all others are held for a person as `in_doubt`. No bad row stops the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Generic

from sheetsync.errors import MailError
from sheetsync.messages.compose import Composer
from sheetsync.messages.customers import room_again, waits_until, why_held
from sheetsync.messages.kinds import OUTSIDERS
from sheetsync.messages.outbox import (
    CUSTOMER,
    DeliveryPolicy,
    Outbox,
    R,
    State,
    retry_at,
    retry_unreachable,
)
from sheetsync.messages.transports import SendResult, Transport
from sheetsync.messages.ways import Way, Written, by_mail

TOO_LATE: Final = "It was too late to be of use."
Step = Callable[[str], None]
"""Called at each boundary; a no-op in production, a kill in tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of one row in this round."""

    row_id: int
    recipient: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """One round of delivery.

    `waiting`: how many of the rows that were due still wait for another attempt.
    `trouble`: why a transport could not be used, "" when all could.
    """

    lines: tuple[Delivered, ...]
    waiting: int = 0
    trouble: str = ""

    @property
    def sent(self) -> int:
        """How many messages left in this round."""
        return self.count("sent")

    def count(self, state: State) -> int:
        """How many rows ended this round in `state`."""
        return Counter(line.state for line in self.lines)[state]


class _LeaseLost(Exception):
    """Another deliverer took the row over; it is theirs now."""


def no_step(name: str) -> None:
    """The production step: nothing."""
    del name


def deliver(
    outbox: Outbox[R],
    transport: Transport[Any],
    now: datetime,
    *,
    composer: Composer,
    owner: str,
    policy: DeliveryPolicy | None = None,
    ways: Mapping[str, Way[Any]] | None = None,
    step: Step = no_step,
) -> DeliveryReport:
    """Deliver what is due in `outbox` at `now` (aware UTC); `owner` names this deliverer uniquely.

    `transport` and `composer` are those of mail; `ways` are the other channels, and may have one for mail too.
    What one channel cannot do keeps no other one back. Raises StoreError when the outbox itself cannot be used; whatever befalls one message is in the report.
    """
    every = {"email": by_mail(transport, composer), **(ways or {})}
    with ExitStack() as ends:
        for way in every.values():
            ends.callback(way.transport.close)
        return _Round(
            outbox=outbox,
            ways=every,
            now=now,
            owner=owner,
            policy=policy or DeliveryPolicy(),
            step=step,
        ).run()


class _Round(Generic[R]):
    def __init__(
        self,
        *,
        outbox: Outbox[R],
        ways: Mapping[str, Way[Any]],
        now: datetime,
        owner: str,
        policy: DeliveryPolicy,
        step: Step,
    ) -> None:
        self._outbox = outbox
        self._ways = ways
        self._now = now
        self._owner = owner
        self._policy = policy
        self._step = step
        self._lines: list[Delivered] = []
        self._trouble: dict[str, str] = {}

    def run(self) -> DeliveryReport:
        for row in self._outbox.stale(self._now, alone=self._policy.alone):
            self._take_over(row)
        untried = 0
        for row in self._outbox.due(self._now, self._policy.limit):
            if row.channel in self._trouble:
                untried += 1
            else:
                self._one(row)
        report = DeliveryReport(lines=tuple(self._lines), trouble=" ".join(self._trouble.values()))
        return replace(report, waiting=report.count("retry") + untried)

    # -- rows of a deliverer that is gone -----------------------------------------------------------

    def _take_over(self, row: R) -> None:
        """Decide what a row means whose deliverer was killed."""
        if row.state == "claimed":
            self._end(row, "pending", "Delivery was interrupted before the message could leave.")
            return
        way = self._ways.get(row.channel)
        known = "unknown" if way is None else way.transport.recover(row.message_id)
        if known == "delivered":
            self._end(row, "sent", "Found to have been delivered before the interruption.")
        elif known == "absent" or row.kind in self._policy.resend_kinds:
            self._end(row, "pending", "Delivery was interrupted; it is sent again.")
        else:
            self._end(
                row,
                "in_doubt",
                "Delivery was interrupted while the message was handed over. "
                "Ask the recipient, then release or drop it.",
            )

    # -- one row ------------------------------------------------------------------------------------

    def _one(self, row: R) -> None:
        if row.expires_at is not None and row.expires_at <= self._now:
            self._end(row, "superseded", TOO_LATE)
            return
        way = self._ways.get(row.channel)
        if way is None:
            words = (
                f"Nothing can be sent by {row.channel}: that channel is not set up in config.yaml."
            )
            self._end(row, "held", words)
            return
        try:
            address = way.address(row.recipient)
        except MailError as error:
            self._end(row, "held", str(error))
            return
        if row.audience == CUSTOMER and self._waits(row, way):
            return
        barred = self._barred(row, way, address)
        if barred:
            self._end(row, "suppressed", barred)
            return
        self._claim_and_send(row, way)

    def _waits(self, row: R, way: Way[Any]) -> bool:
        """Whether a letter to a customer waits: for a person, the end of the night, or room within the hour."""
        stop = why_held(self._policy.customers, row, self._outbox, self._now)
        if stop:
            self._end(row, "held", stop)
            return True
        later = waits_until(self._policy.customers, row, self._now)
        if later is not None:
            self._end(row, "retry", "It waits for the end of the quiet hours.", not_before=later)
            return True
        later = room_again(way.per_hour, row, self._outbox, self._now)
        if later is not None:
            words = f"It waits: {way.per_hour:,} left within an hour (per_hour in config.yaml)."
            self._end(row, "retry", words, not_before=later)
        return later is not None

    def _barred(self, row: R, way: Way[Any], address: str) -> str:
        if row.channel == "email" and not self._policy.allows(address):
            return "Mail goes to the addresses under only_to in config.yaml only."
        if not way.allows(address):
            return f"Messages by {row.channel} go to those under its only_to in config.yaml only."
        reason = self._outbox.suppressed(row.channel, address)
        return f"Nothing is sent to this address: {reason}" if reason else ""

    def _claim_and_send(self, row: R, way: Way[Any]) -> None:
        self._step("claim")
        until = self._now + self._policy.lease
        if not self._outbox.claim(row, owner=self._owner, until=until, now=self._now):
            return
        self._step("claimed")
        marked = False

        def before_commit() -> None:
            nonlocal marked
            self._mark(row, way, letter)
            marked = True

        try:
            letter = self._written(row, way)
            self._step("composed")
            result = way.transport.send(letter, before_commit=before_commit)
        except MailError as error:
            # Nothing can have left: a letter to a customer can go once the template is mended.
            state: State = "held" if row.audience == CUSTOMER and not marked else "failed"
            self._end(row, state, str(error), from_state="in_data" if marked else "claimed")
            return
        except _LeaseLost:
            return
        self._step("handed_over")
        self._record(row, way, result, "in_data" if marked else "claimed", letter.remark)
        self._step("recorded")

    def _written(self, row: R, way: Way[Any]) -> Written:
        """The message; a letter to somebody outside stands in the thread of its order."""
        told = self._outbox.thread(row) if way.threads and row.audience in OUTSIDERS else ()
        written: Written = way.write(row, self._now, told)
        return written

    def _mark(self, row: R, way: Way[Any], letter: Written) -> None:
        if not self._outbox.mark_in_data(
            row.id,
            owner=self._owner,
            message_id=letter.message_id,
            transport=way.transport.name,
            now=self._now,
        ):
            raise _LeaseLost
        self._step("in_data")

    def _record(
        self, row: R, way: Way[Any], result: SendResult, from_state: str, remark: str
    ) -> None:
        attempts = row.attempts + 1
        match result.outcome:
            case "sent":
                self._end(row, "sent", remark, from_state=from_state, reference=result.reference)
            case "off":
                self._end(row, "suppressed", result.detail, from_state=from_state)
            case "refused":
                if result.bad_address:
                    address = way.address(row.recipient)
                    self._outbox.suppress(row.channel, address, result.detail, self._now)
                self._end(row, "failed", result.detail, from_state=from_state)
            case "later":
                self._again(row, result, from_state, retry_at(row.dedupe_key, attempts, self._now))
            case "unreachable":
                self._trouble[row.channel] = result.detail
                when = retry_unreachable(row.dedupe_key, attempts, self._now)
                self._again(row, result, from_state, when)
            case "in_doubt":
                if row.kind in self._policy.resend_kinds:
                    when = retry_unreachable(row.dedupe_key, attempts, self._now)
                    self._again(row, result, from_state, when)
                else:
                    words = f"{result.detail} Ask the recipient, then release or drop it."
                    self._end(row, "in_doubt", words, from_state=from_state)

    def _again(self, row: R, result: SendResult, from_state: str, when: datetime | None) -> None:
        if when is None:
            words = f"{result.detail} It was tried {row.attempts + 1} times."
            self._end(row, "failed", words, from_state=from_state)
        else:
            self._end(row, "retry", result.detail, from_state=from_state, not_before=when)

    def _end(
        self,
        row: R,
        state: State,
        detail: str,
        *,
        from_state: str | None = None,
        reference: str = "",
        not_before: datetime | None = None,
    ) -> None:
        moved = self._outbox.settle(
            row.id,
            from_state=from_state or row.state,
            to_state=state,
            owner=self._owner if from_state else None,
            now=self._now,
            detail=detail,
            not_before=not_before,
            provider_ref=reference,
        )
        if moved:
            self._lines.append(
                Delivered(row_id=row.id, recipient=row.recipient, state=state, detail=detail)
            )
