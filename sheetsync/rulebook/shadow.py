"""Lines that can never fire, because an earlier and wider one takes all their cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheetsync.domain.rules import Condition, Span, Test
from sheetsync.rulebook.page import Page
from sheetsync.yamlfiles.document import Path

_NEEDS_A_VALUE: Final = frozenset(
    {
        "is", "any_of", "filled", "yes", "more_than", "at_least", "less_than", "at_most", "not",
        "not_in", "contains", "matches", "before", "after", "between", "older_than", "within_last",
    }
)  # fmt: skip
_LOWER: Final = ("more_than", "at_least")
_UPPER: Final = ("less_than", "at_most")


def note_shadowed(page: Page, path: Path, conditions: Sequence[Condition]) -> None:
    """Warn of each line in the list at `path` that an earlier one shadows."""
    for later, condition in enumerate(conditions):
        for earlier in range(later):
            if covers(conditions[earlier], condition):
                line = page.source(*path, earlier).line
                page.warn(
                    (*path, later), f"this line is never reached: line {line} takes all its cases"
                )
                break


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether every row that meets `narrow` surely meets `wide` (False when in doubt)."""
    tests = all(any(_implies(n, w) for n in narrow.tests) for w in wide.tests)
    any_of = not wide.any_of or _same(wide.any_of, narrow.any_of)
    none_of = all(any(_equal(w, n) for n in narrow.none_of) for w in wide.none_of)
    return tests and any_of and none_of


def _same(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Condition, other: Condition) -> bool:
    return (
        sorted(map(_bare, one.tests)) == sorted(map(_bare, other.tests))
        and _same(one.any_of, other.any_of)
        and _same(one.none_of, other.none_of)
    )


def _bare(test: Test) -> tuple[str, str, str]:
    return test.field, test.operator, repr(test.operand)


def _implies(narrow: Test, wide: Test) -> bool:
    """Whether a cell that meets `narrow` surely meets `wide`."""
    if narrow.field != wide.field:
        return False
    if _bare(narrow) == _bare(wide):
        return True
    if wide.operator == "filled":
        return narrow.operator in _NEEDS_A_VALUE
    values = _members(narrow)
    if wide.operator in {"is", "any_of"}:
        return values is not None and values <= (_members(wide) or frozenset())
    if wide.operator in {"not", "not_in"}:
        return _excludes(narrow, _texts(wide))
    return _tighter(narrow, wide)


def _members(test: Test) -> frozenset[object] | None:
    if test.operator == "is":
        return frozenset({test.operand})
    if test.operator == "any_of" and isinstance(test.operand, tuple):
        return frozenset(test.operand)
    return None


def _texts(test: Test) -> frozenset[object]:
    return frozenset(test.operand if isinstance(test.operand, tuple) else {test.operand})


def _excludes(narrow: Test, refused: frozenset[object]) -> bool:
    if narrow.operator in {"not", "not_in"}:
        return refused <= _texts(narrow)
    values = _members(narrow)
    return values is not None and all(isinstance(v, str) for v in values) and not values & refused


def _tighter(narrow: Test, wide: Test) -> bool:
    ours, theirs = _figure(narrow), _figure(wide)
    if ours is None or theirs is None:
        return False
    if wide.operator in _LOWER and narrow.operator in {*_LOWER, "is"}:
        open_edge = wide.operator == "more_than" and narrow.operator != "more_than"
        return ours > theirs if open_edge else ours >= theirs
    if wide.operator in _UPPER and narrow.operator in {*_UPPER, "is"}:
        open_edge = wide.operator == "less_than" and narrow.operator != "less_than"
        return ours < theirs if open_edge else ours <= theirs
    if wide.operator == narrow.operator == "older_than":
        return ours >= theirs
    return wide.operator == narrow.operator == "within_last" and ours <= theirs


def _figure(test: Test) -> float | None:
    if isinstance(test.operand, Span) and not test.operand.working_days:
        return float(test.operand.seconds)
    return test.operand if isinstance(test.operand, float) else None
