"""The lists under the numbers: which orders, why, whose they are, how many days."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.backlog import overdue
from sheetsync.domain.kpi.notices import unsent
from sheetsync.domain.kpi.quality import contradictory
from sheetsync.domain.kpi.result import Entry, Listing
from sheetsync.domain.kpi.scene import Mask, Scene, Seconds
from sheetsync.domain.kpi.speed import elapsed
from sheetsync.domain.kpi.stages import NO_DWELL
from sheetsync.domain.kpi.tracking import tracking_wrong, untracked
from sheetsync.domain.moments import to_local

OLDEST_SHOWN: Final = 20


def all_listings(scene: Scene) -> tuple[Listing, ...]:
    """Every drill-down of a report, in the order of the tab."""
    return (
        _overdue(scene),
        _breached(scene),
        unsent(scene),
        _missing_tracking(scene),
        _contradictory(scene),
        _untracked(scene),
        _oldest(scene),
    )  # fmt: skip


def _overdue(scene: Scene) -> Listing:
    late, since = overdue(scene)
    promised = scene.moment("promised_at")
    said = _dates(scene, since)
    by_promise = late & (scene.local_day(promised) == scene.local_day(since))
    reasons = np.where(by_promise, "Promised for ", "Should have been dispatched by ") + said
    age = elapsed(since, np.full(len(since), scene.snapshot))
    return Listing(
        id="overdue_now", title="Overdue now", entries=_entries(scene, late, reasons, age)
    )


def _breached(scene: Scene) -> Listing:
    title = "Stages over their limit"
    stays = scene.ended
    if stays is None:
        return Listing(id="breached", title=title, entries=(), note=f"not measured: {NO_DWELL}")
    missed = stays[(stays["counted"] & (stays["outcome"] == "missed")).to_numpy()]
    place = scene.facts.index.get_indexer(pd.Index(missed["order_id"]))
    owners = scene.text("handler")[place]
    over = (missed["seconds"] - missed["limit"]).to_numpy(dtype=np.float64)
    entries = [
        Entry(
            order_id=str(order), owner=str(owner), days=float(extra) / 86_400,
            reason=f"{stage} took {seconds / 3_600:.1f} h, limit {limit / 3_600:g} h",
        )
        for order, stage, seconds, limit, owner, extra in zip(
            missed["order_id"], missed["stage"], missed["seconds"], missed["limit"], owners, over,
            strict=True,
        )
    ]  # fmt: skip
    return Listing(id="breached", title=title, entries=_worst_first(entries))


def _missing_tracking(scene: Scene) -> Listing:
    title = "Dispatched without a valid tracking number"
    if not scene.has("tracking", "dispatched_at"):
        why = "not measured: the tracker has no Tracking Number or no Dispatched Date column"
        return Listing(id="missing_tracking", title=title, entries=(), note=why)
    gone = scene.counted & scene.within(scene.moment("dispatched_at"))
    number = scene.text("tracking")
    blank, wrong = number == "", tracking_wrong(scene)
    words = np.where(blank, "No tracking number", "Not a number of this carrier: " + number)
    return Listing(
        id="missing_tracking", title=title,
        entries=_entries(scene, gone & (blank | wrong), words, _since(scene, "dispatched_at")),
    )  # fmt: skip


def _contradictory(scene: Scene) -> Listing:
    """Orders of the period whose dates contradict each other; cancelled ones too."""
    concerned = scene.placed.copy()
    for stamp in ("dispatched_at", "delivered_at"):
        concerned |= scene.within(scene.moment(stamp))
    found: dict[int, list[str]] = {}
    for reason, mask in contradictory(scene).items():
        for place in np.flatnonzero(mask & concerned):
            found.setdefault(int(place), []).append(reason)
    words = np.full(len(scene.ids), "", dtype=object)
    for at, reasons in found.items():
        words[at] = "; ".join(reasons)
    chosen = words != ""
    return Listing(
        id="contradictory", title="Contradictory dates",
        entries=_entries(scene, chosen, words, _since(scene, "ordered_at")),
    )  # fmt: skip


def _untracked(scene: Scene) -> Listing:
    chosen = scene.placed & scene.counted & untracked(scene)
    errors = scene.facts["errors"].to_numpy()
    known = np.isin(scene.text("status"), list(scene.inputs.rules.statuses.statuses))
    blank = np.where(scene.text("status") == "", "Status is blank", "Status is not a known one")
    words = np.where(
        ~known, blank,
        np.where(errors > 0, "Check shows an error", "A stage has no tick or date of its own"),
    )  # fmt: skip
    return Listing(
        id="untracked", title="Orders not fully tracked",
        entries=_entries(scene, chosen, words, _since(scene, "ordered_at")),
    )  # fmt: skip


def _oldest(scene: Scene) -> Listing:
    here = scene.open_at(scene.snapshot)
    placed = _dates(scene, scene.moment("ordered_at"))
    words = "Placed " + placed + ", now " + scene.text("status")
    entries = _entries(scene, here, words, _since(scene, "ordered_at"))
    return Listing(id="oldest", title="Oldest open orders", entries=entries[:OLDEST_SHOWN])


def _entries(scene: Scene, chosen: Mask, reasons: Any, age: Seconds) -> tuple[Entry, ...]:
    owner = np.where(scene.text("handler") != "", scene.text("handler"), scene.text("vendor"))
    entries = [
        Entry(
            order_id=str(scene.ids[at]),
            reason=str(reasons[at]),
            owner=str(owner[at]),
            days=None if np.isnan(age[at]) else float(age[at]) / 86_400,
        )
        for at in np.flatnonzero(chosen)
    ]
    return _worst_first(entries)


def _worst_first(entries: list[Entry]) -> tuple[Entry, ...]:
    def place(entry: Entry) -> tuple[float, str, str]:
        return (-(entry.days if entry.days is not None else 1e9), entry.order_id, entry.reason)

    return tuple(sorted(entries, key=place))


def _since(scene: Scene, stamp: str) -> Seconds:
    return elapsed(scene.moment(stamp), np.full(len(scene.ids), scene.snapshot))


def _dates(scene: Scene, moments: Any) -> Any:
    """Local calendar days as text; "" for blank."""
    local = to_local(moments, scene.inputs.timezone)
    text = np.datetime_as_string(local, unit="D").astype(object)
    text[np.isnat(local)] = ""
    return text
