"""Everything the KPI families share, worked out once: who counts, when, and what is in error.

A scene is one period over one frozen table: masks over its orders, local days, stages ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.kpi.facts import facts_at
from sheetsync.domain.kpi.numbers import check_numbers
from sheetsync.domain.kpi.periods import Period
from sheetsync.domain.model import EVIDENCE, STAGES, STAMPS
from sheetsync.domain.moments import Moments, as_aware, as_moment, to_local, to_utc
from sheetsync.domain.rules import CalendarRule, Rulebook, Source
from sheetsync.domain.service.records import ServiceRecords
from sheetsync.domain.sla.pauses import Holds
from sheetsync.domain.worktime import OpenHours, cover

_ALWAYS: Final = CalendarRule(
    id="always", timezone="UTC", always=True, source=Source("the program", 0)
)
Mask: TypeAlias = npt.NDArray[np.bool_]
Seconds: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KpiInputs:
    """The frozen rows of one report: nothing else is read.

    `facts` holds FACT_COLUMNS, indexed by order_id; `present` are the column keys the tracker has.
    `dwell`, `pauses` and `events` hold the columns of `stage_dwell`, PAUSE_COLUMNS and STAGE_EVENT_COLUMNS; None
    where nothing was recorded. `opening` counts open time; without it the calendar of the dispatch
    target does.
    """

    facts: pd.DataFrame
    present: frozenset[str]
    rules: Rulebook
    timezone: str
    dwell: pd.DataFrame | None = None
    pauses: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    opening: OpenHours | None = None
    notices: pd.DataFrame | None = None
    """Notices to customers (NOTICE_COLUMNS of notices.py); None where customers are not told."""
    service: ServiceRecords | None = None
    """Questions, problems and ratings of customers, by the tabs that are read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One period over the facts as they stood at `as_of`."""

    inputs: KpiInputs
    period: Period
    as_of: np.datetime64
    facts: pd.DataFrame
    excluded: Mapping[str, Mask] = field(default_factory=dict)
    _moments: dict[str, Moments] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """Order IDs, in the facts' order."""
        return self.facts.index.to_numpy(dtype=object)

    @cached_property
    def counted(self) -> Mask:
        """Orders that count at all: neither cancelled nor a test."""
        out = np.zeros(len(self.facts), dtype=bool)
        for mask in self.excluded.values():
            out |= mask
        return ~out

    @cached_property
    def start(self) -> np.datetime64:
        """First moment of the period."""
        return as_moment(self.period.start)

    @cached_property
    def end(self) -> np.datetime64:
        """First moment after the period."""
        return as_moment(self.period.end)

    @cached_property
    def snapshot(self) -> np.datetime64:
        """The last second of the period, or `as_of` where that is earlier."""
        return min(self.end - np.timedelta64(1, "s"), self.as_of)

    def has(self, *columns: str) -> bool:
        """Whether the tracker has all of these columns."""
        return self.inputs.present.issuperset(columns)

    def moment(self, column: str) -> Moments:
        """A moment column of the facts, for reading: taken out of them once."""
        if column not in self._moments:
            found = self.facts[column].to_numpy().astype("datetime64[s]")
            found.flags.writeable = False
            self._moments[column] = found
        return self._moments[column]

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """A text column of the facts."""
        return self.facts[column].to_numpy(dtype=object)

    def within(self, moments: Moments) -> Mask:
        """Which moments fall in the period; a blank never does."""
        return np.asarray((moments >= self.start) & (moments < self.end))

    def local_day(self, moments: Moments) -> npt.NDArray[np.datetime64]:
        """The tracker's calendar day of each moment."""
        return to_local(moments, self.inputs.timezone).astype("datetime64[D]")

    def due(self, moments: Moments) -> Moments:
        """When a promise falls due: a date without a time at the last second of that local day."""
        local = to_local(moments, self.inputs.timezone)
        day = local.astype("datetime64[D]")
        tomorrow = to_utc((day + 1).astype("datetime64[s]"), self.inputs.timezone)
        date_only = local == day.astype("datetime64[s]")
        return np.where(date_only, tomorrow - np.timedelta64(1, "s"), moments)

    @cached_property
    def placed(self) -> Mask:
        """Orders placed in the period; one without Order Date & Time counts when first seen."""
        ordered = self.moment("ordered_at")
        return self.within(np.where(np.isnat(ordered), self.moment("first_seen"), ordered))

    def broken(self, *columns: str) -> Mask:
        """Orders with an error of Check in one of these columns."""
        wanted = set(columns)
        texts = self.text("error_columns")
        out = np.zeros(len(texts), dtype=bool)
        for at in np.flatnonzero(texts != ""):
            out[at] = not wanted.isdisjoint(part.strip() for part in texts[at].split(","))
        return out

    @cached_property
    def number_shapes(self) -> tuple[Mask, Mask]:
        """Orders whose carrier's number shape is known; orders whose number does not have it."""
        rules = self.inputs.rules.carriers.values()
        return check_numbers(self.text("tracking"), self.text("carrier"), rules)

    @cached_property
    def undated(self) -> Mask:
        """Orders delivered at a time that nobody recorded: ticked or typed, but without a date."""
        said = np.isin(self.text("status"), ("Delivered", "Completed"))
        ticked = self.facts["delivered"].to_numpy() == 1
        return np.asarray((said | ticked) & np.isnat(self.moment("delivered_at")))

    def reached(self, at: np.datetime64) -> npt.NDArray[np.int64]:
        """How far each order was at the moment `at`: 0 nothing, 1 allocated ... 5 delivered.

        A tick without a time counts as reached: nobody knows when, but before now.
        """
        furthest = np.zeros(len(self.facts), dtype=np.int64)
        for number, (evidence, stamp) in enumerate(zip(EVIDENCE, STAMPS, strict=True), start=1):
            when = self.moment(stamp)
            ticked = (self.facts[evidence].to_numpy() == 1) & np.isnat(when)
            furthest[(when <= at) | ticked] = number
        return furthest

    @cached_property
    def closed(self) -> Mask:
        """Orders whose Status says that nothing more is to come, at a time nobody recorded."""
        final = [s.name for s in self.inputs.rules.statuses.statuses.values() if not s.open]
        return np.isin(self.text("status"), final) & np.isnat(self.moment("delivered_at"))

    def open_at(self, at: np.datetime64) -> Mask:
        """Orders that count, were placed by `at`, and were neither delivered nor closed by then."""
        delivered = self.moment("delivered_at")
        gone = (delivered <= at) | self.undated | self.closed
        return self.counted & (self.moment("ordered_at") <= at) & ~gone

    @cached_property
    def stays(self) -> pd.DataFrame | None:
        """Stages of counted orders that ended by `as_of`, with the order's priority."""
        if self.inputs.dwell is None:
            return None
        dwell = self.inputs.dwell
        kept = dwell[(dwell["ended_at"] <= self.as_of).to_numpy()]
        place = self.facts.index.get_indexer(pd.Index(kept["order_id"]))
        known = place >= 0
        kept, place = kept[known], place[known]
        kept = kept.assign(priority=self.text("priority")[place], counted=self.counted[place])
        return kept.reset_index(drop=True)

    @cached_property
    def ended(self) -> pd.DataFrame | None:
        """Of `stays`, those that ended in the period."""
        if self.stays is None:
            return None
        return self.stays[self.within(self.stays["ended_at"].to_numpy())].reset_index(drop=True)

    @cached_property
    def ended_by_stage(self) -> Mapping[str, pd.DataFrame]:
        """Of each stage, the stays of counted orders that ended in the period; none without a record."""
        if self.ended is None:
            return {}
        stages, counted = self.ended["stage"].to_numpy(), self.ended["counted"].to_numpy()
        return {stage: self.ended[(stages == stage) & counted] for stage in STAGES}

    @cached_property
    def opening(self) -> OpenHours:
        """Open hours that hold every order and stamp of the facts."""
        if self.inputs.opening is not None:
            return self.inputs.opening
        moments = [self.moment(column) for column in ("ordered_at", *STAMPS)]
        return cover(_main_calendar(self.inputs.rules), as_aware(self.as_of), moments)

    def working_days(self, start: Moments, stop: np.datetime64) -> npt.NDArray[np.float64]:
        """Working days after each `start` day up to the day of `stop`; NaN where NaT."""
        first, last = self.local_day(start), self.local_day(np.array([stop]))[0]
        if self.opening.calendar.always:
            days = (last - first).astype(np.float64)
        else:
            known = self.opening.openings.day
            upto = np.searchsorted(known, last.astype(np.int64), side="right")
            days = upto - np.searchsorted(known, first.astype(np.int64), side="right")
        return np.where(np.isnat(first), np.nan, days)

    def held(self, lo: Moments, hi: Moments) -> npt.NDArray[np.float64]:
        """Seconds of each order on hold between `lo` and `hi`, by the clock on the wall."""
        if self.inputs.pauses is None:
            return np.zeros(len(self.facts))
        holds = Holds.of(self.inputs.pauses, self.ids, np.ones(len(self.facts), dtype=bool))
        return holds.open_seconds(_around_the_clock(), lo, hi)


