"""Interpret: the cells as they stand become one typed row per order, and findings in plain words.

This is the face of reading. Headings are in `headings.py`, the readers of single cells in
`cells.py` and `dates.py`, cleaning in `texts.py`. Nothing here decides anything about an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.columns import cells as readers
from sheetsync.domain.columns.dates import read_dates
from sheetsync.domain.columns.headings import (
    column_letter,
    find_header,
    header_score,
    normalise_heading,
)
from sheetsync.domain.columns.identities import Identities, read_identities
from sheetsync.domain.columns.reading import Reader, ReadingOptions
from sheetsync.domain.columns.skus import SkuLine, sku_lines
from sheetsync.domain.findings import FindingList
from sheetsync.domain.grid import Cells, Distinct, frame_of
from sheetsync.domain.model import EVIDENCE, STAMPS, HeaderMap, Orders, Sheet
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.domain.texts import clean_id, clean_text, fold, fold_keys

__all__ = [
    "ReadingOptions", "SkuLine", "clean_id", "clean_text", "column_letter", "find_header", "fold",
    "header_score", "interpret", "normalise_heading", "sku_lines",
]  # fmt: skip

_TICK_OF_DATE: Final = {"dispatched_at": "dispatched", "delivered_at": "delivered"}
"""Date columns that are evidence themselves: a tick there means "yes, time unknown"."""

_TAKEN_AS_IT_IS: Final = frozenset({"text", "id", "tracking", "link"})
_FREE_TEXT: Final = frozenset({"notes"})
_DEFAULT_OPTIONS: Final = ReadingOptions()


def interpret(
    sheet: Sheet,
    rules: Rulebook,
    now: datetime,  # noqa: ARG001 - part of the seam: reading may come to depend on the moment
    options: ReadingOptions = _DEFAULT_OPTIONS,
) -> Orders:
    """The typed frame of every order row of `sheet`, in sheet order, with what could not be read.

    `now` is aware UTC. Besides the columns that `Orders` promises, the frame has `order_id_read`: the
    Order ID as read even where it is doubled (`order_id` is "" there). Rows without an Order ID are
    no orders; those that hold anything are findings. Raises PlanRefused when there is no header.
    """
    header = find_header(sheet.rows, sheet.row_numbers, rules.columns, rules.header_search_rows)
    raw, identities = read_identities(sheet, header, options)
    findings = identities.findings
    table = _Table(sheet, header, rules, options, raw, identities, findings)
    frame: dict[str, npt.NDArray[Any]] = {
        "row": identities.rows,
        "order_id": identities.keys,
        "order_id_read": identities.read,
        "usable": identities.usable,
        "status_known": np.ones(len(identities.rows), dtype=bool),
        **{name: np.zeros(len(identities.rows), dtype=np.int8) for name in EVIDENCE},
    }
    for key in header.columns:
        if key != "order_id":
            frame.update(table.read(key))
    table.flag_formulas()
    return Orders(
        frame=frame_of(frame), raw=raw, header=header, findings=findings.frame(), sheet=sheet
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """The order rows of one sheet, read column by column."""

    sheet: Sheet
    header: HeaderMap
    rules: Rulebook
    options: ReadingOptions
    raw: Mapping[str, Cells]
    identities: Identities
    findings: FindingList

    def read(self, key: str) -> dict[str, npt.NDArray[Any]]:
        """The frame columns that the column `key` gives; its problems go to the findings."""
        rule = self.rules.columns[key]
        reader = Reader(
            rule=rule,
            heading=self.header.headings[key],
            timezone=self.sheet.timezone,
            date_system=self.sheet.date_system,
            options=self.options,
            ticks=self.options.ticks(),
        )
        repeats = rule.type not in _TAKEN_AS_IT_IS or rule.owner == "worker"
        distinct = Distinct.of(self.raw[key], repeats=repeats)
        if rule.type == "datetime":
            return self._dates(key, distinct, reader)
        if key == "status":
            return self._status(distinct, reader)
        values, problems, blank = self._typed(key, rule, distinct, reader)
        self._report(key, distinct, problems)
        return {key: distinct.spread(values, blank)}

    def _typed(
        self, key: str, rule: ColumnRule, distinct: Distinct, reader: Reader
    ) -> tuple[npt.NDArray[Any], readers.Problems, Any]:
        """Distinct values, problems and what a blank is, for every type but dates and status."""
        values = distinct.cells
        ours = rule.owner == "worker" or key in _FREE_TEXT
        if ours and rule.type not in {"checkbox", "number"}:
            return (*readers.read_notes(values, reader), "")
        match rule.type:
            case "checkbox":
                return (*readers.read_ticks(values, reader), 0)
            case "number":
                return (*readers.read_numbers(distinct, reader), np.nan)
            case "choice":
                return (*readers.read_choices(values, reader, self._choices(key, rule)), "")
            case "id" | "tracking":
                return (*readers.read_ids(values, reader), "")
            case "sku_list":
                return (*readers.read_skus(values, reader), "")
            case "email":
                return (*readers.read_emails(values, reader), "")
            case _:
                return (*readers.read_text(values, reader), "")

    def _choices(self, key: str, rule: ColumnRule) -> readers.Choices:
        lookup = {name_fold: name for name, name_fold in ((c, fold(c)) for c in rule.choices)}
        lookup |= fold_keys(rule.choice_aliases)
        if key == "carrier":
            for name, carrier in self.rules.carriers.items():
                lookup |= {fold(alias): name for alias in (name, *carrier.aliases)}
        complain = not rule.open_choices and key != "carrier"
        return readers.Choices(lookup=lookup, names=rule.choices, complain=complain)

    def _dates(self, key: str, distinct: Distinct, reader: Reader) -> dict[str, npt.NDArray[Any]]:
        evidence = _TICK_OF_DATE.get(key)
        found = read_dates(distinct, reader, tick_allowed=evidence is not None)
        self._report(key, distinct, found.problems)
        columns: dict[str, npt.NDArray[Any]] = {
            key: distinct.spread(found.moments, np.datetime64("NaT", "s"))
        }
        if evidence is not None:
            columns[evidence] = distinct.spread(found.ticks, 0)
        return columns

    def _status(self, distinct: Distinct, reader: Reader) -> dict[str, npt.NDArray[Any]]:
        """Canonical status; unknown text is kept, with `status_known` False."""
        statuses = self.rules.statuses
        choices = readers.Choices(
            lookup={fold(name): name for name in statuses.statuses} | fold_keys(statuses.aliases),
            names=tuple(statuses.statuses),
            rule="unknown_status",
        )
        texts, problems = readers.read_choices(distinct.cells, reader, choices)
        known = np.array([place not in problems for place in range(len(texts))], dtype=bool)
        self._report("status", distinct, problems)
        return {
            "status": distinct.spread(texts, ""),
            "status_known": distinct.spread(known, blank=True),
        }

    def _report(self, key: str, distinct: Distinct, problems: readers.Problems) -> None:
        """What is wrong in our own columns is put right in this pass, so nobody needs to be told."""
        if self.rules.columns[key].owner == "worker" and key not in STAMPS:
            return
        self.findings.add_problems(distinct.codes, key, problems)

    def flag_formulas(self) -> None:
        """A formula where the worker writes is never overwritten, so it is named."""
        columns = self.header.columns
        if not self.sheet.formulas:
            return
        places = {int(row): place for place, row in enumerate(self.identities.rows.tolist())}
        for key in _formula_keys(self.rules.columns, columns):
            rows = sorted(row for row, index in self.sheet.formulas if index == columns[key])
            found = np.array([places[row] for row in rows if row in places], dtype=np.intp)
            self.findings.add(found, key, *_formula_words(key, self.header.headings[key]))


def _formula_keys(rules: Mapping[str, ColumnRule], columns: Mapping[str, int]) -> list[str]:
    return [key for key in columns if rules[key].owner != "staff" or key == "order_id"]


def _formula_words(key: str, heading: str) -> tuple[str, Any, str]:
    if key == "order_id":
        words = (
            f"{heading} is worked out by a formula, so it can change by itself. Type it in as text."
        )
        return "formula_in_id", "warning", words
    words = (
        f"{heading} holds a formula, so nothing is written there. Clear the cell if it should be "
        "filled in."
    )
    return "formula_in_written_column", "warning", words
