"""The Tasks tab: what is to be done about which order, and below it what was said and done lately.

It is the worker's: what people do is written into the tab Follow-ups, of which the worker writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sheetsync.domain.followups.model import PHONE, FollowUp
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.tabs import Box, Tab, TabValue
from sheetsync.domain.texts import quoted

TITLE: Final = "Tasks"
HEADINGS: Final = ("Due", "Order ID", "Who", "How", "What to do", "Task", "Since")
BELOW: Final = ("When", "Order ID", "Who", "How", "What was said or done", "Task", "Direction")
_WIDTHS: Final = (18.0, 18.0, 22.0, 12.0, 66.0, 18.0, 18.0)
_LEAD: Final = (
    "What somebody has to do about an order, by your rules; sheetsync writes this tab anew when something changes. "
    "When it is done, write a row into the tab Follow-ups with the Order ID and Done At."
)
_FIRST: Final = 5
_LONGEST: Final = 500
_WAYS: Final = {"in": "from the customer", "out": "to the customer"}


def layout(
    tasks: Sequence[FollowUp], latest: Sequence[FollowUp], timezone: str, *, most: int
) -> Tab:
    """The tab of these open `tasks`, what is due first at the top, and of the `latest` that was said or done."""
    shown = tasks[:most]
    boxes = [
        Box(row=0, column=0, value=TITLE, style="title", width=len(HEADINGS)),
        Box(row=1, column=0, value=_LEAD, style="sentence", width=len(HEADINGS)),
        Box(row=3, column=0, value=_summary(tasks), style=f"banner-{'near' if tasks else 'good'}", width=len(HEADINGS)),
        *(Box(row=4, column=i, value=text, style="heading") for i, text in enumerate(HEADINGS)),
    ]  # fmt: skip
    for row, task in enumerate(shown, start=_FIRST):
        boxes += _row(row, _task(task, timezone))
    end = _FIRST + len(shown)
    if len(tasks) > most:
        words = f"... and {len(tasks) - most:,} more, which fall due later."
        boxes.append(Box(row=end, column=0, value=words, style="note", width=len(HEADINGS)))
        end += 1
    if latest:
        end += 1
        boxes += [Box(row=end, column=i, value=t, style="heading") for i, t in enumerate(BELOW)]
        for row, each in enumerate(latest, start=end + 1):
            boxes += _row(row, _ended(each, timezone))
    return Tab(
        title=TITLE, kind="tasks", boxes=tuple(boxes), column_widths=_WIDTHS,
        row_heights=((0, 30.0), (1, 34.0), (3, 28.0)), frozen_rows=_FIRST, tab_colour="B07AA1",
    )  # fmt: skip


def _row(row: int, cells: Sequence[tuple[TabValue, str]]) -> Iterator[Box]:
    for column, (value, style) in enumerate(cells):
        yield Box(row=row, column=column, value=value, style=style)


def _task(task: FollowUp, timezone: str) -> tuple[tuple[TabValue, str], ...]:
    due = scalar_to_local(task.due_at, timezone) if task.due_at is not None else None
    return (
        (due, "moment"), (task.order_id, "strong"), (task.who, "text"), (_how(task), "text"),
        (task.text, "wrapped"), (task.reason, "grey"),
        (scalar_to_local(task.at, timezone), "moment"),
    )  # fmt: skip


def _ended(each: FollowUp, timezone: str) -> tuple[tuple[TabValue, str], ...]:
    said = each.kind == "said"
    at = each.at if said or each.closed_at is None else each.closed_at
    who = each.who if said else each.closed_by
    words = quoted(each.text, _LONGEST)[1:-1]
    text = words if said else f"{'Done' if each.closed_by else 'No longer needed'}: {words}"
    return (
        (scalar_to_local(at, timezone), "moment"), (each.order_id, "strong"), (who, "text"),
        (_channel(each), "text"), (text, "wrapped"), (each.reason, "grey"),
        (_WAYS[each.direction] if said and each.direction in _WAYS else "", "note"),
    )  # fmt: skip


def _how(task: FollowUp) -> str:
    return "Call" if task.channel == PHONE else _channel(task)


def _channel(each: FollowUp) -> str:
    return each.channel.replace("_", " ").capitalize()


def _summary(tasks: Sequence[FollowUp]) -> str:
    if not tasks:
        return "Nothing is to be done."
    calls = sum(task.channel == PHONE for task in tasks)
    return f"{len(tasks):,} to do{f', {calls:,} of them calls' if calls else ''}."
