"""Was it on time? Fulfilment, on-time dispatch, on-time delivery, perfect order.

Never count only what left: an overdue order that is still here belongs in the rate.
"""

from __future__ import annotations

import numpy as np

from sheetsync.domain.kpi.measure import join, not_measured, share
from sheetsync.domain.kpi.result import Figure
from sheetsync.domain.kpi.scene import Mask, Scene
from sheetsync.domain.kpi.tracking import tracking_wrong
from sheetsync.domain.moments import Moments

_NO_DISPATCH_BY = "the tracker has no Dispatch By column, and no dispatch target gives a due moment"
_NO_PROMISE = "the tracker has no Promised Date column; add it to switch this on"
_NO_DELIVERY = "the tracker has no Delivered Date column; add it to switch this on"
_NO_DISPATCH = "the tracker has no Dispatched Date column; add it to switch this on"


def delivery_figures(scene: Scene) -> list[Figure]:
    """Fulfilment, dispatch and delivery rates with their variants, in the registry's order."""
    return [*_fulfilment(scene), *_dispatch(scene), *_delivery(scene)]


def perfect_orders(scene: Scene) -> Figure:
    """Orders with nothing against them in the sheet, of those delivered in the period."""
    id_ = "perfect_order_rate"
    why = lacking_delivery(scene)
    if why:
        return not_measured(scene, id_, why)
    notes = ["judged without notices and complaints, which are not recorded"]
    fine = on_time_by_day(scene) & (scene.text("exceptions") == "")
    fine &= ~np.isin(scene.text("status"), ("Returned", "Delivery Failed", "Delayed"))
    if scene.has("tracking"):
        fine &= (scene.text("tracking") != "") & ~tracking_wrong(scene)
    else:
        notes.append("and without tracking numbers: no such column")
    return share(
        scene,
        id_,
        candidates=scene.within(scene.moment("delivered_at")),
        hits=fine,
        unmeasurable=_promise_unknown(scene),
        note=join(", ".join(notes), undated_note(scene)),
    )


def lacking_delivery(scene: Scene) -> str:
    """Why delivery against a promise cannot be measured; "" when it can."""
    if not scene.has("delivered_at"):
        return _NO_DELIVERY
    return "" if scene.has("promised_at") else _NO_PROMISE


def on_time_by_day(scene: Scene) -> Mask:
    """Orders delivered by the end of the promised local day."""
    delivered, promised = scene.moment("delivered_at"), scene.moment("promised_at")
    return np.asarray(scene.local_day(delivered) <= scene.local_day(promised))


def undated_note(scene: Scene) -> str:
    """How many orders of the period were delivered without a date."""
    number = int((scene.undated & scene.placed & scene.counted).sum())
    return f"{number} delivered without a date" if number else ""


def dispatch_due(scene: Scene) -> Mask:
    """Orders whose dispatch fell due in the period and can be judged: dispatched, or overdue."""
    due = scene.due(scene.moment("dispatch_by"))
    gone = ~np.isnat(scene.moment("dispatched_at"))
    return scene.within(scene.moment("dispatch_by")) & (gone | (due < scene.as_of))


def dispatched_in_time(scene: Scene) -> Mask:
    """Orders dispatched by their dispatch-by moment."""
    dispatched = scene.moment("dispatched_at")
    return np.asarray(dispatched <= scene.due(scene.moment("dispatch_by")))


def dispatch_unknown(scene: Scene) -> Mask:
    """Orders whose dispatch cannot be judged: no due moment, no known time, or an error there."""
    due, dispatched = scene.moment("dispatch_by"), scene.moment("dispatched_at")
    ticked = (scene.facts["dispatched"].to_numpy() == 1) & np.isnat(dispatched)
    unknown = np.isnat(due) & scene.placed
    unknown |= scene.within(due) & (ticked | scene.broken("dispatch_by", "dispatched_at"))
    return unknown


def lacking_dispatch(scene: Scene) -> str:
    """Why dispatch against its due moment cannot be measured; "" when it can."""
    if not scene.has("dispatched_at"):
        return _NO_DISPATCH
    known = scene.has("dispatch_by") or not np.isnat(scene.moment("dispatch_by")).all()
    return "" if known else _NO_DISPATCH_BY


