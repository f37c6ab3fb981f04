"""What is installed in each known column: the drop-down, the number format, the look, the width.

Nothing of it is strict: a drop-down offers, a person may type something else, and a paste is never
refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.trackers.google.setup.ground import Ground
from sheetsync.trackers.google.setup.parts import FOREIGN, Part
from sheetsync.trackers.google.shapes import area, cell_format, hex_of, number_format, pixels_wide
from sheetsync.trackers.google.structure import DEFAULT_WIDTH, Json
from sheetsync.trackers.looks import (
    ACKNOWLEDGEMENTS,
    CALM,
    INK,
    PAPER,
    TEXT_TYPES,
    TICK_INK,
    band,
)

STAFF_NAMES: Final = ("Staff", "=Staff!$A$2:$A$200")
VENDOR_NAMES: Final = ("Vendors", "=Vendors!$B$2:$B$500")
"""A tab of the team's own, and where it keeps the names that a drop-down offers."""
_LIES: Final = ("horizontalAlignment", "verticalAlignment", "wrapStrategy")
_LOWERED: Final = 4
"""Pixels above the first line of a cell that stands at the top of a row as high as the template's."""
_BODY_FIELDS: Final = (*_LIES, "backgroundColorStyle", "padding", "textFormat.foregroundColorStyle")
_HEADING_FIELDS: Final = (*_LIES, "backgroundColorStyle", "padding", "textFormat")
_WRAPPED: Final = frozenset({"notes", "instructions"})


def column_parts(ground: Ground, rules: Rulebook) -> Iterator[Part]:
    """The parts of every known column that the tab has."""
    patchy = any(
        found and found != ground.before.get(f"{key}:heading")
        for key, place in ground.header.columns.items()
        if (found := _heading_found(ground.first_rows.cell(ground.header.row_number - 1, place)))
    )
    for key, place in ground.header.columns.items():
        rule = rules.columns[key]
        yield _validation(ground, rule, place, rules)
        yield _number_format(ground, rule, place)
        yield _body(ground, rule, place)
        yield _width(ground, rule, place)
        yield _heading(ground, rule, place, patchy=patchy)


def validation_rule(
    column: ColumnRule, rules: Rulebook, titles: Collection[str] = ()
) -> Json | None:
    """The drop-down, checkbox or date check of a column; None where any text is as good as another."""
    if column.type == "checkbox":
        return _rule("BOOLEAN")
    if column.type == "datetime" and column.owner != "worker":
        return _rule("DATE_IS_VALID")
    for key, (title, cells) in (("handler", STAFF_NAMES), ("vendor", VENDOR_NAMES)):
        if column.key == key:
            return _rule("ONE_OF_RANGE", [cells]) if title.casefold() in titles else None
    choices: Iterable[str] = ()
    if column.key == "carrier":
        choices = rules.carriers
    elif column.key == "ack":
        choices = ACKNOWLEDGEMENTS
    elif column.type == "choice":
        choices = column.choices
    return _rule("ONE_OF_LIST", choices) if choices else None


def _rule(kind: str, values: Iterable[str] = ()) -> Json:
    condition: Json = {"type": kind}
    if listed := [{"userEnteredValue": value} for value in values]:
        condition["values"] = listed
    return {"condition": condition, "showCustomUi": True, "strict": False}


def _validation(ground: Ground, column: ColumnRule, place: int, rules: Rulebook) -> Part:
    name = f"{column.key}:list"
    cells = list(ground.first_rows.below(ground.header.row_number, place))
    found = _only(_validation_words(cell.get("dataValidation")) for cell in cells)
    rule = validation_rule(column, rules, ground.titles)
    if column.type == "checkbox" and name not in ground.before and any(map(_is_text, cells)):
        found = FOREIGN  # a tick in words is not shown in a checkbox
    span = _body_area(ground, place)
    return Part(
        name=name,
        wanted=_validation_words(rule),
        found=found,
        put=({"setDataValidation": {"range": span, "rule": rule}},) if rule else (),
        take_back=({"setDataValidation": {"range": span}},),
    )


def _validation_words(rule: Json | None) -> str:
    if not rule:
        return ""
    condition = rule.get("condition", {})
    values = [value.get("userEnteredValue", "") for value in condition.get("values", ())]
    if condition.get("type") == "ONE_OF_RANGE":
        values = [value.replace("$", "").replace("'", "").lstrip("=") for value in values]
    return "|".join([condition.get("type", ""), *values])


def _number_format(ground: Ground, column: ColumnRule, place: int) -> Part:
    pattern = ""
    if column.type in TEXT_TYPES:
        pattern = "@"
    elif column.type == "datetime":
        day = column.example and ":" not in column.example
        pattern = "yyyy-mm-dd" if day else "yyyy-mm-dd hh:mm"
    formats = (
        cell.get("userEnteredFormat", {}).get("numberFormat")
        for cell in ground.first_rows.below(ground.header.row_number, place)
    )
    wanted = {"numberFormat": number_format(pattern)} if pattern else {}
    return Part(
        name=f"{column.key}:format",
        wanted=pattern,
        found=_only(_pattern(found) for found in formats),
        put=(_repeat(_body_area(ground, place), wanted, "numberFormat"),),
        take_back=(_repeat(_body_area(ground, place), {}, "numberFormat"),),
    )


