"""Conditional formats. They have no id, only an index among those of their tab."""

from __future__ import annotations

from typing import Final

from tests.sheets_server.areas import area_of, sheet_of
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json, Sheet, invalid
from tests.sheets_server.requests.apply import kind

_LOOKS: Final = {"backgroundColor", "backgroundColorStyle", "textFormat"}
_TEXT: Final = {
    "bold",
    "italic",
    "strikethrough",
    "underline",
    "foregroundColor",
    "foregroundColorStyle",
}


@kind("addConditionalFormatRule")
def add_conditional_format_rule(book: Book, body: Json) -> None:
    """Add a rule at an index; those from there on move up by one."""
    sheet, rule = _settled(book, body.get("rule"))
    index = body.get("index") or 0
    if not 0 <= index <= len(sheet.conditional_formats):
        raise _no_rule(sheet, index)
    sheet.conditional_formats.insert(index, rule)


@kind("updateConditionalFormatRule")
def update_conditional_format_rule(book: Book, body: Json) -> Json:
    """Put another rule in the place of one, or move one to another index."""
    index, to = body.get("index") or 0, body.get("newIndex")
    if (body.get("rule") is None) == (to is None):
        raise invalid("Exactly one of rule and newIndex must be specified.")
    if to is None:
        sheet, rule = _settled(book, body["rule"])
        old = _at(sheet, index)
        sheet.conditional_formats[index] = rule
        return {"oldRule": old, "newRule": rule} | _printed(index, index)
    sheet = sheet_of(book, body)
    rule = _at(sheet, index)
    _at(sheet, to)
    del sheet.conditional_formats[index]
    sheet.conditional_formats.insert(to, rule)
    return {"oldRule": rule, "newRule": rule} | _printed(index, to)


def _printed(old: int, new: int) -> Json:
    return {name: place for name, place in (("oldIndex", old), ("newIndex", new)) if place}


@kind("deleteConditionalFormatRule")
def delete_conditional_format_rule(book: Book, body: Json) -> Json:
    """Take a rule away; those after it move down by one."""
    sheet, index = sheet_of(book, body), body.get("index") or 0
    rule = _at(sheet, index)
    del sheet.conditional_formats[index]
    return {"rule": rule}


def _at(sheet: Sheet, index: int) -> Json:
    if not 0 <= index < len(sheet.conditional_formats):
        raise _no_rule(sheet, index)
    return sheet.conditional_formats[index]


def _no_rule(sheet: Sheet, index: int) -> Exception:
    return invalid(f"No conditional format on sheet: {sheet.id} at index: {index}")


def _settled(book: Book, given: Json | None) -> tuple[Sheet, Json]:
    """A rule with bounded ranges, all on one tab."""
    areas = [area_of(book, found) for found in (given or {}).get("ranges") or []]
    if not areas or given is None:
        raise invalid("A conditional format must have ranges.")
    if any(area.sheet is not areas[0].sheet for area in areas):
        raise invalid("All ranges of a conditional format must be on the same sheet.")
    rule = settled(given)
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("A conditional format must have either a booleanRule or a gradientRule.")
    if "booleanRule" in rule:
        _check_boolean(rule["booleanRule"])
    return areas[0].sheet, rule | {"ranges": [area.json() for area in areas]}


def _check_boolean(rule: Json) -> None:
    condition, looks = rule.get("condition") or {}, rule.get("format") or {}
    if not condition.get("type") or not looks:
        raise invalid("A booleanRule must have a condition with a type, and a format.")
    if condition["type"] == "CUSTOM_FORMULA":
        values = [value.get("userEnteredValue", "") for value in condition.get("values") or []]
        if len(values) != 1 or not values[0].startswith("="):
            raise invalid(
                "A condition by CUSTOM_FORMULA must have one formula that begins with '='."
            )
    if set(looks) - _LOOKS or set(looks.get("textFormat") or {}) - _TEXT:
        raise invalid(
            "Conditional formatting can only apply bold, italic, strikethrough, underline, "
            "foreground color and background color."
        )
