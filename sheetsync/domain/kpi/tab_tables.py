"""The middle of the KPI tab: thirteen periods as a table, the charts, and every breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sheetsync.domain.kpi.canvas import COLUMNS, Canvas, wrapped_height
from sheetsync.domain.kpi.measure import against
from sheetsync.domain.kpi.result import Figure, KpiReport, Table
from sheetsync.domain.kpi.sentence import History
from sheetsync.domain.kpi.tab_top import TILES, past
from sheetsync.domain.kpi.words import FORMATS
from sheetsync.domain.tabs import Chart, Series

PERIODS_SHOWN: Final = 13
_TREND_KPIS: Final = 10
CHART_ROWS: Final = 13
"""The height of one row of charts."""
_COLOURS: Final = ("1F6F78", "E0A030", "8A97A6")
_RIGHT: Final = "* @"
"""The number format that puts a text at the right of its cell, above the numbers."""
_SHORT: Final = {
    "fulfilment_rate": "Fulfilment",
    "on_time_dispatch_rate": "Disp. on time",
    "on_time_delivery_rate": "Deliv. on time",
    "perfect_order_rate": "Perfect",
    "cycle_time_median": "Cycle days",
    "packing_breach_rate": "Packing over",
    "orders_tracked": "Tracked",
    "notification_coverage": "Notified",
    "customers_reached": "Reached",
    "csat": "Rating",
    "backlog": "Backlog",
    "orders_placed": "Placed",
    "orders_delivered": "Delivered",
}
_STYLES: Final = {
    "share": "percent",
    "hours": "hours",
    "days": "days",
    "orders": "number",
    "decimal": "decimal",
    "score": "decimal",
    "text": "text",
}
_WIDTHS: Final[dict[str, tuple[int, ...]]] = {
    "stages": (1, 2, *(1,) * 9),
    "vendors": (2, 2, *(1,) * 8),
    "carriers": (4, *(1,) * 8),
    "handlers": (6, *(1,) * 6),
    "backlog": (6, *(1,) * 6),
    "exceptions": (3, 1, 1, 1),
    "weeks": (2, 1, 1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a table's body stands: first and last row, and the first column of each of its columns."""

    first: int
    last: int
    columns: tuple[int, ...]

    def range(self, column: int) -> tuple[int, int, int, int]:
        """The cells of the table's column, for a chart."""
        place = self.columns[column]
        return self.first, place, self.last, place


def put_trend(canvas: Canvas, report: KpiReport, history: History) -> dict[str, Placed]:
    """Periods down, KPIs across, the target of on-time delivery beside them for its chart.

    At most thirteen periods, from the first of which anything is known.
    """
    ids, missing = _trend_ids(report, history)
    shown = _periods_known(report, history, ids)
    canvas.line(f"Trend by {report.period.kind}", "heading", height=22)
    aim = report.figure("on_time_delivery_rate").target
    _put_trend_heads(canvas, ids, aimed=aim is not None)
    first = canvas.row
    series = {id_: past(report, history, id_, shown) for id_, _ in ids}
    for at in range(shown):
        last = at == shown - 1
        period = report.period.shifted(at - shown + 1)
        canvas.put(0, period.short, "strong" if last else "text")
        for column, (id_, _) in enumerate(ids, start=1):
            _put_trend_cell(canvas, column, report.figure(id_), series[id_][at], last=last)
        if aim is not None:
            canvas.put(len(ids) + 1, aim.at_least, "percent", number_format="0%")
        canvas.next()
    placed = Placed(first=first, last=canvas.row - 1, columns=tuple(range(COLUMNS)))
    words = "* Of orders delivered on time." if aim is not None else ""
    if shown < PERIODS_SHOWN:
        words += f" The {report.period.kind}s to come are added below."
    if missing:
        words += f" Not measured so far: {', '.join(missing)}."
    canvas.line(words.strip(), "note")
    canvas.next(8)
    names = {id_: column for column, (id_, _) in enumerate(ids, start=1)}
    if not _trend_is_drawn(report, history):
        return {}
    columns = (0, names["on_time_delivery_rate"], len(ids) + 1)
    return {"trend": Placed(first=placed.first, last=placed.last, columns=columns)}


