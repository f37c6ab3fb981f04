"""Who was late? Vendors, carriers and handlers by late orders; in, out and backlog by week.

An order without one vendor blames none, a group of fewer than five orders is not ranked, and speed
alone ranks nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.delivery import dispatched_in_time, on_time_by_day
from sheetsync.domain.kpi.measure import statistic, wilson_lower
from sheetsync.domain.kpi.numbers import of_carrier
from sheetsync.domain.kpi.periods import week_of
from sheetsync.domain.kpi.result import Column, Table
from sheetsync.domain.kpi.scene import Mask, Scene
from sheetsync.domain.kpi.speed import elapsed
from sheetsync.domain.kpi.tracking import tracking_wrong
from sheetsync.domain.moments import as_moment

_SHOWN: Final = 10
_RANKED: Final = 5
_SHORT: Final = ("No", "Partial")
"""Answers of a vendor who has not all of an order."""
WEEKS_SHOWN: Final = 13


def vendor_table(scene: Scene) -> Table:
    """Vendors by late dispatches in the period, with the review flag of the last 90 days.

    Answer h: from the letter to the answer; Short: answers that were No or Partial.
    """
    columns = (
        Column(key="vendor", heading="Vendor", unit="text"),
        Column(key="review", heading="Review", unit="text"),
        Column(key="orders", heading="Dispatched"),
        Column(key="late", heading="Late"),
        Column(key="on_time", heading="On time", unit="share"),
        Column(key="delivered_on_time", heading="Deliv. on time", unit="share"),
        Column(key="hours", heading="Hours, median", unit="hours"),
        Column(key="cancelled", heading="Cancelled", unit="share"),
        Column(key="answer", heading="Answer h", unit="hours"),
        Column(key="short", heading="Short", unit="share"),
    )
    if not scene.has("vendor", "dispatched_at"):
        return _absent("vendors", "Vendors", columns, "the tracker has no Vendor column")
    gone = scene.within(scene.moment("dispatched_at"))
    due = gone & ~np.isnat(scene.moment("dispatch_by"))
    late = due & ~dispatched_in_time(scene)
    done = scene.within(scene.moment("delivered_at")) & ~np.isnat(scene.moment("promised_at"))
    flags = _reviews(scene)
    hours = _to_dispatch(scene, gone)
    answered = scene.within(scene.moment("vendor_confirmed_at"))
    waited = elapsed(scene.moment("vendor_asked_at"), scene.moment("vendor_confirmed_at"))
    waited[~answered | (waited < 0)] = np.nan
    short = answered & np.isin(scene.text("vendor_confirmed"), _SHORT)
    cancelled = scene.placed & (scene.text("status") == "Cancelled")

    def row(name: str, mine: Mask) -> tuple[Any, ...]:
        kept = mine & scene.counted
        return (
            name,
            flags.get(name, ""),
            int((kept & gone).sum()),
            int((kept & late).sum()),
            _share(kept & due & ~late, kept & due),
            _share(kept & done & on_time_by_day(scene), kept & done),
            _hours(hours[kept & gone], "median"),
            _share(mine & cancelled, mine & scene.placed),
            _hours(waited[kept], "median"),
            _share(kept & short, kept & answered),
        )

    active = gone | done | answered | (scene.placed & (scene.text("status") == "Cancelled"))
    return _ranked(
        scene, "vendors", "Vendors", columns, by="vendor", active=active, row=row, nobody="No single vendor",
    )  # fmt: skip


def carrier_table(scene: Scene) -> Table:
    """Carriers by late deliveries in the period."""
    columns = (
        Column(key="carrier", heading="Carrier", unit="text"),
        Column(key="orders", heading="Delivered"),
        Column(key="late", heading="Late"),
        Column(key="on_time", heading="On time", unit="share"),
        Column(key="median", heading="Transit days", unit="days"),
        Column(key="p90", heading="p90 days", unit="days"),
        Column(key="failed", heading="Failed now"),
        Column(key="tracking", heading="Valid number", unit="share"),
        Column(key="silent", heading="Perhaps lost"),
    )
    if not scene.has("carrier", "delivered_at"):
        why = "the tracker has no Shipping Partner Assigned or no Delivered Date column"
        return _absent("carriers", "Carriers", columns, why)
    done, gone = (
        scene.within(scene.moment("delivered_at")),
        scene.within(scene.moment("dispatched_at")),
    )
    promised = done & ~np.isnat(scene.moment("promised_at"))
    late = promised & ~on_time_by_day(scene)
    transit = elapsed(scene.moment("dispatched_at"), scene.moment("delivered_at"))
    failed = gone & (scene.text("status") == "Delivery Failed")
    valid = (scene.text("tracking") != "") & ~tracking_wrong(scene)
    silent = _silent(scene)

    def row(name: str, mine: Mask) -> tuple[Any, ...]:
        kept = mine & scene.counted
        known = transit[kept & done & (transit >= 0)]
        return (
            name,
            int((kept & done).sum()),
            int((kept & late).sum()),
            _share(kept & promised & ~late, kept & promised),
            *(_days(known, key) for key in ("median", "p90")),
            int((kept & failed).sum()),
            _share(kept & gone & valid, kept & gone),
            int((kept & silent).sum()),
        )

    active = done | gone | silent
    return _ranked(
        scene, "carriers", "Carriers", columns, by="carrier", active=active, row=row, nobody="No carrier named",
    )  # fmt: skip


def handler_table(scene: Scene) -> Table:
    """Handlers by orders with an error; never by speed alone, and none with few orders."""
    columns = (
        Column(key="handler", heading="Handler", unit="text"),
        Column(key="packed", heading="Packed"),
        Column(key="errors", heading="With errors"),
        Column(key="error_share", heading="Error share", unit="share"),
        Column(key="days", heading="Days active"),
        Column(key="per_day", heading="Per day", unit="decimal"),
        Column(key="hours", heading="Median h", unit="hours"),
    )
    if not scene.has("handler"):
        return _absent("handlers", "Handlers", columns, "the tracker has no Handled By column")
    packed_at = scene.moment("packed_at")
    packed = scene.within(packed_at)
    if not packed.any():
        return _absent("handlers", "Handlers", columns, "no packing was stamped in the period")
    errors = scene.facts["errors"].to_numpy() > 0
    day, hours = scene.local_day(packed_at), _packing_hours(scene)

    def row(name: str, mine: Mask) -> tuple[Any, ...]:
        kept = mine & scene.counted & packed
        n, days = int(kept.sum()), len(np.unique(day[kept]))
        known = hours.reindex(scene.ids[kept]).dropna().to_numpy(dtype=np.float64)
        return (
            name, n, int((kept & errors).sum()), _share(kept & errors, kept), days,
            n / days if days else None, _hours(known, "median"),
        )  # fmt: skip

    least = scene.inputs.rules.kpi.smallest_sample
    table = _ranked(
        scene, "handlers", "Handlers", columns, by="handler", active=packed, row=row, nobody="Nobody named", least=least,
    )  # fmt: skip
    return Table(
        id=table.id, title=table.title, columns=columns, rows=table.rows,
        note=f"Handled By as it stands now; people with fewer than {least} orders are in Others",
    )  # fmt: skip


def week_table(scene: Scene) -> Table:
    """Orders in, out and waiting in each of the last weeks up to the snapshot.

    Weeks before the first order are left out, but for a line two are kept.
    """
    last = week_of(scene.local_day(np.array([scene.snapshot]))[0].item(), scene.period.timezone)
    rows: list[tuple[Any, ...]] = []
    for back in range(WEEKS_SHOWN - 1, -1, -1):
        week = last.shifted(-back)
        start = as_moment(week.start)
        end = min(as_moment(week.end) - np.timedelta64(1, "s"), scene.snapshot)
        counts = [
            int((scene.counted & (scene.moment(c) >= start) & (scene.moment(c) <= end)).sum())
            for c in ("ordered_at", "dispatched_at")
        ]
        open_then = scene.open_at(end) & (scene.reached(end) < 4)
        rows.append((week.short, *counts, int(open_then.sum())))
    known = [any(row[1:]) for row in rows]
    first = known.index(True) if any(known) else len(rows)
    return Table(
        id="weeks",
        title="In, out and backlog by week",
        columns=(
            Column(key="week", heading="Week", unit="text"),
            Column(key="in", heading="Placed"),
            Column(key="out", heading="Dispatched"),
            Column(key="backlog", heading="Waiting"),
        ),
        rows=tuple(rows[min(first, len(rows) - 2) :]),
    )


def _absent(id_: str, title: str, columns: tuple[Column, ...], why: str) -> Table:
    return Table(id=id_, title=title, columns=columns, rows=(), note=f"not measured: {why}")


def _ranked(
    scene: Scene,
    id_: str,
    title: str,
    columns: tuple[Column, ...],
    *,
    by: str,
    active: Mask,
    row: Callable[[str, Mask], tuple[Any, ...]],
    nobody: str,
    least: int = _RANKED,
) -> Table:
    """Groups by late orders, the worst ten; small and further ones together as Others."""
    codes, names = pd.factorize(scene.text(by), sort=True)
    rows = []
    for code in np.unique(codes[active & scene.counted]):
        name = str(names[code])
        if name:
            rows.append((row(name, codes == code), code))
    ranked = [pair for pair in rows if _numbers(pair[0])[0] >= least]
    ranked.sort(key=lambda pair: (-_numbers(pair[0])[1], -_numbers(pair[0])[0], pair[0][0]))
    shown = ranked[:_SHOWN]
    rest = [code for _, code in rows if code not in {code for _, code in shown}]
    out = [found for found, _ in shown]
    if rest:
        out.append(row(f"Others ({len(rest)})", np.isin(codes, rest)))
    blank = scene.text(by) == ""
    if (blank & active & scene.counted).any():
        out.append(row(nobody, blank))
    few = f"with fewer than {least} orders not ranked" if rest else ""
    return Table(
        id=id_, title=title, columns=columns, rows=tuple(out), note=few if out else "no orders",
    )  # fmt: skip


def _numbers(row: tuple[Any, ...]) -> tuple[int, int]:
    """Orders and late orders of a group: the first two numbers of its row."""
    orders, late = [value for value in row if isinstance(value, int)][:2]
    return orders, late


def _reviews(scene: Scene) -> dict[str, str]:
    """Vendors proposed for review: late too often in the last days, beyond doubt (Wilson, 90 %)."""
    rule = scene.inputs.rules.kpi.vendor_review
    limit = rule.get("late_rate")
    if limit is None:
        return {}
    end = scene.snapshot
    start = end - np.timedelta64(int(rule.get("days", 90)), "D")
    due = scene.due(scene.moment("dispatch_by"))
    gone = ~np.isnat(scene.moment("dispatched_at"))
    base = scene.counted & (due > start) & (due <= end) & (gone | (due < scene.as_of))
    late = base & ~dispatched_in_time(scene)
    frame = pd.DataFrame({"vendor": scene.text("vendor")[base], "late": late[base]})
    sums = frame[frame["vendor"] != ""].groupby("vendor", sort=True)["late"].agg(["sum", "size"])
    least = rule.get("orders", scene.inputs.rules.kpi.smallest_sample)
    return {
        str(name): f"Review: {k} of {n} late"
        for name, k, n in zip(sums.index, sums["sum"], sums["size"], strict=True)
        if n >= least and k / n > limit and wilson_lower(int(k), int(n)) > limit
    }


def _silent(scene: Scene) -> Mask:
    """On the way for more than twice their carrier's transit target."""
    limit = np.full(len(scene.ids), np.inf)
    for rule in scene.inputs.rules.carriers.values():
        if rule.transit is not None:
            seconds = rule.transit.seconds or rule.transit.working_days * 86_400
            limit[of_carrier(scene.text("carrier"), rule)] = 2.0 * seconds
    gone = elapsed(scene.moment("dispatched_at"), np.full(len(scene.ids), scene.snapshot))
    return scene.open_at(scene.snapshot) & (gone > limit)


