"""Colours as Sheets keeps them: 32-bit channels, 256 steps, zeros left out, and every colour also as its style."""

from __future__ import annotations

import struct
from typing import Any

from tests.sheets_server.model import Json

_CHANNELS = ("red", "green", "blue", "alpha")
_HAIR = 0.001
"""Lifts a step that was rounded to 32 bits over its own edge."""


def settled(found: Any) -> Any:
    """A decoration as Sheets gives it back: nulls dropped, colours normal, at every depth."""
    if isinstance(found, list):
        return [settled(item) for item in found]
    if not isinstance(found, dict):
        return found
    kept: Json = {}
    for name, value in found.items():
        if value is None:
            continue
        if name == "rgbColor" or name.endswith(("Color", "color")):
            kept[name] = _colour(value)
        else:
            kept[name] = settled(value)
    _pair(kept)
    return kept


def _colour(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    if "rgbColor" in found or "themeColor" in found:
        return settled(found)
    return {
        name: _short(found[name])
        for name in _CHANNELS
        if found.get(name) and not (name == "alpha" and found[name] == 1)
    }


def _short(channel: float) -> float | int:
    """One of 256 steps, as the shortest decimal that is the same 32-bit float: 0.5 comes back as 127/255."""
    step = int(channel * 255 + _HAIR) / 255
    single = struct.unpack("f", struct.pack("f", step))[0]
    for digits in range(1, 10):
        text = f"{single:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == single:
            return int(single) if single == int(single) else float(text)
    return single


def _pair(kept: Json) -> None:
    """Give each plain colour its style and each style with RGB its plain colour; the style wins."""
    for name in list(kept):
        if name == "rgbColor" or not name.endswith(("Color", "color", "ColorStyle", "colorStyle")):
            continue
        if name.endswith("Style"):
            rgb = kept[name].get("rgbColor") if isinstance(kept[name], dict) else None
            if rgb is not None:
                kept[name.removesuffix("Style")] = rgb
        elif isinstance(kept[name], dict) and not {"rgbColor", "themeColor"} & set(kept[name]):
            kept.setdefault(f"{name}Style", {"rgbColor": kept[name]})
