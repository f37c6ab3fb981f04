"""Finds a row again that was written to a moment ago, whatever people have done to the tab since.

Its Order ID is what tells it. Where people changed that, or it has none, or another row has the same,
all its other cells do, and what was written there; and where those do not tell it for certain, it is not
found: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.aligned_tab import AlignedTab
from sheetsync.trackers.google.journal import Then, Undo
from sheetsync.trackers.google.likely import Likely, is_meant, is_telling, text_at
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.matching import order_key, same

_Cells: TypeAlias = list[tuple[CellValue, int]]
"""Values, and the columns that they are to be found in."""
_EDITED: Final = 2
"""Cells that may have been edited since, however few a row has."""


class Finder:
    """Finds rows in a tab as it stands `now`.

    `undos` are all that is still to be undone there: their columns tell nothing of whose a row is. `times`
    is how often each Order ID stood there before.
    """

    def __init__(
        self, now: Snapshot, undos: Sequence[Undo] = (), times: Mapping[str, int] | None = None
    ) -> None:
        self.now, self._times = now, times or {}
        self._tab = AlignedTab(now)
        self._cells: dict[Then, tuple[_Cells, _Cells]] = {}
        self._own: dict[Then, list[Undo]] = {}
        self._touched: set[int] = set()
        self._rights = {undo.right for undo in undos}
        for undo in undos:
            columns = self.columns(undo.then.headings)
            self._touched |= {columns[c] for c in undo.then.touched if c in columns}
            self._own.setdefault(undo.then, []).append(undo)

    def header_row(self, headings: Sequence[str]) -> int:
        """The row that holds most of these headings; 0 where none holds two of them."""
        return self._tab.header_row(headings)

    def columns(self, headings: Sequence[str]) -> Mapping[int, int]:
        """Column then -> column now, as far as that can be told."""
        return self._tab.columns(headings)

    def column(self, undo: Undo, number: int) -> int | None:
        """The column of what is to be undone in a row, None where that cannot be told.

        Where several columns had its heading, or have it now, what stands there tells.
        """
        then = undo.then
        column = self.columns(then.headings).get(undo.column)
        if column is not None and same(self.now.cell(number, column), undo.wrong):
            return column
        heading = text_at(then.headings, undo.column)
        top = self.header_row(then.headings)
        like = self._columns_like(undo)
        found = [place for place in like if same(self.now.cell(number, place), undo.wrong)]
        if not found or number == top or is_meant(undo, self._tab.key(then, number), heading):
            return column
        now = self.now.headings(top)
        moved = is_telling(undo.wrong) or then.headings.count(heading) != now.count(heading)
        if not moved:
            return column
        return found[0] if len(found) == 1 else None

    def rows(self) -> dict[Then, list[int]]:
        """Where each row that is to be put right stands now, with the copies that people made of it.

        A row that cannot be told for certain from another one is left out.
        """
        found = {then: self._surely(then) for then in self._own}
        takers: dict[tuple[str, int], set[object]] = {}
        for then, numbers in found.items():
            for number in numbers:
                takers.setdefault((then.write, number), set()).add(self._to_do(then))
        return {
            then: numbers
            for then, numbers in found.items()
            if numbers and all(len(takers[then.write, number]) == 1 for number in numbers)
        }

    def all_due(self, undo: Undo) -> Sequence[int]:
        """The rows under an Order ID that several had, where the same is to be undone in every one of them."""
        then = undo.then
        alike = [
            each
            for undos in self._own.values()
            for each in undos
            if replace(each, then=then, order=undo.order) == undo
            and (each.then.write, each.then.key) == (then.write, then.key)
        ]
        before = self._times.get(then.key, 0)
        hit = before == len(alike) or (then.doubled and before < len(alike))
        named = self._named(then) if then.key and hit else ()
        return named if 1 < len(alike) == len(named) else ()

    def doubtful(self, undo: Undo) -> list[tuple[int, int]]:
        """Where what is to be undone stands, by row and column, in a row that may be the one."""
        then, found, telling = undo.then, list[tuple[int, int]](), is_telling(undo.wrong)
        for column in self._columns_like(undo):
            for number in self._tab.rows_with(column, undo.wrong):
                may_be = telling or self._liken(then, number)
                if may_be and not self._is_anothers(number, then):
                    found.append((number, column))
        return found

    def is_likeliest(self, undo: Undo, number: int) -> bool:
        """Whether a row that may be the one is much like it was then, and none of its Order ID is more.

        Where something is to be put back, nothing of people's may differ at all; a plain word may be a person's.
        """
        then, likely = undo.then, self._liken(undo.then, number)
        if likely is None or not self._may_be_its_name(then, self._tab.key(then, number)):
            return False
        if likely.unlike and (undo.right is not None or undo.formula):
            return False
        if likely.unlike >= max(likely.agree, 1) and not is_telling(undo.wrong):
            return False
        rivals = self._likely(then, (n for n in self._named(then) if n != number))
        return likely.differ <= _EDITED and all(each.differ > likely.differ for each in rivals)

    def _may_be_its_name(self, then: Then, key: str) -> bool:
        """Whether its row may be under this Order ID by now: its own, none, or where that is gone a new one."""
        return key in {"", then.key} or not (self._times.get(key, 0) or self._named(then))

    def is_copied(self, then: Then) -> bool:
        """Whether its Order ID stands there more often than before."""
        before = sum(self._times.get(key, 0) for key in self._names(then))
        return len(self._named(then)) > before

    def is_the_one(self, then: Then, key: str, number: int, *, least: int) -> bool:
        """Whether a row under the Order ID `key` is surely the one; under another, `least` cells tell it."""
        likely = self._liken(then, number)
        if likely is None:
            return False
        if key and key == then.key:
            return self._times.get(key, 0) < 2 or not likely.unlike
        return not likely.unlike and likely.agree >= least and not self._is_anothers(number, then)

    def unlike_where_written(self, then: Then, number: int) -> int:
        """How many of the cells that were written to are others in that row now."""
        _, written = self._compared(then)
        return sum(not same(value, self.now.cell(number, column)) for value, column in written)

    # -- within ---------------------------------------------------------------------------------

    def _columns_like(self, undo: Undo) -> Sequence[int]:
        """The columns that may be the one; where its heading is gone, also those with a heading that is new."""
        like, then = self._tab.columns_like(undo), undo.then.headings
        now = self.now.headings(self.header_row(then))
        if not is_telling(undo.wrong) or text_at(then, undo.column) in now:
            return like
        return sorted({*like, *(place for place, text in enumerate(now) if text not in then)})

    def _surely(self, then: Then) -> list[int]:
        named = self._likely(then, self._named(then))
        if len(named) == 1 and not self._is_doubled(then) and self._tells(then, named[0]):
            return [named[0].number, *([] if named[0].holds else self._under_another_name(then))]
        named += self._perhaps_renamed(then) if self._is_doubled(then) else []
        exact = [each for each in named if not each.differ]
        near = [each for each in named if each.differ < 2]
        if (len(exact) == 1 and len(near) == 1) or self._are_twins(then, exact):
            return [each.number for each in exact]
        showing = [each for each in near if self._shows_any(then, each.number)]
        if len(showing) == 1 and (len(near) > 1 or self._stands_out(near[0], named, then)):
            return [showing[0].number]
        if self._are_all_due(then, named):
            return [each.number for each in named]
        if named:
            return []
        others = [e for e in self._likely(then, self._perhaps(then)) if self._may_be(e, then)]
        holders = [each for each in others if each.holds]
        if len(holders) == 1 and (holders[0].agree > 1 or not holders[0].differ):
            return [holders[0].number]
        exact = [e for e in holders or others if not e.differ]
        told = len(exact) == 1 and (exact[0].agree > 0 or self._was_bare(then))
        fine = told or self._are_twins(then, exact)
        return [each.number for each in exact] if fine else []

    def _stands_out(self, near: Likely, named: Sequence[Likely], then: Then) -> bool:
        """Whether of the rows that had its Order ID all along every other one is far less like it."""
        rivals = [each for each in named if each is not near]
        hit = sum((each.write, each.key) == (then.write, then.key) for each in self._own)
        return len(named) <= max(self._times.get(then.key, 0), hit) and all(
            each.agree + 2 <= near.agree and each.differ >= near.differ + 2 for each in rivals
        )

    def _shows_any(self, then: Then, number: int) -> bool:
        """Whether anything of what is to be undone stands in the row."""
        columns = self.columns(then.headings)
        return any(
            same(self.now.cell(number, columns[undo.column]), undo.wrong)
            for undo in self._own[then]
            if undo.column in columns
        )

    def _was_bare(self, then: Then) -> bool:
        """Whether nothing else stood in the row."""
        return all(value is None for value, _ in self._compared(then)[0])

    def _tells(self, then: Then, named: Likely) -> bool:
        """Whether its Order ID tells the row: one that was itself written astray tells little."""
        astray = any(undo.column == then.key_column for undo in self._own[then])
        return not astray or named.holds or not named.unlike or named.agree > named.unlike

    def _under_another_name(self, then: Then) -> list[int]:
        """The one row that still holds what was written and is just like it, but got another Order ID."""
        likely = self._perhaps_renamed(then)
        found = [each for each in likely if each.holds and not each.unlike and each.agree > 1]
        return [found[0].number] if len(found) == 1 else []

    def _perhaps_renamed(self, then: Then) -> list[Likely]:
        """The rows under another Order ID, or none, that may be the one."""
        likely, names = self._likely(then, self._perhaps(then)), self._names(then)
        return [
            e
            for e in likely
            if self._tab.key(then, e.number) not in names and self._may_be(e, then)
        ]

    def _are_twins(self, then: Then, exact: Sequence[Likely]) -> bool:
        """Whether these rows cannot be told apart, and need not: the same is to be done in each."""
        if len(exact) < 2:
            return False
        twins = (t for t in self._alike(then) if t.cells == then.cells)
        return sum(1 for _ in twins) == len(exact)

    def _are_all_due(self, then: Then, named: Sequence[Likely]) -> bool:
        """Whether the same is to be done in every row that has the Order ID, and had it."""
        return 1 < len(self._alike(then)) == len(named) == self._times.get(then.key, 0)

    def _alike(self, then: Then) -> list[Then]:
        """The rows of that write with the same Order ID in which the same is to be done."""
        mine = self._to_do(then)
        return [t for t in self._own if t.write == then.write and self._to_do(t) == mine]

    def _is_doubled(self, then: Then) -> bool:
        """Whether more than one row had the Order ID, before the write or in it."""
        return then.doubled or any(self._times.get(key, 0) > 1 for key in self._names(then))

    def _named(self, then: Then) -> Sequence[int]:
        """The rows under the Order ID of the row then, or under the one that is to be put back."""
        return sorted({n for key in self._names(then) for n in self._tab.rows_of(then, key)})

    def _names(self, then: Then) -> set[str]:
        own = self._own.get(then, ())
        back = {order_key(undo.right) for undo in own if undo.column == then.key_column}
        return ({then.key} | back) - {""}

    def _perhaps(self, then: Then) -> Sequence[int]:
        """The rows that hold anything that was written there; all where nothing but blanks was."""
        columns = self.columns(then.headings)
        wrong = [(columns.get(undo.column), undo.wrong) for undo in self._own[then]]
        places = [(c, value) for c, value in wrong if c is not None and value is not None]
        if not places:
            return range(1, len(self.now.rows) + 1)
        return sorted({number for place in places for number in self._tab.rows_with(*place)})

    def _to_do(self, then: Then) -> object:
        """Under which Order ID what is to be undone."""
        undos = self._own[then]
        return then.key, tuple((u.column, u.wrong, u.right, u.formula) for u in undos)

    def _likely(self, then: Then, numbers: Iterable[int]) -> list[Likely]:
        found = (self._liken(then, number) for number in numbers)
        return [likely for likely in found if likely is not None]

    def _liken(self, then: Then, number: int) -> Likely | None:
        """How like the row then this one is; None where more differs than people may have edited since."""
        sure, _ = self._compared(then)
        row = self.now.row(number)
        alike = [same(value, row[c] if c < len(row) else None) for value, c in sure]
        agree = sum(same_ and v is not None for same_, (v, _) in zip(alike, sure, strict=True))
        unlike = len(alike) - sum(alike)
        if unlike > max(_EDITED, agree // 2):
            return None
        other = self.unlike_where_written(then, number)
        if agree > 1:
            other -= self._put_right(then, number)
        return Likely(number, unlike, agree, other, self._holds(then, number))

    def _put_right(self, then: Then, number: int) -> int:
        """How many of its cells are as they are to be, which is our own doing by now."""
        columns = self.columns(then.headings)
        return sum(
            same(self.now.cell(number, columns[undo.column]), undo.right)
            for undo in self._own.get(then, ())
            if undo.column in columns and not same(undo.wrong, undo.right)
        )

    def _holds(self, then: Then, number: int) -> bool:
        columns, key = self.columns(then.headings), self._tab.key(then, number)
        headings = self.now.headings(self.header_row(then.headings))
        return any(
            is_telling(undo.wrong)
            and undo.wrong not in self._rights
            and same(self.now.cell(number, columns[undo.column]), undo.wrong)
            and not is_meant(undo, key, text_at(headings, columns[undo.column]))
            for undo in self._own.get(then, ())
            if undo.column in columns
        )

    def _may_be(self, likely: Likely, then: Then) -> bool:
        """Whether a row, perhaps under another Order ID, may be the one."""
        if self._tab.key(then, likely.number) in {then.key, *self._names(then)}:
            return True
        return not self._is_anothers(likely.number, then) and not likely.unlike >= max(
            likely.agree, 1
        )

    def _is_anothers(self, number: int, then: Then) -> bool:
        """Whether a row is under the Order ID of another known order."""
        key = self._tab.key(then, number)
        if key in {"", *self._names(then)}:
            return False
        return len(self._tab.rows_of(then, key)) <= self._times.get(key, 0)

    def _compared(self, then: Then) -> tuple[_Cells, _Cells]:
        if then not in self._cells:
            columns = self.columns(then.headings)
            cells = [
                (value, columns[column])
                for column, value in enumerate(then.cells or ())
                if column in columns and column != then.key_column
            ]
            self._cells[then] = (
                [(value, place) for value, place in cells if place not in self._touched],
                [(value, place) for value, place in cells if place in self._touched],
            )
        return self._cells[then]
