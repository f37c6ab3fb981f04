"""How much work is waiting? Open orders at the end of the period, by stage and age; what is overdue."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sheetsync.domain.kpi.measure import count, finish, join, not_measured
from sheetsync.domain.kpi.result import Column, Figure, Table
from sheetsync.domain.kpi.scene import Mask, Scene
from sheetsync.domain.kpi.speed import elapsed
from sheetsync.domain.model import STAGES
from sheetsync.domain.moments import Moments, to_utc

_AGES: Final = ("0-1", "1-2", "2-4", "4-7", "over 7")
_AGE_LIMITS: Final = np.array([1, 2, 4, 7])
_DAYS_LOOKED_AT: Final = 20
_NO_ORDER_DATE: Final = "the tracker has no Order Date & Time column; add it to switch this on"


def backlog_figures(scene: Scene) -> list[Figure]:
    """Flow, backlog with its variant, oldest order, days of work, overdue now."""
    flow = [
        ("orders_placed", scene.within(scene.moment("ordered_at"))),
        ("orders_dispatched", scene.within(scene.moment("dispatched_at"))),
        ("orders_delivered", scene.within(scene.moment("delivered_at"))),
    ]
    columns = {"orders_placed": "ordered_at", "orders_dispatched": "dispatched_at",
               "orders_delivered": "delivered_at"}  # fmt: skip
    out = [
        count(scene, id_, hits=mask)
        if scene.has(columns[id_])
        else not_measured(scene, id_, "the tracker has no column for it; add it to switch this on")
        for id_, mask in flow
    ]
    return [*out, *_backlog(scene), _overdue_now(scene)]


def waiting(scene: Scene) -> Mask:
    """Open orders not dispatched at the snapshot."""
    return scene.open_at(scene.snapshot) & (scene.reached(scene.snapshot) < 4)


def overdue(scene: Scene) -> tuple[Mask, Moments]:
    """Open orders past a date they were to keep, and since when (the earlier of two missed dates).

    A Promised Date is kept until the end of its local day; dispatch-by counts until dispatch.
    """
    here = scene.open_at(scene.snapshot)
    promised, by = (
        _day_end(scene, scene.moment("promised_at")),
        scene.due(scene.moment("dispatch_by")),
    )
    if scene.inputs.rules.kpi.on_time_compare == "instant":
        promised = scene.due(scene.moment("promised_at"))
    late_delivery = here & (promised < scene.snapshot)
    late_dispatch = here & (scene.reached(scene.snapshot) < 4) & (by < scene.snapshot)
    since = np.where(late_delivery, promised, by)
    both = late_delivery & late_dispatch
    since = np.where(both, np.minimum(promised, by), since)
    return late_delivery | late_dispatch, since


def age_table(scene: Scene) -> Table:
    """Open orders by stage and by age in working days."""
    here = scene.open_at(scene.snapshot)
    stage = scene.reached(scene.snapshot)[here]
    ages = scene.working_days(scene.moment("ordered_at"), scene.snapshot)[here]
    cell = np.searchsorted(_AGE_LIMITS, ages, side="left")
    grid = np.zeros((len(STAGES), len(_AGES)), dtype=np.int64)
    np.add.at(grid, (stage, cell), 1)
    rows: list[tuple[Any, ...]] = [
        (name, *(int(x) for x in grid[i]), int(grid[i].sum()))
        for i, name in enumerate(STAGES)
        if grid[i].any()
    ]
    if rows:
        rows.append(("All stages", *(int(x) for x in grid.sum(axis=0)), int(grid.sum())))
    return Table(
        id="backlog",
        title="Backlog by stage and age in working days",
        columns=(
            Column(key="stage", heading="Stage", unit="text"),
            *(Column(key=age, heading=f"{age} days") for age in _AGES),
            Column(key="all", heading="Orders"),
        ),
        rows=tuple(rows),
        note="" if rows else "no open orders",
        bold=("All stages",),
    )


def _backlog(scene: Scene) -> list[Figure]:
    ids = ("backlog", "backlog.undispatched", "backlog_oldest", "backlog_days_of_work")
    if not scene.has("ordered_at"):
        return [not_measured(scene, id_, _NO_ORDER_DATE) for id_ in ids]
    here = scene.open_at(scene.snapshot)
    vague = _vague(scene)
    return [
        count(scene, ids[0], hits=here, unmeasurable=vague),
        count(scene, ids[1], hits=waiting(scene), unmeasurable=vague),
        _oldest(scene, here),
        _days_of_work(scene),
    ]


def _vague(scene: Scene) -> Mask:
    """Placed before the snapshot and closed since, nobody knows when; none where that is now."""
    if scene.snapshot == scene.as_of:
        return np.zeros(len(scene.ids), dtype=bool)
    return (scene.undated | scene.closed) & (scene.moment("ordered_at") <= scene.snapshot)


def _oldest(scene: Scene, here: Mask) -> Figure:
    age = elapsed(scene.moment("ordered_at"), np.full(len(scene.ids), scene.snapshot))[here]
    ids = scene.ids[here]
    oldest = float(age.max()) if len(age) else None
    parts = dict(zip(ids[age == oldest].tolist(), age[age == oldest].tolist(), strict=True))
    value = None if oldest is None else oldest / 86_400
    return finish(
        scene, "backlog_oldest", value=value, numerator=None, n=len(age), parts=parts,
    )  # fmt: skip


def _days_of_work(scene: Scene) -> Figure:
    id_ = "backlog_days_of_work"
    if not scene.has("dispatched_at"):
        return not_measured(scene, id_, "the tracker has no Dispatched Date column; add it")
    days = _last_working_days(scene)
    dispatched = scene.moment("dispatched_at")
    sent = (
        scene.counted & np.isin(scene.local_day(dispatched), days) & (dispatched <= scene.snapshot)
    )
    held = waiting(scene)
    number, work = int(sent.sum()), int(held.sum())
    value = work / (number / len(days)) if number else None
    figure = finish(
        scene, id_, value=value, numerator=work, n=number,
        parts=dict.fromkeys(scene.ids[held].tolist(), 1.0),
        note=f"{number} dispatched on the last {len(days)} working days",
    )  # fmt: skip
    return figure if number else not_measured(scene, id_, join("no dispatches", figure.note))


def _last_working_days(scene: Scene) -> npt.NDArray[np.datetime64]:
    last = scene.local_day(np.array([scene.snapshot]))[0]
    if scene.opening.calendar.always:
        return np.arange(last - _DAYS_LOOKED_AT + 1, last + 1)
    days = scene.opening.openings.day
    upto = int(np.searchsorted(days, last.astype(np.int64), side="right"))
    return days[max(0, upto - _DAYS_LOOKED_AT) : upto].astype("datetime64[D]")


def _overdue_now(scene: Scene) -> Figure:
    id_ = "overdue_now"
    promised, by = scene.moment("promised_at"), scene.moment("dispatch_by")
    if np.isnat(promised).all() and np.isnat(by).all() and not scene.has("promised_at"):
        return not_measured(
            scene, id_, "no Promised Date and no dispatch-by moment to hold orders to"
        )
    short = scene.open_at(scene.snapshot) & np.isnat(promised) & np.isnat(by)
    return count(scene, id_, hits=overdue(scene)[0], unmeasurable=short)


def _day_end(scene: Scene, moments: Moments) -> Moments:
    """The last second of each moment's local day."""
    tomorrow = (scene.local_day(moments) + 1).astype("datetime64[s]")
    return to_utc(tomorrow, scene.inputs.timezone) - np.timedelta64(1, "s")
