"""Where does the time go? Dwell per stage, stages over their limit, and the bottleneck.

Dwell comes as a frame: open seconds of the target's calendar, less holds. A stage that was skipped,
is unsure or began before watching is counted beside the percentiles, never in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.measure import finish, join, not_measured, statistic, times
from sheetsync.domain.kpi.registry import DEFINITIONS, Definition, variant
from sheetsync.domain.kpi.result import Column, Figure, Table
from sheetsync.domain.kpi.scene import Scene
from sheetsync.domain.model import STAGES

NO_DWELL: Final = (
    "no stage times were recorded yet; each pass of sync stamps them "
    "(Allocated At, Picked At, Packed At)"
)
_JUDGED: Final = ("met", "missed")
_STAGE_COLUMNS: Final = (
    Column(key="stage", heading="Stage", unit="text"),
    Column(key="target", heading="Limits", unit="text"),
    Column(key="n", heading="Measured"),
    Column(key="median", heading="Median h", unit="hours"),
    Column(key="p90", heading="p90 h", unit="hours"),
    Column(key="p95", heading="p95 h", unit="hours"),
    Column(key="limit", heading="Limit h", unit="hours"),
    Column(key="missed", heading="Over limit", unit="share"),
    Column(key="excess", heading="Hours over", unit="hours"),
    Column(key="unsure", heading="Unsure"),
    Column(key="skipped", heading="Skipped"),
)


def stage_figures(scene: Scene) -> list[Figure]:
    """Dwell percentiles and breach rates of every stage, and the bottleneck."""
    if scene.ended is None:
        return [not_measured(scene, id_, NO_DWELL) for id_ in _ids()]
    parts = {stage: scene.ended[(scene.ended["stage"] == stage).to_numpy()] for stage in STAGES}
    figures = [figure for stage, mine in parts.items() for figure in _dwells(scene, stage, mine)]
    for stage, mine in parts.items():
        figures.extend(_breaches(scene, stage, mine))
    return [*figures, _bottleneck(scene)]


def stage_table(scene: Scene) -> Table:
    """One row per stage that ended in the period; the bottleneck stands out."""
    title = "Stages"
    if scene.ended is None:
        return Table(
            id="stages",
            title=title,
            columns=_STAGE_COLUMNS,
            rows=(),
            note=f"not measured: {NO_DWELL}",
        )
    rows = [_stage_row(stage, mine) for stage, mine in scene.ended_by_stage.items() if len(mine)]
    worst = bottleneck_stage(scene)
    return Table(
        id="stages",
        title=title,
        columns=_STAGE_COLUMNS,
        rows=tuple(rows),
        note="" if rows else "no stage ended in the period",
        bold=(worst,) if worst else (),
    )


def bottleneck_stage(scene: Scene) -> str:
    """The stage with most hours over its limit, by p90 / limit where equal; "" when none is over."""
    best = ("", (0.0, 0.0))
    for stage, mine in scene.ended_by_stage.items():
        if mine.empty:
            continue
        judged = mine[mine["outcome"].isin(_JUDGED)]
        excess = _excess(judged)
        if excess > 0:
            ratio = statistic((judged["seconds"] / judged["limit"]).to_numpy(), "p90") or 0.0
            best = max(best, (stage, (excess, ratio)), key=lambda found: found[1])
    return best[0]


def _ids() -> Iterator[str]:
    for id_ in DEFINITIONS:
        if id_.endswith(("_breach_rate", "_dwell_median", "_dwell_p90", "_dwell_p95")):
            yield id_
    yield "bottleneck"


def _measured(stays: pd.DataFrame) -> pd.Series:
    """Stays whose length is known well enough for a percentile."""
    known = ~stays["outcome"].isin(("unsure", "skipped", "unmeasured", "negative"))
    return known & (stays["seconds"] >= 0)


def _dwells(scene: Scene, stage: str, stays: pd.DataFrame) -> list[Figure]:
    counted = stays[stays["counted"].to_numpy()]
    fine = _measured(counted).to_numpy()
    kept, left = counted[fine], counted[~fine]
    seconds, note = kept["seconds"].to_numpy(dtype=np.float64), _left_out(left)
    return [
        times(
            scene,
            f"{stage.lower()}_dwell_{key}",
            key,
            ids=kept["order_id"].to_numpy(dtype=object),
            seconds=seconds,
            excluded=len(stays) - len(counted),
            unmeasured=left["order_id"].to_numpy(dtype=object),
            note=note,
        )
        for key in ("median", "p90", "p95")
    ]


def _left_out(left: pd.DataFrame) -> str:
    if left.empty:
        return ""
    counts = left["outcome"].value_counts()
    words = {
        "unsure": "unsure",
        "skipped": "skipped",
        "unmeasured": "begun before watching",
        "": "without a limit",
    }
    known = [f"{counts[key]} {word}" for key, word in words.items() if key in counts.index]
    rest = int(len(left) - sum(int(counts[key]) for key in words if key in counts.index))
    return join(", ".join(known), f"{rest} of negative length" if rest else "")


def _breaches(scene: Scene, stage: str, stays: pd.DataFrame) -> list[Figure]:
    base = DEFINITIONS[f"{stage.lower()}_breach_rate"]
    out = [_breach(scene, base, stays)]
    for priority in sorted({str(p) for p in stays["priority"] if p}):
        name = f"{base.name}, {priority}"
        mine = stays[(stays["priority"] == priority).to_numpy()]
        suffix = priority.lower().replace(" ", "_").replace(".", "_")
        out.append(_breach(scene, variant(base, suffix, name), mine))
    return out


def _breach(scene: Scene, what: Definition, stays: pd.DataFrame) -> Figure:
    counted = stays[stays["counted"].to_numpy()]
    if len(counted) and (counted["outcome"] == "").all():
        return not_measured(scene, what, "the rules have no limit for it; add one to sla.yaml")
    judged = counted[counted["outcome"].isin(_JUDGED)]
    left = counted[~counted["outcome"].isin(_JUDGED)]
    missed = (judged["outcome"] == "missed").to_numpy()
    n, k = len(judged), int(missed.sum())
    ids = judged["order_id"].to_numpy(dtype=object)
    return finish(
        scene,
        what,
        value=k / n if n else None,
        numerator=k,
        n=n,
        excluded=int((~stays["counted"]).sum()),
        unmeasured=left["order_id"].to_numpy(dtype=object),
        parts=dict(zip(ids.tolist(), missed.astype(float).tolist(), strict=True)),
        note=_left_out(left),
    )


def _bottleneck(scene: Scene) -> Figure:
    worst = bottleneck_stage(scene)
    stays = pd.concat(list(scene.ended_by_stage.values()), ignore_index=True)
    judged = stays[stays["outcome"].isin(_JUDGED)]
    here = judged[(judged["stage"] == worst).to_numpy()]
    missed = here[(here["outcome"] == "missed").to_numpy()]
    over = (missed["seconds"] - missed["limit"]).to_numpy(dtype=np.float64)
    words = (
        f"{worst}: {len(missed)} of {len(here)} over the limit"
        if worst
        else "no stage over its limit"
    )
    return finish(
        scene,
        "bottleneck",
        value=_excess(here) / 3_600 if len(judged) else None,
        numerator=None,
        n=len(here) if worst else len(judged),
        unmeasured=stays[~stays["outcome"].isin((*_JUDGED, ""))]["order_id"].to_numpy(dtype=object),
        parts=dict(zip(missed["order_id"].tolist(), over.tolist(), strict=True)),
        note=words if len(judged) else "",
    )


def _excess(judged: pd.DataFrame) -> float:
    """Seconds over the limit, added up."""
    return float((judged["seconds"] - judged["limit"]).clip(lower=0).sum())


def _stage_row(stage: str, stays: pd.DataFrame) -> tuple[Any, ...]:
    known = stays[_measured(stays)]["seconds"].to_numpy(dtype=np.float64)
    judged = stays[stays["outcome"].isin(_JUDGED)]
    missed = int((judged["outcome"] == "missed").sum())
    hours = [statistic(known, key) for key in ("median", "p90", "p95")]
    limits = judged["limit"]
    return (
        stage,
        _limits(judged),
        len(known),
        *(None if value is None else value / 3_600 for value in hours),
        float(limits.mode().iloc[0]) / 3_600 if len(limits) else None,
        missed / len(judged) if len(judged) else None,
        _excess(judged) / 3_600,
        int((stays["outcome"] == "unsure").sum()),
        int((stays["outcome"] == "skipped").sum()),
    )


def _limits(judged: pd.DataFrame) -> str:
    """The usual limit, then the priorities that have another: `4 h, Bulk 8 h, Expedited 2 h`.

    Where the limit does not follow from the priority, all that were applied: `48 h, 72 h or 96 h`.
    """
    if judged.empty:
        return ""
    if judged.drop_duplicates(["priority", "limit"])["priority"].duplicated().any():
        *first, last = [_hours(limit) for limit in sorted(judged["limit"].unique())]
        return f"{', '.join(first)} or {last}"
    usual = float(judged["limit"].mode().iloc[0])
    pairs = judged.groupby("priority", sort=True)["limit"].agg(lambda s: s.mode().iloc[0])
    other = [
        f"{name or 'blank'} {_hours(limit)}" for name, limit in pairs.items() if limit != usual
    ]
    return ", ".join([_hours(usual), *other])


def _hours(seconds: float) -> str:
    return f"{seconds / 3_600:g} h"
