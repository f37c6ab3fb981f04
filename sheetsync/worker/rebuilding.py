"""A lost outbox rebuilt from the tab Messages, so that nothing is sent a second time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from sheetsync.domain.messages_tab import TITLE, KeptLine, read_lines
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import parts_of
from sheetsync.domain.model import DateSystem
from sheetsync.domain.moments import as_aware, serials_to_local, to_utc
from sheetsync.domain.texts import fold
from sheetsync.store.rebuilding import KnownMessage, Rebuilt
from sheetsync.worker.offline.turns import own_turn
from sheetsync.worker.own_tabs import rows_of_tab

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_MOST: Final = 6_000
_AUDIENCES: Final = ("customer", "vendor", "staff", "manager")


def rebuild_outbox(shop: Workshop, now: datetime) -> Rebuilt | None:
    """Take over what the tab tells of; None where the sheet has no such tab. Raises TrackerError."""
    rows, dates = rows_of_tab(shop, TITLE, shop.rules(now).rules, most=_MOST)
    lines = read_lines(rows)
    if not lines:
        return None
    messages = _messages(lines, dates, shop.timezone, now)
    with own_turn(shop, "rebuild"):
        return shop.store.rebuild_outbox(shop.state.id, messages, now)


def _messages(
    lines: Sequence[KeptLine], dates: DateSystem, timezone: str, now: datetime
) -> list[KnownMessage]:
    serials = np.array([np.nan if line.at is None else line.at for line in lines], dtype=np.float64)
    moments = to_utc(serials_to_local(serials, dates), timezone)
    kinds = {fold(kind.title): name for name, kind in KINDS.items()}
    return [
        KnownMessage(
            mark=line.mark,
            state=line.state,
            at=now if np.isnat(at) else as_aware(at),
            kind=_kind(line, kinds),
            orders=_orders(line),
            audience=line.audience,
            channel=line.channel,
            message_id=line.message_id,
        )
        for line, at in zip(lines, moments, strict=True)
        if line.audience in _AUDIENCES
    ]


def _kind(line: KeptLine, kinds: dict[str, str]) -> str:
    return kinds.get(fold(line.about), fold(line.about).replace(" ", "_"))


def _orders(line: KeptLine) -> tuple[str, ...]:
    """The order of a letter stands in its mark; a mail about many names only some of them."""
    parts = parts_of(line.mark)
    if parts is not None:
        return (parts[1],)
    named = line.order_id.partition(" and ")[0]
    return tuple(order for order in (part.strip() for part in named.split(",")) if order)
