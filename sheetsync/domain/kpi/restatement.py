"""What changed in a published period: a KPI tab never changes without saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheetsync.domain.kpi.result import Figure, KpiReport
from sheetsync.domain.kpi.words import value_words

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """One KPI whose value or counts changed, and the orders whose part in it changed."""

    id: str
    name: str
    old: str
    new: str
    orders: tuple[str, ...]

    @property
    def line(self) -> str:
        """As the tab says it: `On-time delivery: 96.0 % (24 of 25) is now ...`."""
        named = ", ".join(self.orders[:_NAMED])
        more = f" and {len(self.orders) - _NAMED} more" if len(self.orders) > _NAMED else ""
        who = f"; orders {named}{more}" if named else "; its definition or rules changed"
        return f"{self.name}: {self.old} is now {self.new}{who}."


def compare(old: KpiReport, new: KpiReport) -> tuple[Restated, ...]:
    """KPIs of the same period that differ between two reports, in the new report's order.

    Variants are left out: they follow their KPI. Raises ValueError for two different periods.
    """
    if old.period.id != new.period.id:
        raise ValueError(f"{old.period.id} and {new.period.id} are not the same period.")
    before = {figure.id: figure for figure in old.figures}
    return tuple(
        _restated(before[figure.id], figure)
        for figure in new.figures
        if not figure.definition.is_variant
        and figure.id in before
        and _facts(before[figure.id]) != _facts(figure)
    )


def restatement_lines(restated: Sequence[Restated]) -> tuple[str, ...]:
    """The lines for the tab's header."""
    return tuple(item.line for item in restated)


def told(report: KpiReport) -> dict[str, str]:
    """Every figure of a report as its tab tells it (KPI id -> words), variants left out."""
    return {f.id: _told(f) for f in report.figures if not f.definition.is_variant}


def dated_lines(before: Mapping[str, str], report: KpiReport, *, on: date, why: str) -> list[str]:
    """What a closed period now says otherwise than `before` (as `told` gave it), one line per KPI.

    `on` is the local day of the restatement, `why` what brought it about.
    """
    return [
        f"{on.isoformat()}: {figure.name}: {before[figure.id]} is now {_told(figure)}; {why}."
        for figure in report.figures
        if figure.id in before and before[figure.id] != _told(figure)
    ]


def _restated(old: Figure, new: Figure) -> Restated:
    return Restated(
        id=new.id, name=new.name, old=_told(old), new=_told(new), orders=_moved(old, new)
    )


def _facts(figure: Figure) -> tuple[object, ...]:
    return figure.value, figure.n, figure.not_measurable, figure.excluded


def _moved(old: Figure, new: Figure) -> tuple[str, ...]:
    """Orders that came, went or changed their part."""
    orders = {*old.parts, *new.parts}
    moved = {order for order in orders if old.parts.get(order) != new.parts.get(order)}
    moved |= set(old.unmeasured) ^ set(new.unmeasured)
    return tuple(sorted(moved))


def _told(figure: Figure) -> str:
    words = value_words(figure.value, figure.unit)
    if figure.n is None or figure.unit == "orders":
        return words
    if figure.unit == "share" and figure.numerator is not None:
        return f"{words} ({figure.numerator:,.0f} of {figure.n:,})"
    return f"{words} (n {figure.n:,})"
