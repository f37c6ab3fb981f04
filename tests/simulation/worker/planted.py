"""Workers with a mistake in them, which the simulation must find: each leaves out what one promise hangs on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import pandas as pd
from sqlalchemy import update

from sheetsync.domain.guard import GuardLimits
from sheetsync.domain.model import Memory, Receipt
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import MailError
from sheetsync.messages.compose import Composable, Composer, Letter
from sheetsync.messages.transports import SendResult, Transport
from sheetsync.store.engine import writing
from sheetsync.store.outbox import Outbox
from sheetsync.store.passes import dedupe_key
from sheetsync.store.store import Store
from sheetsync.store.tables import outbox
from sheetsync.trackers.base import Tracker, WriteBatch
from sheetsync.trackers.receipts import change_receipt, plain_new
from sheetsync.worker.leasing import leased, worker_name
from sheetsync.worker.one_pass import Ports
from sheetsync.worker.workshop import _state_folder
from tests.simulation.worker.people import TICKS
from tests.simulation.worker.story import play_seed
from tests.simulation.worker.worker import SimWorker, WatchedTracker

# Mails -----------------------------------------------------------------------------------------


class _MarkedFirst(Outbox):
    def mark_in_data(self, row_id: int, **more: Any) -> bool:
        marked = super().mark_in_data(row_id, **more)
        done = {"from_state": "in_data", "to_state": "sent"}
        return marked and self.settle(row_id, owner=more["owner"], now=more["now"], **done)


class MarksBeforeSending(SimWorker):
    """A mail counts as sent just before it leaves."""

    def outbox(self, kinds: frozenset[str] | None, without: str = "") -> Outbox:
        """One that marks too early."""
        found = super().outbox(kinds, without)
        return _MarkedFirst(
            found._engine, found._path, found._tracker_id, found._kinds, without=without
        )


class _Unmarked:
    def __init__(self, way: Transport, note: Callable[[str, str], None]) -> None:
        self.name, self.recover, self.close = way.name, way.recover, way.close
        self._way, self._note = way, note

    def send(self, letter: Letter, *, before_commit: Callable[[], None]) -> SendResult:
        del before_commit
        self._note(letter.recipient, letter.message_id)
        return self._way.send(letter, before_commit=lambda: None)


class HasNoSecondMark(SimWorker):
    """Nothing is marked between the claim and the message; its Message-ID is noted."""

    def transport(self) -> Transport:
        """One that never says that it is about to send."""
        return _Unmarked(super().transport(), self._note)

    def _note(self, recipient: str, message_id: str) -> None:
        claimed = update(outbox).where(outbox.c.state == "claimed", outbox.c.recipient == recipient)
        with writing(self.store._engine, self.store._path) as connection:
            connection.execute(claimed.values(message_id=message_id))


@dataclass(frozen=True)
class _Forgetful(Composer):
    def compose(self, row: Any, now: datetime) -> Letter:
        anew = replace(self, secret=secrets.token_bytes(32))
        return Composer.compose(anew, replace(row, message_id=""), now)


class NamesEachTryAnew(SimWorker):
    """A message that is sent again is another message."""

    def composer(self) -> Composer:
        """One that forgets the Message-ID."""
        made = super().composer()
        return _Forgetful(**{name: getattr(made, name) for name in Composer.__dataclass_fields__})


# The commit ------------------------------------------------------------------------------------


class _CommitsLast:
    """A store before whose commit the sheet is written and the mails have left."""

    def __init__(self, store: Store, worker: CommitsLast, tracker: Tracker) -> None:
        self._store, self._worker, self._tracker = store, worker, tracker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit_pass(self, tracker_id: int, plan: Any, **more: Any) -> int:
        sheet = plan.orders.sheet
        self._tracker.write(
            WriteBatch(
                changes=plan.changes, header=plan.orders.header, fingerprint=sheet.fingerprint
            )
        )
        left = [notice.key for notice in plan.notices if self._worker.mailed(notice, plan.at)]
        self._worker.steps.at("pass: commit")
        number = self._store.commit_pass(tracker_id, plan, **more)
        waiting = self._store.outbox(tracker_id)
        for row in waiting.due(plan.at, 1000):
            if row.dedupe_key.partition("|")[2] in left:
                waiting.claim(row, owner="x", until=plan.at, now=plan.at)
                message_id = self._worker.composer().message_id(row.dedupe_key)
                more_ = {"owner": "x", "now": plan.at}
                waiting.mark_in_data(row.id, message_id=message_id, transport="smtp", **more_)
                waiting.settle(row.id, from_state="in_data", to_state="sent", **more_)
        return number


class CommitsLast(SimWorker):
    """First the sheet, then the mails, then the commit."""

    def mailed(self, notice: Any, now: datetime) -> bool:
        """Whether a mail that is not in the store yet has left."""
        if notice.not_before is not None and notice.not_before > now:
            return False
        row: Composable = SimpleNamespace(  # type: ignore[assignment]
            dedupe_key=dedupe_key(self.state.uuid, notice), message_id="",
            **{name: getattr(notice, name) for name in _OF_A_NOTICE},
        )  # fmt: skip
        try:
            letter = self.composer().compose(row, now)
        except MailError:
            return False
        return self.transport().send(letter, before_commit=lambda: None).outcome == "sent"

    def _ports(self, *arguments: Any) -> Ports:
        ports = super()._ports(*arguments)
        store: Any = _CommitsLast(ports.store, self, ports.tracker)
        return replace(ports, store=store)


_OF_A_NOTICE: Final = (
    "kind", "audience", "recipient", "recipient_name", "subject", "level", "orders", "context",
)  # fmt: skip


# The sheet -------------------------------------------------------------------------------------


class _ByNumber(WatchedTracker):
    def write(self, batch: WriteBatch) -> Receipt:
        self._steps.at("tracker: write")
        self._around.meant(batch)
        tracker: Any = self.inner
        for row, key, new in zip(
            *(batch.changes[name] for name in ("row", "column", "new")), strict=True
        ):
            column = batch.header.columns.get(key)
            if column is not None and row <= len(tracker.cells):
                tracker._put(int(row), column, tracker._stored(plain_new(new)))
        verdicts = [("applied", "")] * len(batch.changes)
        self._steps.at("tracker: written", effect=True)
        return change_receipt(batch.changes, verdicts, tracker.fingerprint(), requests=1)


class WritesByRowNumber(SimWorker):
    """Cells are written where the rows stood when they were read."""

    def tracker(self, rules: Rulebook) -> Tracker:
        """One that does not look again."""
        found = super().tracker(rules)
        found.__class__ = _ByNumber
        return found


class _WholeRows(WatchedTracker):
    def write(self, batch: WriteBatch) -> Receipt:
        tracker: Any = self.inner
        as_read = dict(zip(self._numbers, self._rows, strict=True))
        self._steps.at("tracker: write")
        for number in {int(row) for row in batch.changes["row"]} & as_read.keys():
            for column, value in enumerate(as_read[number]):
                tracker._put(number, column, value)
        self._steps.at("tracker: rows back", effect=True)
        return super().write(batch)

    def read(self) -> Any:
        sheet = super().read()
        self._numbers, self._rows = list(sheet.row_numbers), [list(row) for row in sheet.rows]
        return sheet


class WritesWholeRows(SimWorker):
    """A row of which a cell changes is written back as it was read."""

    def tracker(self, rules: Rulebook) -> Tracker:
        """One that takes rows for its own."""
        found = super().tracker(rules)
        found.__class__ = _WholeRows
        return found


# The fence -------------------------------------------------------------------------------------


class IgnoresTheFence(SimWorker):
    """It takes the lease, and never proves it."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """As ever, but for the store, which stays the plain one."""
        with leased(
            self.store, self._tracker_id, worker=worker_name(_state_folder(self.config)),
            length=self.config.worker.lease, clock=self._clock, timezone=self.timezone,
        ):  # fmt: skip
            yield


# Memory and guard ------------------------------------------------------------------------------


class _Forgets:
    """A store that tells nothing of times that no receipt has confirmed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def load_memory(self, *arguments: Any, **more: Any) -> Memory:
        memory = self._store.load_memory(*arguments, **more)
        orders = memory.orders.copy()
        for key in TICKS:
            stamp = f"{key}_at"
            open_ = (orders[f"written_{stamp}"] != orders[f"confirmed_{stamp}"]).to_numpy()
            orders.loc[open_, f"seen_{key}"] = 0
            orders.loc[open_, [stamp, f"{stamp}_from"]] = pd.NaT
            orders.loc[open_, [f"written_{stamp}", f"{key}_source"]] = ""
        return replace(memory, orders=orders)


