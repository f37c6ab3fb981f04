"""One period's report from the frozen rows: every KPI of the registry, tables and lists.

Same rows, same rules, same `as_of`: the same report, byte for byte.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sheetsync.domain.kpi.backlog import age_table, backlog_figures
from sheetsync.domain.kpi.delivery import delivery_figures, perfect_orders
from sheetsync.domain.kpi.drilldowns import all_listings
from sheetsync.domain.kpi.facts import check_facts
from sheetsync.domain.kpi.notices import FIGURES as NOTICES
from sheetsync.domain.kpi.notices import notice_figures
from sheetsync.domain.kpi.periods import Period
from sheetsync.domain.kpi.quality import (
    exception_rate,
    exception_table,
    not_recorded,
    rating_figures,
    return_rate,
)
from sheetsync.domain.kpi.registry import DEFINITIONS, NOT_RECORDED
from sheetsync.domain.kpi.result import Counts, Figure, KpiReport
from sheetsync.domain.kpi.scene import KpiInputs, Scene, set_scene
from sheetsync.domain.kpi.scorecards import carrier_table, handler_table, vendor_table, week_table
from sheetsync.domain.kpi.service import FIGURES as SERVICE
from sheetsync.domain.kpi.service import service_figures
from sheetsync.domain.kpi.speed import speed_figures
from sheetsync.domain.kpi.stages import stage_figures, stage_table
from sheetsync.domain.kpi.tracking import tracking_figures, update_gap
from sheetsync.domain.moments import as_aware


def compute(inputs: KpiInputs, period: Period, as_of: datetime) -> KpiReport:
    """Every KPI of `period` from the frozen rows, as they stood at the aware moment `as_of`.

    What came after `as_of` has not happened. Raises ValueError when the facts are not facts.
    """
    check_facts(inputs.facts)
    scene = set_scene(inputs, period, as_of)
    figures = _figures(scene)
    return KpiReport(
        period=period,
        as_of=as_of,
        snapshot=as_aware(scene.snapshot),
        rules_hash=inputs.rules.hash,
        figures=figures,
        tables=(
            stage_table(scene),
            vendor_table(scene),
            carrier_table(scene),
            handler_table(scene),
            age_table(scene),
            exception_table(scene),
            week_table(scene),
        ),
        listings=all_listings(scene),
        counts=_counts(scene, figures),
    )


def _figures(scene: Scene) -> tuple[Figure, ...]:
    found = [
        *delivery_figures(scene),
        perfect_orders(scene),
        *tracking_figures(scene),
        return_rate(scene),
        exception_rate(scene),
        *speed_figures(scene),
        *stage_figures(scene),
        *backlog_figures(scene),
        update_gap(scene),
        *rating_figures(scene),
        *notice_figures(scene),
        *service_figures(scene),
        *(not_recorded(scene, id_) for id_ in NOT_RECORDED if id_ not in (*NOTICES, *SERVICE)),
    ]
    places = {id_: place for place, id_ in enumerate(DEFINITIONS)}
    return tuple(sorted(found, key=lambda f: (places.get(f.id, places[f.definition.family]), f.id)))


def _counts(scene: Scene, figures: tuple[Figure, ...]) -> Counts:
    """Orders with a stake in the period: placed, due, dispatched or delivered in it."""
    stake = scene.placed.copy()
    for column in ("promised_at", "dispatch_by", "dispatched_at", "delivered_at"):
        stake |= scene.within(scene.moment(column))
    short = sorted(
        {order for f in figures if not f.definition.is_variant for order in f.unmeasured}
    )
    mine = set(scene.ids[stake & scene.counted].tolist())
    return Counts(
        counted=int((stake & scene.counted).sum()),
        excluded={
            reason: tuple(np.sort(scene.ids[mask & stake]).tolist())
            for reason, mask in scene.excluded.items()
        },
        not_measurable=tuple(order for order in short if order in mine),
    )
