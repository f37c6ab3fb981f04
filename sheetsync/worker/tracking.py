"""Carrier news beside a pass: who is asked about which parcels, and what they said kept as a feed's rows.

Asking happens beside the passes where a worker goes on, so that a slow provider holds up nothing; a pass takes what is
there. What providers say goes the way of every feed: each row of news is kept once, waits for the tracker and never
writes over what a person typed. No provider's trouble is another one's, or the tracker's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sheetsync.carriers.making import (
    TROUBLES,
    Surroundings,
    allowed,
    has_code,
    make_provider,
)
from sheetsync.carriers.news import Said, said_of
from sheetsync.carriers.outage import Health
from sheetsync.carriers.parcels import Parcel, TrackError, TrackResult
from sheetsync.carriers.provider import CarrierProvider
from sheetsync.carriers.remembered import (
    Remembered,
    health_of,
    packed_health,
    packed_parcels,
    remembered_of,
)
from sheetsync.carriers.rounds import Round, after, ask, due
from sheetsync.config import Config
from sheetsync.domain.feeds.telling import SourceLog
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rules import Rulebook
from sheetsync.store.store import Store
from sheetsync.worker.parcel_news import keep_news, under_way
from sheetsync.worker.tracked import Tracked, at_once

_HEALTH: Final = "carriers_health"
_PARCELS: Final = "carriers_parcels"
"""Under these the store keeps how providers answer, and which parcel was asked about when."""
_TOLD: Final = 3
_TOO_LONG: Final = timedelta(minutes=30)
_LONGEST: Final = timedelta(seconds=20)
"""A pass that waits for the answers waits for so long; the other parcels come with the next."""
Start = Callable[[Callable[[], None]], None]


@dataclass(slots=True)
class _Asking:
    """One round under way: its end, or what went wrong with it by a defect of ours."""

    began: datetime
    ended: Round | None = None
    defect: str = ""


@dataclass(slots=True)
class TrackingDesk:
    """Keeps rounds of asking apart from passes; `start` runs them, `pause` waits between two questions."""

    start: Start = at_once
    pause: Callable[[float], None] = lambda _seconds: None
    asking: dict[str, _Asking] = field(default_factory=dict)

    def look(
        self, config: Config, store: Store, tracker_id: int, rules: Rulebook, around: Surroundings
    ) -> Tracked:
        """Keep what was answered, ask about what is due; raises StoreError only."""
        asked = {name: each for name, each in config.carriers.items() if each.is_asked}
        if not asked:
            return Tracked()
        now = around.clock()
        before = remembered_of(*(store.setting(tracker_id, key) for key in (_HEALTH, _PARCELS)))
        parcels = under_way(store, tracker_id, rules, around.timezone)
        turn = _Turn(self, config, store, tracker_id, rules, around, before, now)
        taken: set[str] = set()
        for name in asked:
            mine = turn.of(name, [p for p in parcels if p.asked not in taken])
            taken |= {parcel.asked for parcel in mine}
        if turn.after != before:
            store.keep_setting(tracker_id, _HEALTH, packed_health(turn.after))
            store.keep_setting(tracker_id, _PARCELS, packed_parcels(turn.after))
        return turn.told(store.feeds(tracker_id).logs())


@dataclass(slots=True)
class _Turn:
    """One look at all providers."""

    desk: TrackingDesk
    config: Config
    store: Store
    tracker_id: int
    rules: Rulebook
    around: Surroundings
    before: Mapping[str, Remembered]
    now: datetime
    after: dict[str, Remembered] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    news: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def of(self, name: str, parcels: Sequence[Parcel]) -> list[Parcel]:
        """Ask one provider about those of the parcels that are its own; which they are."""
        settings = self.config.carriers[name]
        known = self.before.get(name, Remembered())
        self.after[name] = known
        try:
            provider = make_provider(name, settings, self.around)
            fits = allowed(settings, name, self.rules)
        except TROUBLES as wrong:
            self.troubles[name] = str(wrong)
            return []
        mine = [p for p in parcels if provider.supports(p.carrier) and fits(p.carrier)]
        known = self._collect(name, known, mine)
        wanted = due(mine, known, self.now, most=settings.most, days=settings.follow_days)
        if (
            wanted
            and name not in self.desk.asking
            and known.health.may_be_asked(self.now.timestamp())
        ):
            self._begin(provider, wanted, known)
            known = self._collect(name, known, mine)
        self.after[name] = known
        return mine

    def _begin(
        self, provider: CarrierProvider, wanted: Sequence[Parcel], known: Remembered
    ) -> None:
        asking = _Asking(self.now)
        self.desk.asking[provider.name] = asking
        words, around, now = self.rules.parcel_words, self.around, self.now
        until = now + _LONGEST if self.desk.start is at_once else None

        def judge(parcel: Parcel, result: TrackResult) -> Said | TrackError | None:
            return said_of(parcel, result, words, around.timezone, around.clock())

        def work() -> None:
            try:
                asking.ended = ask(
                    provider, wanted, known, now, judge=judge, pause=self.desk.pause,
                    go_on=lambda: until is None or around.clock() < until,
                )  # fmt: skip
            except Exception as defect:  # noqa: BLE001 - a provider's odd answer must stop no pass; it is told
                asking.defect = f"{provider.name} could not be asked, by a defect of sheetsync ({type(defect).__name__})."

        self.desk.start(work)

    def _collect(self, name: str, known: Remembered, mine: Sequence[Parcel]) -> Remembered:
        """Keep what a round that has ended brought; what is to be remembered then."""
        asking = self.desk.asking.get(name)
        if asking is None:
            return known
        if asking.ended is None and not asking.defect:
            if self.now - asking.began > _TOO_LONG:
                self.troubles[name] = (
                    f"it has not finished an answer since {asking.began:%Y-%m-%d %H:%M} UTC"
                )
            return known
        del self.desk.asking[name]
        if asking.ended is None:
            error = TrackError(asked="", trouble="outage", sentence=asking.defect)
            failed = known.health.after_failure(error, self.now.timestamp())
            return replace(known, health=failed)
        done = asking.ended
        self._keep(name, done)
        if done.health.sentence:
            self.remarks.append(done.health.sentence)
        errors = [error.sentence for error in done.errors]
        self.remarks += errors[:_TOLD]
        if len(errors) > _TOLD:
            self.remarks.append(f"{name}: {len(errors) - _TOLD} more parcels like it.")
        return after(known, done, frozenset(parcel.asked for parcel in mine))

    def _keep(self, name: str, done: Round) -> None:
        counts = keep_news(
            self.store.feeds(self.tracker_id), name, done.said, now=self.now, refused=len(done.errors),
            title="asked", timezone=self.around.timezone,
        )  # fmt: skip
        if counts is not None:
            parcels = f"{done.asked:,} parcel{'s' * (done.asked != 1)}"
            self.news.append(
                f"{name} was asked about {parcels}, and had news of {counts.changed:,}."
            )

    def told(self, logs: Sequence[SourceLog]) -> Tracked:
        """Lines, remarks, and what Sync Status tells of each provider."""
        known = {log.name: log for log in logs}
        return Tracked(
            news=tuple(self.news), remarks=tuple(self.remarks),
            sources=tuple(self._source(name, known.get(name)) for name in sorted(self.after)),
        )  # fmt: skip

    def _source(self, name: str, log: SourceLog | None) -> SourceLog:
        settings, health = self.config.carriers[name], self.after[name].health
        log = log or SourceLog(name=name, kind="carrier")
        answered = _moment(health.answered_at)
        return replace(
            log, asked=True, heard_at=answered, trouble=self.troubles.get(name) or self._trouble(name),
            stale_after=settings.stale_after if health.failures else None, since=_moment(health.down_since),
        )  # fmt: skip

    def _trouble(self, name: str) -> str:
        health = self.after[name].health
        if not health.sentence or health.down_since is None:
            return ""
        since = scalar_to_local(
            datetime.fromtimestamp(health.down_since, UTC), self.around.timezone
        )
        return (
            f"{health.sentence} So it is since {since:%Y-%m-%d %H:%M}; it is asked again by itself."
        )


def silent_providers(
    config: Config, store: Store, tracker_id: int, rules: Rulebook
) -> Iterator[tuple[SourceLog, list[str]]]:
    """Each provider that did not answer last time, with the carriers that it is asked about."""
    known = health_of(store.setting(tracker_id, _HEALTH))
    for name, settings in config.carriers.items():
        health = known.get(name, Health())
        if settings.is_asked and health.failures:
            log = SourceLog(
                name=name, kind="carrier", asked=True, heard_at=_moment(health.answered_at),
                since=_moment(health.down_since), stale_after=settings.stale_after,
            )  # fmt: skip
            with suppress(*TROUBLES):
                fits = allowed(settings, name, rules)
                yield log, [each for each, rule in rules.carriers.items() if fits(rule) and has_code(settings.kind, rule)]  # fmt: skip


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(int(at), UTC)
