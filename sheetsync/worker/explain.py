"""Gathers what `explain` tells of one order: the tracker as it stands and all that the store kept.

Where the workbook cannot be read, the last pass answers: its facts are laid out as a sheet of one
row and go through the same plan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.explain import Case, Explanation, as_it_stood, explain, explain_doubled
from sheetsync.domain.explain.case import Past
from sheetsync.domain.kpi.facts import FACT_COLUMNS
from sheetsync.domain.model import CellValue, Memory, Plan, Sheet
from sheetsync.domain.moments import local_to_serial, scalar_to_local
from sheetsync.domain.plan import PlanOptions, Reasons, plan_with_reasons
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import TrackerError, UsageError
from sheetsync.store.history import History
from sheetsync.store.memory import COLUMNS_SETTING
from sheetsync.worker.audit import known_order
from sheetsync.worker.workshop import Workshop

_NO_FACT = "dispatch_by"
"""Stands among the facts, but may be worked out rather than typed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """One tracker at one moment."""

    shop: Workshop
    rules: Rulebook
    memory: Memory
    options: PlanOptions
    at: datetime
    archived: Mapping[str, datetime]
    """The order meant and when it was closed, if it is in the archive."""

    def history(self, order_id: str) -> History:
        """What happened to an order."""
        archived = [order_id] if order_id in self.archived else []
        return self.shop.store.history(self.shop.state.id, order_id, returning=archived)

    def plan(self, sheet: Sheet, memory: Memory | None = None) -> tuple[Plan, Reasons]:
        return plan_with_reasons(sheet, memory or self.memory, self.rules, self.at, self.options)


def explain_order(shop: Workshop, wanted: str, at: datetime) -> tuple[Explanation, str]:
    """Why the order `wanted` looks as it does at `at` (aware UTC), and the alarm of the rules ("").

    Raises UsageError for an order that nobody knows, and for a moment before watching began.
    """
    force = shop.rules(at)
    settings = shop.config.tracker
    archived = _archived(shop, wanted)
    look = _Look(
        shop=shop, rules=force.rules, at=at,
        memory=shop.store.load_memory(
            shop.state.id, at, settings.timezone, returning=list(archived)
        ),
        options=shop.plan_options,
        archived=archived,
    )  # fmt: skip
    try:
        sheet = shop.tracker(force.rules).read()
    except TrackerError as trouble:
        order_id = known_order(wanted, look.memory.orders.index)
        thing = "workbook" if settings.kind == "excel" else "sheet"
        note = f"The {thing} cannot be read now, so the store answers. {trouble}"
        return _from_store(look, order_id, note), force.alarm
    return _from_sheet(look, wanted, sheet), force.alarm


def _archived(shop: Workshop, wanted: str) -> dict[str, datetime]:
    """The order meant and when it was closed, if it is in the archive."""
    archived = shop.store.care(shop.state.id).archived()
    try:
        order_id = known_order(wanted, archived)
    except UsageError:
        return {}
    return {order_id: archived[order_id]}


def _from_sheet(look: _Look, wanted: str, sheet: Sheet) -> Explanation:
    plan, reasons = look.plan(sheet)
    read = plan.orders.frame["order_id_read"].to_numpy(object)
    order_id = known_order(wanted, [*read, *look.memory.orders.index])
    places = np.flatnonzero(read == order_id).tolist()
    if not places:
        since = look.memory.orders.loc[order_id, "missing_since"]
        return _from_store(look, order_id, _gone(look, since) + _put_away(look, order_id))
    if len(places) > 1:
        return explain_doubled(order_id, plan, places, look.rules)
    last = look.shop.state.last_pass_at
    if last is None or look.at >= last:
        return explain(_case(look, order_id, places[0], plan, reasons))
    return _earlier(look, order_id, plan, places[0])


def _earlier(look: _Look, order_id: str, plan: Plan, place: int) -> Explanation:
    began = look.shop.state.baseline_at
    if began is not None and look.at < began:
        local = scalar_to_local(began, look.shop.timezone)
        raise UsageError(
            f"Watching began {local:%Y-%m-%d %H:%M}; nothing is known of the time before."
        )
    history = look.history(order_id)
    sheet, memory = as_it_stood(plan.orders, place, look.memory, _events(history), look.at)
    then, reasons = look.plan(sheet, memory)
    note = (
        "As of then: ticks, dates and Status are those of that moment; the other cells of the row, "
        "its row number, the rules and the hours are those of now."
    )
    return explain(_case(look, order_id, 0, then, reasons, memory=memory, notes=(note,)))


