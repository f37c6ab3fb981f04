"""The Messages tab: what was said to whom, what waits, and what was not said, each with its reason.

Its last column holds a mark for each message. Where the store is lost, the marks tell what was already sent,
so that nothing is sent a second time. Addresses of people outside are shown in part only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.model import CellValue
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.tabs import Box, Tab, TabValue
from sheetsync.domain.texts import clean_id, fold

TITLE: Final = "Messages"
HEADINGS: Final = (
    "When", "State", "Order ID", "Who", "To", "About", "Channel", "Why", "Message-ID", "Mark",
)  # fmt: skip
_WIDTHS: Final = (18.0, 12.0, 18.0, 11.0, 26.0, 20.0, 10.0, 60.0, 30.0, 34.0)
_LEAD: Final = (
    "Everything that was said to customers, vendors and your own people, newest first, and why it was not said where "
    "it was not. sheetsync writes this tab anew when something changes."
)
_STATES: Final = {
    "pending": "queued", "claimed": "queued", "retry": "queued", "in_data": "uncertain",
    "in_doubt": "uncertain", "sent": "sent", "failed": "failed", "held": "held",
    "superseded": "skipped", "suppressed": "skipped", "dropped": "skipped", "waiting": "waiting",
}  # fmt: skip
_STYLES: Final = {
    "queued": "grey", "uncertain": "bad", "sent": "good", "failed": "bad", "held": "near",
    "skipped": "grey", "waiting": "near",
}  # fmt: skip
_FIRST: Final = 5
_SCAN: Final = 12
_NAMED: Final = 5
"""Orders named in one line."""
_OUTSIDE: Final = ("customer", "vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message. `state` is as in the outbox, or `waiting`; `at` aware UTC; `mark` tells it from all others."""

    at: datetime
    state: str
    orders: tuple[str, ...]
    audience: str
    recipient: str
    kind: str
    channel: str
    words: str = ""
    message_id: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """One line as it stands in a tab: what became of the message of a mark; `at` is a serial number or None."""

    mark: str
    state: str
    at: float | None
    about: str
    order_id: str
    channel: str
    audience: str
    message_id: str


def layout(lines: Sequence[MessageLine], timezone: str, *, more: int = 0) -> Tab:
    """The tab; `more` older messages are not listed."""
    boxes = [
        Box(row=0, column=0, value=TITLE, style="title", width=len(HEADINGS)),
        Box(row=1, column=0, value=_LEAD, style="sentence", width=len(HEADINGS)),
        Box(row=3, column=0, value=_summary(lines), style=_banner(lines), width=len(HEADINGS)),
        *(Box(row=4, column=i, value=text, style="heading") for i, text in enumerate(HEADINGS)),
    ]
    for row, line in enumerate(lines, start=_FIRST):
        boxes += _line(row, line, timezone)
    if more:
        words = f"... and {more:,} older ones. sheetsync outbox list --all shows more."
        boxes.append(
            Box(row=_FIRST + len(lines), column=0, value=words, style="note", width=len(HEADINGS))
        )
    return Tab(
        title=TITLE, kind="messages", boxes=tuple(boxes), column_widths=_WIDTHS,
        row_heights=((0, 30.0), (1, 34.0), (3, 28.0)), frozen_rows=_FIRST, tab_colour="4C78A8",
    )  # fmt: skip


def masked(address: str) -> str:
    """`t…@example.org`: enough to know it again, not enough to write to it."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at and name else ("…" if address else "")


def _line(row: int, line: MessageLine, timezone: str) -> Iterator[Box]:
    state = _STATES[line.state]
    about = (
        KINDS[line.kind].title if line.kind in KINDS else line.kind.replace("_", " ").capitalize()
    )
    outside = line.audience in _OUTSIDE
    cells: tuple[tuple[TabValue, str], ...] = (
        (scalar_to_local(line.at, timezone), "moment"), (state, _STYLES[state]), (_orders(line.orders), "strong"),
        (line.audience, "text"), (masked(line.recipient) if outside else line.recipient, "text"),
        (about, "text"), (line.channel, "text"), (line.words, "wrapped"), (line.message_id, "note"), (line.mark, "note"),
    )  # fmt: skip
    for column, (value, style) in enumerate(cells):
        yield Box(row=row, column=column, value=value, style=style)


def _orders(orders: Sequence[str]) -> str:
    more = len(orders) - _NAMED
    return ", ".join(orders[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _summary(lines: Sequence[MessageLine]) -> str:
    counts = dict.fromkeys(_STYLES, 0)
    for line in lines:
        counts[_STATES[line.state]] += 1
    told = [f"{count:,} {state}" for state, count in counts.items() if count]
    return ", ".join(told) if told else "Nothing was said yet."


def _banner(lines: Sequence[MessageLine]) -> str:
    styles = {_STYLES[_STATES[line.state]] for line in lines}
    return next((f"banner-{name}" for name in ("bad", "near") if name in styles), "banner-good")


def read_lines(rows: Sequence[Sequence[CellValue]]) -> list[KeptLine]:
    """The messages with a mark that a tab lists, however it was sorted; [] where it is not this tab."""
    for top, row in enumerate(rows[:_SCAN]):
        places = {fold(cell): at for at, cell in enumerate(row) if isinstance(cell, str)}
        if {fold(name) for name in ("When", "State", "Mark")} <= places.keys():
            lines = [_kept(cells, places) for cells in rows[top + 1 :]]
            return [line for line in lines if line.mark]
    return []


def _kept(cells: Sequence[CellValue], places: dict[str, int]) -> KeptLine:
    def text(name: str) -> str:
        place = places.get(fold(name), len(cells))
        return (
            clean_id(str(cells[place])) if place < len(cells) and cells[place] is not None else ""
        )

    place = places[fold("When")]
    when = cells[place] if place < len(cells) else None
    number = isinstance(when, int | float) and not isinstance(when, bool)
    return KeptLine(
        mark=text("Mark"), state=fold(text("State")), at=float(when) if number else None,  # type: ignore[arg-type]
        about=text("About"), order_id=text("Order ID"), channel=fold(text("Channel")),
        audience=fold(text("Who")), message_id=text("Message-ID"),
    )  # fmt: skip