def _fulfilment(scene: Scene) -> list[Figure]:
    dispatched = ~np.isnat(scene.moment("dispatched_at"))
    dispatched |= scene.facts["dispatched"].to_numpy() == 1
    out: list[Figure] = []
    why = lacking_dispatch(scene)
    if why:
        out.append(not_measured(scene, "fulfilment_rate", why))
    else:
        fine = dispatched_in_time(scene)
        out.append(
            share(
                scene,
                "fulfilment_rate",
                candidates=dispatch_due(scene),
                hits=fine,
                unmeasurable=dispatch_unknown(scene),
                note="completeness and correctness are not known: the Issues tab is not read yet",
            )
        )
    if not scene.has("dispatched_at"):
        return [*out, not_measured(scene, "fulfilment_rate.placed", _NO_DISPATCH)]
    placed = share(
        scene, "fulfilment_rate.placed", candidates=scene.placed, hits=dispatched,
        note=_matured(scene, dispatched),
    )  # fmt: skip
    return [*out, placed]


def _matured(scene: Scene, dispatched: Mask) -> str:
    """What share of the orders placed has had its time: dispatched, or past its due moment."""
    base = scene.placed & scene.counted
    due = scene.due(scene.moment("dispatch_by"))
    ripe = base & (dispatched | (due < scene.as_of))
    return f"{100 * ripe.sum() / base.sum():.0f} % matured" if base.any() else ""


def _dispatch(scene: Scene) -> list[Figure]:
    ids = ("on_time_dispatch_rate", "on_time_dispatch_rate.by_day")
    why = lacking_dispatch(scene)
    if why:
        return [not_measured(scene, id_, why) for id_ in ids]
    dispatched, by = scene.moment("dispatched_at"), scene.moment("dispatch_by")
    by_day = scene.local_day(dispatched) <= scene.local_day(by)
    readings = (dispatched_in_time(scene), by_day)
    return [
        share(
            scene, id_, candidates=dispatch_due(scene), hits=hits,
            unmeasurable=dispatch_unknown(scene),
        )
        for id_, hits in zip(ids, readings, strict=True)
    ]  # fmt: skip


def _delivery(scene: Scene) -> list[Figure]:
    base = "on_time_delivery_rate"
    ids = (base, f"{base}.by_day", f"{base}.instant", f"{base}.with_overdue")
    why = lacking_delivery(scene)
    if why:
        return [not_measured(scene, id_, why) for id_ in ids]
    delivered, promised = scene.moment("delivered_at"), scene.moment("promised_at")
    by_day = on_time_by_day(scene)
    instant = np.asarray(delivered <= promised)
    done = scene.within(delivered)
    unknown = _promise_unknown(scene)
    default = by_day if scene.inputs.rules.kpi.on_time_compare == "end_of_day" else instant
    note = undated_note(scene)
    figures = [
        share(scene, id_, candidates=done, hits=hits, unmeasurable=unknown, note=note)
        for id_, hits in zip(ids[:3], (default, by_day, instant), strict=True)
    ]
    late = done | _overdue_undelivered(scene, promised)
    figures.append(
        share(scene, ids[3], candidates=late, hits=default, unmeasurable=unknown, note=note)
    )
    return figures


def _overdue_undelivered(scene: Scene, promised: Moments) -> Mask:
    """Orders promised in the period, past their day, and still not delivered."""
    past = scene.local_day(promised) < scene.local_day(np.array([scene.as_of]))[0]
    here = np.isnat(scene.moment("delivered_at")) & ~scene.undated & ~scene.closed
    return np.asarray(scene.within(promised) & past & here)


def _promise_unknown(scene: Scene) -> Mask:
    """Delivered in the period without a promise or with an error there; or without a date."""
    done = scene.within(scene.moment("delivered_at"))
    short = np.isnat(scene.moment("promised_at")) | scene.broken("promised_at", "delivered_at")
    return (done & short) | (scene.undated & scene.placed)