def put_tables(canvas: Canvas, report: KpiReport) -> dict[str, Placed]:
    """Stages, vendors, carriers, handlers, backlog; then weeks and exceptions side by side."""
    placed: dict[str, Placed] = {}
    for id_ in ("stages", "vendors", "carriers", "handlers", "backlog"):
        found = put_table(canvas, report.table(id_), 0, COLUMNS)
        if found is not None:
            placed[id_] = found
        canvas.next(8)
    placed = _without_transit(placed, report.table("stages"))
    top = canvas.row
    bottoms = []
    for id_, column, width in (("weeks", 0, 5), ("exceptions", 6, 6)):
        canvas.row = top
        found = put_table(canvas, report.table(id_), column, width)
        if found is not None:
            placed[id_] = found
        bottoms.append(canvas.row)
    canvas.row = max(bottoms)
    canvas.next(8)
    return placed


def _without_transit(placed: dict[str, Placed], stages: Table) -> dict[str, Placed]:
    """The stages to be drawn: days on the road beside hours in the house would hide the hours."""
    found = placed.get("stages")
    if found is None or found.first == found.last or stages.rows[-1][0] != "Transit":
        return placed
    return {**placed, "stages": replace(found, last=found.last - 1)}


def put_table(canvas: Canvas, table: Table, column: int, width: int) -> Placed | None:
    """One table with its heading and note; None where it has no rows."""
    canvas.put(column, table.title, "heading", width=width)
    canvas.next(22)
    if not table.rows:
        canvas.put(column, _sentence(table.note), "note", width=width)
        canvas.next(wrapped_height([(table.note, width)]))
        return None
    places = _places(table, column)
    for head, (place, wide) in zip(table.columns, places, strict=True):
        put_head(canvas, place, head.heading, width=wide, text=head.unit == "text")
    canvas.next(18)
    first = canvas.row
    for row in table.rows:
        _put_row(canvas, table, row, places)
    last = canvas.row - 1
    if table.note:
        canvas.put(column, _sentence(table.note), "note", width=width)
        canvas.next()
    return Placed(first=first, last=last, columns=tuple(place for place, _ in places))


def put_head(canvas: Canvas, column: int, name: str, *, width: int = 1, text: bool = False) -> None:
    """The name over a column of a table: left over text, right over numbers."""
    canvas.put(column, name, "label", width=width, number_format="" if text else _RIGHT)


