"""What one pass has to tell, as counts and named orders: the difference between two quiet passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sheetsync.demo.company import STAFF
from sheetsync.domain.model import STAMPS, Notice
from sheetsync.domain.sync_status import TITLE as STATUS_TAB
from sheetsync.worker.one_pass import PassResult

_COUNTED: Final = {
    "status": ("status", "statuses"), "sla": ("SLA", "SLA"), "sla_due": ("due time", "due times"),
    "check": ("Check", "Check"), "next_action": ("next action", "next actions"),
}  # fmt: skip
_STAMPS: Final = ("stamp", "stamps")
_NAMED_STATES: Final = ("Breached", "At risk", "Unsure", "Paused")
_NAMED_AT_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One cell worth telling: its order and what it says now (`kind` is the first word)."""

    order: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail: to whom, at which level, about which orders."""

    name: str
    address: str
    subject: str
    level: int
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One pass told: `late` orders, and `counts` of cells by what they are, in the order of telling."""

    baseline: bool
    cells: int
    late: int
    counts: tuple[tuple[str, int], ...]
    words: tuple[Word, ...]
    letters: tuple[Letter, ...]
    tabs: tuple[str, ...]
    problem: str
    read: bool
    """Whether the sheet had to be read, since it or the time had moved on."""

    @property
    def quiet(self) -> bool:
        """Nothing written, nothing sent, nothing wrong."""
        return not (self.cells or self.letters or self.problem)


def news_of(result: PassResult) -> News:
    """What a pass has to tell."""
    plan, receipt = result.plan, result.receipt
    if plan is None:
        return News(baseline=False, cells=0, late=0, counts=(), words=(), letters=(), tabs=(),
                    problem=result.problem, read=False)  # fmt: skip
    letters = tuple(
        Letter(
            name=_name(notice), address=notice.recipient, subject=notice.subject,
            level=notice.level, orders=notice.orders,
        )
        for notice in plan.notices
    )  # fmt: skip
    return News(
        baseline=plan.baseline,
        cells=result.cells,
        late=int((plan.clocks["state"] == "Breached").sum()),
        counts=_counts(plan.changes),
        words=() if plan.baseline else _words(plan.changes),
        letters=letters,
        tabs=tuple(t for t in receipt.tabs_written if t != STATUS_TAB) if receipt else (),
        problem=result.problem,
        read=True,
    )


def _name(notice: Notice) -> str:
    known = {person.email: person.name for person in STAFF}
    return known.get(notice.recipient, notice.recipient_name)


def _counts(changes: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    columns = changes["column"]
    filled = changes["new"].notna()
    counts = [(_STAMPS, int((columns.isin(STAMPS) & filled).sum()))]
    counts += [(words, int((columns == key).sum())) for key, words in _COUNTED.items()]
    return tuple((words[count > 1], count) for words, count in counts if count)


def _words(changes: pd.DataFrame) -> tuple[Word, ...]:
    return (*_states(changes), *_checks(changes), *_completed(changes))


def _completed(changes: pd.DataFrame) -> Sequence[Word]:
    """Orders that the worker closes by itself."""
    cells = changes[changes["column"] == "status"]
    text = "Completed: delivered three working days ago"
    return [
        Word(order=order, kind="Completed", text=text)
        for order, _, new in _lines(cells)
        if new == "Completed"
    ]


def _states(changes: pd.DataFrame) -> Sequence[Word]:
    """Orders that are late, at risk or on hold since this pass, and holds that ended."""
    cells = changes[changes["column"] == "sla"]
    words = []
    for order, old, new in _lines(cells):
        kind = new.partition(":")[0]
        if kind in _NAMED_STATES and not old.startswith(kind):
            words.append(Word(order=order, kind=kind, text=new))
        elif old.startswith("Paused"):
            words.append(Word(order=order, kind="Goes on", text=new))
    return words[:_NAMED_AT_MOST]


def _checks(changes: pd.DataFrame) -> Sequence[Word]:
    """Rows in which something does not fit since this pass, and rows that were put right."""
    cells = changes[changes["column"] == "check"]
    words = []
    for order, old, new in _lines(cells):
        first = new.splitlines()[0] if new else ""
        if first.startswith(("Error", "Warning")):
            words.append(Word(order=order, kind=first.partition(":")[0], text=first))
        elif old.startswith("Error") and not first.startswith("Error"):
            words.append(Word(order=order, kind="Mended", text="Mended: Check says OK again"))
    return words[:_NAMED_AT_MOST]


def _lines(cells: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [
        (str(order), _text(old), _text(new))
        for order, old, new in zip(cells["order_id"], cells["expected"], cells["new"], strict=True)
    ]


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
