"""Draw a worker-owned tab as a scratch workbook; `transplant.py` moves it into the tracker's.

Every text is written as text: nothing that stands in an order can become a formula or a link.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import xlsxwriter
import xlsxwriter.format
import xlsxwriter.worksheet

from sheetsync.domain.model import DateSystem
from sheetsync.domain.tabs import Box, Chart, Series, Tab, TabValue
from sheetsync.trackers.excel.cells import LONGEST_TEXT
from sheetsync.trackers.tab_styles import FONT, INK, LINE, SERIES_COLOURS, SOFT_INK, look

LONGEST_TITLE: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_PAPER_A4: Final = 9
_NOTE_LIMIT: Final = 255
_DEFAULT_ROW: Final = 15.0
_DEFAULT_WIDTH: Final = 8.43
_CHART_KINDS: Final[dict[str, dict[str, str]]] = {
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
    "bar": {"type": "bar"},
    "line": {"type": "line"},
}
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")

FormatOf = Callable[[str, str], xlsxwriter.format.Format]


def title_problem(title: str) -> str:
    """Why a tab cannot have this title, "" when it can."""
    if not 1 <= len(title.encode("utf-16-le", "replace")) // 2 <= LONGEST_TITLE:
        return f"the title has {len(title)} characters; 1 to {LONGEST_TITLE} are possible"
    if _FORBIDDEN.search(title):
        return "the title holds one of [ ] : * ? / \\, which no tab may have"
    if title.startswith("'") or title.endswith("'"):
        return "the title begins or ends with an apostrophe, which no tab may"
    if title.casefold() == "history":
        return "the title History is kept by Excel for itself"
    return ""


def draw(tab: Tab, date_system: DateSystem = 1900) -> bytes:
    """A workbook whose only sheet is the tab. The same tab gives the same bytes.

    Raises ValueError for a title that no tab may have, KeyError for an unknown style.
    """
    if problem := title_problem(tab.title):
        raise ValueError(problem)
    out = io.BytesIO()
    options = {"in_memory": True, "date_1904": date_system == 1904, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(out, options)
    workbook.set_properties({"created": datetime(1980, 1, 1)})  # noqa: DTZ001 - a fixed mark, no time
    sheet = workbook.add_worksheet(tab.title)
    _set_up(sheet, tab)
    formats = _formats(workbook)
    for box in tab.boxes:
        _draw_box(sheet, box, formats(box.style, box.number_format))
    for chart in tab.charts:
        _draw_chart(workbook, sheet, tab, chart)
    workbook.close()
    return out.getvalue()


def _formats(workbook: xlsxwriter.Workbook) -> FormatOf:
    """One format object for each pair of style and number format."""
    made: dict[tuple[str, str], Any] = {}

    def format_of(style: str, number_format: str) -> xlsxwriter.format.Format:
        key = (style, number_format)
        if key not in made:
            made[key] = workbook.add_format(look(style, number_format))
        return made[key]

    return format_of


def _set_up(sheet: xlsxwriter.worksheet.Worksheet, tab: Tab) -> None:
    sheet.hide_gridlines(2)
    sheet.set_tab_color(f"#{tab.tab_colour}")
    sheet.set_paper(_PAPER_A4)
    if tab.landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_h_pagebreaks(list(tab.page_breaks))
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    for column, width in enumerate(tab.column_widths):
        sheet.set_column(column, column, width)
    for row, height in tab.row_heights:
        sheet.set_row(row, height)
    if tab.frozen_rows:
        sheet.freeze_panes(tab.frozen_rows, 0)


def _draw_box(sheet: Any, box: Box, style: xlsxwriter.format.Format) -> None:
    if box.width > 1 or box.height > 1:
        last = (box.row + box.height - 1, box.column + box.width - 1)
        sheet.merge_range(box.row, box.column, *last, "", style)
    _write(sheet, box.row, box.column, box.value, style)
    if box.note:
        message = box.note if len(box.note) <= _NOTE_LIMIT else box.note[: _NOTE_LIMIT - 1] + "…"
        # A prompt of the cell, not a comment: a comment on our tab is always a person's.
        sheet.data_validation(
            box.row, box.column, box.row, box.column, {"validate": "any", "input_message": message}
        )


def _write(
    sheet: Any, row: int, column: int, value: TabValue, style: xlsxwriter.format.Format
) -> None:
    match value:
        case None | "":
            sheet.write_blank(row, column, None, style)
        case bool():
            sheet.write_boolean(row, column, value, style)
        case str():
            sheet.write_string(row, column, _storable(value), style)
        case datetime():
            sheet.write_datetime(row, column, value, style)
        case _:
            sheet.write_number(row, column, value, style)


def _storable(text: str) -> str:
    """Text of ours that may quote a person's: what no part can hold becomes a visible mark."""
    text = _BROKEN.sub("\ufffd", text)
    return text if len(text) <= LONGEST_TEXT // 2 else text[: LONGEST_TEXT // 2 - 1] + "…"


