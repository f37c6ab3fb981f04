"""Findings: what is wrong with a row, as one frame of FINDING_COLUMNS that every check adds to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import Cells, frame_of, object_array
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
        self._blocks: list[pd.DataFrame] = []

    def add(
        self,
        places: npt.NDArray[np.intp],
        column: str,
        rule: str,
        severity: Severity,
        messages: Sequence[str] | Cells | str,
    ) -> None:
        """One finding per place (position in the orders frame), with one message or one each."""
        if not len(places):
            return
        texts = [messages] * len(places) if isinstance(messages, str) else messages
        self._blocks.append(
            findings_frame(
                self._order_ids[places],
                self._rows[places],
                column=column,
                rule=rule,
                severity=severity,
                messages=texts,
            )
        )

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
            self.add(places, column, rule, severity, [problems[c].message for c in codes[places]])

    def add_frame(self, findings: pd.DataFrame) -> None:
        """Findings made elsewhere, such as those of rows that are no orders."""
        self._blocks.append(findings)

    def frame(self) -> pd.DataFrame:
        """All findings so far, in the order of their rows."""
        return join_findings(self._blocks)


def findings_frame(
    order_ids: Cells,
    rows: npt.NDArray[np.int64],
    *,
    column: str,
    rule: str,
    severity: Severity,
    messages: Sequence[str] | Cells,
) -> pd.DataFrame:
    """A findings frame of one rule over one column."""
    count = len(rows)
    return frame_of(
        {
            "order_id": order_ids,
            "row": np.asarray(rows, dtype=np.int64),
            "column": np.full(count, column, dtype=object),
            "rule": np.full(count, rule, dtype=object),
            "severity": np.full(count, severity, dtype=object),
            "message": object_array(list(messages)),
        }
    )


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
    columns: dict[str, npt.NDArray[np.object_] | npt.NDArray[np.int64]] = dict.fromkeys(
        FINDING_COLUMNS, empty
    )
    columns["row"] = np.empty(0, dtype=np.int64)
    return frame_of(dict(columns))
