"""The Messages tab of a pass: the newest of the outbox, and what waits for a fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.notices import NOTICE_COLUMNS
from sheetsync.domain.messages_tab import MessageLine, layout
from sheetsync.domain.milestones.contact import LACKS
from sheetsync.domain.milestones.memory import CUSTOMER
from sheetsync.domain.model import Plan
from sheetsync.domain.moments import as_moment
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.tabs import Tab
from sheetsync.domain.vendors.memory import VENDOR
from sheetsync.store.outbox import OutboxRow
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState

_LACKS: Final = {
    "": "which is not set up",
    "number": "and the tab Customers has no number with its country",
    "name": "and has no ID that can be used there",
    "address": "and there is no address",
}
MARK: Final = "messages_mark"
"""The setting that tells up to which event the tab is written."""
_NOTHING: Final = "0.0"
"""The mark of an outbox in which nothing ever was."""


def messages_are_shown(store: Store, state: TrackerState, rules: Rulebook) -> bool:
    """Whether the tab says what there is to say, as far as the outbox goes."""
    if not rules.notifications.shows_messages:
        return True
    return store.outbox(state.id).mark() in (store.setting(state.id, MARK) or "", _NOTHING)


def messages_tab(
    store: Store, state: TrackerState, rules: Rulebook, plan: Plan, timezone: str
) -> tuple[Tab, str] | None:
    """The tab and its mark; None where there is to be none, or nothing was ever said."""
    if not rules.notifications.shows_messages:
        return None
    outbox, limit = store.outbox(state.id), rules.notifications.messages_rows
    mark = outbox.mark()
    rows = outbox.latest(limit)
    waiting = list(_waiting(plan))
    if not rows and not waiting:
        return None
    lines = [*waiting, *(line_of(row, state.uuid) for row in rows)][:limit]
    count = sum(outbox.counts().values()) + len(waiting)
    return layout(lines, timezone, more=count - len(lines)), mark


def frame_of_notices(rows: Sequence[OutboxRow]) -> pd.DataFrame:
    """Notices to customers as figures count them (NOTICE_COLUMNS)."""
    moments: dict[str, list[datetime | None]] = {
        "decided_at": [row.created_at for row in rows],
        "sent_at": [row.sent_at for row in rows],
    }
    texts: dict[str, list[str]] = {
        "order_id": [next(iter(row.orders), "") for row in rows],
        "kind": [row.kind for row in rows],
        "recipient": [row.recipient for row in rows],
        "state": [row.state for row in rows],
        "reason": [row.last_error for row in rows],
    }
    columns = {
        **{name: np.array(values, dtype=object) for name, values in texts.items()},
        "fallback": np.array(
            [bool(row.context.get("preferred_channel")) for row in rows], dtype=bool
        ),
        **{
            name: np.array([as_moment(value) for value in values], dtype="datetime64[s]")
            for name, values in moments.items()
        },
    }
    return pd.DataFrame(columns)[list(NOTICE_COLUMNS)]


def line_of(row: OutboxRow, uuid: str) -> MessageLine:
    """One message of the outbox as a line."""
    return MessageLine(
        at=row.sent_at or row.changed_at,
        state=row.state,
        orders=row.orders,
        audience=row.audience,
        recipient=row.recipient,
        kind=row.kind,
        channel=row.channel,
        words=_words(row),
        message_id=row.message_id,
        mark=row.dedupe_key.removeprefix(f"{uuid}|"),
    )


def _words(row: OutboxRow) -> str:
    wanted = str(row.context.get("preferred_channel", ""))
    lacks = _LACKS[str(row.context.get(LACKS, ""))]
    other = f"The customer prefers {wanted}, {lacks}." if wanted else ""
    return " ".join(words for words in (row.last_error, other) if words)


def _waiting(plan: Plan) -> Iterable[MessageLine]:
    """Notices that are due and lack a fact, and what vendors said against the sheet."""
    at: datetime = plan.at
    for each in plan.tellings.waiting:
        yield MessageLine(
            at=at, state="waiting", orders=(each.order_id,), audience=CUSTOMER, recipient="",
            kind=each.kind, channel="", words=f"Waiting for {each.lacks}.",
        )  # fmt: skip
    for note in plan.asked.notes:
        yield MessageLine(
            at=at, state="waiting", orders=(note.order_id,), audience=VENDOR, recipient="",
            kind=note.kind, channel="", words=note.words,
        )  # fmt: skip
