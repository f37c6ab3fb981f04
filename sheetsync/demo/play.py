"""Plays the half-day: people act in the tracker, and every two minutes the worker does a real pass.

Only the clock is not real: it is an argument, as everywhere. Nothing waits and nothing is faked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sheetsync.demo.arrivals import Arrival, take_in, write_handover
from sheetsync.demo.company import CLOSING, OPENING, TIMEZONE, Company, Row, company
from sheetsync.demo.folder import DemoFolder
from sheetsync.demo.hands import WorkbookHands
from sheetsync.demo.news import News, news_of
from sheetsync.demo.people import TICK, Hands
from sheetsync.demo.script import Act, script
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import SheetsyncError
from sheetsync.worker.workshop import Workshop

EVERY = timedelta(minutes=2)
SHOWN_COLUMNS = ("Ack", "Allocated At", "Picked At", "Packed At", "SLA Due")
"""Hidden in a new tracker; the demo shows them, because they are what one wants to watch."""


class Teller(Protocol):
    """Who tells the story. Moments are local."""

    def opened(self, orders: int) -> None:
        """The shop opens; so many orders stand in the tracker."""

    def acted(self, act: Act) -> None:
        """Somebody did something in the sheet."""

    def came(self, at: datetime, arrival: Arrival) -> None:
        """Orders came in."""

    def passed(self, at: datetime, news: News) -> None:
        """A pass that wrote, sent or could not; or one over a sheet that was moved about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it stands at the end. `last` is the last pass; `cells_left`, `mails_left` what it left to do."""

    passes: int
    quiet: int
    cells: int
    mails: int
    statuses: Mapping[str, int]
    states: Mapping[str, int]
    breached: Mapping[str, str]
    """Order -> its SLA cell."""
    cells_left: int
    mails_left: int


def play(folder: DemoFolder, teller: Teller) -> Ending:
    """Play the whole half-day in `folder`, telling it. Raises SheetsyncError where a pass fails."""
    now = scalar_to_utc(OPENING, TIMEZONE)

    def clock() -> datetime:
        return now

    shop = company()
    with Workshop.open(folder.config, clock=clock, wait=_no_wait, environment={}) as workshop:
        rules = workshop.rules(now).rules
        hands = _hands(folder, rules)
        if folder.sheet is not None:
            workshop.installer(now).make_fresh(workshop.state.marker)
        _fill(workshop, hands, shop)
        handover = write_handover(folder.root / "inbox", shop, rules)
        teller.opened(len(shop.opening))
        acts = list(script(shop))
        heard: list[News] = []
        local = OPENING
        while local <= CLOSING:
            while acts and acts[0].at <= local:
                now = scalar_to_utc(acts[0].at, TIMEZONE)
                act = acts.pop(0)
                teller.acted(act)
                if act.intake:
                    teller.came(act.at, take_in(workshop, handover, now))
                else:
                    _perform(hands, act)
            now = scalar_to_utc(local, TIMEZONE)
            heard.append(_one_pass(workshop, teller, local, now))
            local += EVERY
        return _ending(workshop, now, heard)


def _hands(folder: DemoFolder, rules: Rulebook) -> Hands:
    if folder.sheet is None:
        return WorkbookHands(folder.workbook, rules.columns)
    # Google's client is loaded only for a Google Sheet: it costs a workbook's start half a second.
    from sheetsync.demo.sheet_hands import SheetHands  # noqa: PLC0415

    return SheetHands(folder.sheet)


def _fill(workshop: Workshop, hands: Hands, shop: Company) -> None:
    tracker = workshop.tracker(workshop.rules(scalar_to_utc(OPENING, TIMEZONE)).rules)
    receipt = tracker.append(_with_ticks(shop.opening, hands))
    if set(receipt.outcomes["outcome"]) != {"applied"}:
        raise SheetsyncError("The demo's tracker could not be filled; install sheetsync anew.")
    hands.show(SHOWN_COLUMNS)


def _perform(hands: Hands, act: Act) -> None:
    if act.sort_by:
        hands.sort_by(act.sort_by)
    if act.entries:
        ticks = {TICK: hands.tick}
        hands.type_in([replace(e, value=ticks.get(str(e.value), e.value)) for e in act.entries])


def _with_ticks(rows: Sequence[Row], hands: Hands) -> Sequence[Row]:
    return [{key: hands.tick if v == TICK else v for key, v in row.items()} for row in rows]


def _one_pass(workshop: Workshop, teller: Teller, local: datetime, now: datetime) -> News:
    news = news_of(workshop.run_pass(now))
    if news.read or not news.quiet:
        teller.passed(local, news)
    return news


def _ending(workshop: Workshop, now: datetime, heard: list[News]) -> Ending:
    plan, _, _ = workshop.plan(now)
    states = plan.clocks["state"].to_numpy(object)
    orders = plan.orders.frame["order_id"].to_numpy(object)
    texts = plan.orders.raw["sla"]
    return Ending(
        passes=len(heard),
        quiet=sum(news.quiet for news in heard),
        cells=sum(news.cells for news in heard),
        mails=sum(len(news.letters) for news in heard),
        statuses=Counter(str(status) for status in plan.facts["status"]),
        states=Counter(str(state) for state in states if state),
        breached={str(o): str(t) for o, t, s in zip(orders, texts, states, strict=True) if s == "Breached"},
        cells_left=len(plan.changes),
        mails_left=len(plan.notices),
    )  # fmt: skip


def _no_wait(_seconds: float) -> None:
    """The demo's clock is scripted, so nothing waits."""
