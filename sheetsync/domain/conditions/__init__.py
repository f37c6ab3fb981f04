"""A `when:` as one boolean array over all orders: structured data, never an expression to evaluate.

The blank law: a blank cell makes every comparison false, also `not` and `not_in`; only `empty` and
`no` hold. `none_of` is plain negation of its members, so a blank passes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sheetsync.domain.columns.reading import NO_WORDS, YES_WORDS
from sheetsync.domain.conditions.fields import Field, Fields
from sheetsync.domain.grid import Mask
from sheetsync.domain.moments import Moments, as_moment, to_local
from sheetsync.domain.rules import ColumnRef, Condition, Span, Test
from sheetsync.domain.texts import fold

WorkingDays: TypeAlias = Callable[[Moments, int], Moments]
"""Moments (UTC) and a number of working days -> the moments so many working days later."""

LONGEST_MATCH: Final = 500
"""Characters of a cell that `matches` looks at."""

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "more_than": np.greater, "after": np.greater, "at_least": np.greater_equal,
    "less_than": np.less, "before": np.less, "at_most": np.less_equal,
}  # fmt: skip

_GROWS: Final[Mapping[str, int | None]] = {
    "minutes_in_stage": 60, "age": 3600, "days_late": 86_400, "sla_used_percent": None,
}  # fmt: skip
"""Fields that grow by themselves: seconds in one unit, None where only open hours count."""
LOOK_AGAIN: Final = np.timedelta64(5 * 60, "s")
"""How long a sheet is left alone under a rule whose next change is not known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a condition holds.

    `missing` names the fields that do not exist: then it is not evaluated and holds nowhere.
    """

    mask: Mask
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a condition depends on besides the fields.

    `now` is aware UTC, `timezone` the tracker's (a date in a rule is a local day), `rows` the number
    of orders. `working_days` is needed only for spans such as `3 working days`.
    """

    now: datetime
    timezone: str
    rows: int
    working_days: WorkingDays | None = None


def evaluate(condition: Condition, fields: Fields, around: Surroundings) -> Outcome:
    """Where `condition` holds, as a boolean array over the orders."""
    missing = tuple(dict.fromkeys(_missing(condition, fields, around)))
    if missing:
        return Outcome(np.zeros(around.rows, dtype=bool), missing)
    return Outcome(_holds(condition, fields, around))


def next_change(condition: Condition, fields: Fields, around: Surroundings) -> np.datetime64:
    """The earliest moment after now at which time alone changes where the condition holds; or NaT.

    Spans and fields that grow with the clock are looked at; for a share of open hours, of which
    only the clocks know, it is a few minutes from now.
    """
    tests = [test for test in _tests(condition) if test.field in fields]
    moments = [
        _next_of_test(test, fields[test.field], around)
        for test in tests
        if test.operator in {"older_than", "within_last"}
    ]
    moments += [
        _next_of_growth(test, fields[test.field], around)
        for test in tests
        if test.operator in _COMPARE and test.field in _GROWS
    ]
    known = [moment for moment in moments if not np.isnat(moment)]
    return min(known, default=np.datetime64("NaT", "s"))


def used_fields(condition: Condition) -> tuple[str, ...]:
    """The names of all fields that a condition asks about, each once, in their order."""
    names = []
    for test in _tests(condition):
        names.append(test.field)
        if isinstance(test.operand, ColumnRef):
            names.append(test.operand.column)
    return tuple(dict.fromkeys(names))


def _tests(condition: Condition) -> Iterator[Test]:
    yield from condition.tests
    for member in (*condition.any_of, *condition.none_of):
        yield from _tests(member)


def _missing(condition: Condition, fields: Fields, around: Surroundings) -> Iterator[str]:
    yield from (name for name in used_fields(condition) if name not in fields)
    spans = (test.operand for test in _tests(condition) if isinstance(test.operand, Span))
    if around.working_days is None and any(span.working_days for span in spans):
        yield "working calendar"


def _holds(condition: Condition, fields: Fields, around: Surroundings) -> Mask:
    mask = np.ones(around.rows, dtype=bool)
    for test in condition.tests:
        mask &= _test(test, fields, around)
    if condition.any_of:
        mask &= np.logical_or.reduce([_holds(c, fields, around) for c in condition.any_of])
    for member in condition.none_of:
        mask &= ~_holds(member, fields, around)
    return mask


