"""Which tab of a workbook is the tracker: by its configured title, else by its headings.

Never by position: staff insert and reorder tabs. Two tabs that fit are a refusal that names both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sheetsync.domain.columns.headings import heading_lookup, normalise_heading
from sheetsync.domain.model import CellValue
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.rowreader import read_rows_slow
from sheetsync.trackers.excel.values import Values
from sheetsync.trackers.excel.workbook import SheetFact

LEAST_HEADINGS: Final = 2
NEAR: Final = 0.6
"""A tab with this share of the best tab's headings could be meant as well."""


@dataclass(frozen=True, slots=True)
class TabChoice:
    """The tracker tab, and what Sync Status should say about the choice."""

    sheet: SheetFact
    remarks: tuple[str, ...] = ()


def choose_tab(
    package: Package,
    strings: Sequence[str],
    columns: Mapping[str, ColumnRule],
    tab: str | None,
    search_rows: int,
) -> TabChoice:
    """The tracker tab of the workbook; raises TrackerRefused when none or several could be meant."""
    sheets = [s for s in package.workbook().sheets if s.kind == "worksheet"]
    if not sheets:
        raise TrackerRefused(
            f"{package.name} holds no tab with cells. Name the workbook that holds the orders."
        )
    if tab:
        return _by_title(package, sheets, tab)
    lookup = heading_lookup(columns)
    scores = {s.name: _score(package, s, strings, lookup, search_rows) for s in sheets}
    return _by_headings(package, sheets, scores, columns, search_rows)


def _by_title(package: Package, sheets: list[SheetFact], tab: str) -> TabChoice:
    chosen = package.workbook().sheet(tab)
    if chosen is None or chosen not in sheets:
        raise TrackerRefused(
            f"{package.name} has no tab {tab!r}; its tabs are {_listed(sheets)}. "
            "Correct the tab's title in the configuration or in the workbook."
        )
    return TabChoice(chosen, _hidden_remarks([chosen]))


def _by_headings(
    package: Package,
    sheets: list[SheetFact],
    scores: Mapping[str, int],
    columns: Mapping[str, ColumnRule],
    search_rows: int,
) -> TabChoice:
    shown = [s for s in sheets if s.state != "veryHidden"]
    best = max((scores[s.name] for s in shown), default=0)
    enough = max(LEAST_HEADINGS, NEAR * best)
    fitting = [s for s in shown if scores[s.name] >= enough]
    if len(fitting) > 1:
        raise TrackerRefused(
            f"{package.name} has {len(fitting)} tabs that could be the tracker: {_listed(fitting)}. "
            "Name the right one in the configuration, or remove the copy."
        )
    if not fitting and len(shown) == 1:
        fitting = shown
    if not fitting:
        wanted = ", ".join(rule.title for rule in list(columns.values())[:3])
        raise TrackerRefused(
            f"No tab of {package.name} has the tracker's headings ({wanted} ...) in its first "
            f"{search_rows} rows; its tabs are {_listed(sheets)}. Put the headings in one row, or name "
            "the tab in the configuration."
        )
    secret = [s for s in sheets if s not in shown and scores[s.name] >= enough]
    return TabChoice(fitting[0], (*_hidden_remarks(fitting), *_hidden_remarks(secret, read=False)))


def _score(
    package: Package,
    sheet: SheetFact,
    strings: Sequence[str],
    lookup: Mapping[str, str],
    search_rows: int,
) -> int:
    """The most known headings in one row at the top of the tab, or in two rows read as one."""
    values = Values(strings, package.workbook().date_system, sheet.name)
    rows = read_rows_slow(package, sheet.part, values, until=search_rows).rows
    joined = (list(map(_joined, *_padded(a, b))) for a, b in pairwise(rows))
    return max((_known(row, lookup) for row in (*rows, *joined)), default=0)


def _known(row: Sequence[CellValue], lookup: Mapping[str, str]) -> int:
    texts = (normalise_heading(cell) for cell in row if isinstance(cell, str))
    return len({lookup[text] for text in texts if text in lookup})


def _padded(
    upper: Sequence[CellValue], lower: Sequence[CellValue]
) -> tuple[list[CellValue], list[CellValue]]:
    width = max(len(upper), len(lower))
    return [*upper, *[None] * (width - len(upper))], [*lower, *[None] * (width - len(lower))]


def _joined(upper: CellValue, lower: CellValue) -> CellValue:
    return " ".join(cell for cell in (upper, lower) if isinstance(cell, str))


def _listed(sheets: Sequence[SheetFact]) -> str:
    names = [repr(s.name) for s in sheets[:12]]
    if len(sheets) > len(names):
        names.append(f"and {len(sheets) - len(names)} more")
    return ", ".join(names)


def _hidden_remarks(sheets: Sequence[SheetFact], *, read: bool = True) -> tuple[str, ...]:
    said = "it is read all the same" if read else "it is not read"
    words = {
        "hidden": "is hidden",
        "veryHidden": "is hidden so that Excel's menus do not show it",
    }
    return tuple(
        f"The tab {s.name!r} has the tracker's headings and {words[s.state]}; {said}."
        for s in sheets
        if s.state in words
    )
