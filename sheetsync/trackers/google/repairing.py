"""Puts right what was displaced: which cells hold our value and should not, and what belongs there.

Only a cell that still holds exactly our value is touched, in a row that was found for certain, and only
with what stood there at the very moment of the write. What cannot be told from a person's typing is
left alone and said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from openpyxl.formula.translate import Translator

from sheetsync.domain.columns.headings import column_letter
from sheetsync.domain.model import CellValue
from sheetsync.trackers.google.aligning import likeness
from sheetsync.trackers.google.finding import Finder
from sheetsync.trackers.google.journal import Sent, Then, Under, Undo
from sheetsync.trackers.google.likely import is_meant, is_telling
from sheetsync.trackers.google.look import Look
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.matching import order_key, same

_Place: TypeAlias = tuple[int, int]
"""Row number and column."""
_NOBODY: Final = "a row without Order ID"


@dataclass(slots=True)
class Repair:
    """One round: cells to send in row order, from which look, and which undos each of them does."""

    look: Look
    finder: Finder
    rows: Mapping[Then, Sequence[int]]
    own: Collection[str] = ()
    cells: list[Sent] = field(default_factory=list)
    does: dict[_Place, list[Undo]] = field(default_factory=dict)

    def add(self, place: _Place, chain: list[Undo]) -> None:
        """Send what the last of a chain of undos puts back; in a column of our own the cell is blanked."""
        last, blank = chain[-1], self.is_own(place)
        if blank and self.look.cells.cell(*place) is None:
            return
        self.does[place] = chain
        formula = _moved(last, place) if last.formula and not blank else ""
        self.cells.append(_cell(place, None if blank else last.right, formula, self.look))

    def fixed(self) -> Snapshot:
        """The tab as it will be."""
        return self.look.cells.after({(cell.row, cell.column): cell.new for cell in self.cells})

    def done(self, stand: Sequence[Sent]) -> list[Undo]:
        """The undos that are done in every place where they were due."""
        fine = {(cell.row, cell.column) for cell in stand}
        due = {undo for place, chain in self.does.items() if place not in fine for undo in chain}
        done = (undo for place, chain in self.does.items() if place in fine for undo in chain)
        return [undo for undo in done if undo not in due]

    def told(self, left: Sequence[Undo], done: Sequence[Undo]) -> list[str]:
        """What a person has to look at, in words, once nothing more can be put right for certain."""
        astray = [undo for undo in left if not self.was_found(undo)]
        telling = {undo.then for undo in done if is_telling(undo.wrong)}
        copies = [u for u in done if u.then in telling or self.finder.is_copied(u.then)]
        lost = [_lost(u) for u in astray if u.right is not None and _heading(u) not in self.own]
        return list(dict.fromkeys([*_doubts([*astray, *copies], self), *lost]))

    def is_own(self, place: _Place) -> bool:
        """Whether the cell is in a column that is computed anew in every pass."""
        heading = self.look.heading(place[1])
        return (
            place[0] != self.look.header_row
            and heading in self.own
            and self.look.headings.count(heading) == 1
        )

    def meant(self, undo: Undo, place: _Place) -> bool:
        """Whether that is surely where the value belongs that is to be undone elsewhere."""
        heading = self.look.heading(place[1])
        unique = self.look.headings.count(heading) == 1
        return unique and is_meant(undo, self.look.order(place[0]), heading)

    def was_found(self, undo: Undo) -> bool:
        """Whether the row that it is about was found for certain."""
        numbers = self.rows.get(undo.then, ())
        return any(self.finder.column(undo, number) is not None for number in numbers)


def repair(
    undos: Sequence[Undo],
    now: Snapshot,
    under: Under,
    times: Mapping[str, int],
    own: Collection[str] = (),
) -> Repair:
    """What to send so that `undos` are undone.

    `under` tells how the header was when it was last understood, `times` how often each Order ID stood
    there. `own` are the headings of columns that are computed anew in every pass: what is ours there and may
    be in another row is blanked, since nobody's typing can be lost by that.
    """
    finder = Finder(now, undos, times)
    out = Repair(look=_understood(finder, under), finder=finder, rows=finder.rows(), own=own)
    for found in (_due, _own_astray, _sole):  # the surest first, since what stands there tells rows
        for place, chain in sorted(found(undos, out).items(), key=lambda pair: pair[0]):
            out.add(place, chain)
        if out.cells:
            break
    return out


def corrected(
    undos: Sequence[Undo],
    now: Snapshot,
    under: Under,
    times: Mapping[str, int],
    own: Collection[str] = (),
) -> Snapshot:
    """The cells as they will be once the undos are done, for planning before they are."""
    fixed = repair(undos, now, under, times, own).fixed()
    fixed.formula_texts, fixed.at = now.formula_texts, now.at
    return fixed


def followed_back(
    undos: Sequence[Undo], earlier: Sequence[Undo], times: Mapping[str, int]
) -> list[Undo]:
    """Undos of a repair that went astray: where it met a cell that was to be undone already, what is right there.

    `earlier` are the undos that were open then.
    """
    wrong = {undo.wrong for undo in earlier}
    keys = {u.then: order_key(u.right) for u in undos if u.column == u.then.key_column}
    found = [
        _followed_back(u, earlier, keys.get(u.then, u.then.key), times) if u.right in wrong else u
        for u in undos
    ]
    return [undo for undo in found if undo.formula or not same(undo.wrong, undo.right)]


def perhaps_copied(done: Sequence[Undo]) -> list[Undo]:
    """Of undos that are done those of our own whose value, where it still stands anywhere, stands in a copy."""
    return [undo for undo in done if undo.order and is_telling(undo.wrong)]


# -- within -----------------------------------------------------------------------------------------


def _understood(finder: Finder, under: Under) -> Look:
    """The tab now, with its header and Order IDs where they have moved to."""
    top = finder.header_row(under.headings) or under.header_row
    key = finder.columns(under.headings).get(under.key_column, under.key_column)
    return Look(cells=finder.now, header_row=top, key_column=key)


def _due(undos: Sequence[Undo], round_: Repair) -> dict[_Place, list[Undo]]:
    """Place -> the undos that lead from what stands there to what is right."""
    finder, rows = round_.finder, round_.rows
    at: dict[_Place, list[Undo]] = {}
    hit = {(u.then.headings, u.column) for u in undos if _is_header(u.then)}
    for undo in undos:
        numbers = rows.get(undo.then) or finder.all_due(undo)
        if (undo.then.headings, undo.column) not in hit and _is_nobodys(undo, finder):
            # In a column of nobody's it stands where it was put, whatever else was sorted.
            top = finder.header_row(undo.then.headings)
            numbers = [row for row in range(1, len(finder.now.rows) + 1) if row != top]
        for number in numbers:
            column = finder.column(undo, number)
            if column is not None:
                at.setdefault((number, column), []).append(undo)
    chains = {place: _chain(finder.now.cell(*place), found) for place, found in at.items()}
    return {
        place: chain
        for place, chain in chains.items()
        if chain and (chain[-1].formula or not same(chain[-1].right, finder.now.cell(*place)))
    }


def _own_astray(undos: Sequence[Undo], round_: Repair) -> dict[_Place, list[Undo]]:
    """Place in a column of our own -> the undos of what stands there, and is of that order in none of them."""
    at: dict[_Place, list[Undo]] = {}
    for undo in undos:
        for place in round_.finder.doubtful(undo) if round_.own and undo.wrong is not None else ():
            if round_.is_own(place) and not round_.meant(undo, place):
                at.setdefault(place, []).append(undo)
    return at


def _sole(undos: Sequence[Undo], round_: Repair) -> dict[_Place, list[Undo]]:
    """Place -> the undo that can only be about this one, since its value stands nowhere else."""
    at: dict[_Place, list[Undo]] = {}
    for undo in undos:
        if undo.wrong is None or undo.column == undo.then.key_column or round_.was_found(undo):
            continue
        places = round_.finder.doubtful(undo)
        sole = len(places) == 1 and not round_.meant(undo, places[0])
        if sole and round_.finder.is_likeliest(undo, places[0][0]):
            at.setdefault(places[0], []).append(undo)
    return {place: found for place, found in at.items() if len(found) == 1}


def _chain(value: CellValue, undos: Sequence[Undo]) -> list[Undo]:
    """The undos that lead from what stands there to what is right: one slip may have met another."""
    left, out = list(undos), []
    while found := next((undo for undo in left if same(undo.wrong, value)), None):
        left.remove(found)
        out.append(found)
        value = found.right
        if found.formula:
            break
    return out


def _followed_back(undo: Undo, earlier: Sequence[Undo], key: str, times: Mapping[str, int]) -> Undo:
    then, left, thens = undo.then, list(earlier), {each.then for each in earlier}
    finder = Finder(Snapshot(rows=[then.headings, then.cells or ()]), earlier, times)
    while not undo.formula:
        met = _met(left, undo, key, finder, thens)
        if met is None:
            break
        left.remove(met)
        formula = _moved(met, (then.number, undo.column)) if met.formula else ""
        undo = replace(undo, right=met.right, formula=formula)
    return undo


def _met(
    left: Sequence[Undo], undo: Undo, key: str, finder: Finder, thens: set[Then]
) -> Undo | None:
    """Which of the earlier undos was met; None where there is none, or several of rows just as like."""
    met = [earlier for earlier in left if _was_met(earlier, undo, key, finder)]
    unlike = [finder.unlike_where_written(earlier.then, 2) for earlier in met]
    best = [
        each
        for each, count in zip(met, unlike, strict=True)
        if count == min(unlike) and not _is_anothers(each.then, count, thens, finder)
    ]
    return best[0] if len({(each.right, each.formula) for each in best}) == 1 else None


def _is_anothers(then: Then, unlike: int, thens: set[Then], finder: Finder) -> bool:
    """Whether of the rows that had one Order ID in one write another one is more like it."""
    named = [each for each in thens if (each.write, each.key) == (then.write, then.key)]
    return any(finder.unlike_where_written(rival, 2) < unlike for rival in named)


def _was_met(earlier: Undo, undo: Undo, key: str, finder: Finder) -> bool:
    """Whether what was overwritten is what the earlier undo is about; `finder` shows its row alone."""
    return (
        same(earlier.wrong, undo.right)
        and finder.columns(earlier.then.headings).get(earlier.column) == undo.column
        and finder.is_the_one(earlier.then, key, 2, least=1 if is_telling(undo.right) else 2)
    )


def _doubts(undos: Sequence[Undo], round_: Repair) -> list[str]:
    """Cells that hold what is to be undone somewhere, of rows that may be the one and may not."""
    look, finder, found = round_.look, round_.finder, dict[_Place, str]()
    keys = {u.then: order_key(u.right) for u in undos if u.column == u.then.key_column}
    for undo in undos:
        if undo.wrong is None:
            continue
        places = finder.doubtful(undo)
        for place in places:
            if not round_.meant(undo, place):
                order = keys.get(undo.then, look.order(place[0]))
                found[place] = (
                    f"Under “{look.heading(place[1])}” of {order or _NOBODY} stands “{undo.wrong}”, which may be "
                    "ours or a person's; please look at it."
                )
        if not places and finder.columns(undo.then.headings).get(undo.column) is None:
            found[-undo.then.number, undo.column] = (
                f"Beside the row of {undo.then.key or _NOBODY} stands “{undo.wrong}”, which may be ours or a "
                "person's; please look at it."
            )
    return list(found.values())


def _lost(undo: Undo) -> str:
    return (
        f"“{undo.right}” under “{_heading(undo)}” of {undo.then.key or _NOBODY} was written over while rows were "
        "moved, and could not be put back for certain; please see that it stands where it belongs."
    )


def _heading(undo: Undo) -> str:
    headings = undo.then.headings
    return headings[undo.column] if undo.column < len(headings) else ""


def _is_nobodys(undo: Undo, finder: Finder) -> bool:
    """Whether the column has no heading, then and now, and a value that hardly anybody types."""
    column = finder.columns(undo.then.headings).get(undo.column)
    now = finder.now.headings(finder.header_row(undo.then.headings))
    named = column is not None and column < len(now) and now[column]
    return not (_heading(undo) or named or _is_header(undo.then)) and is_telling(undo.wrong)


def _is_header(then: Then) -> bool:
    return likeness(then.cells or (), then.headings) > 1


def _moved(undo: Undo, place: _Place) -> str:
    """A formula as it reads where its row and column are now."""
    then = f"{column_letter(undo.column)}{undo.then.number}"
    now = f"{column_letter(place[1])}{place[0]}"
    moved: str = Translator(undo.formula, origin=then).translate_formula(now)
    return moved


def _cell(place: _Place, new: CellValue, formula: str, look: Look) -> Sent:
    row, column = place
    cells, order = look.cells, look.order(row)
    return Sent(
        order=order, row=row, column=column, heading=look.heading(column),
        old=cells.cell(row, column), new=None if formula else new, formula=formula,
        beside=tuple(cells.row(row)), alone=bool(order) and len(look.rows(order)) == 1,
    )  # fmt: skip
