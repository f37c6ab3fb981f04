"""How a cell looks: its format, the band it lies in and the rules that hold for it, as CSS."""

from __future__ import annotations

from typing import Any, Final

from tests.sheets_server.model import Json, Sheet

_ALIGN: Final = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
_UPRIGHT: Final = {"TOP": "top", "MIDDLE": "middle", "BOTTOM": "bottom"}
_BORDERS: Final = {
    "SOLID": "1px solid",
    "SOLID_MEDIUM": "2px solid",
    "SOLID_THICK": "3px solid",
    "DASHED": "1px dashed",
    "DOTTED": "1px dotted",
    "DOUBLE": "3px double",
}
_THICK: Final = {"SOLID_MEDIUM": 2, "SOLID_THICK": 3}
_THEME: Final = {
    "TEXT": "#000000",
    "BACKGROUND": "#ffffff",
    "ACCENT1": "#4285f4",
    "ACCENT2": "#ea4335",
    "ACCENT3": "#fbbc04",
    "ACCENT4": "#34a853",
    "ACCENT5": "#ff6d01",
    "ACCENT6": "#46bdc6",
    "LINK": "#1155cc",
}


def css_colour(style: Json | None, plain: Json | None = None) -> str:
    """A ColorStyle, or the older Color, as `#rrggbb`; "" where there is none."""
    if style and "themeColor" in style:
        return _THEME.get(style["themeColor"], "")
    rgb = (style or {}).get("rgbColor", plain)
    if rgb is None:
        return ""
    return "#" + "".join(
        f"{round(255 * rgb.get(name, 0)):02x}" for name in ("red", "green", "blue")
    )


def cell_css(own: Json, rule: Json, band: str, value: Any) -> str:
    """The CSS of a cell: its own format, over it the format that a rule gives, under it the band's colour."""
    text = {**own.get("textFormat", {}), **rule.get("textFormat", {})}
    parts = [*_colours(own, rule, band, text), *_font(text), *_place(own, value), *_edges(own)]
    return ";".join(parts)


def wrapping(own: Json) -> str:
    """What becomes of a text that is too long: over, clip or wrap."""
    return {"WRAP": "wrap", "CLIP": "clip"}.get(own.get("wrapStrategy", ""), "over")


def _colours(own: Json, rule: Json, band: str, text: Json) -> list[str]:
    parts = []
    back = _back(rule) or _back(own) or band
    if back:
        # A fill covers the lines of the grid, as it does in Sheets.
        parts.append(f"background-color:{back};border-color:{back}")
    if ink := css_colour(text.get("foregroundColorStyle"), text.get("foregroundColor")):
        parts.append(f"color:{ink}")
    return parts


def _back(found: Json) -> str:
    return css_colour(found.get("backgroundColorStyle"), found.get("backgroundColor"))


def _font(text: Json) -> list[str]:
    parts = []
    if family := text.get("fontFamily"):
        parts.append(f"font-family:{_family(family)}")
    if size := text.get("fontSize"):
        parts.append(f"font-size:{size * 4 / 3:.4g}px")
    if text.get("bold"):
        parts.append("font-weight:700")
    if text.get("italic"):
        parts.append("font-style:italic")
    lines = [line for line, name in (("underline", "underline"), ("line-through", "strikethrough")) if text.get(name)]  # fmt: skip
    if lines:
        parts.append(f"text-decoration:{' '.join(lines)}")
    return parts


def _family(name: str) -> str:
    bare = "".join(c for c in name if c.isalnum() or c in " -")
    return (
        f"'{bare}','Carlito',Arial,sans-serif"
        if bare == "Calibri"
        else f"'{bare}',Arial,sans-serif"
    )


def _place(own: Json, value: Any) -> list[str]:
    across = _ALIGN.get(own.get("horizontalAlignment", ""), _usual(value))
    parts = [f"text-align:{across}"] if across != "left" else []
    upright = _UPRIGHT.get(own.get("verticalAlignment", ""), "bottom")
    parts.append(f"vertical-align:{upright}")
    padding = own.get("padding")
    if padding:
        sides = {"left": 3, "right": 3, "top": 2}
        parts += [
            f"--{side}:{padding.get(side, usual)}px"
            for side, usual in sides.items()
            if padding.get(side, usual) != usual
        ]
    return parts


def _usual(value: Any) -> str:
    """Where a value stands in a cell that says nothing of it."""
    if value is None or isinstance(value, str):
        return "left"
    return "right" if isinstance(value, (int, float)) and not isinstance(value, bool) else "center"


def _edges(own: Json) -> list[str]:
    """Borders: those below and to the right are the cell's own, the others are drawn inside it."""
    borders = own.get("borders", {})
    parts, inside = [], []
    for side in ("bottom", "right", "top", "left"):
        border = borders.get(side) or {}
        style = border.get("style", "NONE")
        if style not in _BORDERS:
            continue
        ink = css_colour(border.get("colorStyle"), border.get("color")) or "#000000"
        thick = _THICK.get(style, 1)
        if side in ("bottom", "right"):
            parts.append(f"border-{side}:{_BORDERS[style]} {ink}")
        else:
            inside.append(
                f"inset 0 {thick}px {ink}" if side == "top" else f"inset {thick}px 0 {ink}"
            )
    return [*parts, f"box-shadow:{','.join(inside)}"] if inside else parts


def band_colour(sheet: Sheet, row: int, column: int) -> str:
    """The colour of the band that a cell lies in, "" for none."""
    for band in sheet.banded_ranges:
        area, rows = band.get("range", {}), band.get("rowProperties")
        top, left = area.get("startRowIndex", 0), area.get("startColumnIndex", 0)
        inside = top <= row < area.get("endRowIndex", row + 1)
        if not rows or not inside or not left <= column < area.get("endColumnIndex", column + 1):
            continue
        header = css_colour(rows.get("headerColorStyle"), rows.get("headerColor"))
        if header and row == top:
            return header
        name = "firstBandColor" if (row - top - bool(header)) % 2 == 0 else "secondBandColor"
        return css_colour(rows.get(f"{name}Style"), rows.get(name))
    return ""