def _test(test: Test, fields: Fields, around: Surroundings) -> Mask:
    field, operand = fields[test.field], test.operand
    match test.operator:
        case "filled":
            return field.filled
        case "empty":
            return field.empty
        case "yes":
            return _ticked(field)
        case "no":
            return _unticked(field)
        case "is" | "any_of":
            return field.has_value & _equal(field, operand, fields, around)
        case "not" | "not_in":
            return (
                field.has_value
                & ~_equal(field, operand, fields, around)
                & _present(operand, fields, around)
            )
        case "contains":
            return _by_text(field, lambda text: fold(str(operand)) in fold(text))
        case "matches":
            pattern = compiled(str(operand))
            return _by_text(field, lambda t: pattern.fullmatch(t[:LONGEST_MATCH]) is not None)
        case "between":
            return _between(field, operand, around)
        case "older_than" | "within_last":
            return _aged(test.operator, field, operand, around)
        case _:
            return _ordered(test.operator, field, operand, fields, around)


def _ticked(field: Field) -> Mask:
    match field.kind:
        case "tick":
            return np.asarray(field.data == 1)
        case "text":
            return _by_text(field, lambda text: fold(text) in YES_WORDS)
        case "number":
            return np.asarray(field.data == 1)
        case "moment":
            return field.filled


def _unticked(field: Field) -> Mask:
    match field.kind:
        case "tick":
            return np.asarray(field.data == 0)
        case "text":
            return field.empty | _by_text(field, lambda text: fold(text) in NO_WORDS)
        case "number":
            return np.asarray(field.empty | (field.data == 0))
        case "moment":
            return field.empty


def _present(operand: Any, fields: Fields, around: Surroundings) -> Mask:
    if isinstance(operand, ColumnRef):
        return fields[operand.column].has_value
    return np.ones(around.rows, dtype=bool)


def _equal(field: Field, operand: Any, fields: Fields, around: Surroundings) -> Mask:
    if isinstance(operand, ColumnRef):
        return _equal_columns(field, fields[operand.column], around)
    wanted = operand if isinstance(operand, tuple) else (operand,)
    match field.kind:
        case "text":
            words = {fold(_text(one)) for one in wanted}
            return _spread(field, np.isin(field.folded, list(words)))
        case "number":
            return np.isin(field.data, [_float(one) for one in wanted])
        case "moment":
            days = [np.datetime64(one, "D") for one in wanted if isinstance(one, date)]
            return np.isin(_days(field.data, around), np.array(days, dtype="datetime64[D]"))
        case "tick":
            return np.isin(field.data, [int(fold(_text(one)) in YES_WORDS) for one in wanted])


def _equal_columns(field: Field, other: Field, around: Surroundings) -> Mask:
    if field.kind != other.kind:
        return np.zeros(around.rows, dtype=bool)
    if field.kind == "text":
        same = field.folded[field.distinct[0]] == other.folded[other.distinct[0]]
        return np.asarray(same, dtype=bool) & other.has_value
    if field.kind == "moment":
        left, right = by_day_or_instant(field.data, other.data, around.timezone)
        return np.asarray(left == right)
    return np.asarray(field.data == other.data) & other.has_value


def _ordered(
    operator: str, field: Field, operand: Any, fields: Fields, around: Surroundings
) -> Mask:
    """More, less, before, after; NaN and NaT compare false by themselves."""
    compare = _COMPARE[operator]
    if isinstance(operand, ColumnRef):
        other = fields[operand.column]
        if field.kind == other.kind == "moment":
            left, right = by_day_or_instant(field.data, other.data, around.timezone)
            return np.asarray(compare(left, right))
        if field.kind == other.kind == "number":
            return np.asarray(compare(field.data, other.data))
        return np.zeros(around.rows, dtype=bool)
    if field.kind == "moment" and isinstance(operand, datetime):
        local = to_local(field.data, around.timezone)
        return np.asarray(compare(local, np.datetime64(operand, "s")))
    if field.kind == "moment" and isinstance(operand, date):
        return np.asarray(compare(_days(field.data, around), np.datetime64(operand, "D")))
    if field.kind == "number" and not isinstance(operand, date):
        return np.asarray(compare(field.data, _float(operand)))
    return np.zeros(around.rows, dtype=bool)


