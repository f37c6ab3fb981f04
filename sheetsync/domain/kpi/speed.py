"""How long did it take? Order to delivery, order to dispatch: by the wall, in open hours, less holds."""

from __future__ import annotations

from typing import Final

import numpy as np

from sheetsync.domain.kpi.delivery import undated_note
from sheetsync.domain.kpi.measure import duration, not_measured
from sheetsync.domain.kpi.result import Figure
from sheetsync.domain.kpi.scene import Mask, Scene, Seconds
from sheetsync.domain.moments import Moments

_KEYS: Final = ("mean", "median", "p90")


def speed_figures(scene: Scene) -> list[Figure]:
    """Cycle time and time to dispatch with their variants, in the registry's order."""
    return [*_cycle(scene), *_to_dispatch(scene)]


def elapsed(start: Moments, stop: Moments) -> Seconds:
    """Seconds by the wall from `start` to `stop`; NaN where either is blank."""
    gap = (stop - start).astype("timedelta64[s]")
    return np.where(np.isnat(gap), np.nan, gap.astype(np.int64).astype(np.float64))


def _cycle(scene: Scene) -> list[Figure]:
    names = [(key, f"cycle_time_{key}") for key in _KEYS]
    if not scene.has("delivered_at", "ordered_at"):
        why = "the tracker has no Delivered Date or no Order Date & Time column; add it"
        return [not_measured(scene, id_, why) for _, base in names for id_ in (base, f"{base}.net")]
    ordered, delivered = scene.moment("ordered_at"), scene.moment("delivered_at")
    done = scene.within(delivered)
    gross = elapsed(ordered, delivered)
    short = _short(scene, done, gross, "delivered_at") | (scene.undated & scene.placed)
    net = gross - scene.held(ordered, delivered)
    unheld = "no holds were recorded" if scene.inputs.pauses is None else ""
    out: list[Figure] = []
    for key, base in names:
        for id_, seconds, note in ((base, gross, ""), (f"{base}.net", net, unheld)):
            words = "; ".join(part for part in (undated_note(scene), note) if part)
            out.append(
                duration(
                    scene, id_, key, candidates=done, seconds=seconds, unmeasurable=short,
                    note=words,
                )
            )  # fmt: skip
    return out


def _to_dispatch(scene: Scene) -> list[Figure]:
    names = [(key, f"dispatch_time_{key}") for key in _KEYS]
    if not scene.has("dispatched_at", "ordered_at"):
        why = "the tracker has no Dispatched Date or no Order Date & Time column; add it"
        return [
            not_measured(scene, id_, why) for _, base in names for id_ in (base, f"{base}.open")
        ]
    ordered, dispatched = scene.moment("ordered_at"), scene.moment("dispatched_at")
    done = scene.within(dispatched)
    wall = elapsed(ordered, dispatched)
    short = _short(scene, done, wall, "dispatched_at")
    opened = np.full(len(wall), np.nan)
    opened[done] = scene.opening.between(ordered[done], dispatched[done])
    opened = np.where(wall < 0, wall, opened)
    return [
        duration(scene, id_, key, candidates=done, seconds=seconds, unmeasurable=short)
        for key, base in names
        for id_, seconds in ((base, wall), (f"{base}.open", opened))
    ]


def _short(scene: Scene, done: Mask, seconds: Seconds, stamp: str) -> Mask:
    """Of the orders done, those whose duration is not known or rests on a cell in error."""
    return done & (np.isnan(seconds) | scene.broken("ordered_at", stamp))
