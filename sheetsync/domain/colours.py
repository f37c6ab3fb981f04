"""Colours as people write them, and by formula whether a text in one can be read on another.

Contrast is that of the Web Content Accessibility Guidelines 2.2: from 1 (the same) to 21 (black on
white). Text needs 4.5.
"""

from __future__ import annotations

import re
from typing import Final

READABLE: Final = 4.5
_HEX: Final = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")
_STEPS: Final = 100


def parse_colour(text: str) -> str:
    """`#1F6F78` or `#abc` as `#AABBCC`; raises ValueError for anything else."""
    found = _HEX.fullmatch(text)
    if not found:
        raise ValueError(f"{text} is not a colour")
    figures = found[1] if len(found[1]) == 6 else "".join(2 * figure for figure in found[1])
    return f"#{figures.upper()}"


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(paper: str, colour: str) -> str:
    """`colour` itself where it can be read on `paper`, else the nearest mix with black or white that can."""
    goal = "#000000" if _luminance(paper) > 0.18 else "#FFFFFF"
    for step in range(_STEPS + 1):
        mixed = _mix(colour, goal, step / _STEPS)
        if contrast(mixed, paper) >= READABLE:
            return mixed
    return goal


def _parts(colour: str) -> tuple[int, int, int]:
    figures = parse_colour(colour)[1:]
    return int(figures[0:2], 16), int(figures[2:4], 16), int(figures[4:6], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
