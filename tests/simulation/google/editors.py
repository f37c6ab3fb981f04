"""Five people at one sheet. They act between passes and inside requests; everything comes from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.sheets_server.model import Book
from tests.sheets_server.people import Act, Keystroke, perform, place_of
from tests.sheets_server.people_dice import mend, random_act

ROW_ACTS: Final = frozenset({
    "type_in", "clear", "tick", "untick", "edit_key", "paste_block", "sort", "insert_empty",
    "insert_filled", "delete", "move_rows", "cut_paste", "duplicate", "set_filter",
    "clear_filter", "filter_view",
})  # fmt: skip
"""Acts that leave headings, columns and the tab alone."""


@dataclass
class Ledger:
    """What people did, in order: `at` counts acts and requests alike, so that it dates both."""

    book: Book
    at: int = 0
    trace: list[str] = field(default_factory=list)
    strokes: list[Keystroke] = field(default_factory=list)

    def tick(self) -> int:
        """The next moment."""
        self.at += 1
        return self.at

    def perform(self, act: Act, where: str) -> None:
        """Do an act and write it down."""
        self.trace.append(f"{self.tick():5} {where}: {act}")
        self.strokes += perform(self.book, act, self.at)

    def note(self, words: str) -> None:
        """Write down something that no person did."""
        self.trace.append(f"{self.at:5} {words}")


@dataclass(frozen=True, slots=True)
class Rates:
    """How likely each editor acts: before a pass, and in each gap of each request of it."""

    between: float = 0.4
    gap: float = 0.09


@dataclass
class Editors:
    """Five people with dice of their own."""

    ledger: Ledger
    seed: int
    rates: Rates = Rates()
    only: frozenset[str] | None = None
    """The acts they may do, None for all."""
    resting: bool = False

    def __post_init__(self) -> None:
        self._dice = [Random(f"{self.seed}/editor/{number}") for number in range(5)]

    def between(self) -> None:
        """Before a pass."""
        self._act("between", self.rates.between)

    def gap(self, where: str) -> None:
        """Just before a request is applied, or just after, before its answer is read."""
        self._act(where, self.rates.gap)

    def stop(self) -> None:
        """They put back what they renamed, and go home."""
        for act in mend(place_of(self.ledger.book)):
            self.ledger.perform(act, "tidying up")
        self.resting = True

    def _act(self, where: str, rate: float) -> None:
        if self.resting:
            return
        for dice in self._dice:
            if dice.random() < rate:
                act = random_act(dice, self.ledger.book)
                if self.only is None or act.name in self.only:
                    self.ledger.perform(act, where)


@dataclass
class Script:
    """People who do given acts in given gaps of one pass: gap k is the one before its request k.

    What lies between an answer and the next request is one gap.
    """

    ledger: Ledger
    acts: Sequence[tuple[int, Act]] = ()
    passed: int = 0
    resting: bool = False

    def between(self) -> None:
        """Nothing: every act has its gap."""

    def gap(self, where: str) -> None:
        """The next gap of the pass; gaps are counted while people are not resting."""
        if self.resting or not where.startswith("before"):
            return
        for number, act in self.acts:
            if number == self.passed:
                self.ledger.perform(act, where)
        self.passed += 1

    def stop(self) -> None:
        """They put back what they renamed, and go home."""
        for act in mend(place_of(self.ledger.book)):
            self.ledger.perform(act, "tidying up")
        self.resting = True
