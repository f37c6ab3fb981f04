"""Compile a `when:` to `domain.rules.Condition`; every mistake is named with its place.

The grammar is closed: fields are column keys and the computed fields, operators are those of the
table below. There are no expressions to evaluate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias, cast

from sheetsync.domain.rules import ColumnRef, Condition, Operand, Operator, Source, Test
from sheetsync.domain.texts import fold
from sheetsync.errors import Problem
from sheetsync.rulebook.names import Field, Kind, Names
from sheetsync.yamlfiles.document import Document, Path
from sheetsync.yamlfiles.values import parse_date, parse_pattern, parse_share, parse_span
from sheetsync.yamlfiles.words import did_you_mean, shown

_ORDERING: Final = ("more_than", "at_least", "less_than", "at_most")
_ALLOWED: Final[dict[Kind, tuple[str, ...]]] = {
    "text": ("not", "not_in", "contains", "matches", "column"),
    "choice": ("not", "not_in", "contains", "matches", "column"),
    "tick": (),
    "moment": (*_ORDERING, "before", "after", "between", "older_than", "within_last"),
    "number": (*_ORDERING, "not", "column"),
}
_ALL: Final = sorted({name for names in _ALLOWED.values() for name in names})
_EXPECTED: Final[dict[Kind, str]] = {
    "text": "a text, a list of texts, filled or empty",
    "choice": "a choice, a list of choices, filled or empty",
    "tick": "yes or no",
    "moment": "filled, empty, or a comparison like {before: 2026-12-24}",
    "number": "a number, filled, empty, or a comparison like {more_than: 3}",
}
_DEEPEST: Final = 2
Made: TypeAlias = tuple[str, Operand | None]
"""An operator and its operand."""


class _Wrong(Exception):
    """A value cannot be used; the message says why."""


@dataclass(slots=True)
class Reader:
    """Compiles the conditions of one file; problems are added to `problems`.

    `not_available` names computed fields that are worked out only after this file's rules.
    """

    document: Document
    names: Names
    problems: list[Problem]
    not_available: tuple[str, ...] = field(kw_only=True, default=())

    def condition(self, raw: Any, path: Path, depth: int = 0) -> Condition:
        """The compiled condition of the mapping at `path`."""
        if not isinstance(raw, dict):
            self._problem(path, f"conditions (field: value) are expected here, not {shown(raw)}")
            return Condition()
        tests: list[Test] = []
        groups: dict[str, tuple[Condition, ...]] = {"any_of": (), "none_of": ()}
        for name, value in raw.items():
            here = (*path, name)
            if name in groups:
                groups[name] = self._group(value, here, depth)
            else:
                tests += self._tests(name, value, here)
        return Condition(tests=tuple(tests), any_of=groups["any_of"], none_of=groups["none_of"])

    def _group(self, raw: Any, path: Path, depth: int) -> tuple[Condition, ...]:
        if depth >= _DEEPEST:
            self._problem(
                path, "any_of and none_of may stand inside another one only once", key=True
            )
            return ()
        if not isinstance(raw, list) or not raw:
            self._problem(path, f"a list of conditions is expected here, not {shown(raw)}")
            return ()
        return tuple(self.condition(item, (*path, i), depth + 1) for i, item in enumerate(raw))

    def _tests(self, name: str, value: Any, path: Path) -> list[Test]:
        known = self.names.fields.get(name)
        if known is None:
            words = f"unknown field {shown(name)}{did_you_mean(name, self.names.fields)}"
            if name.endswith(":"):
                words = f"a value is missing after {name}"
            self._problem(path, words, key=True)
            return []
        if name in self.not_available:
            words = f"{name} is worked out from these lines, so a line here cannot ask for it"
            self._problem(path, words, key=True)
            return []
        if isinstance(value, dict) and set(value) != {"column"}:
            return self._comparisons(name, known, value, path)
        return self._test(name, path, partial(_plain, known, value, self.names))

    def _comparisons(self, name: str, known: Field, value: Any, path: Path) -> list[Test]:
        tests: list[Test] = []
        if not value:
            self._problem(path, f"{_EXPECTED[known.kind]} is expected here, not an empty group")
        for operator, operand in value.items():
            here = (*path, operator)
            if operator not in _ALLOWED[known.kind]:
                self._problem(here, _unknown_operator(operator, name, known), key=True)
                continue
            tests += self._test(name, here, partial(_compare, known, operator, operand, self.names))
        return tests

    def _test(self, name: str, path: Path, make: Callable[[], Made]) -> list[Test]:
        try:
            operator, operand = make()
        except (_Wrong, ValueError) as wrong:
            self._problem(path, str(wrong))
            return []
        place = self.document.at_key(path)
        source = Source(self.document.file, *place)
        return [
            Test(field=name, operator=cast("Operator", operator), operand=operand, source=source)
        ]

    def _problem(self, path: Path, words: str, *, key: bool = False) -> None:
        place = self.document.at_key(path) if key else self.document.at_value(path)
        self.problems.append(Problem(self.document.file, *place, words))


def _unknown_operator(operator: str, name: str, known: Field) -> str:
    allowed = [word for word in _ALLOWED[known.kind] if word != "column"]
    if operator in _ALL:
        return f"{operator} cannot be asked of {name}; {_EXPECTED[known.kind]} can"
    return f"unknown comparison {shown(operator)}{did_you_mean(operator, allowed)}"


def _plain(known: Field, value: Any, names: Names) -> Made:
    """A value written straight after the field."""
    kind = known.kind
    if isinstance(value, dict):
        return "is", _column(known, value, names)
    if kind == "tick":
        return _tick(value), None
    if isinstance(value, str) and value in {"filled", "empty"}:
        return value, None
    if kind == "moment":
        raise _Wrong(f"{_EXPECTED[kind]} is expected here, not {shown(value)}")
    if kind == "number":
        return "is", _number(known, value)
    if isinstance(value, list):
        return "any_of", _texts(known, value)
    found = _text(known, value)
    return ("is", found[0]) if len(found) == 1 else ("any_of", found)


def _tick(value: Any) -> str:
    if value is True or value == "yes":
        return "yes"
    if value is False or value == "no":
        return "no"
    raise _Wrong(f"yes or no is expected here, not {shown(value)}")


def _text(known: Field, value: Any) -> tuple[str, ...]:
    if not isinstance(value, str):
        quoted = "; put it in quotes" if isinstance(value, bool | int | float) else ""
        raise _Wrong(f"{_EXPECTED[known.kind]} is expected here, not {shown(value)}{quoted}")
    folded = fold(value)
    if not folded:
        raise _Wrong("this text is empty; write empty to ask for a blank cell")
    if not known.choices:
        return (folded,)
    if folded not in known.choices:
        raise _Wrong(f"{shown(value)} is not one of the choices{did_you_mean(value, known.names)}")
    return known.choices[folded]


def _texts(known: Field, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise _Wrong(f"a list in [ ] with at least one text is expected here, not {shown(value)}")
    found = [text for item in value for text in _text(known, item)]
    return tuple(dict.fromkeys(found))


def _number(known: Field, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and known.unit:
        span = parse_span(value, working_days=False)
        return span.seconds / known.unit
    if isinstance(value, str) and value.strip().endswith("%"):
        return parse_share(value) * 100
    raise _Wrong(f"a number is expected here, not {shown(value)}")


def _column(known: Field, value: dict[str, Any], names: Names) -> ColumnRef:
    key = str(value["column"])
    other = names.fields.get(key)
    if other is None or key not in names.column_types:
        raise _Wrong(f"{shown(key)} is not a column key{did_you_mean(key, names.column_types)}")
    same = {"choice": "text"}.get(known.kind, known.kind) == {"choice": "text"}.get(
        other.kind, other.kind
    )
    if not same:
        raise _Wrong(f"the column {key} cannot be compared with this one: it holds something else")
    return ColumnRef(key)


def _compare(known: Field, operator: str, value: Any, names: Names) -> Made:
    """A value written after an operator."""
    if isinstance(value, dict):
        if set(value) != {"column"} or operator in _NO_COLUMN:
            raise _Wrong(f"a value is expected after {operator}, not a group of settings")
        return operator, _column(known, value, names)
    if operator in {"older_than", "within_last"}:
        return operator, parse_span(value)
    if known.kind == "moment":
        return operator, _days(value) if operator == "between" else parse_date(value)
    if known.kind == "number":
        return operator, _number(known, value)
    return _compare_text(known, operator, value)


_NO_COLUMN: Final = ("older_than", "within_last", "between", "contains", "matches", "not_in")


def _compare_text(known: Field, operator: str, value: Any) -> Made:
    if operator == "matches":
        return operator, parse_pattern(value)
    if operator == "contains":
        return operator, _text(Field(kind=known.kind), value)[0]
    if operator == "not_in":
        return operator, _texts(known, value)
    found = _text(known, value)
    return ("not", found[0]) if len(found) == 1 else ("not_in", found)


def _days(value: Any) -> tuple[date, date]:
    if not isinstance(value, list) or len(value) != 2:
        raise _Wrong("two dates in [ ] are expected here, like [2026-12-20, 2026-12-31]")
    first, last = parse_date(value[0]), parse_date(value[1])
    if last < first:
        raise _Wrong(f"{last} lies before {first}; write the earlier date first")
    return first, last
