"""One companion tab, column by column: headings found as in the tracker, cells read by the same readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.columns import cells as readers
from sheetsync.domain.columns.dates import read_dates
from sheetsync.domain.columns.headings import FoundHeader, look_for_header
from sheetsync.domain.columns.reading import Reader, ReadingOptions
from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.grid import Cells, Distinct, columns_at
from sheetsync.domain.model import CellValue, DateSystem, Severity, TabRows
from sheetsync.domain.moments import NAT
from sheetsync.domain.rules import ColumnRule, ColumnType, Source
from sheetsync.domain.texts import both, fold, fold_keys

SEARCH_ROWS: Final = 20
_NOWHERE: Final = Source("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How this tracker writes what cannot be guessed."""

    timezone: str
    date_system: DateSystem
    options: ReadingOptions


def heading(
    key: str,
    title: str,
    kind: ColumnType = "text",
    *aliases: str,
    required: bool = False,
    choices: Mapping[str, str] | None = None,
) -> ColumnRule:
    """One heading of a companion tab; `choices` maps what may be written to what it means."""
    return ColumnRule(
        key=key, title=title, aliases=aliases, type=kind, required=required, severity="warning",
        choices=tuple(dict.fromkeys((choices or {}).values())), choice_aliases=choices or {},
        source=_NOWHERE,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """The rows of a companion tab that hold anything. A column that the tab lacks is blank throughout.

    `columns` are texts, ticks (1, 0, -1 for what cannot be read), numbers or moments, NaN or NaT where blank;
    `wrong` says of which rows a cell could not be understood. `headings` are as written.
    """

    title: str
    rows: npt.NDArray[np.int64]
    columns: Mapping[str, npt.NDArray[Any]]
    wrong: Mapping[str, frozenset[int]]
    headings: Mapping[str, str]
    findings: list[TabFinding]

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, key: str, place: int) -> str:
        """The text of a column at the place of a row."""
        return str(self.columns[key][place])

    def tick(self, key: str, place: int) -> bool | None:
        """Yes or no; None where the cell is blank. What cannot be read is no yes."""
        found = float(self.columns[key][place])
        return None if np.isnan(found) else found == 1

    def flag(
        self, place: int, key: str, rule: str, message: str, severity: Severity = "warning"
    ) -> None:
        """Add a finding about one cell."""
        self.findings.append(
            TabFinding(
                tab=self.title, row=int(self.rows[place]), heading=self.headings.get(key, ""),
                rule=rule, severity=severity, message=message,
            )
        )  # fmt: skip

    def keyed(self, key: str) -> dict[str, int]:
        """Folded key -> place, for the rows whose key stands once; the others are findings."""
        places: dict[str, list[int]] = {}
        for place in range(len(self)):
            places.setdefault(fold(self.text(key, place)), []).append(place)
        name = self.headings.get(key, key)
        for place in places.pop("", []):
            words = f"{name} is blank, so the row counts for nobody. Fill it in, or clear the row."
            self.flag(place, key, "no_key", words)
        for found in places.values():
            for place in found if len(found) > 1 else ():
                others = [str(self.rows[each]) for each in found if each != place][:3]
                words = (
                    f"{name} {self.text(key, place)[:60]} stands in row {both(others)} too, so none of them "
                    "counts. Keep one."
                )
                self.flag(place, key, "doubled_key", words, "error")
        return {key_: found[0] for key_, found in places.items() if len(found) == 1}


def read_table(tab: TabRows, columns: Mapping[str, ColumnRule], ways: Ways) -> Table:
    """The tab by these columns, of which the required ones must be there for any row to count."""
    required = [key for key, rule in columns.items() if rule.required]
    found = look_for_header(tab.rows, tab.row_numbers, columns, SEARCH_ROWS, required)
    findings = _of_headings(tab, columns, required, found)
    if found is None or any(key not in found.header.columns for key in required):
        return _without_rows(tab.title, columns, findings)
    header = found.header
    below = [place for place, number in enumerate(tab.row_numbers) if number > header.row_number]
    filled = [place for place in below if _holds_something(tab.rows[place], header.columns)]
    rows = np.array([tab.row_numbers[place] for place in filled], dtype=np.int64)
    raw = columns_at([tab.rows[place] for place in filled], frozenset(header.columns.values()))
    table = Table(
        title=tab.title, rows=rows, columns=(read := {}), wrong=(wrong := {}),
        headings=header.headings, findings=findings,
    )  # fmt: skip
    for key, rule in columns.items():
        cells = raw[header.columns[key]] if key in header.columns else _blank(len(rows))
        read[key], wrong[key] = _column(table, rule, cells, ways)
    return table


