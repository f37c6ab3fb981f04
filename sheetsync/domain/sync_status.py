"""The Sync Status tab: the sheet itself tells, in words, whether the worker is alive and content.

It is written only together with a pass that writes something else, or when what it would say about
problems changes: a clock that ticks in a cell would make every quiet pass a write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from sheetsync.domain.feeds.telling import SourceLog, alarms, latency_words, stale_words
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.tabs import Box, Tab

TITLE: Final = "Sync Status"
FEED_HEADINGS: Final = (
    "Feed", "Taken", "Waited", "Last file", "Rows / news / refused", "State",
)  # fmt: skip
_PROBLEMS_SHOWN: Final = 30
_LINE: Final = 15.0
_LINE_HOLDS: Final = 150
"""Characters in a line over the whole width, and its height."""
_SEVERITY_ORDER: Final = {"error": 0, "warning": 1, "unsure": 2, "note": 3}
_SEVERITY_STYLE: Final = {"error": "bad", "warning": "near", "unsure": "grey", "note": "grey"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassSummary:
    """What the tab tells about the pass that writes it. Moments are aware UTC."""

    at: datetime
    every_seconds: int
    baseline: bool
    orders: int
    open_orders: int
    breached: int
    at_risk: int
    unsure: int
    cells: int
    mails: int
    mail_mode: str
    rules_hash: str
    alarms: tuple[str, ...] = ()
    """What is wrong with the worker itself: broken rules in force since ..., mail server refusing ..."""
    remarks: tuple[str, ...] = ()
    """What the workbook made us remark: a formula in a worker's column, a hidden second tracker."""
    sources: tuple[SourceLog, ...] = ()
    """What is known of each feed."""


def layout(summary: PassSummary, findings: pd.DataFrame, timezone: str) -> Tab:
    """The Sync Status tab for one pass; `findings` is a frame of FINDING_COLUMNS."""
    boxes: list[Box] = [
        Box(row=0, column=0, value="sheetsync", style="title", width=6),
        Box(row=1, column=0, value="This tab belongs to the worker: it is written anew when something changes.",
            style="subtitle", width=6),
    ]  # fmt: skip
    row = _banner(boxes, 3, summary, findings)
    row = _facts(boxes, row + 1, summary, timezone)
    silent = alarms(summary.sources, summary.at, timezone)
    row = _lines(boxes, row + 1, "What the worker says", summary.alarms + silent + summary.remarks)
    row = _feeds(boxes, row + 1, summary, timezone)
    row = _problems(boxes, row + 1, findings)
    return Tab(
        title=TITLE,
        kind="sync-status",
        boxes=tuple(boxes),
        column_widths=(16.0, 18.0, 12.0, 22.0, 22.0, 30.0),
        row_heights=((0, 30.0), (3, 34.0), *_tall(boxes)),
        landscape=True,
    )