def _main_calendar(rules: Rulebook) -> CalendarRule:
    """The calendar of the dispatch target, else of the first stage target, else 24/7."""
    staged = sorted((t for t in rules.targets if t.stage), key=lambda t: t.stage != "Dispatch")
    return rules.calendars[staged[0].calendar] if staged else _ALWAYS


def _around_the_clock() -> OpenHours:
    return OpenHours.build(
        _ALWAYS, as_aware(np.datetime64(0, "s")), as_aware(np.datetime64(0, "s"))
    )


def set_scene(inputs: KpiInputs, period: Period, as_of: datetime) -> Scene:
    """The scene of `period` as it stood at the aware moment `as_of`."""
    moment = as_moment(as_of)
    facts = facts_at(inputs.facts, moment, inputs.events)
    return Scene(
        inputs=inputs,
        period=period,
        as_of=moment,
        facts=facts,
        excluded=_excluded(facts, inputs.rules),
    )


def _excluded(facts: pd.DataFrame, rules: Rulebook) -> dict[str, Mask]:
    """Reason in words -> the orders it leaves out; each order under its first reason only."""
    status = facts["status"].to_numpy(dtype=object)
    reasons = {name: np.asarray(status == name) for name in rules.kpi.exclude_statuses}
    taken = np.zeros(len(facts), dtype=bool)
    for mask in reasons.values():
        taken |= mask
    reasons["Test order"] = _matches(facts["customer"], rules.kpi.test_customers) & ~taken
    return reasons


def _matches(customers: pd.Series, patterns: Iterable[str]) -> Mask:
    """Which customers match one of the patterns, `*` standing for any text."""
    shapes = [re.escape(pattern.casefold()).replace(r"\*", ".*") for pattern in patterns]
    if not shapes:
        return np.zeros(len(customers), dtype=bool)
    test = re.compile("|".join(shapes), re.DOTALL)
    codes, names = pd.factorize(customers)
    hit = np.array([test.fullmatch(str(name).casefold()) is not None for name in names], dtype=bool)
    return hit[codes] if len(hit) else np.zeros(len(customers), dtype=bool)
