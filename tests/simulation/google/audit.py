"""Holds every write of a program against what people know of their cells, at the moment it is applied.

A write that puts a value into a row for whose order it was not meant, or over a value that a person
typed, leaves a stain on the cell. The stain travels with the cell and goes when the program puts
the cell right; what is stained when a pass has finished is broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sheetsync.trackers.matching import order_key
from tests.sheets_server.model import Book, Json
from tests.sheets_server.people import Place, place_of
from tests.sheets_server.trail import TRAIL, Trail, trail_of, value_of
from tests.simulation.google.little_tracker import FILLED, OWN
from tests.simulation.google.planner import Planner

STAIN: Final = "x-stain"
_WRITTEN: Final = (*FILLED, *OWN)

BLANK = "typed into the very blank cell being written"
OVER = "typed over the very cell being written"
BESIDE = "typed where a displaced write landed"
ARRIVED = "in a row that came, or got its Order ID, in the window"
AGAIN = "typed the very word that was just being taken back"
"""The ways in which a keystroke inside the window can be lost."""
UNSEEN = "typed over without having looked again"


@dataclass(frozen=True, slots=True)
class Stain:
    """What a write did to a cell: `stray` a value of another order, `lost` a person's value gone.

    `before` is the cell as it was before the program first touched it in this pass: what may always be
    put back. `window` says how, where the keystroke came after the last read before the write; "" where
    the program could have known.
    """

    stray: bool
    lost: bool
    before: Json | None
    window: str = ""
    read_at: int = 0
    """The last read before the write that first touched the cell."""
    ours: tuple[Json, ...] = ()
    """What the program had written there rightly before: each may be put back too."""

    def on_a_copy(self, cell: Json | None) -> Json:
        """The copy that a person made of a stained cell: no slip of the program, yet it may be put right."""
        before = {k: v for k, v in (self.before or {}).items() if k != TRAIL}
        return {
            **(cell or {}),
            STAIN: Stain(stray=False, lost=False, before=before, read_at=self.read_at),
        }


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found broken, in words. `alone`: its row has an Order ID that no other row has."""

    kind: str
    order: str
    role: str
    was: Any
    now: Any
    alone: bool = True

    def is_named_in(self, words: str) -> bool:
        """Whether the program said of this very cell that it cannot tell whose it is, or put back what was."""
        return (
            f"stands “{self.now}”, which may be ours or a person's" in words
            or f"“{self.was}” under" in words
        )

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.order or 'no order'} / {self.role}: {self.was!r} -> {self.now!r}"
        )


@dataclass(slots=True)
class _Picture:
    rows: list[list[Json | None]]
    place: Place
    keys: list[Any]


