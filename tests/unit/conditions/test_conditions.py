"""A `when:` means what its table says, blanks included, and agrees with a naive evaluator."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.conditions import Surroundings, evaluate, next_change, used_fields
from sheetsync.domain.conditions.fields import Field
from sheetsync.domain.moments import as_moment
from sheetsync.domain.rules import ALWAYS, ColumnRef, Condition, Span
from sheetsync.domain.rules import Test as FieldTest
from tests.support.small_rules import NOW, SOURCE, when

ZONE = "America/New_York"
HOUR, DAY = Span(seconds=3600, text="1h"), Span(seconds=86_400, text="1d")


def around(rows: int, **settings: Any) -> Surroundings:
    return Surroundings(now=NOW, timezone=ZONE, rows=rows, **settings)


def text(*values):
    return Field("text", np.array(values, dtype=object))


def ticks(*values):
    return Field("tick", np.array(values, dtype=np.int8))


def numbers(*values):
    return Field("number", np.array([np.nan if v is None else v for v in values], dtype=np.float64))


def moments(*values):
    return Field("moment", np.array([as_moment(v) for v in values], dtype="datetime64[s]"))


def mask(condition, **fields):
    rows = len(next(iter(fields.values())).data)
    outcome = evaluate(condition, fields, around(rows))
    assert outcome.missing == ()
    assert outcome.mask.dtype == bool
    return outcome.mask.tolist()


def test_an_empty_condition_always_holds():
    assert mask(ALWAYS, a=text("", "x")) == [True, True]


def test_text_is_compared_without_case_width_and_spaces():
    field = text("Expedited", " expedited", "ＥＸＰＥＤＩＴＥＤ", "Out  for\u00a0Delivery", "")
    assert mask(when(a=("is", "expedited")), a=field) == [True, True, True, False, False]
    assert mask(when(a=("any_of", ("out for delivery", "x"))), a=field)[3]


@pytest.mark.parametrize(
    ("operator", "operand"),
    [
        ("is", "x"),
        ("any_of", ("x",)),
        ("not", "x"),
        ("not_in", ("x", "y")),
        ("contains", "x"),
        ("matches", ".*"),
    ],
)
def test_a_blank_text_makes_every_comparison_false(operator, operand):
    assert mask(when(a=(operator, operand)), a=text("", "")) == [False, False]


@pytest.mark.parametrize("operator", ["more_than", "at_least", "less_than", "at_most", "not", "is"])
def test_a_blank_number_makes_every_comparison_false(operator):
    assert mask(when(a=(operator, 3.0)), a=numbers(None)) == [False]


@pytest.mark.parametrize(
    ("operator", "operand"),
    [
        ("before", date(2030, 1, 1)), ("after", date(2000, 1, 1)), ("older_than", HOUR),
        ("within_last", DAY), ("between", (date(2000, 1, 1), date(2030, 1, 1))),
    ],
)  # fmt: skip
def test_a_blank_date_makes_every_comparison_false(operator, operand):
    assert mask(when(a=(operator, operand)), a=moments(None)) == [False]


def test_only_empty_and_no_hold_for_a_blank():
    assert mask(when(a="empty"), a=text("", "x")) == [True, False]
    assert mask(when(a="filled"), a=text("", "x")) == [False, True]
    assert mask(when(a="no"), a=ticks(0, 1, -1)) == [True, False, False]
    assert mask(when(a="yes"), a=ticks(0, 1, -1)) == [False, True, False]
    assert mask(when(a="empty"), a=ticks(0, 1, -1)) == [True, False, False]
    assert mask(when(a="no"), a=moments(None, NOW)) == [True, False]


def test_a_blank_passes_none_of():
    condition = Condition(none_of=(when(a=("is", "x")),))
    assert mask(condition, a=text("", "x", "y")) == [True, False, True]


def test_an_unreadable_cell_is_neither_filled_nor_empty():
    field = Field("moment", np.array(["NaT"], dtype="datetime64[s]"), unreadable=np.array([True]))
    assert mask(when(a="empty"), a=field) == [False]
    assert mask(when(a="filled"), a=field) == [False]
    assert mask(when(a="no"), a=field) == [False]


def test_a_comparison_with_a_blank_column_is_false():
    left, right = moments(NOW, NOW), moments(None, NOW - timedelta(days=2))
    assert mask(when(a=("after", ColumnRef("b"))), a=left, b=right) == [False, True]
    assert mask(when(a=("not", ColumnRef("b"))), a=text("x", "x"), b=text("", "y")) == [False, True]
    assert mask(when(a=("is", ColumnRef("b"))), a=text("", "X"), b=text("", "x ")) == [False, True]


def test_a_bare_date_is_compared_by_day():
    promised = moments(datetime(2026, 3, 5, 5, tzinfo=UTC))  # local midnight of 5 March
    same_day = moments(datetime(2026, 3, 5, 19, tzinfo=UTC))
    next_day = moments(datetime(2026, 3, 6, 19, tzinfo=UTC))
    condition = when(a=("after", ColumnRef("b")))
    assert mask(condition, a=same_day, b=promised) == [False]
    assert mask(condition, a=next_day, b=promised) == [True]


def test_dates_in_rules_are_local_days_and_between_has_both_ends():
    late = moments(datetime(2026, 3, 6, 4, 59, tzinfo=UTC))  # still 5 March in New York
    assert mask(when(a=("after", date(2026, 3, 5))), a=late) == [False]
    assert mask(when(a=("between", (date(2026, 3, 5), date(2026, 3, 5)))), a=late) == [True]
    assert mask(when(a=("before", date(2026, 3, 6))), a=late) == [True]


def test_ages_are_against_now_and_the_future_is_not_recent():
    field = moments(
        NOW - timedelta(hours=1), NOW - timedelta(hours=1, seconds=1), NOW + timedelta(hours=1)
    )
    assert mask(when(a=("older_than", HOUR)), a=field) == [False, True, False]
    assert mask(when(a=("within_last", HOUR)), a=field) == [True, False, False]


def test_working_days_need_a_calendar():
    condition = when(a=("older_than", Span(working_days=2, text="2 working days")))
    fields = {"a": moments(NOW - timedelta(days=3))}
    assert evaluate(condition, fields, around(1)).missing == ("working calendar",)
    by_days = around(1, working_days=lambda at, days: at + np.timedelta64(days, "D"))
    assert evaluate(condition, fields, by_days).mask.tolist() == [True]


def test_a_missing_field_leaves_the_rule_unevaluated():
    condition = Condition(
        tests=when(a="filled").tests,
        any_of=(when(b="yes"),),
        none_of=(when(a=("is", ColumnRef("c"))),),
    )
    outcome = evaluate(condition, {"a": text("x")}, around(1))
    assert outcome.missing == ("b", "c")
    assert outcome.mask.tolist() == [False]
    assert used_fields(condition) == ("a", "b", "c")


def test_contains_and_matches_look_at_the_text():
    field = text("Please CALL first", "x" * 600, "FT239845Z")
    assert mask(when(a=("contains", "call")), a=field) == [True, False, False]
    assert mask(when(a=("matches", r"FT\d{6}[A-Z]")), a=field) == [False, False, True]
    assert mask(when(a=("matches", "x{500}")), a=field) == [False, True, False]


def test_several_comparisons_in_one_mapping_must_all_hold():
    tests = (*when(a=("more_than", 1.0)).tests, *when(a=("at_most", 3.0)).tests)
    assert mask(Condition(tests=tests), a=numbers(1, 2, 3, 4)) == [False, True, True, False]


def test_the_next_change_of_an_age_is_told():
    field = {"a": moments(NOW - timedelta(minutes=30), NOW - timedelta(hours=3), None)}
    soon = as_moment(NOW + timedelta(minutes=30, seconds=1))
    assert next_change(when(a=("older_than", HOUR)), field, around(3)) == soon
    assert np.isnat(next_change(when(a="filled"), field, around(3)))


def test_no_rows_give_an_empty_mask():
    assert mask(when(a=("is", "x"), b=("more_than", 2.0)), a=text(), b=numbers()) == []


# -- the oracle: one row at a time, from the words of the table ----------------------------------

NAMES = {"t": "text", "u": "text", "n": "number", "m": "moment", "o": "moment", "k": "tick"}
TEXTS = st.sampled_from(["", "Ready", "ready ", "PACKING", "In Transit", "x"])
TIMES = st.none() | st.integers(-200_000, 200_000).map(lambda s: NOW + timedelta(seconds=s))
ROW = st.fixed_dictionaries(
    {
        "t": TEXTS, "u": TEXTS, "n": st.none() | st.sampled_from([0.0, 1.0, 2.5, 80.0]),
        "m": TIMES, "o": TIMES, "k": st.sampled_from([-1, 0, 1]),
    }
)  # fmt: skip
WORDS = st.sampled_from(["ready", "packing", "in transit", "q"])
DATES = st.integers(-4, 4).map(lambda days: (NOW + timedelta(days=days)).date())
SPANS = st.integers(0, 200_000).map(lambda s: Span(seconds=s, text=f"{s}s"))
ORDERING = st.sampled_from(["more_than", "at_least", "less_than", "at_most"])


def made(field, operator, operand=None):
    return FieldTest(field=field, operator=operator, operand=operand, source=SOURCE)


TESTS = st.one_of(
    st.builds(made, st.sampled_from(list(NAMES)), st.sampled_from(["filled", "empty"])),
    st.builds(made, st.just("k"), st.sampled_from(["yes", "no"])),
    st.builds(made, st.just("t"), st.sampled_from(["is", "not", "contains"]), WORDS),
    st.builds(made, st.just("t"), st.sampled_from(["any_of", "not_in"]), st.tuples(WORDS, WORDS)),
    st.builds(made, st.just("t"), st.sampled_from(["is", "not"]), st.just(ColumnRef("u"))),
    st.builds(made, st.just("t"), st.just("matches"), st.sampled_from(["Ready", ".*", "[A-Z]+"])),
    st.builds(
        made, st.just("n"), ORDERING | st.sampled_from(["is", "not"]), st.sampled_from([0.0, 2.5])
    ),
    st.builds(made, st.just("m"), ORDERING | st.sampled_from(["before", "after"]), DATES),
    st.builds(made, st.just("m"), st.just("between"), st.tuples(DATES, DATES)),
    st.builds(made, st.just("m"), st.sampled_from(["before", "after"]), st.just(ColumnRef("o"))),
    st.builds(made, st.just("m"), st.sampled_from(["older_than", "within_last"]), SPANS),
)


def conditions(depth):
    if depth == 0:
        return st.builds(lambda t: Condition(tests=tuple(t)), st.lists(TESTS, max_size=3))
    inner = st.lists(conditions(depth - 1), max_size=2).map(tuple)
    return st.builds(
        lambda t, a, n: Condition(tests=tuple(t), any_of=a, none_of=n),
        st.lists(TESTS, max_size=2),
        inner,
        inner,
    )


def plain(words):
    return " ".join(words.casefold().split())


def local(moment):
    return moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)


def blank(value):
    return value is None or value == ""


def compares(operator, left, right):
    return {
        "more_than": left > right, "after": left > right, "at_least": left >= right,
        "less_than": left < right, "before": left < right, "at_most": left <= right,
    }[operator]  # fmt: skip


def naive_test(test, row):
    value, operand, operator = row[test.field], test.operand, test.operator
    if NAMES[test.field] == "tick":
        wanted = {"filled": 1, "yes": 1, "empty": 0, "no": 0}[operator]
        return value == wanted
    if operator in {"filled", "empty"}:
        return blank(value) == (operator == "empty")
    if blank(value):
        return False
    if isinstance(operand, ColumnRef):
        operand = row[operand.column]
        if blank(operand):
            return False
        if NAMES[test.field] == "moment":
            one, two = local(value), local(operand)
            midnight = datetime.min.time()
            if midnight in {one.time(), two.time()}:
                return compares(operator, one.date(), two.date())
            return compares(operator, value, operand)
    if operator == "older_than":
        return NOW - value > timedelta(seconds=operand.seconds)
    if operator == "within_last":
        return timedelta(0) <= NOW - value <= timedelta(seconds=operand.seconds)
    if operator == "between":
        return operand[0] <= local(value).date() <= operand[1]
    if operator == "contains":
        return plain(operand) in plain(value)
    if operator == "matches":
        return re.fullmatch(operand, value) is not None
    if operator in {"is", "not", "any_of", "not_in"}:
        many = operand if isinstance(operand, tuple) else (operand,)
        if NAMES[test.field] == "text":
            same = plain(value) in {plain(one) for one in many}
        else:
            same = value in many
        return same == (operator in {"is", "any_of"})
    if NAMES[test.field] == "moment":
        return compares(operator, local(value).date(), operand)
    return compares(operator, value, operand)


def naive(condition, row):
    return (
        all(naive_test(test, row) for test in condition.tests)
        and (not condition.any_of or any(naive(c, row) for c in condition.any_of))
        and not any(naive(c, row) for c in condition.none_of)
    )


@given(condition=conditions(2), rows=st.lists(ROW, max_size=8))
def test_masks_agree_with_a_naive_evaluator(condition, rows):
    fields = {
        "t": text(*[r["t"] for r in rows]),
        "u": text(*[r["u"] for r in rows]),
        "n": numbers(*[r["n"] for r in rows]),
        "m": moments(*[r["m"] for r in rows]),
        "o": moments(*[r["o"] for r in rows]),
        "k": ticks(*[r["k"] for r in rows]),
    }
    outcome = evaluate(condition, fields, around(len(rows)))
    assert outcome.mask.tolist() == [naive(condition, row) for row in rows]
