"""The charts of a tab: where they lie, and the figures that their ranges hold right now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.sheets_server.model import Json, Sheet
from tests.sheets_server.page.drawing import Drawing, Line, drawn
from tests.sheets_server.page.looks import css_colour
from tests.sheets_server.values import View

_COLOURS = ("#4285f4", "#ea4335", "#fbbc04", "#34a853", "#ff6d01", "#46bdc6")


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a chart's range, each with its text and, where it is one, its number."""

    texts: list[str]
    numbers: list[float | None]

    def below(self, count: int) -> _Cells:
        return _Cells(self.texts[count:], self.numbers[count:])


def chart_views(view: View, sheet: Sheet) -> list[Json]:
    """Each chart of the tab as an SVG and its place."""
    return [found for chart in sheet.charts if (found := _chart(view, sheet, chart)) is not None]


def _chart(view: View, sheet: Sheet, chart: Json) -> Json | None:
    place = chart.get("position", {}).get("overlayPosition")
    basic = chart.get("spec", {}).get("basicChart")
    if not place or not basic:
        return None
    wide, high = place.get("widthPixels", 600), place.get("heightPixels", 371)
    anchor = place.get("anchorCell", {})
    return {
        "row": anchor.get("rowIndex", 0),
        "column": anchor.get("columnIndex", 0),
        "x": place.get("offsetXPixels", 0),
        "y": place.get("offsetYPixels", 0),
        "svg": drawn(_drawing(view, sheet, chart["spec"], basic), wide, high),
    }


def _drawing(view: View, sheet: Sheet, spec: Json, basic: Json) -> Drawing:
    heads = basic.get("headerCount", 0)
    domains = basic.get("domains") or []
    categories = _cells(view, sheet, domains[0]["domain"]) if domains else _Cells([], [])
    axes = {axis.get("position"): axis.get("title", "") for axis in basic.get("axis") or []}
    return Drawing(
        kind=basic.get("chartType", "COLUMN"),
        title=spec.get("title", ""),
        axis=axes.get("BOTTOM_AXIS" if basic.get("chartType") == "BAR" else "LEFT_AXIS", ""),
        stacked=basic.get("stackedType") == "STACKED",
        categories=categories.below(heads).texts,
        lines=list(_lines(view, sheet, basic, heads)),
        legend=basic.get("legendPosition", "") not in ("", "NO_LEGEND"),
    )


def _lines(view: View, sheet: Sheet, basic: Json, heads: int) -> Iterator[Line]:
    for number, series in enumerate(basic.get("series") or []):
        cells = _cells(view, sheet, series["series"])
        colour = css_colour(series.get("colorStyle"), series.get("color"))
        yield Line(
            name=cells.texts[0] if heads and cells.texts else "",
            colour=colour or _COLOURS[number % len(_COLOURS)],
            values=cells.below(heads).numbers,
        )


def _cells(view: View, sheet: Sheet, data: Json) -> _Cells:
    found = _Cells([], [])
    for area in data.get("sourceRange", {}).get("sources", []):
        source = view.book.sheet(area.get("sheetId", 0))
        for row in range(area.get("startRowIndex", 0), area.get("endRowIndex", source.row_count)):
            for column in range(
                area.get("startColumnIndex", 0), area.get("endColumnIndex", source.column_count)
            ):
                value = view.value(source, row, column)
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                found.texts.append(view.shown(source, row, column))
                found.numbers.append(float(value) if number else None)
    return found
