"""A pass in the store: the one COMMIT after which a decision is durable, and the closing of the books.

Every write carries a key, so that the same plan committed twice (a replay after a kill) changes nothing
but the pass log. Cells are not journalled one by one: they are computed from state, and the next
pass compares the sheet with `written_*`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from sheetsync.domain.look_at import kept
from sheetsync.domain.model import ESCALATION_COLUMNS, WRITABLE, Memory, Notice, Plan, Receipt
from sheetsync.domain.service.records import pack
from sheetsync.errors import StoreError
from sheetsync.store import frames, trackers
from sheetsync.store.archive import take_back
from sheetsync.store.changes import log_changes
from sheetsync.store.facts import save_facts
from sheetsync.store.feed_waiting import commit_fed
from sheetsync.store.follow_ups import keep_follow_ups
from sheetsync.store.memory import COLUMNS_SETTING, confirm, have_been_seen, save_orders
from sheetsync.store.seen import keep_seen
from sheetsync.store.settings import LOOK_AT_SETTING, SERVICE_SETTING, get_setting, put_setting
from sheetsync.store.tables import (
    delivery_event,
    escalation,
    ledger,
    outbox,
    outbox_order,
    pass_log,
    pause,
    stage_event,
)
from sheetsync.store.told import commit_told
from sheetsync.store.upsert import insert_for, insert_new, upsert
from sheetsync.store.vendors import commit_asked

_MAY_LEAVE: Final = ("pending", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLine:
    """One line of the pass log. `phase`: committed, closed or failed; moments are aware UTC."""

    id: int
    tracker_id: int
    started_at: datetime
    ended_at: datetime | None
    phase: str
    baseline: bool
    reads: int
    writes: int
    changes: int
    mails: int
    outcome: str
    error: str
    rules_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMails:
    """Why the messages of a pass wait for a person, and the notices that tell the owner so."""

    reason: str
    alerts: tuple[Notice, ...] = ()


def commit_pass(
    connection: Connection,
    tracker_id: int,
    plan: Plan,
    *,
    memory: Memory | None = None,
    fresh: bytes = b"",
    held: HeldMails | None = None,
) -> int:
    """Everything that the plan decided, in the caller's transaction; the number of the pass.

    `memory` is that of before the pass; without it nothing is told of what people changed. `fresh`
    are random bytes for a secret that the store may lack. With `held` the plan's messages do not
    leave before a person releases them.

    From here on the tracker's `fingerprint` is blank (so the next pass reads again) until the pass
    is closed, and `seq` is one higher if the pass writes or sends: the sheet can never be ahead.
    """
    state = trackers.get(connection, tracker_id)
    pass_id = open_line(connection, tracker_id, plan)
    take_back(connection, tracker_id, [str(order) for order in plan.memory.index], plan.at)
    save_orders(connection, tracker_id, plan.memory)
    have_been_seen(connection, tracker_id)
    columns = json.dumps(sorted(plan.orders.header.columns))
    put_setting(connection, tracker_id, COLUMNS_SETTING, columns)
    save_facts(connection, tracker_id, plan.facts, plan.at)
    save_events(connection, tracker_id, pass_id, plan.stage_events)
    _save_pauses(connection, tracker_id, plan.pauses)
    save_escalations(connection, tracker_id, pass_id, plan.escalations)
    why = held.reason if held else ""
    commit_told(connection, tracker_id, state.uuid, plan.tellings, plan.at)
    keep_follow_ups(connection, tracker_id, plan.follow_ups, plan.at)
    if plan.service is not None:
        put_setting(connection, tracker_id, SERVICE_SETTING, pack(plan.service))
    commit_asked(connection, tracker_id, state.uuid, plan.asked, plan.at, fresh)
    mails = enqueue(connection, state, pass_id, plan.notices, plan.at, held=why)
    if held and mails:
        enqueue(connection, state, pass_id, held.alerts, plan.at)
    edits = keep_seen(connection, tracker_id, plan, memory, fresh) if memory is not None else []
    log_changes(connection, tracker_id, pass_id, plan, edits, memory)
    commit_fed(connection, tracker_id, plan.fed, memory.fed.number if memory is not None else 0)
    acts = bool(len(plan.changes)) or mails > 0
    trackers.change(
        connection,
        tracker_id,
        fingerprint="",
        rules_hash=plan.rules_hash,
        next_change_at=plan.next_change_at,
        last_pass_at=plan.at,
        baseline_at=state.baseline_at or plan.at,
        epoch=state.epoch + (1 if plan.baseline else 0),
        seq=state.seq + (1 if acts else 0),
    )
    connection.execute(update(pass_log).where(pass_log.c.id == pass_id).values(mails=mails))
    return pass_id


def open_line(connection: Connection, tracker_id: int, plan: Plan) -> int:
    """A new line of the pass log for this plan; its number."""
    line = {
        "tracker_id": tracker_id,
        "started_at": plan.at,
        "phase": "committed",
        "baseline": plan.baseline,
        "reads": 1,
        "writes": 0,
        "changes": len(plan.changes),
        "mails": 0,
        "outcome": "",
        "error": "",
        "rules_hash": plan.rules_hash,
    }
    return int(
        connection.execute(insert(pass_log).values(line).returning(pass_log.c.id)).scalar_one()
    )


def save_events(
    connection: Connection, tracker_id: int, pass_id: int, events: pd.DataFrame
) -> None:
    """Append stage events (STAGE_EVENT_COLUMNS) seen in a pass; each once."""
    texts = [frames.text_list(events[name]) for name in ("order_id", "field", "old", "new")]
    seconds = [frames.seconds_list(events[name]) for name in ("at", "seen_from", "seen_to")]
    source = frames.text_list(events["source"])
    names = ("order_id", "field", "old", "new", "at", "seen_from", "seen_to", "source")
    rows = [
        {
            "tracker_id": tracker_id,
            "pass_id": pass_id,
            "event_key": frames.record_key(*values[:5], values[6]),
            **dict(zip(names, values, strict=True)),
        }
        for values in zip(*texts, *seconds, source, strict=True)
    ]
    insert_new(connection, stage_event, rows)


def _save_pauses(connection: Connection, tracker_id: int, pauses: pd.DataFrame) -> None:
    columns = (
        frames.text_list(pauses["order_id"]),
        frames.seconds_list(pauses["start"]),
        frames.seconds_list(pauses["stop"]),
        frames.text_list(pauses["reason"]),
    )
    rows: list[dict[str, Any]] = [
        {
            "tracker_id": tracker_id,
            "pause_key": frames.record_key(order, start, reason),
            "order_id": order,
            "start": start,
            "stop": stop,
            "reason": reason,
        }
        for order, start, stop, reason in zip(*columns, strict=True)
    ]
    upsert(connection, pause, rows, key=("tracker_id", "pause_key"))


def save_escalations(
    connection: Connection, tracker_id: int, pass_id: int, escalations: pd.DataFrame
) -> None:
    """Append lines of ESCALATION_COLUMNS decided in a pass; each once."""
    columns: list[list[Any]] = []
    for name in ESCALATION_COLUMNS:
        column = escalations[name]
        if name == "at":
            columns.append(frames.seconds_list(column))
        elif name in {"level", "repeat"}:
            columns.append(frames.int_list(column))
        else:
            columns.append(frames.text_list(column))
    rows = [
        {
            "tracker_id": tracker_id,
            "pass_id": pass_id,
            **dict(zip(ESCALATION_COLUMNS, values, strict=True)),
        }
        for values in zip(*columns, strict=True)
    ]
    insert_new(connection, escalation, rows)


def enqueue(
    connection: Connection,
    state: trackers.TrackerState,
    pass_id: int,
    notices: Sequence[Notice],
    at: datetime,
    *,
    held: str = "",
) -> int:
    """Outbox rows for notices never seen before; how many of them may still leave. `pass_id` 0: of no pass.

    `held`: why they wait for a person; "" where they may go.
    """
    fresh = 0
    for notice in notices:
        key = dedupe_key(state.uuid, notice)
        if connection.execute(select(ledger.c.sent_at).where(ledger.c.dedupe_key == key)).first():
            continue
        statement = insert_for(connection, outbox).on_conflict_do_nothing().returning(outbox.c.id)
        row = _outbox_row(state.id, pass_id, key, notice, at)
        if held and notice.stands == "pending":
            row |= {"state": "held", "last_error": held}
        outbox_id = connection.execute(statement, row).scalar()
        if outbox_id is None:
            continue
        fresh += notice.stands in _MAY_LEAVE
        if notice.stands != "pending":
            _log_as_decided(connection, state.id, outbox_id, notice, at)
        orders = sorted(set(notice.orders))
        links = [
            {"outbox_id": outbox_id, "tracker_id": state.id, "order_id": order} for order in orders
        ]
        insert_new(connection, outbox_order, links)
    return fresh


def _log_as_decided(
    connection: Connection, tracker_id: int, outbox_id: int, notice: Notice, at: datetime
) -> None:
    """Why a notice was held or left out when it was decided: no deliverer will ever say so."""
    line = {
        "tracker_id": tracker_id, "outbox_id": outbox_id, "kind": notice.stands, "at": at,
        "detail": notice.reason,
    }  # fmt: skip
    connection.execute(insert(delivery_event).values(line))


def dedupe_key(uuid: str, notice: Notice) -> str:
    """The key of a notice for ever. The tracker's epoch is not in it, else a restore would re-mail."""
    return f"{uuid}|{notice.key}"


