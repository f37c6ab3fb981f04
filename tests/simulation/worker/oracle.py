"""What must be true of the sheet after whatever the worker did, told from the people's own knowledge of it.

Nothing here asks the product. What the people left is remembered cell by cell, by the slip of each row; any
difference that is found later is the worker's doing, and is judged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tests.simulation.worker.grounds import Rows, moment_of
from tests.simulation.worker.people import ORDER, SLIP, TICKS, WORKERS, Cell
from tests.support.shop import TITLES

STATUS: Final = TITLES["status"]
STAMP_OF: Final = {TITLES[key]: TITLES[f"{key}_at"] for key in TICKS}
_TICK_OF: Final = {stamp: tick for tick, stamp in STAMP_OF.items()}
_PUT_RIGHT: Final = frozenset(TITLES[key] for key in ("sla", "sla_due", "check", "next_action"))
"""The worker's own texts: whatever is typed there is put right."""
_MASS: Final = 10
"""More rows than the guard lets go, at the number of orders that are played with."""
_EVIDENCE: Final = (*STAMP_OF, TITLES["dispatched_at"], TITLES["delivered_at"])


@dataclass(slots=True)
class Oracle:
    """The people's memory of their sheet."""

    puts_back: bool
    """Whether the worker may put back what it found to have written over, as it does in a Google Sheet."""
    head: list[Any] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)
    """The rows in their order; "" for an empty one."""
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    typed: dict[Cell, int] = field(default_factory=dict)
    """Cell -> when a person put there what stands there now; counts every look."""
    typed_later: set[Cell] = field(default_factory=set)
    """Those of them that a pass had seen otherwise before."""
    meant: defaultdict[tuple[str, str], list[Any]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """(Order ID, heading) -> everything that the worker ever meant to write there."""
    stood: defaultdict[Cell, list[Any]] = field(default_factory=lambda: defaultdict(list))
    ids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Slip -> every Order ID that the row had."""
    read_at: defaultdict[tuple[str, str], set[datetime]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """(Order ID, stamp's heading) -> the moments of the passes that may have been first to see it done."""
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)
    _shown: dict[tuple[str, str], Any] = field(default_factory=dict)
    _wrote: dict[Cell, Any] = field(default_factory=dict)
    approved: bool = False
    """A person has said that what the guard holds back is meant so."""
    _read: dict[str, dict[str, Any]] = field(default_factory=dict)
    _decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Slip -> the cells of the row as a pass saw them that kept what it saw."""
    _undone: set[tuple[str, str]] = field(default_factory=set)
    """Stages that a pass saw undone: done again, the later time counts."""
    watched: bool = False
    """A first look has been kept."""
    looks: int = 0
    wrong_rows: int = 0
    lost_edits: int = 0
    broken: list[str] = field(default_factory=list)

    # -- what people did ------------------------------------------------------------------------

    def left(self, rows: Rows) -> None:
        """People have left the sheet so: what is new in it was typed by them."""
        self.looks += 1
        before = self.cells
        self._take(rows)
        for slip, cells in self.cells.items():
            old = before.get(slip, {})
            for heading in {*cells, *old}:
                if cells.get(heading) == old.get(heading):
                    continue
                self.typed[slip, heading] = self.looks
                if slip in self._decided and cells.get(heading) != self._decided[slip].get(heading):
                    self.typed_later.add((slip, heading))
                else:
                    self.typed_later.discard((slip, heading))
                self.stood[slip, heading].append(cells.get(heading))
                if (slip, heading) in self._wrote and _same(
                    cells.get(heading), self._wrote[slip, heading]
                ):
                    del self.typed[slip, heading]  # the worker's own word, put back
            self.ids[slip].add(_text(cells.get(ORDER)))

    def _take(self, rows: Rows) -> None:
        self.head = list(rows[0])
        place = self.head.index(SLIP)
        self.slips, self.cells = [], {}
        for row in rows[1:]:
            slip = str(row[place]) if place < len(row) and row[place] is not None else ""
            self.slips.append(slip)
            if slip:
                self.cells[slip] = {
                    str(h): v for h, v in zip(self.head, row, strict=False) if v is not None
                }
        while self.slips and not self.slips[-1]:
            self.slips.pop()

    # -- what the worker did --------------------------------------------------------------------

    def judge(self, rows: Rows) -> list[str]:
        """Whatever differs from what people left is the worker's doing; gives it in words."""
        before = (self.head, self.slips, self.cells)
        self._take(rows)
        head, slips, cells = before
        if (self.head, self.slips) != (head, slips):
            self._break(f"rows or headings were moved: {slips} {head} -> {self.slips} {self.head}")
            return []
        place = self.head.index(SLIP)
        for number, row in enumerate(rows[1:], start=2):
            if (place >= len(row) or row[place] is None) and any(v is not None for v in row):
                self.wrong_rows += 1
                self._break(f"row {number} was empty and holds {row}")
        told = []
        for slip in sorted(self.cells, key=self.slips.index):
            old, new = cells[slip], self.cells[slip]
            for heading in sorted({*old, *new}):
                if old.get(heading) != new.get(heading):
                    told.append(f"{slip} {heading}: {old.get(heading)!r} -> {new.get(heading)!r}")
                    self._judge(slip, heading, old, new.get(heading))
        return told

    def _judge(self, slip: str, heading: str, row: dict[str, Any], new: Any) -> None:
        old, where = row.get(heading), f"{slip} ({_text(row.get(ORDER))}), {heading}"
        words = f"{where}: {old!r} -> {new!r}"
        if heading not in WORKERS:
            self.lost_edits += 1
            self._break(f"a column of staff's was written: {words}")
            return
        orders = self.ids[slip] | {""}
        if not any(_same(new, meant) for order in orders for meant in self.meant[order, heading]):
            back = self.puts_back and any(_same(new, once) for once in self.stood[slip, heading])
            if not back:
                self.wrong_rows += 1
                self._break(f"written into a row that it was not meant for: {words}")
                return
        when = self.typed.pop((slip, heading), 0)
        self._wrote[slip, heading] = new
        self.stood[slip, heading] += (old, new)
        if when and old is not None and not self._may_replace(slip, heading, row, new, when):
            self.lost_edits += 1
            self._break(f"what a person typed was written over: {words}")
        if heading in _TICK_OF:
            self._judge_stamp(slip, heading, row, new, words)

    def _may_replace(
        self, slip: str, heading: str, row: dict[str, Any], new: Any, when: int
    ) -> bool:
        if heading in _PUT_RIGHT:
            return True
        if heading != STATUS:
            return False
        if any(self.typed.get((slip, tick), 0) >= when for tick in _EVIDENCE):
            return True
        return new == "Completed" and row.get(heading) == "Delivered"

    def _judge_stamp(
        self, slip: str, heading: str, row: dict[str, Any], new: Any, words: str
    ) -> None:
        old = row.get(heading)
        if new is None:
            if row.get(_TICK_OF[heading]):
                self._break(f"a time was taken away although its box is ticked: {words}")
            return
        if old is not None and not any(
            (order, heading) in self._undone for order in self.ids[slip]
        ):
            self._break(f"a time that was set has moved: {words}")
        if not isinstance(new, float | int):
            self._break(f"a time is no moment: {words}")
            return
        seen = {m for order in self.ids[slip] for m in self.read_at[order, heading]}
        if moment_of(new) not in seen:
            self._break(f"a time that no pass saw it at ({sorted(map(str, seen))[-3:]}): {words}")

    def was_read(self, rows: Rows, moment: datetime) -> None:
        """A pass has read these cells at `moment` on the sheet's clock; whether it comes to anything is open."""
        self._shown = _shown(rows)
        self._read = {
            str(row[-1]): {str(h): v for h, v in zip(rows[0], row, strict=False) if v is not None}
            for row in rows[1:] if len(row) == len(rows[0])
        }  # fmt: skip
        if not self.watched:
            return  # the first look invents no time
        for (order, stamp), shown in self._shown.items():
            if self._known.get((order, stamp)) != shown:
                self.read_at[order, stamp].add(moment)

    def was_decided(self) -> None:
        """What was read last has been kept for good."""
        self.watched = True
        self._judge_mass()
        for where, (tick, _status) in self._shown.items():
            if not tick and self._known.get(where, (None,))[0]:
                self._undone.add(where)
        self._known |= self._shown
        self._decided |= self._read

    def _judge_mass(self) -> None:
        """An accident with a whole column is not carried out unless a person says so."""
        ids = Counter(_text(cells.get(ORDER)) for cells in self._read.values())
        usable = {slip for slip, cells in self._read.items() if ids[_text(cells.get(ORDER))] == 1}
        for heading in (*STAMP_OF, STATUS):
            before = [slip for slip, cells in self._decided.items() if cells.get(heading)]
            emptied = [
                slip for slip in before if slip in usable and not self._read[slip].get(heading)
            ]
            if len(emptied) > _MASS and not self.approved:
                self._break(f"{heading} was emptied in {len(emptied)} rows, and that went through")

    def exceptions(self) -> dict[str, str]:
        """Orders, each with a row of its own, on which a person typed an exception: Order ID -> slip."""
        ids = Counter(_text(cells.get(ORDER)) for cells in self.cells.values())
        return {
            _text(cells[ORDER]): slip
            for slip, cells in self.cells.items()
            if ORDER in cells and ids[_text(cells[ORDER])] == 1 and (slip, STATUS) in self.typed
        }

    def _break(self, words: str) -> None:
        self.broken.append(words)


def _shown(rows: Rows) -> dict[tuple[str, str], Any]:
    """(Order ID, stamp's heading) -> what in the row may say that the stage is done."""
    head, found = rows[0], {}
    for order, row in _by_order(rows).items():
        cells = {str(h): v for h, v in zip(head, row, strict=False) if v is not None}
        for tick, stamp in STAMP_OF.items():
            found[order, stamp] = (cells.get(tick), cells.get(STATUS))
    return found


def _by_order(rows: Rows) -> dict[str, list[Any]]:
    if ORDER not in rows[0]:
        return {}
    column = rows[0].index(ORDER)
    found = [(_text(row[column]), row) for row in rows[1:] if column < len(row)]
    count = Counter(order for order, _ in found)
    return {order: row for order, row in found if order and count[order] == 1}


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _same(cell: Any, meant: Any) -> bool:
    if isinstance(cell, float | int) and isinstance(meant, float | int):
        return abs(cell - meant) < 1e-6
    return bool(cell == meant)
