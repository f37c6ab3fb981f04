"""The face of the store: what a pass, a report and the command line may ask of it.

Each method is one transaction. Errors are StoreError (nothing was kept) and StoreCorrupt.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url

from sheetsync.domain.audit import Entry
from sheetsync.domain.milestones.memory import Telling
from sheetsync.domain.model import Marker, Memory, Notice, Plan, Receipt
from sheetsync.domain.rehearsal.recorded import Recorded
from sheetsync.domain.vendors.memory import Asked
from sheetsync.store import backup, facts, holds, leases, passes, reports, settings, trackers
from sheetsync.store.archive import take_out
from sheetsync.store.audit import audit_entries, known_orders
from sheetsync.store.care import Care
from sheetsync.store.changes import brought_in
from sheetsync.store.engine import (
    lease_of,
    open_engine,
    reading,
    sqlite_path,
    under_lease,
    writing,
)
from sheetsync.store.events import load_events
from sheetsync.store.feed_waiting import load_fed
from sheetsync.store.feeds import Feeds
from sheetsync.store.follow_ups import FollowUpBook
from sheetsync.store.history import History, history
from sheetsync.store.inbound import Inbound
from sheetsync.store.lookups import Lookups
from sheetsync.store.mail_records import MailRecord, PassLines, mail_record, pass_lines
from sheetsync.store.memory import load_memory
from sheetsync.store.offline import Offline
from sheetsync.store.outbox import Outbox
from sheetsync.store.problems import DiskFull
from sheetsync.store.rebuilding import KnownMessage, Rebuilt, rebuild
from sheetsync.store.recorded import load_recorded
from sheetsync.store.schema import bring_up_to_date
from sheetsync.store.told import keep_told, told_of
from sheetsync.store.undo import Undoing
from sheetsync.store.vendors import asked_of, kept_secret

T = TypeVar("T")


class Store:
    """What sheetsync remembers. Open it with `Store.open`; close it, or use it in `with`."""

    def __init__(self, engine: Engine, path: Path | None, backup_folder: Path | None) -> None:
        self._engine = engine
        self._path = path
        self._backup_folder = backup_folder

    @classmethod
    def open(
        cls, url: str, *, now: datetime, backup_folder: Path | None = None, password: str = ""
    ) -> Store:
        """Open, check and (after a backup) upgrade the store at `url`.

        That is `sqlite:///path`, or `postgresql://account@host/database` with the account's `password`.
        `backup_folder` None: a folder `backups` beside the file. Raises StoreError,
        and StoreCorrupt for a damaged store or one from a newer sheetsync.
        """
        engine = open_engine(url, password)
        path = sqlite_path(make_url(url))
        store = cls(engine, path, backup_folder or (path.parent / "backups" if path else None))
        try:
            bring_up_to_date(
                engine, path, before_upgrade=lambda: store.backup(now, label="before-upgrade")
            )
        except BaseException:
            engine.dispose()
            raise
        store.keep_reserve()
        return store

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def backup(self, now: datetime, *, keep: int = backup.KEEP, label: str = "") -> Path | None:
        """Copy the store into the backup folder, keeping `keep` days; None without a file."""
        if self._path is None or self._backup_folder is None:
            return None
        return backup.back_up(self._path, self._backup_folder, now=now, keep=keep, label=label)

    def keep_reserve(self) -> None:
        """Hold some room on the disk for the last lines, if it was given up or could not be had."""
        if self._path is not None:
            backup.keep_reserve(self._path)

    # -- the lease ----------------------------------------------------------------------------

    def take_lease(
        self, tracker_id: int, *, owner: str, length: timedelta, clock: Callable[[], datetime]
    ) -> leases.Lease | leases.Taken:
        """The lease on a tracker for `owner`, or who has it. One that `owner` had before is taken over."""
        return self._write(
            lambda c: leases.take(c, tracker_id, owner=owner, length=length, clock=clock)
        )

    def under(self, lease: leases.Lease) -> Store:
        """This store for the time of a lease: nothing is written by it once the lease is lost (LeaseLost)."""
        return Store(under_lease(self._engine, lease), self._path, self._backup_folder)

    @property
    def is_leased(self) -> bool:
        """Whether this store writes under a lease only."""
        return lease_of(self._engine) is not None

    def go_on(self) -> None:
        """Ask before anything that cannot be taken back; raises LeaseLost. Prolongs a lease that is half gone."""
        lease = lease_of(self._engine)
        if lease is not None and self._read(lambda c: leases.left(c, lease)) < lease.length / 2:
            self._write(lambda _c: None)

    def give_back(self, lease: leases.Lease) -> None:
        """End a lease; one that was lost is left as it is."""
        with writing(self._engine, self._path, under=False) as connection:
            leases.give_back(connection, lease)

    # -- trackers -----------------------------------------------------------------------------

    def tracker(self, name: str, ref: str, *, uuid: str, now: datetime) -> trackers.TrackerState:
        """The tracker at `ref`; a new one gets `uuid`, which is ignored for a known one."""
        return self._write(lambda c: trackers.find_or_create(c, name, ref, uuid=uuid, now=now))

    def tracker_state(self, tracker_id: int) -> trackers.TrackerState:
        """The tracker as it stands now; after a commit its `marker` is what to write."""
        return self._read(lambda c: trackers.get(c, tracker_id))

    def trackers(self) -> list[trackers.TrackerState]:
        """All trackers, oldest first."""
        return self._read(trackers.every)

    # -- holds --------------------------------------------------------------------------------

    def hold(self, tracker_id: int, reason: str, *, now: datetime) -> datetime:
        """Stop writing and sending until `release`; `reason` is for people. Since when it is held."""
        return self._write(lambda c: holds.hold(c, tracker_id, reason, now=now))

    def release(self, tracker_id: int) -> None:
        """End a hold."""
        self._write(lambda c: holds.release(c, tracker_id))

    def held_since(self, tracker_id: int) -> datetime | None:
        """Since when the tracker is held; None where it is not, or where that is not known."""
        return self._read(lambda c: holds.held_since(c, tracker_id))

    def approve(
        self, tracker_id: int, approval: holds.Approval, *, reason: str, what: str, mark_anew: bool
    ) -> None:
        """Let the plan of this token through in the next pass; who did so, and why not, is logged."""
        self._write(
            lambda c: holds.approve(
                c, tracker_id, approval, reason=reason, what=what, mark_anew=mark_anew
            )
        )

    def approval(self, tracker_id: int) -> holds.Approval | None:
        """The approval that waits for a pass."""
        return self._read(lambda c: holds.approval(c, tracker_id))

    def drop_approval(self, tracker_id: int) -> None:
        """Forget an approval of a plan that is another one by now."""
        self._write(lambda c: holds.drop_approval(c, tracker_id))

    def adopt(self, tracker_id: int, found: Marker | None, *, who: str, now: datetime) -> None:
        """Begin anew, silently, with a sheet that bears the mark `found`; who said so is logged."""
        self._write(lambda c: holds.adopt(c, tracker_id, found, who=who, now=now))

    # -- a pass -------------------------------------------------------------------------------

    def load_memory(
        self, tracker_id: int, now: datetime, timezone: str, *, returning: Sequence[str] = ()
    ) -> Memory:
        """What the plan needs to know of the past; `timezone` tells when today began.

        With what is remembered of archived orders that are `returning` to the tracker.
        """
        memory = self._with_archived(
            tracker_id,
            returning,
            lambda c: replace(
                load_memory(c, trackers.get(c, tracker_id), now=now, timezone=timezone),
                fed=load_fed(c, tracker_id),
            ),
        )
        return replace(memory, fed=self.feeds(tracker_id).with_more(memory.fed))

    def commit_pass(
        self,
        tracker_id: int,
        plan: Plan,
        *,
        memory: Memory | None = None,
        held: passes.HeldMails | None = None,
    ) -> int:
        """Make the plan's decisions durable, all or none; the number of the pass.

        With `memory`, that of before the pass, what people changed goes to the change log, too. With
        `held` the plan's messages wait for a person.
        """
        fresh = secrets.token_bytes(32)
        return self._write(
            lambda c: passes.commit_pass(c, tracker_id, plan, memory=memory, fresh=fresh, held=held)
        )

    def close_pass(
        self, pass_id: int, receipt: Receipt, *, fingerprint: str, now: datetime
    ) -> None:
        """Note what was written; `fingerprint` "" makes the next pass look again."""
        self._write(
            lambda c: passes.close_pass(c, pass_id, receipt, fingerprint=fingerprint, now=now)
        )

    def quiet_pass(self, tracker_id: int, now: datetime) -> None:
        """Note that the tracker was looked at and stands as it did: nothing to decide."""
        self._write(
            lambda c: trackers.change(c, tracker_id, last_pass_at=now, last_ok_at=now, fail_count=0)
        )

    def fail_pass(
        self,
        tracker_id: int,
        error: str,
        *,
        now: datetime,
        pass_id: int | None = None,
        outcome: str = "failed",
    ) -> None:
        """Note that a pass ended early and why. On a full disk the reserve is freed for this line."""

        def note(connection: Connection) -> None:
            passes.fail_pass(
                connection, tracker_id, error, now=now, pass_id=pass_id, outcome=outcome
            )

        try:
            self._write(note)
        except DiskFull:
            if self._path is None or not backup.free_reserve(self._path):
                raise
            self._write(note)

    def passes(self, tracker_id: int, count: int) -> list[passes.PassLine]:
        """The newest `count` passes, newest first."""
        return self._read(lambda c: passes.last_passes(c, tracker_id, count))

    # -- reports ------------------------------------------------------------------------------

    def load_facts(self, tracker_id: int, *, returning: Sequence[str] = ()) -> pd.DataFrame:
        """The facts of every order that is not archived, and of the archived ones in `returning`.

        Indexed by order_id, typed as the plan gave them.
        """
        return self._with_archived(tracker_id, returning, lambda c: facts.load_facts(c, tracker_id))

    def changed_facts(self, tracker_id: int, new: pd.DataFrame) -> int:
        """Of how many known orders the facts are not what was kept."""
        return self._read(lambda c: facts.changed_facts(c, tracker_id, new))

    def brought_in(self, tracker_id: int, orders: Sequence[str]) -> dict[tuple[str, str], str]:
        """Cells of these orders, by order and column, that a feed or an import wrote last, and what it wrote."""
        return self._read(lambda c: brought_in(c, tracker_id, orders))

    def load_events(self, tracker_id: int) -> pd.DataFrame:
        """Every stage event (STAGE_EVENT_COLUMNS), oldest first."""
        return self._read(lambda c: load_events(c, tracker_id))

    def history(self, tracker_id: int, order_id: str, *, returning: Sequence[str] = ()) -> History:
        """Everything that happened to one order; one in `returning` is told as if it were not archived."""
        return self._with_archived(
            tracker_id, returning, lambda c: history(c, tracker_id, order_id)
        )

    def mail_record(self, tracker_id: int, ref: int | str) -> MailRecord | None:
        """One message, by its number or Message-ID, with all that is kept around it."""
        return self._read(lambda c: mail_record(c, tracker_id, ref))

    def pass_lines(self, tracker_id: int, number: int) -> PassLines:
        """One pass with the lines it added to every log."""
        return self._read(lambda c: pass_lines(c, tracker_id, number))

    @contextmanager
    def audit(
        self, tracker_id: int, *, since: datetime | None = None, order_id: str | None = None
    ) -> Iterator[Iterator[Entry]]:
        """Everything logged from `since` on, or about one order, oldest first, as one look sees it."""
        with reading(self._engine, self._path) as connection:
            yield audit_entries(connection, tracker_id, since=since, order_id=order_id)

    def known_orders(self, tracker_id: int) -> list[str]:
        """Every Order ID ever seen, archived ones included."""
        return self._read(lambda c: known_orders(c, tracker_id))

    def save_kpi_figures(
        self, tracker_id: int, figures: Sequence[reports.KpiFigure], *, now: datetime
    ) -> None:
        """Keep closed figures; those computed from other orders than before become restated."""
        self._write(lambda c: reports.save_figures(c, tracker_id, figures, now))

    def kpi_figures(self, tracker_id: int, month: str | None = None) -> list[reports.KpiFigure]:
        """Closed figures of one month (`YYYY-MM`) or of all."""
        return self._read(lambda c: reports.load_figures(c, tracker_id, month))

    # -- small things -------------------------------------------------------------------------

    def save_rules(self, tracker_id: int, *, digest: str, packed: str, now: datetime) -> None:
        """Remember a set of rules as the last good one."""
        self._write(
            lambda c: settings.save_rules(c, tracker_id, digest=digest, packed=packed, now=now)
        )

    def last_good_rules(self, tracker_id: int) -> tuple[str, str] | None:
        """(hash, packed text) of the last good set of rules."""
        return self._read(lambda c: settings.last_good_rules(c, tracker_id))

    def rules_by_hash(self, tracker_id: int, digest: str) -> str | None:
        """One earlier set of rules, to explain what was decided under it."""
        return self._read(lambda c: settings.rules_by_hash(c, tracker_id, digest))

    def secret(self, key: str, fresh: bytes) -> bytes:
        """The secret kept under `key`; `fresh` (random bytes) becomes it the first time."""
        return self._write(lambda c: settings.secret(c, key, fresh))

    def setting(self, tracker_id: int, key: str) -> str | None:
        """A small value kept for a tracker; None when there is none."""
        return self._read(lambda c: settings.get_setting(c, tracker_id, key))

    def keep_setting(self, tracker_id: int, key: str, value: str) -> None:
        """Keep a small value for a tracker."""
        self._write(lambda c: settings.put_setting(c, tracker_id, key, value))

    def add_notices(self, tracker_id: int, notices: Sequence[Notice], now: datetime) -> int:
        """Put notices that belong to no pass into the outbox, each once for ever; how many were new."""
        return self._write(
            lambda c: passes.enqueue(c, trackers.get(c, tracker_id), 0, notices, now)
        )

    def customers_told(self, tracker_id: int, order_id: str) -> dict[str, Telling]:
        """How it stands with each kind of notice to the customer of an order."""
        return self._read(lambda c: told_of(c, tracker_id, [order_id])).get(order_id, {})

    def add_asked(self, tracker_id: int, notice: Notice, telling: Telling, now: datetime) -> bool:
        """Put a notice to a customer into the outbox that a person asked for; whether it was new."""

        def add(connection: Connection) -> bool:
            state = trackers.get(connection, tracker_id)
            if not passes.enqueue(connection, state, 0, [notice], now):
                return False
            known = told_of(connection, tracker_id, notice.orders)
            told = {
                order: {**known.get(order, {}), notice.kind: telling} for order in notice.orders
            }
            keep_told(connection, tracker_id, told)
            return True

        return self._write(add)

    def rebuild_outbox(
        self, tracker_id: int, messages: Sequence[KnownMessage], now: datetime
    ) -> Rebuilt:
        """Take messages over that the sheet tells of and this store does not know."""
        return self._write(lambda c: rebuild(c, trackers.get(c, tracker_id), messages, now))

    def outbox(
        self, tracker_id: int, kinds: frozenset[str] | None = None, *, without: str = ""
    ) -> Outbox:
        """The tracker's outbox, for delivery; with `kinds`, only what is of these kinds.

        `without` leaves out what goes to one audience.
        """
        return Outbox(self._engine, self._path, tracker_id, kinds, without)

    def recorded(self, tracker_id: int, now: datetime, timezone: str) -> Recorded:
        """The whole recorded history, for a replay; raises UsageError before the first pass."""
        return self._read(lambda c: load_recorded(c, tracker_id, now=now, timezone=timezone))

    def undoing(self, tracker_id: int) -> Undoing:
        """What undoes a pass over the tracker."""
        return Undoing(self._engine, self._path, tracker_id)

    def offline(self, tracker_id: int) -> Offline:
        """The copies of the tracker that went offline, and the conflicts of their return."""
        return Offline(self._engine, self._path, tracker_id)

    def feeds(self, tracker_id: int) -> Feeds:
        """What feeds brought for the tracker."""
        return Feeds(self._engine, self._path, tracker_id)

    def follow_ups(self, tracker_id: int) -> FollowUpBook:
        """What was said about orders of the tracker, and what is to be done about them."""
        return FollowUpBook(self._engine, self._path, tracker_id)

    def lookups(self, tracker_id: int) -> Lookups:
        """What finds orders of the tracker for somebody who calls."""
        return Lookups(self._engine, self._path, tracker_id)

    def inbound(self, tracker_id: int) -> Inbound:
        """What people outside sent us about the tracker."""
        return Inbound(self._engine, self._path, tracker_id)

    def vendors_asked(self, tracker_id: int) -> tuple[dict[str, Asked], bytes]:
        """How it stands with the vendor of every order, and what keys the codes in letters."""
        return self._read(lambda c: (asked_of(c, tracker_id), kept_secret(c)))

    def care(self, tracker_id: int) -> Care:
        """What archives orders of the tracker and cuts personal values out of what is kept of them."""
        return Care(self._engine, self._path, tracker_id)

    def _with_archived(
        self, tracker_id: int, orders: Sequence[str], work: Callable[[Connection], T]
    ) -> T:
        """Read as if these archived orders were taken out; nothing stays changed."""
        if not orders:
            return self._read(work)
        with writing(self._engine, self._path) as connection:
            trial = connection.begin_nested()
            take_out(connection, tracker_id, orders)
            result = work(connection)
            trial.rollback()
        return result

    def _read(self, work: Callable[[Connection], T]) -> T:
        with reading(self._engine, self._path) as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with writing(self._engine, self._path) as connection:
            return work(connection)


def sqlite_url(path: Path) -> str:
    """The address of a store in a file."""
    return f"sqlite:///{path.absolute()}"
