"""How each named style of a worker-owned tab looks in a workbook: one calm palette, good contrast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Look: TypeAlias = Mapping[str, Any]
"""Format properties in XlsxWriter's words."""

FONT: Final = "Calibri"
ACCENT: Final = "#1F6F78"
INK: Final = "#22313F"
SOFT_INK: Final = "#6B7785"
LINE: Final = "#D5DBE1"
PANEL: Final = "#F4F6F8"
GREEN: Final = ("#1E6B3A", "#DFF2E5")
AMBER: Final = ("#7A4B00", "#FDEFCF")
RED: Final = ("#9B1C1C", "#FBE0DE")
GREY: Final = ("#566270", "#E9EDF1")

SERIES_COLOURS: Final = ("#1F6F78", "#E0A030", "#7F8FA6", "#4FA3A5", "#C0504D", "#9DB17C")

_BASE: Final[Look] = {
    "font_name": FONT,
    "font_size": 10,
    "font_color": INK,
    "valign": "vcenter",
}
_ROW: Final[Look] = {"bottom": 1, "bottom_color": LINE}
_RIGHT: Final[Look] = {**_ROW, "align": "right"}
_TILE: Final[Look] = {"bg_color": PANEL, "indent": 1, "align": "left"}
_VALUE: Final[Look] = {**_TILE, "font_size": 20, "bold": True}


def _filled(colours: tuple[str, str], more: Look) -> Look:
    return {**more, "font_color": colours[0], "bg_color": colours[1]}


def _banner(colours: tuple[str, str]) -> Look:
    bar = {"left": 5, "left_color": colours[0], "indent": 1, "bold": True, "font_size": 12}
    return _filled(colours, {**bar, "align": "left", "text_wrap": True})


_CHIP: Final[Look] = {**_ROW, "align": "center", "bold": True}

LOOKS: Final[Mapping[str, Look]] = {
    "plain": {},
    "title": {"font_size": 20, "bold": True, "font_color": ACCENT},
    "subtitle": {"font_size": 11, "font_color": SOFT_INK},
    "sentence": {"font_size": 11, "text_wrap": True, "valign": "top"},
    "heading": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": ACCENT,
        "text_wrap": True,
        "align": "left",
    },
    "heading-right": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": ACCENT,
        "text_wrap": True,
        "align": "right",
    },
    "label": {**_ROW, "font_color": SOFT_INK},
    "note": {"font_size": 9, "italic": True, "font_color": SOFT_INK, "text_wrap": True},
    "text": {**_ROW, "align": "left"},
    "wrapped": {**_ROW, "text_wrap": True},
    "number": {**_RIGHT, "num_format": "#,##0"},
    "decimal": {**_RIGHT, "num_format": "#,##0.0"},
    "percent": {**_RIGHT, "num_format": "0.0%"},
    "days": {**_RIGHT, "num_format": '0.0" d"'},
    "hours": {**_RIGHT, "num_format": '0.0" h"'},
    "moment": {**_ROW, "align": "left", "num_format": "yyyy-mm-dd hh:mm"},
    "date": {**_ROW, "align": "left", "num_format": "yyyy-mm-dd"},
    "tile-name": {
        **_TILE,
        "font_size": 9,
        "bold": True,
        "font_color": SOFT_INK,
        "top": 5,
        "top_color": ACCENT,
        "text_wrap": True,
    },
    "tile-value": {**_VALUE, "font_color": ACCENT},
    "tile-value-good": _filled(GREEN, _VALUE),
    "tile-value-near": _filled(AMBER, _VALUE),
    "tile-value-bad": _filled(RED, _VALUE),
    "tile-value-grey": _filled(GREY, {**_VALUE, "font_size": 14}),
    "tile-note": {
        **_TILE,
        "font_size": 9,
        "font_color": SOFT_INK,
        "text_wrap": True,
        "valign": "top",
    },
    "good": _filled(GREEN, _CHIP),
    "near": _filled(AMBER, _CHIP),
    "bad": _filled(RED, _CHIP),
    "grey": _filled(GREY, _CHIP),
    "banner-good": _banner(GREEN),
    "banner-near": _banner(AMBER),
    "banner-bad": _banner(RED),
    "strong": {**_ROW, "bold": True, "text_wrap": True},
}


def look(style: str, number_format: str = "") -> dict[str, Any]:
    """The format properties of a named style; an unknown name is an error of ours (KeyError)."""
    properties = {**_BASE, **LOOKS[style]}
    if number_format:
        properties["num_format"] = number_format
    return properties