def _pattern(found: Json | None) -> str:
    if not found:
        return ""
    return "@" if found.get("type") == "TEXT" else found.get("pattern", "") or found.get("type", "")


def body_look(column: ColumnRule) -> dict[str, Any]:
    """The look of a column's cells, in the workbook's words, as in the template."""
    look: dict[str, Any] = {"valign": "vcenter", "align": "left", "indent": 1, "font_color": INK}
    look["text_wrap"] = column.key in _WRAPPED
    if column.type == "checkbox":
        look |= {"align": "center", "indent": 0, "font_color": TICK_INK}
    if column.key == "status":
        look |= {"align": "center", "indent": 0}
    if column.key == "check":
        # Of several lines the first and worst is the one that shows, on a level with its neighbours.
        look |= {"valign": "top", "lowered": _LOWERED}
    if column.owner == "worker":
        look["bg_color"] = CALM
    return look


def _body(ground: Ground, column: ColumnRule, place: int) -> Part:
    style = cell_format(body_look(column))
    cells = ground.first_rows.below(ground.header.row_number, place)
    return Part(
        name=f"{column.key}:look",
        wanted=_body_words(style),
        found=_only(_body_words(cell.get("userEnteredFormat", {})) for cell in cells),
        put=(_repeat(_body_area(ground, place), style, *_BODY_FIELDS),),
        take_back=(_repeat(_body_area(ground, place), {}, *_BODY_FIELDS),),
    )


def _body_words(style: Json) -> str:
    words = [_ground_colour(style), *(style.get(field, "") for field in _LIES)]
    return "/".join(words) if any(words) else ""


def _width(ground: Ground, column: ColumnRule, place: int) -> Part:
    found = ground.tab.widths.get(place, DEFAULT_WIDTH)
    wanted = pixels_wide(column.width)
    return Part(
        name=f"{column.key}:width",
        wanted=str(wanted) if wanted != DEFAULT_WIDTH else "",
        found=str(found) if found != DEFAULT_WIDTH else "",
        put=(_resize(ground.tab.id, place, wanted),),
        take_back=(_resize(ground.tab.id, place, DEFAULT_WIDTH),),
    )


def _resize(sheet_id: int, place: int, size: int) -> Json:
    span = {
        "sheetId": sheet_id,
        "dimension": "COLUMNS",
        "startIndex": place,
        "endIndex": place + 1,
    }
    change = {"range": span, "properties": {"pixelSize": size}, "fields": "pixelSize"}
    return {"updateDimensionProperties": change}


def heading_look(column: ColumnRule) -> dict[str, Any]:
    """The look of a column's heading, in the workbook's words, as in the template."""
    tick = column.type == "checkbox"
    return {
        "bold": True,
        "italic": column.owner == "worker",
        "font_color": PAPER,
        "bg_color": band(column),
        "text_wrap": True,
        "valign": "vcenter",
        "align": "center" if tick else "left",
        "indent": 0 if tick else 1,
    }


def _heading(ground: Ground, column: ColumnRule, place: int, *, patchy: bool) -> Part:
    """The heading's look, unless staff gave any heading one: a row half theirs would be nobody's."""
    row = ground.header.row_number - 1
    style = cell_format(heading_look(column))
    span = area(ground.tab.id, (row, row + 1), (place, place + 1))
    found = _heading_found(ground.first_rows.cell(row, place))
    return Part(
        name=f"{column.key}:heading",
        wanted=band(column),
        found=FOREIGN if patchy and not found else found,
        put=(_repeat(span, style, *_HEADING_FIELDS),),
        take_back=(_repeat(span, {}, *_HEADING_FIELDS),),
    )


def _heading_found(cell: Json) -> str:
    style = cell.get("userEnteredFormat", {})
    return _ground_colour(style) or ("bold" if style.get("textFormat", {}).get("bold") else "")


def _ground_colour(style: Json) -> str:
    """RRGGBB of a fill, "" for none or white."""
    text = hex_of(style.get("backgroundColorStyle"), style.get("backgroundColor"))
    return "" if text == PAPER else text


def _body_area(ground: Ground, place: int) -> Json:
    return area(ground.tab.id, (ground.header.row_number, None), (place, place + 1))


def _repeat(span: Json, style: Json, *fields: str) -> Json:
    masks = ",".join(f"userEnteredFormat.{field}" for field in fields)
    cell = {"userEnteredFormat": style} if style else {}
    return {"repeatCell": {"range": span, "cell": cell, "fields": masks}}


def _is_text(cell: Json) -> bool:
    return bool(cell.get("userEnteredValue", {}).get("stringValue"))


def _only(words: Iterable[str]) -> str:
    """The one thing found in the cells of a column, "" for nothing, FOREIGN for several."""
    found = {word for word in words if word}
    return FOREIGN if len(found) > 1 else next(iter(found), "")
