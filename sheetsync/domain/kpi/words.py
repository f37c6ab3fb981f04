"""Values as a person reads them: `96.8 %`, `2.4 days`, `1,484`; the same in every report."""

from __future__ import annotations

from typing import Final

from sheetsync.domain.kpi.result import Figure
from sheetsync.domain.rules import KpiTarget

NOT_MEASURED: Final = "not measured"
FORMATS: Final = {
    "share": "0.0%",
    "days": "0.0",
    "hours": "0.0",
    "decimal": "0.0",
    "score": "0.00",
    "orders": "#,##0",
    "text": "",
}
"""Unit -> number format of a workbook."""


def value_words(value: float | None, unit: str) -> str:
    """A value with its unit; "not measured" for none."""
    if value is None:
        return NOT_MEASURED
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit in {"days", "hours"}:
        return f"{value:,.1f} {unit}"
    if unit == "score":
        return f"{value:.2f}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def target_words(target: KpiTarget | None, unit: str) -> str:
    """`at least 95 %`; "" without a target."""
    if target is None:
        return ""
    if target.at_least is not None:
        return f"at least {_short(target.at_least, unit)}"
    return f"at most {_short(target.at_most or 0.0, unit)}"


def change_words(figure: Figure, before: float | None) -> str:
    """`▲ 1.2 points better`, `▼ 3 orders better`, `unchanged`; "" where either is not measured."""
    if figure.value is None or before is None:
        return ""
    gap = float(figure.value) - before
    size = _size(gap, figure.unit)
    if not size:
        return "unchanged"
    good = (gap > 0) == (figure.definition.better == "higher")
    verdict = "" if not figure.definition.better else " better" if good else " worse"
    return f"{'▲' if gap > 0 else '▼'} {size}{verdict}"


def sample_words(figure: Figure) -> str:
    """The count under a number: `412 orders, 3 not measurable, 6 excluded`."""
    if figure.n is None:
        return ""
    parts = [f"{figure.n:,} order{'' if figure.n == 1 else 's'}"]
    if figure.not_measurable:
        parts.append(f"{figure.not_measurable:,} not measurable")
    if figure.excluded:
        parts.append(f"{figure.excluded:,} excluded")
    return ", ".join(parts)


def _short(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:g} %"
    if unit in {"days", "hours"}:
        return f"{value:g} {unit[:-1] if value == 1 else unit}"
    return f"{value:g}"


def _size(gap: float, unit: str) -> str:
    """How large a change is; "" where it rounds to nothing."""
    amount = abs(gap)
    if unit == "share":
        return f"{100 * amount:.1f} points" if 100 * amount >= 0.05 else ""
    if unit == "orders":
        return f"{amount:,.0f}" if amount >= 0.5 else ""
    if unit == "score":
        return f"{amount:.2f}" if amount >= 0.005 else ""
    return f"{amount:,.1f} {unit}" if amount >= 0.05 else ""
