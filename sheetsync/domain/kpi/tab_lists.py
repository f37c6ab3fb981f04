"""The end of the KPI tab: the orders behind the numbers, every figure, and what each one means."""

from __future__ import annotations

from typing import Final

from sheetsync.domain.kpi.canvas import COLUMNS, Canvas, wrapped_height
from sheetsync.domain.kpi.result import Figure, KpiReport, Listing
from sheetsync.domain.kpi.tab_tables import put_head
from sheetsync.domain.kpi.words import FORMATS, NOT_MEASURED
from sheetsync.domain.model import STAGES

SHOWN: Final = 20
"""Orders shown of each list; `sheetsync report --format csv` tells them all."""
_IDS_SHOWN: Final = 40
_LIST_HEADS: Final = (("Order ID", 3), ("Why", 6), ("Owner", 2), ("Days", 1))
_FIGURE_HEADS: Final = (
    ("KPI", 3), ("What it counts", 6), ("Value", 1), ("Orders", 1), ("Unmeasured", 1),
)  # fmt: skip
_NUMERIC: Final = ("Days", "Value", "Orders", "Unmeasured")
_EVERY_STAGE: Final = "Packing"
"""The stage whose definition stands for all stages."""


def put_lists(canvas: Canvas, report: KpiReport) -> None:
    """Every drill-down, worst first, then the orders excluded and not measurable."""
    for listing in report.listings:
        _put_list(canvas, listing)
    for reason, orders in report.counts.excluded.items():
        _put_ids(canvas, f"Excluded: {reason.lower()}", orders)
    _put_ids(canvas, "Not measurable in some figure", report.counts.not_measurable)


def put_definitions(canvas: Canvas, report: KpiReport) -> None:
    """Every figure with its value, counts and definition in plain words."""
    canvas.line("All figures and what they mean", "heading", height=22)
    _put_heads(canvas, _FIGURE_HEADS)
    for figure in report.figures:
        if not _repeats(figure):
            _put_figure(canvas, figure)


def _put_list(canvas: Canvas, listing: Listing) -> None:
    number = len(listing.entries)
    title = listing.title
    if not listing.note:
        title += f": {number:,} order{'' if number == 1 else 's'}"
    if number > SHOWN:
        title += f", the first {SHOWN} shown"
    canvas.line(title, "heading", height=22)
    if not number:
        text = listing.note or "no orders"
        canvas.line(f"{text[:1].upper()}{text[1:]}.", "note")
        canvas.next(8)
        return
    _put_heads(canvas, _LIST_HEADS)
    for entry in listing.entries[:SHOWN]:
        canvas.put(0, entry.order_id, "text", width=3)
        canvas.put(3, entry.reason, "wrapped", width=6)
        canvas.put(9, entry.owner, "text", width=2)
        days: float | str = "–" if entry.days is None else entry.days
        canvas.put(11, days, "days", number_format="0.0")
        canvas.next(wrapped_height([(entry.reason, 6)]))
    canvas.next(8)


def _put_ids(canvas: Canvas, title: str, orders: tuple[str, ...]) -> None:
    if not orders:
        return
    canvas.line(f"{title}: {len(orders):,}", "heading", height=22)
    text = ", ".join(orders[:_IDS_SHOWN])
    if len(orders) > _IDS_SHOWN:
        text += f" and {len(orders) - _IDS_SHOWN:,} more"
    canvas.line(text, "wrapped", height=wrapped_height([(text, COLUMNS)]))
    canvas.next(8)


def _put_heads(canvas: Canvas, heads: tuple[tuple[str, int], ...]) -> None:
    column = 0
    for text, width in heads:
        put_head(canvas, column, text, width=width, text=text not in _NUMERIC)
        column += width
    canvas.next(18)


def _put_figure(canvas: Canvas, figure: Figure) -> None:
    words = _opened(figure.definition.words)
    if figure.note:
        words += f" {_opened(figure.note)}."
    if _stage(figure):
        words += " Likewise every other stage: see Stages above."
    name = figure.name
    if figure.unit in {"days", "hours"}:
        name += f", {figure.unit}"
    known = figure.value is not None
    missing = "no orders" if figure.verdict == "no orders" else NOT_MEASURED
    canvas.put(0, name, "wrapped", width=3)
    canvas.put(3, words, "wrapped", width=6)
    canvas.put(
        9, figure.value if known else missing, "strong" if known else "grey",
        number_format=FORMATS[figure.unit] if known else "",
    )  # fmt: skip
    canvas.put(10, figure.n, "number", number_format="#,##0")
    canvas.put(11, figure.not_measurable, "number", number_format="#,##0")
    canvas.next(wrapped_height([(words, 6), (name, 3)]))


def _opened(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stage(figure: Figure) -> str:
    """The stage a figure speaks of; "" for none."""
    stage = figure.id.partition("_")[0].capitalize()
    told = "_dwell_" in figure.id or "_breach_rate" in figure.id
    return stage if told and stage in STAGES else ""


def _repeats(figure: Figure) -> bool:
    """Whether the figure says of another stage or priority what is said here of one."""
    return "_breach_rate." in figure.id or _stage(figure) not in {"", _EVERY_STAGE}
