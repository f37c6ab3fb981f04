"""Conflicts between a copy and the tracker: shown on a tab, chosen by a person, then done.

What a person chose is read from the tab at each pass while conflicts are open, or comes from the command
line. It is written like any change: only over what the person was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sheetsync.domain.conflicts_tab import TITLE, ConflictLine, choices, layout
from sheetsync.domain.model import CellValue
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.tabs import Tab
from sheetsync.domain.texts import quoted
from sheetsync.errors import SheetsyncError
from sheetsync.store.offline import SUPERSEDED, Conflict
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.rowreader import read_rows_slow
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.trackers.excel.values import Values
from sheetsync.worker.offline.applying import (
    Standing,
    Wanted,
    changes_frame,
    stand,
    with_changes,
)
from sheetsync.worker.offline.turns import after_the_last_pass, own_turn

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

MOST_SHOWN: Final = 500
_SHOWN_FOR: Final = timedelta(days=7)
RULE: Final = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of choices: cells written, conflicts left as the tracker has them, and those that stay."""

    taken: int = 0
    kept: int = 0
    again: int = 0
    missed: int = 0
    why: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was settled."""
        return bool(self.taken or self.kept or self.again)


def conflicts_tab(
    shop: Workshop,
    now: datetime,
    heading: Callable[[str], str],
    typed: Mapping[int, str] | None = None,
) -> Tab | None:
    """The tab as it should stand; None where there never was a conflict lately."""
    every = shop.store.offline(shop.state.id).conflicts(only_open=False)
    since = now - _SHOWN_FOR
    open_ = [found for found in every if found.settled_at is None]
    done = [f for f in every if f.settled_at and f.settled_at >= since and f.choice != SUPERSEDED]
    if not every:
        return None
    shown = [*open_[:MOST_SHOWN], *reversed(done[-MOST_SHOWN:])]
    lines = [_line(shop, found, heading, (typed or {}).get(found.number, "")) for found in shown]
    return layout(lines, hidden=max(0, len(open_) - MOST_SHOWN))


def _line(
    shop: Workshop, found: Conflict, heading: Callable[[str], str], typed: str
) -> ConflictLine:
    done, choice = "", typed
    if found.settled_at is not None:
        at = scalar_to_local(found.settled_at, shop.timezone)
        what = "taken from the file" if found.choice == "file" else "left as the tracker had it"
        done = f"{at:%Y-%m-%d %H:%M}: {what}, by {found.settled_by}"
        choice = found.choice.capitalize()
    return ConflictLine(
        number=found.number, order_id=found.order_id, column=heading(found.column),
        base=found.base, theirs=found.theirs, ours=found.ours, choice=choice, done=done,
    )  # fmt: skip


def read_choices(shop: Workshop, now: datetime) -> dict[int, tuple[str, str]]:
    """What stands under Choose on the tab, by number; {} where there is no such tab. Raises TrackerError."""
    tracker = shop.tracker(shop.rules(now).rules)
    if isinstance(tracker, ExcelTracker):
        return dict(choices(_excel_rows(tracker, allow_macros=shop.config.tracker.allow_macros)))
    return dict(choices(_google_rows(tracker)))


def _excel_rows(tracker: ExcelTracker, *, allow_macros: bool) -> Sequence[Sequence[CellValue]]:
    with Package.open(tracker.path, allow_macros=allow_macros) as package:
        facts = package.workbook()
        tab = facts.sheet(TITLE)
        if tab is None or tab.kind != "worksheet":
            return ()
        values = Values(read_strings(package), facts.date_system, tab.name)
        return read_rows_slow(package, tab.part, values, until=2 * MOST_SHOWN + 50).rows


def _google_rows(tracker: object) -> Sequence[Sequence[CellValue]]:
    # Google's client is loaded only for a Google Sheet.
    from sheetsync.trackers.google.ownership import present  # noqa: PLC0415
    from sheetsync.trackers.google.sending import quoted as in_a1  # noqa: PLC0415
    from sheetsync.trackers.google.tracker import GoogleTracker  # noqa: PLC0415

    if not isinstance(tracker, GoogleTracker):
        return ()
    tab = present(TITLE, tracker.eyes.structure())
    if tab is None:
        return ()
    answer = tracker.api.decoded(tracker.api.values([in_a1(tab.title)]))
    ranges = answer.get("valueRanges") or [{}]
    rows: Sequence[Sequence[CellValue]] = ranges[0].get("values") or ()
    return rows


def settle(
    shop: Workshop, standing: Standing, chosen: Mapping[int, str], *, who: str, at: datetime, typed: Mapping[int, str] | None = None
) -> Settled:  # fmt: skip
    """Do what was chosen (`file` or `tracker`, by number) and draw the tab anew, under the lease.

    A cell that does not hold any more what the person was shown is not written: it is a conflict anew.
    Raises TrackerError.
    """
    with own_turn(shop, "conflicts"):
        at = max(at, after_the_last_pass(shop))
        return _settle(shop, standing, chosen, who=who, at=at, typed=typed or {})


def _settle(
    shop: Workshop, standing: Standing, chosen: Mapping[int, str], *, who: str, at: datetime, typed: Mapping[int, str]
) -> Settled:  # fmt: skip
    offline = shop.store.offline(shop.state.id)
    open_ = {found.number: found for found in offline.conflicts()}
    picked = {number: choice for number, choice in chosen.items() if number in open_}
    wanted, moved, already = _sorted(standing, [open_[n] for n, c in picked.items() if c == "file"])
    anew = [replace(found, number=0, ours=now, found_at=at) for found, now in moved]
    changes = changes_frame(standing, [_wanted(found) for found in wanted], f"{RULE}:{who}")
    number = offline.commit(with_changes(standing, changes), anew)
    heading = _heading_of(standing)
    settled = {n: c for n, c in picked.items() if c == "tracker"} | dict.fromkeys(already, "file")
    offline.settle(settled, who=who, now=at)
    shop.store.go_on()
    # Settled before the write, so that the tab that is written with it says so; one that fails is opened again.
    offline.settle({found.number: "file" for found in wanted}, who=who, now=at)
    tab = conflicts_tab(shop, at, heading, typed)
    batch = WriteBatch(
        changes=changes, header=standing.orders.header, fingerprint=standing.orders.sheet.fingerprint,
        tabs=(tab,) if tab is not None else (), marker=shop.state.marker,
    )  # fmt: skip
    receipt = shop.tracker(standing.force.rules).write(batch)
    outcomes = receipt.outcomes
    missed = {
        (str(order), str(column))
        for order, column, outcome in zip(*(outcomes[n].tolist() for n in ("order_id", "column", "outcome")), strict=True)
        if outcome != "applied"
    }  # fmt: skip
    late = [found for found in wanted if (found.order_id, found.column) in missed]
    offline.reopen([found.number for found in late])
    done = len(wanted) - len(late)
    words = f"{done + len(already)} taken from the file, {len(settled) - len(already)} left"
    offline.close(number, receipt, now=at, note=("conflicts", who, words))
    reasons = [str(r) for r, o in zip(outcomes["reason"].tolist(), outcomes["outcome"].tolist(), strict=True) if o != "applied"]  # fmt: skip
    return Settled(
        taken=done + len(already), kept=len(settled) - len(already), again=len(anew), missed=len(late),
        why=receipt.deferred or next(iter(reasons), ""),
    )  # fmt: skip


def _sorted(
    standing: Standing, found: Sequence[Conflict]
) -> tuple[list[Conflict], list[tuple[Conflict, str]], list[int]]:
    """Conflicts to write, those whose cell changed since they were shown, and those that are settled already."""
    write: list[Conflict] = []
    moved: list[tuple[Conflict, str]] = []
    already: list[int] = []
    side = standing.side
    for each in found:
        if each.column not in side.columns or each.order_id not in side.ids:
            moved.append((each, each.ours))
            continue
        now = str(side.columns[each.column][side.ids.get_loc(each.order_id)])
        if now == each.theirs:
            already.append(each.number)
        elif now == each.ours:
            write.append(each)
        else:
            moved.append((each, now))
    return write, moved, already


def _wanted(found: Conflict) -> Wanted:
    return Wanted(order_id=found.order_id, column=found.column, text=found.theirs)


def _heading_of(standing: Standing) -> Callable[[str], str]:
    headings = standing.orders.header.headings
    return lambda key: headings.get(key, key)


def settle_from_tab(shop: Workshop, now: datetime, *, unchanged: bool) -> tuple[str, ...]:
    """Do what people chose on the tab; what is to be said of it. Asks nothing where no conflict is open.

    `unchanged`: the tracker is as it was at the pass before, so a workbook's tab need not be looked at.
    """
    open_ = shop.store.offline(shop.state.id).conflicts()
    if not open_ or (unchanged and shop.config.tracker.kind == "excel"):
        return ()
    try:
        return _from_tab(shop, {found.number for found in open_}, now)
    except SheetsyncError as problem:
        return (f"What was chosen on the tab {TITLE} was not done: {problem}",)


def _from_tab(shop: Workshop, open_: set[int], now: datetime) -> tuple[str, ...]:
    typed = {n: found for n, found in read_choices(shop, now).items() if n in open_}
    unclear = {n: text for n, (choice, text) in typed.items() if choice == "unclear"}
    remarks = [
        f"Conflict {n} says {quoted(text)} under Choose: write File or Tracker."
        for n, text in sorted(unclear.items())
    ]
    chosen = {n: choice for n, (choice, _) in typed.items() if choice != "unclear"}
    if chosen:
        at = now + timedelta(seconds=1)  # two lines of the log about one cell never share a moment
        standing = stand(shop, at)
        done = settle(shop, standing, chosen, who=f"the tab {TITLE}", at=at, typed=unclear)
        words = f"Conflicts: {done.taken} taken from the file, {done.kept} left as they were"
        words += f", {done.again} came up anew" if done.again else ""
        words += f", {done.missed} could not be written" if done.missed else ""
        remarks.append(f"{words}.")
    return tuple(remarks)
