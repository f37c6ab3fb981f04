"""A report as rows and plain values, for a table on screen, JSON and CSV; the command line prints."""

from __future__ import annotations

from typing import Any, Final

from sheetsync.domain.csv_cells import inert
from sheetsync.domain.kpi.result import Figure, KpiReport
from sheetsync.domain.kpi.words import sample_words, target_words, value_words

TABLE_HEADINGS: Final = ("KPI", "Value", "Target", "Verdict", "Orders", "Note")
CSV_HEADINGS: Final = (
    "period", "id", "name", "value", "unit", "numerator", "n", "excluded", "not_measurable",
    "target", "verdict", "note",
)  # fmt: skip
LIST_HEADINGS: Final = ("list", "order_id", "reason", "owner", "days")
_VERDICTS: Final = {
    "met": "met",
    "near": "near",
    "missed": "missed",
    "small": "too few orders",
    "no orders": "no orders",
    "not measured": "not measured",
    "": "",
}


def as_json(report: KpiReport) -> dict[str, Any]:
    """The report as plain JSON values, moments in ISO 8601 UTC."""
    return {
        "period": report.period.id,
        "as_of": report.as_of.isoformat(),
        "rules": report.rules_hash,
        "kpis": [
            {
                "id": figure.id,
                "value": figure.value,
                "unit": figure.unit,
                "numerator": figure.numerator,
                "n": figure.n,
                "excluded": figure.excluded,
                "not_measurable": figure.not_measurable,
                "note": figure.note,
            }
            for figure in report.figures
        ],
    }


def table_rows(report: KpiReport, *, variants: bool = False) -> list[tuple[str, ...]]:
    """Rows of TABLE_HEADINGS; second readings of a KPI only where `variants` asks for them."""
    return [
        (
            figure.name,
            value_words(figure.value, figure.unit)
            if figure.verdict != "no orders"
            else "no orders",
            target_words(figure.target, figure.unit),
            _VERDICTS[figure.verdict],
            sample_words(figure),
            figure.note,
        )
        for figure in report.figures
        if variants or not figure.definition.is_variant
    ]


def csv_rows(report: KpiReport) -> list[tuple[str, ...]]:
    """Rows of CSV_HEADINGS: every figure with all its digits; a blank where nothing is measured."""
    return [_csv_row(report, figure) for figure in report.figures]


def list_rows(report: KpiReport) -> list[tuple[str, ...]]:
    """Rows of LIST_HEADINGS: every order of every drill-down."""
    return [
        (
            listing.id,
            inert(entry.order_id),
            inert(entry.reason),
            inert(entry.owner),
            "" if entry.days is None else repr(entry.days),
        )
        for listing in report.listings
        for entry in listing.entries
    ]


def _csv_row(report: KpiReport, figure: Figure) -> tuple[str, ...]:
    numbers = (figure.numerator, figure.n, figure.excluded, figure.not_measurable)
    return (
        report.period.id,
        figure.id,
        inert(figure.name),
        _digits(figure.value),
        figure.unit,
        *(_digits(number) for number in numbers),
        target_words(figure.target, figure.unit),
        figure.verdict,
        inert(figure.note),
    )


def _digits(value: float | None) -> str:
    return "" if value is None else repr(value)