def _from_store(look: _Look, order_id: str, note: str) -> Explanation:
    history = look.history(order_id)
    present = json.loads(look.shop.store.setting(look.shop.state.id, COLUMNS_SETTING) or "[]")
    sheet = _sheet_of_facts(look, order_id, history, present)
    plan, reasons = look.plan(sheet, _only(look.memory, order_id))
    last = look.shop.state.last_pass_at
    notes: tuple[str, ...] = (note,)
    if last is not None and look.at < last:
        events = _events(history)
        sheet, memory = as_it_stood(plan.orders, 0, look.memory, events, look.at)
        plan, reasons = look.plan(sheet, memory)
    return explain(_case(look, order_id, 0, plan, reasons, notes=notes, from_store=True))


def _case(
    look: _Look,
    order_id: str,
    place: int,
    plan: Plan,
    reasons: Reasons,
    *,
    memory: Memory | None = None,
    notes: tuple[str, ...] = (),
    from_store: bool = False,
) -> Case:
    history = look.history(order_id)
    return Case(
        order_id=order_id, place=place, plan=plan, reasons=reasons, memory=memory or look.memory,
        rules=look.rules, timezone=look.shop.timezone, tracker=look.shop.name,
        past=Past(
            changes=history.changes, messages=history.messages,
            escalations=history.escalations, pauses=history.pauses,
        ),
        last_pass_at=look.shop.state.last_pass_at, notes=notes, from_store=from_store,
    )  # fmt: skip


def _sheet_of_facts(look: _Look, order_id: str, history: History, present: Sequence[str]) -> Sheet:
    """One row with the cells that the last pass saw; only columns the sheet had."""
    seen = [
        key
        for key in look.rules.columns
        if key in present and key in FACT_COLUMNS and key != _NO_FACT
    ]
    cells = [order_id, *(_cell(look, key, history.facts) for key in seen)]
    keys = ["order_id", *seen]
    header: list[CellValue] = [look.rules.columns[key].title for key in keys]
    return Sheet(
        tracker=look.shop.name,
        tab=look.shop.config.tracker.tab,
        rows=[header, cells],
        row_numbers=[1, 2],
        timezone=look.shop.timezone,
    )


def _cell(look: _Look, key: str, facts: Any) -> CellValue:
    value = facts.get(key)
    if value is None or value == "":
        return None
    if FACT_COLUMNS[key] == "moment":
        local = scalar_to_local(datetime.fromtimestamp(value, tz=UTC), look.shop.timezone)
        return local_to_serial(local)
    if FACT_COLUMNS[key] == "tick":
        return bool(value == 1)
    cell: CellValue = value
    return cell


def _only(memory: Memory, order_id: str) -> Memory:
    return replace(memory, orders=memory.orders.loc[memory.orders.index == order_id])


def _events(history: History) -> pd.DataFrame:
    """The stage events of one order, oldest first, moments as the domain holds them."""
    names = ("field", "old", "new", "at", "seen_from", "seen_to", "source")
    columns: dict[str, Any] = {}
    for name in names:
        values = [line[name] for line in history.events]
        if name in {"at", "seen_from", "seen_to"}:
            naive = [None if v is None else v.replace(tzinfo=None) for v in values]
            columns[name] = pd.Series(np.array(naive, dtype="datetime64[s]"))
        else:
            columns[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def _put_away(look: _Look, order_id: str) -> str:
    closed = look.archived.get(order_id)
    if closed is None:
        return ""
    return f" It was closed {scalar_to_local(closed, look.shop.timezone):%Y-%m-%d} and is in the archive."


def _gone(look: _Look, since: Any) -> str:
    if pd.isna(since):
        return "It is no longer in the sheet; the last pass still saw it. The store answers."
    moment = datetime.fromtimestamp(int(np.datetime64(since, "s").astype("int64")), tz=UTC)
    local = scalar_to_local(moment, look.shop.timezone)
    return f"It is gone from the sheet, last seen {local:%Y-%m-%d %H:%M}; the store answers."