def put_charts(canvas: Canvas, top: int, placed: dict[str, Placed]) -> None:
    """The charts whose cells hold something, from row `top`: two abreast, or three where there are three."""
    charts = _charts(placed)
    abreast = 3 if len(charts) == 3 else 2
    for number, chart in enumerate(charts):
        row = top + (number // abreast) * (CHART_ROWS + 1)
        kind, title, series, axis, number_format = chart
        canvas.chart(
            Chart(
                kind=kind,  # type: ignore[arg-type]
                title=title,
                series=series,
                row=row,
                column=COLUMNS // abreast * (number % abreast),
                height=CHART_ROWS,
                width=COLUMNS // abreast,
                y_axis=axis,
                number_format=number_format,
            )
        )


def chart_rows(report: KpiReport, history: History) -> int:
    """How many rows the charts will take."""
    number = 1 + bool(report.table("stages").rows) + bool(report.table("exceptions").rows)
    number += _trend_is_drawn(report, history)
    return (1 if number == 3 else (number + 1) // 2) * (CHART_ROWS + 1)


def _charts(placed: dict[str, Placed]) -> list[tuple[str, str, tuple[Series, ...], str, str]]:
    charts = []
    if "trend" in placed:
        series = _series(placed["trend"], ("On time", "Target"), (1, 2))
        charts.append(("line", "On-time delivery against target", series, "", "0%"))
    if "weeks" in placed:
        series = _series(placed["weeks"], ("Placed", "Dispatched", "Waiting"), (1, 2, 3))
        charts.append(("line", "Orders in, out and waiting by week", series, "Orders", "#,##0"))
    if "stages" in placed:
        series = _series(placed["stages"], ("Median", "90th percentile", "Usual limit"), (3, 4, 6))
        charts.append(
            ("column", "Open hours up to dispatch against the limit", series, "Hours", "0")
        )
    if "exceptions" in placed:
        series = _series(placed["exceptions"], ("Orders",), (1,))
        charts.append(("column", "Exceptions by type", series, "Orders", "0"))
    return charts


def _series(placed: Placed, names: Sequence[str], columns: Sequence[int]) -> tuple[Series, ...]:
    return tuple(
        Series(
            name=name,
            categories=placed.range(0),
            values=placed.range(column),
            colour=colour,
        )
        for name, column, colour in zip(names, columns, _COLOURS, strict=False)
    )


def _trend_ids(report: KpiReport, history: History) -> tuple[list[tuple[str, str]], list[str]]:
    """KPIs with a value in one of the periods, and the names of those without."""
    wanted = [tile for tile in TILES if tile[0] != "overdue_now"]
    wanted += [("orders_placed", "Orders placed"), ("orders_delivered", "Orders delivered")]
    shown: list[tuple[str, str]] = []
    missing: list[tuple[str, str]] = []
    for id_, name in wanted:
        known = any(value is not None for value in past(report, history, id_, PERIODS_SHOWN))
        (shown if known else missing).append((id_, name))
    return shown[:_TREND_KPIS], [name for _, name in missing]


def _periods_known(report: KpiReport, history: History, ids: Sequence[tuple[str, str]]) -> int:
    """How many periods to show: from the first of which a figure is known, at most thirteen."""
    columns = [past(report, history, id_, PERIODS_SHOWN) for id_, _ in ids]
    known = [any(v is not None for v in values) for values in zip(*columns, strict=True)]
    return PERIODS_SHOWN - known.index(True) if any(known) else 1


def _trend_is_drawn(report: KpiReport, history: History) -> bool:
    """A line needs two points."""
    values = past(report, history, "on_time_delivery_rate", PERIODS_SHOWN)
    return sum(value is not None for value in values) > 1


def _put_trend_heads(canvas: Canvas, ids: Sequence[tuple[str, str]], *, aimed: bool) -> None:
    put_head(canvas, 0, "Period", text=True)
    for column, (id_, _) in enumerate(ids, start=1):
        put_head(canvas, column, _SHORT[id_])
    if aimed:
        put_head(canvas, len(ids) + 1, "Target*")
    canvas.next(18)


def _put_trend_cell(
    canvas: Canvas, column: int, figure: Figure, value: float | None, *, last: bool
) -> None:
    """Coloured against today's target; the report's own value grey where it is too small."""
    style = _STYLES[figure.unit]
    if value is not None and figure.target is not None:
        verdict = figure.verdict if last else against(value, figure.target)
        style = {"met": "good", "near": "near", "missed": "bad"}.get(verdict, "grey")
    canvas.put(
        column, value, "grey" if value is None else style,
        number_format="" if value is None else FORMATS[figure.unit],
    )  # fmt: skip


def _places(table: Table, column: int) -> list[tuple[int, int]]:
    """First column and width of each column of the table."""
    places = []
    for wide in _WIDTHS[table.id]:
        places.append((column, wide))
        column += wide
    return places


def _put_row(
    canvas: Canvas, table: Table, row: tuple[Any, ...], places: Sequence[tuple[int, int]]
) -> None:
    bold = row[0] in table.bold
    texts = []
    for column, value, (place, wide) in zip(table.columns, row, places, strict=True):
        style = "strong" if bold else _STYLES[column.unit]
        if column.unit == "text" and not bold:
            style = "wrapped"
        if column.unit == "text":
            texts.append((str(value), wide))
        shown = "–" if value is None else value
        canvas.put(
            place, shown, "grey" if value is None else style, width=wide,
            number_format="" if value is None else FORMATS[column.unit],
        )  # fmt: skip
    canvas.next(wrapped_height(texts))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