def _outbox_row(
    tracker_id: int, pass_id: int, key: str, notice: Notice, at: datetime
) -> dict[str, Any]:
    return {
        "tracker_id": tracker_id,
        "pass_id": pass_id,
        "dedupe_key": key,
        "kind": notice.kind,
        "audience": notice.audience,
        "channel": notice.channel,
        "recipient": notice.recipient,
        "recipient_name": notice.recipient_name,
        "subject": notice.subject,
        "context": json.dumps(dict(notice.context), ensure_ascii=False, sort_keys=True),
        "members": json.dumps(list(notice.members)),
        "level": notice.level,
        "state": notice.stands,
        "not_before": notice.not_before,
        "expires_at": notice.expires_at,
        "attempts": 0,
        "lease_owner": "",
        "last_error": notice.reason,
        "transport": "",
        "provider_ref": "",
        "created_at": at,
        "changed_at": at,
    }


def close_pass(
    connection: Connection, pass_id: int, receipt: Receipt, *, fingerprint: str, now: datetime
) -> None:
    """Note what became of the plan: `confirmed_*` for applied cells, outcome, fingerprint.

    Give `fingerprint` "" when the next pass should look again although nothing moved (cells
    were dropped or deferred).
    """
    line = line_of(connection, pass_id)
    outcomes = receipt.outcomes
    applied = outcomes[(outcomes["outcome"] == "applied") & outcomes["column"].isin(WRITABLE)]
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for order, column in zip(applied["order_id"].tolist(), applied["column"].tolist(), strict=True):
        cells[str(order)].append(str(column))
    confirm(connection, line.tracker_id, dict(cells))
    if receipt.look_at:
        before = get_setting(connection, line.tracker_id, LOOK_AT_SETTING) or ""
        put_setting(
            connection, line.tracker_id, LOOK_AT_SETTING, kept(before, receipt.look_at, now)
        )
    _end(connection, pass_id, now=now, phase="closed", outcome=_outcome(outcomes),
         error="; ".join(receipt.remarks), writes=receipt.requests)  # fmt: skip
    trackers.change(
        connection, line.tracker_id, fingerprint=fingerprint, last_ok_at=now, fail_count=0
    )


