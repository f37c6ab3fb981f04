"""Which line of a target holds for which order: the limit, where it is written, and what bars it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sheetsync.domain.grid import repeated
from sheetsync.domain.moments import Moments
from sheetsync.domain.rules import (
    ALWAYS,
    ColumnRef,
    ColumnRule,
    Condition,
    Span,
    TargetLine,
    TargetRule,
)
from sheetsync.domain.sla.clocks import Bools, Judge, Texts
from sheetsync.domain.wording import span_words
from sheetsync.domain.worktime import Numbers, OpenHours
from sheetsync.domain.worktime.openings import Seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """Per asked row: the number of the first line that holds (-1: none), and why it is in doubt ("")."""

    target: TargetRule
    line: Seconds
    doubt: Texts

    def take(self, places: Seconds) -> Limits:
        """The limits of some of the asked rows."""
        return Limits(target=self.target, line=self.line[places], doubt=self.doubt[places])

    def sources(self) -> Texts:
        """`sla.yaml:31` of the line that holds; that of the target where none does."""
        names = [str(line.source) for line in self.target.lines]
        return np.array([*names, str(self.target.source)], dtype=object)[self.line]

    def words(self) -> Texts:
        """`4 h` of the line that holds; "" where none does."""
        names = [span_words(line.within) if line.within else "" for line in self.target.lines]
        return np.array([*names, ""], dtype=object)[self.line]

    def seconds(self, hours: OpenHours, start: Moments) -> Numbers:
        """The limit in open seconds after each `start`; NaN where no line holds.

        A limit of working days ends at the same wall time of that day, so its open seconds differ
        from day to day.
        """
        limit = np.full(len(self.line), np.nan)
        for number, line in enumerate(self.target.lines):
            chosen = self.line == number
            if line.within is not None and chosen.any():
                limit[chosen] = _seconds(line.within, hours, start[chosen])
        return limit


def _seconds(span: Span, hours: OpenHours, start: Moments) -> Numbers:
    seconds = np.full(len(start), float(span.seconds))
    if span.working_days:
        seconds += np.maximum(
            hours.between(start, hours.add_working_days(start, span.working_days)), 0
        )
    return seconds


def choose_limits(
    target: TargetRule,
    positions: Seconds,
    judge: Judge,
    unreadable: Mapping[str, Bools],
    columns: Mapping[str, ColumnRule],
) -> Limits:
    """The first line of `target` that holds for each of the rows at `positions`.

    A row whose cell in a column that the choice depends on cannot be read is in doubt: another
    reading might have chosen another line.
    """
    chosen = np.full(len(positions), -1, dtype=np.int64)
    doubt = repeated("", len(positions))
    for number, line in enumerate(target.lines):
        waiting = chosen < 0
        if not waiting.any():
            break
        for field in _fields(line):
            barred = unreadable.get(field)
            if barred is not None:
                fresh = waiting & barred[positions] & (doubt == "")
                doubt[fresh] = f"{title(field, columns)} cannot be read"
        holds = waiting if line.when == ALWAYS else waiting & judge(line.when).mask[positions]
        chosen[holds] = number
    return Limits(target=target, line=chosen, doubt=doubt)


def title(key: str, columns: Mapping[str, ColumnRule]) -> str:
    """The heading of a column as the rules name it."""
    return columns[key].title if key in columns else key.replace("_", " ")


def _fields(line: TargetLine) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_condition_fields(line.when)))


def _condition_fields(condition: Condition) -> Iterator[str]:
    for test in condition.tests:
        yield test.field
        if isinstance(test.operand, ColumnRef):
            yield test.operand.column
    for part in (*condition.any_of, *condition.none_of):
        yield from _condition_fields(part)
