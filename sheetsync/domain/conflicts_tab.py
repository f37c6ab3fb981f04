"""The Conflicts tab: cells that a copy and the tracker both changed, for a person to choose between.

Under Choose stands `File` or `Tracker`; once that was done, Done says when. A line is known again by
its number, so the tab may be sorted and filtered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sheetsync.domain.model import CellValue
from sheetsync.domain.tabs import Box, Tab
from sheetsync.domain.texts import fold

TITLE: Final = "Conflicts"
HEADINGS: Final = ("No", "Order ID", "Column", "When exported", "In the file", "In the tracker", "Choose", "Done")  # fmt: skip
_WIDTHS: Final = (6.0, 16.0, 22.0, 30.0, 30.0, 30.0, 12.0, 44.0)
_LEAD: Final = (
    "Here both an offline copy and the tracker were changed, each another way; the tracker's value stands. "
    "Write File under Choose to take the copy's value over, Tracker to leave it as it is. The next pass does it."
)
_FIRST: Final = 5
_SCAN: Final = 12
_CHOICES: Final = {
    "file": "file", "f": "file", "copy": "file", "theirs": "file",
    "tracker": "tracker", "t": "tracker", "sheet": "tracker", "ours": "tracker", "keep": "tracker",
}  # fmt: skip

Choice = Literal["file", "tracker", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictLine:
    """One line of the tab, in words for people. `done` is "" while nobody has chosen."""

    number: int
    order_id: str
    column: str
    base: str
    theirs: str
    ours: str
    choice: str = ""
    done: str = ""


def layout(lines: Sequence[ConflictLine], hidden: int = 0) -> Tab:
    """The tab; `hidden` further conflicts are not listed."""
    open_ = sum(not line.done for line in lines) + hidden
    banner = "banner-near" if open_ else "banner-good"
    words = f"{open_:,} to decide" if open_ else "Nothing to decide"
    boxes = [
        Box(row=0, column=0, value="Conflicts", style="title", width=8),
        Box(row=1, column=0, value=_LEAD, style="sentence", width=8),
        Box(row=3, column=0, value=words, style=banner, width=8),
        *(Box(row=4, column=i, value=text, style="heading") for i, text in enumerate(HEADINGS)),
    ]
    for row, line in enumerate(lines, start=_FIRST):
        boxes += _line(row, line)
    if hidden:
        more = f"... and {hidden:,} more; they come up as these are decided (sheetsync conflicts lists all)."
        boxes.append(Box(row=_FIRST + len(lines), column=0, value=more, style="note", width=8))
    return Tab(
        title=TITLE, kind="conflicts", boxes=tuple(boxes), column_widths=_WIDTHS,
        row_heights=((0, 30.0), (1, 34.0), (3, 28.0)), frozen_rows=_FIRST, tab_colour="E0A030",
    )  # fmt: skip


def _line(row: int, line: ConflictLine) -> Iterator[Box]:
    chosen = {"file": "good", "tracker": "grey"}
    yield Box(row=row, column=0, value=line.number, style="text")
    yield Box(row=row, column=1, value=line.order_id, style="strong")
    for column, text in enumerate((line.column, line.base, line.theirs, line.ours), start=2):
        yield Box(row=row, column=column, value=text or "(blank)", style="wrapped")
    choose = "File or Tracker: which value shall stand?" if not line.done else ""
    style = chosen.get(fold(line.choice), "near" if not line.done else "grey")
    yield Box(row=row, column=6, value=line.choice, style=style, note=choose)
    yield Box(row=row, column=7, value=line.done, style="wrapped")


def choices(rows: Sequence[Sequence[CellValue]]) -> dict[int, tuple[Choice, str]]:
    """What people chose, by the number of the line; and as they wrote it.

    `rows` are the cells of the tab as they stand; it may have been sorted, and columns moved.
    """
    places = _places(rows)
    if places is None:
        return {}
    top, number_at, choose_at = places
    found: dict[int, tuple[Choice, str]] = {}
    for row in rows[top + 1 :]:
        number, text = _at(row, number_at), _at(row, choose_at)
        if not isinstance(number, int | float) or isinstance(number, bool):
            number = int(number) if isinstance(number, str) and number.strip().isdecimal() else None
        if number is None or not isinstance(text, str) or not text.strip():
            continue
        meant = _CHOICES.get(fold(text))
        found[int(number)] = ("unclear" if meant is None else _as_choice(meant), text.strip())
    return found


def _as_choice(text: str) -> Choice:
    return "file" if text == "file" else "tracker"


def _places(rows: Sequence[Sequence[CellValue]]) -> tuple[int, int, int] | None:
    wanted: Mapping[str, str] = {"no": "number", "choose": "choose"}
    for top, row in enumerate(rows[:_SCAN]):
        heads = {fold(cell): at for at, cell in enumerate(row) if isinstance(cell, str)}
        if wanted.keys() <= heads.keys():
            return top, heads["no"], heads["choose"]
    return None


def _at(row: Sequence[CellValue], place: int) -> CellValue:
    return row[place] if place < len(row) else None
