"""Reads the tracker tab of a workbook into a `Sheet`: cells as they stand, nothing decided.

Dates stay serial numbers, text stays text; hidden and filtered rows are orders like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

from sheetsync.domain.model import Sheet, TabRows
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.package import FileStamp, Package
from sheetsync.trackers.excel.rowreader import MAX_COLUMNS, RowValues, read_rows
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.untouchable import read_tables, untouchable
from sheetsync.trackers.excel.values import Values
from sheetsync.trackers.excel.whichtab import TabChoice, choose_tab
from sheetsync.trackers.excel.workbook import SheetFact

BLANK_RUN: Final = 2_000


def read_sheet(
    source: str | Path | IO[bytes] | Package,
    *,
    rules_columns: Mapping[str, ColumnRule],
    tab: str | None = None,
    timezone: str,
    search_rows: int = 20,
    allow_macros: bool = False,
    companions: Collection[str] = (),
) -> Sheet:
    """The tracker tab of a workbook as it stands.

    `tab` names it; without it the tab is found by its headings, looked for in the first
    `search_rows` rows. `timezone` is the workbook's wall clock, as configured: a workbook knows none.
    `companions` are titles of tabs to be read along where they exist. Raises TrackerBusy (try later) or TrackerRefused (says why).
    """
    if isinstance(source, Package):
        return _read(source, rules_columns, tab, timezone, search_rows, companions)
    with Package.open(source, allow_macros=allow_macros) as package:
        return _read(package, rules_columns, tab, timezone, search_rows, companions)


def _read(  # noqa: PLR0917 - as `read_sheet` has them
    package: Package,
    columns: Mapping[str, ColumnRule],
    tab: str | None,
    timezone: str,
    search_rows: int,
    companions: Collection[str],
) -> Sheet:
    facts = package.workbook()
    strings = read_strings(package)
    choice = choose_tab(package, strings, columns, tab, search_rows)
    values = Values(strings, facts.date_system, choice.sheet.name)
    found = read_rows(package, choice.sheet.part, values)
    width = max(map(len, found.rows), default=0)
    tables = read_tables(package, choice.sheet.part)
    tabs, unread = _companions(package, companions, choice.sheet, strings)
    return Sheet(
        tracker=package.name,
        tab=choice.sheet.name,
        rows=found.rows,
        row_numbers=found.numbers,
        timezone=timezone,
        date_system=facts.date_system,
        fingerprint=package.sha256,
        formulas=frozenset(found.formulas),
        unwritable=untouchable(found.outline, tables, found.numbers, width),
        marker=facts.marker,
        remarks=(*_remarks(choice, found), *unread),
        tabs=tabs,
    )


def _companions(
    package: Package, titles: Collection[str], tracker: SheetFact, strings: Sequence[str]
) -> tuple[dict[str, TabRows], list[str]]:
    """The tabs of these titles, but for those that are no tabs of cells or the tracker itself.

    One that cannot be read is a remark: the orders are read all the same.
    """
    facts, found, unread = package.workbook(), dict[str, TabRows](), list[str]()
    for title in titles:
        sheet = facts.sheet(title)
        if sheet is None or sheet.kind != "worksheet" or sheet is tracker:
            continue
        try:
            read = read_rows(package, sheet.part, Values(strings, facts.date_system, sheet.name))
        except TrackerRefused as why:
            unread.append(f"The tab {sheet.name!r} was not read: {why}")
        else:
            found[title] = TabRows(title=sheet.name, rows=read.rows, row_numbers=read.numbers)
    return found, unread


def _remarks(choice: TabChoice, found: RowValues) -> tuple[str, ...]:
    remarks = [*choice.remarks, *_gaps(found.numbers)]
    if found.beyond:
        remarks.append(
            f"Only the first {MAX_COLUMNS} columns are read; there is a value right of them, the first "
            f"in {found.beyond}."
        )
    if not found.outline.utf8:
        remarks.append(
            "The tab is stored in UTF-16, so nothing can be written into it. Open the workbook in Excel "
            "and save it."
        )
    return tuple(remarks)


def _gaps(numbers: Sequence[int]) -> list[str]:
    return [
        f"There are {after - before - 1:,} blank rows between row {before} and row {after}; the rows "
        "below them are read too."
        for before, after in pairwise(numbers)
        if after - before > BLANK_RUN
    ]


class WorkbookReader:
    """Reads one workbook again and again; an unchanged file is not parsed a second time.

    A file counts as untouched when device, inode, size and modification time are equal, and as
    unchanged when its bytes hash to the same fingerprint.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        rules_columns: Mapping[str, ColumnRule],
        tab: str | None = None,
        timezone: str,
        search_rows: int = 20,
        allow_macros: bool = False,
    ) -> None:
        self.path = Path(path)
        self._columns = rules_columns
        self._tab, self._timezone = tab, timezone
        self._search_rows, self._allow_macros = search_rows, allow_macros
        self._stamp: FileStamp | None = None
        self._fingerprint = ""
        self._sheet: Sheet | None = None

    @property
    def stamp(self) -> FileStamp | None:
        """Where the file stood when it was last read or hashed; None before that."""
        return self._stamp

    def fingerprint(self) -> str:
        """The fingerprint of the file as it is now; raises TrackerBusy or TrackerRefused."""
        if not self._untouched():
            with Package.open(self.path, allow_macros=self._allow_macros) as package:
                self._remember(package)
        return self._fingerprint

    def read(self) -> Sheet:
        """The tracker tab as it stands; the earlier Sheet while the file is unchanged."""
        if self._sheet is not None and self._untouched():
            return self._sheet
        with Package.open(self.path, allow_macros=self._allow_macros) as package:
            self._remember(package)
            if self._sheet is None:
                self._sheet = read_sheet(
                    package,
                    rules_columns=self._columns,
                    tab=self._tab,
                    timezone=self._timezone,
                    search_rows=self._search_rows,
                )
        return self._sheet

    def _untouched(self) -> bool:
        try:
            return self._stamp is not None and FileStamp.of(self.path) == self._stamp
        except OSError:
            return False

    def _remember(self, package: Package) -> None:
        if package.sha256 != self._fingerprint:
            self._sheet = None
        self._stamp, self._fingerprint = package.stamp, package.sha256