def _tall(boxes: Sequence[Box]) -> list[tuple[int, float]]:
    """Heights of the rows whose sentence takes more than one line."""
    return [
        (box.row, _LINE * -(-len(str(box.value)) // _LINE_HOLDS))
        for box in boxes
        if box.style == "wrapped" and box.width == 6 and len(str(box.value)) > _LINE_HOLDS
    ]


def _banner(boxes: list[Box], row: int, summary: PassSummary, findings: pd.DataFrame) -> int:
    errors = int((findings["severity"] == "error").sum())
    if summary.alarms:
        text, style = summary.alarms[0], "banner-bad"
    elif summary.breached or errors:
        text = f"{_count(summary.breached, 'order')} past the SLA, {_count(errors, 'error')} to mend in the sheet."
        style = "banner-near"
    else:
        text, style = (
            "All is well: nothing is past its SLA and every row can be read.",
            "banner-good",
        )
    boxes.append(Box(row=row, column=0, value=text, style=style, width=6))
    return row + 1


def _facts(boxes: list[Box], row: int, summary: PassSummary, timezone: str) -> int:
    minutes = max(summary.every_seconds // 60, 1)
    facts: Sequence[tuple[str, str | int | datetime, str]] = (
        ("Last pass that wrote here", scalar_to_local(summary.at, timezone), "moment"),
        ("Looks again every", f"{minutes} min", "text"),
        ("Orders in the sheet", summary.orders, "text"),
        ("Open orders", summary.open_orders, "text"),
        ("Breached now", summary.breached, "text"),
        ("At risk now", summary.at_risk, "text"),
        ("Unsure (seen too late)", summary.unsure, "text"),
        ("Cells in that pass", summary.cells, "text"),
        ("Mails in that pass", summary.mails, "text"),
        ("Mail goes", summary.mail_mode, "text"),
        ("Rules in force", summary.rules_hash[:12], "text"),
    )
    for offset, (label, value, style) in enumerate(facts):
        boxes.append(Box(row=row + offset, column=0, value=label, style="label", width=2))
        shown = "#,##0" if isinstance(value, int) else ""
        boxes.append(
            Box(row=row + offset, column=2, value=value, style=style, width=2, number_format=shown)
        )
    if summary.baseline:
        boxes.append(
            Box(row=row, column=4, style="wrapped", width=2, height=4,
                value="First look at this sheet: nothing was mailed, and no time was invented for boxes "
                "already ticked. Times are kept from now on.")
        )  # fmt: skip
    return row + len(facts)


def _lines(boxes: list[Box], row: int, heading: str, lines: Sequence[str]) -> int:
    if not lines:
        return row - 1
    boxes.append(Box(row=row, column=0, value=heading, style="heading", width=6))
    for offset, line in enumerate(lines[:_PROBLEMS_SHOWN], start=1):
        boxes.append(Box(row=row + offset, column=0, value=line, style="wrapped", width=6))
    return row + 1 + min(len(lines), _PROBLEMS_SHOWN)


def _feeds(boxes: list[Box], row: int, summary: PassSummary, timezone: str) -> int:
    """Each feed in one line: what it said last and when, how long that waited, whether it is silent."""
    if not summary.sources:
        return row - 1
    boxes.append(Box(row=row, column=0, value="Feeds", style="heading", width=6))
    for column, heading in enumerate(FEED_HEADINGS):
        boxes.append(Box(row=row + 1, column=column, value=heading, style="label"))
    for offset, log in enumerate(summary.sources, start=2):
        stale = stale_words(log, summary.at, timezone)
        spoke = log.taken_at is not None
        state, style = _state_of(log, stale)
        cells = (
            (log.name, "text"),
            (scalar_to_local(log.taken_at, timezone) if log.taken_at is not None else None, "moment"),
            (latency_words(log), "text"), (log.file, "text"),
            (f"{log.rows:,} / {log.changed:,} / {log.refused:,}" if spoke else "", "text"), (state, style),
        )  # fmt: skip
        for column, (value, style) in enumerate(cells):
            boxes.append(Box(row=row + offset, column=column, value=value, style=style))
    return row + 2 + len(summary.sources)


def _state_of(log: SourceLog, stale: str) -> tuple[str, str]:
    """How a feed stands, and the style that says so."""
    if log.held_back:
        return "held back", "near"
    if stale or log.trouble:
        return stale or ("does not answer" if log.asked else "refused its last file"), "bad"
    if log.asked:
        return ("well", "good") if log.heard_at is not None else ("nothing yet", "grey")
    return ("well", "good") if log.taken_at is not None else ("nothing yet", "grey")


def _problems(boxes: list[Box], row: int, findings: pd.DataFrame) -> int:
    boxes.append(Box(row=row, column=0, value="To mend in the sheet", style="heading", width=6))
    if not len(findings):
        boxes.append(Box(row=row + 1, column=0, value="Nothing.", style="text", width=6))
        return row + 2
    ranked = findings.assign(rank=findings["severity"].map(_SEVERITY_ORDER))
    ranked = ranked.sort_values(["rank", "order_id", "row", "rule"], kind="stable")
    for offset, line in enumerate(ranked.head(_PROBLEMS_SHOWN).itertuples(), start=1):
        style = _SEVERITY_STYLE[str(line.severity)]
        where = str(line.order_id) or f"row {line.row}"
        boxes.append(
            Box(row=row + offset, column=0, value=str(line.severity).capitalize(), style=style)
        )
        boxes.append(Box(row=row + offset, column=1, value=where, style="text"))
        boxes.append(
            Box(row=row + offset, column=2, value=str(line.message), style="text", width=4)
        )
    last = row + 1 + min(len(ranked), _PROBLEMS_SHOWN)
    if len(ranked) > _PROBLEMS_SHOWN:
        kinds = Counter(ranked["severity"])
        rest = ", ".join(_count(kinds[s], s) for s in _SEVERITY_ORDER if kinds[s])
        boxes.append(
            Box(
                row=last,
                column=0,
                value=f"The first {_PROBLEMS_SHOWN} of {rest}.",
                style="note",
                width=6,
            )
        )
        last += 1
    return last


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}s" if noun != "unsure" else f"{number} unsure"
