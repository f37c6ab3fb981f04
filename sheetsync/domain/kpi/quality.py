"""What went wrong? Returns, exceptions by type, ratings; and what no column can tell yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.measure import finish, not_measured, share
from sheetsync.domain.kpi.registry import NOT_RECORDED
from sheetsync.domain.kpi.result import Column, Figure, Table
from sheetsync.domain.kpi.scene import Mask, Scene

_NO_EVENTS = "when an exception was opened is not recorded; each pass of sync records it"


def return_rate(scene: Scene) -> Figure:
    """Orders returned, of the cohort delivered in the period."""
    id_ = "return_rate"
    for column, title in (("delivered_at", "Delivered Date"), ("status", "Status")):
        if not scene.has(column):
            why = f"the tracker has no {title} column; add it to switch this on"
            return not_measured(scene, id_, why)
    done = scene.within(scene.moment("delivered_at"))
    return share(
        scene,
        id_,
        candidates=done,
        hits=scene.text("status") == "Returned",
        unmeasurable=(done & scene.broken("status", "delivered_at"))
        | (scene.undated & scene.placed),
        note="told by the Status Returned",
    )


def exception_rate(scene: Scene) -> Figure:
    """Orders on which an exception was opened, of the orders open at some time in the period."""
    id_ = "exception_rate"
    opened = _opened(scene)
    if opened is None:
        return not_measured(scene, id_, _NO_EVENTS)
    hit = scene.facts.index.isin(opened["order_id"].unique())
    return share(scene, id_, candidates=_active(scene) | hit, hits=hit)


def exception_table(scene: Scene) -> Table:
    """Orders by type of the exceptions opened in the period, most first; one order may be in several."""
    columns = (
        Column(key="type", heading="Exception", unit="text"),
        Column(key="orders", heading="Orders"),
        Column(key="share", heading="Of active", unit="share"),
        Column(key="running", heading="Running share", unit="share"),
    )
    title = "Exceptions by type"
    opened = _opened(scene)
    if opened is None:
        return Table(
            id="exceptions",
            title=title,
            columns=columns,
            rows=(),
            note=f"not measured: {_NO_EVENTS}",
        )
    counts = opened.groupby("new")["order_id"].nunique().rename("n").reset_index()
    counts = counts.sort_values(["n", "new"], ascending=[False, True])
    active = int((_active(scene) & scene.counted).sum())
    running, total = counts["n"].cumsum(), int(counts["n"].sum())
    rows = tuple(
        (str(kind), int(n), int(n) / active if active else None, int(upto) / total)
        for kind, n, upto in zip(counts["new"], counts["n"], running, strict=True)
    )
    return Table(
        id="exceptions", title=title, columns=columns, rows=rows,
        note="" if rows else "no exception was opened",
    )  # fmt: skip


def rating_figures(scene: Scene) -> list[Figure]:
    """Customer satisfaction with its variants. A blank rating is never 0."""
    ids = ("csat", "csat.share_4_5", "csat.response_rate", "csat.placed")
    if not scene.has("csat"):
        why = "the tracker has no CSAT column; add it, or a Feedback tab, to switch this on"
        return [not_measured(scene, id_, why) for id_ in ids]
    done = scene.within(scene.moment("delivered_at"))
    rating = scene.facts["csat"].to_numpy()
    rated = ~np.isnan(rating)
    bad = scene.broken("csat")
    note = "counted by the day of delivery: no date of the answer"
    return [
        _mean_rating(scene, ids[0], done, bad, note),
        share(scene, ids[1], candidates=done & rated, hits=rating >= 4, unmeasurable=done & bad),
        share(scene, ids[2], candidates=done, hits=rated),
        _mean_rating(scene, ids[3], scene.placed, bad, ""),
    ]


def not_recorded(scene: Scene, id_: str) -> Figure:
    """A KPI that no column of today's tracker can tell."""
    return not_measured(scene, id_, NOT_RECORDED[id_])


def contradictory(scene: Scene) -> dict[str, Mask]:
    """Why (in words) -> orders whose evidence cannot be true as it stands."""
    ordered, by = scene.moment("ordered_at"), scene.moment("dispatched_at")
    allocated, delivered = scene.moment("allocated_at"), scene.moment("delivered_at")
    cancelled = scene.text("status") == "Cancelled"
    return {
        "Delivered before it was dispatched": delivered < by,
        "Delivered before it was ordered": delivered < ordered,
        "Dispatched before it was ordered": by < ordered,
        "Dispatched before it was allocated": (by < allocated) & ~(by < ordered),
        "Delivered, but no date of delivery": scene.undated,
        "Cancelled, but has a date of delivery": cancelled & ~np.isnat(delivered),
        "Cancelled, but has a dispatch date": cancelled & ~np.isnat(by) & np.isnat(delivered),
    }


def _mean_rating(scene: Scene, id_: str, candidates: Mask, bad: Mask, note: str) -> Figure:
    rating = scene.facts["csat"].to_numpy()
    asked = candidates & scene.counted & ~bad
    rated = asked & ~np.isnan(rating)
    n, total = int(rated.sum()), float(rating[rated].sum())
    unrated = int((asked & np.isnan(rating)).sum())
    return finish(
        scene,
        id_,
        value=total / n if n else None,
        numerator=total if n else None,
        n=n,
        excluded=int((candidates & ~scene.counted).sum()),
        unmeasured=scene.ids[candidates & scene.counted & bad],
        parts=dict(zip(scene.ids[rated].tolist(), rating[rated].tolist(), strict=True)),
        note="; ".join(
            part for part in (f"{unrated} without a rating" if unrated else "", note) if part
        ),
    )


def _active(scene: Scene) -> Mask:
    """Orders open at some time in the period."""
    ordered, delivered = scene.moment("ordered_at"), scene.moment("delivered_at")
    began = ordered <= scene.snapshot
    over = (delivered < scene.start) | ((scene.undated | scene.closed) & ~scene.placed)
    return began & ~over


def _opened(scene: Scene) -> pd.DataFrame | None:
    """Status changes of the period into an exception, of known orders that count."""
    events = scene.inputs.events
    if events is None:
        return None
    rules = scene.inputs.rules.statuses.statuses.values()
    kinds = [s.name for s in rules if s.exception or s.pauses or s.kind == "overlay"]
    at = events["at"].to_numpy()
    fresh = (events["field"] == "status").to_numpy() & events["new"].isin(kinds).to_numpy()
    fresh &= scene.within(at) & (at <= scene.as_of)
    place = scene.facts.index.get_indexer(pd.Index(events["order_id"]))
    fresh &= place >= 0
    kept = events[fresh]
    return kept[scene.counted[place[fresh]]]
