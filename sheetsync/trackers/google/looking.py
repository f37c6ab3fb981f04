"""How a tracker looks at its sheet: one request for all cells, and the structure now and then.

The companion tabs that somebody asked for come with the same request; one that is not there costs nothing.

An answer that has not changed is not parsed; one that shows far fewer orders than before, or no cell at
all, is asked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sheetsync.domain.model import TabRows
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused, TrackerBusy, TrackerRefused
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.headings import Headed, head
from sheetsync.trackers.google.look import Look
from sheetsync.trackers.google.marker import marker_range
from sheetsync.trackers.google.sending import quoted
from sheetsync.trackers.google.snapshot import Row, Snapshot, presumed
from sheetsync.trackers.google.structure import Json, Structure, TabStructure

_FEWER = 0.5
_FEW = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one request asks for: the ranges, whether the second is the marker's, and whose the last ones are."""

    ranges: list[str]
    marked: bool
    beside: tuple[str, ...]


class Eyes:
    """Looks at one tab. `structure_every` is how long the structure is believed without asking.

    `companions` are titles of tabs to be read along where they exist.
    """

    def __init__(
        self,
        api: SheetsApi,
        *,
        columns: Mapping[str, ColumnRule],
        tab: str,
        search_rows: int,
        now: Callable[[], datetime],
        structure_every: timedelta,
        companions: Collection[str] = (),
    ) -> None:
        self.api, self.columns, self._search_rows = api, columns, search_rows
        self._tab, self._now, self._every = tab, now, structure_every
        self._companions = tuple(companions)
        self._structure: Structure | None = None
        self._structure_at: datetime | None = None
        self._digest = ""
        self._last = Snapshot(rows=[])
        self._formulas: frozenset[tuple[str, str]] | None = None
        self._loose_formulas: frozenset[tuple[int, int]] = frozenset()
        self._headed: tuple[Snapshot, Headed] | None = None
        self._headings_known: object = None
        self._title = ""

    @property
    def known_title(self) -> str:
        """The spreadsheet's title as last read, "" before that."""
        return self._title

    # -- structure ------------------------------------------------------------------------------

    def structure(self) -> Structure:
        """The structure, asked for where it is too old. Raises TrackerBusy, TrackerRefused."""
        now = self._now()
        known = self._structure
        if known is None or self._structure_at is None or now - self._structure_at >= self._every:
            known = self.api.structure()
            self._structure, self._structure_at, self._title = known, now, known.title
        return known

    def forget_structure(self) -> None:
        """Ask for the structure anew the next time it is needed."""
        self._structure = None

    def patch_structure(self, structure: Structure) -> None:
        """Take over what a write's own answer told of tabs."""
        self._structure = structure

    def tab(self) -> TabStructure:
        """The tracker tab: the marked one, whatever it is called now, else by its title."""
        structure = self.structure()
        found = structure.tracker_tab() or structure.tab(self._tab)
        if found is None:
            names = ", ".join(f"“{tab.title}”" for tab in structure.tabs if not tab.hidden)
            raise TrackerRefused(
                f"“{structure.title}” has no tab “{self._tab}”; its tabs are {names}. Give the tab its name "
                "back, or name the right one under tracker: tab: in config.yaml."
            )
        return found

    def renamed(self) -> tuple[str, ...]:
        """A remark where the tab got another name than the one it is configured under."""
        title = self.tab().title
        if title.casefold() == self._tab.casefold():
            return ()
        words = (
            f"The tab “{self._tab}” is called “{title}” now; it is still taken as the tracker, as it was set "
            "up. Name it so again, or put its new name under tracker: tab: in config.yaml."
        )
        return (words,)

    # -- cells ----------------------------------------------------------------------------------

    def look(self) -> Snapshot:
        """The cells as they stand; the earlier snapshot while the answer is the same to the byte."""
        before = self._last
        snapshot = self._once()
        return self._once() if _suddenly_fewer(before, snapshot) else snapshot

    def look_again(self, planned: Snapshot) -> Snapshot:
        """The cells at this moment, formulas told apart, to hold against what was `planned` from."""
        body = self._answer(formulas=True)
        if _digest(body) == self._digest:
            last = self._last
            fresh = Snapshot(
                rows=last.rows, marker=last.marker, marked_for=last.marked_for, tabs=last.tabs
            )
        else:
            fresh = self._parsed(body)
            fresh.tabs = planned.tabs
            presumed(planned, fresh)
        fresh.at = self._now()
        self._remember_formulas(fresh)
        return fresh

    def plain_look(self) -> Snapshot:
        """The cells at this moment, by their values."""
        snapshot = self._parsed(self._answer())
        snapshot.at = self._now()
        return snapshot

    def look_with(self, address: str) -> tuple[Snapshot, str]:
        """The cells at this moment, by their values, and the text of one cell elsewhere."""
        answer = self.api.decoded(self._answer(address))
        *ranges, cell = answer.get("valueRanges") or [{}]
        snapshot = self._snapshot({"valueRanges": ranges})
        snapshot.at = self._now()
        found = cell.get("values") or [[""]]
        return snapshot, str(found[0][0]) if found[0] else ""

    def headed(self, snapshot: Snapshot) -> Headed:
        """The snapshot with its header understood. Raises PlanRefused."""
        if self._headed is not None and self._headed[0] is snapshot:
            return self._headed[1]
        found = self._head(snapshot)
        key = snapshot.row(found.header.row_number)
        if key != self._headings_known:
            if self._headings_known is not None:
                self.forget_structure()
                found = self._head(snapshot)
            self._headings_known = key
        self._headed = (snapshot, found)
        return found

    def located(self, snapshot: Snapshot) -> Look:
        """The snapshot with the place of its header and its Order IDs. Raises PlanRefused."""
        header = self._head(snapshot).header
        return Look(
            cells=snapshot, header_row=header.row_number, key_column=header.columns["order_id"]
        )

    def formulas(self, snapshot: Snapshot) -> frozenset[tuple[int, int]]:
        """Where formulas stand, by row number and column; asked for once, then known from each write."""
        if self._formulas is None:
            body = self._answer(formulas=True)
            if _digest(body) == self._digest:
                self._formulas = frozenset()  # not one cell that shows something else than it holds
            else:
                answer = self._parsed(body)
                presumed(snapshot, answer)
                self._remember_formulas(answer)
        if not self._formulas and not self._loose_formulas:
            return frozenset()
        look = self.located(snapshot)
        nobodys = set(look.rows(""))
        loose = {place for place in self._loose_formulas if place[0] in nobodys}
        return frozenset(
            place
            for order, heading in self._formulas or ()
            for place in look.places(order, heading)
        ).union(loose)

    def companions(self, snapshot: Snapshot) -> dict[str, TabRows]:
        """The companion tabs of a snapshot, by the title that was asked for, without blank rows."""
        structure, found = self.structure(), {}
        for asked, rows in snapshot.tabs.items():
            tab = structure.tab(asked)
            filled = [number for number, row in enumerate(rows, start=1) if row]
            found[asked] = TabRows(
                title=tab.title if tab else asked,
                rows=[rows[number - 1] for number in filled],
                row_numbers=filled,
            )
        return found

    # -- within ---------------------------------------------------------------------------------

    def _head(self, snapshot: Snapshot) -> Headed:
        try:
            return self._with_marks(snapshot)
        except PlanRefused:
            if self._structure_at == self._now():
                raise
            self.forget_structure()
            return self._with_marks(snapshot)

    def _with_marks(self, snapshot: Snapshot) -> Headed:
        marks = self.structure().columns_by_metadata(self.tab().id)
        return head(snapshot.rows, self.columns, self._search_rows, marks)

    def _once(self) -> Snapshot:
        body = self._answer()
        digest = _digest(body)
        if digest == self._digest:
            return self._last
        self._last, self._digest = self._parsed(body), digest
        return self._last

    def _answer(self, *more: str, formulas: bool = False) -> bytes:
        """All that is read in one request; a tab may have got another name since the structure was read."""
        ranges = self._asked().ranges
        try:
            return self.api.values([*ranges, *more], formulas=formulas)
        except TrackerRefused:
            if self._structure_at == self._now() and not self._companions:
                raise
            self.forget_structure()
            again = self._asked().ranges
            if again == ranges:
                raise
            return self.api.values([*again, *more], formulas=formulas)

    def _parsed(self, body: bytes) -> Snapshot:
        return self._snapshot(self.api.decoded(body))

    def _snapshot(self, answer: Json) -> Snapshot:
        asked = self._asked()
        if len(answer.get("valueRanges", [])) != len(asked.ranges):
            raise TrackerBusy(f"Google's answer lacks what was asked for. {self.api.about.later}")
        return Snapshot.of(answer, marked=asked.marked, beside=asked.beside)

    def _asked(self) -> _Asked:
        structure, tracker = self.structure(), self.tab()
        marker = marker_range(structure)
        tabs = {title: structure.tab(title) for title in self._companions}
        beside = {
            title: tab.title
            for title, tab in tabs.items()
            if tab and tab.holds_cells and tab.id != tracker.id
        }
        return _Asked(
            ranges=[
                quoted(tracker.title), *([marker] if marker else []), *map(quoted, beside.values()),
            ],
            marked=marker is not None,
            beside=tuple(beside),
        )  # fmt: skip

    def _remember_formulas(self, snapshot: Snapshot) -> None:
        if not snapshot.formula_texts:
            self._formulas, self._loose_formulas = frozenset(), frozenset()
            return
        look = self.located(snapshot)
        headings = snapshot.headings(look.header_row)
        orders = {
            row: order
            for order, rows in snapshot.by_key(look.key_column, look.header_row).items()
            for row in rows
        }
        self._formulas = frozenset(
            (orders[row], headings[column])
            for row, column in snapshot.formula_texts
            if orders.get(row) and column < len(headings)
        )
        self._loose_formulas = frozenset(
            place for place in snapshot.formula_texts if orders.get(place[0]) == ""
        )


def _suddenly_fewer(before: Snapshot, now: Snapshot) -> bool:
    """Whether so much is gone since the last look, of the orders or of a companion, that it may be a bad answer."""
    if now is before:
        return False
    if not now.rows or _fewer(before.rows, now.rows):
        return True
    return any(_fewer(before.tabs.get(title, ()), rows) for title, rows in now.tabs.items())


def _fewer(before: Sequence[Row], now: Sequence[Row]) -> bool:
    return len(before) >= _FEW and len(now) < len(before) * _FEWER


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
