"""The one sentence at the top of a report: where we stand, what holds us up, what needs a decision."""

from __future__ import annotations

from collections.abc import Mapping

from sheetsync.domain.kpi.result import Figure, KpiReport
from sheetsync.domain.kpi.words import target_words, value_words

History = Mapping[str, Mapping[str, float | None]]
"""Period id -> KPI id -> value, as published."""


def sentence(report: KpiReport, history: History) -> str:
    """On-time delivery against target and the period before; bottleneck; open decisions."""
    before = report.period.shifted(-1)
    parts = [
        _on_time(
            report.figure("on_time_delivery_rate"),
            history.get(before.id, {}).get("on_time_delivery_rate"),
            before.short,
        ),
        _bottleneck(report.figure("bottleneck")),
        _decisions(report),
    ]
    return " ".join(part for part in parts if part)


def _on_time(figure: Figure, before: float | None, label: str) -> str:
    if figure.value is None:
        return f"On-time delivery: {figure.note}."
    facts = []
    if figure.target is not None:
        facts.append(f"target {target_words(figure.target, figure.unit)}")
    if before is not None:
        gap = 100 * (float(figure.value) - before)
        facts.append(f"{gap:+.1f} points against {label}")
    if figure.verdict == "small":
        facts.append(f"only {figure.n} orders")
    told = f" ({', '.join(facts)})" if facts else ""
    return f"On-time delivery {value_words(figure.value, figure.unit)}{told}."


def _bottleneck(figure: Figure) -> str:
    if figure.verdict == "not measured":
        return "Bottleneck: not measured, no stage times yet."
    if figure.value is None:
        return ""
    return f"Bottleneck: {figure.note}." if figure.parts else "No stage went over its limit."


def _decisions(report: KpiReport) -> str:
    """How many different orders stand overdue or contradict themselves."""
    wanting = {
        entry.order_id
        for id_ in ("overdue_now", "contradictory")
        for entry in report.listing(id_).entries
    }
    if not wanting:
        return "No order needs a decision."
    return f"{len(wanting):,} order{'' if len(wanting) == 1 else 's'} need{'s' if len(wanting) == 1 else ''} a decision."
