"""Conditional formats: which format a rule gives to a cell right now."""

from __future__ import annotations

from typing import Any

from tests.sheets_server.formula_values import Fault
from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.typed import entered
from tests.sheets_server.values import View


def conditional_format(view: View, sheet: Sheet, row: int, column: int) -> Json:
    """The format that the sheet's rules give a cell; of several that hold the first wins each field."""
    found: Json = {}
    for rule in sheet.conditional_formats:
        boolean = rule.get("booleanRule")
        if not boolean or not _covers(rule["ranges"], row, column):
            continue
        if _holds(view, sheet, rule, (row, column)):
            found = _under(found, boolean.get("format") or {})
    return found


def _under(over: Json, below: Json) -> Json:
    """Two formats joined, field by field; the first one wins."""
    joined = dict(below)
    for name, value in over.items():
        under = below.get(name)
        nested = isinstance(value, dict) and isinstance(under, dict) and "olor" not in name
        joined[name] = _under(value, under) if nested else value
    return joined


def _covers(ranges: list[Json], row: int, column: int) -> bool:
    return any(
        found.get("startRowIndex", 0) <= row < found.get("endRowIndex", row + 1)
        and found.get("startColumnIndex", 0) <= column < found.get("endColumnIndex", column + 1)
        for found in ranges
    )


def _holds(view: View, sheet: Sheet, rule: Json, cell: tuple[int, int]) -> bool:
    condition = rule["booleanRule"].get("condition") or {}
    values = [v.get("userEnteredValue", "") for v in condition.get("values") or []]
    kind = condition.get("type", "")
    if kind == "CUSTOM_FORMULA":
        first = rule["ranges"][0]
        start = first.get("startRowIndex", 0), first.get("startColumnIndex", 0)
        return view.workings.holds(values[0], sheet, cell, start)
    return fits(kind, view.value(sheet, *cell), view.shown(sheet, *cell), values)


def fits(kind: str, value: Any, shown: str, values: list[str]) -> bool:
    """Whether a value fits a BooleanCondition that is not a formula."""
    if kind == "BLANK":
        return shown == ""
    if kind == "NOT_BLANK":
        return shown != ""
    if kind.startswith("TEXT_") and values:
        return _text_fits(kind, shown.casefold(), values[0].casefold())
    if (
        kind.startswith("NUMBER_")
        and not isinstance(value, (str, bool, Fault))
        and value is not None
    ):
        limits = [entered(one, "en_US")[0].get("numberValue") for one in values]
        return None not in limits and _number_fits(kind, value, limits)
    return False


def _text_fits(kind: str, shown: str, wanted: str) -> bool:
    return {
        "TEXT_EQ": shown == wanted,
        "TEXT_CONTAINS": wanted in shown,
        "TEXT_NOT_CONTAINS": wanted not in shown,
        "TEXT_STARTS_WITH": shown.startswith(wanted),
        "TEXT_ENDS_WITH": shown.endswith(wanted),
    }.get(kind, False)


def _number_fits(kind: str, value: float, limits: list[float]) -> bool:
    first, last = limits[0], limits[-1]
    return {
        "NUMBER_EQ": value == first,
        "NUMBER_NOT_EQ": value != first,
        "NUMBER_GREATER": value > first,
        "NUMBER_GREATER_THAN_EQ": value >= first,
        "NUMBER_LESS": value < first,
        "NUMBER_LESS_THAN_EQ": value <= first,
        "NUMBER_BETWEEN": first <= value <= last,
        "NUMBER_NOT_BETWEEN": not first <= value <= last,
    }.get(kind, False)
