"""The few ways in which a figure is made: a rate from counts, a time from seconds, a plain count.

Percentiles are linear between neighbours, as a workbook's PERCENTILE.INC is, written out so that
SQL gives the same digits.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.kpi.registry import DEFINITIONS, Definition, Unit
from sheetsync.domain.kpi.result import Figure, Verdict
from sheetsync.domain.kpi.scene import Mask, Scene, Seconds
from sheetsync.domain.rules import KpiRules, KpiTarget

_SECONDS: Final[dict[Unit, int]] = {"days": 86_400, "hours": 3_600}
_SLACK: Final = 1e-9
"""Two floats closer than this are equal when a value is held against its target."""


def percentile(values: Seconds, share: float) -> float | None:
    """The percentile (share 0 to 1) by linear interpolation; None when there are no values."""
    if not len(values):
        return None
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def statistic(values: Seconds, key: str) -> float | None:
    """`mean`, `median`, `p90` or `p95` of whole seconds; None when there are none."""
    if key == "mean":
        return float(values.sum() / len(values)) if len(values) else None
    return percentile(values, {"median": 0.5, "p90": 0.9, "p95": 0.95}[key])


def share(
    scene: Scene,
    what: str | Definition,
    *,
    candidates: Mask,
    hits: Mask,
    unmeasurable: Mask | None = None,
    note: str = "",
) -> Figure:
    """A rate: of the `candidates` that count and can be measured, how many are `hits`.

    `unmeasurable` orders leave the rate and are counted beside it; they may stand outside the
    candidates (an order without a date has no period of its own).
    """
    short = np.zeros(len(scene.ids), dtype=bool) if unmeasurable is None else unmeasurable
    base = candidates & scene.counted & ~short
    good = base & hits
    n, k = int(base.sum()), int(good.sum())
    return finish(
        scene,
        what,
        value=k / n if n else None,
        numerator=k,
        n=n,
        excluded=int((candidates & ~scene.counted).sum()),
        unmeasured=scene.ids[short & scene.counted],
        parts=_parts(scene.ids[base], hits[base].astype(float)),
        note=note,
    )


def count(
    scene: Scene, what: str, *, hits: Mask, unmeasurable: Mask | None = None, note: str = ""
) -> Figure:
    """A number of orders."""
    short = np.zeros(len(scene.ids), dtype=bool) if unmeasurable is None else unmeasurable
    base = hits & scene.counted
    k = int(base.sum())
    return finish(
        scene,
        what,
        value=k,
        numerator=k,
        n=k,
        excluded=int((hits & ~scene.counted).sum()),
        unmeasured=scene.ids[short & scene.counted],
        parts=_parts(scene.ids[base], np.ones(k)),
        note=note,
    )


def duration(
    scene: Scene,
    what: str | Definition,
    key: str,
    *,
    candidates: Mask,
    seconds: Seconds,
    unmeasurable: Mask,
    note: str = "",
) -> Figure:
    """A mean or percentile of `seconds` (one per order, NaN unknown) over the candidates that count.

    Unknown and negative durations leave it and are counted beside it.
    """
    bad = unmeasurable | (candidates & ~(seconds >= 0))
    base = candidates & scene.counted & ~bad
    negative = int((candidates & scene.counted & ~unmeasurable & (seconds < 0)).sum())
    return times(
        scene,
        what,
        key,
        ids=scene.ids[base],
        seconds=seconds[base],
        excluded=int((candidates & ~scene.counted).sum()),
        unmeasured=scene.ids[bad & scene.counted],
        note=join(note, f"{negative} end before they begin" if negative else ""),
    )


def times(
    scene: Scene,
    what: str | Definition,
    key: str,
    *,
    ids: npt.NDArray[np.object_],
    seconds: Seconds,
    excluded: int,
    unmeasured: npt.NDArray[np.object_],
    note: str = "",
) -> Figure:
    """A mean or percentile of durations, in the unit of its definition."""
    per = _SECONDS[_definition(what).unit]
    result = statistic(seconds, key)
    total = float(seconds.sum()) / per
    return finish(
        scene,
        what,
        value=None if result is None else result / per,
        numerator=total if key == "mean" and len(seconds) else None,
        n=len(seconds),
        excluded=excluded,
        unmeasured=unmeasured,
        parts=_parts(ids, seconds),
        note=note,
    )


def not_measured(scene: Scene, what: str | Definition, why: str) -> Figure:
    """A figure that today's columns cannot tell; `why` ends with what would switch it on."""
    definition = _definition(what)
    return Figure(
        definition=definition,
        value=None,
        note=f"not measured: {why}",
        target=scene.inputs.rules.kpi.targets.get(definition.id),
        verdict="not measured",
    )


def finish(
    scene: Scene,
    what: str | Definition,
    *,
    value: float | None,
    numerator: float | None,
    n: int,
    excluded: int = 0,
    unmeasured: npt.NDArray[np.object_] | None = None,
    parts: dict[str, float] | None = None,
    note: str = "",
) -> Figure:
    """A measured figure with its target and verdict; without any order it says "no orders"."""
    definition = _definition(what)
    rules = scene.inputs.rules.kpi
    target = rules.targets.get(definition.id)
    missing = () if unmeasured is None else tuple(sorted({str(order) for order in unmeasured}))
    return Figure(
        definition=definition,
        value=value,
        numerator=numerator,
        n=n,
        excluded=excluded,
        not_measurable=0 if unmeasured is None else len(unmeasured),
        note=join("no orders" if value is None else "", note),
        target=target,
        verdict=judge(value, n, target, rules),
        parts=parts or {},
        unmeasured=missing,
    )


def judge(value: float | None, n: int | None, target: KpiTarget | None, rules: KpiRules) -> Verdict:
    """A value against its target: equal is met; within `near` of it is near."""
    if value is None:
        return "no orders"
    if target is None:
        return ""
    if n is not None and n < rules.smallest_sample:
        return "small"
    return against(value, target)


def against(value: float, target: KpiTarget) -> Verdict:
    """met, near or missed: equal to the target is met, up to `near` beside it is near."""
    gap = 0.0
    if target.at_least is not None:
        gap = max(gap, target.at_least - value)
    if target.at_most is not None:
        gap = max(gap, value - target.at_most)
    if gap <= _SLACK:
        return "met"
    return "near" if gap <= target.near + _SLACK else "missed"


def join(*parts: str) -> str:
    """The non-blank parts as one note."""
    return "; ".join(part for part in parts if part)


def wilson_lower(late: int, n: int, z: float = 1.645) -> float:
    """Lower Wilson bound of the share late / n (z 1.645: 90 %); 0 when there are none."""
    if not n:
        return 0.0
    p = late / n
    spread = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return max(0.0, (p + z * z / (2 * n) - spread) / (1 + z * z / n))


def _definition(what: str | Definition) -> Definition:
    return DEFINITIONS[what] if isinstance(what, str) else what


def _parts(ids: npt.NDArray[np.object_], values: Seconds) -> dict[str, float]:
    return dict(zip(ids.tolist(), values.tolist(), strict=True))
