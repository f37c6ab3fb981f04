"""The Follow-ups tab: what people wrote down about an order, and what of it says that something is done."""

from __future__ import annotations

from typing import Final

import numpy as np

from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Ways, heading, read_table
from sheetsync.domain.followups.model import Done
from sheetsync.domain.model import TabRows
from sheetsync.domain.moments import Moments, as_aware, to_local

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading("key", "Order ID", "id", "Order No", "Order Number", "Order", required=True),
        heading("who", "Who", "text", "By", "Name"),
        heading("task", "Task", "text", "Reason"),
        heading("done_at", "Done At", "datetime", "Done", "Done On"),
    )
}
_DAY: Final = np.timedelta64(86_399, "s")


def read_done(tab: TabRows, ways: Ways) -> tuple[tuple[Done, ...], list[TabFinding]]:
    """What is done or will be, in the order of the tab, and what could not be understood.

    A day without a time counts until its end, and is done once it has begun.
    """
    table = read_table(tab, COLUMNS, ways)
    moments: Moments = table.columns["done_at"]
    if not len(table):
        return (), table.findings
    filled = ~np.isnat(moments)
    local = to_local(moments, ways.timezone)
    whole_day = local == local.astype("datetime64[D]")
    ends = np.where(whole_day, moments + _DAY, moments)
    done = tuple(
        Done(
            order_id=table.text("key", place), since=as_aware(moments[place]), at=as_aware(ends[place]), who=table.text("who", place),
            task=table.text("task", place), row=int(table.rows[place]),
        )
        for place in np.flatnonzero(filled).tolist()
        if table.text("key", place)
    )  # fmt: skip
    return done, table.findings