def _outcome(outcomes: pd.DataFrame) -> str:
    """`ok`, or the counts of what did not go as planned: `3 applied, 1 dropped`."""
    counts = outcomes["outcome"].value_counts().sort_index()
    if set(counts.index) <= {"applied"}:
        return "ok"
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def fail_pass(
    connection: Connection,
    tracker_id: int,
    error: str,
    *,
    now: datetime,
    pass_id: int | None,
    outcome: str,
) -> None:
    """Note that a pass ended early; before its commit (`pass_id` None) a line is made for it.

    The same trouble minute after minute stays one line, with a later end.
    """
    state = trackers.get(connection, tracker_id)
    last = next(iter(last_passes(connection, tracker_id, 1)), None)
    if pass_id is None and last and (last.phase, last.outcome, last.error) == (
        "failed", outcome, error,
    ):  # fmt: skip
        _end(connection, last.id, now=now)
    elif pass_id is None:
        line = {
            "tracker_id": tracker_id, "started_at": now, "phase": "failed", "baseline": False,
            "reads": 0, "writes": 0, "changes": 0, "mails": 0, "outcome": outcome, "error": error,
            "ended_at": now, "rules_hash": state.rules_hash,
        }  # fmt: skip
        connection.execute(insert(pass_log).values(line))
    else:
        _end(connection, pass_id, now=now, phase="failed", outcome=outcome, error=error, writes=0)
    trackers.change(connection, tracker_id, fingerprint="", fail_count=state.fail_count + 1)


def _end(connection: Connection, pass_id: int, *, now: datetime, **values: Any) -> None:
    connection.execute(
        update(pass_log).where(pass_log.c.id == pass_id).values(ended_at=now, **values)
    )


def line_of(connection: Connection, pass_id: int) -> PassLine:
    """One line of the pass log; raises StoreError where there is none."""
    row = connection.execute(select(pass_log).where(pass_log.c.id == pass_id)).one_or_none()
    if row is None:
        raise StoreError(f"The store knows no pass number {pass_id}. Run a new pass.")
    return _pass_line(row)


def last_passes(connection: Connection, tracker_id: int, count: int) -> list[PassLine]:
    """The newest `count` passes, newest first."""
    rows = connection.execute(
        select(pass_log)
        .where(pass_log.c.tracker_id == tracker_id)
        .order_by(pass_log.c.id.desc())
        .limit(count)
    )
    return [_pass_line(row) for row in rows]


def _pass_line(row: Any) -> PassLine:
    return PassLine(**cast("dict[str, Any]", row._asdict()))