@dataclass
class Audit:
    """Stains cells of one book. `gone` is what cannot be mended: rows taken out or brought back.

    `whole_rows`: the program writes rows with their Order IDs, so a row is the one of its key. `unseen` is
    the moment of a plan's commit as long as nothing was looked at after it: what was typed up to then may
    not be written over even for a moment.
    """

    planner: Planner
    whole_rows: bool = False
    gone: list[Fault] = field(default_factory=list)
    unseen: int = 0
    _before: _Picture | None = None

    def before(self, book: Book) -> None:
        """Just before a request is applied."""
        self._before = _picture(book)

    def after(self, book: Book, *, read_at: int) -> None:
        """Just after it was; `read_at` is the moment of the last read that the program got to see."""
        before, self._before = self._before, None
        if before is None:
            return
        after = _picture(book)
        pairs: Iterator[tuple[int, int | None]] = ((r, r) for r in range(len(after.rows)))
        if self.whole_rows and before.keys != after.keys:
            pairs = self._match(before, after)
        for row, was in pairs:
            old = before.rows[was] if was is not None and was < len(before.rows) else []
            if after.rows[row] != old:
                keys = after.keys if self.whole_rows else before.keys
                key = order_key(keys[row]) if row < len(keys) else ""
                self._judge_row(before.place, row, old, key, read_at)

    def settle(self, book: Book) -> tuple[list[Fault], list[str]]:
        """At the end of a finished pass: what is broken, and each loss inside the window; wipes stains."""
        picture = _picture(book)
        broken, windows = self.gone, []
        self.gone = []
        roles = {column: role for role, column in picture.place.columns.items()}
        often = Counter(order_key(key) for key in picture.keys)
        for number, row in enumerate(picture.rows):
            for column, cell in enumerate(row):
                if cell is None or STAIN not in cell:
                    continue
                stain: Stain = cell[STAIN]
                if stain.lost and stain.window:
                    windows.append(stain.window)
                if stain.stray or (stain.lost and not stain.window):
                    kind = "wrong row" if stain.stray else "lost edit"
                    order = order_key(picture.keys[number])
                    role, alone = roles.get(column, "?"), bool(order) and often[order] == 1
                    was, now = value_of(stain.before), value_of(cell)
                    broken.append(Fault(kind, order, role, was, now, alone))
                clean = {k: v for k, v in cell.items() if k != STAIN}
                picture.place.sheet.put(number, column, clean)
        return broken, windows

    def _match(self, before: _Picture, after: _Picture) -> Iterator[tuple[int, int | None]]:
        """A program rewrote keys: rows are matched by their key, and what has no match is told."""
        where = {key: row for row, key in enumerate(before.keys) if key is not None}
        kept = set(after.keys)
        for row, key in enumerate(before.keys):
            if key is not None and key not in kept:
                self._row_gone(before, row)
        for row, key in enumerate(after.keys):
            same = row < len(before.keys) and before.keys[row] == key
            found = row if same else where.get(key)
            if found is None and key is not None:
                self.gone.append(Fault("row brought back", order_key(key), "order_id", None, key))
            yield row, found

    def _row_gone(self, before: _Picture, row: int) -> None:
        for role, column in before.place.columns.items():
            cell = before.rows[row][column] if column < len(before.rows[row]) else None
            if trail_of(cell) and value_of(cell) is not None and role not in OWN:
                key = order_key(before.keys[row])
                self.gone.append(Fault("lost edit", key, role, value_of(cell), None))

    def _judge_row(
        self, place: Place, row: int, old: Sequence[Json | None], order: str, read_at: int
    ) -> None:
        cells = list(place.sheet.rows[row])
        roles = {column: role for role, column in place.columns.items()}
        key_column = place.columns["order_id"]
        key = trail_of(_known(old[key_column] if key_column < len(old) else None))
        arrived = key is not None and key.at > read_at
        for column in range(max(len(cells), len(old))):
            new = cells[column] if column < len(cells) else None
            was = old[column] if column < len(old) else None
            if new is was:
                continue
            role = "heading" if row == place.head else roles.get(column, "?")
            judged = self._judge((order, role), was, new, read_at, arrived=arrived)
            place.sheet.put(row, column, judged)

    def _judge(
        self,
        where: tuple[str, str],
        was: Json | None,
        new: Json | None,
        read_at: int,
        *,
        arrived: bool,
    ) -> Json | None:
        """The new cell with what sticks to it: the trail where the value is the old one, else a stain."""
        order, role = where
        known = _known(was)
        dress = {k: v for k, v in (new or {}).items() if k not in (TRAIL, STAIN)}
        trail = trail_of(known)
        first_read = was[STAIN].read_at if was and STAIN in was else read_at
        if same_cell(new, known):
            back = {**dress, TRAIL: trail} if trail else dress or None
            if not (ours := _rightly_ours(was)):
                return back
            return {
                **(back or {}),
                STAIN: Stain(False, False, known, read_at=first_read, ours=ours),
            }
        restored = any(same_cell(new, earlier) for earlier in _as_read(known, first_read))
        ours = _rightly_ours(was)
        restored |= any(same_cell(new, earlier) for earlier in ours)
        stray = not restored and not self._meant(order, role, value_of(new))
        lost = self._is_persons(order, role, known, first_read)
        if lost and trail and read_at < trail.at <= self.unseen:
            self.gone.append(Fault(UNSEEN, order, role, value_of(known), value_of(new)))
        window = ""
        if _typed_again(known, new):
            stray, lost, window = False, True, AGAIN
        elif was and STAIN in was and was[STAIN].lost:
            window = was[STAIN].window
        elif lost and arrived:
            window = ARRIVED
        elif lost:
            window = _window(trail, read_at, stray=stray)
        heading = {TRAIL: trail} if trail and trail.role else {}
        return {**dress, **heading, STAIN: Stain(stray, lost, known, window, first_read, ours)}

    def _meant(self, order: str, role: str, value: Any) -> bool:
        """A blank is nobody's: it may stand wherever no person's value is lost by it."""
        if value is None:
            return True
        return role in _WRITTEN and value in self.planner.meant.get((order, role), ())

    def _is_persons(self, order: str, role: str, cell: Json | None, read_at: int) -> bool:
        """Whether a person's doing is undone: a value, or an emptying that nobody could have read."""
        value, trail = value_of(cell), trail_of(cell)
        if trail is None or role in OWN or (value is None and trail.at <= read_at):
            return False
        return role != "status" or (order, role, value) not in self.planner.taken


def _known(cell: Json | None) -> Json | None:
    """The cell as people know it, also while a program's slip covers it."""
    return cell[STAIN].before if cell and STAIN in cell else cell


def _typed_again(known: Json | None, new: Json | None) -> bool:
    """Whether a person typed what the slip of the program had put there, and that was taken back."""
    trail = trail_of(known)
    over = trail.over if trail else None
    return (
        over is not None and STAIN in over and same_cell(over, known)
        and same_cell(new, over[STAIN].before)
    )  # fmt: skip


def _rightly_ours(was: Json | None) -> tuple[Json, ...]:
    """What the program had written into a cell rightly, before or under a slip."""
    if not was or STAIN not in was:
        return ()
    stain = was[STAIN]
    if stain.stray or stain.lost:
        return stain.ours
    return (*stain.ours, {k: v for k, v in was.items() if k not in (TRAIL, STAIN)})


def _as_read(cell: Json | None, read_at: int) -> Iterator[Json | None]:
    """What the program may have read where people typed later: the slip of its own, and what that covered."""
    trail = trail_of(cell)
    while trail is not None and trail.at > read_at:
        cell = trail.over
        yield cell
        if cell and STAIN in cell:
            yield cell[STAIN].before
        trail = trail_of(cell)


def _window(trail: Trail | None, read_at: int, *, stray: bool) -> str:
    """How a keystroke fell into the window, "" when it was there to be read."""
    if trail is None or trail.at <= read_at:
        return ""
    if stray:
        return BESIDE
    over = trail.over
    while (earlier := trail_of(over)) is not None and earlier.at > read_at:
        over = earlier.over
    return BLANK if value_of(over) is None else OVER


def _picture(book: Book) -> _Picture:
    place = place_of(book)
    column = place.columns["order_id"]
    rows = [list(row) for row in place.sheet.rows]
    keys = [value_of(_known(row[column])) if column < len(row) else None for row in rows]
    return _Picture(rows, place, keys)


def same_cell(first: Json | None, second: Json | None) -> bool:
    """Whether two cells hold the same; a tick is no number, and an empty text is a blank."""
    return _entered(first) == _entered(second)


def _entered(cell: Json | None) -> Any:
    entered = cell.get("userEnteredValue") if cell else None
    if not entered or entered.get("stringValue") == "":
        return None
    return entered
