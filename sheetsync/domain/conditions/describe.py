"""A condition in the words of the sheet, for the half-sentence "although Packing is ticked"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetsync.domain.rules import Condition, Rulebook, Test
from sheetsync.domain.texts import both, either, fold


def describe(condition: Condition, rules: Rulebook, headings: Mapping[str, str]) -> str:
    """`Packing Completed is ticked and Status is Ready`; "" where plain words would not do.

    `headings` are those of the sheet by column key; a column that it lacks goes by its title.
    """
    if condition.any_of or condition.none_of:
        return ""
    parts = [_describe_test(test, rules, headings) for test in condition.tests]
    return both(parts) if all(parts) else ""


def field_name(field: str, rules: Rulebook, headings: Mapping[str, str]) -> str:
    """A field as staff know it: its heading, its title, or its name in words."""
    if field in headings:
        return headings[field]
    if field in rules.columns:
        return rules.columns[field].title
    return field.replace("_", " ")


def _describe_test(test: Test, rules: Rulebook, headings: Mapping[str, str]) -> str:
    name = field_name(test.field, rules, headings)
    match test.operator:
        case "yes":
            return f"{name} is ticked"
        case "no":
            return f"{name} is not ticked"
        case "filled":
            return f"{name} is filled in"
        case "empty":
            return f"{name} is empty"
        case "is" | "any_of":
            words = _words(test.operand, test.field, rules)
            return f"{name} is {either(words)}" if words else ""
        case _:
            return ""


def _words(operand: Any, field: str, rules: Rulebook) -> list[str]:
    """The operand's names as staff write them; it is kept folded in the rules."""
    wanted = operand if isinstance(operand, tuple) else (operand,)
    words = [word for word in wanted if isinstance(word, str)]
    names = {fold(name): name for name in _known_names(field, rules)}
    return [names.get(fold(word), word) for word in words] if len(words) == len(wanted) else []


def _known_names(field: str, rules: Rulebook) -> tuple[str, ...]:
    if field == "status":
        return tuple(rules.statuses.statuses)
    if field == "carrier":
        return tuple(rules.carriers)
    return rules.columns[field].choices if field in rules.columns else ()
