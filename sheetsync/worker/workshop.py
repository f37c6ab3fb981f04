"""Wires one configured tracker: store, workbook or sheet, rules in force, mail, for command line and daemon."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sheetsync.config import Config, load_config
from sheetsync.domain.feeds.news import Fed
from sheetsync.domain.feeds.telling import SourceLog
from sheetsync.domain.guard import GuardLimits, Trip
from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.plan import PlanOptions
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import LeaseLost, SheetsyncError, TrackerTaken, UsageError
from sheetsync.feeds.beside import Beside, in_a_thread
from sheetsync.messages.compose import Composer
from sheetsync.messages.deliver import DeliveryReport, deliver
from sheetsync.messages.outbox import CUSTOMER
from sheetsync.messages.transports import Transport
from sheetsync.resources import rules_folder
from sheetsync.store.problems import DiskFull
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.trackers.base import Tracker
from sheetsync.trackers.excel.locks import exclusive
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.worker import holding, mailing, naming
from sheetsync.worker.care import retention_daily
from sheetsync.worker.channels import channels_of, ways_of
from sheetsync.worker.copying import back_up_when_due
from sheetsync.worker.feeding import take_feeds
from sheetsync.worker.leasing import leased, worker_name
from sheetsync.worker.offline.conflicts import settle_from_tab
from sheetsync.worker.one_pass import PassResult, Ports, no_step, one_pass, plan_only
from sheetsync.worker.publish import Publisher
from sheetsync.worker.rules_alarm import broken_rules_notices
from sheetsync.worker.rules_in_force import RulesInForce, folder_token, rules_in_force
from sheetsync.worker.stale import stale_carriers
from sheetsync.worker.tracked import Tracked, at_once, merged
from sheetsync.worker.which_store import open_store
from sheetsync.worker.which_tracker import Bench, open_sheet, open_tracker, open_workbook, place_of

if TYPE_CHECKING:
    from sheetsync.trackers.google.installing import Installer
    from sheetsync.worker.inbox_desk import InboxDesk
    from sheetsync.worker.tracking import TrackingDesk


class Workshop:
    """One tracker with everything a pass needs. Open it with `Workshop.open`, and close it.

    `clock` tells the time (aware UTC), `wait` sleeps; `step` is the boundary hook of tests.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
        environment: Mapping[str, str],
        step: Callable[[str], None] = no_step,
        kpi_every: timedelta = timedelta(hours=1),
    ) -> None:
        self.config = config
        self.store = store
        self._clock, self._wait, self._environment, self._step = clock, wait, environment, step
        self._kpi_every = kpi_every
        self._tracker: Tracker | None = None
        self._tracker_rules = ""
        self._force: RulesInForce | None = None
        self._rules_token = ""
        self._next_try: datetime | None = None
        self._cared: date | None = None
        self._beside: Beside | None = None
        self._tracking: TrackingDesk | None = None
        self._inbox: InboxDesk | None = None
        self._tracker_id = self._introduce(naming.known_name(config, store)).id

    @classmethod
    def open(
        cls,
        config_path: Path,
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
        environment: Mapping[str, str],
        step: Callable[[str], None] = no_step,
        kpi_every: timedelta = timedelta(hours=1),
    ) -> Workshop:
        """Read the configuration and open the store. Raises ConfigError, StoreError, StoreCorrupt."""
        config = load_config(config_path)
        store = open_store(config, environment, clock(), _state_folder(config) / "backups")
        return cls(
            config, store, clock=clock, wait=wait, environment=environment, step=step,
            kpi_every=kpi_every,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    # -- facts ----------------------------------------------------------------------------------

    @property
    def timezone(self) -> str:
        """The tracker's time zone."""
        return self.config.tracker.timezone

    @property
    def every(self) -> timedelta:
        """The time from one pass to the next."""
        return self.config.worker.every

    @property
    def heartbeat_url(self) -> str:
        """The monitor's address, "" for none."""
        return str(self.config.worker.heartbeat_url or "")

    @property
    def heartbeat_inside(self) -> bool:
        """Whether the monitor stands in the own network."""
        return self.config.worker.heartbeat_inside

    @property
    def limits(self) -> GuardLimits:
        """When a change is a mass change."""
        return self.config.guard.limits()

    @property
    def plan_options(self) -> PlanOptions:
        """What a plan depends on besides sheet, memory, rules and the moment."""
        settings = self.config.tracker
        return PlanOptions(
            timezone=settings.timezone, reading=settings.reading_options(),
            channels=channels_of(self.config),
        )  # fmt: skip

    @property
    def state(self) -> TrackerState:
        """The tracker as the store knows it now."""
        return self.store.tracker_state(self._tracker_id)

    def rules(self, now: datetime) -> RulesInForce:
        """The rules in force; raises RulesError where there is no good set at all.

        Loaded anew only when a file of the folder has changed.
        """
        folder = rules_folder(self.config.rules)
        token = folder_token(folder)
        if self._force is None or not token or token != self._rules_token:
            self._force = rules_in_force(folder, self.store, self._tracker_id, now)
            self._rules_token = token
        return self._force

    @property
    def name(self) -> str:
        """How the tracker is called in messages: the file, or the title that the sheet had last."""
        return self.state.name

    def _introduce(self, name: str) -> TrackerState:
        """Make the tracker known to the store under this name, or by it."""
        ref = place_of(self.config)
        return self.store.tracker(name, ref, uuid=uuid.uuid4().hex, now=self._clock())

    def _learn_title(self) -> None:
        """Keep the title of a Google Sheet, which is known once the sheet was looked at."""
        if self._tracker is not None and self._tracker.name not in ("", self.name):
            self._introduce(self._tracker.name)

    def tracker(self, rules: Rulebook) -> Tracker:
        """The tracker; kept between passes, so that an unchanged one is not parsed again."""
        if self._tracker is None or self._tracker_rules != rules.hash:
            self._tracker = open_tracker(self.config, rules, self._bench())
            self._tracker_rules = rules.hash
        return self._tracker

    def workbook(self, rules: Rulebook) -> ExcelTracker:
        """The tracker as a workbook, which can be revised; raises UsageError for a Google Sheet."""
        return open_workbook(self.config, rules, self._bench())

    def installer(self, now: datetime) -> Installer:
        """What sets the Google Sheet up; raises UsageError for a workbook."""
        from sheetsync.trackers.google.installing import Installer  # noqa: PLC0415

        rules = self.rules(now).rules
        tracker = open_sheet(self.config, rules, self._bench())
        return Installer(tracker.api, tracker.eyes, rules)

    def _bench(self) -> Bench:
        return Bench(
            store=lambda: self.store, tracker_id=self._tracker_id, state_folder=_state_folder(self.config),
            clock=self._clock, wait=self._wait, step=self._step, next_try=lambda: self._next_try,
        )  # fmt: skip

    # -- work -----------------------------------------------------------------------------------

    def read_long_feeds_beside(self) -> None:
        """From now on a long file of a feed is read beside the passes: for a worker that goes on."""
        self._beside = Beside()

    def run_pass(self, now: datetime, *, next_try: datetime | None = None) -> PassResult:
        """Do one pass at `now` (aware UTC); that the rules are broken is the first of its remarks.

        `next_try` is when the next pass follows by itself, which problems tell; None where none does.
        """
        self._next_try = next_try
        try:
            with self.turn():
                return self._pass(now)
        except (TrackerTaken, LeaseLost) as other:
            return PassResult(outcome="skipped", at=now, problem=str(other))

    @contextmanager
    def turn(self, hand: str = "") -> Iterator[None]:
        """Have the lease on the tracker while the block runs: `store` then writes under it only.

        A turn within a turn is the same one. `hand` tells whose it is where it is not the worker's own, so that
        it can be had beside a running worker, between two of its passes. Raises TrackerTaken where another worker has it, LeaseLost
        from within once it is lost.
        """
        if self.store.is_leased:
            yield
            return
        plain = self.store
        with leased(
            plain, self._tracker_id, worker=worker_name(_state_folder(self.config)) + hand,
            length=self.config.worker.lease, clock=self._clock, timezone=self.timezone,
        ) as under:  # fmt: skip
            self.store = under
            try:
                yield
            finally:
                self.store = plain

    def pause(self, seconds: float) -> None:
        """Wait."""
        self._wait(seconds)

    def _pass(self, now: datetime) -> PassResult:
        try:
            result = self._one_pass(now)
        except DiskFull as full:
            # Nothing was written or sent. What is said of it takes the room that was kept for it.
            with suppress(DiskFull):
                self.store.fail_pass(self._tracker_id, str(full), now=now)
            raise
        self.store.keep_reserve()
        return result

    def _one_pass(self, now: datetime) -> PassResult:
        back_up_when_due(
            self.store, self._tracker_id, now, timezone=self.timezone, settings=self.config.store
        )
        force = self.rules(now)
        told = broken_rules_notices(force, naming.in_mails(self.config))
        if told:
            self.store.add_notices(self._tracker_id, told, now)
        fed = take_feeds(
            self.config, self.store, self._tracker_id, force.rules, self._clock, self._beside
        )
        tracked = self._tracked(force.rules)
        incoming = self._incoming(now)
        ports = self._ports(force, merged(fed.sources, tracked.sources))
        result = one_pass(ports, self.state, force.rules, now)
        settled: tuple[str, ...] = ()
        if result.outcome in ("done", "unchanged"):
            self._learn_title()
            settled = settle_from_tab(self, now, unchanged=result.outcome == "unchanged")
        first = (force.alarm,) if force.alarm else ()
        brought = result.plan.fed if result.plan is not None else None
        of_feeds = brought.remarks if brought is not None else ()
        remarks = (
            *first,
            *fed.remarks,
            *tracked.remarks,
            *incoming.remarks,
            *of_feeds,
            *result.remarks,
            *settled,
            *self._cared_for(now),
        )
        return replace(result, remarks=remarks, news=(*fed.news, *tracked.news, *incoming.news))

    def _tracked(self, rules: Rulebook) -> Tracked:
        """Carrier news, where somebody is asked for them."""
        if not any(each.is_asked for each in self.config.carriers.values()):
            return Tracked()
        # Asking needs HTTP, which takes a while to import; most workers ask nobody.
        from sheetsync.carriers.making import Surroundings  # noqa: PLC0415
        from sheetsync.worker.tracking import TrackingDesk  # noqa: PLC0415

        if self._tracking is None:
            beside = self._beside is not None
            self._tracking = TrackingDesk(in_a_thread if beside else at_once, self._wait)
        around = Surroundings(
            environment=self._environment, clock=self._clock, timezone=self.timezone
        )
        return self._tracking.look(self.config, self.store, self._tracker_id, rules, around)

    def _incoming(self, now: datetime) -> Tracked:
        """What came in by mail, where a mailbox is read."""
        if not self.config.inbox.host:
            return Tracked()
        from sheetsync.worker.inbox_desk import InboxDesk  # noqa: PLC0415 - most workers read none

        if self._inbox is None:
            self._inbox = InboxDesk(in_a_thread if self._beside is not None else at_once)
        return self._inbox.look(self.config, self.store, self.state, self._environment, now)

    def _cared_for(self, now: datetime) -> tuple[str, ...]:
        """Cut and archive what is due once a local day; most passes need not even ask the store."""
        today = scalar_to_local(now, self.timezone).date()
        if self._cared == today:
            return ()
        done = retention_daily(self, now)
        self._cared = today
        return done

    def plan(
        self, now: datetime, fed: Fed | None = None, *, every_feed: bool = False
    ) -> tuple[Plan, Memory, RulesInForce]:
        """What a pass at `now` would do; nothing is written or sent. `fed` stands in for what feeds brought.

        With `every_feed` also what a person has to let through before a pass does it.
        """
        force = self.rules(now)
        plan, memory = plan_only(
            self._ports(force), self.state, force.rules, now, fed, every_feed=every_feed
        )
        return plan, memory, force

    def guard(self, plan: Plan, memory: Memory, force: RulesInForce) -> None:
        """Raise PlanRefused when `plan`, made from `memory`, is unsafe to carry out."""
        holding.guard_plan(self._ports(force), self.state, force.rules, plan, memory)

    def trips(self, plan: Plan, memory: Memory, force: RulesInForce) -> tuple[Trip, ...]:
        """Every breaker of the guard that `plan`, made from `memory`, trips."""
        return holding.trips_of(self._ports(force), self.state, force.rules, plan, memory)

    def alert(self, now: datetime) -> DeliveryReport:
        """Hand over what waits in the outbox about the worker itself."""
        return self.deliver(now, kinds=holding.ALERTS)

    def deliver_inside(self, now: datetime) -> DeliveryReport:
        """Hand over what waits in the outbox, but nothing to customers."""
        return self.deliver(now, without=CUSTOMER)

    def deliver(
        self, now: datetime, kinds: frozenset[str] | None = None, *, without: str = ""
    ) -> DeliveryReport:
        """Hand over what waits in the outbox; with `kinds`, only what is of these kinds.

        `without` leaves out what goes to one audience.
        """
        rules = self._force.rules.notifications if self._force is not None else None
        if rules is None:
            without = CUSTOMER  # nothing is known yet of what may be told to them
        mail, composer = self.transport(), self.composer()
        book = self.store.follow_ups(self._tracker_id)
        return deliver(
            self.store.outbox(self._tracker_id, kinds, without=without),
            mail,
            now,
            composer=composer,
            owner=f"{uuid.uuid4().hex[:12]}",
            policy=mailing.policy(self.config, rules),
            ways=ways_of(self.config, self._environment, mail, composer, book),
            step=self._step,
        )

    def reload(self) -> str:
        """Read the configuration anew; what is wrong with its rules, "" when they are good.

        Changes nothing and raises SheetsyncError where the configuration is bad, or names another
        workbook, sheet or store: those belong to the start of a worker.
        """
        config = load_config(self.config.file)
        if (place_of(config), config.store.url) != (place_of(self.config), self.config.store.url):
            raise UsageError(
                f"config.yaml names another {naming.kind(config)} or store. "
                "Stop the worker and start it anew."
            )
        before, self.config = self.config, config
        try:
            alarm = self.rules(self._clock()).alarm
        except SheetsyncError:
            self.config = before
            raise
        self._tracker = None
        return alarm

    def alone(self) -> AbstractContextManager[None]:
        """Hold the lock against a second sheetsync on this tracker; raises AlreadyRunning."""
        return exclusive(_state_folder(self.config) / "worker.lock")

    # -- mail -----------------------------------------------------------------------------------

    def transport(self) -> Transport[Any]:
        """How mails leave by the configuration; raises MailError or ConfigError where it cannot be."""
        return mailing.transport(self.config, self._environment)

    def composer(self) -> Composer:
        """Makes letters with the owner's templates and this store's secret."""
        return mailing.composer(self.config, self.store)

    def _ports(self, force: RulesInForce, sources: tuple[SourceLog, ...] = ()) -> Ports:
        settings = self.config.tracker
        stale = stale_carriers(
            self.config, self.store, self._tracker_id, force.rules, self._clock(), settings.timezone
        )
        options = replace(self.plan_options, stale=stale)
        publisher = Publisher(
            timezone=settings.timezone,
            every=self.config.worker.every,
            mail_mode=mailing.whereto(self.config),
            tracker=naming.in_figures(self.config),
            kpi_every=self._kpi_every,
            alarms=(force.alarm,) if force.alarm else (),
            sources=sources,
        )
        return Ports(
            tracker=self.tracker(force.rules), store=self.store, deliver=self.deliver, alert=self.alert, deliver_inside=self.deliver_inside,
            alert_after=self.config.worker.alert_after,
            publisher=publisher, options=options, limits=self.limits, step=self._step,
            told_as=naming.in_mails(self.config), settings=repr((options, settings.tab)),
        )  # fmt: skip


def _state_folder(config: Config) -> Path:
    """Beside the store: locks, backups of the store and of the workbook. Never in the shared folder."""
    return config.folder / "state"
