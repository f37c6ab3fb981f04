"""Findings: what is wrong with a row, as one frame of FINDING_COLUMNS that every check adds to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import Cells, frame_of, object_array, repeated
from sheetsync.domain.model import FINDING_COLUMNS, Severity

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "unsure", "note")
"""Worst first."""

UNREADABLE_RULES: Final = frozenset({
    "unreadable", "ambiguous_date", "date_out_of_range", "error_value", "not_calculated",
})  # fmt: skip
"""Findings of reading after which the cell has no value: neither filled nor empty for any rule."""

QUIET_RULES: Final = frozenset({"default_used"})
"""Findings that reports and `explain` show, but never Check: they would stand on most rows."""


class Problem(NamedTuple):
    """What is wrong with one distinct cell."""

    rule: str
    severity: Severity
    message: str


class FindingList:
    """Collects findings block by block; `frame()` joins them. Local to the function that fills it."""

    def __init__(self, order_ids: Cells, rows: npt.NDArray[np.int64]) -> None:
        self._order_ids = order_ids
        self._rows = rows
        self._blocks: list[_Block] = []

    def add(
        self,
        places: npt.NDArray[np.intp],
        column: str,
        rule: str,
        severity: Severity,
        messages: Sequence[str] | Cells | str,
    ) -> None:
        """One finding per place (position in the orders frame), with one message or one each."""
        if len(places):
            ids, rows = self._order_ids[places], self._rows[places]
            self._blocks.append(_Block(ids, rows, column, rule, severity, _texts(messages, places)))

    def add_problems(
        self, codes: npt.NDArray[np.intp], column: str, problems: dict[int, Problem]
    ) -> None:
        """The problems of distinct cells, spread over the rows that hold them."""
        kinds: dict[tuple[str, Severity], list[int]] = {}
        for code, problem in problems.items():
            kinds.setdefault((problem.rule, problem.severity), []).append(code)
        for (rule, severity), members in kinds.items():
            hit = np.zeros(int(codes.max(initial=-1)) + 2, dtype=bool)
            hit[members] = True
            places = np.flatnonzero(hit[codes])
            words = [problems[code].message for code in codes[places].tolist()]
            self.add(places, column, rule, severity, words)

    def add_rows(
        self,
        rows: npt.NDArray[np.int64],
        column: str,
        rule: str,
        severity: Severity,
        words: list[str],
    ) -> None:
        """Findings of rows that are no orders, by row number."""
        if len(rows):
            ids = repeated("", len(rows))
            self._blocks.append(_Block(ids, rows, column, rule, severity, object_array(words)))

    def rows_named(self, column: str) -> set[int]:
        """The numbers of the rows that already have a finding in `column`."""
        return {int(row) for block in self._blocks if block.column == column for row in block.rows}

    def frame(self) -> pd.DataFrame:
        """All findings so far, in the order of their rows."""
        if not self._blocks:
            return no_findings()
        rows = np.concatenate([block.rows for block in self._blocks])
        order = np.argsort(rows, kind="stable")
        parts: dict[str, npt.NDArray[Any]] = {
            "order_id": np.concatenate([block.order_ids for block in self._blocks]),
            "row": rows,
            "column": self._each("column"),
            "rule": self._each("rule"),
            "severity": self._each("severity"),
            "message": np.concatenate([block.messages for block in self._blocks]),
        }
        return frame_of({name: part[order] for name, part in parts.items()})

    def _each(self, name: str) -> Cells:
        """One word of every block, repeated for its rows."""
        words = object_array([getattr(block, name) for block in self._blocks])
        return np.repeat(words, [len(block.rows) for block in self._blocks])


class _Block(NamedTuple):
    """Findings of one rule over one column."""

    order_ids: Cells
    rows: npt.NDArray[np.int64]
    column: str
    rule: str
    severity: Severity
    messages: Cells


def _texts(messages: Sequence[str] | Cells | str, places: npt.NDArray[np.intp]) -> Cells:
    if isinstance(messages, str):
        return repeated(messages, len(places))
    return object_array(list(messages))


def join_findings(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Several findings frames as one, sorted by row (the order of the frames within a row)."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return no_findings()
    joined = pd.concat(filled, ignore_index=True)
    return joined.sort_values("row", kind="stable", ignore_index=True)


def no_findings() -> pd.DataFrame:
    """An empty findings frame with its dtypes."""
    empty = np.empty(0, dtype=object)
    columns: dict[str, npt.NDArray[Any]] = dict.fromkeys(FINDING_COLUMNS, empty)
    return frame_of({**columns, "row": np.empty(0, dtype=np.int64)})
