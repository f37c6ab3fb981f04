"""The first screen of the KPI tab: header, one sentence, and twelve tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheetsync.domain.kpi.canvas import COLUMNS, Canvas, wrapped_height
from sheetsync.domain.kpi.result import Figure, KpiReport, Verdict
from sheetsync.domain.kpi.sentence import History, sentence
from sheetsync.domain.kpi.words import (
    FORMATS,
    NOT_MEASURED,
    change_words,
    sample_words,
    target_words,
)
from sheetsync.domain.moments import scalar_to_local

TILES: Final[tuple[tuple[str, str], ...]] = (
    ("fulfilment_rate", "Order fulfilment"),
    ("on_time_dispatch_rate", "On-time dispatch"),
    ("on_time_delivery_rate", "On-time delivery"),
    ("perfect_order_rate", "Perfect order"),
    ("cycle_time_median", "Cycle time, median"),
    ("packing_breach_rate", "Packing over limit"),
    ("orders_tracked", "Orders tracked"),
    ("notification_coverage", "Notification coverage"),
    ("customers_reached", "Customers reached"),
    ("csat", "Customer satisfaction"),
    ("backlog", "Backlog"),
    ("overdue_now", "Overdue now"),
)
"""KPI id and the short name on its tile, in reading order: two rows of six."""

_VALUE_STYLES: Final[dict[Verdict, str]] = {
    "met": "tile-value-good",
    "near": "tile-value-near",
    "missed": "tile-value-bad",
    "": "tile-value",
}
_WORDS: Final[dict[Verdict, str]] = {
    "met": "Met",
    "near": "Near",
    "missed": "Missed",
    "small": "Too few to judge",
}
_BARS: Final = "▁▂▃▄▅▆▇█"
_MONTHS_DRAWN: Final = 12


def put_header(canvas: Canvas, report: KpiReport, tracker: str, restated: Sequence[str]) -> None:
    """Title with the verdict beside it, what was counted, and every restatement."""
    words, style = _score(report)
    canvas.put(0, f"KPI {report.period.title}", "title", width=9)
    canvas.put(9, words, style, width=3)
    canvas.next(30)
    canvas.line(_provenance(report, tracker), "subtitle", height=16)
    canvas.line(_counted(report), "subtitle", height=16)
    for text in restated:
        canvas.line(text, "wrapped", height=wrapped_height([(text, COLUMNS)]))


def put_sentence(canvas: Canvas, report: KpiReport, history: History) -> None:
    """The generated sentence."""
    text = sentence(report, history)
    canvas.line(text, "sentence", height=max(26.0, 1.3 * wrapped_height([(text, COLUMNS - 2)])))
    canvas.next(6)


def put_tiles(canvas: Canvas, report: KpiReport, history: History) -> None:
    """Two rows of six tiles; each is two columns wide and five rows high."""
    for first in (0, 6):
        top = canvas.row
        for place, (id_, name) in enumerate(TILES[first : first + 6]):
            values = past(report, history, id_, _MONTHS_DRAWN)
            _put_tile(canvas, (top, 2 * place), name, report.figure(id_), values)
        for height in (17, 30, 15, 15, 16):
            canvas.next(height)
        canvas.next(6)


def spark(values: Sequence[float | None]) -> str:
    """A tiny picture of the values in block letters, lowest to highest; `·` where there is none."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), max(known) - min(known)
    return "".join(
        "·"
        if value is None
        else _BARS[3 if not span else round((value - low) / span * (len(_BARS) - 1))]
        for value in values
    )


def past(report: KpiReport, history: History, id_: str, periods: int) -> list[float | None]:
    """The KPI's values in the last `periods` periods, the report's own last."""
    before = [
        history.get(report.period.shifted(-back).id, {}).get(id_)
        for back in range(periods - 1, 0, -1)
    ]
    return [*before, report.figure(id_).value]


def tile_style(figure: Figure) -> str:
    """The style of the tile's value: grey when small or not measured."""
    return _VALUE_STYLES.get(figure.verdict, "tile-value-grey")


def _put_tile(
    canvas: Canvas, at: tuple[int, int], name: str, figure: Figure, values: list[float | None]
) -> None:
    top, column = at
    value: float | int | str | None = figure.value
    if value is None:
        value = "no orders" if figure.verdict == "no orders" else NOT_MEASURED
    suffix = f' "{figure.unit}"' if figure.unit in {"days", "hours"} else ""
    count = sample_words(figure).split(",")[0] if figure.unit != "orders" else ""
    lines: list[tuple[str | float | int, str, str]] = [
        (name, "tile-name", ""),
        (value, tile_style(figure), FORMATS[figure.unit] + suffix),
        (change_words(figure, values[-2]) or _first(figure), "tile-note", ""),
        (_judgement(figure), "tile-note", ""),
        ("  ".join(part for part in (spark(values), count) if part), "tile-note", ""),
    ]
    for offset, (text, style, number_format) in enumerate(lines):
        canvas.put(
            column, text, style, width=2, row=top + offset,
            number_format=number_format if offset == 1 else "",
            note=_tile_note(figure) if offset == 1 else "",
        )  # fmt: skip


def _first(figure: Figure) -> str:
    """In place of a change, where there is nothing to compare with."""
    return "" if figure.value is None else "no earlier figure"


def _judgement(figure: Figure) -> str:
    target = target_words(figure.target, figure.unit)
    word = _WORDS.get(figure.verdict, "")
    if not target:
        return ""
    return f"{word}: {target}" if word and word != _WORDS["small"] else word or f"Target {target}"


def _tile_note(figure: Figure) -> str:
    parts = (figure.definition.words, sample_words(figure), figure.note)
    return "\n".join(part for part in parts if part)


def _score(report: KpiReport) -> tuple[str, str]:
    """How many targets were met, and the banner's style."""
    judged = [figure.verdict for figure in report.figures if figure.verdict in _WORDS]
    judged = [verdict for verdict in judged if verdict != "small"]
    if not judged:
        return "No target can be judged yet", "banner-near"
    met = judged.count("met")
    style = "banner-good" if met == len(judged) else "banner-near"
    if 2 * judged.count("missed") >= len(judged):
        style = "banner-bad"
    return f"{met} of {len(judged)} targets met", style


def _provenance(report: KpiReport, tracker: str) -> str:
    named = f"{tracker}   ·   " if tracker else ""
    local = scalar_to_local(report.as_of, report.period.timezone)
    return (
        f"{named}{report.period.first} to {report.period.last}, {report.period.timezone}   ·   "
        f"data up to {local:%Y-%m-%d %H:%M}   ·   rules {report.rules_hash[:10]}"
    )


def _counted(report: KpiReport) -> str:
    out = {reason: ids for reason, ids in report.counts.excluded.items() if ids}
    why = ", ".join(f"{len(ids):,} {reason.lower()}" for reason, ids in out.items())
    excluded = sum(len(ids) for ids in out.values())
    short = len(report.counts.not_measurable)
    return (
        f"{report.counts.counted:,} orders counted   ·   {excluded:,} excluded"
        f"{f' ({why})' if why else ''}   ·   {short:,} not measurable in some figure"
        f"{', listed below' if short or excluded else ''}"
    )