def _to_dispatch(scene: Scene, gone: Mask) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Open seconds from allocation to dispatch."""
    start, stop = scene.moment("allocated_at"), scene.moment("dispatched_at")
    fine = gone & (stop >= start)
    out = np.full(len(start), np.nan)
    out[fine] = scene.opening.between(start[fine], stop[fine])
    return out


def _packing_hours(scene: Scene) -> pd.Series:
    """Measured packing seconds by order; the last stay where an order was packed twice."""
    if scene.ended is None:
        return pd.Series(dtype="float64")
    stays = scene.ended
    fine = (stays["stage"] == "Packing") & stays["outcome"].isin(("met", "missed"))
    kept = stays[fine & (stays["seconds"] >= 0)].drop_duplicates("order_id", keep="last")
    return kept.set_index("order_id")["seconds"]


def _share(hits: Mask, base: Mask) -> float | None:
    n = int(base.sum())
    return int(hits.sum()) / n if n else None


def _hours(seconds: np.ndarray[Any, np.dtype[np.float64]], key: str) -> float | None:
    value = statistic(seconds[~np.isnan(seconds)], key)
    return None if value is None else value / 3_600


def _days(seconds: np.ndarray[Any, np.dtype[np.float64]], key: str) -> float | None:
    value = statistic(seconds, key)
    return None if value is None else value / 86_400
