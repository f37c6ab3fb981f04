"""Native charts over the cells of a worker-owned tab; each keeps its id from drawing to drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheetsync.domain.tabs import Chart, Series, Tab
from sheetsync.trackers.google.shapes import (
    area,
    colour,
    fixed_id,
    pixels_high,
    pixels_wide,
)
from sheetsync.trackers.google.structure import DEFAULT_WIDTH, Json, TabStructure
from sheetsync.trackers.tab_styles import FONT, INK, SERIES_COLOURS, SOFT_INK

MOST_CHARTS: Final = 32
"""Ids of a tab's charts are looked for up to here when some are no longer wanted."""
_DEFAULT_HEIGHT: Final = 21
_KINDS: Final[Mapping[str, str]] = {
    "column": "COLUMN",
    "stacked": "COLUMN",
    "bar": "BAR",
    "line": "LINE",
}


def chart_id(sheet_id: int, number: int) -> int:
    """The id of a tab's chart, counted from 0 in the order of the tab."""
    return fixed_id("chart", sheet_id, number)


def chart_extent(chart: Chart) -> tuple[int, int]:
    """The row and the column behind the chart's last ones."""
    return chart.row + chart.height, chart.column + chart.width


def chart_requests(tab: Tab, sheet_id: int, found: TabStructure | None) -> list[Json]:
    """Add, change or take away our charts; a chart that a person put on the tab is left alone."""
    present = {chart.get("chartId") for chart in found.charts} if found else set()
    requests: list[Json] = []
    for number, chart in enumerate(tab.charts):
        id_ = chart_id(sheet_id, number)
        spec, place = _spec(tab, chart, sheet_id), _place(tab, chart, sheet_id)
        if id_ not in present:
            made = {"chartId": id_, "spec": spec, "position": {"overlayPosition": place}}
            requests.append({"addChart": {"chart": made}})
            continue
        moved = {"objectId": id_, "newPosition": {"overlayPosition": place}, "fields": "*"}
        requests.append({"updateChartSpec": {"chartId": id_, "spec": spec}})
        requests.append({"updateEmbeddedObjectPosition": moved})
    surplus = (chart_id(sheet_id, number) for number in range(len(tab.charts), MOST_CHARTS))
    requests += [{"deleteEmbeddedObject": {"objectId": i}} for i in surplus if i in present]
    return requests


def _spec(tab: Tab, chart: Chart, sheet_id: int) -> Json:
    named = _names_stand_above(tab, chart)
    sideways = chart.kind == "bar"
    axes = [
        {"position": "BOTTOM_AXIS", "title": chart.y_axis if sideways else ""},
        {"position": "LEFT_AXIS", "title": "" if sideways else chart.y_axis},
    ]
    basic: Json = {
        "chartType": _KINDS[chart.kind],
        "legendPosition": "BOTTOM_LEGEND" if len(chart.series) > 1 else "NO_LEGEND",
        "headerCount": 1 if named else 0,
        "axis": [{**axis, "format": _small()} for axis in axes],
        "series": [
            _series(each, number, chart.kind, sheet_id, named=named)
            for number, each in enumerate(chart.series)
        ],
    }
    if chart.series:
        data = _data(chart.series[0].categories, sheet_id, named=named)
        basic["domains"] = [{"domain": data}]
    if chart.kind in {"column", "stacked", "bar"}:
        basic["stackedType"] = "STACKED" if chart.kind == "stacked" else "NOT_STACKED"
    return {
        "title": chart.title,
        "altText": chart.title,
        "fontName": FONT,
        "titleTextFormat": {
            "fontSize": 12,
            "bold": True,
            "foregroundColorStyle": colour(INK),
        },
        "basicChart": basic,
    }


def _series(series: Series, number: int, kind: str, sheet_id: int, *, named: bool) -> Json:
    shade = series.colour or SERIES_COLOURS[number % len(SERIES_COLOURS)]
    out: Json = {
        "series": _data(series.values, sheet_id, named=named),
        "targetAxis": "BOTTOM_AXIS" if kind == "bar" else "LEFT_AXIS",
        "colorStyle": colour(shade),
    }
    if kind == "line":
        out["lineStyle"] = {"width": 2}
        out["pointStyle"] = {"shape": "CIRCLE", "size": 5}
    return out


def _data(cells: tuple[int, int, int, int], sheet_id: int, *, named: bool) -> Json:
    first, left, last, right = cells
    span = area(sheet_id, (first - named, last + 1), (left, right + 1))
    return {"sourceRange": {"sources": [span]}}


def _names_stand_above(tab: Tab, chart: Chart) -> bool:
    """A series has no name of its own in Sheets: it takes the text above its first cell."""
    texts = {(b.row, b.column) for b in tab.boxes if isinstance(b.value, str) and b.value}
    heads = [(s.values[0] - 1, s.values[1]) for s in chart.series]
    upright = all(s.values[1] == s.values[3] for s in chart.series)
    return upright and bool(heads) and all(head in texts for head in heads)


def _place(tab: Tab, chart: Chart, sheet_id: int) -> Json:
    heights = dict(tab.row_heights)
    across = range(chart.column, chart.column + chart.width)
    down = range(chart.row, chart.row + chart.height)
    widths = tab.column_widths
    return {
        "anchorCell": {
            "sheetId": sheet_id,
            "rowIndex": chart.row,
            "columnIndex": chart.column,
        },
        "widthPixels": sum(
            pixels_wide(widths[c]) if c < len(widths) else DEFAULT_WIDTH for c in across
        ),
        "heightPixels": sum(
            pixels_high(heights[r]) if r in heights else _DEFAULT_HEIGHT for r in down
        ),
    }


def _small() -> Json:
    return {"fontSize": 9, "foregroundColorStyle": colour(SOFT_INK)}
