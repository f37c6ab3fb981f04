"""Can each order be followed? Orders tracked, tracking coverage, time between status changes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.facts import claimed_stage
from sheetsync.domain.kpi.measure import not_measured, share, times
from sheetsync.domain.kpi.result import Figure
from sheetsync.domain.kpi.scene import Mask, Scene
from sheetsync.domain.model import EVIDENCE


def tracking_figures(scene: Scene) -> list[Figure]:
    """Orders tracked and tracking coverage, with their variants."""
    return [*_tracked(scene), *_coverage(scene)]


def untracked(scene: Scene) -> Mask:
    """Orders without a known Status, with a stage lacking its evidence, or with an error of Check."""
    return ~_followed(scene)


def skipped_evidence(scene: Scene) -> Mask:
    """Orders with a later tick or date while an earlier one is blank."""
    ticks = np.column_stack([scene.facts[evidence].to_numpy() == 1 for evidence in EVIDENCE])
    later = np.logical_or.accumulate(ticks[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((later & ~ticks).any(axis=1))


def tracking_wrong(scene: Scene) -> Mask:
    """Orders whose tracking number has not the shape of its carrier, or an error of Check."""
    return scene.number_shapes[1] | scene.broken("tracking")


def update_gap(scene: Scene) -> Figure:
    """Median time from one status change of an order to the next."""
    id_ = "status_update_gap_median"
    events = scene.inputs.events
    if events is None:
        return not_measured(
            scene, id_, "no status changes were recorded; each pass of sync records them"
        )
    known = scene.facts.index.get_indexer(pd.Index(events["order_id"])) >= 0
    status = events[(events["field"] == "status").to_numpy() & known]
    status = status[(status["at"] <= scene.as_of).to_numpy()]
    status = status.sort_values(["order_id", "at"], kind="stable")
    gap = status["at"].diff().dt.total_seconds().to_numpy()
    same = (status["order_id"] == status["order_id"].shift()).to_numpy()
    place = scene.facts.index.get_indexer(pd.Index(status["order_id"]))
    ended = same & scene.within(status["at"].to_numpy())
    counted = ended & scene.counted[place]
    return times(
        scene,
        id_,
        "median",
        ids=status["order_id"].to_numpy(dtype=object)[counted],
        seconds=gap[counted],
        excluded=int((ended & ~counted).sum()),
        unmeasured=np.array([], dtype=object),
    )


def _followed(scene: Scene) -> Mask:
    status = scene.text("status")
    known = np.isin(status, list(scene.inputs.rules.statuses.statuses))
    claimed = claimed_stage(status) > scene.reached(scene.as_of)
    errors = scene.facts["errors"].to_numpy() > 0
    return known & ~claimed & ~skipped_evidence(scene) & ~errors


def _tracked(scene: Scene) -> list[Figure]:
    fine = _followed(scene)
    note = "" if scene.has("delivered_at") else "delivery is a claim only: no Delivered Date column"
    return [
        share(scene, "orders_tracked", candidates=scene.placed, hits=fine, note=note),
        share(
            scene, "orders_tracked.open", candidates=scene.open_at(scene.snapshot), hits=fine,
            note=note,
        ),
    ]  # fmt: skip


def _coverage(scene: Scene) -> list[Figure]:
    ids = ("tracking_coverage", "tracking_coverage.checked")
    for column, title in (("dispatched_at", "Dispatched Date"), ("tracking", "Tracking Number")):
        if not scene.has(column):
            why = f"the tracker has no {title} column; add it to switch this on"
            return [not_measured(scene, id_, why) for id_ in ids]
    gone = scene.within(scene.moment("dispatched_at"))
    unknown = gone & scene.broken("dispatched_at")
    there = scene.text("tracking") != ""
    shaped, _ = scene.number_shapes
    fine = there & ~tracking_wrong(scene)
    unchecked = int((gone & ~unknown & scene.counted & there & ~shaped).sum())
    note = f"{unchecked} of a carrier whose number shape is not known" if unchecked else ""
    return [
        share(scene, ids[0], candidates=gone, hits=fine, unmeasurable=unknown, note=note),
        share(
            scene, ids[1], candidates=gone, hits=fine,
            unmeasurable=unknown | (gone & there & ~shaped),
        ),
    ]  # fmt: skip