def _draw_chart(workbook: xlsxwriter.Workbook, sheet: Any, tab: Tab, chart: Chart) -> None:
    drawing = workbook.add_chart(dict(_CHART_KINDS[chart.kind]))
    for number, series in enumerate(chart.series):
        drawing.add_series(_series(tab.title, chart.kind, series, number))
    font = {"name": FONT, "size": 9, "color": SOFT_INK}
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    values = {
        "num_font": font,
        "name": _label(chart.y_axis),
        "name_font": {**font, "bold": False},
        "line": {"none": True},
        "major_gridlines": grid,
        **({"num_format": chart.number_format} if chart.number_format else {}),
    }
    names = {
        "num_font": font,
        "line": {"color": LINE},
        "major_gridlines": {"visible": False},
        "text_axis": True,
        **_date_labels(tab, chart),
    }
    if chart.kind == "bar":
        # XlsxWriter's x axis is the horizontal one here; the first category stands on top.
        drawing.set_x_axis(values)
        drawing.set_y_axis({**names, "reverse": True, "crossing": "max"})
    else:
        drawing.set_x_axis(names)
        drawing.set_y_axis(values)
    title_font = {"name": FONT, "size": 12, "bold": True, "color": INK}
    drawing.set_title({"name": _label(chart.title), "name_font": title_font})
    drawing.set_legend(
        {"position": "bottom", "font": font} if len(chart.series) > 1 else {"none": True}
    )
    drawing.set_chartarea({"border": {"color": LINE}, "fill": {"color": "#FFFFFF"}})
    drawing.set_size(_pixels(tab, chart))
    sheet.insert_chart(chart.row, chart.column, drawing, {"object_position": 1})


def _series(title: str, kind: str, series: Series, number: int) -> dict[str, Any]:
    colour = f"#{series.colour}" if series.colour else SERIES_COLOURS[number % len(SERIES_COLOURS)]
    look_of = (
        {"line": {"color": colour, "width": 2.25}, "marker": _marker(colour)}
        if kind == "line"
        else {"fill": {"color": colour}, "border": {"none": True}, "gap": 60}
    )
    return {
        "name": _label(series.name),
        "categories": [title, *series.categories],
        "values": [title, *series.values],
        **look_of,
    }


def _date_labels(tab: Tab, chart: Chart) -> dict[str, str]:
    """Categories that are dates are shown as such, not as serial numbers."""
    first = chart.series[0].categories[:2] if chart.series else None
    dated = (b for b in tab.boxes if (b.row, b.column) == first and isinstance(b.value, datetime))
    return {"num_format": "d mmm"} if next(dated, None) else {}


def _marker(colour: str) -> dict[str, Any]:
    return {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}


def _label(text: str) -> str:
    """A chart label; XlsxWriter would take one that begins with `=` for a formula."""
    return f" {text}" if text.startswith("=") else text


def _pixels(tab: Tab, chart: Chart) -> dict[str, int]:
    """The size of a chart's block of cells at 96 dots an inch."""
    heights = dict(tab.row_heights)
    widths = [
        tab.column_widths[c] if c < len(tab.column_widths) else _DEFAULT_WIDTH
        for c in range(chart.column, chart.column + chart.width)
    ]
    rows = range(chart.row, chart.row + chart.height)
    return {
        "width": sum(int(w * 7 + 5) for w in widths),
        "height": sum(int(heights.get(r, _DEFAULT_ROW) * 4 / 3) for r in rows),
    }
