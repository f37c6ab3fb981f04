"""The worker-owned tabs of a pass: Sync Status always with other writes, the KPI tab when it changed.

A tab is written only when what it says has changed, and never just because time went by: an unchanged
sheet costs no write. KPI figures are worked out at most once an hour.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pandas as pd

from sheetsync.domain.feeds.stock_levels import TITLE as STOCK_TITLE
from sheetsync.domain.feeds.stock_levels import layout as stock_layout
from sheetsync.domain.feeds.telling import SourceLog, stale_words
from sheetsync.domain.followups.tasks_tab import TITLE as TASKS_TITLE
from sheetsync.domain.kpi.facts import completed
from sheetsync.domain.kpi.layout import layout as kpi_layout
from sheetsync.domain.kpi.layout import tab_title, values_of
from sheetsync.domain.kpi.periods import Period, period_at
from sheetsync.domain.kpi.present import as_json
from sheetsync.domain.kpi.restatement import dated_lines, told
from sheetsync.domain.kpi.result import KpiReport
from sheetsync.domain.look_at import said
from sheetsync.domain.messages_tab import TITLE as MESSAGES_TITLE
from sheetsync.domain.milestones.memory import CUSTOMER
from sheetsync.domain.model import Plan, Receipt
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.report import report_on
from sheetsync.domain.retention import months_before
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.service.records import unpack
from sheetsync.domain.sync_status import TITLE as STATUS_TITLE
from sheetsync.domain.sync_status import PassSummary
from sheetsync.domain.sync_status import layout as status_layout
from sheetsync.domain.tabs import Tab
from sheetsync.store.memory import COLUMNS_SETTING
from sheetsync.store.settings import LOOK_AT_SETTING, SERVICE_SETTING
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.messages import MARK as MESSAGES_MARK
from sheetsync.worker.messages import frame_of_notices, messages_tab
from sheetsync.worker.tasks import MARK as TASKS_MARK
from sheetsync.worker.tasks import tasks_tab

_KPI_AT: Final = "kpi_at"
_KPI_OWED: Final = "kpi_owed"
"""Set when figures were worked out, until the pass that writes them is closed."""
_ALARMS: Final = "alarms"
_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


Settings: TypeAlias = dict[str, str]
"""What to remember of a tab once it is written: setting -> value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """How and how often tabs are published. `alarms` are sentences about the worker itself.

    `tracker` is how the KPI tab calls the tracker; "" for the name that the tracker gives itself.
    """

    timezone: str
    every: timedelta
    mail_mode: str
    tracker: str
    kpi_every: timedelta = timedelta(hours=1)
    alarms: tuple[str, ...] = ()
    sources: tuple[SourceLog, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TabsOfPass:
    """Tabs to write, and what to remember once the receipt says that they were written."""

    tabs: tuple[Tab, ...]
    remember: Callable[[Receipt], None]


def worker_tabs(
    publisher: Publisher, store: Store, state: TrackerState, rules: Rulebook, plan: Plan
) -> TabsOfPass:
    """The tabs that belong with this plan; none where nothing that they say has changed."""
    tabs: dict[str, tuple[Tab, Settings]] = {}
    digest = _digest(_lasting_words(publisher, plan))
    if len(plan.changes) or store.setting(state.id, _key(STATUS_TITLE)) != digest:
        tabs[STATUS_TITLE] = status_tab(publisher, plan), {_key(STATUS_TITLE): digest}
    tabs |= _stock_tab(publisher, store, state)
    tabs |= _messages_tab(publisher, store, state, rules, plan)
    tabs |= _tasks_tab(publisher, store, state, rules)
    figured = _kpi_is_due(publisher, store, state, plan)
    if figured:
        tabs |= _kpi_tabs(publisher, store, state, rules, plan)
        store.keep_setting(state.id, _KPI_AT, plan.at.isoformat())
        store.keep_setting(state.id, _KPI_OWED, "yes")

    def remember(receipt: Receipt) -> None:
        if figured:
            store.keep_setting(state.id, _KPI_OWED, "")
        store.keep_setting(state.id, _ALARMS, _alarm_text(publisher))
        for title in receipt.tabs_written:
            for key, value in tabs[title][1].items() if title in tabs else ():
                store.keep_setting(state.id, key, value)
        for title, mark in ((MESSAGES_TITLE, MESSAGES_MARK), (TASKS_TITLE, TASKS_MARK)):
            if title in receipt.tabs_refused and title in tabs:
                # Asked again only when there is more to say: it stays refused until a person acts.
                store.keep_setting(state.id, mark, tabs[title][1][mark])

    return TabsOfPass(tabs=tuple(tab for tab, _ in tabs.values()), remember=remember)


def columns_before(store: Store, state: TrackerState, rules: Rulebook) -> dict[str, str]:
    """Column key -> title of the columns that the sheet had at the last pass that was carried out."""
    keys = json.loads(store.setting(state.id, COLUMNS_SETTING) or "[]")
    return {key: rules.columns[key].title for key in keys if key in rules.columns}


def with_look_at(
    publisher: Publisher, store: Store, state: TrackerState, now: datetime
) -> Publisher:
    """The publisher that also says which cells people have to look at."""
    text = store.setting(state.id, LOOK_AT_SETTING) or ""
    return replace(publisher, alarms=(*publisher.alarms, *said(text, now, publisher.timezone)))


def alarms_are_told(publisher: Publisher, store: Store, state: TrackerState) -> bool:
    """Whether Sync Status already says what is wrong with the worker itself, or that nothing is."""
    return (store.setting(state.id, _ALARMS) or "") == _alarm_text(publisher)


def _alarm_text(publisher: Publisher) -> str:
    troubles = [log.trouble for log in publisher.sources if log.trouble]
    return "\n".join([*publisher.alarms, *troubles])


def figures_are_owed(store: Store, state: TrackerState) -> bool:
    """Whether figures were worked out and not written, since somebody had the workbook open."""
    return bool(store.setting(state.id, _KPI_OWED))


def status_tab(publisher: Publisher, plan: Plan) -> Tab:
    """The Sync Status tab of a plan."""
    return status_layout(_summary(publisher, plan), plan.findings, publisher.timezone)


def _lasting_words(publisher: Publisher, plan: Plan) -> str:
    """What Sync Status says of sheet and worker, but not what it says of the pass that writes it."""
    summary = replace(_summary(publisher, plan), at=_ANY_DAY, cells=0, mails=0, baseline=False)
    silent = [stale_words(log, plan.at, publisher.timezone) for log in publisher.sources]
    return repr((status_layout(summary, plan.findings, publisher.timezone), silent))


def _summary(publisher: Publisher, plan: Plan) -> PassSummary:
    states = plan.clocks["state"]
    promise = plan.promises["state"]
    stage = plan.facts
    return PassSummary(
        at=plan.at,
        every_seconds=int(publisher.every.total_seconds()),
        baseline=plan.baseline,
        orders=len(plan.orders.frame),
        open_orders=int((~stage["status"].isin(["Completed", "Cancelled", "Returned"])).sum()),
        breached=int(((states == "Breached") | (promise == "Breached")).sum()),
        at_risk=int(((states == "At risk") | (promise == "At risk")).sum()),
        unsure=int((states == "Unsure").sum()),
        cells=len(plan.changes),
        mails=len(plan.mails),
        mail_mode=publisher.mail_mode,
        rules_hash=plan.rules_hash,
        alarms=publisher.alarms,
        remarks=plan.remarks,
        sources=tuple(
            replace(log, held_back=plan.fed is not None and log.name in plan.fed.held_back)
            for log in publisher.sources
        ),
    )


def period_report(
    store: Store,
    state: TrackerState,
    rules: Rulebook,
    *,
    period: Period,
    as_of: datetime,
) -> KpiReport:
    """The figures of one period from the store's snapshot; of a long past one with archived orders."""
    old = period.end <= months_before(as_of, rules.kpi.restate_months + 1)
    archived = sorted(store.care(state.id).archived()) if old else []
    memory = store.load_memory(state.id, as_of, period.timezone, returning=archived)
    facts = store.load_facts(state.id, returning=archived)
    present = json.loads(store.setting(state.id, COLUMNS_SETTING) or "[]")
    return report_on(
        period,
        facts=completed(facts),
        pauses=memory.pauses,
        events=store.load_events(state.id),
        present=frozenset(present),
        rules=rules,
        timezone=period.timezone,
        as_of=as_of,
        service=unpack(store.setting(state.id, SERVICE_SETTING)) if rules.kpi.tabs else None,
        notices=_notices(store, state, rules, period),
    )


def _notices(
    store: Store, state: TrackerState, rules: Rulebook, period: Period
) -> pd.DataFrame | None:
    """What customers were to be told in the period; None where they never were, and are not to be."""
    found = store.outbox(state.id).said_to(CUSTOMER, period.start, period.end)
    return frame_of_notices(found) if found or rules.notifications.active else None


def _messages_tab(
    publisher: Publisher, store: Store, state: TrackerState, rules: Rulebook, plan: Plan
) -> dict[str, tuple[Tab, Settings]]:
    """What was said to whom, where that has changed."""
    found = messages_tab(store, state, rules, plan, publisher.timezone)
    if found is None:
        return {}
    tab, mark = found
    waiting = [(each.order_id, each.kind, each.lacks) for each in plan.tellings.waiting]
    waiting += [(each.order_id, each.kind, each.words) for each in plan.asked.notes]
    digest = _digest(repr((mark, waiting)))
    if store.setting(state.id, _key(MESSAGES_TITLE)) == digest:
        return {}
    return {MESSAGES_TITLE: (tab, {_key(MESSAGES_TITLE): digest, MESSAGES_MARK: mark})}


def _tasks_tab(
    publisher: Publisher, store: Store, state: TrackerState, rules: Rulebook
) -> dict[str, tuple[Tab, Settings]]:
    """What is to be done and was said, where that has changed."""
    found = tasks_tab(store, state, rules, publisher.timezone)
    return {} if found is None else {TASKS_TITLE: (found[0], {TASKS_MARK: found[1]})}


def _stock_tab(
    publisher: Publisher, store: Store, state: TrackerState
) -> dict[str, tuple[Tab, Settings]]:
    """What the stock feeds say last, where that has changed."""
    feeds = store.feeds(state.id)
    if not feeds.has_kind("stock"):
        return {}
    levels = feeds.everything("stock")
    digest = _digest(repr([(each.source, each.key, each.digest) for each in levels]))
    if store.setting(state.id, _key(STOCK_TITLE)) == digest:
        return {}
    return {STOCK_TITLE: (stock_layout(levels, publisher.timezone), {_key(STOCK_TITLE): digest})}


def _kpi_is_due(publisher: Publisher, store: Store, state: TrackerState, plan: Plan) -> bool:
    """Hourly while something happens; figures that are owed as soon as a pass could write again."""
    last = store.setting(state.id, _KPI_AT)
    if last is None or (figures_are_owed(store, state) and not state.fail_count):
        return True
    happened = bool(len(plan.changes) or len(plan.memory) or plan.service is not None)
    return happened and plan.at >= datetime.fromisoformat(last) + publisher.kpi_every


def _kpi_tabs(
    publisher: Publisher, store: Store, state: TrackerState, rules: Rulebook, plan: Plan
) -> dict[str, tuple[Tab, Settings]]:
    """The current month's tab, if its figures changed, and restated tabs of earlier published months."""
    current = period_at(plan.at, "month", publisher.timezone)
    periods = [current.shifted(-by) for by in range(rules.kpi.restate_months, 0, -1)]
    tabs: dict[str, tuple[Tab, Settings]] = {}
    history: dict[str, dict[str, float | None]] = {}
    for period in [*periods, current]:
        title = tab_title(period, rules.kpi.month_tab)
        published = store.setting(state.id, _key(title))
        if period is not current and published is None:
            continue
        report = period_report(store, state, rules, period=period, as_of=plan.at)
        history[period.id] = values_of(report)
        kept = json.loads(store.setting(state.id, _figures(title)) or "{}")
        kept = _restated(kept, report, closed=period is not current, at=plan.at)
        figures = as_json(report)["kpis"] if period is current else kept["told"]
        digest = _digest(json.dumps([figures, kept["lines"]], sort_keys=True))
        if digest != published:
            tab = kpi_layout(
                report,
                title=title,
                history=history,
                restated=kept["lines"],
                tracker=publisher.tracker,
            )
            tabs[title] = tab, {_key(title): digest, _figures(title): json.dumps(kept)}
    return tabs


def _restated(
    kept: dict[str, Any], report: KpiReport, *, closed: bool, at: datetime
) -> dict[str, Any]:
    """What is remembered of a month's tab: its figures in words, and a dated line for each change.

    The first writing after the month's end closes it; only later changes are restatements.
    """
    lines = list(kept.get("lines", []))
    if kept.get("closed"):
        same_rules = kept.get("rules") == report.rules_hash
        why = "late entries in the tracker" if same_rules else "the rules were changed"
        today = scalar_to_local(at, report.period.timezone).date()
        lines += dated_lines(kept["told"], report, on=today, why=why)
    return {"told": told(report), "lines": lines, "closed": closed, "rules": report.rules_hash}


def _figures(title: str) -> str:
    return f"figures:{title}"


def _key(title: str) -> str:
    return f"tab:{title}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
