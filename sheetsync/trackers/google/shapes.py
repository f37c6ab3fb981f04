"""The API's small shapes: colours, ranges, values, cell formats. Nothing here knows what it is for.

Looks come in the words that the workbook's writer uses (`bg_color`, `num_format`, sizes in points and
characters), so that a style is written down once for Excel and Google.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sheetsync.domain.tabs import TabValue
from sheetsync.trackers.google.structure import Json

LONGEST_TEXT: Final = 50_000
"""Characters that a cell of Google Sheets holds."""
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - serials are local time without a zone
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f]")
_QUOTED: Final = re.compile(r'"[^"]*"')
_TO_THE_RIGHT: Final = "* @"
"""A workbook's way to put a text at the right of its cell; Sheets has an alignment for it."""
_BORDERS: Final[Mapping[int, str]] = {1: "SOLID", 2: "SOLID_MEDIUM", 5: "SOLID_THICK"}
_UPRIGHT: Final = {"vcenter": "MIDDLE", "top": "TOP", "bottom": "BOTTOM"}
_INDENT: Final = 9
_PADDING: Final = {"top": 2, "right": 3, "bottom": 2, "left": 3}


def fixed_id(*parts: object) -> int:
    """A number that names the same thing for ever: 31 bits of a hash, as ids of the API are."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % (2**31 - 1) or 1


def digest(*parts: object) -> str:
    """Eight letters that differ whenever what is wanted does."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def colour(rrggbb: str) -> Json:
    """A ColorStyle from RRGGBB, with or without `#`."""
    number = int(rrggbb.removeprefix("#"), 16)
    names = (("red", 16), ("green", 8), ("blue", 0))
    return {"rgbColor": {name: round((number >> by & 255) / 255, 6) for name, by in names}}


def hex_of(style: Json | None, plain: Json | None = None) -> str:
    """RRGGBB of a colour as the API gives it (32-bit floats, zeros left out), "" where there is none."""
    rgb = (style or {}).get("rgbColor", plain)
    if rgb is None:
        return ""
    return "".join(f"{round(255 * rgb.get(name, 0)):02X}" for name in ("red", "green", "blue"))


def area(
    sheet_id: int, rows: tuple[int, int | None], columns: tuple[int, int | None] | None = None
) -> Json:
    """A GridRange; an end of None reaches to the last row or column, now and later."""
    out: Json = {"sheetId": sheet_id, "startRowIndex": rows[0]}
    if rows[1] is not None:
        out["endRowIndex"] = rows[1]
    if columns is not None:
        out["startColumnIndex"] = columns[0]
        if columns[1] is not None:
            out["endColumnIndex"] = columns[1]
    return out


def pixels_wide(characters: float) -> int:
    """The width of a column in pixels, from the characters a workbook gives."""
    return int(characters * 7 + 5)


def pixels_high(points: float) -> int:
    """The height of a row in pixels, from points."""
    return round(points * 4 / 3)


def serial(moment: datetime) -> float:
    """A naive local moment as Sheets counts: days since 30 December 1899."""
    passed = moment - _DAY_ZERO
    return passed.days + (passed.seconds + passed.microseconds / 1e6) / 86_400


def typed(value: TabValue) -> Json:
    """An ExtendedValue of the value's own type; a text that begins with `=` stays a text."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"boolValue": value}
        case str():
            return {"stringValue": storable(value)}
        case datetime():
            return {"numberValue": serial(value)}
        case _:
            return {"numberValue": value}


def storable(text: str) -> str:
    """Text of ours that may quote a person's: what no cell can hold becomes a visible mark."""
    text = _BROKEN.sub("\ufffd", text)
    return text if len(text) <= LONGEST_TEXT // 2 else text[: LONGEST_TEXT // 2 - 1] + "…"


def cell_format(look: Mapping[str, Any]) -> Json:
    """A CellFormat from a look in the workbook's words."""
    out: Json = {}
    _put_text(out, look)
    if "bg_color" in look:
        out["backgroundColorStyle"] = colour(look["bg_color"])
    if "align" in look:
        out["horizontalAlignment"] = look["align"].upper()
    if "valign" in look:
        out["verticalAlignment"] = _UPRIGHT[look["valign"]]
    if "text_wrap" in look:
        out["wrapStrategy"] = "WRAP" if look["text_wrap"] else "CLIP"
    if look.get("indent") or look.get("lowered"):
        out["padding"] = {
            **_PADDING,
            "top": _PADDING["top"] + look.get("lowered", 0),
            "left": _PADDING["left"] + _INDENT * look.get("indent", 0),
        }
    borders = {
        side: {"style": _BORDERS[look[side]], "colorStyle": colour(look[f"{side}_color"])}
        for side in ("top", "right", "bottom", "left")
        if side in look
    }
    if borders:
        out["borders"] = borders
    if pattern := look.get("num_format"):
        if pattern == _TO_THE_RIGHT:
            out["horizontalAlignment"] = "RIGHT"
        else:
            out["numberFormat"] = number_format(pattern)
    return out


def number_format(pattern: str) -> Json:
    """A NumberFormat of the kind that the pattern speaks of."""
    bare = _QUOTED.sub("", pattern).lower()
    kind = "NUMBER"
    if "@" in bare:
        kind = "TEXT"
    elif "%" in bare:
        kind = "PERCENT"
    elif "y" in bare or "d" in bare:
        kind = "DATE_TIME" if "h" in bare else "DATE"
    return {"type": kind, "pattern": pattern}


def _put_text(out: Json, look: Mapping[str, Any]) -> None:
    text: Json = {}
    if "font_name" in look:
        text["fontFamily"] = look["font_name"]
    if "font_size" in look:
        text["fontSize"] = look["font_size"]
    if "font_color" in look:
        text["foregroundColorStyle"] = colour(look["font_color"])
    text |= {name: True for name in ("bold", "italic") if look.get(name)}
    if text:
        out["textFormat"] = text