def names_of(table: Table, by_key: Mapping[str, int]) -> tuple[dict[str, int], frozenset[str]]:
    """Folded name -> place where only one keyed row has the name; and the names that several have."""
    names: dict[str, list[int]] = {}
    for place in by_key.values():
        names.setdefault(fold(table.text("name", place)), []).append(place)
    names.pop("", None)
    single = {name: places[0] for name, places in names.items() if len(places) == 1}
    return single, frozenset(names.keys() - single.keys())


def _column(
    table: Table, rule: ColumnRule, cells: Cells, ways: Ways
) -> tuple[npt.NDArray[Any], frozenset[int]]:
    reader = Reader(
        rule=rule, heading=table.headings.get(rule.key, rule.title), timezone=ways.timezone,
        date_system=ways.date_system, options=ways.options, ticks=ways.options.ticks(),
    )  # fmt: skip
    distinct = Distinct.of(cells)
    values, problems, blank = _typed(rule, distinct, reader)
    bad = np.isin(
        distinct.codes, [place for place, each in problems.items() if each.severity != "note"]
    )
    for place in np.flatnonzero(distinct.codes >= 0).tolist() if problems else ():
        problem = problems.get(int(distinct.codes[place]))
        if problem is not None:
            table.flag(place, rule.key, problem.rule, problem.message, problem.severity)
    return distinct.spread(values, blank), frozenset(np.flatnonzero(bad).tolist())


def _typed(
    rule: ColumnRule, distinct: Distinct, reader: Reader
) -> tuple[npt.NDArray[Any], readers.Problems, Any]:
    """The values of distinct cells, what is wrong with them, and what a blank is."""
    values = distinct.cells
    match rule.type:
        case "checkbox":
            ticks, problems = readers.read_ticks(values, reader)
            return ticks.astype(np.float64), problems, np.nan
        case "number":
            return (*readers.read_numbers(distinct, reader), np.nan)
        case "datetime":
            dates = read_dates(distinct, reader, tick_allowed=False)
            return dates.moments, dates.problems, NAT
        case "choice":
            choices = readers.Choices(lookup=fold_keys(rule.choice_aliases), names=rule.choices)
            return (*readers.read_choices(values, reader, choices), "")
        case "id":
            return (*readers.read_ids(values, reader), "")
        case "email":
            return (*readers.read_emails(values, reader), "")
        case _:
            return (*readers.read_notes(values, reader), "")


def _of_headings(
    tab: TabRows,
    columns: Mapping[str, ColumnRule],
    required: Sequence[str],
    found: FoundHeader | None,
) -> list[TabFinding]:
    """What is wrong with the header row."""
    if found is None:
        titles = both([columns[key].title for key in required])
        words = (
            f"it is empty. Put the headings into its first row, {titles} among them."
            if not tab.rows
            else f"no row of its first {SEARCH_ROWS} has the heading {titles}, so nothing in it counts. "
            "Put the headings back into one row."
        )
        return [_of_tab(tab, "", "no_header", words)]
    findings = []
    for key, places in found.doubled.items():
        words = (
            f"{len(places)} headings mean {columns[key].title}: {both(places)}. Rename all but one."
        )
        findings.append(_of_tab(tab, columns[key].title, "doubled_heading", words))
    for key, rule in columns.items():
        if key in found.header.columns or key in found.doubled:
            continue
        near = f" Did you mean {found.near[key]}?" if key in found.near else ""
        if near or rule.required:
            words = (
                f"the heading {rule.title} cannot be found in row {found.header.row_number}.{near}"
            )
            findings.append(_of_tab(tab, rule.title, "missing_heading", words))
    return findings


def _of_tab(tab: TabRows, title: str, rule: str, words: str) -> TabFinding:
    return TabFinding(
        tab=tab.title, row=0, heading=title, rule=rule, severity="error", message=words
    )


def _without_rows(
    title: str, columns: Mapping[str, ColumnRule], findings: list[TabFinding]
) -> Table:
    return Table(
        title=title, rows=np.empty(0, dtype=np.int64), columns=dict.fromkeys(columns, _blank(0)),
        wrong=dict.fromkeys(columns, frozenset()), headings={}, findings=findings,
    )  # fmt: skip


def _holds_something(cells: Sequence[CellValue], columns: Mapping[str, int]) -> bool:
    """Whether any known column of the row holds more than an empty tick box."""
    return any(
        cells[place] not in (None, "", False) or (cells[place] == 0 and cells[place] is not False)
        for place in columns.values()
        if place < len(cells)
    )


def _blank(count: int) -> Cells:
    return np.full(count, None, dtype=object)