def _between(field: Field, operand: Any, around: Surroundings) -> Mask:
    """Both ends are in; dates are local days."""
    first, last = operand
    if field.kind == "moment":
        days = _days(field.data, around)
        return np.asarray((days >= np.datetime64(first, "D")) & (days <= np.datetime64(last, "D")))
    if field.kind == "number":
        return np.asarray((field.data >= _float(first)) & (field.data <= _float(last)))
    return np.zeros(around.rows, dtype=bool)


def _aged(operator: str, field: Field, operand: Any, around: Surroundings) -> Mask:
    """`older_than`: strictly longer ago than the span; `within_last`: not longer ago, not ahead."""
    if field.kind != "moment" or not isinstance(operand, Span):
        return np.zeros(around.rows, dtype=bool)
    now = as_moment(around.now)
    limit = _later(field.data, operand, around)
    if operator == "older_than":
        return np.asarray(limit < now)
    return np.asarray((limit >= now) & (field.data <= now))


def _later(moments: Moments, span: Span, around: Surroundings) -> Moments:
    later = moments + np.timedelta64(span.seconds, "s")
    if span.working_days and around.working_days is not None:
        return around.working_days(later, span.working_days)
    return np.asarray(later)


def _next_of_test(test: Test, field: Field, around: Surroundings) -> np.datetime64:
    span = test.operand
    if field.kind != "moment" or not isinstance(span, Span):
        return np.datetime64("NaT", "s")
    if span.working_days and around.working_days is None:
        return np.datetime64("NaT", "s")
    now, second = as_moment(around.now), np.timedelta64(1, "s")
    begun = field.data[~np.isnat(field.data)]
    ends = _later(begun, span, around) + second
    turns = np.concatenate([ends, begun]) if test.operator == "within_last" else ends
    ahead = turns[turns > now]
    return np.datetime64(ahead.min() if len(ahead) else "NaT", "s")


def _next_of_growth(test: Test, field: Field, around: Surroundings) -> np.datetime64:
    """When the first of these growing numbers passes what it is compared with."""
    now, unit = as_moment(around.now), _GROWS[test.field]
    if field.kind != "number" or isinstance(test.operand, ColumnRef | date):
        return np.datetime64("NaT", "s")
    if unit is None:
        return now + LOOK_AGAIN
    seconds = np.ceil((_float(test.operand) - field.data) * unit)
    ahead = seconds[seconds >= 0]
    if not len(ahead):
        return np.datetime64("NaT", "s")
    return now + np.timedelta64(int(ahead.min()) + 1, "s")


def by_day_or_instant(left: Moments, right: Moments, timezone: str) -> tuple[Moments, Moments]:
    """Two moment columns made comparable: where one is a bare date, both count as local days.

    `2026-03-05` against `2026-03-05 14:00` is the same day, neither before nor after.
    """
    one, two = to_local(left, timezone), to_local(right, timezone)
    day_one, day_two = one.astype("datetime64[D]"), two.astype("datetime64[D]")
    bare = (one == day_one) | (two == day_two)
    return np.where(bare, day_one.astype("datetime64[s]"), left), np.where(
        bare, day_two.astype("datetime64[s]"), right
    )


def _days(moments: Moments, around: Surroundings) -> npt.NDArray[np.datetime64]:
    return to_local(moments, around.timezone).astype("datetime64[D]")


def _by_text(field: Field, holds: Callable[[str], bool]) -> Mask:
    """A question about the text, asked once per distinct text; a blank never holds."""
    if field.kind != "text":
        return np.zeros(len(field.data), dtype=bool)
    texts = field.distinct[1]
    return _spread(field, np.array([bool(t) and holds(t) for t in texts], dtype=bool))


def _spread(field: Field, of_texts: Mask) -> Mask:
    codes = field.distinct[0]
    spread = of_texts[codes] if len(of_texts) else np.zeros(len(codes), dtype=bool)
    return np.asarray(spread, dtype=bool)


@lru_cache(maxsize=512)
def compiled(text: str) -> re.Pattern[str]:
    """A pattern of the rules, compiled once; the loader has already refused bad ones."""
    return re.compile(text)


def _text(operand: Any) -> str:
    return operand if isinstance(operand, str) else f"{operand:g}"


def _float(operand: Any) -> float:
    if isinstance(operand, Span):
        return float(operand.seconds)
    try:
        return float(operand)
    except (TypeError, ValueError):
        return float("nan")