class StampsByTheClock(SimWorker):
    """A time that was decided and not yet written is taken from the clock again."""

    def _ports(self, *arguments: Any) -> Ports:
        ports = super()._ports(*arguments)
        store: Any = _Forgets(ports.store)
        return replace(ports, store=store)


class HasNoGuard(SimWorker):
    """No change is too large."""

    @property
    def limits(self) -> GuardLimits:
        """Limits that nothing reaches."""
        return replace(super().limits, min_rows=10**6)


PLANTED: Final[Mapping[str, type[SimWorker]]] = {
    "mark before send": MarksBeforeSending,
    "commit last": CommitsLast,
    "write by row number": WritesByRowNumber,
    "ignore the fence": IgnoresTheFence,
    "no mark before DATA": HasNoSecondMark,
    "another Message-ID at each try": NamesEachTryAnew,
    "whole rows written back": WritesWholeRows,
    "times from the clock on a replay": StampsByTheClock,
    "no guard": HasNoGuard,
}


CAUGHT_AT: Final[Mapping[str, int]] = {
    "mark before send": 20, "commit last": 1, "write by row number": 4, "ignore the fence": 9,
    "another Message-ID at each try": 20, "whole rows written back": 1,
    "times from the clock on a replay": 4, "no guard": 52,
}  # fmt: skip
"""The first seed that finds a mistake, counted from 0."""


def caught(name: str, seeds: range) -> tuple[int, str] | None:
    """The first of these seeds at which a promise is broken, and which; None where the mistake stays hidden."""
    for seed in seeds:
        story = play_seed(seed, kind="memory", make_worker=PLANTED[name])
        if story.broken:
            return seed, story.broken[0]
    return None
